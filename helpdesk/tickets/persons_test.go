package tickets_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// earlier are the titles of the other tickets of a person.
func (h *house) earlier(t testing.TB, s *staff.Session, ticket helpdesk.ID) []string {
	t.Helper()
	rows, err := h.desk.Earlier(t.Context(), s, ticket)
	h.ok(t, err)
	return titles(tickets.Page{Rows: rows})
}

func (h *house) personOf(t testing.TB, s *staff.Session, ticket helpdesk.ID) *tickets.PersonSheet {
	t.Helper()
	p, err := h.desk.Person(t.Context(), s, ticket)
	h.ok(t, err)
	return p
}

func (h *house) owner(t testing.TB, s *staff.Session, ticket helpdesk.ID) helpdesk.ID {
	t.Helper()
	f, err := h.desk.Facts(t.Context(), s, ticket)
	h.ok(t, err)
	return f.Owner
}

func TestAPersonIsFoundAcrossChannelsOnceTheyAreMerged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team, other := h.team(t), h.team(t)
		anna, far := h.session(t, team), h.session(t, other)
		p := h.begin(t, team, "by chat")
		mail, phone := h.arrive(t, team, "mail"), h.arriveAs(t, tickets.Opening{Team: team, Title: "phone", Channel: "phone"}, h.letter("x"))
		elsewhere := h.arrive(t, other, "elsewhere")
		h.ok(t, h.desk.MergePersons(ctx, anna, p.talk.Ticket, mail.Ticket))
		h.ok(t, h.desk.MergePersons(ctx, anna, mail.Ticket, phone.Ticket))
		same(t, "by chat", h.earlier(t, anna, p.talk.Ticket), []string{"phone", "about mail"})
		same(t, "by phone", h.earlier(t, anna, phone.Ticket), []string{"about mail", "chat"})
		same(t, "again", refused(h.desk.MergePersons(ctx, anna, phone.Ticket, p.talk.Ticket)), "merge.same")
		same(t, "with itself", refused(h.desk.MergePersons(ctx, anna, phone.Ticket, phone.Ticket)), "merge.self")
		if err := h.desk.MergePersons(ctx, anna, p.talk.Ticket, elsewhere.Ticket); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("with what is not hers: %v", err)
		}
		// The code opens what it opened, no more.
		same(t, "the person reads", h.heard(t, p, 0), []string{"by chat"})
		mine, err := h.desk.Mine(ctx, p.Guest)
		h.ok(t, err)
		same(t, "conversations of theirs", len(mine), 1)

		sheet := h.personOf(t, anna, mail.Ticket)
		same(t, "merges", len(sheet.Merges), 2)
		for _, m := range sheet.Merges {
			if m.Person == sheet.Ticket.Person {
				h.ok(t, h.desk.UnmergePerson(ctx, anna, mail.Ticket, m.Person))
			}
		}
		same(t, "undone", h.earlier(t, anna, mail.Ticket), []string{})
		same(t, "the others stay", h.earlier(t, anna, p.talk.Ticket), []string{"phone"})
		if err := h.desk.UnmergePerson(ctx, anna, mail.Ticket, sheet.Ticket.Person); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("undone twice: %v", err)
		}
		if _, err := h.desk.Person(ctx, far, mail.Ticket); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("another team: %v", err)
		}
		number, err := h.desk.Facts(ctx, anna, mail.Ticket)
		h.ok(t, err)
		found, err := h.desk.ByNumber(ctx, anna, number.Number)
		h.ok(t, err)
		same(t, "by its number", found, mail.Ticket)
		for _, err := range []error{errOf(h.desk.ByNumber(ctx, far, number.Number)), errOf(h.desk.ByNumber(ctx, anna, 999))} {
			if !errors.Is(err, helpdesk.ErrNotFound) {
				t.Error(err)
			}
		}
	})
}

func errOf[T any](_ T, err error) error { return err }

