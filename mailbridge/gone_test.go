package mailbridge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

// isGone knows mails by what their Message-ID holds.
func isGone(words ...string) func([][]byte) ([]bool, error) {
	return func(heads [][]byte) ([]bool, error) {
		out := make([]bool, len(heads))
		for i, head := range heads {
			if bytes.Contains(head, []byte("Subject")) {
				return nil, errors.New("more than the Message-ID was handed over")
			}
			for _, w := range words {
				out[i] = out[i] || bytes.Contains(head, []byte("<"+w+"@"))
			}
		}
		return out, nil
	}
}

func known(id string) []byte {
	return fmt.Appendf(nil, "From: a@example.org\r\nTo: b@example.org\r\nSubject: %s\r\nMessage-ID: <%s@example.org>\r\n\r\nhello\r\n", id, id)
}

func TestWhatIsGoneHereGoesOnTheServerAndNothingElseDoes(t *testing.T) {
	everywhere(t, func(t *testing.T, p site) {
		p.put(t, time.Time{}, nil, known("one"), known("two"), known("three"))
		box := Mailbox{ID: "m", IMAP: p.server(), After: MarkSeen}
		for _, want := range []int{2, 0} { // and again
			n, err := EraseGone(context.Background(), box, isGone("one", "three"))
			if err != nil || n != want {
				t.Fatalf("erased %d, %v, want %d", n, err, want)
			}
		}
		left := p.letters(t, "INBOX")
		if len(left) != 1 {
			t.Fatalf("%d mails are left", len(left))
		}

		// Where mails are moved to, and where nothing was moved yet.
		box.After = Move("Fetched")
		if n, err := EraseGone(context.Background(), box, isGone("two")); n != 0 || err != nil {
			t.Fatalf("of a folder that is not there: %d, %v", n, err)
		}
		h := newHouse()
		_, end := collect(t, h, []Mailbox{box})
		h.waitFor(t, 1)
		eventually(t, "moved", func() bool { return len(p.letters(t, "INBOX")) == 0 })
		end()
		if n, err := EraseGone(context.Background(), box, isGone("two")); n != 1 || err != nil {
			t.Fatalf("of the folder mails are moved to: %d, %v", n, err)
		}
		if n := len(p.letters(t, "Fetched")); n != 0 {
			t.Errorf("%d mails are left there", n)
		}
	})
}
