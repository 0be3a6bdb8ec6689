package frontend

import "testing"

func TestACodeIsTakenInAnyScript(t *testing.T) {
	for typed, want := range map[string]string{
		"1234 5678 9012":     "123456789012",
		"١٢٣٤-٥٦٧٨-٩٠١٢":     "123456789012",
		"۱۲۳۴ ۵۶۷۸ ۹۰۱۲":     "123456789012",
		"१२३४ ५६७८ ९०१२":     "123456789012",
		"１２３４ ５６７８ ９０１２":     "123456789012",
		"𝟏𝟐𝟑𝟒 𝟝𝟞𝟟𝟠 𝟿𝟶𝟷𝟸":     "123456789012",
		"\u200f123\u200f456": "123456",
		"":                   "",
		"12a":                "12a",
	} {
		if got := Latin(typed); got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
}
