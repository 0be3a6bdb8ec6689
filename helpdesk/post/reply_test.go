package post

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
	"returnsupport/mailbridge/letter"
)

func refusal(err error) string {
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return no.Key
	}
	return ""
}

func TestALetterAnsweredTwiceIsOneTicket(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:anna id:m1 subject:Help", nil))
		_, id, _ := h.reply(1, "first answer", "anna@x.example")
		h.receive("a", write("from:anna id:m2 irt:R", map[string]string{"R": id}))
		_, id2, _ := h.reply(1, "second answer", "anna@x.example")
		h.receive("a", write("from:anna id:m3 irt:R", map[string]string{"R": id2}))
		sheet := h.page(1)
		var kinds []string
		for _, m := range sheet.Messages {
			kinds = append(kinds, string(m.Kind))
		}
		if got := strings.Join(kinds, " "); got != "letter answer letter answer letter" || h.count(`SELECT COUNT(*) FROM tickets_ticket`) != 1 {
			t.Errorf("the ticket holds %s", got)
		}
		if m := sheet.Messages[4]; !m.Content.Proven || m.Content.InReplyTo[0] != id2 {
			t.Errorf("an answer to our own letter is not proven: %v", m.Content.Proven)
		}
	})
}

func TestAnAnswerSentTwiceIsOneAnswer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:anna id:m1 subject:Help", nil))
		sheet := h.page(1)
		a := Answer{Ticket: sheet.Ticket.ID, To: []string{"Anna <anna@x.example>"}, Text: "yes", Seen: sheet.Ticket.Last, ClientID: "click"}
		type result struct {
			Sent
			err error
		}
		results := make(chan result, 4)
		for range 4 {
			s := h.session()
			go func() {
				sent, err := h.post.Reply(h.ctx, s, a)
				results <- result{sent, err}
			}()
		}
		var first Sent
		news := 0
		for range 4 {
			r := <-results
			if r.err != nil {
				t.Fatal(r.err)
			}
			if !r.Again {
				news++
			}
			if first.Outbox == "" {
				first = r.Sent
			}
			if r.Outbox != first.Outbox || r.Message != first.Message || r.Number != 2 {
				t.Errorf("two answers: %v and %v", first, r.Sent)
			}
		}
		if n := h.count(`SELECT COUNT(*) FROM post_outbox`); n != 1 || news != 1 {
			t.Errorf("%d letters in the outbox, %d said to be new", n, news)
		}
		h.clock.Pass(time.Minute)
		h.deliverAll()
		if len(h.server.taken) != 1 {
			t.Errorf("%d letters left the house", len(h.server.taken))
		}
	})
}

func TestWhatLeavesIsALetterInItsThread(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.receive("a", write("from:anna id:m1 refs:m0 irt:m0 subject:Sv:_Re:_Hjälp", nil))
	sheet := h.page(1)
	sent, err := h.post.Reply(h.ctx, h.session(), Answer{
		Ticket: sheet.Ticket.ID, To: []string{"آنا <anna@x.example>"}, Cc: []string{"bo@x.example"}, Text: "Hej", Seen: sheet.Ticket.Last,
		Files: []File{{Name: "Bevis ö.pdf", Type: "application/pdf", Bytes: []byte("pdf")}},
	})
	h.must(err)
	h.deliverAll()
	if len(h.server.taken) != 0 {
		t.Fatal("it left before the time for undoing was over")
	}
	h.clock.Pass(10 * time.Second)
	h.deliverAll()
	if len(h.server.taken) != 1 {
		t.Fatalf("%d letters left", len(h.server.taken))
	}
	got := h.server.taken[0]
	if got.from != "a@desk.example" || strings.Join(got.to, " ") != "anna@x.example bo@x.example" {
		t.Errorf("envelope: %s to %v", got.from, got.to)
	}
	l, err := letter.Parse(h.ctx, got.raw, letter.DefaultLimits())
	h.must(err)
	m, err := h.tickets.Message(h.ctx, h.session(), sent.Message)
	h.must(err)
	switch {
	case l.Subject != "Re: Hjälp":
		t.Errorf("subject %q", l.Subject)
	case strings.Join(l.References, " ") != "m0@x.example m1@x.example" || l.InReplyTo[0] != "m1@x.example":
		t.Errorf("thread %v, %v", l.References, l.InReplyTo)
	case l.MessageID != m.Content.MessageID || !strings.HasSuffix(l.MessageID, "@desk.example"):
		t.Errorf("Message-ID %s", l.MessageID)
	case l.ReplyTo[0].Addr != "a+"+strings.TrimSuffix(l.MessageID, "@desk.example")+"@desk.example":
		t.Errorf("Reply-To %v", l.ReplyTo)
	case !strings.Contains(l.Readable(), "Hej\n\n-- \nThe desk\nPhone 020"):
		t.Errorf("text %q", l.Readable())
	case len(l.Attachments) != 1 || l.Attachments[0].Name != "Bevis ö.pdf" || string(l.Attachments[0].Bytes) != "pdf":
		t.Errorf("attachments %d", len(l.Attachments))
	case l.From[0].Name != "The desk" || l.Cc[0].Addr != "bo@x.example":
		t.Errorf("from %q", l.From[0].Name)
	case l.AutoSubmitted != "":
		t.Error("a counsellor's answer says that no person wrote it")
	}
	// What was sent is what is kept.
	_, original, err := h.tickets.Original(h.ctx, h.session(), sent.Message)
	h.must(err)
	var kept bytes.Buffer
	_, err = kept.ReadFrom(original)
	h.must(err)
	if !bytes.Equal(kept.Bytes(), got.raw) {
		t.Error("the letter that left is not the one that is kept")
	}
}

