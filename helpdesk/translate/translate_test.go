package translate_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/translate"
)

// libre is a LibreTranslate server as its documentation describes it.
func libre(t *testing.T, key string) (*httptest.Server, *[]string) {
	t.Helper()
	var asked []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/languages" && r.Method == "GET" {
			fmt.Fprint(w, `[{"code":"sv","name":"Swedish","targets":["en","sv"]},{"code":"fa","name":"Persian","targets":["en","sv"]}]`)
			return
		}
		if r.URL.Path != "/translate" || r.Method != "POST" {
			http.NotFound(w, r)
			return
		}
		body, _ := io.ReadAll(r.Body)
		var q map[string]string
		if json.Unmarshal(body, &q) != nil || r.Header.Get("Content-Type") != "application/json" {
			w.WriteHeader(400)
			return
		}
		asked = append(asked, string(body))
		switch {
		case q["api_key"] != key:
			w.WriteHeader(403)
			fmt.Fprint(w, `{"error":"Invalid API key"}`)
		case q["target"] == "xx":
			w.WriteHeader(400)
			fmt.Fprint(w, `{"error":"xx is not supported"}`)
		default:
			_ = json.NewEncoder(w).Encode(map[string]any{
				"translatedText":   q["source"] + ">" + q["target"] + ":" + q["q"],
				"detectedLanguage": map[string]any{"confidence": 90.0, "language": "fa"},
			})
		}
	}))
	t.Cleanup(s.Close)
	return s, &asked
}

func client(t *testing.T, o translate.Options) *translate.Client {
	t.Helper()
	c, err := translate.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWordsComeBackInAnotherLanguage(t *testing.T) {
	s, asked := libre(t, "the key")
	c := client(t, translate.Options{URL: s.URL, Key: "the key"})
	for _, x := range []struct{ text, from, to, want string }{
		{"سلام", "fa", "sv", "fa>sv:سلام"},
		{"سلام", "prs", "sv-SE", "fa>sv:سلام"}, // Dari is written like Persian
		{"a\n\nb \"q\" <i>", "", "en", "auto>en:a\n\nb \"q\" <i>"},
	} {
		got, err := c.Translate(t.Context(), x.text, x.from, x.to)
		if err != nil || got != x.want {
			t.Errorf("%s to %s: %q, %v", x.from, x.to, got, err)
		}
	}
	// Nothing but what is needed goes out.
	for _, body := range *asked {
		var q map[string]string
		if json.Unmarshal([]byte(body), &q) != nil || len(q) != 5 || q["format"] != "text" {
			t.Errorf("asked %s", body)
		}
	}
	all, err := c.Languages(t.Context())
	if err != nil || len(all) != 2 || all[1].Code != "fa" || !slices.Contains(all[1].Targets, "sv") {
		t.Errorf("languages %v, %v", all, err)
	}
}

func TestARefusalSaysWhy(t *testing.T) {
	s, asked := libre(t, "the key")
	key := func(err error) string {
		var no helpdesk.Refusal
		if errors.As(err, &no) {
			return no.Key
		}
		return fmt.Sprint(err)
	}
	good, bad := client(t, translate.Options{URL: s.URL, Key: "the key"}), client(t, translate.Options{URL: s.URL, Key: "another"})
	down := httptest.NewServer(http.NotFoundHandler())
	down.Close()
	for _, x := range []struct {
		c              *translate.Client
		text, to, want string
	}{
		{good, "text", "xx", "translate.language"}, {good, "text", "no tag", "translate.language"}, {good, "text", "", "translate.language"},
		{good, strings.Repeat("a", translate.TextMost+1), "sv", "translate.large"}, {good, "a\xffb", "sv", "translate.large"},
		{good, " ", "sv", "beside.empty"}, {bad, "text", "sv", "translate.key"},
		{client(t, translate.Options{URL: down.URL}), "text", "sv", "translate.down"},
	} {
		if _, err := x.c.Translate(t.Context(), x.text, "sv", x.to); key(err) != x.want {
			t.Errorf("%.10q to %q: %v, want %s", x.text, x.to, err, x.want)
		}
	}
	if n := len(*asked); n != 2 {
		t.Errorf("%d requests went out, want the two a server has to judge", n)
	}
	for _, status := range []int{301, 302, 404, 413, 429, 500, 503} {
		odd := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		want := map[int]string{413: "translate.large", 429: "translate.busy"}[status]
		if want == "" {
			want = "translate.down"
		}
		if _, err := client(t, translate.Options{URL: odd.URL}).Translate(t.Context(), "text", "sv", "en"); key(err) != want {
			t.Errorf("%d: %v", status, err)
		}
		odd.Close()
	}
}

func TestAServerThatTalksTooMuchIsNotHeardOut(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"translatedText":"`)
		for range 1000 {
			if _, err := w.Write([]byte(strings.Repeat("a", 4096))); err != nil {
				return
			}
		}
		fmt.Fprint(w, `"}`)
	}))
	defer s.Close()
	if text, err := client(t, translate.Options{URL: s.URL}).Translate(t.Context(), "text", "sv", "en"); err == nil {
		t.Errorf("%d bytes were read", len(text))
	}
}

