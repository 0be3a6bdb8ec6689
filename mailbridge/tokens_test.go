package mailbridge

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"returnsupport/mailbridge/mailtest"
	"returnsupport/mailbridge/mailtest/dovecot"
)

// wallet hands out what it is told to, and notes what was refused.
type wallet struct {
	give    func(refused Secret) (Secret, error)
	refused []Secret
}

func (w *wallet) Token(_ context.Context, refused Secret) (Secret, error) {
	w.refused = append(w.refused, refused)
	return w.give(refused)
}

func always(token string) *wallet {
	return &wallet{give: func(Secret) (Secret, error) { return Secret(token), nil }}
}

func TestDovecotTakesATokenInsteadOfThePassword(t *testing.T) {
	dovecot.Require(t)
	box := dovecot.Fresh(t)
	hour := time.Now().Add(time.Hour)
	srv := at(box.Addr)
	srv.User, srv.Password = box.User, ""
	for name, c := range map[string]struct {
		tokens *wallet
		want   Code
		asked  int
	}{
		"a good one":             {always(mailtest.AccessToken(box.User, hour)), "", 1},
		"another user's":         {always(mailtest.AccessToken("other@return.test", hour)), SignIn, 2},
		"one that has ended":     {always(mailtest.AccessToken(box.User, time.Now().Add(-time.Hour))), SignIn, 2},
		"one signed by somebody": {always(mailtest.AccessToken(box.User, hour) + "x"), SignIn, 2},
		"one with a line in it":  {always("a\r\nr9 LOGOUT"), TokenRefused, 1},
		"one taken back, and its successor": {&wallet{give: func(refused Secret) (Secret, error) {
			if refused == "" {
				return "taken-back", nil
			}
			return Secret(mailtest.AccessToken(box.User, hour)), nil
		}}, "", 2},
		"none at all": {&wallet{give: func(Secret) (Secret, error) { return "", NotConnected() }}, TokenRefused, 1},
	} {
		t.Run(name, func(t *testing.T) {
			srv.Tokens = c.tokens
			s, err := open(t.Context(), srv, nil, 5*time.Second)
			if CodeOf(err) != c.want || err != nil && c.want == "" {
				t.Fatalf("signed in with %v", err)
			}
			if err == nil {
				if _, err := s.selectFolder("INBOX"); err != nil {
					t.Error(err)
				}
				s.close()
			}
			if len(c.tokens.refused) != c.asked {
				t.Errorf("asked for %d tokens, not %d", len(c.tokens.refused), c.asked)
			}
		})
	}
}

// TestWhereOnlyTheOlderMechanismIsOffered: Microsoft's and Google's own, before
// RFC 7628.
func TestWhereOnlyTheOlderMechanismIsOffered(t *testing.T) {
	for _, refuse := range []bool{false, true} {
		var heard []string
		waiting := ""
		script := mailtest.IMAPScript{Capabilities: "IMAP4rev1 AUTH=XOAUTH2", Answer: func(w io.Writer, tag, command string) (bool, bool) {
			switch {
			case command == "AUTHENTICATE XOAUTH2":
				waiting = tag
				fmt.Fprint(w, "+ \r\n")
				return true, false
			case waiting != "" && tag != "" && !strings.Contains(tag, " ") && command == "" && refuse && len(heard)%2 == 0:
				heard = append(heard, tag)
				fmt.Fprint(w, "+ eyJzdGF0dXMiOiI0MDEifQ==\r\n")
				return true, false
			case waiting != "" && command == "":
				heard = append(heard, tag)
				if refuse {
					fmt.Fprintf(w, "%s NO failed\r\n", waiting)
				} else {
					fmt.Fprintf(w, "%s OK in\r\n", waiting)
				}
				waiting = ""
				return true, false
			}
			return false, false
		}}
		srv := at(script.Test(t))
		srv.User, srv.Tokens = "box@return.test", always("token")
		s, err := open(t.Context(), srv, nil, 5*time.Second)
		if refuse && CodeOf(err) != SignIn || !refuse && err != nil {
			t.Fatalf("refused %t: %v", refuse, err)
		}
		if err == nil {
			s.close()
		}
		if want := base64.StdEncoding.EncodeToString([]byte("user=box@return.test\x01auth=Bearer token\x01\x01")); len(heard) == 0 || heard[0] != want {
			t.Errorf("said %q", heard)
		}
	}
}

