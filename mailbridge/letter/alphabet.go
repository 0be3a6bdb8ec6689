package letter

import (
	"unicode"

	"golang.org/x/text/encoding/charmap"
)

// alphabet is an 8-bit charset that mail comes in with no label or a wrong one,
// and how often each letter stands in a hundred of its languages.
type alphabet struct {
	charset *charmap.Charmap
	often   map[rune]float64
}

var (
	cyrillicLetters = often("ое11 аин8 трс6 влк4 мдп3 уяіы2 ьгзбчй1.5 хжшюєї1 цщэфґ0.4")
	arabicLetters   = often("ا13 ل11 يمنو7 ره5 تب4 دع3.5 سفةأک3 كقحگ2 جشپچ1.5 خصىإطذزثضء1 غظؤئژ0.5")

	alphabets = []alphabet{{charmap.Windows1251, cyrillicLetters}, {charmap.KOI8U, cyrillicLetters}, {charmap.Windows1256, arabicLetters}}
)

// often reads letters with a number behind each group.
func often(groups string) map[rune]float64 {
	out := map[rune]float64{}
	var group []rune
	value, scale := 0.0, 0.0
	end := func() {
		for _, r := range group {
			out[r] = value
		}
		group, value, scale = nil, 0, 0
	}
	for _, r := range groups + " " {
		switch {
		case r == ' ':
			end()
		case r == '.':
			scale = 1
		case r >= '0' && r <= '9' && scale > 0:
			scale /= 10
			value += float64(r-'0') * scale
		case r >= '0' && r <= '9':
			value = value*10 + float64(r-'0')
		default:
			group = append(group, r)
		}
	}
	return out
}

const (
	looked    = 32 << 10 // bytes that are looked at for a guess
	fewest    = 5        // different ones: "ÅÄÖ" is a word too
	plausible = 4.2      // how often the letters of a text must be on average: by chance 3, of its language 6
)

// byLetters finds the alphabet of 8-bit bytes that are no UTF-8: nil where they
// look like a Latin one. Of those, letters with accents stand alone among plain
// ones; here whole words are of high bytes. It takes at least so many of them.
func byLetters(b []byte, least int) *charmap.Charmap {
	b = b[:min(len(b), looked)]
	high, inWords, run := 0, 0, 0
	tag := false
	var sample []byte
	kinds := map[byte]bool{}
	for i, c := range b {
		switch {
		case c == '<' && i+1 < len(b) && (isLetter(b[i+1]) || b[i+1] == '/'):
			tag = true
		case c == '>':
			tag = false
		}
		if c < 0x80 || c == 0xa0 || tag {
			run = 0
			continue
		}
		high++
		if run++; run == 3 {
			inWords += 3
		} else if run > 3 {
			inWords++
		}
		sample = append(sample, c)
		kinds[c] = true
	}
	if high < least || len(kinds) < fewest || inWords*10 < high*7 {
		return nil
	}
	var best *charmap.Charmap
	most := plausible
	for _, a := range alphabets {
		if score := a.score(sample); score > most {
			best, most = a.charset, score
		}
	}
	return best
}

// score is how often the letters are on average. Capitals count a little less:
// in the two Cyrillic charsets they lie where the other has its small letters.
func (a alphabet) score(sample []byte) float64 {
	sum, n := 0.0, 0
	for _, c := range sample {
		r := a.charset.DecodeByte(c)
		if unicode.IsPunct(r) || unicode.IsSpace(r) {
			continue
		}
		n++
		if small := unicode.ToLower(r); small != r {
			sum += 0.9 * a.often[small]
		} else {
			sum += a.often[r]
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}