func TestAnAnswerStopsWhenSomethingNewCameIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:anna id:m1", nil))
		sheet := h.page(1)
		a := Answer{Ticket: sheet.Ticket.ID, To: []string{"anna@x.example"}, Text: "yes", Seen: sheet.Ticket.Last, ClientID: "c"}
		h.receive("a", write("from:anna id:m2 irt:m1", nil))
		if _, err := h.post.Reply(h.ctx, h.session(), a); refusal(err) != "reply.newer" {
			t.Fatalf("sent although something new came in: %v", err)
		}
		if n := h.count(`SELECT COUNT(*) FROM post_outbox`); n != 0 {
			t.Fatalf("%d letters in the outbox", n)
		}
		a.Anyway = true
		if _, err := h.post.Reply(h.ctx, h.session(), a); err != nil {
			t.Fatal(err)
		}
	})
}

func TestOfTwoWhoAnswerAtOnceOneIsAskedFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		token, err := h.staff.Invite(h.ctx, h.staff.Console(), "stina", "Stina", "stina@staff.example", staff.Counsellor, h.teams[0].ID)
		h.must(err)
		_, cookie, err := h.staff.Accept(h.ctx, token, "sv")
		h.must(err)
		stina, err := h.staff.Session(h.ctx, cookie, false)
		h.must(err)
		h.must(h.staff.Admit(h.ctx, h.session(), stina.User.ID, h.teams[0].ID))
		stina, err = h.staff.Session(h.ctx, cookie, false)
		h.must(err)
		h.receive("a", write("from:anna id:m1", nil))
		sheet := h.page(1)
		said := map[string]int{}
		var mu sync.Mutex
		var both sync.WaitGroup
		for name, s := range map[string]*staff.Session{"kim": h.session(), "stina": stina} {
			both.Go(func() {
				_, err := h.post.Reply(h.ctx, s, Answer{Ticket: sheet.Ticket.ID, To: []string{"anna@x.example"}, Text: "from " + name, Seen: sheet.Ticket.Last, ClientID: name})
				mu.Lock()
				defer mu.Unlock()
				said[refusal(err)]++
			})
		}
		both.Wait()
		if said[""] != 1 || said["reply.newer"] != 1 {
			t.Fatalf("of two answers to one letter: %v", said)
		}
		if n := h.count(`SELECT COUNT(*) FROM post_outbox`); n != 1 {
			t.Fatalf("%d letters in the outbox", n)
		}
	})
}

func TestAnAnswerCalledBackBringsItsTranslationsBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:anna id:m1", nil))
		sheet := h.page(1)
		h.post.links = func(lang, fragment string) (string, string) {
			return "https://talk.example/l#" + fragment, "https://talk.example/l"
		}
		beside := []tickets.Beside{{Language: "fa", Text: "سلام آنا 🌱"}}
		sent, err := h.post.Reply(h.ctx, h.session(), Answer{
			Ticket: sheet.Ticket.ID, To: []string{"anna@x.example"}, Text: "Dear Anna", Seen: sheet.Ticket.Last, ClientID: "c", Beside: beside, Secure: true,
		})
		h.must(err)
		// What they have begun meanwhile stays below it, with its own.
		_, err = h.tickets.SaveDraft(h.ctx, h.session(), sheet.Ticket.ID, tickets.Draft{
			Kind: tickets.KindAnswer, Text: "PS", Beside: []tickets.Beside{{Language: "so", Text: "waxaa jira"}},
		})
		h.must(err)
		h.must(h.post.Undo(h.ctx, h.session(), sent.Outbox))
		draft := h.page(1).Drafts[0]
		if want := append(beside, tickets.Beside{Language: "so", Text: "waxaa jira"}); draft.Text != "Dear Anna\n\nPS" || !slices.Equal(draft.Beside, want) {
			t.Errorf("came back: %q with %d translations", draft.Text, len(draft.Beside))
		}
	})
}

