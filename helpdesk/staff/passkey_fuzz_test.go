package staff

import (
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/vault"
)

// What a browser answers is read without believing it: nothing that was not asked
// is taken, and nothing makes us stumble.
func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{
		`{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AA","signature":"AA","userHandle":"AA"}}`,
		`{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YUA"}}`,
		`{"id":"AA","rawId":"AA","type":"public-key","clientExtensionResults":{"prf":null},"response":{"clientDataJSON":"eyJjaGFsbGVuZ2UiOiJBQSJ9"}}`,
		`null`, `{`, ``,
	} {
		f.Add([]byte(seed))
	}
	d := &Desk{secrets: vault.NewSecrets(), now: func() time.Time { return time.Unix(1800000000, 0) }}
	q := asked{Site: "https://help.example"}
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, err := parseAssertion(b); err == nil {
			if _, err := d.question(askProve, "", a.challenge); err == nil {
				t.Fatal("a question nobody asked")
			}
			a.parsed.Response.UserHandle = nil
			if _, _, err := d.openBy(t.Context(), a, nil); err == nil {
				t.Fatal("opens for nobody")
			}
		}
		if r, err := parseRegistration(b); err == nil {
			if _, err := d.question(askMake, "", r.challenge); err == nil {
				t.Fatal("a question nobody asked")
			}
			_, _ = r.verify(q, helpdesk.NewID()) // may hold: an authenticator of "none" vouches for itself
		}
	})
}
