package directory

import (
	"strings"
	"unicode"
)

// folded are the letters that people leave out or cannot type. Others are only
// lower-cased: what is written in Arabic or Ge'ez is sought so.
var folded = strings.NewReplacer(
	"å", "a", "ä", "a", "á", "a", "à", "a", "â", "a", "ã", "a", "æ", "ae",
	"ö", "o", "ø", "o", "ó", "o", "ò", "o", "ô", "o", "õ", "o",
	"é", "e", "è", "e", "ê", "e", "ë", "e", "í", "i", "ì", "i", "î", "i", "ï", "i",
	"ü", "u", "ú", "u", "ù", "u", "û", "u", "ç", "c", "ñ", "n", "ß", "ss",
	"a\u030a", "a", "a\u0308", "a", "o\u0308", "o", "e\u0301", "e")

// fold makes text comparable: lower case, without marks, one blank between
// words.
func fold(s string) string {
	return strings.Join(words(s), " ")
}

func words(s string) []string {
	return strings.FieldsFunc(folded.Replace(strings.ToLower(s)), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsNumber(c) && !unicode.IsMark(c) })
}