// By mail the translation stands over the text. Called back, each is where it was
// written.
func TestAMailCalledBackHasItsTranslationBesideItsTextAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:anna id:m1", nil))
		sheet := h.page(1)
		for _, beside := range []tickets.Beside{{Language: "fa", Text: "سلام آنا 🌱"}, {Language: "ti", Text: "ሰላም\n\n---\n\nኣና"}} {
			sent, err := h.post.Reply(h.ctx, h.session(), Answer{
				Ticket: sheet.Ticket.ID, To: []string{"anna@x.example"}, Text: "Dear Anna\n\n---\n\nKim", Anyway: true,
				ClientID: beside.Language, Beside: []tickets.Beside{beside},
			})
			h.must(err)
			if m, err := h.tickets.Message(h.ctx, h.session(), sent.Message); err != nil || !strings.HasPrefix(m.Content.Text, beside.Text) {
				t.Errorf("it does not go out with the translation over it: %v", err)
			}
			h.must(h.post.Undo(h.ctx, h.session(), sent.Outbox))
			draft := h.page(1).Drafts[0]
			if draft.Text != "Dear Anna\n\n---\n\nKim" || !slices.Equal(draft.Beside, []tickets.Beside{beside}) {
				t.Errorf("came back: %q with %q", draft.Text, draft.Beside)
			}
			h.must(h.tickets.DropDraft(h.ctx, h.session(), sheet.Ticket.ID, tickets.KindAnswer))
		}
	})
}

func TestALetterTakenBackInTimeNeverLeavesAndItsWordsAreADraft(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:anna id:m1", nil))
		sent, id, address := h.reply(1, "Dear Anna", `"Anna, A." <anna@x.example>`)
		h.clock.Pass(5 * time.Second)
		h.must(h.post.Undo(h.ctx, h.session(), sent.Outbox))
		h.clock.Pass(time.Hour / 4)
		h.deliverAll()
		if len(h.server.taken) != 0 {
			t.Fatal("it left")
		}
		sheet := h.page(1)
		if len(sheet.Drafts) != 1 || sheet.Drafts[0].Text != "Dear Anna" || sheet.Drafts[0].To[0] != `"Anna, A." <anna@x.example>` {
			t.Errorf("drafts %+v", len(sheet.Drafts))
		}
		if last := sheet.Messages[len(sheet.Messages)-1]; !last.Withdrawn || sheet.Ticket.State != tickets.StateOpen {
			t.Errorf("withdrawn %v, ticket %s", last.Withdrawn, sheet.Ticket.State)
		}
		if err := h.post.Undo(h.ctx, h.session(), sent.Outbox); refusal(err) != "post.gone" {
			t.Errorf("a second time: %v", err)
		}
		// Nobody was told its id, so nobody can know it.
		h.receive("a", write("from:anna id:m2 irt:R to:T", map[string]string{"R": id, "T": address}))
		if got := h.became("a"); got != "2" {
			t.Errorf("an id that never left leads to %s", got)
		}

		sent, _, _ = h.reply(1, "Dear Anna again", "anna@x.example")
		h.clock.Pass(11 * time.Second)
		h.deliverAll()
		if err := h.post.Undo(h.ctx, h.session(), sent.Outbox); refusal(err) != "post.gone" {
			t.Errorf("after it left: %v", err)
		}
		if d := h.page(1).Drafts; len(d) != 0 {
			t.Errorf("%d drafts after sending", len(d))
		}
	})
}

