package tickets_test

import (
	"strings"
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

// parlour is two persons with a talk each, with every kind of row their side
// can have, and a colleague to whom the first was lent.
type parlour struct {
	*house
	team         helpdesk.ID
	anna, bo     *staff.Session
	one, two     *someone
	secured      helpdesk.ID // an answer with its own key, in one
	link         *tickets.Link
	given        helpdesk.ID // an answer that two got by a link, in mail
	mail         *tickets.Conversation
	honest, said map[string]bool // what one may hear; what bo may read
	logged       int
}

func setParlour(t *testing.T, h *house) *parlour {
	s := &parlour{house: h, logged: len(h.log.String())}
	s.team = h.team(t)
	s.anna, s.bo = h.session(t, s.team), h.session(t, h.team(t))
	s.one, s.two = h.begin(t, s.team, "one says"), h.begin(t, s.team, "two says")
	for _, p := range []*someone{s.one, s.two} {
		h.tell(t, s.anna, p.talk.ID, "we say")
		h.later(t, p.talk.ID, h.letter("first blind"))
		h.later(t, p.talk.ID, h.letter("second blind"))
	}
	s.secured, s.link = h.secure(t, s.anna, s.one.talk.ID, "behind a link")
	s.mail = h.arrive(t, s.team, "mail")
	var link *tickets.Link
	s.given, link = h.secure(t, s.anna, s.mail.ID, "given")
	h.write(t, func(tx *store.Tx) error {
		typed, err := h.desk.TypedLink(t.Context(), link.Fragment())
		if err != nil {
			return err
		}
		_, _, err = h.desk.UseLink(t.Context(), tx, typed, s.two.Pair())
		return err
	})
	h.ok(t, h.desk.AddReader(t.Context(), s.anna, s.one.talk.Ticket, s.bo.User.ID, h.clock.now().Add(time.Hour)))
	s.honest, s.said = s.hears(s.one.Guest, s.one.talk.ID), s.reads(s.bo)
	return s
}

// hears is what a person hears and whether it is marked as proven.
func (s *parlour) hears(g *people.Guest, conversation helpdesk.ID) map[string]bool {
	out := map[string]bool{}
	heard, _, err := s.desk.Heard(background, g, conversation, 0, 500)
	if err != nil {
		return out
	}
	for _, m := range heard {
		if !m.Broken {
			out[m.Content.Text+m.Content.Key] = m.Proven
		}
	}
	return out
}

func (s *parlour) reads(who *staff.Session) map[string]bool {
	out := map[string]bool{}
	sheet, err := s.desk.Page(background, who, s.one.talk.Ticket)
	if err != nil {
		return out
	}
	for _, m := range sheet.Messages {
		if !m.Broken {
			out[m.Content.Text+m.Content.Key] = m.Proven
		}
	}
	return out
}

func TestDatabaseWriterAgainstPersons(t *testing.T) {
	// sealed: the person can add nothing to the conversation then. silent: the
	// row is merely elsewhere and opens nowhere.
	attacks := []struct {
		name           string
		write          func(t *testing.T, s *parlour)
		sealed, silent bool
	}{
		{name: "the other person made a reader with the first one's wrap", write: func(t *testing.T, s *parlour) {
			s.exec(t, `INSERT INTO tickets_reader SELECT conversation, epoch, kind, $1, reader_version, form, wrap, mac, expires
				FROM tickets_reader WHERE conversation = $2 AND kind = 'person'`, s.two.Person, s.one.talk.ID)
		}},
		{name: "the other person made a reader with their own wrap", write: func(t *testing.T, s *parlour) {
			s.exec(t, `INSERT INTO tickets_reader SELECT $1, epoch, kind, reader, reader_version, form, wrap, mac, expires
				FROM tickets_reader WHERE conversation = $2 AND kind = 'person'`, s.one.talk.ID, s.two.talk.ID)
		}},
		{name: "the person's wrap replaced by another conversation's", write: func(t *testing.T, s *parlour) {
			s.exec(t, `UPDATE tickets_reader SET (wrap, mac) = (SELECT wrap, mac FROM tickets_reader WHERE conversation = $1 AND kind = 'person')
				WHERE conversation = $2 AND kind = 'person'`, s.two.talk.ID, s.one.talk.ID)
		}, sealed: true},
		{name: "a known key wrapped to the person", write: func(t *testing.T, s *parlour) {
			public := s.one.Pair().Public()
			wrap, err := public.Wrap(tickets.ReaderPlace(s.one.talk.ID, 1, "person", s.one.Person, public.ID.Version), vault.NewKey())
			s.ok(t, err)
			s.exec(t, `UPDATE tickets_reader SET form = 'blind', wrap = $1 WHERE conversation = $2 AND kind = 'person'`, wrap, s.one.talk.ID)
		}, sealed: true},
		{name: "a new epoch with a known key for the person", write: func(t *testing.T, s *parlour) {
			public := s.one.Pair().Public()
			wrap, err := public.Wrap(tickets.ReaderPlace(s.one.talk.ID, 2, "person", s.one.Person, public.ID.Version), vault.NewKey())
			s.ok(t, err)
			s.exec(t, `INSERT INTO tickets_reader SELECT conversation, 2, kind, reader, reader_version, 'blind', $1, mac, expires
				FROM tickets_reader WHERE conversation = $2 AND kind = 'person'`, wrap, s.one.talk.ID)
			s.exec(t, "UPDATE tickets_conversation SET epoch = 2 WHERE id = $1", s.one.talk.ID)
		}, sealed: true},
		{name: "a team called a person", write: func(t *testing.T, s *parlour) {
			s.exec(t, "UPDATE tickets_reader SET kind = 'person', reader = $1 WHERE conversation = $2 AND kind = 'team'", s.two.Person, s.one.talk.ID)
		}},
		{name: "a colleague called the team", write: func(t *testing.T, s *parlour) {
			s.exec(t, "UPDATE tickets_reader SET kind = 'team', reader = $1 WHERE conversation = $2 AND kind = 'user'", s.bo.Teams()[0].ID, s.one.talk.ID)
		}},
		{name: "what was lent is lent to another", write: func(t *testing.T, s *parlour) {
			s.exec(t, "UPDATE tickets_reader SET reader = $1 WHERE conversation = $2 AND kind = 'user'", s.ada, s.one.talk.ID)
		}},
		{name: "what was lent is prolonged", write: func(t *testing.T, s *parlour) {
			s.exec(t, "UPDATE tickets_loan SET until = until + 1000000000")
		}},
		{name: "blind wraps of two letters exchanged", write: func(t *testing.T, s *parlour) {
			a, b := s.numbered(t, 3), s.numbered(t, 4)
			s.exec(t, "UPDATE tickets_letterkey SET message = 'x' WHERE message = $1", a)
			s.exec(t, "UPDATE tickets_letterkey SET message = $1 WHERE message = $2", a, b)
			s.exec(t, "UPDATE tickets_letterkey SET message = $1 WHERE message = 'x'", b)
		}, silent: true}, // settled by the lending, so nothing lies there
		{name: "the other person given a letter's wrap", write: func(t *testing.T, s *parlour) {
			s.exec(t, `INSERT INTO tickets_letterkey SELECT $1, kind, reader, reader_version, wrap, mac FROM tickets_letterkey
				WHERE message = $2 AND kind = 'person'`, s.numbered(t, 1), s.given)
		}, silent: true},
		{name: "a message put into the other's conversation", write: func(t *testing.T, s *parlour) {
			s.exec(t, "UPDATE tickets_message SET conversation = $1, number = 97 WHERE id = $2", s.two.talk.ID, s.numbered(t, 1))
		}},
		{name: "the other's message put into this conversation", write: func(t *testing.T, s *parlour) {
			s.exec(t, "UPDATE tickets_message SET conversation = $1, number = 97 WHERE conversation = $2 AND number = 1", s.one.talk.ID, s.two.talk.ID)
		}},
		{name: "a note of ours turned outwards", write: func(t *testing.T, s *parlour) {
			s.exec(t, "UPDATE tickets_message SET direction = 'out' WHERE conversation = $1 AND direction = 'inside'", s.one.talk.ID)
		}},
		{name: "our words called the person's", write: func(t *testing.T, s *parlour) {
			s.exec(t, "UPDATE tickets_message SET direction = 'in', author = '' WHERE id = $1", s.numbered(t, 2))
		}},
		{name: "heads exchanged", write: func(t *testing.T, s *parlour) {
			a, b := "", ""
			s.ok(t, s.db.QueryRow(t.Context(), "SELECT head FROM tickets_conversation WHERE id = $1", s.one.talk.ID).Scan(&a))
			s.ok(t, s.db.QueryRow(t.Context(), "SELECT head FROM tickets_conversation WHERE id = $1", s.two.talk.ID).Scan(&b))
			s.exec(t, "UPDATE tickets_conversation SET head = $1 WHERE id = $2", []byte(b), s.one.talk.ID)
		}},
		{name: "a head put under another epoch", write: func(t *testing.T, s *parlour) {
			s.exec(t, "UPDATE tickets_conversation SET head_epoch = 2 WHERE id = $1", s.one.talk.ID)
		}, silent: true},
		{name: "the link turned to another answer", write: func(t *testing.T, s *parlour) {
			s.exec(t, "UPDATE tickets_link SET about = (SELECT x.about FROM tickets_link x WHERE x.row_id <> tickets_link.row_id ORDER BY x.row_id LIMIT 1)")
		}},
		{name: "the link prolonged", write: func(t *testing.T, s *parlour) {
			s.exec(t, "UPDATE tickets_link SET expires = expires + 1")
		}},
		{name: "the ticket said to concern the other person", write: func(t *testing.T, s *parlour) {
			s.exec(t, "UPDATE tickets_ticket SET person = $1 WHERE id = $2", s.two.Person, s.one.talk.Ticket)
		}},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		for _, attack := range attacks {
			t.Run(attack.name, func(t *testing.T) {
				s := setParlour(t, h)
				if len(s.honest) != 5 || len(s.said) != 6 {
					t.Fatalf("before: hears %v, reads %v", s.honest, s.said)
				}
				attack.write(t, s)
				s.judge(t, attack.sealed)
				if alarmed := strings.Contains(s.log.String()[s.logged:], "tickets."); !alarmed && !attack.silent {
					t.Error("no alarm was raised")
				}
			})
		}
	})
}

