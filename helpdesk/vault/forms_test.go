package vault

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
)

// form is one way to seal, with all it needs to open again. The property tests
// run over all of them; a new way to seal belongs in this list.
type form struct {
	name   string
	scheme scheme
	sealed []byte
	open   func(c Context, sealed []byte) error
	other  func(c Context, sealed []byte) error // the same with another key
}

var (
	cheap   = Cost{1, 1}
	teamID  = KeyID{Kind: Team, Owner: "team-a", Version: 3}
	userID  = KeyID{Kind: User, Owner: "user-b", Version: 1}
	place   = At("tickets.message", "conversation", 7, []byte("row"), true, teamID)
	digits  = "46103870925551730264"
	content = []byte("Jag fick avslag i går. Vad händer nu?")
)

// elsewhere is every way to be nearly at place.
func elsewhere() map[string]Context {
	return map[string]Context{
		"other kind":        At("tickets.folded", "conversation", 7, []byte("row"), true, teamID),
		"other text":        At("tickets.message", "conversatioN", 7, []byte("row"), true, teamID),
		"other number":      At("tickets.message", "conversation", 8, []byte("row"), true, teamID),
		"other bytes":       At("tickets.message", "conversation", 7, []byte("roW"), true, teamID),
		"other flag":        At("tickets.message", "conversation", 7, []byte("row"), false, teamID),
		"other key kind":    At("tickets.message", "conversation", 7, []byte("row"), true, KeyID{User, "team-a", 3}),
		"other key owner":   At("tickets.message", "conversation", 7, []byte("row"), true, KeyID{Team, "team-b", 3}),
		"other key version": At("tickets.message", "conversation", 7, []byte("row"), true, KeyID{Team, "team-a", 4}),
		"one part less":     At("tickets.message", "conversation", 7, []byte("row"), true),
		"one part more":     At("tickets.message", "conversation", 7, []byte("row"), true, teamID, ""),
		"parts swapped":     At("tickets.message", 7, "conversation", []byte("row"), true, teamID),
		"border moved":      At("tickets.messagec", "onversation", 7, []byte("row"), true, teamID),
		"text for bytes":    At("tickets.message", "conversation", 7, "row", true, teamID),
		"text for number":   At("tickets.message", "conversation", "7", []byte("row"), true, teamID),
	}
}

func same(got, want []byte, err error) error {
	if err == nil && !bytes.Equal(got, want) {
		return fmt.Errorf("opened to something else")
	}
	return err
}

func samePair(got, want *Pair, err error) error {
	if err == nil && (*got.seed() != *want.seed() || got.id != want.id || !got.content.Equal(want.content)) {
		return fmt.Errorf("opened to another pair")
	}
	return err
}