func TestAServerWithoutAWayForTokensIsSaidSo(t *testing.T) {
	w := mailtest.Test(t, mailtest.Options{})
	srv := at(w.IMAPAddr())
	srv.Tokens = always("token")
	if _, err := open(t.Context(), srv, nil, 5*time.Second); CodeOf(err) != SignInMethod {
		t.Errorf("%v", err)
	}
}

func TestSendingSignsInWithAToken(t *testing.T) {
	w := mailtest.Test(t, mailtest.Options{RequireAuth: true, Tokens: true})
	srv, err := ParseSMTP("smtp+insecure://box@return.test@" + w.SMTPAddr())
	if err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]Code{mailtest.AccessToken("box@return.test", time.Now().Add(time.Hour)): "", "nonsense": SignIn} {
		srv.Tokens = always(token)
		steps := DiagnoseSMTP(t.Context(), srv)
		last := steps[len(steps)-1]
		if last.OK != (want == "") || last.Cause != want {
			t.Errorf("ended with %s: %t, %s", last.Code, last.OK, last.Cause)
		}
	}
}

func issuerOf(i *mailtest.Issuer) Issuer {
	return Issuer{AuthorizeURL: i.AuthorizeURL(), TokenURL: i.TokenURL(), ClientID: mailtest.TokenClient, ClientSecret: mailtest.TokenClientSecret, Scopes: []string{"mail"}}
}

// walk goes where the issuer's page sends the browser and returns the code.
func walk(t *testing.T, address, state string) string {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	back, err := resp.Location()
	if err != nil {
		t.Fatalf("%d, %v", resp.StatusCode, err)
	}
	if back.Query().Get("state") != state {
		t.Fatalf("came back with another state: %s", back)
	}
	return back.Query().Get("code")
}

func TestAnIssuerIsAskedRedeemedAndRenewed(t *testing.T) {
	fake := mailtest.TestIssuer(t, "box@return.test")
	i := issuerOf(fake)
	const back = "https://desk.example/w/office/oauth"
	verifier := Verifier()
	code := walk(t, i.Ask("box@return.test", "s1", verifier, back), "s1")
	if _, err := i.Redeem(t.Context(), code, Verifier(), back); CodeOf(err) != TokenRefused {
		t.Errorf("a stolen code without its proof: %v", err)
	}
	code = walk(t, i.Ask("box@return.test", "s2", verifier, back), "s2")
	g, err := i.Redeem(t.Context(), code, verifier, back)
	if err != nil || g.Access == "" || g.Refresh == "" || time.Until(g.Expires) < 50*time.Minute {
		t.Fatalf("granted until %s, %v", g.Expires, err)
	}
	next, err := i.Renew(t.Context(), g.Refresh)
	if err != nil || next.Access == g.Access || next.Refresh == g.Refresh {
		t.Fatalf("renewed: %v", err)
	}
	fake.Down = true
	if _, err := i.Renew(t.Context(), next.Refresh); CodeOf(err) != TokenLater {
		t.Errorf("down: %v", err)
	}
	fake.Down = false
	fake.Revoke()
	_, err = i.Renew(t.Context(), next.Refresh)
	if CodeOf(err) != TokenRefused {
		t.Errorf("revoked: %v", err)
	}
	if text := fmt.Sprintf("%v %+v", err, errors.Unwrap(err)); strings.Contains(text, "canary") || strings.Contains(text, "box@") {
		t.Errorf("the issuer's words travel: %s", text)
	}
	if addr, err := net.Listen("tcp", "127.0.0.1:0"); err == nil {
		i.TokenURL = "http://" + addr.Addr().String() + "/token"
		addr.Close()
	}
	if _, err := i.Renew(t.Context(), next.Refresh); CodeOf(err) != TokenLater {
		t.Errorf("nobody there: %v", err)
	}
}

func TestOnlySafeIssuersAreAsked(t *testing.T) {
	for address, want := range map[string]bool{
		"https://login.example/token": true, "http://127.0.0.1:9/token": true, "http://login.example/token": false,
		"https://user:pw@login.example/": false, "ftp://login.example/": false, "https:///x": false, "": false,
	} {
		if SafeAddress(address) != want {
			t.Errorf("%s: %t", address, !want)
		}
	}
}