// judge looks at the parlour after an attack.
func (s *parlour) judge(t *testing.T, sealed bool) {
	t.Helper()
	trusted := func(when string) {
		for what, proven := range s.hears(s.one.Guest, s.one.talk.ID) {
			if proven && !s.honest[what] {
				t.Errorf("%s the person believes %q", when, what)
			}
		}
		for what := range s.hears(s.two.Guest, s.one.talk.ID) {
			t.Errorf("%s the other person reads %q in the first one's talk", when, what)
		}
		for what, proven := range s.hears(s.two.Guest, s.two.talk.ID) {
			if strings.HasPrefix(what, "one ") || strings.HasPrefix(what, "ticket.") || proven && strings.HasPrefix(what, "one") {
				t.Errorf("%s the other person reads %q", when, what)
			}
		}
		for what, proven := range s.reads(s.bo) {
			if proven && !s.said[what] {
				t.Errorf("%s the colleague believes %q", when, what)
			}
		}
	}
	trusted("at once")
	// What they settle is not laundered by it.
	for _, p := range []*someone{s.one, s.two} {
		if _, settle, err := s.desk.Heard(background, p.Guest, s.one.talk.ID, 0, 500); err == nil {
			s.ok(t, s.desk.SettleHeard(background, p.Guest, settle))
		}
	}
	trusted("after settling")
	ada := s.signIn(t, "ada", s.words)
	if got := s.reads(ada); len(got) > 0 && !ada.Member(s.team) {
		t.Errorf("somebody else reads %v", got)
	}
	// Nobody gets in by a new key, nor by a link.
	s.write(t, func(tx *store.Tx) error {
		return s.desk.Readdress(background, tx, s.anna, s.two.Person, s.two.Pair().Public())
	})
	trusted("after the other's new key")
	if _, _, said, err := s.follow(background, s.link.Fragment()); err == nil && said.Content.Text != "behind a link" {
		t.Errorf("the link opens %q", said.Content.Text)
	}
	before := s.number(t, "SELECT COUNT(*) FROM tickets_message WHERE conversation = $1", s.one.talk.ID)
	err := s.db.Write(background, "test", func(tx *store.Tx) error {
		c, err := s.desk.AsPerson(background, tx, s.one.Guest, s.one.talk.ID)
		if err != nil {
			return err
		}
		_, err = c.Append(background, tx, word("a secret"))
		return err
	})
	if sealed && err == nil {
		t.Error("the person sealed to a forged row")
	}
	_ = s.db.Write(background, "test", func(tx *store.Tx) error {
		c, err := s.desk.Blind(background, tx, s.one.talk.ID)
		if err != nil {
			return err
		}
		_, err = c.Append(background, tx, s.letter("a secret letter"))
		return err
	})
	if n := s.number(t, `SELECT COUNT(*) FROM tickets_letterkey k JOIN tickets_message m ON m.id = k.message
		WHERE m.conversation = $1 AND m.number > $2 AND k.reader IN ($3, $4)`, s.one.talk.ID, before, s.two.Person, s.ada); n > 0 {
		t.Error("a letter was sealed to a forged reader")
	}
}

func (s *parlour) numbered(t *testing.T, n int) (id helpdesk.ID) {
	t.Helper()
	s.ok(t, s.db.QueryRow(t.Context(), "SELECT id FROM tickets_message WHERE conversation = $1 AND number = $2", s.one.talk.ID, n).Scan(&id))
	return id
}
