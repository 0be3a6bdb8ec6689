package post

import (
	"fmt"
	"strings"
	"testing"

	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/mailbridge/letter"
)

// nested is a mail of so many layers inside each other.
func nested(layers int) string {
	var b strings.Builder
	b.WriteString("From: Anna <anna@x.example>\r\nSubject: Deep\r\n")
	for i := range layers {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	b.WriteString("Content-Type: text/plain\r\n\r\nwords\r\n")
	for i := layers - 1; i >= 0; i-- {
		fmt.Fprintf(&b, "--b%d--\r\n", i)
	}
	return b.String()
}

// Every limit is a setting: what is over it is set aside with its reason and
// its headers, and the letter behind it is taken in.
func TestWhatIsOverALimitIsSetAsideAndTheNextLetterComes(t *testing.T) {
	long := strings.Repeat("x", 1<<20) + "\r\n"
	for name, c := range map[string]struct{ value, raw, reason string }{
		office.MaxLetterMiB:     {"1", "From: Anna <anna@x.example>\r\nSubject: Big\r\n\r\n" + long, letter.TooLarge},
		office.LetterDepth:      {"3", nested(4), letter.TooDeep},
		office.LetterParts:      {"10", "From: Anna <anna@x.example>\r\nSubject: Parts\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", 12) + "--b--\r\n", letter.TooManyParts},
		office.LetterHeaderKiB:  {"16", "From: Anna <anna@x.example>\r\nSubject: Head\r\nX-Long: " + strings.Repeat("long ", 4<<10) + "\r\n\r\nwords\r\n", letter.HeaderTooLarge},
		office.LetterDecodedMiB: {"1", "From: Anna <anna@x.example>\r\nSubject: Decoded\r\n\r\n" + long, letter.TooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				h := newHouse(t, db)
				h.must(h.office.Set(h.ctx, "", name, c.value))
				h.receive("a", c.raw)
				h.receive("a", write("from:bo id:next", nil))
				list := h.asides(Unreadable)
				if len(list) != 1 || list[0].Reason != c.reason || list[0].From != "Anna <anna@x.example>" || len(list[0].Headers) < 2 {
					t.Fatalf("%+v", list)
				}
				if got, _ := h.newest("a", 1, 2); got != becameMessage {
					t.Errorf("the next letter became %q", got)
				}
			})
		})
	}
}