// Two colleagues merge the same tickets the one way and the other, while
// letters come in: nothing is lost, and the persons are one.
func TestTwoMergesOfTicketsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna, bo := h.session(t, team), h.session(t, team)
		for range 6 {
			a, b, c := h.arrive(t, team, "a"), h.arrive(t, team, "b"), h.begin(t, team, "c")
			var all sync.WaitGroup
			merge := func(s *staff.Session, x, y helpdesk.ID) {
				all.Go(func() {
					if err := h.desk.MergePersons(background, s, x, y); err != nil && refused(err) != "merge.same" && !errors.Is(err, helpdesk.ErrConflict) {
						t.Error(err)
					}
				})
			}
			merge(anna, a.Ticket, b.Ticket)
			merge(bo, b.Ticket, a.Ticket)
			merge(anna, b.Ticket, c.talk.Ticket)
			merge(bo, c.talk.Ticket, a.Ticket)
			all.Go(func() { h.later(t, a.ID, h.letter("more")) })
			all.Wait()
			same(t, "of a", len(h.earlier(t, anna, a.Ticket)), 2)
			same(t, "of c", len(h.earlier(t, anna, c.talk.Ticket)), 2)
			same(t, "letters", len(h.page(t, anna, a.Ticket).Messages), 2)
		}
	})
}

var (
	aunt   = people.Way{ID: "w1", By: people.WayPhone, Where: "070 123 45 67", From: 18, To: 20, Note: "the aunt; سلام 🙂"}
	guard  = people.Proxy{ID: "p1", Role: people.RoleGuardian, Name: "גילה", Where: "gila@example.org", From: "2028-02-29"}
	noMail = people.Way{ID: "w2", By: people.WayMail, Where: "shared@example.org", Never: true}
)

func TestACardIsReadByColleaguesAndByNobodyElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team, other := h.team(t), h.team(t)
		anna, bo, guest := h.session(t, team), h.session(t, other), h.session(t, other)
		p := h.begin(t, team, "hello")
		add := func(s *staff.Session, change func(*tickets.Card)) error {
			return h.desk.SetCard(ctx, s, p.talk.Ticket, func(c *tickets.Card) error { change(c); return nil })
		}
		h.ok(t, add(anna, func(c *tickets.Card) { c.Ways = append(c.Ways, aunt) }))
		h.ok(t, add(anna, func(c *tickets.Card) { c.Proxies = append(c.Proxies, guard) }))
		same(t, "refused", refused(add(anna, func(c *tickets.Card) { c.Ways = append(c.Ways, people.Way{By: "pigeon"}) })), "way.by")
		same(t, "too many", refused(add(anna, func(c *tickets.Card) {
			for range 30 {
				c.Ways = append(c.Ways, aunt)
			}
		})), "card.most")
		sheet := h.personOf(t, anna, p.talk.Ticket)
		same(t, "ways", sheet.Card.Ways, []people.Way{aunt})
		same(t, "proxies", sheet.Card.Proxies, []people.Proxy{guard})
		same(t, "unsafe", sheet.Unsafe, false)
		h.ok(t, add(anna, func(c *tickets.Card) { c.Ways = append(c.Ways, noMail) }))
		careful, err := h.desk.Careful(ctx, anna, p.talk.Ticket)
		h.ok(t, err)
		same(t, "unsafe", careful.Unsafe, true)

		// An interpreter reads the talk, not the card.
		h.ok(t, h.desk.AddReader(ctx, anna, p.talk.Ticket, guest.User.ID, h.clock.now().Add(time.Hour)))
		for _, err := range []error{
			errOf(h.desk.Person(ctx, guest, p.talk.Ticket)), errOf(h.desk.Careful(ctx, guest, p.talk.Ticket)),
			add(guest, func(*tickets.Card) {}), h.desk.MergePersons(ctx, guest, p.talk.Ticket, h.arrive(t, other, "x").Ticket),
			errOf(h.desk.Split(ctx, guest, p.talk.Ticket)), h.desk.UndoSplit(ctx, guest, p.talk.Ticket),
			errOf(h.desk.AddCall(ctx, guest, p.talk.Ticket, tickets.CallNote{Call: tickets.Call{How: tickets.ByPhone}, Text: "x"})),
		} {
			if !errors.Is(err, helpdesk.ErrDenied) {
				t.Errorf("whom it was lent to: %v", err)
			}
		}
		// It goes where the ticket goes, and the old team reads it no more.
		f, err := h.desk.Facts(ctx, anna, p.talk.Ticket)
		h.ok(t, err)
		h.ok(t, h.desk.Give(ctx, anna, p.talk.Ticket, f.Version, tickets.To{Team: other}))
		same(t, "the new team", len(h.personOf(t, bo, p.talk.Ticket).Card.Ways), 2)
		if _, err := h.desk.Person(ctx, anna, p.talk.Ticket); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("the old team: %v", err)
		}
		// Another ticket of the same person shows it too, to who opens both.
		again := h.arrive(t, other, "again")
		h.ok(t, h.desk.MergePersons(ctx, bo, again.Ticket, p.talk.Ticket))
		there := h.personOf(t, bo, again.Ticket)
		if len(there.Card.Ways) != 0 || len(there.Earlier) != 1 || len(there.Earlier[0].Card.Ways) != 2 {
			t.Errorf("from another ticket: %+v", there.Earlier)
		}
	})
}

