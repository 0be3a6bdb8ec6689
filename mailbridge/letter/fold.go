package letter

import (
	"log/slog"
	"strings"
)

// Kind says what a block of a mail's text is.
type Kind int

const (
	Written   Kind = iota // the sender's own words
	Quote                 // words of an earlier mail
	Signature             // what a program or a habit puts under every mail
	Header                // who wrote the quote: an attribution or a header block
)

// Block is consecutive lines of one kind. Folded ones are shown on request
// only; the sender's own words are not folded unless they stand below an
// unmarked quote, where nothing tells them apart.
type Block struct {
	Text   string
	Folded bool
	Kind   Kind
}

// LogValue keeps content out of logs.
func (Block) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// maxFold and maxLines bound what is looked at line by line: each costs many times
// its length.
const (
	maxFold  = 2 << 20
	maxLines = 100_000
)

// Fold divides plain text into blocks. All Texts together are the input byte
// for byte: folding never cuts. Of a text longer than any person's the beginning
// alone is looked at, and the rest is one block.
func Fold(text string) []Block {
	if end := foldable(text); end < len(text) {
		if end == 0 {
			return []Block{{Text: text}}
		}
		return append(Fold(text[:end]), Block{Text: text[end:]})
	}
	f := folder{text: text, lines: classify(text)}
	f.signatures()
	f.quotes()
	f.tail()
	return f.blocks()
}

// foldable is how much of a text is looked at: whole lines.
func foldable(text string) int {
	if len(text) <= maxFold && strings.Count(text, "\n") < maxLines {
		return len(text)
	}
	end := 0
	for range maxLines {
		n := strings.IndexByte(text[end:], '\n') + 1
		if n == 0 || end+n > maxFold {
			break
		}
		end += n
	}
	return end
}

// Visible is what Fold shows at first.
func Visible(blocks []Block) string {
	var b strings.Builder
	for _, x := range blocks {
		if !x.Folded {
			b.WriteString(x.Text)
		}
	}
	return b.String()
}

type folder struct {
	text  string
	lines []line
}

// signatures folds from a signature delimiter (RFC 3676 section 4.3) to the
// next quote, when words stand before it and few lines after it: a long text
// under two hyphens is a letter, not a signature.
func (f *folder) signatures() {
	// For each line: where the next quote begins, and how many lines of words
	// stand before it.
	n := len(f.lines)
	until, words := make([]int, n+1), make([]int, n+1)
	until[n] = n
	for i := n - 1; i >= 0; i-- {
		if f.lines[i].opensQuote() || f.lines[i].class == quoted {
			until[i] = i
			continue
		}
		until[i], words[i] = until[i+1], words[i+1]
		if f.lines[i].class == plain {
			words[i]++
		}
	}
	written := false
	for i := 0; i < n; i++ {
		l := f.lines[i]
		written = written || l.class == plain
		end := until[i+1]
		switch {
		case !written:
			continue
		case l.class == sigMark && words[i+1] <= 20:
		case l.class == rule && l.long && words[i+1] <= 8 && end == n:
		default:
			continue
		}
		for k := i; k < end; k++ {
			f.lines[k].fold(Signature)
			if f.lines[k].class == plain {
				f.lines[k].class = sigText
			}
		}
		i = end - 1
	}
}

// quotes folds attributions, header blocks and what they introduce.
func (f *folder) quotes() {
	if f.onlyForeign() {
		for i := range f.lines {
			f.lines[i].fold(Quote)
		}
		return
	}
	lastWord := f.last(plain)
	written := false
	for i := 0; i < len(f.lines); i++ {
		l := f.lines[i]
		if l.class == plain {
			written = true
		}
		if !l.opensQuote() {
			continue
		}
		after := i // the first line behind the attributions and blanks
		for after < len(f.lines) && (f.lines[after].opensQuote() || f.lines[after].class == blank || f.lines[after].class == rule) {
			after++
		}
		marked := after < len(f.lines) && f.lines[after].class == quoted
		start := f.back(i)
		switch {
		case written && (!marked || lastWord < after):
			// Nothing of the sender's follows, or nothing tells it apart.
			f.foldRange(start, after, Header)
			f.foldRange(after, len(f.lines), Quote)
			return
		case written:
			// Answers stand between the quotes: those belong to the answer.
			f.foldRange(start, after, Header)
		default:
			// The mail begins with the quote; the answer is below.
			f.foldRange(start, after, Header)
			if marked && l.class == attribution {
				end := f.quoteEnd(after)
				f.foldRange(after, end, Quote)
				after = end
			}
		}
		i = after - 1
	}
}

// quoteEnd is the first line behind the marked quote at line i.
func (f *folder) quoteEnd(i int) int {
	for i < len(f.lines) && (f.lines[i].class == quoted || f.lines[i].class == blank || f.lines[i].class == attribution) {
		i++
	}
	return i
}

// onlyForeign reports whether a mail holds nothing but a quote with its
// attribution inside the quote marks.
func (f *folder) onlyForeign() bool {
	for _, l := range f.lines {
		switch l.class {
		case blank:
		case quoted:
			return l.attributed && f.last(plain) < 0
		default:
			return false
		}
	}
	return false
}

// tail folds quotes, rules and signature lines under the last own words.
func (f *folder) tail() {
	if f.last(plain) < 0 {
		return
	}
	for i := len(f.lines) - 1; i >= 0; i-- {
		l := &f.lines[i]
		if l.folded {
			continue
		}
		switch l.class {
		case plain:
			return
		case quoted:
			l.fold(Quote)
		case rule, sigMark, sigText:
			l.fold(Signature)
		}
	}
}

// back takes rules and blanks before an attribution to it.
func (f *folder) back(i int) int {
	for k := i - 1; k >= 0; k-- {
		if f.lines[k].class == rule {
			i = k
		} else if f.lines[k].class != blank {
			break
		}
	}
	return i
}

func (f *folder) last(c class) int {
	for i := len(f.lines) - 1; i >= 0; i-- {
		if f.lines[i].class == c {
			return i
		}
	}
	return -1
}

func (f *folder) foldRange(from, to int, k Kind) {
	for i := from; i < to; i++ {
		kind := k
		if f.lines[i].opensQuote() {
			kind = Header
		}
		f.lines[i].fold(kind)
	}
}

// blocks joins lines of one kind; blank lines go with the line before them.
func (f *folder) blocks() []Block {
	var out []Block
	at, start := 0, 0 // in text: the line's and the open block's first byte
	for i, l := range f.lines {
		kind := l.kind
		if !l.folded && l.class == quoted {
			kind = Quote
		}
		n := len(out)
		joins := n > 0 && (l.class == blank || out[n-1].Kind == kind && out[n-1].Folded == l.folded)
		if !joins {
			if n > 0 {
				out[n-1].Text = f.text[start:at]
			}
			start = at
			out = append(out, Block{Kind: kind, Folded: l.folded})
		}
		if at += l.size; i == len(f.lines)-1 {
			out[len(out)-1].Text = f.text[start:at]
		}
	}
	return out
}
