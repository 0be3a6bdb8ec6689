package post

import (
	"strings"
	"testing"
	"time"

	"returnsupport/frontend/locale"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
	"returnsupport/mailbridge/letter"
)

const canary = "the appeal ends on Friday"

// secure answers ticket 1 behind a link and returns the mail that left.
func (h *house) secure(t *testing.T) (*letter.Letter, string) {
	t.Helper()
	h.post.links = func(lang, fragment string) (string, string) {
		return "https://talk.example/en/l#" + fragment, "https://talk.example/en/l"
	}
	h.receive("a", write("from:anna id:m1 subject:My_appeal", nil))
	sheet := h.page(1)
	_, err := h.post.Reply(h.ctx, h.session(), Answer{
		Ticket: sheet.Ticket.ID, To: []string{"anna@x.example"}, Text: canary, Seen: sheet.Ticket.Last, ClientID: "one", Secure: true,
	})
	h.must(err)
	h.clock.Pass(11 * time.Second)
	h.deliverAll()
	raw := string(h.server.taken[len(h.server.taken)-1].raw)
	l, err := letter.Parse(h.ctx, []byte(raw), letter.DefaultLimits())
	h.must(err)
	return l, raw
}

func TestWhoseLanguageIsUnknownGetsSwedishAndEnglish(t *testing.T) {
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	p := &Postroom{words: words}
	for lang, want := range map[string]string{"": "sv en", "de": "sv en", "und": "sv en", "en": "en", "sv": "sv", "ti": "ti", "prs": "prs"} {
		if got := strings.Join(p.understood(lang), " "); got != want {
			t.Errorf("%q: %s, want %s", lang, got, want)
		}
	}
}

func TestASecureAnswerLeavesNoWordInItsMail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		mail, raw := h.secure(t)
		for _, word := range []string{"appeal", "Friday", "The desk", "return", "Return"} {
			if strings.Contains(raw, word) {
				t.Errorf("the mail says %q:\n%s", word, raw)
			}
		}
		_, fragment, _ := strings.Cut(mail.Readable(), "#")
		fragment, _, _ = strings.Cut(fragment, "\n")
		link, err := h.tickets.TypedLink(h.ctx, fragment)
		h.must(err)
		var said tickets.Said
		var g *people.Guest
		open := func() error {
			return h.db.Write(h.ctx, "test", func(tx *store.Tx) (err error) {
				if _, g, err = h.people.Begin(h.ctx, tx, false); err != nil {
					return err
				}
				_, said, err = h.tickets.UseLink(h.ctx, tx, link, g.Pair())
				return err
			})
		}
		h.must(open())
		if said.Content.Text != canary {
			t.Errorf("the link opens %q", said.Content.Text)
		}
		if err := open(); refusal(err) != "link.gone" {
			t.Errorf("the link used again: %v", err)
		}
		// The desk reads it as any answer, and knows how it went.
		sheet := h.page(1)
		if m := sheet.Messages[1]; m.Content.Text != canary || !m.Content.Secure || m.OriginalSize != -1 {
			t.Errorf("the desk sees %q, secure %v, original %d", m.Content.Text, m.Content.Secure, m.OriginalSize)
		}
	})
}

func TestTheDigitsOpenASecureAnswerToo(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	mail, _ := h.secure(t)
	digits := ""
	for line := range strings.SplitSeq(mail.Readable(), "\n") {
		if d, ok := people.Digits(line); ok {
			digits = d
		}
	}
	link, err := h.tickets.TypedLink(h.ctx, digits)
	h.must(err)
	h.must(h.db.Write(h.ctx, "test", func(tx *store.Tx) error {
		_, g, err := h.people.Begin(h.ctx, tx, false)
		if err != nil {
			return err
		}
		_, said, err := h.tickets.UseLink(h.ctx, tx, link, g.Pair())
		if said.Content.Text != canary {
			t.Errorf("the digits open %q", said.Content.Text)
		}
		return err
	}))
}

func TestASecureAnswerGoesToOneAddress(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.receive("a", write("from:anna id:m1", nil))
	sheet := h.page(1)
	a := Answer{Ticket: sheet.Ticket.ID, To: []string{"anna@x.example"}, Text: "x", Seen: sheet.Ticket.Last, ClientID: "one", Secure: true}
	if _, err := h.post.Reply(h.ctx, h.session(), a); refusal(err) != "post.secure.nowhere" {
		t.Errorf("without pages: %v", err)
	}
	a.Cc = []string{"bo@x.example"}
	if _, err := h.post.Reply(h.ctx, h.session(), a); refusal(err) != "post.secure.one" {
		t.Errorf("to two: %v", err)
	}
}