func TestOnlySoManyWaitAtOnce(t *testing.T) {
	hold, here := make(chan struct{}), make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		here <- struct{}{}
		<-hold
		fmt.Fprint(w, `{"translatedText":"late"}`)
	}))
	defer s.Close()
	c := client(t, translate.Options{URL: s.URL, AtOnce: 1})
	done := make(chan error, 1)
	go func() {
		_, err := c.Translate(context.Background(), "text", "sv", "en")
		done <- err
	}()
	<-here
	var no helpdesk.Refusal
	if _, err := c.Translate(t.Context(), "text", "sv", "en"); !errors.As(err, &no) || no.Key != "translate.busy" {
		t.Errorf("a second one: %v", err)
	}
	close(hold)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestAnAddressThatLeadsOutIsRefused(t *testing.T) {
	for _, o := range []translate.Options{
		{}, {URL: "translate.example"}, {URL: "ftp://127.0.0.1"}, {URL: "http://user:pass@127.0.0.1"}, {URL: "http://127.0.0.1/?q"},
		{URL: "http://127.0.0.1:0"}, {URL: "http://:5000"}, {URL: "http://127.0.0.1#x"},
		{URL: "https://translate.example", Outside: "other.example"}, {URL: "http://translate.example", Outside: "translate.example"},
	} {
		if _, err := translate.New(o); err == nil {
			t.Errorf("%q is taken", o.URL)
		}
	}
}

// spy counts who knocks, and keeps what they say.
type spy struct {
	*httptest.Server
	knocks atomic.Int64
}

func newSpy(t *testing.T) *spy {
	s := &spy{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.knocks.Add(1)
		fmt.Fprint(w, `{"translatedText":"stolen"}`)
	}))
	t.Cleanup(s.Close)
	return s
}

func at(addresses ...string) func(context.Context, string) ([]netip.Addr, error) {
	return func(context.Context, string) ([]netip.Addr, error) {
		var out []netip.Addr
		for _, a := range addresses {
			out = append(out, netip.MustParseAddr(a))
		}
		return out, nil
	}
}

