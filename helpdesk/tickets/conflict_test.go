package tickets_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// spouses are two persons with a conversation each.
func (h *house) spouses(t testing.TB, team helpdesk.ID) (wife, husband *someone) {
	t.Helper()
	wife, husband = h.begin(t, team, "wife"), h.begin(t, team, "husband")
	return wife, husband
}

func TestWhoIsInConflictHasSeparateReaders(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team, other := h.team(t), h.team(t)
		anna, bo, helper := h.session(t, team), h.session(t, team), h.session(t, other)
		wife, husband := h.spouses(t, team)
		lend := func(p *someone) error {
			return h.desk.AddReader(ctx, anna, p.talk.Ticket, helper.User.ID, h.clock.now().Add(time.Hour))
		}
		take := func(s *staff.Session, p *someone) error {
			f, err := h.desk.Facts(ctx, s, p.talk.Ticket)
			h.ok(t, err)
			return h.desk.Take(ctx, s, p.talk.Ticket, f.Version)
		}
		add := func(to, who *someone) error {
			return h.db.Write(ctx, "test", func(tx *store.Tx) error {
				return h.desk.AddPerson(ctx, tx, to.talk.ID, who.Pair().Public())
			})
		}
		// All that must not be, as it may have come about before.
		h.ok(t, lend(wife))
		h.ok(t, lend(husband))
		h.ok(t, take(anna, wife))
		h.ok(t, take(anna, husband))
		h.ok(t, add(wife, husband))
		h.ok(t, add(husband, wife))
		h.tell(t, anna, wife.talk.ID, "both hear this")
		seen := &someone{Guest: husband.Guest, talk: wife.talk}
		same(t, "before", h.heard(t, seen, 0), []string{"both hear this"})
		epochs := []int64{h.epoch(t, wife.talk.ID), h.epoch(t, husband.talk.ID)}

		h.ok(t, h.desk.SetConflict(ctx, anna, wife.talk.Ticket, husband.talk.Ticket, ""))
		for _, x := range []struct{ reads, of *someone }{{husband, wife}, {wife, husband}} {
			if _, _, err := h.desk.Heard(ctx, x.reads.Guest, x.of.talk.ID, 0, 5); !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("one reads the other: %v", err)
			}
		}
		if h.epoch(t, wife.talk.ID) <= epochs[0] || h.epoch(t, husband.talk.ID) <= epochs[1] {
			t.Error("no new epoch")
		}
		h.say(t, wife, "own words")
		h.say(t, husband, "own words, too")
		h.page(t, helper, wife.talk.Ticket)
		if _, err := h.desk.Page(ctx, helper, husband.talk.Ticket); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("a helper reads both: %v", err)
		}
		same(t, "owners", []helpdesk.ID{h.owner(t, anna, wife.talk.Ticket), h.owner(t, anna, husband.talk.Ticket)}, []helpdesk.ID{anna.User.ID, ""})
		for _, p := range []*someone{wife, husband} {
			sheet := h.personOf(t, bo, p.talk.Ticket)
			same(t, "in conflict", sheet.InConflict, true)
			same(t, "with one", len(sheet.Card.Apart), 1)
		}

		// And nothing of it comes back.
		f, err := h.desk.Facts(ctx, bo, husband.talk.Ticket)
		h.ok(t, err)
		for what, got := range map[string][2]string{
			"merged":             {refused(h.desk.MergePersons(ctx, bo, wife.talk.Ticket, husband.talk.Ticket)), "merge.conflict"},
			"joined":             {refused(h.desk.Join(ctx, bo, wife.talk.Ticket, husband.talk.Ticket)), "conflict.join"},
			"lent":               {refused(lend(husband)), "conflict.reader"},
			"taken":              {refused(take(anna, husband)), "conflict.owner"},
			"given":              {refused(h.desk.Give(ctx, bo, husband.talk.Ticket, f.Version, tickets.To{User: anna.User.ID})), "conflict.owner"},
			"the other reads it": {refused(add(wife, husband)), "conflict.reader"},
		} {
			same(t, what, got[0], got[1])
		}
		h.ok(t, take(bo, husband))
		same(t, "lists", append(h.earlier(t, bo, wife.talk.Ticket), h.earlier(t, bo, husband.talk.Ticket)...), []string{})
		_, link := h.secure(t, bo, husband.talk.ID, "for him alone")
		typed, err := h.desk.TypedLink(ctx, link.Fragment())
		h.ok(t, err)
		err = h.db.Write(ctx, "test", func(tx *store.Tx) error {
			_, _, err := h.desk.UseLink(ctx, tx, typed, wife.Pair())
			return err
		})
		same(t, "a link found by the other", refused(err), "link.gone")

		// Nor does it when the row is gone from the database.
		h.exec(t, "DELETE FROM people_conflict")
		same(t, "merged", refused(h.desk.MergePersons(ctx, bo, wife.talk.Ticket, husband.talk.Ticket)), "merge.conflict")
	})
}

