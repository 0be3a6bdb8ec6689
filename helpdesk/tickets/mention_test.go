package tickets_test

import (
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

func (h *house) named(t testing.TB, s *staff.Session) []tickets.Mention {
	t.Helper()
	out, err := h.desk.Mentions(t.Context(), s)
	h.ok(t, err)
	return out
}

func (h *house) waits(t testing.TB, s *staff.Session) int64 {
	t.Helper()
	n, err := h.desk.Waits(t.Context(), s)
	h.ok(t, err)
	return n
}

func TestWhoIsNamedInANoteSeesSoOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team, other := h.team(t), h.team(t)
		anna, bo, far := h.session(t, team), h.session(t, team), h.session(t, other)
		ticket := h.arrive(t, team, "one").Ticket
		rung, stop := h.bus.Subscribe(tickets.TopicNamed)
		defer stop()
		nameable, err := h.desk.Nameable(ctx, anna, ticket)
		h.ok(t, err)
		if !slices.Contains(nameable, bo.User.ID) || slices.Contains(nameable, anna.User.ID) || slices.Contains(nameable, far.User.ID) {
			t.Errorf("can be named: %v", nameable)
		}
		for range 2 { // the form posted twice
			_, err = h.desk.Note(ctx, anna, ticket, "@bo please look", "once", bo.User.ID, bo.User.ID, anna.User.ID)
			h.ok(t, err)
		}
		select {
		case e := <-rung:
			same(t, "rang for", e.Subject, bo.User.ID)
		case <-time.After(5 * time.Second):
			t.Fatal("no bell")
		}
		got := h.named(t, bo)
		if len(got) != 1 || got[0].By != anna.User.ID || got[0].Row.Head.Title != "about one" || got[0].Seen || !got[0].At.Equal(h.clock.now()) {
			t.Fatalf("Bo's list: %+v", got)
		}
		same(t, "counts", h.waits(t, bo), 1)
		same(t, "her own name", len(h.named(t, anna)), 0)
		sheet := h.page(t, bo, ticket)
		note := sheet.Messages[len(sheet.Messages)-1]
		same(t, "it leads to the note", got[0].Message, note.ID)
		same(t, "who is named", len(note.Content.Named), 2)

		h.ok(t, h.desk.SeeMentions(ctx, bo, ticket))
		same(t, "seen counts no more", h.waits(t, bo), 0)
		same(t, "and stays in the list", h.named(t, bo)[0].Seen, true)
		h.ok(t, h.desk.ClearMention(ctx, anna, note.ID))
		same(t, "not hers to clear", len(h.named(t, bo)), 1)
		h.ok(t, h.desk.ClearMention(ctx, bo, note.ID))
		same(t, "put aside", len(h.named(t, bo)), 0)

		// Nobody becomes a reader by being named.
		_, err = h.desk.Note(ctx, anna, ticket, "@far look", "far", far.User.ID)
		same(t, "a stranger", refused(err), "mention.reader")
		same(t, "and the note is not written", h.number(t, "SELECT COUNT(*) FROM tickets_message WHERE kind = 'note'"), 1)
		if _, err := h.desk.Page(ctx, far, ticket); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("the stranger reads: %v", err)
		}
		same(t, "the stranger's list", len(h.named(t, far))+int(h.waits(t, far)), 0)
		h.ok(t, h.desk.AddReader(ctx, anna, ticket, far.User.ID, h.clock.now().Add(time.Hour)))
		_, err = h.desk.Note(ctx, anna, ticket, "@far look", "far2", far.User.ID)
		same(t, "to whom it was lent without its notes", refused(err), "mention.reader")
		if _, err := h.desk.Nameable(ctx, far, ticket); !errors.Is(err, helpdesk.ErrDenied) {
			t.Errorf("who can be named, asked by whom it was lent to: %v", err)
		}
	})
}

func TestOneIsToldOnceOfWhatWaits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team := h.team(t)
		anna, bo := h.session(t, team), h.session(t, team)
		ticket := h.arrive(t, team, "one").Ticket
		untold := func() []helpdesk.ID {
			out, err := h.desk.Untold(ctx)
			h.ok(t, err)
			return out
		}
		tell := func() (first bool) {
			h.write(t, func(tx *store.Tx) (err error) {
				first, err = h.desk.Tell(ctx, tx, bo.User.ID)
				return err
			})
			return first
		}
		same(t, "nobody", len(untold()), 0)
		for _, mark := range []string{"a", "b"} {
			_, err := h.desk.Note(ctx, anna, ticket, "@bo", mark, bo.User.ID)
			h.ok(t, err)
		}
		same(t, "Bo", untold(), []helpdesk.ID{bo.User.ID})
		same(t, "told", tell(), true)
		same(t, "told again", tell(), false)
		same(t, "nobody is left", len(untold()), 0)
		_, err := h.desk.Note(ctx, anna, ticket, "@bo", "c", bo.User.ID)
		h.ok(t, err)
		h.ok(t, h.desk.SeeMentions(ctx, bo, ticket))
		same(t, "who saw it needs no mail", len(untold()), 0)
	})
}

func TestAForgedMentionNamesNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna, bo, cem := h.session(t, team), h.session(t, team), h.session(t, team)
		ticket := h.arrive(t, team, "one").Ticket
		_, err := h.desk.Note(t.Context(), anna, ticket, "@bo", "a", bo.User.ID)
		h.ok(t, err)
		h.exec(t, "UPDATE tickets_mention SET who = $1", cem.User.ID)
		same(t, "led to another", len(h.named(t, cem)), 0)
		if !strings.Contains(h.log.String(), "tickets.mention") {
			t.Error("no alarm")
		}
	})
}