// TestNoTextLeavesForAnyoneElse: whatever the environment, the server itself or
// the names of the network say, words go to the server that was named or
// nowhere.
func TestNoTextLeavesForAnyoneElse(t *testing.T) {
	thief := newSpy(t)
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		t.Setenv(name, thief.URL)
	}
	t.Setenv("NO_PROXY", "")
	t.Setenv("no_proxy", "")

	// A name that is not "localhost": net/http would hand it to the proxy.
	good, asked := libre(t, "")
	port := portOf(t, good.URL)
	c := client(t, translate.Options{URL: "http://translate.internal:" + port, Resolve: at("127.0.0.1")})
	if got, err := c.Translate(t.Context(), "words", "sv", "en"); err != nil || got != "sv>en:words" || len(*asked) != 1 {
		t.Errorf("past the proxy: %q, %v", got, err)
	}

	// Redirects that keep the body are the dangerous ones.
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, to := range []string{thief.URL + "/translate", "//" + strings.TrimPrefix(thief.URL, "http://") + "/translate"} {
			turns := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", to)
				w.Header().Set("Refresh", "0; url="+to)
				w.Header().Set("Alt-Svc", `h2="`+strings.TrimPrefix(thief.URL, "http://")+`"`)
				w.WriteHeader(status)
			}))
			c := client(t, translate.Options{URL: turns.URL})
			for range 2 { // the second one after what the first one was told
				if text, err := c.Translate(t.Context(), "words", "sv", "en"); err == nil {
					t.Errorf("%d: %q", status, text)
				}
			}
			turns.Close()
		}
	}

	// A name that leads out, at once or the second time it is asked for.
	looks := 0
	for what, resolve := range map[string]func(context.Context, string) ([]netip.Addr, error){
		"to the world":         at("203.0.113.7", "2001:db8::7"),
		"to a cloud's service": at("169.254.169.254"),
		"to nowhere":           at(),
		"to no address":        func(context.Context, string) ([]netip.Addr, error) { return []netip.Addr{{}}, nil },
		"to the whole net":     at("0.0.0.0", "255.255.255.255", "224.0.0.1", "fe80::1"),
	} {
		c := client(t, translate.Options{URL: "http://translate.internal:" + portOf(t, thief.URL), Resolve: resolve})
		if _, err := c.Translate(t.Context(), "words", "sv", "en"); err == nil {
			t.Errorf("a name that leads %s", what)
		}
	}
	turns := func(ctx context.Context, host string) ([]netip.Addr, error) {
		if looks++; looks == 1 {
			return at("127.0.0.1")(ctx, host)
		}
		return at("203.0.113.7")(ctx, host)
	}
	closing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close") // so that the next one is dialled anew
		fmt.Fprint(w, `{"translatedText":"fine"}`)
	}))
	defer closing.Close()
	c = client(t, translate.Options{URL: "http://translate.internal:" + portOf(t, closing.URL), Resolve: turns})
	if got, err := c.Translate(t.Context(), "words", "sv", "en"); err != nil || got != "fine" {
		t.Fatalf("the first time: %q, %v", got, err)
	}
	if _, err := c.Translate(t.Context(), "words", "sv", "en"); err == nil || looks != 2 {
		t.Errorf("the name moved away, asked %d times: %v", looks, err)
	}

	// A certificate for somebody else's name.
	tls := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { thief.knocks.Add(1) }))
	defer tls.Close()
	roots := tls.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	c = client(t, translate.Options{URL: "https://translate.internal:" + portOf(t, tls.URL), Resolve: at("127.0.0.1"), Roots: roots})
	if _, err := c.Translate(t.Context(), "words", "sv", "en"); err == nil {
		t.Error("somebody else's certificate is taken")
	}

	if n := thief.knocks.Load(); n > 0 {
		t.Errorf("%d requests came to somebody else", n)
	}
	// The spy would have told: it hears who does ask it.
	if _, err := client(t, translate.Options{URL: thief.URL}).Translate(t.Context(), "words", "sv", "en"); err != nil || thief.knocks.Load() != 1 {
		t.Errorf("the spy is deaf: %v", err)
	}
}

func TestAServerOutsideMustBeNamedTwice(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"translatedText":"fine"}`) }))
	defer s.Close()
	roots := s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	// The test's certificate is for example.com. Where the name leads is not
	// looked at any more once it was named twice; here it leads home.
	o := translate.Options{URL: "https://example.com:" + portOf(t, s.URL), Outside: "example.com", Roots: roots, Resolve: at("::ffff:127.0.0.1")}
	if got, err := client(t, o).Translate(t.Context(), "words", "sv", "en"); err != nil || got != "fine" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestTheKeyIsNowhereToBeRead(t *testing.T) {
	o := translate.Options{URL: "http://127.0.0.1:5000", Key: "canary-key"}
	c := client(t, o)
	for _, s := range []string{fmt.Sprint(c), fmt.Sprintf("%v %s", c, c), c.LogValue().String(), o.LogValue().String()} {
		if strings.Contains(s, "canary") {
			t.Errorf("it stands in %s", s)
		}
	}
}

func portOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Port()
}
