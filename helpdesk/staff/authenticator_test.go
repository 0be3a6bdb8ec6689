package staff_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
)

const here = "https://help.canary.example"

// chip is an authenticator with one passkey (WebAuthn level 3, section 6): ES256,
// attestation "none", and what it computes for a page (prf).
type chip struct {
	w          *world
	key        *ecdsa.PrivateKey
	id, handle []byte
	secret     []byte
	host       string
	site       string // where the browser says it is
	count      uint32
	flags      byte // user present 1, verified 4, may be copied 8
}

func (w *world) chip() *chip {
	w.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	w.must(err)
	c := &chip{w: w, key: key, id: make([]byte, 32), secret: make([]byte, 32), site: here, flags: 1 | 4}
	rand.Read(c.id)
	rand.Read(c.secret)
	return c
}

func text64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (c *chip) bytes64(s string) []byte {
	c.w.t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	c.w.must(err)
	return b
}

// asked is what our options hold that an authenticator looks at.
type askedOf struct {
	Challenge string
	RP        struct{ ID string }
	RPID      string `json:"rpId"`
	User      struct{ ID, Name string }
	Allow     []struct{ ID string } `json:"allowCredentials"`
	Exclude   []struct{ ID string } `json:"excludeCredentials"`
	Selection struct {
		UserVerification string
	} `json:"authenticatorSelection"`
	UserVerification string
	Extensions       struct {
		PRF struct{ Eval struct{ First string } }
	}
}

func (c *chip) reads(options []byte) askedOf {
	c.w.t.Helper()
	var a askedOf
	c.w.must(json.Unmarshal(options, &a))
	return a
}

func (c *chip) client(kind string, a askedOf) []byte {
	b, err := json.Marshal(map[string]any{"type": kind, "challenge": a.Challenge, "origin": c.site, "crossOrigin": false})
	c.w.must(err)
	return b
}

func (c *chip) data(more []byte) []byte {
	host := sha256.Sum256([]byte(c.host))
	b := append(host[:], c.flags)
	if more != nil {
		b[32] |= 0x40
	}
	b = binary.BigEndian.AppendUint32(b, c.count)
	return append(b, more...)
}

func (c *chip) computes(a askedOf) []byte {
	if a.Extensions.PRF.Eval.First == "" {
		return nil
	}
	m := hmac.New(sha256.New, c.secret)
	sum := sha256.Sum256(append([]byte("WebAuthn PRF\x00"), c.bytes64(a.Extensions.PRF.Eval.First)...))
	m.Write(sum[:])
	return m.Sum(nil)
}

// makes the passkey; the answer is a RegistrationResponseJSON.
func (c *chip) makes(options []byte) (answer, output []byte) {
	c.w.t.Helper()
	a := c.reads(options)
	if a.Selection.UserVerification != "required" {
		c.w.t.Error("the authenticator is not asked to know its user")
	}
	c.host, c.handle = a.RP.ID, c.bytes64(a.User.ID)
	point, err := c.key.PublicKey.Bytes()
	c.w.must(err)
	// The key as COSE has it (RFC 9052, section 7): EC2, ES256, P-256, x, y.
	cose := bytes.Join([][]byte{{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20}, point[1:33], {0x22, 0x58, 0x20}, point[33:]}, nil)
	more := append(make([]byte, 16), 0, byte(len(c.id)))
	more = append(append(more, c.id...), cose...)
	data := c.data(more)
	// {"fmt": "none", "attStmt": {}, "authData": data} as CBOR
	object := bytes.Join([][]byte{{0xa3, 0x63}, []byte("fmt"), {0x64}, []byte("none"), {0x67}, []byte("attStmt"), {0xa0, 0x68}, []byte("authData"),
		{0x59, byte(len(data) >> 8), byte(len(data))}, data}, nil)
	answer, err = json.Marshal(map[string]any{
		"id": text64(c.id), "rawId": text64(c.id), "type": "public-key",
		"response": map[string]any{"clientDataJSON": text64(c.client("webauthn.create", a)), "attestationObject": text64(object), "transports": []string{"internal", "canary"}},
	})
	c.w.must(err)
	return answer, c.computes(a)
}

// signs what it is asked; the answer is an AuthenticationResponseJSON.
func (c *chip) signs(options []byte) (answer, output []byte) {
	c.w.t.Helper()
	a := c.reads(options)
	if a.UserVerification != "required" {
		c.w.t.Error("the authenticator is not asked to know its user")
	}
	c.count++
	data, client := c.data(nil), c.client("webauthn.get", a)
	sum := sha256.Sum256(client)
	sum = sha256.Sum256(append(bytes.Clone(data), sum[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, c.key, sum[:])
	c.w.must(err)
	answer, err = json.Marshal(map[string]any{
		"id": text64(c.id), "rawId": text64(c.id), "type": "public-key",
		"response": map[string]any{"clientDataJSON": text64(client), "authenticatorData": text64(data), "signature": text64(signature), "userHandle": text64(c.handle)},
	})
	c.w.must(err)
	return answer, c.computes(a)
}
