package tickets_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// eraseAll is what the page does when somebody asks for it.
func (h *house) eraseAll(t testing.TB, g *people.Guest) {
	t.Helper()
	h.write(t, func(tx *store.Tx) error {
		if err := h.people.AskErase(t.Context(), tx, g); err != nil {
			return err
		}
		return h.desk.EraseAll(t.Context(), tx, g)
	})
}

// comeBack opens a new session with the person's code.
func (h *house) comeBack(t testing.TB, code string) *people.Guest {
	t.Helper()
	_, g, _, err := h.people.Return(t.Context(), code, false)
	h.ok(t, err)
	return g
}

func TestWhoAskedForErasureIsReadByNobodyAndCanComeBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		p, other := h.begin(t, team, "hello"), h.begin(t, team, "stays")
		h.tell(t, anna, p.talk.ID, "hello you")
		h.later(t, p.talk.ID, h.letter("blind"))
		_, err := h.desk.Note(t.Context(), anna, p.talk.Ticket, "a note", "1")
		h.ok(t, err)
		joined := h.arrive(t, team, "joined in")
		h.ok(t, h.desk.Join(t.Context(), anna, joined.Ticket, p.talk.Ticket))
		// Opened before, so that a session with warm keys is tried, too.
		before := texts(h.page(t, anna, p.talk.Ticket).Messages)
		counts := h.queue(t, anna, tickets.QueueTeam).Counts
		code, err := h.people.NewCode(t.Context(), p.Guest)
		h.ok(t, err)

		h.eraseAll(t, p.Guest)
		for what, doing := range map[string]error{
			"page":  second(h.desk.Page(t.Context(), anna, p.talk.Ticket)),
			"since": second(h.desk.Since(t.Context(), anna, p.talk.Ticket, 0)),
			"child": second(h.desk.Page(t.Context(), anna, joined.Ticket)),
			"tell":  h.telling(t, anna, p.talk.ID, "anybody?"),
			"take":  h.desk.Take(t.Context(), anna, p.talk.Ticket, 1),
			"spoken": func() error {
				_, err := h.desk.Spoken(t.Context(), anna, p.talk.Ticket, 0, 5)
				return err
			}(),
			"the old session": func() error {
				_, _, err := h.desk.Heard(t.Context(), p.Guest, p.talk.ID, 0, 5)
				return err
			}(),
		} {
			if !errors.Is(doing, helpdesk.ErrNotFound) {
				t.Errorf("%s: %v, want not found", what, doing)
			}
		}
		err = db.Write(t.Context(), "test", func(tx *store.Tx) error {
			_, err := h.desk.Blind(t.Context(), tx, p.talk.ID)
			return err
		})
		if !errors.Is(err, tickets.ErrNobody) {
			t.Errorf("a letter that comes meanwhile: %v, want nobody, so that it opens a ticket of its own", err)
		}
		same(t, "the queue", titles(h.queue(t, anna, tickets.QueueTeam)), []string{"chat"})
		all, err := h.desk.All(t.Context(), anna, "")
		h.ok(t, err)
		same(t, "the export", all, []helpdesk.ID{other.talk.Ticket})
		same(t, "wraps of the house", h.number(t, `SELECT COUNT(*) FROM tickets_reader r JOIN tickets_conversation c ON c.id = r.conversation
			WHERE c.ticket IN ($1, $2) AND r.kind <> 'person'`, p.talk.Ticket, joined.Ticket), 0)
		same(t, "letter keys of the house", h.number(t, `SELECT COUNT(*) FROM tickets_letterkey k JOIN tickets_message m ON m.id = k.message
			WHERE m.conversation = $1 AND k.kind <> 'person'`, p.talk.ID), 0)

		// Whoever stands behind them sees nothing; the code undoes it.
		h.clock.pass(71 * time.Hour)
		g := h.comeBack(t, code)
		back := &someone{Guest: g, talk: p.talk}
		same(t, "with the code", h.heard(t, back, 0), []string{"hello", "hello you", "blind"})
		err = db.Write(t.Context(), "test", func(tx *store.Tx) error {
			c, err := h.desk.AsPerson(t.Context(), tx, g, p.talk.ID)
			if err != nil {
				return err
			}
			_, err = c.Append(t.Context(), tx, word("lost?"))
			return err
		})
		if refusal := (helpdesk.Refusal{}); !errors.As(err, &refusal) || refusal.Key != "ticket.erasing" {
			t.Errorf("writing meanwhile: %v", err)
		}
		h.write(t, func(tx *store.Tx) error {
			if err := h.people.UndoErase(t.Context(), tx, g); err != nil {
				return err
			}
			return h.desk.UndoErase(t.Context(), tx, g)
		})
		anna = h.signInAgain(t, anna)
		sheet := h.page(t, anna, p.talk.Ticket)
		same(t, "everything is back", texts(sheet.Messages), before)
		for _, m := range sheet.Messages {
			if !m.Proven {
				t.Errorf("message %d is not proven any more", m.Number)
			}
		}
		same(t, "counts", h.queue(t, anna, tickets.QueueTeam).Counts, counts)
		h.say(t, back, "I am back")
		same(t, "and it goes on", h.heard(t, back, 3), []string{"I am back"})
	})
}