func TestASecureAnswerTakenBackOpensNothing(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	var fragment string
	h.post.links = func(_, f string) (string, string) {
		fragment = f
		return "https://x.example/l#" + f, "https://x.example/l"
	}
	h.receive("a", write("from:anna id:m1", nil))
	sheet := h.page(1)
	sent, err := h.post.Reply(h.ctx, h.session(), Answer{
		Ticket: sheet.Ticket.ID, To: []string{"anna@x.example"}, Text: canary, Seen: sheet.Ticket.Last, ClientID: "one", Secure: true,
	})
	h.must(err)
	h.must(h.post.Undo(h.ctx, h.session(), sent.Outbox))
	link, err := h.tickets.TypedLink(h.ctx, fragment)
	h.must(err)
	err = h.db.Write(h.ctx, "test", func(tx *store.Tx) error {
		_, g, err := h.people.Begin(h.ctx, tx, false)
		if err != nil {
			return err
		}
		_, _, err = h.tickets.UseLink(h.ctx, tx, link, g.Pair())
		return err
	})
	if refusal(err) != "link.gone" {
		t.Errorf("opened: %v", err)
	}
}

func TestANeutralNoticeSaysNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.must(h.db.Write(h.ctx, "test", func(tx *store.Tx) error {
			if err := h.post.Waiting(h.ctx, tx, "amina@x.example", "en", h.clock.Now().Add(time.Hour)); err != nil {
				return err
			}
			return h.post.OnCall(h.ctx, tx, []string{"night@staff.example"})
		}))
		h.deliverAll()
		if n := len(h.server.taken); n != 1 || h.server.taken[0].to[0] != "night@staff.example" {
			t.Fatalf("%d letters before the safe hour", n)
		}
		h.clock.Pass(61 * time.Minute)
		h.deliverAll()
		if n := len(h.server.taken); n != 2 {
			t.Fatalf("%d letters", n)
		}
		for _, out := range h.server.taken {
			raw := string(out.raw)
			if strings.Contains(raw, "The desk") || strings.Contains(raw, "eturn") || strings.Contains(raw, "http") {
				t.Errorf("the notice says too much:\n%s", raw)
			}
		}
		if n := h.count(`SELECT COUNT(*) FROM post_outbox WHERE LENGTH(mail) > 0`); n != 0 {
			t.Errorf("%d letters are kept", n)
		}
	})
}

func TestANewLinkIsSentByTheNextWhoSignsIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		mail, _ := h.secure(t)
		fragment := fragmentOf(mail)
		link, err := h.tickets.TypedLink(h.ctx, fragment)
		h.must(err)
		h.clock.Pass(8 * 24 * time.Hour) // it has run out
		h.must(db.Write(h.ctx, "test", func(tx *store.Tx) error { return h.tickets.AskLink(h.ctx, tx, link) }))
		if n, err := h.post.RenewLinks(h.ctx, h.session()); err != nil || n != 1 {
			t.Fatalf("%d links made, %v", n, err)
		}
		if n, _ := h.post.RenewLinks(h.ctx, h.session()); n != 0 {
			t.Errorf("%d more", n)
		}
		h.deliverAll()
		last := h.server.taken[len(h.server.taken)-1]
		l, err := letter.Parse(h.ctx, last.raw, letter.DefaultLimits())
		h.must(err)
		if len(h.server.taken) != 2 || last.to[0] != "anna@x.example" || fragmentOf(l) == fragment {
			t.Fatalf("%d letters, to %v", len(h.server.taken), last.to)
		}
		link, err = h.tickets.TypedLink(h.ctx, fragmentOf(l))
		h.must(err)
		h.must(db.Write(h.ctx, "test", func(tx *store.Tx) error {
			_, g, err := h.people.Begin(h.ctx, tx, false)
			if err != nil {
				return err
			}
			_, said, err := h.tickets.UseLink(h.ctx, tx, link, g.Pair())
			if said.Content.Text != canary {
				t.Errorf("the new link opens %q", said.Content.Text)
			}
			return err
		}))
	})
}

func fragmentOf(l *letter.Letter) string {
	_, fragment, _ := strings.Cut(l.Readable(), "#")
	fragment, _, _ = strings.Cut(fragment, "\n")
	return fragment
}
