package vault

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// What others do with our types: put them into structs of theirs, public and
// private, and print those.
type holder struct {
	Pair    *Pair
	Key     Key
	Secrets *Secrets
	Session SessionKey
	Code    CodeKey
	Link    LinkKey
	Both    LinkCode
	At      Context
}

type hider struct {
	pair    *Pair
	key     Key
	secrets *Secrets
	session SessionKey
	code    CodeKey
	link    LinkKey
	both    LinkCode
}

func TestASecretNeverPrints(t *testing.T) {
	h := holder{NewPair(userID), NewKey(), NewSecrets(), NewSessionKey(), CodeKey{}, NewLinkKey(), LinkCode{}, At("k", "anna@example.org")}
	h.Code = h.Secrets.CodeKey("return", digits, cheap)
	h.Both = h.Secrets.WithCode(h.Link, "123456789012", cheap)[0]
	h.Pair.Fingerprint()
	h.Key.Seal(place, nil)
	x := hider{h.Pair, h.Key, h.Secrets, h.Session, h.Code, h.Link, h.Both}

	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p", "%t"} {
		for _, v := range []any{h.Pair, h.Key, h.Secrets, h.Session, h.Code, h.Link, h.Both, h.At, &h.Key, &h.Session, &h.Code, &h.Link, &h.Both, h, &h, x, &x, []any{h}, map[string]any{"k": x}} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
	}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("m", "pair", h.Pair, "key", h.Key, "secrets", h.Secrets, "session", h.Session, "code", h.Code, "link", h.Link, "both", h.Both, "at", h.At, "holder", h, "hider", x)
	}
	b, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(b)
	out.WriteString(h.Pair.String() + h.Key.String() + h.Secrets.String() + h.Session.String() + h.Code.String() + h.Link.String() + h.Both.String() + h.At.String())

	printed := out.String()
	if strings.Count(printed, silence) < 50 {
		t.Errorf("only %d times %s: does this test still print anything?", strings.Count(printed, silence), silence)
	}
	secrets := map[string][]byte{"seed": h.Pair.seed()[:], "content key": h.Pair.content.secret()[:], "key": h.Key.secret()[:],
		"session": h.Session.secret()[:], "code": h.Code.keys[0].key()[:], "link and code": h.Both.key.secret()[:], "office": h.Secrets.rings[Office].now(), "pepper": h.Secrets.rings[Pepper].now()}
	for name, secret := range secrets {
		part := secret[4:20]
		decimal := strings.Trim(fmt.Sprint(part), "[]")
		for form, needle := range map[string]string{
			"raw": string(part), "hex": hex.EncodeToString(part), "HEX": strings.ToUpper(hex.EncodeToString(part)), "decimal": decimal,
			"decimal, commas": strings.ReplaceAll(decimal, " ", ", "), "JSON": strings.ReplaceAll(decimal, " ", ","),
			"Go":     strings.Trim(strings.TrimPrefix(fmt.Sprintf("%#v", part), "[]byte"), "{}"),
			"base64": base64.StdEncoding.EncodeToString(secret[:30]), "base64 for addresses": base64.RawURLEncoding.EncodeToString(secret[:30]),
		} {
			if strings.Contains(printed, needle) {
				t.Errorf("%s stands there as %s", name, form)
			}
		}
	}
	link := h.Link.secret()[:]
	for form, needle := range map[string]string{
		"raw": string(link), "hex": hex.EncodeToString(link), "decimal": strings.Trim(fmt.Sprint(link), "[]"), "fragment": h.Link.Fragment(),
	} {
		if strings.Contains(printed, needle) {
			t.Errorf("the link stands there as %s", form)
		}
	}
	if strings.Contains(printed, "anna@example.org") {
		t.Error("a place prints")
	}
}

func TestErrorsHoldNoSecret(t *testing.T) {
	s := NewSecrets()
	file := s.Marshal()
	for _, bad := range [][]byte{bytes.Replace(file, []byte(`"pepper"`), []byte(`"piper"`), 1), file[:len(file)-9]} {
		_, err := ParseSecrets(bad)
		if err == nil {
			t.Fatal("parsed")
		}
		if len(err.Error()) > 80 || strings.Contains(err.Error(), "piper") {
			t.Errorf("%v", err)
		}
	}
}
