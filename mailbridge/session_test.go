package mailbridge

import (
	"bytes"
	"context"
	"net"
	"strings"
	"testing"
	"time"
)

// spoken is a connection on which the server has said everything already.
type spoken struct {
	net.Conn
	said *bytes.Reader
	sent int
}

func (s *spoken) Read(p []byte) (int, error)       { return s.said.Read(p) }
func (s *spoken) Write(p []byte) (int, error)      { s.sent += len(p); return len(p), nil }
func (s *spoken) Close() error                     { return nil }
func (s *spoken) SetReadDeadline(time.Time) error  { return nil }
func (s *spoken) SetWriteDeadline(time.Time) error { return nil }

// FuzzSession: whatever a server says from its greeting on, collecting ends
// with letters that were asked for or with a Code, and never with a panic.
func FuzzSession(f *testing.F) {
	const hello = "* OK [CAPABILITY IMAP4rev1] hi\r\nr1 OK\r\nr2 OK [CAPABILITY IMAP4rev1 MOVE] in\r\n" +
		"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\nr3 OK [READ-WRITE] selected\r\n"
	for _, s := range []string{
		"* 1 FETCH (UID 1 RFC822.SIZE 5 FLAGS (\\Seen) INTERNALDATE \" 1-Jan-2024 00:00:00 +0000\")\r\nr4 OK\r\n* 1 FETCH (UID 1 BODY[] {5}\r\nA: b\n)\r\nr5 OK\r\n",
		"* 1 FETCH (UID 1 RFC822.SIZE 9999999 FLAGS ())\r\nr4 OK\r\n* 1 FETCH (UID 1 BODY[]<0> {5}\r\nA: b\n)\r\nr5 OK\r\n",
		"* 1 FETCH (UID 1 RFC822.SIZE 99999999 FLAGS ())\r\nr4 OK\r\n* 1 FETCH (UID 1 BODY[HEADER]<0> \"x\")\r\nr5 OK x\r\n",
		"* 1 FETCH (UID 4294967295 RFC822.SIZE 1)\r\n* 1 FETCH\r\n* 1 FETCH (\"BODY][\" NIL UID (1))\r\nr4 OK\r\n* 1 FETCH (UID 4294967295 BODY[] NIL)\r\nr5 OK\r\nr6 OK\r\n",
		"* EXPUNGE\r\n* EXISTS\r\nr4 NO [X (a)] no\r\n",
	} {
		f.Add([]byte(hello + s))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		s := newSession(context.Background(), &spoken{said: bytes.NewReader(said)}, time.Second)
		defer s.close()
		letters, err := read(s)
		if err != nil {
			if CodeOf(err) == "" {
				t.Fatalf("an error without code: %v", err)
			}
			return
		}
		for _, a := range letters {
			if a.Raw == nil || a.Mark.UID == 0 || len(a.Raw) > tooLarge {
				t.Fatalf("letter %+v", a.Mark)
			}
		}
	})
}

func read(s *session) ([]Arrival, error) {
	if _, err := s.greeting(); err != nil {
		return nil, err
	}
	if err := s.signIn(context.Background(), Server{User: "u", Password: "p"}); err != nil {
		return nil, err
	}
	if _, err := s.selectFolder("INBOX"); err != nil {
		return nil, err
	}
	waiting, err := s.list(1, "*")
	if err != nil || len(waiting.mails) == 0 {
		return nil, err
	}
	return s.fetch(waiting.mails[:batchOf(waiting.mails)])
}

func TestALineHoldsNoSecondCommand(t *testing.T) {
	for folder, want := range map[string]string{
		"INBOX":          `"INBOX"`,
		`a"b\c`:          `"a\"b\\c"`,
		"Återvändande":   `"&AMU-terv&AOQ-ndande"`,
		"a\r\nr9 LOGOUT": `"a&AA0ACg-r9 LOGOUT"`,
		"\xff":           `"`,
	} {
		got := mailboxName(folder)
		if !strings.HasPrefix(got, want) || strings.ContainsAny(got, "\r\n") || !strings.HasSuffix(got, `"`) {
			t.Errorf("%q is written %s, want %s", folder, got, want)
		}
	}
}

func TestBatchesAreBoundedInCountAndBytes(t *testing.T) {
	for name, c := range map[string]struct {
		sizes []int64
		want  int
	}{
		"many small":           {[]int64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, batchMails},
		"few":                  {[]int64{1, 1}, 2},
		"heavy":                {[]int64{6 << 20, 6 << 20, 6 << 20}, 2},
		"a large one is alone": {[]int64{9 << 20, 1}, 1},
		"before a large one":   {[]int64{1, 9 << 20}, 1},
	} {
		var plan []listing
		for i, s := range c.sizes {
			plan = append(plan, listing{uid: uint32(i + 1), size: s})
		}
		if got := batchOf(plan); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