func TestTwoWhoChangeACardAtOnceLoseNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna, bo := h.session(t, team), h.session(t, team)
		c := h.arrive(t, team, "x")
		var all sync.WaitGroup
		for i := range 10 {
			s := []*staff.Session{anna, bo}[i%2]
			all.Go(func() {
				err := h.desk.SetCard(background, s, c.Ticket, func(c *tickets.Card) error {
					c.Ways = append(c.Ways, aunt)
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		same(t, "ways", len(h.personOf(t, anna, c.Ticket).Card.Ways), 10)
	})
}

func (h *house) epoch(t testing.TB, conversation helpdesk.ID) int64 {
	t.Helper()
	return h.number(t, "SELECT epoch FROM tickets_conversation WHERE id = $1", conversation)
}

func TestASplitGivesEachTheirOwnReaders(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team := h.team(t)
		anna := h.session(t, team)
		p := h.begin(t, team, "mine")
		var theirs *tickets.Conversation
		h.write(t, func(tx *store.Tx) (err error) {
			theirs, err = h.desk.Open(ctx, tx, tickets.Opening{
				Team: team, Channel: "chat", Person: p.Person, Title: "theirs", Readers: []*vault.Pair{p.Pair()},
			})
			if err != nil {
				return err
			}
			_, err = theirs.Append(ctx, tx, word("not mine"))
			return err
		})
		h.later(t, theirs.ID, h.letter("blind"))
		there := &someone{Guest: p.Guest, talk: theirs}
		same(t, "before", h.heard(t, there, 0), []string{"not mine", "blind"})
		epoch := h.epoch(t, theirs.ID)
		person, err := h.desk.Split(ctx, anna, theirs.Ticket)
		h.ok(t, err)
		if h.epoch(t, theirs.ID) <= epoch {
			t.Error("no new epoch")
		}
		if _, _, err := h.desk.Heard(ctx, p.Guest, theirs.ID, 0, 5); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("they still read: %v", err)
		}
		same(t, "wraps of theirs there", h.number(t, "SELECT COUNT(*) FROM tickets_reader WHERE conversation = $1 AND kind = 'person'", theirs.ID)+
			h.number(t, "SELECT COUNT(*) FROM tickets_letterkey WHERE kind = 'person' AND message IN (SELECT id FROM tickets_message WHERE conversation = $1)", theirs.ID), 0)
		same(t, "their own they read", h.heard(t, p, 0), []string{"mine"})
		same(t, "earlier", h.earlier(t, anna, theirs.Ticket), []string{})
		same(t, "the team reads", texts(h.page(t, anna, theirs.Ticket).Messages), []string{"not mine", "blind", tickets.SystemSplit})
		h.reply(t, anna, theirs.ID, "for the other")

		// Undone, they read what they read, not what was said in between.
		h.ok(t, h.desk.UndoSplit(ctx, anna, theirs.Ticket))
		h.reply(t, anna, theirs.ID, "after")
		same(t, "undone", h.heard(t, there, 0), []string{"not mine", "blind", "after"})
		same(t, "earlier again", h.earlier(t, anna, theirs.Ticket), []string{"chat"})
		if err := h.desk.UndoSplit(ctx, anna, theirs.Ticket); !errors.Is(err, helpdesk.ErrConflict) {
			t.Errorf("undone twice: %v", err)
		}

		// Split for good: the other gets a code of their own.
		person, err = h.desk.Split(ctx, anna, theirs.Ticket)
		h.ok(t, err)
		claim, err := h.people.DrawClaim(ctx)
		h.ok(t, err)
		var out people.Reissued
		h.write(t, func(tx *store.Tx) error {
			if out, err = h.people.Reissue(ctx, tx, anna, person, []helpdesk.ID{team}, claim); err != nil {
				return err
			}
			return h.desk.Readdress(ctx, tx, anna, person, out.Key)
		})
		other := &someone{Guest: h.comeBack(t, out.Code), talk: theirs}
		same(t, "the other reads", h.heard(t, other, 0), []string{"not mine", "blind", "for the other", "after"})
		if _, _, err := h.desk.Heard(ctx, p.Guest, theirs.ID, 0, 5); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("they read again: %v", err)
		}
		same(t, "no way back", refused(h.desk.UndoSplit(ctx, anna, theirs.Ticket)), "split.used")
		same(t, "nobody known", refused(errOf(h.desk.Split(ctx, anna, h.arrive(t, team, "mail").Ticket))), "split.nobody")
		same(t, "nothing", refused(errOf(h.desk.Split(ctx, anna))), "split.none")
	})
}

