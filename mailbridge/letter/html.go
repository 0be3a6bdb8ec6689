package letter

import (
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// TextFromHTML makes plain text of an HTML part: what a reader would see, one
// line per block, quotes marked with ">", addresses of links in angle brackets.
// Scripts, styles and everything remote are left out; nothing is fetched. More
// words than a letter may have end in "[…]".
func TextFromHTML(s string) string {
	w := textWriter{}
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if z.Err() != io.EOF {
				w.newline(1) // a token over the limit: keep what there is
			}
			return w.finish()
		case html.TextToken:
			if w.skip != 0 {
				continue
			}
			t := z.Text()
			room := 2*maxWords - w.out.Len() - w.line.Len()
			w.text(strings.ToValidUTF8(string(t[:max(0, min(len(t), room))]), ""))
			if len(t) > room {
				w.text(" […]")
				return w.finish()
			}
		case html.StartTagToken:
			w.open(z, false)
		case html.SelfClosingTagToken:
			w.open(z, true)
		case html.EndTagToken:
			name, _ := z.TagName()
			w.close(atom.Lookup(name))
		}
	}
}

// textWriter collects lines. Blanks collapse as in a browser, except in pre.
type textWriter struct {
	out   strings.Builder
	line  strings.Builder
	quote int // depth of blockquote
	pre   int
	skip  int // the atom being skipped, 0 for none
	blank bool
	lines int // newlines owed before the next text
	begun bool
	links []link
}

type link struct {
	href string
	from int // length of line when the link opened; -1 once a line ended
}

// maxQuote bounds the marks before a line, so that nesting can't make text grow
// with its square.
const maxQuote = 10

func (w *textWriter) open(z *html.Tokenizer, empty bool) {
	name, more := z.TagName()
	tag := atom.Lookup(name)
	if w.skip != 0 {
		return
	}
	switch tag {
	case atom.Script, atom.Style, atom.Title:
		// Only these: a browser hides their content, and one never closed hides
		// no more here than there.
		if !empty {
			w.skip = int(tag)
		}
	case atom.Br:
		w.newline(1)
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Table:
		w.block(2)
	case atom.Div, atom.Tr, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Center, atom.Dl, atom.Dt, atom.Dd, atom.Body, atom.Form:
		w.block(1)
	case atom.Li:
		w.block(1)
		w.text("- ")
	case atom.Td, atom.Th:
		w.text(" ")
	case atom.Hr:
		w.block(1)
		w.text("----")
		w.block(1)
	case atom.Pre:
		w.block(2)
		w.pre++
	case atom.Blockquote:
		w.block(1)
		if !empty {
			w.quote++
		}
	case atom.Img:
		if alt := attribute(z, more, "alt"); strings.TrimSpace(alt) != "" {
			w.text("[" + strings.TrimSpace(alt) + "]")
		}
	case atom.A:
		if len(w.links) < 50 && !empty {
			w.links = append(w.links, link{attribute(z, more, "href"), w.line.Len()})
		}
	}
}

func (w *textWriter) close(tag atom.Atom) {
	if w.skip != 0 {
		if int(tag) == w.skip {
			w.skip = 0
		}
		return
	}
	switch tag {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Table:
		w.block(2)
	case atom.Div, atom.Tr, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Center, atom.Dl, atom.Dt, atom.Dd, atom.Li, atom.Form:
		w.block(1)
	case atom.Pre:
		w.block(2)
		w.pre = max(0, w.pre-1)
	case atom.Blockquote:
		w.block(1)
		w.quote = max(0, w.quote-1)
	case atom.A:
		w.closeLink()
	}
}

// closeLink adds the address of a link whose text does not show it, because
// where a link leads is part of what was written.
func (w *textWriter) closeLink() {
	if len(w.links) == 0 {
		return
	}
	l := w.links[len(w.links)-1]
	w.links = w.links[:len(w.links)-1]
	low := strings.ToLower(l.href)
	if !strings.HasPrefix(low, "http://") && !strings.HasPrefix(low, "https://") && !strings.HasPrefix(low, "mailto:") {
		return
	}
	shown := w.line.String()
	if l.from >= 0 && l.from <= len(shown) {
		shown = shown[l.from:]
	}
	bare := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(l.href, "mailto:"), "https://"), "http://")
	if strings.Contains(shown, strings.TrimSuffix(bare, "/")) || strings.TrimSpace(shown) == "" {
		return
	}
	w.text(" <" + l.href + ">")
}

func (w *textWriter) text(s string) {
	if w.pre > 0 {
		for i, line := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
			if i > 0 {
				w.newline(1)
			}
			w.put(line)
		}
		return
	}
	for s != "" {
		i := strings.IndexAny(s, " \t\r\n\f")
		if i < 0 {
			w.put(s)
			return
		}
		w.put(s[:i])
		w.blank = w.blank || w.line.Len() > 0
		s = strings.TrimLeft(s[i:], " \t\r\n\f")
	}
}

func (w *textWriter) put(s string) {
	if s == "" {
		return
	}
	if w.lines > 0 {
		w.flush()
	}
	if w.blank {
		w.line.WriteByte(' ')
		w.blank = false
	}
	w.line.WriteString(strings.ReplaceAll(s, "\u00a0", " "))
}

// block asks for n line ends before the next text; neighbouring blocks share
// theirs.
func (w *textWriter) block(n int) {
	w.blank = false
	if w.line.Len() > 0 {
		w.endLine()
	}
	w.lines = max(w.lines, n)
}

func (w *textWriter) newline(n int) {
	w.blank = false
	if w.lines > 0 {
		w.flush()
	}
	for range n {
		w.endLine()
	}
}

// flush pays the owed line ends: one is already there, the second is an empty
// line.
func (w *textWriter) flush() {
	if w.lines > 1 && w.begun {
		w.endLine()
	}
	w.lines = 0
}

func (w *textWriter) endLine() {
	line := strings.TrimRight(w.line.String(), " ")
	w.line.Reset()
	for i := range w.links {
		w.links[i].from = -1
	}
	if depth := min(w.quote, maxQuote); depth > 0 {
		w.out.WriteString(strings.Repeat(">", depth))
		if line != "" {
			w.out.WriteByte(' ')
		}
	}
	w.out.WriteString(line)
	w.out.WriteByte('\n')
	w.begun = true
}

func (w *textWriter) finish() string {
	if w.line.Len() > 0 {
		w.endLine()
	}
	return lineEnds(strings.ToValidUTF8(strings.Trim(w.out.String(), "\n"), "\ufffd"))
}

func attribute(z *html.Tokenizer, more bool, name string) string {
	for more {
		var key, val []byte
		key, val, more = z.TagAttr()
		if string(key) == name {
			return string(val)
		}
	}
	return ""
}
