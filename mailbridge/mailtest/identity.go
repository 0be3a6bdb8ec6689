package mailtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Identity is what an Issuer says of who signs in there, where it is asked for more
// than a mailbox (OpenID Connect Core 1.0).
type Identity struct {
	Subject  string
	Signed   time.Time        // when they last showed who they are; zero: at this moment
	Clock    func() time.Time // nil: time.Now
	Spoil    func(head, claims map[string]any)
	Stranger bool   // signs by a key it does not name
	Keys     string // where it says its keys are; "" for where they are

	key *ecdsa.PrivateKey
}

// URL names the issuer.
func (i *Issuer) URL() string { return i.url }

func (i *Issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	keys := i.url + "/keys"
	if i.Identity.Keys != "" {
		keys = i.Identity.Keys
	}
	json.NewEncoder(w).Encode(map[string]any{
		"issuer": i.url, "authorization_endpoint": i.AuthorizeURL(), "token_endpoint": i.TokenURL(), "jwks_uri": keys,
		"id_token_signing_alg_values_supported": []string{"ES256", "none", "HS256"}, "response_types_supported": []string{"code"}, "subject_types_supported": []string{"pairwise"},
	})
}

func (i *Issuer) keys(w http.ResponseWriter, _ *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	public, err := i.signingKey().PublicKey.Bytes() // 4 ‖ x ‖ y
	if err != nil {
		http.Error(w, "no key", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"keys": []map[string]string{{
		"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "one", "x": text64(public[1:33]), "y": text64(public[33:]),
	}}})
}

func (i *Issuer) signingKey() *ecdsa.PrivateKey {
	if i.Identity.key == nil {
		i.Identity.key = freshKey()
	}
	return i.Identity.key
}

func freshKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err) // only randomness could fail, and it does not return
	}
	return key
}

func text64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// idToken is what the issuer says to what was asked; "" where nobody asked who it
// is.
func (i *Issuer) idToken(asked url.Values) string {
	if !slices.Contains(strings.Fields(asked.Get("scope")), "openid") {
		return ""
	}
	now := time.Now
	if i.Identity.Clock != nil {
		now = i.Identity.Clock
	}
	shown := i.Identity.Signed
	if shown.IsZero() {
		shown = now()
	}
	head := map[string]any{"alg": "ES256", "kid": "one", "typ": "JWT"}
	claims := map[string]any{
		"iss": i.url, "aud": TokenClient, "sub": i.Identity.Subject, "nonce": asked.Get("nonce"), "email": "canary@" + i.User,
		"iat": now().Unix(), "exp": now().Add(time.Hour).Unix(), "auth_time": shown.Unix(),
	}
	if i.Identity.Spoil != nil {
		i.Identity.Spoil(head, claims)
	}
	key := i.signingKey()
	if i.Identity.Stranger {
		key = freshKey()
	}
	first, _ := json.Marshal(head)
	second, _ := json.Marshal(claims)
	text := text64(first) + "." + text64(second)
	switch head["alg"] {
	case "none":
		return text + "."
	case "HS256":
		mac := hmac.New(sha256.New, []byte(TokenClientSecret))
		fmt.Fprint(mac, text)
		return text + "." + text64(mac.Sum(nil))
	}
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		panic(err) // as above
	}
	return text + "." + text64(append(fill(r), fill(s)...))
}

// fill is a number in 32 bytes (RFC 7518, section 3.4).
func fill(n *big.Int) []byte { return n.FillBytes(make([]byte, 32)) }
