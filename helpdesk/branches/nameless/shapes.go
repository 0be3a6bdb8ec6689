package nameless

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// fold writes a lower-case word as the lists have it: letters that people of one
// language write in several ways are one, and vowel signs are none.
func fold(low string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune("أإآٱ", r):
			return 'ا'
		case r == 'ى' || r == 'ي' || r == 'ئ' || r == 'ې':
			return 'ی'
		case r == 'ك':
			return 'ک'
		case r == 'ة' || r == 'ە' || r == 'ۀ':
			return 'ه'
		case r == 'ؤ':
			return 'و'
		case r == 'ё':
			return 'е'
		// Tatweel, joiners, Arabic and Hebrew vowel signs.
		case r == 'ـ', r == '\u200c', r == '\u200d', r >= 0x064b && r <= 0x065f, r == 0x0670, r >= 0x0591 && r <= 0x05c7 && r != 0x05be:
			return -1
		// Ethiopic rows that sound alike, in each of their seven orders: ሐ and ኀ as ሀ,
		// ሠ as ሰ, ዐ as አ, ፀ as ጸ (The Unicode Standard, block Ethiopic).
		case r >= 0x1210 && r <= 0x1216:
			return sound(r - 0x10)
		case r >= 0x1280 && r <= 0x1286:
			return sound(r - 0x80)
		case r >= 0x1220 && r <= 0x1226:
			return r + 0x10
		case r >= 0x12d0 && r <= 0x12d6:
			return sound(r - 0x30)
		case r >= 0x1340 && r <= 0x1346:
			return r - 8
		}
		return sound(r)
	}, low)
}

// sound joins the first and fourth order of ሀ and አ, which are spoken alike.
func sound(r rune) rune {
	switch r {
	case 'ሃ':
		return 'ሀ'
	case 'ኣ':
		return 'አ'
	}
	return r
}

// Particles that languages write onto a word: in front of it, and behind.
var (
	fore = folded("و ف ال وال ل لل ب بال ک ב מ ל ו ה ש כ וה ול ומ שה ን ብ ከ የ ለ በ ናይ")
	aft  = folded("s ს მ მა ის ში დან იდან ზე თან ით სთან ისთან თვის სთვის ისთვის ом ой ою ем ей а у е ы и ю я ን ስ ውን ም")
)

func folded(text string) []string {
	all := strings.Fields(text)
	for i, w := range all {
		all[i] = fold(w)
	}
	return all
}

// stem drops such particles, where what is left stands in a list: at most one in
// front and one behind.
func stem(word string) string {
	for _, before := range append([]string{""}, fore...) {
		s, ok := strings.CutPrefix(word, before)
		if !ok || length(s) < 2 {
			continue
		}
		if before != "" && length(s) > 2 && has(both, s) {
			return s
		}
		for _, behind := range aft {
			t, ok := strings.CutSuffix(s, behind)
			if !ok || length(t) < 3 {
				continue
			}
			// What an ending replaced: Мария, Марии; თბილისი, თბილისში.
			for _, was := range []string{"", "а", "я", "й", "ь", "ი", "ე", "ა"} {
				if has(both, t+was) {
					return t + was
				}
			}
		}
	}
	return word
}

// Beginnings and endings that hardly any other words have.
var (
	heads = folded("عبدال ገብረ ወልደ ተክለ ተኽለ ክፍለ ለተ ወለተ ሃይለ ሀብተ")
	tails = folded("زاده نژاد پور الدین ович евич овича евича овичу евичу овна евна овны евны овне евне шоев швили ўғли қизи кизи угли შვილი შვილმა შვილს შვილის შვილთან ძემ ძის ძეს ძე იანი יהו")
	// Words of such a shape that are none.
	plain = list("შვილი ვაჟიშვილი ქალიშვილი შვილიშვილი ქალიშვილს ქალიშვილმა ვაჟიშვილს ადამიანი გვიანი მთლიანი ზიანი დაზიანი")
)

// shaped tells whether a word has a name's shape: عبدالرحمن, ገብረመድህን, ბერიძე,
// Иванович.
func shaped(word string) bool {
	if has(plain, word) {
		return false
	}
	for _, h := range heads {
		if strings.HasPrefix(word, h) && length(word) >= length(h)+2 {
			return true
		}
	}
	for _, t := range tails {
		if strings.HasSuffix(word, t) && length(word) >= length(t)+3 {
			return true
		}
	}
	return false
}

// said: nothing stands between two words but what may stand before a name.
func said(gap string) bool { return strings.Trim(gap, " .,:\u00a0\"'’“”„«»(") == "" }

// introduced: a name by where it stands: "her name is …", "نام او … است",
// "… ዝበሃል".
func introduced(words []token, i int) bool {
	w := words[i]
	if w.digits || length(w.low) < 2 || has(after, w.low) {
		return false
	}
	over := strings.Contains(w.gap, ":")
	for j := i - 1; j >= 0 && j >= i-4 && said(words[j+1].gap); j-- {
		if has(calls, words[j].low) || over && has(titles, words[j].low) {
			return true
		}
		if !has(between, words[j].low) {
			break
		}
		over = true
	}
	return i+1 < len(words) && said(words[i+1].gap) && has(behind, words[i+1].low)
}

// family: the Arabic family name behind a first one, "سامر الحلبي".
func family(words []token, i int) bool {
	return i > 0 && strings.HasPrefix(words[i].low, "ال") && length(words[i].low) > 4 && strings.HasSuffix(words[i].low, "ی") &&
		strings.Trim(words[i].gap, " \u00a0") == "" && (isName(words[i-1].low) || introduced(words, i-1))
}

func isName(word string) bool { return has(names, word) || has(names, stem(word)) || shaped(word) }

func isPlace(word string) bool { return has(places, word) || has(places, stem(word)) }

// word looks at one word.
func word(words []token, i int) (Kind, bool) {
	w := words[i]
	switch {
	case isPlace(w.low):
		return Place, true
	case isName(w.low), introduced(words, i), family(words, i):
		return Name, true
	}
	// Where a script has capitals, one in the middle of a sentence is a name; one at
	// its beginning says nothing.
	if r, _ := utf8.DecodeRuneInString(w.text); unicode.IsUpper(r) && !w.first && length(w.text) > 1 && !capital(w) {
		if i > 0 && has(into, words[i-1].low) {
			return Place, true // "in Boden", "från Kiruna"
		}
		return Name, true
	}
	return "", false
}

// capital: written large by habit, and nobody's name.
func capital(w token) bool {
	return has(habits, w.low) || strings.ToUpper(w.text) == w.text
}