func TestErasureLeavesNothingButUnlinkedMarks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		p, other := h.begin(t, team, "hello"), h.begin(t, team, "stays")
		m := h.letter("with a file")
		m.Files, m.ClientID = []tickets.Upload{{Name: "a", Data: []byte("bytes")}}, "the letter's own mark"
		h.later(t, p.talk.ID, m)
		_, err := h.desk.SaveDraft(t.Context(), anna, p.talk.Ticket, tickets.Draft{Kind: tickets.KindAnswer, Text: "a draft"})
		h.ok(t, err)
		f, err := h.desk.Facts(t.Context(), anna, p.talk.Ticket)
		h.ok(t, err)
		ben := h.session(t, team)
		h.ok(t, h.desk.Give(t.Context(), anna, f.ID, f.Version, tickets.To{User: ben.User.ID}))
		_, err = h.desk.SaveDraft(t.Context(), anna, p.talk.Ticket, tickets.Draft{Kind: tickets.KindAnswer, Text: "another"})
		h.ok(t, err)
		_, err = h.desk.Note(t.Context(), anna, p.talk.Ticket, "@ben look", "named", ben.User.ID)
		h.ok(t, err)
		h.ok(t, h.desk.Consult(t.Context(), anna, p.talk.Ticket, tickets.Question{User: ben.User.ID, Text: "and?", Until: h.clock.now().Add(5 * 24 * time.Hour)}))
		for _, table := range []string{"tickets_draft", "tickets_passed", "tickets_mention", "tickets_consult", "tickets_adviser"} {
			same(t, table, h.number(t, "SELECT COUNT(*) FROM "+table), 1)
		}
		h.ok(t, h.desk.Hide(t.Context(), p.Guest, p.talk.ID))
		counts := h.queue(t, anna, tickets.QueueTeam).Counts
		var wraps [][]byte
		rows, err := db.Query(t.Context(), "SELECT wrap FROM tickets_reader WHERE conversation = $1", p.talk.ID)
		h.ok(t, err)
		for rows.Next() {
			var b []byte
			h.ok(t, rows.Scan(&b))
			wraps = append(wraps, b)
		}
		h.ok(t, rows.Err())
		rows.Close()

		h.eraseAll(t, p.Guest)
		early := db.Write(t.Context(), "test", func(tx *store.Tx) error {
			if _, err := h.desk.EraseFor(t.Context(), tx, p.Person); err != nil {
				return err
			}
			return h.people.Forget(t.Context(), tx, p.Person)
		})
		if !errors.Is(early, helpdesk.ErrConflict) {
			t.Errorf("before its time: %v", early)
		}
		h.clock.pass(73 * time.Hour)
		due, err := h.people.EraseDue(t.Context(), h.clock.now())
		h.ok(t, err)
		same(t, "due", due, []helpdesk.ID{p.Person})
		h.write(t, func(tx *store.Tx) error {
			if _, err := h.desk.EraseFor(t.Context(), tx, p.Person); err != nil {
				return err
			}
			return h.people.Forget(t.Context(), tx, p.Person)
		})
		for table, where := range map[string]string{
			"tickets_ticket": "id = $1", "tickets_conversation": "ticket = $1", "tickets_draft": "ticket = $1", "tickets_erasing": "ticket = $1",
			"tickets_passed": "$1 <> ''", "tickets_mention": "$1 <> ''", "tickets_consult": "$1 <> ''", "tickets_adviser": "$1 <> ''",
		} {
			same(t, table, h.number(t, "SELECT COUNT(*) FROM "+table+" WHERE "+where, p.talk.Ticket), 0)
		}
		same(t, "links", h.number(t, "SELECT COUNT(*) FROM tickets_link"), 0)
		for _, table := range []string{"tickets_message", "tickets_reader"} {
			same(t, table, h.number(t, "SELECT COUNT(*) FROM "+table+" WHERE conversation = $1", p.talk.ID), 0)
		}
		for _, table := range []string{"tickets_folded", "tickets_letterkey", "tickets_file", "tickets_original", "tickets_hidden"} {
			same(t, table, h.number(t, "SELECT COUNT(*) FROM "+table+" WHERE message NOT IN (SELECT id FROM tickets_message)"), 0)
		}
		counts.Waiting, counts.Team = counts.Waiting-1, counts.Team-1
		anna = h.signInAgain(t, anna)
		same(t, "counts", h.queue(t, anna, tickets.QueueTeam).Counts, counts)
		if _, err := h.desk.Page(t.Context(), anna, other.talk.Ticket); err != nil {
			t.Errorf("the other's ticket: %v", err)
		}
		h.ok(t, db.Scrub(t.Context(), tickets.ErasedTables()...))
		stolen := storetest.Dump(t, db)
		for i, wrap := range wraps {
			if bytes.Contains(stolen, wrap) {
				t.Errorf("wrap %d of %d is still in the files", i+1, len(wraps))
			}
		}
		if !bytes.Contains(stolen, []byte(other.talk.ID)) || len(wraps) < 2 {
			t.Error("looked in the wrong place")
		}
	})
}

