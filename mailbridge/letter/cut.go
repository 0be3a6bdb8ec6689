package letter

import "unicode/utf8"

// maxWords and maxTags bound what of one letter is read as words: a thousand
// pages, and more tags than any program writes. Behind that a letter is data,
// and every page, search and answer would carry it. The original keeps it all.
const (
	maxWords = 2 << 20 // bytes
	maxTags  = 200_000 // tags and attributes of HTML
)

// fitting is the beginning of a readable part that the letter still has room for.
// Of HTML only the words count, because a picture may lie within a tag.
func (p *parser) fitting(b []byte, html bool) []byte {
	n := max(0, min(len(b), maxWords-p.words))
	if html {
		n = p.fittingHTML(b)
	} else {
		p.words += n
	}
	if n == len(b) {
		return b
	}
	for range utf8.UTFMax - 1 {
		if n > 0 && !utf8.RuneStart(b[n]) {
			n--
		}
	}
	return b[:n]
}

func (p *parser) fittingHTML(b []byte) int {
	tag := false
	for i, c := range b {
		switch {
		case c == '<' && i+1 < len(b) && (isLetter(b[i+1]) || b[i+1] == '/' || b[i+1] == '!' || b[i+1] == '?'):
			tag = true
			p.tags++
		case !tag:
			p.words++
		case c == '>':
			tag = false
		case c <= ' ' || c == '=' || c == '/':
			p.tags++ // may begin an attribute
		}
		if p.words > maxWords || p.tags > maxTags {
			return i
		}
	}
	return len(b)
}