// A message that was given alone, by a link, goes with a split and comes back
// with it.
func TestASplitTakesSingleMessagesToo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team := h.team(t)
		anna := h.session(t, team)
		c := h.arrive(t, team, "by mail")
		_, link := h.secure(t, anna, c.ID, "behind a link")
		g, _, _, err := h.follow(ctx, link.Fragment())
		h.ok(t, err)
		p := &someone{Guest: g, talk: c}
		h.reply(t, anna, c.ID, "later")
		same(t, "before", h.heard(t, p, 0), []string{"behind a link", "later"})
		_, err = h.desk.Split(ctx, anna, c.Ticket)
		h.ok(t, err)
		if _, _, err := h.desk.Heard(ctx, g, c.ID, 0, 5); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("split: %v", err)
		}
		h.ok(t, h.desk.UndoSplit(ctx, anna, c.Ticket))
		same(t, "undone", h.heard(t, p, 0), []string{"behind a link", "later"})
	})
}

func TestANewAddressLeavesTheOldOneMarked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team := h.team(t)
		anna := h.session(t, team)
		by := func(key, title string) *tickets.Conversation {
			var writer people.Writer
			h.write(t, func(tx *store.Tx) (err error) {
				writer, err = h.people.Writer(ctx, tx, key)
				return err
			})
			return h.arriveAs(t, tickets.Opening{Team: team, Title: title, Writer: writer.ID, Name: "Amina", Address: key}, h.letter(title))
		}
		one, two, loose := by("old@example.org", "one"), by("old@example.org", "two"), by("old@example.org", "loose")
		h.ok(t, h.desk.MergePersons(ctx, anna, one.Ticket, two.Ticket))
		moved, err := h.desk.MoveAddress(ctx, anna, one.Ticket, tickets.Who{Key: "new@example.org", Address: "new@example.org"})
		h.ok(t, err)
		same(t, "moved", moved, 2)
		for _, c := range []*tickets.Conversation{one, two} {
			sheet := h.personOf(t, anna, c.Ticket)
			same(t, "address", sheet.Head.Name+" "+sheet.Head.Address, "Amina new@example.org")
			same(t, "former", sheet.Former, []tickets.Former{{Address: "old@example.org", Day: h.clock.now().Format(time.DateOnly)}})
			same(t, "its own given up", sheet.GivenUp, false)
		}
		// Who writes from the old one now, nobody knows: it is said, and nothing
		// is offered for it.
		careful, err := h.desk.Careful(ctx, anna, loose.Ticket)
		h.ok(t, err)
		same(t, "given up", careful.GivenUp, true)
		offers, err := h.desk.SamePerson(ctx, anna, loose.Ticket)
		h.ok(t, err)
		same(t, "offers", len(offers), 0)
		same(t, "the same", refused(errOf(h.desk.MoveAddress(ctx, anna, one.Ticket, tickets.Who{Key: "new@example.org"}))), "address.same")

		moved, err = h.desk.MoveAddress(ctx, anna, two.Ticket, tickets.Who{Key: "old@example.org", Address: "old@example.org"})
		h.ok(t, err)
		same(t, "moved back", moved, 2)
		sheet := h.personOf(t, anna, one.Ticket)
		same(t, "former", sheet.Former[0].Address, "new@example.org")
		careful, err = h.desk.Careful(ctx, anna, loose.Ticket)
		h.ok(t, err)
		same(t, "given up", careful.GivenUp, false)
	})
}