// A thief who took the database in the 72 hours, and later every team's and
// colleague's key, reads nothing of what was asked to be erased.
func TestAThiefWithTheTeamsKeysReadsNothingThatWaitsForErasure(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		p, other := h.begin(t, team, "hello"), h.begin(t, team, "stays")
		h.later(t, p.talk.ID, h.letter("blind"))
		pair, err := anna.TeamPair(team, 0)
		h.ok(t, err)
		opens := func(c *tickets.Conversation) (n int) {
			rows, err := db.Query(t.Context(), "SELECT wrap FROM tickets_reader WHERE conversation = $1 UNION ALL SELECT kept FROM tickets_erasing WHERE ticket = $2", c.ID, c.Ticket)
			h.ok(t, err)
			defer rows.Close()
			for rows.Next() {
				var b []byte
				h.ok(t, rows.Scan(&b))
				if _, err := pair.Unwrap(tickets.ReaderPlace(c.ID, 1, "team", team, pair.ID().Version), b); err == nil {
					n++
				}
				if _, err := pair.Open(tickets.ErasingPlace(c.Ticket, p.Person), b); err == nil {
					n++
				}
				if _, err := anna.Own().Open(tickets.ErasingPlace(c.Ticket, p.Person), b); err == nil {
					n++
				}
			}
			h.ok(t, rows.Err())
			return n
		}
		same(t, "before", opens(p.talk), 1)
		h.eraseAll(t, p.Guest)
		same(t, "after", opens(p.talk), 0)
		same(t, "the other's", opens(other.talk), 1)
	})
}

func second[T any](_ T, err error) error { return err }

func TestDatabaseWriterAgainstErasure(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team := h.team(t)
		anna := h.session(t, team)
		p, q, victim := h.begin(t, team, "one"), h.begin(t, team, "two"), h.begin(t, team, "stays")
		codes := map[*someone]string{}
		for _, who := range []*someone{p, q} {
			code, err := h.people.NewCode(ctx, who.Guest)
			h.ok(t, err)
			codes[who] = code
			h.eraseAll(t, who.Guest)
		}
		undo := func(g *people.Guest) error {
			return db.Write(ctx, "test", func(tx *store.Tx) error {
				if err := h.people.UndoErase(ctx, tx, g); err != nil {
					return err
				}
				return h.desk.UndoErase(ctx, tx, g)
			})
		}
		// What is kept of one put in place of the other's.
		h.exec(t, "CREATE TABLE aside AS SELECT * FROM tickets_erasing")
		h.exec(t, "UPDATE tickets_erasing SET kept = (SELECT kept FROM aside WHERE ticket = $1) WHERE ticket = $2", q.talk.Ticket, p.talk.Ticket)
		if err := undo(h.comeBack(t, codes[p])); !errors.Is(err, vault.ErrNotOpened) {
			t.Errorf("undone with another's: %v", err)
		}
		h.exec(t, "UPDATE tickets_erasing SET kept = (SELECT kept FROM aside WHERE ticket = $1) WHERE ticket = $1", p.talk.Ticket)
		h.ok(t, undo(h.comeBack(t, codes[p])))
		same(t, "read again", texts(h.page(t, anna, p.talk.Ticket).Messages), []string{"one"})

		// Somebody else's ticket put among what is due.
		h.exec(t, "INSERT INTO tickets_erasing SELECT $1, person, kept, mac FROM tickets_erasing WHERE ticket = $2", victim.talk.Ticket, q.talk.Ticket)
		h.exec(t, "UPDATE tickets_ticket SET state = 'erasing' WHERE id = $1", victim.talk.Ticket)
		h.clock.pass(73 * time.Hour)
		h.write(t, func(tx *store.Tx) error {
			if _, err := h.desk.EraseFor(ctx, tx, q.Person); err != nil {
				return err
			}
			return h.people.Forget(ctx, tx, q.Person)
		})
		same(t, "theirs", h.number(t, "SELECT COUNT(*) FROM tickets_ticket WHERE id = $1", q.talk.Ticket), 0)
		same(t, "the victim's", h.number(t, "SELECT COUNT(*) FROM tickets_message WHERE conversation = $1", victim.talk.ID), 1)
		if !strings.Contains(h.log.String(), "tickets.erasing") {
			t.Error("no alarm was raised")
		}
	})
}
