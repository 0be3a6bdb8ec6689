package mailtest

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// TokenKey signs the access tokens of every Issuer (RFC 7519, HS256). Servers
// here know it, as real ones know their issuer's.
const TokenKey = "a key that only tests know, 32 B."

// Issuer gives tokens for mailboxes as Microsoft's and Google's do: whoever
// opens AuthorizeURL is signed in as User at once. It exchanges refresh tokens,
// and one that comes twice ends them all.
type Issuer struct {
	User     string
	Lifetime time.Duration // of access tokens; an hour by default
	Down     bool          // it answers 503
	Identity Identity      // of who signs in

	web *http.Server
	url string

	mu       sync.Mutex
	codes    map[string]url.Values // code → what was asked for
	refresh  string
	renewals int
}

// The issuer's one client.
const (
	TokenClient       = "returnsupport"
	TokenClientSecret = "client-secret"
)

// TestIssuer starts an issuer for a user that ends with the test.
func TestIssuer(t TB, user string) *Issuer {
	t.Helper()
	i := &Issuer{User: user, Lifetime: time.Hour, codes: map[string]url.Values{}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	i.url = "http://" + l.Addr().String()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /authorize", i.authorize)
	mux.HandleFunc("POST /token", i.token)
	mux.HandleFunc("GET /.well-known/openid-configuration", i.discovery)
	mux.HandleFunc("GET /keys", i.keys)
	i.web = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go i.web.Serve(l)
	t.Cleanup(func() { i.web.Close() })
	return i
}

// AuthorizeURL is where a browser goes.
func (i *Issuer) AuthorizeURL() string { return i.url + "/authorize" }

// TokenURL is where tokens are asked for.
func (i *Issuer) TokenURL() string { return i.url + "/token" }

// Renewals counts tokens given for a refresh token.
func (i *Issuer) Renewals() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.renewals
}

// Revoke ends what was granted: the next renewal is refused.
func (i *Issuer) Revoke() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.refresh = ""
}

func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	back, err := url.Parse(asked.Get("redirect_uri"))
	if err != nil || asked.Get("client_id") != TokenClient || asked.Get("response_type") != "code" || asked.Get("code_challenge_method") != "S256" {
		http.Error(w, "not a question I know", http.StatusBadRequest)
		return
	}
	code := rand.Text()
	i.mu.Lock()
	i.codes[code] = asked
	i.mu.Unlock()
	answer := back.Query()
	answer.Set("code", code)
	answer.Set("state", asked.Get("state"))
	back.RawQuery = answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	no := func(status int, why string) {
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(map[string]string{"error": why, "error_description": "canary of " + i.User})
	}
	switch {
	case i.Down:
		no(http.StatusServiceUnavailable, "temporarily_unavailable")
		return
	case !knownClient(r):
		no(http.StatusUnauthorized, "invalid_client")
		return
	}
	who := ""
	switch r.PostFormValue("grant_type") {
	case "authorization_code":
		asked, known := i.codes[r.PostFormValue("code")]
		delete(i.codes, r.PostFormValue("code"))
		proof := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		if !known || base64.RawURLEncoding.EncodeToString(proof[:]) != asked.Get("code_challenge") || r.PostFormValue("redirect_uri") != asked.Get("redirect_uri") {
			no(http.StatusBadRequest, "invalid_grant")
			return
		}
		who = i.idToken(asked)
	case "refresh_token":
		if i.refresh == "" || r.PostFormValue("refresh_token") != i.refresh {
			i.refresh = "" // somebody else has it, too
			no(http.StatusBadRequest, "invalid_grant")
			return
		}
		i.renewals++
	default:
		no(http.StatusBadRequest, "unsupported_grant_type")
		return
	}
	i.refresh = rand.Text()
	given := map[string]any{
		"access_token": AccessToken(i.User, time.Now().Add(i.Lifetime)), "refresh_token": i.refresh, "token_type": "Bearer", "expires_in": int(i.Lifetime.Seconds()),
	}
	if who != "" {
		given["id_token"] = who
	}
	json.NewEncoder(w).Encode(given)
}

// knownClient: by either way of RFC 6749, section 2.3.1.
func knownClient(r *http.Request) bool {
	id, secret, ok := r.BasicAuth()
	if !ok {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	return id == TokenClient && secret == TokenClientSecret
}

// AccessToken is a token for a user until an instant.
func AccessToken(user string, until time.Time) string {
	head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`))
	claims, _ := json.Marshal(map[string]any{"sub": user, "email": user, "exp": until.Unix(), "iat": time.Now().Add(-time.Second).Unix(), "jti": rand.Text()})
	text := head + "." + base64.RawURLEncoding.EncodeToString(claims)
	return text + "." + signed(text)
}

func signed(text string) string {
	mac := hmac.New(sha256.New, []byte(TokenKey))
	fmt.Fprint(mac, text)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// takes tells whether a token is good for a user now.
func takes(user, token string) bool {
	at := strings.LastIndexByte(token, '.')
	if at < 0 || !hmac.Equal([]byte(signed(token[:at])), []byte(token[at+1:])) {
		return false
	}
	_, claims, _ := strings.Cut(token[:at], ".")
	plain, err := base64.RawURLEncoding.DecodeString(claims)
	var said struct {
		Email string `json:"email"`
		Exp   int64  `json:"exp"`
	}
	return err == nil && json.Unmarshal(plain, &said) == nil && said.Email == user && time.Now().Unix() < said.Exp
}
