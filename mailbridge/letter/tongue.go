package letter

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Tongues are what Tongue can answer: the languages of person's pages.
var Tongues = []string{"sv", "en", "ar", "fa", "prs", "ps", "ckb", "kmr", "so", "ti", "sq", "ru", "uz", "ka", "mn", "es"}

// Tongue tells in which of the sixteen languages of person's pages a text is
// written, by its script and by small words; "" when it is none of them or too
// little is written to tell. Who is answered in a wrong language is better not
// guessed at: a doubt is "".
func Tongue(text string) string {
	words, scripts := wordsOf(text)
	best, most, all := script(0), 0, 0
	for s, n := range scripts {
		all += n
		if n > most {
			best, most = script(s), n
		}
	}
	// A letter in Arabic script holds names, addresses and forms in Latin; what
	// is in Latin holds nothing of the other kind.
	for s := arabic; s < scriptCount; s++ {
		if scripts[s]*3 >= all && scripts[s] > 8 && scripts[s] >= scripts[best]/2 && best == latin {
			best, most = s, scripts[s]
		}
	}
	if most < 3 {
		return ""
	}
	switch best {
	case georgian:
		return "ka"
	case ethiopic:
		return ethiopicTongue(text, words)
	case arabic:
		return arabicTongue(text, words)
	case cyrillic:
		return cyrillicTongue(text, words)
	case latin:
		return latinTongue(text, words)
	}
	return ""
}

type script int

const (
	latin script = iota
	arabic
	cyrillic
	ethiopic
	georgian
	otherScript
	scriptCount
)

// maxTongueText bounds what is looked at: nobody changes language after it.
const maxTongueText = 6000

// wordsOf cuts text into lower-case words without addresses and links, and
// counts the letters of each script in them.
func wordsOf(text string) (words []string, scripts [scriptCount]int) {
	if len(text) > maxTongueText {
		text = strings.ToValidUTF8(text[:maxTongueText], "")
	}
	for field := range strings.FieldsSeq(text) {
		if strings.ContainsRune(field, '@') || strings.Contains(field, "://") || strings.HasPrefix(field, "www.") {
			continue
		}
		for _, w := range strings.FieldsFunc(strings.ToLower(field), notInWord) {
			if w = strings.Trim(w, "'’ʻʼ`"); w == "" {
				continue
			}
			words = append(words, strings.Map(plainMark, w))
			for _, r := range w {
				if unicode.IsLetter(r) {
					scripts[scriptOf(r)]++
				}
			}
		}
	}
	return words, scripts
}

func notInWord(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune("'’ʻʼ`\u200c", r)
}

// plainMark makes one of the marks people type for Uzbek's turned comma and of
// apostrophes, one of the two yehs and kafs of Arabic and Persian keyboards, and
// drops vowel signs and joiners.
func plainMark(r rune) rune {
	switch r {
	case '’', 'ʻ', 'ʼ', '`':
		return '\''
	case 'ي', 'ى':
		return 'ی'
	case 'ك':
		return 'ک'
	case 'أ', 'إ', 'آ':
		return 'ا'
	case '\u200c', '\u200d', 'ـ':
		return -1
	}
	if r >= 0x64b && r <= 0x652 {
		return -1
	}
	return r
}

func scriptOf(r rune) script {
	switch {
	case r < 0x250 || unicode.Is(unicode.Latin, r):
		return latin
	case unicode.Is(unicode.Arabic, r):
		return arabic
	case unicode.Is(unicode.Cyrillic, r):
		return cyrillic
	case unicode.Is(unicode.Ethiopic, r):
		return ethiopic
	case unicode.Is(unicode.Georgian, r):
		return georgian
	}
	return otherScript
}

