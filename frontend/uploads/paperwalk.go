package uploads

import (
	"bytes"
	"strconv"
	"strings"
)

// walk goes once over a paper's plain parts, token by token (ISO 32000-1
// section 7.2), and passes over the content of streams.
type walk struct {
	data     []byte
	infos    map[int]bool // objects that are an Info dictionary
	values   map[int]bool // objects that hold one string of such a dictionary
	blanking bool         // else values are collected

	lost   bool // a string or a stream without end: the rest was not read
	packed bool // metadata that only unpacking would show

	object   int // the one we are in, -1 for none
	depth    int // of dictionaries in it
	info     int // the depth at which a dictionary written into a trailer began; 0: none
	name     string
	named    bool // the token before was that name
	words    [2]string
	filtered bool
	metadata bool
}

func (w *walk) run() {
	w.object = -1
	for at := 0; at < len(w.data) && !w.lost; {
		at = w.step(at)
	}
}

// step reads one token and returns where the next may begin: always further on.
func (w *walk) step(at int) int {
	switch c := w.data[at]; {
	case white(c):
		return at + 1
	case c == '%':
		if end := bytes.IndexAny(w.data[at:], "\r\n"); end >= 0 {
			return at + end
		}
		return len(w.data)
	case c == '/':
		return w.readName(at)
	case c == '(':
		return w.readString(at, literalEnd(w.data, at))
	case bytes.HasPrefix(w.data[at:], []byte("<<")):
		w.depth++
		if w.named && w.name == "Info" && w.info == 0 {
			w.info = w.depth
		}
		w.named = false
		return at + 2
	case bytes.HasPrefix(w.data[at:], []byte(">>")):
		if w.depth == w.info {
			w.info = 0
		}
		w.depth, w.named = max(w.depth-1, 0), false
		return at + 2
	case c == '<':
		end := at + 1
		for end < len(w.data) && (white(w.data[end]) || hex(w.data[end])) {
			end++
		}
		if end < len(w.data) && w.data[end] == '>' {
			return w.readString(at, end+1)
		}
		return end // no string: an angle that went astray
	case delimiter(c):
		w.named = false
		return at + 1
	default:
		return w.readWord(at)
	}
}

func (w *walk) readName(at int) int {
	end := regularEnd(w.data, at+1)
	before, followed := w.name, w.named
	w.name, w.named = unescaped(w.data[at+1:end]), true
	switch {
	case w.name == "Filter" || w.name == "F":
		w.filtered = true
	case followed && before == "Type" && w.name == "Metadata":
		w.metadata = true
	}
	return end
}

// readString empties a string that tells of the paper's making.
func (w *walk) readString(at, end int) int {
	if end < 0 {
		w.lost = true
		return at
	}
	speaks := w.inInfo() || w.named && speaksOf[w.name] || w.values[w.object] && w.depth == 0
	if speaks && w.blanking {
		emptied(w.data[at:end])
	}
	w.named = false
	return end
}

func (w *walk) inInfo() bool { return w.info > 0 || w.infos[w.object] }

func (w *walk) readWord(at int) int {
	end := regularEnd(w.data, at)
	switch word := string(w.data[at:min(end, at+12)]); word {
	case "obj":
		w.enter(number(w.words[0]))
	case "endobj", "trailer":
		w.enter(-1)
	case "R":
		if n := number(w.words[0]); n >= 0 && !w.blanking && w.inInfo() && len(w.values) < mostInfos {
			w.values[n] = true // a value of its own, as Quartz writes them
		}
	case "stream":
		return w.passStream(end)
	default:
		w.words[0], w.words[1] = w.words[1], word
		// Between a key and the "R" of its value two numbers stand.
		return w.unnamed(end)
	}
	w.words = [2]string{}
	return w.unnamed(end)
}

func (w *walk) unnamed(at int) int {
	w.named = false
	return at
}

func (w *walk) enter(object int) {
	w.object, w.depth, w.info, w.filtered, w.metadata = object, 0, 0, false, false
}

// passStream steps over a stream, whose content is no syntax.
func (w *walk) passStream(at int) int {
	size := bytes.Index(w.data[at:], []byte("endstream"))
	if size < 0 {
		w.lost = true
		return at
	}
	content := w.data[at : at+size]
	if w.metadata && w.filtered {
		w.packed = true
	}
	if w.blanking {
		if w.metadata && !w.filtered {
			blank(content)
		}
		if picture := bytes.TrimLeft(content, "\r\n"); bytes.HasPrefix(picture, []byte("\xff\xd8\xff")) {
			blankPicture(picture)
		}
	}
	w.named = false
	return at + size + len("endstream")
}

// literalEnd is where the string that opens at begins to be over, -1 if never.
// Brackets within it are in pairs or behind a backslash.
func literalEnd(data []byte, at int) int {
	deep := 0
	for ; at < len(data); at++ {
		switch data[at] {
		case '\\':
			at++
		case '(':
			deep++
		case ')':
			if deep--; deep == 0 {
				return at + 1
			}
		}
	}
	return -1
}

func regularEnd(data []byte, at int) int {
	for at < len(data) && !white(data[at]) && !delimiter(data[at]) {
		at++
	}
	return at
}

// unescaped is a name without its #xx (ISO 32000-1 section 7.3.5). No name that
// matters here is long.
func unescaped(name []byte) string {
	s := string(name[:min(len(name), 60)])
	for from := 0; ; {
		at := strings.IndexByte(s[from:], '#')
		if at < 0 || from+at+3 > len(s) {
			return s
		}
		at += from
		if n, err := strconv.ParseUint(s[at+1:at+3], 16, 8); err == nil {
			s = s[:at] + string([]byte{byte(n)}) + s[at+3:]
		}
		from = at + 1
	}
}

// number is a count without sign, -1 for any other word.
func number(word string) int {
	n, err := strconv.ParseUint(word, 10, 31)
	if err != nil {
		return -1
	}
	return int(n)
}

func white(c byte) bool {
	return c == 0 || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' '
}

func delimiter(c byte) bool { return strings.IndexByte("()<>[]{}/%", c) >= 0 }

func hex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
