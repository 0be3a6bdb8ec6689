package post

import (
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// Over a limit a letter is kept and shown by its headers, the next one is taken
// in, and a word to the writer lies ready, which goes out as any letter does.
func TestWhatWasTooMuchIsAskedForAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.post.words = speaking{}
		long := "X-Long: " + strings.Repeat("x", 300<<10) + "\r\n\r\nx\r\n"
		for _, head := range []string{
			"From: =?utf-8?q?M=C3=BCller=2C?= J <farid@x.example>\r\nSubject: Re: Моё решение и мои документы\r\n",
			"From: bo@x.example\r\nContent-Language: fa-AF\r\nSubject: x\r\n",
			"From: anna@x.example\r\nSubject: x\r\n",
			"Subject: nobody\r\n",
		} {
			h.receive("a", head+long)
		}
		h.receive("a", write("from:bo id:next", nil))
		if got, _ := h.newest("a", 1, 5); got != becameMessage {
			t.Fatalf("the next letter became %q", got)
		}
		for _, a := range h.asides(Unreadable) {
			first, err := h.post.AskAgain(h.ctx, h.session(), a.ID)
			if a.From == "" {
				if !isNotFound(err) {
					t.Errorf("asks nobody: %v", err)
				}
				continue
			}
			h.must(err)
			want := map[string]string{"farid@x.example": "ru/letter.again", "bo@x.example": "fa/letter.again", "anna@x.example": "sv/letter.again\n\nen/letter.again"}[first.To[0]]
			if want == "" || first.Text != want || first.Mailbox != h.boxes["a"] || !strings.HasPrefix(first.Subject, "Re: ") || strings.Contains(first.Subject, "Re: Re:") {
				t.Errorf("%+v", first)
			}
			first.ClientID = first.To[0]
			_, err = h.post.Write(h.ctx, h.session(), first)
			h.must(err)
		}
		h.clock.Pass(time.Minute)
		if n := len(h.told()); n != 3 {
			t.Errorf("%d letters went out", n)
		}
		h.receive("b", "From: anna@x.example\r\nSubject: other\r\n"+long)
		for _, a := range h.asides(Unreadable) {
			if a.Subject != "other" {
				continue
			}
			if _, err := h.post.AskAgain(h.ctx, h.lee(), a.ID); !isNotFound(err) {
				t.Errorf("another team's: %v", err)
			}
		}
	})
}