func TestAConflictEndsWhenWhoReadsBothSaysSo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team, other := h.team(t), h.team(t)
		anna, both := h.session(t, team), h.session(t, team, other)
		wife, husband := h.spouses(t, team)
		mail := h.arrive(t, team, "his mail")
		h.ok(t, h.desk.MergePersons(ctx, anna, husband.talk.Ticket, mail.Ticket))
		same(t, "with oneself", refused(h.desk.SetConflict(ctx, anna, mail.Ticket, husband.talk.Ticket, "")), "conflict.same")
		same(t, "one ticket", refused(h.desk.SetConflict(ctx, anna, mail.Ticket, mail.Ticket, "")), "conflict.same")
		same(t, "to the same team", refused(h.desk.SetConflict(ctx, anna, wife.talk.Ticket, husband.talk.Ticket, team)), "conflict.team")
		// His tickets go to the other team, both of them.
		h.ok(t, h.desk.SetConflict(ctx, anna, wife.talk.Ticket, husband.talk.Ticket, other))
		h.page(t, anna, wife.talk.Ticket)
		for _, id := range []helpdesk.ID{husband.talk.Ticket, mail.Ticket} {
			if _, err := h.desk.Page(ctx, anna, id); !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("one team still reads both: %v", err)
			}
		}
		if err := h.desk.EndConflict(ctx, anna, wife.talk.Ticket, husband.talk.Ticket); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("ended by who reads one: %v", err)
		}
		h.ok(t, h.desk.EndConflict(ctx, both, wife.talk.Ticket, husband.talk.Ticket))
		for _, id := range []helpdesk.ID{wife.talk.Ticket, husband.talk.Ticket} {
			sheet := h.personOf(t, both, id)
			if sheet.InConflict || len(sheet.Card.Apart) != 0 {
				t.Error("still in conflict")
			}
		}
		if err := h.desk.EndConflict(ctx, both, wife.talk.Ticket, husband.talk.Ticket); !errors.Is(err, helpdesk.ErrConflict) {
			t.Errorf("ended twice: %v", err)
		}
		h.ok(t, h.desk.MergePersons(ctx, both, wife.talk.Ticket, husband.talk.Ticket))
	})
}

func TestSpousesWithOneAddressAreNotOfferedToEachOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team := h.team(t)
		anna := h.session(t, team)
		var writer people.Writer
		h.write(t, func(tx *store.Tx) (err error) {
			writer, err = h.people.Writer(ctx, tx, "family@example.org")
			return err
		})
		by := func(title string) *tickets.Conversation {
			return h.arriveAs(t, tickets.Opening{Team: team, Title: title, Writer: writer.ID}, h.letter(title))
		}
		wife, husband := by("wife"), by("husband")
		h.ok(t, h.desk.SetConflict(ctx, anna, wife.Ticket, husband.Ticket, ""))
		offers := func() int {
			rows, err := h.desk.SamePerson(ctx, anna, wife.Ticket)
			h.ok(t, err)
			return len(rows)
		}
		same(t, "offers", offers(), 0)
		// Also when somebody says that the address is one person's.
		h.ok(t, h.desk.SetShared(ctx, anna, wife.Ticket, false))
		same(t, "offers", offers(), 0)
		by("a third")
		same(t, "offers", offers(), 1)
		joined := by("joined")
		h.ok(t, h.desk.Join(ctx, anna, joined.Ticket, wife.Ticket))
		same(t, "one ticket", refused(h.desk.SetConflict(ctx, anna, wife.Ticket, joined.Ticket, "")), "conflict.joined")
	})
}

