package vault

import (
	"errors"
	"testing"
)

// Yes, no, and thank you in the sixteen languages: who sees the length of a
// row learns none of them.
func TestLengthsTellNothing(t *testing.T) {
	answers := map[string][]string{
		"sv": {"ja", "nej", "tack"}, "en": {"yes", "no", "thank you"}, "ar": {"نعم", "لا", "شكرا"},
		"fa": {"بله", "نه", "متشکرم"}, "prs": {"بلی", "نخیر", "تشکر"}, "ps": {"هو", "نه", "مننه"},
		"ckb": {"بەڵێ", "نەخێر", "سوپاس"}, "kmr": {"erê", "na", "spas"}, "so": {"haa", "maya", "mahadsanid"},
		"ti": {"እወ", "ኣይፋል", "የቐንየለይ"}, "sq": {"po", "jo", "faleminderit"}, "ru": {"да", "нет", "спасибо"},
		"uz": {"ha", "yoʻq", "rahmat"}, "ka": {"კი", "არა", "გმადლობთ"}, "mn": {"тийм", "үгүй", "баярлалаа"},
		"es": {"sí", "no", "gracias"},
	}
	if len(answers) != 16 {
		t.Fatalf("%d languages", len(answers))
	}
	k, p, s := NewKey(), NewPair(userID), NewSecrets()
	for name, seal := range map[string]func([]byte) []byte{
		"key":        func(b []byte) []byte { return k.Seal(place, b) },
		"pair":       func(b []byte) []byte { return p.Seal(place, b) },
		"office":     func(b []byte) []byte { return s.SealOffice(place, b) },
		"inside key": func(b []byte) []byte { return must2(t)(p.Public().Seal(place, b)) },
		"chunk":      func(b []byte) []byte { return k.SealChunk(place, 0, true, b) },
	} {
		want := len(seal(nil))
		for language, words := range answers {
			for _, w := range words {
				if got := len(seal([]byte(w))); got != want {
					t.Errorf("%s: %q (%s) takes %d bytes, others %d", name, w, language, got, want)
				}
			}
		}
	}
}

func TestPaddingHasFewSizesAndWastesLittle(t *testing.T) {
	sizes := map[int]bool{}
	before := 0
	for n := 0; n <= 1<<20; n++ {
		got := padded(n)
		if got < n || got < before {
			t.Fatalf("padded(%d) = %d, before %d", n, got, before)
		}
		if padded(got) != got {
			t.Fatalf("padded(%d) = %d is no step itself", n, got)
		}
		if n <= 1024 && (got%64 != 0 || got-n > 64) {
			t.Fatalf("padded(%d) = %d, want steps of 64", n, got)
		}
		if n > 1024 && float64(got-n) > 0.12*float64(n) {
			t.Fatalf("padded(%d) = %d wastes more than 12 %%", n, got)
		}
		before = got
		sizes[got] = true
	}
	if len(sizes) > 16+10*32 {
		t.Errorf("%d sizes up to 1 MiB tell too much", len(sizes))
	}
}

func TestContentComesBackAsItWas(t *testing.T) {
	k := NewKey()
	for _, n := range []int{0, 1, 55, 56, 57, 63, 64, 1015, 1016, 1017, 1024, 1025, 100_000} {
		plain := make([]byte, n)
		for i := range plain {
			plain[i] = byte(i % 3) // zeros at the end must not be taken for padding
		}
		got, err := k.Open(place, k.Seal(place, plain))
		if err := same(got, plain, err); err != nil {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

func TestAFrameWithAWrongLengthIsRefused(t *testing.T) {
	for _, f := range [][]byte{nil, {0}, {0, 0, 0, 0, 0, 0, 0, 1}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, {0x80, 0, 0, 0, 0, 0, 0, 0, 1}} {
		if _, err := unpad(f); !errors.Is(err, ErrNotOpened) {
			t.Errorf("%v: %v", f, err)
		}
	}
}