// score counts how many of words stand in each list, with what letters already
// say, and returns the best when it leads; "" for a tie or for none.
func score(words []string, lists []tongueWords, points map[string]int) string {
	for _, w := range words {
		for _, l := range lists {
			if _, ok := l.words[w]; ok {
				points[l.tag] += 2
				if utf8.RuneCountInString(w) > 3 {
					points[l.tag]++ // a longer word is rarely met by chance
				}
			}
		}
	}
	best, second := "", ""
	for tag, n := range points {
		switch {
		case n <= 0:
		case best == "" || n > points[best] || n == points[best] && tag < best:
			best, second = tag, best
		case second == "" || n > points[second]:
			second = tag
		}
	}
	if best == "" || second != "" && points[second] == points[best] {
		return ""
	}
	return best
}

// known turns a decoy's tag into "".
func known(tag string) string {
	if strings.HasPrefix(tag, "not ") {
		return ""
	}
	return tag
}

func letters(text, of string) (n int) {
	for _, r := range text {
		if r >= 0x80 && strings.ContainsRune(of, r) {
			n++
		}
	}
	return n
}

func ethiopicTongue(text string, words []string) string {
	text = strings.ToLower(clipText(text))
	// Tigrinya begins words with ኣ and has ቐ and ኸ, where Amharic has አ.
	points := map[string]int{
		"ti":          letters(text, "ኣቐቑቒቓቔቕቖኸኹኺኻኼኽኾዃ"),
		"not amharic": 2 * letters(text, "አ"),
	}
	return known(score(words, ethiopicWords, points))
}

func arabicTongue(text string, words []string) string {
	text = clipText(text)
	points := map[string]int{
		"ps":       3 * letters(text, "ټډړښږځڅېۍڼۀګ"),
		"ckb":      2*letters(text, "ڕڵۆێڤ") + letters(text, "ە"),
		"not urdu": 3 * letters(text, "ٹڈڑںےہھ"),
		"ar":       2*letters(text, "ةىإأؤ") + letters(text, "ي"),
		"fa":       letters(text, "پچژگ") + letters(text, "ی")/4,
	}
	tag := known(score(words, arabicWords, points))
	if tag == "fa" && points["fa"] < 4 {
		return ""
	}
	if tag != "fa" {
		return tag
	}
	// Dari and Persian are one language on paper: the words of Kabul decide.
	dari := map[string]int{}
	if score(words, persianWords, dari) == "prs" {
		return "prs"
	}
	return "fa"
}

func cyrillicTongue(text string, words []string) string {
	text = strings.ToLower(clipText(text))
	points := map[string]int{
		"mn":            2 * letters(text, "өү"),
		"uz":            2 * letters(text, "ўқғҳ"),
		"ru":            letters(text, "ыщ") / 2,
		"not ukrainian": 4 * letters(text, "іїєґ"),
		"not kazakh":    5 * letters(text, "әңұіһ"),
		"not tajik":     5 * letters(text, "ӣӯҷ"),
		"not serbian":   5 * letters(text, "ђћџљњјѓќѕ"),
	}
	return known(score(words, cyrillicWords, points))
}

func latinTongue(text string, words []string) string {
	text = strings.ToLower(clipText(text))
	points := map[string]int{
		"sv":          letters(text, "å") + letters(text, "äö")/2,
		"es":          2 * letters(text, "ñ¿¡"),
		"kmr":         letters(text, "êîû"),
		"sq":          letters(text, "ë"),
		"not german":  3 * letters(text, "ß"),
		"not turkish": 2 * letters(text, "ığ"),
		"not nordic":  3 * letters(text, "øæ"),
		"not polish":  3 * letters(text, "łąęśźż"),
	}
	for _, w := range words {
		if strings.Contains(w, "o'") || strings.Contains(w, "g'") {
			points["uz"]++
		}
		for _, double := range []string{"aa", "oo", "uu", "ii", "ee"} {
			if strings.Contains(w, double) && (strings.HasSuffix(w, "aan") || strings.HasSuffix(w, "ay") || strings.HasPrefix(w, "w")) {
				points["so"]++
			}
		}
	}
	return known(score(words, latinWords, points))
}

func clipText(text string) string {
	if len(text) > maxTongueText {
		return strings.ToValidUTF8(text[:maxTongueText], "")
	}
	return text
}