// Whoever comes first: nobody ends with a place on both sides.
func TestAPlaceOnBothSidesAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team, other := h.team(t), h.team(t)
		anna, bo, helper := h.session(t, team), h.session(t, team), h.session(t, other)
		for range 5 {
			wife, husband := h.spouses(t, team)
			h.ok(t, h.desk.SetConflict(ctx, anna, wife.talk.Ticket, husband.talk.Ticket, ""))
			var all sync.WaitGroup
			for _, p := range []*someone{wife, husband} {
				all.Go(func() {
					err := h.desk.AddReader(background, anna, p.talk.Ticket, helper.User.ID, h.clock.now().Add(time.Hour))
					if err != nil && refused(err) != "conflict.reader" {
						t.Error(err)
					}
				})
				all.Go(func() {
					if err := h.desk.Take(background, bo, p.talk.Ticket, 0); err != nil && refused(err) != "conflict.owner" && !errors.Is(err, helpdesk.ErrConflict) {
						t.Error(err)
					}
				})
			}
			all.Wait()
			owners := []helpdesk.ID{h.owner(t, anna, wife.talk.Ticket), h.owner(t, anna, husband.talk.Ticket)}
			if owners[0] == owners[1] {
				t.Errorf("owners %v", owners)
			}
			reads := 0
			for _, p := range []*someone{wife, husband} {
				if _, err := h.desk.Page(ctx, helper, p.talk.Ticket); err == nil {
					reads++
				}
			}
			same(t, "read by the helper", reads, 1)
		}
		// And marking meets lending.
		for range 5 {
			wife, husband := h.spouses(t, team)
			h.ok(t, h.desk.AddReader(ctx, anna, wife.talk.Ticket, helper.User.ID, h.clock.now().Add(time.Hour)))
			var all sync.WaitGroup
			all.Go(func() {
				if err := h.desk.SetConflict(background, anna, wife.talk.Ticket, husband.talk.Ticket, ""); err != nil {
					t.Error(err)
				}
			})
			all.Go(func() {
				err := h.desk.AddReader(background, bo, husband.talk.Ticket, helper.User.ID, h.clock.now().Add(time.Hour))
				if err != nil && refused(err) != "conflict.reader" && !errors.Is(err, helpdesk.ErrConflict) {
					t.Error(err)
				}
			})
			all.Go(func() {
				err := h.db.Write(background, "test", func(tx *store.Tx) error {
					return h.desk.AddPerson(background, tx, husband.talk.ID, wife.Pair().Public())
				})
				if err != nil && refused(err) != "conflict.reader" && !errors.Is(err, helpdesk.ErrConflict) {
					t.Error(err)
				}
			})
			all.Wait()
			if _, err := h.desk.Page(ctx, helper, husband.talk.Ticket); !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("a helper reads both: %v", err)
			}
			mine, err := h.desk.Mine(ctx, wife.Guest)
			h.ok(t, err)
			if slices.ContainsFunc(mine, func(th tickets.Thread) bool { return th.Conversation == husband.talk.ID }) {
				t.Error("she reads his")
			}
		}
	})
}

// A card moved to another ticket, or put back under another key, does not open.
func TestDatabaseWriterAgainstCards(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team := h.team(t)
		anna := h.session(t, team)
		one, two := h.arrive(t, team, "one"), h.arrive(t, team, "two")
		for _, c := range []*tickets.Conversation{one, two} {
			h.ok(t, h.desk.SetCard(ctx, anna, c.Ticket, func(card *tickets.Card) error {
				card.Ways = []people.Way{aunt, noMail}
				return nil
			}))
		}
		// From the other's notes: it opens nowhere, and is no card.
		h.exec(t, `UPDATE tickets_conversation SET head = (SELECT head FROM tickets_conversation WHERE ticket = $1 AND kind = 'notes')
			WHERE ticket = $2 AND kind = 'notes'`, two.Ticket, one.Ticket)
		same(t, "moved", len(h.personOf(t, anna, one.Ticket).Card.Ways), 0)
		if err := h.desk.SetCard(ctx, anna, one.Ticket, func(*tickets.Card) error { return nil }); err == nil {
			t.Error("sealed over what is not ours")
		}
		// A person put under a ticket brings nobody's earlier tickets.
		p := h.begin(t, team, "hello")
		h.exec(t, "UPDATE tickets_ticket SET person = $1 WHERE id = $2", p.Person, two.Ticket)
		same(t, "earlier", h.earlier(t, anna, two.Ticket), []string{})
		same(t, "earlier of theirs", h.earlier(t, anna, p.talk.Ticket), []string{})
		same(t, "merged", refused(h.desk.MergePersons(ctx, anna, two.Ticket, one.Ticket)), "ticket.unproven")
		same(t, "split", refused(errOf(h.desk.Split(ctx, anna, two.Ticket))), "ticket.unproven")
	})
}
