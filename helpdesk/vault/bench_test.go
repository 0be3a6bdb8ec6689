package vault

import (
	"bytes"
	"testing"
)

func BenchmarkSeal2KB(b *testing.B) {
	k, plain := NewKey(), noise(2048)
	b.SetBytes(2048)
	for b.Loop() {
		k.Seal(place, plain)
	}
}

func BenchmarkOpen2KB(b *testing.B) {
	k := NewKey()
	sealed := k.Seal(place, noise(2048))
	b.SetBytes(2048)
	for b.Loop() {
		if _, err := k.Open(place, sealed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSealFreshKey2KB(b *testing.B) {
	plain := noise(2048)
	for b.Loop() {
		NewKey().Seal(place, plain)
	}
}

func BenchmarkWrapSettled(b *testing.B) {
	p, k := NewPair(teamID), NewKey()
	for b.Loop() {
		p.Wrap(place, k)
	}
}

func BenchmarkUnwrapSettled(b *testing.B) {
	p := NewPair(teamID)
	sealed := p.Wrap(place, NewKey())
	for b.Loop() {
		if _, err := p.Unwrap(place, sealed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWrapBlind(b *testing.B) {
	public, k := NewPair(teamID).Public(), NewKey()
	for b.Loop() {
		if _, err := public.Wrap(place, k); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUnwrapBlind(b *testing.B) {
	p := NewPair(teamID)
	sealed := must2(b)(p.Public().Wrap(place, NewKey()))
	for b.Loop() {
		if _, err := p.Unwrap(place, sealed); err != nil {
			b.Fatal(err)
		}
	}
}

// A pair made from its seed that opens settled things only, as most requests do.
func BenchmarkPairSettledOnly(b *testing.B) {
	p := NewPair(teamID)
	sealed, seed := p.Wrap(place, NewKey()), p.seed()[:]
	for b.Loop() {
		p, _ := PairFromSeed(teamID, seed)
		if _, err := p.Unwrap(place, sealed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPairParsed(b *testing.B) {
	seed := NewPair(teamID).seed()[:]
	for b.Loop() {
		p, _ := PairFromSeed(teamID, seed)
		p.parse()
	}
}

func BenchmarkVouch(b *testing.B) {
	s, sealed := NewSecrets(), noise(2048)
	for b.Loop() {
		s.Vouch(place, sealed)
	}
}

func BenchmarkIndex(b *testing.B) {
	s := NewSecrets()
	for b.Loop() {
		s.Index("address", "anna@example.org")
	}
}

func BenchmarkAt(b *testing.B) {
	for b.Loop() {
		At("tickets.message", "conversation", 7, []byte("row"), teamID)
	}
}

func BenchmarkSealChunksOf1MB(b *testing.B) {
	k, plain := NewKey(), noise(1<<20)
	b.SetBytes(1 << 20)
	for b.Loop() {
		if _, _, err := k.SealChunks(place, bytes.NewReader(plain), func(uint32, []byte) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSealChunksOf5KB(b *testing.B) {
	k, plain := NewKey(), noise(5000)
	for b.Loop() {
		if _, _, err := k.SealChunks(place, bytes.NewReader(plain), func(uint32, []byte) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
