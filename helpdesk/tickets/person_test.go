package tickets_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// someone is a person with a session and a conversation of theirs.
type someone struct {
	*people.Guest
	cookie string
	talk   *tickets.Conversation
}

// begin starts a conversation as a first message from a page does.
func (h *house) begin(t testing.TB, team helpdesk.ID, text string) *someone {
	t.Helper()
	return h.beginWith(t, team, text, tickets.Facts{})
}

func (h *house) beginWith(t testing.TB, team helpdesk.ID, text string, facts tickets.Facts) *someone {
	t.Helper()
	var out someone
	h.write(t, func(tx *store.Tx) (err error) {
		if out.cookie, out.Guest, err = h.people.Begin(t.Context(), tx, false); err != nil {
			return err
		}
		out.talk, err = h.desk.Open(t.Context(), tx, tickets.Opening{
			Team: team, Channel: "chat", Language: "ti", Person: out.Person, Title: "chat", Facts: facts,
			Priority: facts.Priority(), Readers: []*vault.Pair{out.Pair()},
		})
		if err != nil {
			return err
		}
		_, err = out.talk.Append(t.Context(), tx, word(text))
		return err
	})
	return &out
}

// word is something said in a talk by the person.
func word(text string) tickets.Message {
	return tickets.Message{Kind: tickets.KindChat, Direction: tickets.In, Content: tickets.Content{Text: text, Proven: true}}
}

func (h *house) say(t testing.TB, p *someone, text string) int64 {
	t.Helper()
	var n int64
	h.write(t, func(tx *store.Tx) error {
		var err error
		n, _, err = h.desk.Word(t.Context(), tx, p.Guest, p.talk.ID, word(text))
		return err
	})
	return n
}

func (h *house) tell(t testing.TB, s *staff.Session, conversation helpdesk.ID, text string) {
	t.Helper()
	h.ok(t, h.telling(t, s, conversation, text))
}

func (h *house) telling(t testing.TB, s *staff.Session, conversation helpdesk.ID, text string) error {
	return h.db.Write(t.Context(), "test", func(tx *store.Tx) error {
		c, err := h.desk.With(t.Context(), tx, s, conversation)
		if err != nil {
			return err
		}
		_, err = c.Append(t.Context(), tx, tickets.Message{
			Kind: tickets.KindChat, Direction: tickets.Out, Author: s.User.ID, Content: tickets.Content{Text: text},
		})
		return err
	})
}

func (h *house) heard(t testing.TB, p *someone, after int64) []string {
	t.Helper()
	said, settle, err := h.desk.Heard(t.Context(), p.Guest, p.talk.ID, after, tickets.HeardMost)
	h.ok(t, err)
	h.ok(t, h.desk.SettleHeard(t.Context(), p.Guest, settle))
	var out []string
	for _, m := range said {
		switch {
		case m.Broken:
			out = append(out, "BROKEN")
		case !m.Proven:
			out = append(out, "UNPROVEN "+m.Content.Text)
		case m.Kind == tickets.KindSystem:
			out = append(out, m.Content.Key)
		default:
			out = append(out, m.Content.Text)
		}
	}
	return out
}

