package mailbridge

import "bytes"

// reply follows server responses byte by byte in exactly the places the
// parser would: what the guard takes for a quoted string must not be a list
// to the parser. Where the two could differ, the response is refused; an
// honest server never gets there.
type reply struct {
	limits    limits
	allowance int64 // literal bytes the running command has left
	talk      int64 // and of all else, see guard.refill
	broken    bool  // the verdict, for good

	in       place
	line     int64 // bytes of this response outside literals
	depth    int
	code     bool // inside [response code]
	words    int  // of "tag word rest": which one is being read, up to 2
	atom     int  // bytes of this atom
	brackets int
	word     [8]byte // beginning of this atom, enough to know OK from FETCH
	literal  int64   // while sizing: its announced length; inside: bytes left
	digits   int
}

type place int

const (
	atField     place = iota // where a field begins
	afterField               // behind a string, list or literal
	inAtom                   //
	inQuoted                 //
	inEscape                 // behind a backslash in a quoted string
	inSize                   // {123
	afterPlus                // {123+
	afterSize                // {123}
	beforeBytes              // {123}\r
	inLiteral                //
	beforeText               // behind "tag OK ", where [code] may come
	inText                   // free text up to the end of line
	beforeLF                 //
)

// follow reports whether b may be handed on.
func (r *reply) follow(b []byte) bool {
	for len(b) > 0 && !r.broken {
		if r.in == inLiteral {
			n := min(r.literal, int64(len(b)))
			r.literal -= n
			b = b[n:]
			if r.literal == 0 {
				r.in = afterField
			}
			continue
		}
		if r.in == inText {
			// The fast way over free text, which has no structure.
			i := bytes.IndexByte(b, '\n')
			if i < 0 {
				i = len(b) - 1
			}
			r.line += int64(i)
			r.talk -= int64(i)
			if r.line > r.limits.line || r.talk < 0 {
				r.broken = true
				break
			}
			b = b[i:]
		}
		r.line++
		r.talk--
		r.broken = r.line > r.limits.line || r.talk < 0 || !r.step(b[0])
		b = b[1:]
	}
	return !r.broken
}

func (r *reply) step(c byte) bool {
	switch r.in {
	case atField:
		return r.field(c)
	case inAtom:
		return r.atomByte(c)
	case inQuoted:
		switch c {
		case '\\':
			r.in = inEscape
		case '"':
			r.in = afterField
		case '\r', '\n':
			return false
		}
		return true
	case inEscape:
		r.in = inQuoted
		return c == '"' || c == '\\'
	case afterField:
		switch c {
		case ' ':
			r.in = atField
			return true
		case '(':
			return r.open()
		}
		return r.close(c)
	case inSize, afterPlus, afterSize, beforeBytes:
		return r.size(c)
	case beforeText:
		if c == '[' {
			r.code, r.in = true, atField
			return true
		}
		r.in = inText
		return r.text(c)
	case inText:
		return r.text(c)
	case beforeLF:
		return c == '\n' && r.end()
	}
	return false
}

// field takes the first byte of a field.
func (r *reply) field(c byte) bool {
	if r.words < 2 && (c == '(' || c == '"' || c == '{') {
		if r.words == 0 {
			return false // a tag is an atom
		}
		r.words = 2
	}
	switch c {
	case '(':
		return r.open()
	case '"':
		r.in = inQuoted
		return true
	case '{':
		r.in, r.literal, r.digits = inSize, 0, 0
		return true
	case ')', ']', '\r', '\n':
		return r.close(c)
	}
	r.in, r.atom, r.brackets, r.word = inAtom, 0, 0, [8]byte{}
	return r.atomByte(c)
}

func (r *reply) atomByte(c byte) bool {
	if r.brackets == 0 {
		switch c {
		case '(', '{', '"':
			return false
		case ' ':
			r.wordEnds()
			return true
		case ')':
			return r.close(c)
		case ']':
			return r.code && r.close(c)
		}
	}
	switch c {
	case '\r', '\n':
		return r.close(c)
	case '[':
		r.brackets++
	case ']':
		r.brackets--
	}
	if r.atom < len(r.word) {
		r.word[r.atom] = c
	}
	r.atom++
	r.talk -= int64(r.atom >> 5) // the parser copies an atom for each of its bytes
	return r.atom <= r.limits.atom && r.talk >= 0
}

// wordEnds decides, behind the tag and behind the first word, whether free
// text follows.
func (r *reply) wordEnds() {
	r.in = atField
	word := string(bytes.TrimRight(r.word[:], "\x00"))
	switch r.words {
	case 0:
		r.words = 1
		if word == "+" && r.atom == 1 {
			r.in = inText
		}
	case 1:
		r.words = 2
		switch word {
		case "OK", "NO", "BAD", "BYE", "PREAUTH":
			if r.atom == len(word) {
				r.in = beforeText
			}
		}
	}
}

func (r *reply) open() bool {
	r.in = atField
	r.depth++
	return r.depth <= r.limits.depth
}

// close takes what ends a field together with what stands around it: a list,
// a response code or the line.
func (r *reply) close(c byte) bool {
	switch c {
	case ')':
		r.depth--
		r.in = afterField
		return r.depth >= 0
	case ']':
		if !r.code || r.depth != 0 {
			return false
		}
		r.code, r.in = false, inText
		return true
	case '\r':
		r.in = beforeLF
		return r.depth == 0 && !r.code
	case '\n':
		return r.depth == 0 && !r.code && r.end()
	}
	return false
}

// size follows {123}, {123+} and the end of line behind it.
func (r *reply) size(c byte) bool {
	switch {
	case r.in == inSize && c >= '0' && c <= '9':
		r.digits++
		r.literal = r.literal*10 + int64(c-'0')
		return r.digits <= 10
	case r.in == inSize && c == '+':
		r.in = afterPlus
		return r.digits > 0
	case (r.in == inSize || r.in == afterPlus) && c == '}':
		r.in = afterSize
		return r.digits > 0
	case r.in == afterSize && c == '\r':
		r.in = beforeBytes
		return true
	case (r.in == afterSize || r.in == beforeBytes) && c == '\n':
		r.in = inLiteral
		if r.literal == 0 {
			r.in = afterField
		}
		r.allowance -= r.literal
		return r.allowance >= 0
	}
	return false
}

func (r *reply) text(c byte) bool { return c != '\n' || r.end() }

// end begins the next response.
func (r *reply) end() bool {
	*r = reply{limits: r.limits, allowance: r.allowance, talk: r.talk - perResponse}
	return r.talk >= 0
}
