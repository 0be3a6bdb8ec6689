package post

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
)

func TestAnMboxGivesBackTheLettersAsTheyCame(t *testing.T) {
	letters := []string{
		"Subject: a\r\n\r\nFrom here on\r\n>From there\r\n>>>From afar\r\nFromage\r\n From home\r\n",
		"Subject: b\n\nno line end",
		"Subject: c\r\n\r\n",
		"From \r\n",
		"",
		"Subject: d\r\n\r\nF\r\nFr\r\n>\r\n>F\r\nend\r",
	}
	for _, step := range []int{1, 2, 3, 7, 4096} {
		var out bytes.Buffer
		w := &mboxWriter{to: &out}
		for i, l := range letters {
			n, err := w.add(time.Unix(0, 0), &slowly{strings.NewReader(l), step})
			if err != nil || n != i+1 {
				t.Fatalf("letter %d: number %d, error %v", i, n, err)
			}
		}
		got := readMbox(out.String())
		if len(got) != len(letters) {
			t.Fatalf("step %d: %d letters of %d", step, len(got), len(letters))
		}
		for i, l := range letters {
			want := strings.ReplaceAll(l, "\r\n", "\n")
			if want != "" && !strings.HasSuffix(want, "\n") {
				want += "\n"
			}
			if got[i] != want {
				t.Errorf("step %d, letter %d: got %q, want %q", step, i, got[i], want)
			}
		}
	}
}

// readMbox is another's idea of mboxrd: From lines divide, the last empty line
// of each mail belongs to the box, one ">" is taken off.
func readMbox(s string) []string {
	var out []string
	mails := strings.Split("\n"+s+"From MAILER-DAEMON ", "\nFrom MAILER-DAEMON ")
	for _, mail := range mails[1 : len(mails)-1] {
		_, mail, _ = strings.Cut(mail, "\n")
		lines := strings.Split(mail, "\n")
		for i, l := range lines {
			if bare := strings.TrimLeft(l, ">"); strings.HasPrefix(bare, "From ") && len(bare) < len(l) {
				lines[i] = l[1:]
			}
		}
		out = append(out, strings.Join(lines, "\n"))
	}
	return out
}

type slowly struct {
	io.Reader
	step int
}

func (s *slowly) Read(p []byte) (int, error) { return s.Reader.Read(p[:min(len(p), s.step)]) }

func FuzzMbox(f *testing.F) {
	f.Add([]byte("From a\n>From b\r\n"), 3)
	f.Add([]byte(">>\r\r\nFro\n"), 1)
	f.Fuzz(func(t *testing.T, mail []byte, step int) {
		if step < 1 || step > 1<<16 || bytes.Contains(mail, bytes.Repeat([]byte(">"), 900)) {
			return
		}
		var out bytes.Buffer
		w := &mboxWriter{to: &out}
		for range 2 {
			if _, err := w.add(time.Unix(0, 0), &slowly{bytes.NewReader(mail), step}); err != nil {
				t.Fatal(err)
			}
		}
		want := strings.ReplaceAll(string(mail), "\r\n", "\n")
		if want != "" && !strings.HasSuffix(want, "\n") {
			want += "\n"
		}
		if got := readMbox(out.String()); len(got) != 2 || got[0] != want || got[1] != want {
			t.Fatalf("got %q, want %q twice", got, want)
		}
	})
}