func TestAPersonWritesAndReadsTheirOwnConversation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		p := h.beginWith(t, team, "hello", tickets.Facts{Audience: "detained", Interpreter: true})
		h.say(t, p, "is somebody there?")
		h.tell(t, anna, p.talk.ID, "yes")
		_, err := h.desk.Note(t.Context(), anna, p.talk.Ticket, "sounds tired", "1")
		h.ok(t, err)
		h.later(t, p.talk.ID, h.letter("and by mail"))
		same(t, "heard", h.heard(t, p, 0), []string{"hello", "is somebody there?", "yes", "and by mail"})
		same(t, "heard again, settled", h.heard(t, p, 2), []string{"yes", "and by mail"})
		same(t, "nothing new", len(h.heard(t, p, 4)), 0)

		said, _, err := h.desk.Heard(t.Context(), p.Guest, p.talk.ID, 0, 500)
		h.ok(t, err)
		same(t, "mine", []bool{said[0].Mine, said[1].Mine, said[2].Mine}, []bool{true, true, false})
		same(t, "addresses", len(said[3].Content.From), 0)
		same(t, "author", said[2].Author, anna.User.ID)

		sheet := h.page(t, anna, p.talk.Ticket)
		same(t, "the house reads", texts(sheet.Messages), []string{"hello", "is somebody there?", "yes", "sounds tired", "and by mail"})
		same(t, "facts", sheet.Head.Facts, tickets.Facts{Audience: "detained", Interpreter: true})
		same(t, "priority", sheet.Ticket.Priority, 1)
		for _, m := range sheet.Messages {
			if !m.Proven || m.Broken {
				t.Errorf("message %d is broken or not proven", m.Number)
			}
		}
		mine, err := h.desk.Mine(t.Context(), p.Guest)
		h.ok(t, err)
		if len(mine) != 1 || mine[0].Conversation != p.talk.ID || mine[0].Number != sheet.Ticket.Number || mine[0].Last != 4 || mine[0].Closed {
			t.Errorf("mine: %+v", mine)
		}
		// One query a colleague's talk page asks.
		spoken, err := h.desk.Spoken(t.Context(), anna, p.talk.Ticket, 1, 500)
		h.ok(t, err)
		same(t, "spoken", texts(spoken.Messages), []string{"is somebody there?", "yes", "and by mail"})
		spoken, err = h.desk.Spoken(t.Context(), anna, p.talk.Ticket, 4, 500)
		h.ok(t, err)
		same(t, "nothing new", len(spoken.Messages), 0)
		same(t, "where", spoken.Conversation, p.talk.ID)
	})
}

func TestAMessageThatIsSentTwiceIsSaidOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		p := h.begin(t, team, "hello")
		m := word("again and again")
		m.ClientID = "AAAAAAAAAAAAAAAAAAAAAA"
		for i := range 3 {
			h.write(t, func(tx *store.Tx) error {
				c, err := h.desk.AsPerson(t.Context(), tx, p.Guest, p.talk.ID)
				if err != nil {
					return err
				}
				n, err := c.Append(t.Context(), tx, m)
				if n != 2 || c.Twice != (i > 0) {
					t.Errorf("time %d: number %d, twice %v", i, n, c.Twice)
				}
				return err
			})
		}
		same(t, "next", h.say(t, p, "more"), 3)
		same(t, "heard", h.heard(t, p, 0), []string{"hello", "again and again", "more"})
	})
}

func TestAPersonFindsOnlyTheirOwn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		p, other := h.begin(t, team, "mine"), h.begin(t, team, "theirs")
		_, err := h.desk.Note(t.Context(), anna, p.talk.Ticket, "a note", "1")
		h.ok(t, err)
		var notes helpdesk.ID
		h.ok(t, db.QueryRow(t.Context(), "SELECT id FROM tickets_conversation WHERE ticket = $1 AND kind = 'notes'", p.talk.Ticket).Scan(&notes))
		mail := h.arrive(t, team, "a letter")
		ctx := t.Context()
		calls := map[string]func(id helpdesk.ID) error{
			"AsPerson": func(id helpdesk.ID) error {
				return db.Write(ctx, "test", func(tx *store.Tx) error { _, err := h.desk.AsPerson(ctx, tx, p.Guest, id); return err })
			},
			"SetFactsAsPerson": func(id helpdesk.ID) error {
				return db.Write(ctx, "test", func(tx *store.Tx) error {
					return h.desk.SetFactsAsPerson(ctx, tx, p.Guest, id, func(*tickets.Facts) {})
				})
			},
			"Word": func(id helpdesk.ID) error {
				return db.Write(ctx, "test", func(tx *store.Tx) error { return third(h.desk.Word(ctx, tx, p.Guest, id, word("mine?"))) })
			},
			"FactsAsPerson": func(id helpdesk.ID) error { _, _, err := h.desk.FactsAsPerson(ctx, p.Guest, id); return err },
			"Heard":         func(id helpdesk.ID) error { _, _, err := h.desk.Heard(ctx, p.Guest, id, 0, 5); return err },
			"HeardFile":     func(id helpdesk.ID) error { _, _, err := h.desk.HeardFile(ctx, p.Guest, id, 1, 0); return err },
			"HandedFile":    func(id helpdesk.ID) error { _, _, err := h.desk.HandedFile(ctx, p.Guest, id, 0); return err },
			"Hide":          func(id helpdesk.ID) error { return h.desk.Hide(ctx, p.Guest, id) },
			"Show":          func(id helpdesk.ID) error { return h.desk.Show(ctx, p.Guest, id) },
			"AskRight":      func(id helpdesk.ID) error { return h.desk.AskRight(ctx, p.Guest, id, tickets.DateNotes, h.clock.now()) },
		}
		for name, call := range calls {
			for what, id := range map[string]helpdesk.ID{
				"another person's": other.talk.ID, "its own notes": notes, "a letter's": mail.ID, "nobody's": helpdesk.NewID(), "an empty": "",
			} {
				if err := call(id); !errors.Is(err, helpdesk.ErrNotFound) {
					t.Errorf("%s of %s conversation: %v, want not found", name, what, err)
				}
			}
		}
		mine, err := h.desk.Mine(ctx, p.Guest)
		h.ok(t, err)
		same(t, "mine", len(mine), 1)
		same(t, "hidden of the other", h.number(t, "SELECT COUNT(*) FROM tickets_hidden"), 0)
		h.write(t, func(tx *store.Tx) error { return h.desk.EraseAll(ctx, tx, p.Guest) })
		same(t, "the other's", h.heard(t, other, 0), []string{"theirs"})
	})
}

func TestAFileIsReadFromAnyPlaceOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		p := h.begin(t, team, "look")
		data := []byte(strings.Repeat("0123456789abcdef", 20_000)) // 312 KiB
		m := word("a picture")
		m.Files = []tickets.Upload{{Name: "a.png", Type: "image/png", Data: data}}
		h.write(t, func(tx *store.Tx) error {
			c, err := h.desk.AsPerson(t.Context(), tx, p.Guest, p.talk.ID)
			if err != nil {
				return err
			}
			_, err = c.Append(t.Context(), tx, m)
			return err
		})
		for _, from := range []int64{0, 1, 65_535, 65_536, 65_537, 200_000, int64(len(data)) - 1, int64(len(data)), int64(len(data)) + 5} {
			f, r, err := h.desk.HeardFile(t.Context(), p.Guest, p.talk.ID, 2, 0)
			h.ok(t, err)
			if f.Name != "a.png" || r.Size() != int64(len(data)) {
				t.Errorf("file %q of %d bytes", f.Name, r.Size())
			}
			if _, err := r.Seek(from, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			if want := data[min(from, int64(len(data))):]; err != nil || string(got) != string(want) {
				t.Errorf("from %d: %d bytes, %v; want %d", from, len(got), err, len(want))
			}
		}
		if _, _, err := h.desk.HeardFile(t.Context(), p.Guest, p.talk.ID, 2, 1); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("a second file: %v", err)
		}
		if _, _, err := h.desk.HeardFile(t.Context(), p.Guest, p.talk.ID, 1, 0); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("a file of a message without: %v", err)
		}
		h.exec(t, "DELETE FROM tickets_file WHERE n = 3")
		_, r, err := h.desk.HeardFile(t.Context(), p.Guest, p.talk.ID, 2, 0)
		h.ok(t, err)
		if _, err := io.ReadAll(r); !errors.Is(err, vault.ErrNotOpened) {
			t.Errorf("a file with a hole reads as %v", err)
		}
	})
}

func TestFactsRaiseThePriorityAndNeverLowerIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		p := h.beginWith(t, team, "hello", tickets.Facts{Audience: "detained"})
		h.write(t, func(tx *store.Tx) error {
			return h.desk.SetFactsAsPerson(t.Context(), tx, p.Guest, p.talk.ID, func(f *tickets.Facts) { f.Urgent = true })
		})
		sheet := h.page(t, anna, p.talk.Ticket)
		same(t, "facts", sheet.Head.Facts, tickets.Facts{Audience: "detained", Urgent: true})
		same(t, "priority", sheet.Ticket.Priority, tickets.MaxPriority)
		h.write(t, func(tx *store.Tx) error {
			return h.desk.SetFacts(t.Context(), tx, anna, p.talk.Ticket, func(f *tickets.Facts) { f.Urgent = false; f.LeftQuickly = true })
		})
		rows := h.queue(t, anna, tickets.QueueTeam).Rows
		same(t, "facts in the queue", rows[0].Head.Facts, tickets.Facts{Audience: "detained", LeftQuickly: true})
		same(t, "priority", rows[0].Ticket.Priority, tickets.MaxPriority)
	})
}
