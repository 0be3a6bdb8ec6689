package mailbridge

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/emersion/go-imap"
)

// tight limits make small examples.
var tight = limits{depth: 3, literal: 10, line: 60, atom: 16, talk: 200}

func fresh() reply { return reply{limits: tight, allowance: tight.literal, talk: tight.talk} }

func TestTheGuardKnowsWhatAnHonestServerSays(t *testing.T) {
	for _, said := range []string{
		"* OK [CAPABILITY IMAP4rev1 IDLE] ready ((((( \"{99}\r\n",
		"+ idling (((((((\r\n",
		"+\r\n",
		"* 3 EXISTS\r\n",
		"r1 OK\r\n",
		"r1 OK [READ-WRITE] done\r\nr2 NO no\r\n",
		"* FLAGS (\\Seen \\Deleted)\r\n",
		"* OK [PERMANENTFLAGS (\\Seen \\*)] x\r\n",
		"* 1 FETCH (UID 7 BODY[] {4}\r\n(\"{\r)\r\n",
		"* 1 FETCH (BODY[] {0}\r\n UID 7)\r\n",
		"* 1 FETCH (BODY[] {3+}\r\nabc)\r\n",
		"* 1 FETCH (X \"a \\\" ((((((( \\\\\")\r\n",
		"* 1 FETCH (BODY[X (\"A\" B)] NIL)\r\n",
		"* LIST () \"/\" INBOX\r\n",
		"* 1 FETCH ((a)(b) (c))\r\n",
	} {
		r := fresh()
		if !r.follow([]byte(said)) {
			t.Errorf("refused %q", said)
		}
		if r.in != atField || r.line != 0 {
			t.Errorf("%q does not end where it ends: %+v", said, r)
		}
	}
}

func TestTheGuardStopsWhatHurtsTheParser(t *testing.T) {
	for what, said := range map[string]string{
		"nesting":                       "* 1 FETCH ((((",
		"nesting over several fields":   "* X (a (b (c (d",
		"nesting in a response code":    "* OK [X ((((",
		"nesting behind bracket quotes": "* X [\"] ((((",
		"nesting behind a bad atom":     "* X a\"b ((((",
		"a literal":                     "* X {11}\r\n",
		"many literals":                 "* X {6}\r\n123456 {6}\r\n",
		"a literal in a response code":  "* OK [X {11}\r\n",
		"a literal without end":         "* X {1\r\n",
		"a literal without size":        "* X {}\r\n",
		"a literal of letters":          "* X {1a}",
		"a literal beyond numbers":      "* X {00000000001}",
		"an atom":                       "* " + strings.Repeat("a", 17),
		"an atom within brackets":       "* X[" + strings.Repeat(" ", 17),
		"a tag":                         strings.Repeat("a", 17),
		"a line":                        "* X \"" + strings.Repeat("a ", 30),
		"a line of text":                "* OK " + strings.Repeat("a ", 30),
		"a line over literals":          "* X" + strings.Repeat(" {1}\r\na", 12),
		"a line of empty fields":        "* X" + strings.Repeat(" ", 60),
		"many lines":                    strings.Repeat("* X\r\n", 4),
		"many notes":                    strings.Repeat("* OK a b c d e f\r\n", 3),
		"a tag that is a list":          "(",
		"an unclosed list":              "* X (a\r\n",
		"an unclosed code":              "* OK [X\r\n",
		"an unclosed string":            "* X \"a\r\n",
		"a bare carriage return":        "* X\rY",
		"a list that never began":       "* X a)",
		"a code that never began":       "* X a]",
		"a wrong escape":                "* X \"\\a\"",
		"text behind a string":          "* X \"a\"b",
	} {
		r := fresh()
		if r.follow([]byte(said)) {
			t.Errorf("%s passed: %q", what, said)
		}
		if r.follow([]byte("* OK x\r\n")) {
			t.Errorf("%s: the verdict was forgotten", what)
		}
	}
}

func TestTheAllowanceIsPerCommand(t *testing.T) {
	here, there := net.Pipe()
	defer there.Close()
	g := newGuard(here, tight)
	go func() {
		for range 2 {
			there.Write([]byte("* X {10}\r\n1234567890\r\n"))
		}
	}()
	buf := make([]byte, 64)
	if _, err := io.ReadFull(g, buf[:22]); err != nil {
		t.Fatal(err)
	}
	g.refill(0)
	if _, err := io.ReadFull(g, buf[:22]); err != nil {
		t.Fatal(err)
	}
}

func TestABrokenLimitClosesTheConnection(t *testing.T) {
	here, there := net.Pipe()
	g := newGuard(here, tight)
	go there.Write([]byte("* X (((("))
	if _, err := g.Read(make([]byte, 64)); !errors.Is(err, errHostile) {
		t.Fatalf("first read: %v", err)
	}
	if _, err := g.Read(make([]byte, 64)); !errors.Is(err, errHostile) {
		t.Fatalf("second read: %v", err)
	}
	if _, err := there.Write([]byte("x")); err == nil {
		t.Fatal("the other end still writes")
	}
}

// FuzzGuard: the verdict and where it falls do not depend on how the bytes are
// cut, and what passes is something the parser survives within its limits.
func FuzzGuard(f *testing.F) {
	for _, s := range []string{
		"* OK [CAPABILITY IMAP4rev1] hi\r\n", "* 1 FETCH (UID 7 BODY[] {4}\r\nab)(\r\n)\r\nr1 OK\r\n",
		"* X ((((", "* X [\"] ((((", "* X {99999}\r\n", "+ \r\n", "* 1 FETCH (BODY[A (B)] \"x\\\"\")\r\n", "* X {1",
		"* OK [X {3}\r\nabc] text\r\n", "* \"X\" ({2}\r\n\r\n)\r\n",
	} {
		f.Add([]byte(s), uint16(3))
	}
	f.Fuzz(func(t *testing.T, said []byte, cut uint16) {
		whole := fresh()
		ok := whole.follow(said)

		pieces := fresh()
		size := int(cut)%7 + 1
		for rest := said; len(rest) > 0; {
			n := min(size, len(rest))
			pieces.follow(rest[:n])
			rest = rest[n:]
		}
		if pieces.broken == ok {
			t.Fatalf("whole %v, in pieces of %d %v: %q", ok, size, !pieces.broken, said)
		}
		if ok && pieces != whole {
			t.Fatalf("%+v and %+v after %q", whole, pieces, said)
		}
		if !ok {
			return
		}
		parser := imap.NewReader(bufio.NewReader(bytes.NewReader(said)))
		for {
			resp, err := parseOne(parser)
			if err != nil {
				break // and the session ends
			}
			if data, isData := resp.(*imap.DataResp); isData {
				if d := nesting(data.Fields); d > tight.depth {
					t.Fatalf("the parser nests %d deep in %q", d, said)
				}
			}
		}
	})
}

func parseOne(p *imap.Reader) (resp imap.Resp, err error) {
	defer rescue(&err)
	return imap.ReadResp(p)
}

func nesting(fields []any) int {
	deepest := 0
	for _, f := range fields {
		if list, ok := f.([]any); ok {
			deepest = max(deepest, 1+nesting(list))
		}
	}
	return deepest
}