func TestWritingFirstOpensATicketThatTheAnswerFinds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		f := First{Mailbox: h.boxes["b"], To: []string{"Anna <anna@x.example>"}, Subject: "Your question", Text: "Hello", ClientID: "c"}
		sent, err := h.post.Write(h.ctx, h.session(), f)
		h.must(err)
		again, err := h.post.Write(h.ctx, h.session(), f)
		h.must(err)
		if !again.Again || again.Ticket != sent.Ticket {
			t.Errorf("twice: %+v, %+v", sent, again)
		}
		h.clock.Pass(time.Minute)
		h.deliverAll()
		sheet := h.page(1)
		if sheet.Head.Name != "Anna" || sheet.Head.Title != "Your question" || sheet.Ticket.Team != h.teams[1].ID || sheet.Ticket.State != tickets.StateWaiting {
			t.Errorf("the ticket: %s", sheet.Ticket.State)
		}
		h.receive("b", write("from:anna id:m1 irt:R to:b", map[string]string{"R": sheet.Messages[0].Content.MessageID}))
		if got := h.became("b"); got != "1" {
			t.Errorf("the answer became %s", got)
		}
	})
}

func TestNobodyAnswersInAnotherTeamsName(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.receive("b", write("from:anna id:m1 to:b", nil))
	sent, _, _ := h.reply(1, "yes", "anna@x.example")
	lee := h.lee()
	for what, err := range map[string]error{
		"reply": func() error {
			_, err := h.post.Reply(h.ctx, lee, Answer{Ticket: h.ticket(1), To: []string{"anna@x.example"}, Text: "x", Anyway: true})
			return err
		}(),
		"write": func() error {
			_, err := h.post.Write(h.ctx, lee, First{Mailbox: h.boxes["b"], To: []string{"anna@x.example"}, Text: "x"})
			return err
		}(),
		"undo":  h.post.Undo(h.ctx, lee, sent.Outbox),
		"noted": h.post.Noted(h.ctx, lee, sent.Outbox),
	} {
		if !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if out, err := h.post.Outbox(h.ctx, lee); err != nil || len(out) != 0 {
		t.Errorf("sees %d letters of the other team, error %v", len(out), err)
	}
}

// A stranger knows the reply address; the counsellor believes it with one
// click, and from then on both write in one ticket, each in their own thread.
func TestAClaimIsDecidedByOneClick(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.receive("a", write("from:anna id:m1", nil))
	_, _, address := h.reply(1, "hello", "anna@x.example")
	h.receive("a", write("from:anna.new id:m2 to:T", map[string]string{"T": address}))
	claim := h.page(2).Messages[0].Content
	if claim.Claim != h.ticket(1) || claim.Proven || h.page(2).Head.Claim != h.ticket(1) {
		t.Fatalf("the claim is %q, proven %v", claim.Claim, claim.Proven)
	}
	h.must(h.tickets.Join(h.ctx, h.session(), h.ticket(2), claim.Claim))
	if n := len(h.page(1).Messages); n < 3 {
		t.Fatalf("%d messages in the joined ticket", n)
	}
	_, id, _ := h.reply(1, "both of you", "anna.new@x.example")
	if m := h.page(1).Messages; m[len(m)-1].Content.InReplyTo[0] != "m2@x.example" {
		t.Errorf("the answer goes to %v", m[len(m)-1].Content.InReplyTo)
	}
	h.receive("a", write("from:anna.new id:m3 irt:R", map[string]string{"R": id}))
	h.receive("a", write("from:anna id:m4 to:T", map[string]string{"T": address}))
	if n := h.count(`SELECT COUNT(*) FROM tickets_ticket`); n != 2 {
		t.Errorf("%d tickets", n)
	}
	m := h.page(1).Messages
	if a, b := m[len(m)-2].Content.MessageID, m[len(m)-1].Content.MessageID; a != "m3@x.example" || b != "m4@x.example" {
		t.Errorf("the ticket ends with %s and %s", a, b)
	}
}

func TestALetterOfAHandedOverTicketGoesInTheNewTeamsName(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.receive("a", write("from:anna id:m1", nil))
	ticket := h.page(1).Ticket
	h.must(h.tickets.Give(h.ctx, h.session(), ticket.ID, ticket.Version, tickets.To{Team: h.teams[1].ID}))
	_, id, _ := h.reply(1, "hello from the others", "anna@x.example")
	h.clock.Pass(time.Minute)
	h.deliverAll()
	if got := h.server.taken[0].from; got != "b@desk.example" {
		t.Errorf("it left from %s", got)
	}
	for i, box := range []string{"b", "a"} {
		h.receive(box, write("from:anna to:"+box+" irt:R id:m"+string(rune('2'+i)), map[string]string{"R": id}))
		if got := h.became(box); got != "1" {
			t.Errorf("the answer to %s became %s", box, got)
		}
	}
}