func must(t testing.TB, sealed []byte, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

// material is every key a form needs.
type material struct {
	k, inner Key
	p, team  *Pair
	s        *Secrets
	session  SessionKey
	salt     []byte
	link     LinkKey
}

func forms(t testing.TB) []form {
	return formsOf(t, material{NewKey(), NewKey(), NewPair(userID), NewPair(teamID), NewSecrets(), NewSessionKey(), NewSalt(), NewLinkKey()})
}

func formsOf(t testing.TB, m material) []form {
	k, inner, p, team, s, session, salt := m.k, m.inner, m.p, m.team, m.s, m.session, m.salt
	k2, p2, s2, session2 := NewKey(), NewPair(userID), NewSecrets(), NewSessionKey()
	code, code2 := s.CodeKey("return", digits, cheap), s2.CodeKey("return", digits, cheap)
	public := p.Public()

	unwrap := func(by func(Context, []byte) (Key, error)) func(Context, []byte) error {
		return func(c Context, sealed []byte) error {
			got, err := by(c, sealed)
			if err != nil {
				return err
			}
			return same(got.Bytes(), inner.Bytes(), nil)
		}
	}
	open := func(by func(Context, []byte) ([]byte, error)) func(Context, []byte) error {
		return func(c Context, sealed []byte) error {
			got, err := by(c, sealed)
			return same(got, content, err)
		}
	}
	pair := func(by func(Context, KeyID, []byte) (*Pair, error)) func(Context, []byte) error {
		return func(c Context, sealed []byte) error {
			got, err := by(c, teamID, sealed)
			return samePair(got, team, err)
		}
	}
	chunk := func(k Key, n uint32, last bool) func(Context, []byte) error {
		return open(func(c Context, sealed []byte) ([]byte, error) { return k.OpenChunk(c, n, last, sealed) })
	}
	words := func(s *Secrets) func(Context, []byte) error {
		return pair(func(c Context, id KeyID, sealed []byte) (*Pair, error) {
			return s.UnlockWithWords(id, sealed, "ett två tre fyra fem sex", salt, cheap, c)
		})
	}
	prf := func(output []byte) func(Context, []byte) error {
		return pair(func(c Context, id KeyID, sealed []byte) (*Pair, error) { return s.UnlockWithPRF(id, sealed, output, c) })
	}
	both, both2 := s.WithCode(m.link, "123456789012", cheap)[0], s.WithCode(m.link, "123456789013", cheap)[0]
	return []form{
		{"content under a key", schemeSealed, k.Seal(place, content), open(k.Open), open(k2.Open)},
		{"key under a key", schemeWrap, k.Wrap(place, inner), unwrap(k.Unwrap), unwrap(k2.Unwrap)},
		{"own things", schemeSealed, p.Seal(place, content), open(p.Open), open(p2.Open)},
		{"settled wrap", schemeWrap, p.Wrap(place, inner), unwrap(p.Unwrap), unwrap(p2.Unwrap)},
		{"settled pair", schemePair, p.WrapPair(place, team), pair(p.UnwrapPair), pair(p2.UnwrapPair)},
		{"blind wrap", schemeBlindWrap, must2(t)(public.Wrap(place, inner)), unwrap(p.Unwrap), unwrap(p2.Unwrap)},
		{"blind pair", schemeBlindPair, must2(t)(public.WrapPair(place, team)), pair(p.UnwrapPair), pair(p2.UnwrapPair)},
		{"blind content", schemeBlindSealed, must2(t)(public.Seal(place, content)), open(p.Open), open(p2.Open)},
		{"chunk", schemeChunk, k.SealChunk(place, 4, false, content), chunk(k, 4, false), chunk(k2, 4, false)},
		{"last chunk", schemeLastChunk, k.SealChunk(place, 5, true, content), chunk(k, 5, true), chunk(k2, 5, true)},
		{"office", schemeOffice, s.SealOffice(place, content), open(s.OpenOffice), open(s2.OpenOffice)},
		{"words", schemeWords, s.LockWithWords(team, "ett två tre fyra fem sex", salt, cheap, place), words(s), words(s2)},
		{"authenticator", schemePRF, must2(t)(s.LockWithPRF(team, fixed(8), place)), prf(fixed(8)), prf(fixed(9))},
		{"session", schemeSession, session.Seal(place, team), pair(session.Open), pair(session2.Open)},
		{"notice", schemeNotice, s.SealNotice(place, content), open(s.OpenNotice), open(s2.OpenNotice)},
		{"code", schemeCode, code.Lock(place, team), pair(code.Unlock), pair(code2.Unlock)},
		{"key under a code", schemeCodeWrap, code.Wrap(place, inner), unwrap(code.Unwrap), unwrap(code2.Unwrap)},
		{"pair under a link and digits", schemeLinkCode, both.Lock(place, team), pair(both.Unlock), pair(both2.Unlock)},
		{"key under a link", schemeLink, m.link.Wrap(place, inner), unwrap(m.link.Unwrap), unwrap(NewLinkKey().Unwrap)},
	}
}

func must2(t testing.TB) func([]byte, error) []byte {
	return func(sealed []byte, err error) []byte { return must(t, sealed, err) }
}

func eachForm(t *testing.T, do func(t *testing.T, f form)) {
	for _, f := range forms(t) {
		t.Run(f.name, func(t *testing.T) {
			if err := f.open(place, f.sealed); err != nil {
				t.Fatalf("does not open where it belongs: %v", err)
			}
			do(t, f)
		})
	}
}

func TestEveryFormStartsWithItsScheme(t *testing.T) {
	eachForm(t, func(t *testing.T, f form) {
		if scheme(f.sealed[0]) != f.scheme {
			t.Errorf("scheme %d, want %d: stored rows would not open", f.sealed[0], f.scheme)
		}
		blind := []scheme{schemeBlindWrap, schemeBlindPair, schemeBlindSealed}
		if Blind(f.sealed) != slices.Contains(blind, f.scheme) {
			t.Errorf("Blind says %v", Blind(f.sealed))
		}
	})
}

func TestAChangedByteOpensNothing(t *testing.T) {
	eachForm(t, func(t *testing.T, f form) {
		flips := []byte{0x01, 0x80}
		step := 1
		if testing.Short() && len(f.sealed) > 200 {
			step = 7
		}
		if f.scheme == schemeWords {
			flips = flips[:1] // each try costs an Argon2id
		}
		for i := 0; i < len(f.sealed); i += step {
			for _, flip := range flips {
				b := bytes.Clone(f.sealed)
				b[i] ^= flip
				if err := f.open(place, b); !errors.Is(err, ErrNotOpened) {
					t.Fatalf("byte %d changed: %v", i, err)
				}
			}
		}
	})
}

func TestAShortenedOrLengthenedBlobOpensNothing(t *testing.T) {
	eachForm(t, func(t *testing.T, f form) {
		for n := 0; n < len(f.sealed); n += 1 + n/40 {
			if err := f.open(place, f.sealed[:n]); !errors.Is(err, ErrNotOpened) {
				t.Fatalf("cut at %d of %d: %v", n, len(f.sealed), err)
			}
		}
		if err := f.open(place, append(bytes.Clone(f.sealed), 0)); !errors.Is(err, ErrNotOpened) {
			t.Errorf("a byte too many: %v", err)
		}
		if err := f.open(place, nil); !errors.Is(err, ErrNotOpened) {
			t.Errorf("nothing at all: %v", err)
		}
	})
}

func TestNothingOpensElsewhere(t *testing.T) {
	eachForm(t, func(t *testing.T, f form) {
		for what, c := range elsewhere() {
			if err := f.open(c, f.sealed); !errors.Is(err, ErrNotOpened) {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

func TestNothingOpensWithAnotherKey(t *testing.T) {
	eachForm(t, func(t *testing.T, f form) {
		if err := f.other(place, f.sealed); !errors.Is(err, ErrNotOpened) {
			t.Errorf("another key: %v", err)
		}
	})
}

// Two forms made by one key at one place still are two things: a pair's seed
// must not come out as a key, a chunk not as content.
func TestNoFormOpensAsAnother(t *testing.T) {
	all := forms(t)
	// A pair opens both forms of one thing; which, the scheme byte tells.
	alike := map[string]string{
		"own things": "blind content", "settled wrap": "blind wrap", "settled pair": "blind pair",
	}
	for _, f := range all {
		for _, g := range all {
			if f.name == g.name {
				continue
			}
			sibling := alike[f.name] == g.name || alike[g.name] == f.name
			if err := g.open(place, f.sealed); !sibling && !errors.Is(err, ErrNotOpened) {
				t.Errorf("%s opens as %s: %v", f.name, g.name, err)
			}
			b := bytes.Clone(f.sealed)
			b[0] = byte(g.scheme) // a liar changes the scheme byte too
			if g.scheme != f.scheme {
				if err := g.open(place, b); !errors.Is(err, ErrNotOpened) {
					t.Errorf("%s, relabelled, opens as %s: %v", f.name, g.name, err)
				}
			}
		}
	}
}

// The key id in front can not be changed for that of the key at hand.
func TestTheKeyIDIsBound(t *testing.T) {
	k, k2 := NewKey(), NewKey()
	b := k.Seal(place, content)
	copy(b[1:headLen], k2.Seal(place, content)[1:headLen])
	if _, err := k2.Open(place, b); !errors.Is(err, ErrNotOpened) {
		t.Errorf("opened with k2: %v", err)
	}
	if _, err := k.Open(place, b); !errors.Is(err, ErrNotOpened) {
		t.Errorf("opened with k under k2's id: %v", err)
	}
}

func TestSealingTwiceShowsNothingInCommon(t *testing.T) {
	k := NewKey()
	a, b := k.Seal(place, content), k.Seal(place, content)
	if bytes.Equal(a[headLen:headLen+12], b[headLen:headLen+12]) || bytes.Equal(a[headLen+12:], b[headLen+12:]) {
		t.Error("one nonce twice")
	}
}
