package tickets_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// aside is a book outside the database.
type aside struct{ lines []string }

func (a *aside) Ends(_ context.Context, _ *store.Tx, lines ...string) {
	a.lines = append(a.lines, lines...)
}

func (a *aside) Ended(context.Context, *store.Tx, ...string) { panic("no line of a reader's waits") }

func (h *house) replay(t testing.TB, lines ...string) int {
	t.Helper()
	var ended tickets.EndedSeats
	for _, line := range lines {
		ended.Line(strings.Fields(line))
	}
	n, err := h.desk.ReplaySeats(t.Context(), &ended)
	h.ok(t, err)
	return n
}

// copied is a backup of who reads what; putBack has another process find it.
func (h *house) copied(t testing.TB) (putBack func()) {
	t.Helper()
	run := func(queries ...string) {
		t.Helper()
		h.ok(t, h.db.Write(t.Context(), "put a table back", func(tx *store.Tx) error {
			for _, q := range queries {
				if _, err := tx.Exec(t.Context(), q); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	for _, table := range []string{"tickets_reader", "tickets_loan", "tickets_conversation"} {
		run("CREATE TABLE aside_" + table + " AS SELECT * FROM " + table)
	}
	return func() {
		const columns = "epoch, mac, head, head_epoch"
		run("DELETE FROM tickets_reader", "INSERT INTO tickets_reader SELECT * FROM aside_tickets_reader",
			"DELETE FROM tickets_loan", "INSERT INTO tickets_loan SELECT * FROM aside_tickets_loan",
			"UPDATE tickets_conversation SET ("+columns+") = (SELECT "+columns+" FROM aside_tickets_conversation a WHERE a.id = tickets_conversation.id) WHERE id IN (SELECT id FROM aside_tickets_conversation)")
		h.desk = h.replica()
	}
}

// A backup is put back that is older than the end of a loan: whoever had it
// lent reads nothing that is written from now on, all others go on, and the same
// lines end no loan that was given since.
func TestABackupBringsBackNoLoanThatEnded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		book := &aside{}
		h.after = book
		h.desk = h.replica()
		ctx := t.Context()
		team, elsewhere := h.team(t), h.team(t)
		anna, bo, eva := h.session(t, team), h.session(t, elsewhere), h.session(t, elsewhere)
		p := h.begin(t, team, "hello")
		lend := func(to *staff.Session) {
			t.Helper()
			h.ok(t, h.desk.AddReader(ctx, anna, p.talk.Ticket, to.User.ID, h.clock.now().Add(time.Hour)))
		}
		closed := func(who string, s *staff.Session) {
			t.Helper()
			if _, err := h.desk.Page(ctx, s, p.talk.Ticket); !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("%s: %v", who, err)
			}
		}
		lend(bo)
		lend(eva)
		if len(book.lines) != 0 {
			t.Fatalf("lending: the book says %q", book.lines)
		}
		putBack := h.copied(t)
		before := h.epoch(t, p.talk.ID)
		h.ok(t, h.desk.RemoveReader(ctx, anna, p.talk.Ticket, bo.User.ID))
		lines := slices.Clone(book.lines)
		if len(lines) != 1 || strings.Contains(lines[0], string(bo.User.ID)) || strings.Contains(lines[0], string(p.talk.Ticket)) {
			t.Fatalf("the book says %q", lines)
		}
		same(t, "what the database knows of is not done again", h.replay(t, lines...), 0)

		putBack()
		same(t, "the epoch of the backup", h.epoch(t, p.talk.ID), before)
		h.page(t, bo, p.talk.Ticket) // he is back

		same(t, "ended again", h.replay(t, append([]string{"loan " + string(helpdesk.NewID()) + " x 9", "loan", "loan " + string(p.talk.ID) + " x 1x", "stopped " + string(p.talk.ID)}, lines...)...), 1)
		closed("whose loan ended", bo)
		h.say(t, p, "since")
		for who, s := range map[string]*staff.Session{"the team": anna, "who has it lent": eva} {
			if all := texts(h.page(t, s, p.talk.Ticket).Messages); all[len(all)-1] != "since" {
				t.Errorf("%s reads %q", who, all)
			}
		}
		same(t, "the person reads", h.heard(t, p, 0), []string{"hello", "since"})
		same(t, "a second time", h.replay(t, lines...), 0)
		lend(bo)
		same(t, "a loan given since", h.replay(t, lines...), 0)
		h.page(t, bo, p.talk.Ticket)
	})
}

// A backup is put back that is older than the day on which two were set apart.
func TestABackupLetsNobodyReadWhomTheyWereSetApartFrom(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		book := &aside{}
		h.after = book
		h.desk = h.replica()
		ctx := t.Context()
		team := h.team(t)
		anna := h.session(t, team)
		wife, husband := h.spouses(t, team)
		h.ok(t, h.db.Write(ctx, "test", func(tx *store.Tx) error {
			return h.desk.AddPerson(ctx, tx, wife.talk.ID, husband.Pair().Public())
		}))
		h.tell(t, anna, wife.talk.ID, "both hear this")
		his := &someone{Guest: husband.Guest, talk: wife.talk}
		putBack := h.copied(t)
		h.ok(t, h.desk.SetConflict(ctx, anna, wife.talk.Ticket, husband.talk.Ticket, ""))
		if len(book.lines) != 1 || strings.Contains(book.lines[0], string(husband.Person)) || strings.Contains(book.lines[0], string(wife.talk.Ticket)) {
			t.Fatalf("the book says %q", book.lines)
		}
		putBack()
		same(t, "he is back", h.heard(t, his, 0), []string{"both hear this"})
		same(t, "ended again", h.replay(t, book.lines...), 1)
		h.say(t, wife, "own words")
		if _, _, err := h.desk.Heard(ctx, husband.Guest, wife.talk.ID, 0, 5); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("he reads her: %v", err)
		}
		if all := h.heard(t, wife, 0); all[len(all)-1] != "own words" {
			t.Errorf("she reads %q", all)
		}
		same(t, "a second time", h.replay(t, book.lines...), 0)
	})
}
