package vault

import (
	"fmt"
	"io"
	"log/slog"
)

// What holds a secret shows this and nothing else, whatever verb asks.
const silence = "[sealed]"

// hidden keeps 32 bytes where fmt can not follow. Our Format is not asked when a
// secret lies in a private field of somebody else's struct: fmt then walks in by
// reflection, and through one pointer too when the verb does not fit. A func it
// shows as an address, always.
type hidden func() *[secretLen]byte

func hide(b []byte) hidden {
	secret := [secretLen]byte(b)
	return func() *[secretLen]byte { return &secret }
}

func hush(f fmt.State) { io.WriteString(f, silence) }

func (p *Pair) String() string             { return silence }
func (p *Pair) Format(f fmt.State, _ rune) { hush(f) }
func (p *Pair) LogValue() slog.Value       { return slog.StringValue(silence) }
func (p *Pair) MarshalText() ([]byte, error) {
	return []byte(silence), nil
}

func (k Key) String() string             { return silence }
func (k Key) Format(f fmt.State, _ rune) { hush(f) }
func (k Key) LogValue() slog.Value       { return slog.StringValue(silence) }
func (k Key) MarshalText() ([]byte, error) {
	return []byte(silence), nil
}

func (s *Secrets) String() string             { return silence }
func (s *Secrets) Format(f fmt.State, _ rune) { hush(f) }
func (s *Secrets) LogValue() slog.Value       { return slog.StringValue(silence) }
func (s *Secrets) MarshalText() ([]byte, error) {
	return []byte(silence), nil
}

func (s SessionKey) String() string             { return silence }
func (s SessionKey) Format(f fmt.State, _ rune) { hush(f) }
func (s SessionKey) LogValue() slog.Value       { return slog.StringValue(silence) }
func (s SessionKey) MarshalText() ([]byte, error) {
	return []byte(silence), nil
}

func (k CodeKey) String() string             { return silence }
func (k CodeKey) Format(f fmt.State, _ rune) { hush(f) }
func (k CodeKey) LogValue() slog.Value       { return slog.StringValue(silence) }
func (k CodeKey) MarshalText() ([]byte, error) {
	return []byte(silence), nil
}

func (l LinkKey) String() string             { return silence }
func (l LinkKey) Format(f fmt.State, _ rune) { hush(f) }
func (l LinkKey) LogValue() slog.Value       { return slog.StringValue(silence) }
func (l LinkKey) MarshalText() ([]byte, error) {
	return []byte(silence), nil
}

// A place may hold what somebody is looked up by.
func (c Context) String() string             { return silence }
func (c Context) Format(f fmt.State, _ rune) { hush(f) }
func (c Context) LogValue() slog.Value       { return slog.StringValue(silence) }

func (k LinkCode) String() string             { return silence }
func (k LinkCode) Format(f fmt.State, _ rune) { hush(f) }
func (k LinkCode) LogValue() slog.Value       { return slog.StringValue(silence) }
func (k LinkCode) MarshalText() ([]byte, error) {
	return []byte(silence), nil
}
