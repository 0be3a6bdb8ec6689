package tickets_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// stage is two tickets of one team with everything a ticket can hold, and one
// of another team.
type stage struct {
	*house
	team, elsewhere helpdesk.ID
	anna, bo        *staff.Session // of team; of elsewhere
	one, two, far   *tickets.Conversation
	logged          int // where this stage's log begins
}

func setStage(t *testing.T, h *house) *stage {
	s := &stage{house: h, logged: len(h.log.String())}
	s.team, s.elsewhere = s.house.team(t), s.house.team(t)
	s.anna, s.bo = s.session(t, s.team), s.session(t, s.elsewhere)
	full := func(team helpdesk.ID, name string) *tickets.Conversation {
		m := s.letter(name + " first")
		m.Files = []tickets.Upload{{Name: "a", Data: []byte(strings.Repeat(name, 30_000))}, {Name: "b", Data: []byte(strings.Repeat("x"+name, 30_000))}}
		c := s.arriveAs(t, tickets.Opening{Team: team, Title: name}, m)
		s.later(t, c.ID, s.letter(name+" second"))
		s.later(t, c.ID, s.letter(name+" third"))
		return c
	}
	s.one, s.two, s.far = full(s.team, "one"), full(s.team, "two"), full(s.elsewhere, "far")
	return s
}

// says is everything the session reads in a ticket, each part with how it is
// marked; what does not open is missing from it.
func (s *stage) says(t *testing.T, who *staff.Session, c *tickets.Conversation) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	sheet, err := s.desk.Page(t.Context(), who, c.Ticket)
	if err != nil {
		if !errors.Is(err, helpdesk.ErrNotFound) {
			t.Fatal(err)
		}
		return out
	}
	if sheet.Head.Title != "" {
		out["title "+sheet.Head.Title] = sheet.Proven
	}
	for _, m := range sheet.Messages {
		if m.Broken {
			out[fmt.Sprintf("%d BROKEN", m.Number)] = false
			continue
		}
		out[fmt.Sprintf("%d %s %s", m.Number, m.Kind, m.Content.Text)] = m.Proven
		for i := range m.Content.Files {
			if _, r, err := s.desk.File(t.Context(), who, m.ID, i); err == nil {
				if b, err := io.ReadAll(r); err == nil {
					out[fmt.Sprintf("%d file %d %s", m.Number, i, b[:8])] = m.Proven
				}
			}
		}
		if _, r, err := s.desk.Original(t.Context(), who, m.ID); err == nil {
			if b, err := io.ReadAll(r); err == nil {
				out[fmt.Sprintf("%d original %s", m.Number, b)] = m.Proven
			}
		}
	}
	return out
}

// seal tries to add something to the conversation, in a session and blind, and
// returns the errors.
func (s *stage) seal(t *testing.T, who *staff.Session, c *tickets.Conversation) (with, blind error) {
	with = s.db.Write(t.Context(), "test", func(tx *store.Tx) error {
		open, err := s.desk.With(t.Context(), tx, who, c.ID)
		if err != nil {
			return err
		}
		_, err = open.Append(t.Context(), tx, answer(who, "secret answer"))
		return err
	})
	blind = s.db.Write(t.Context(), "test", func(tx *store.Tx) error {
		open, err := s.desk.Blind(t.Context(), tx, c.ID)
		if err != nil {
			return err
		}
		_, err = open.Append(t.Context(), tx, s.letter("secret letter"))
		return err
	})
	return with, blind
}

func TestDatabaseWriter(t *testing.T) {
	// Each writes to the database behind the program's back. sealed: adding to
	// the ticket must then be refused, in a session and blind. silent: the
	// content under attack must not be shown as proven, and an alarm raised.
	attacks := []struct {
		name   string
		write  func(t *testing.T, s *stage)
		sealed bool
		silent bool // nothing to alarm about: the row is merely elsewhere and opens nowhere
	}{
		{name: "content swapped between messages", write: func(t *testing.T, s *stage) {
			s.swap(t, "tickets_message", "content", s.message(t, s.one, 1), s.message(t, s.one, 2))
		}},
		{name: "content with its mac copied from another ticket", write: func(t *testing.T, s *stage) {
			s.copy(t, "tickets_message", []string{"content", "mac", "form", "keywrap"}, s.message(t, s.two, 1), s.message(t, s.one, 1))
		}},
		{name: "numbers of two messages exchanged", write: func(t *testing.T, s *stage) {
			a, b := s.message(t, s.one, 2), s.message(t, s.one, 3)
			s.exec(t, "UPDATE tickets_message SET number = 99 WHERE id = $1", a)
			s.exec(t, "UPDATE tickets_message SET number = 2 WHERE id = $1", b)
			s.exec(t, "UPDATE tickets_message SET number = 3 WHERE id = $1", a)
		}},
		{name: "a letter made an answer of ours", write: func(t *testing.T, s *stage) {
			s.exec(t, "UPDATE tickets_message SET kind = 'answer', direction = 'out' WHERE id = $1", s.message(t, s.one, 1))
		}},
		{name: "an author put under a letter", write: func(t *testing.T, s *stage) {
			s.exec(t, "UPDATE tickets_message SET author = $1 WHERE id = $2", s.anna.User.ID, s.message(t, s.one, 1))
		}},
		{name: "a message moved into another ticket", write: func(t *testing.T, s *stage) {
			s.exec(t, "UPDATE tickets_message SET conversation = $1, number = 98 WHERE id = $2", s.one.ID, s.message(t, s.two, 1))
		}},
		{name: "a message given another epoch", write: func(t *testing.T, s *stage) {
			s.exec(t, "UPDATE tickets_message SET epoch = 2 WHERE id = $1", s.message(t, s.one, 1))
		}, silent: true},
		{name: "blind wraps of two letters exchanged", write: func(t *testing.T, s *stage) {
			a, b := s.message(t, s.one, 2), s.message(t, s.one, 3)
			s.exec(t, "UPDATE tickets_letterkey SET message = 'x' WHERE message = $1", a)
			s.exec(t, "UPDATE tickets_letterkey SET message = $1 WHERE message = $2", a, b)
			s.exec(t, "UPDATE tickets_letterkey SET message = $1 WHERE message = 'x'", b)
		}},
		{name: "a blind letter forged with the public key", write: func(t *testing.T, s *stage) { s.forgeLetter(t) }},
		{name: "a letter called settled", write: func(t *testing.T, s *stage) {
			s.exec(t, "UPDATE tickets_message SET form = 'settled', keywrap = content WHERE id = $1", s.message(t, s.one, 2))
		}},
		{name: "files exchanged between positions", write: func(t *testing.T, s *stage) {
			m := s.message(t, s.one, 1)
			s.exec(t, "UPDATE tickets_file SET position = 9 WHERE message = $1 AND position = 0", m)
			s.exec(t, "UPDATE tickets_file SET position = 0 WHERE message = $1 AND position = 1", m)
			s.exec(t, "UPDATE tickets_file SET position = 1 WHERE message = $1 AND position = 9", m)
		}, silent: true},
		{name: "files exchanged between messages", write: func(t *testing.T, s *stage) {
			a, b := s.message(t, s.one, 1), s.message(t, s.two, 1)
			s.exec(t, "UPDATE tickets_file SET message = 'x' WHERE message = $1", a)
			s.exec(t, "UPDATE tickets_file SET message = $1 WHERE message = $2", a, b)
		}, silent: true},
		{name: "chunks of a file exchanged", write: func(t *testing.T, s *stage) {
			m := s.message(t, s.one, 1)
			s.exec(t, "UPDATE tickets_file SET n = 9 WHERE message = $1 AND n = 0", m)
			s.exec(t, "UPDATE tickets_file SET n = 0 WHERE message = $1 AND n = 1", m)
			s.exec(t, "UPDATE tickets_file SET n = 1 WHERE message = $1 AND n = 9", m)
		}, silent: true},
		{name: "a file cut short", write: func(t *testing.T, s *stage) {
			s.exec(t, "DELETE FROM tickets_file WHERE message = $1 AND n > 0", s.message(t, s.one, 1))
		}, silent: true},
		{name: "originals exchanged", write: func(t *testing.T, s *stage) {
			a, b := s.message(t, s.one, 1), s.message(t, s.one, 2)
			s.exec(t, "UPDATE tickets_original SET message = 'x' WHERE message = $1", a)
			s.exec(t, "UPDATE tickets_original SET message = $1 WHERE message = $2", a, b)
			s.exec(t, "UPDATE tickets_original SET message = $1 WHERE message = 'x'", b)
		}, silent: true},
		{name: "heads exchanged", write: func(t *testing.T, s *stage) {
			s.swap(t, "tickets_conversation", "head", s.one.ID, s.two.ID)
		}},
		{name: "a reader's wrap copied from another ticket", write: func(t *testing.T, s *stage) {
			s.exec(t, `UPDATE tickets_reader SET (wrap, mac) = (SELECT wrap, mac FROM tickets_reader WHERE conversation = $1) WHERE conversation = $2`, s.two.ID, s.one.ID)
		}, sealed: true},
		{name: "another team made a reader", write: func(t *testing.T, s *stage) {
			s.exec(t, `INSERT INTO tickets_reader SELECT conversation, epoch, kind, $1, reader_version, form, wrap, mac, expires FROM tickets_reader WHERE conversation = $2`, s.elsewhere, s.one.ID)
		}, silent: true},
		{name: "the reader replaced by another team", write: func(t *testing.T, s *stage) {
			s.exec(t, `UPDATE tickets_reader SET reader = $1 WHERE conversation = $2`, s.elsewhere, s.one.ID)
		}, sealed: true},
		{name: "the readers deleted", write: func(t *testing.T, s *stage) {
			s.exec(t, "DELETE FROM tickets_reader WHERE conversation = $1", s.one.ID)
		}, sealed: true},
		{name: "the conversation's key replaced by a known one", write: func(t *testing.T, s *stage) { s.forgeReader(t, s.one.ID, 1) }, sealed: true},
		{name: "a new epoch with a known key", write: func(t *testing.T, s *stage) {
			s.forgeReader(t, s.one.ID, 2)
			s.exec(t, "UPDATE tickets_conversation SET epoch = 2 WHERE id = $1", s.one.ID)
		}, sealed: true},
		{name: "an expiry taken away or set", write: func(t *testing.T, s *stage) {
			s.exec(t, "UPDATE tickets_reader SET expires = $1 WHERE conversation = $2", monday.AddDate(1, 0, 0).UnixMicro(), s.one.ID)
		}, sealed: true},
		{name: "conversations put under each other's tickets", write: func(t *testing.T, s *stage) {
			s.exec(t, "UPDATE tickets_conversation SET ticket = 'x' WHERE id = $1", s.one.ID)
			s.exec(t, "UPDATE tickets_conversation SET ticket = $1 WHERE id = $2", s.one.Ticket, s.two.ID)
			s.exec(t, "UPDATE tickets_conversation SET ticket = $1 WHERE id = $2", s.two.Ticket, s.one.ID)
			s.exec(t, "UPDATE tickets_ticket SET conversation = $1 WHERE id = $2", s.two.ID, s.one.Ticket)
			s.exec(t, "UPDATE tickets_ticket SET conversation = $1 WHERE id = $2", s.one.ID, s.two.Ticket)
		}, sealed: true},
		{name: "a stranger's ticket joined into this one", write: func(t *testing.T, s *stage) {
			s.exec(t, "UPDATE tickets_ticket SET joined_into = $1, state = 'joined' WHERE id = $2", s.one.Ticket, s.two.Ticket)
		}},
		{name: "the ticket put into another team's queue", write: func(t *testing.T, s *stage) {
			s.exec(t, "UPDATE tickets_ticket SET team = $1 WHERE id = $2", s.elsewhere, s.one.Ticket)
		}},
		{name: "the ticket given another writer", write: func(t *testing.T, s *stage) {
			s.exec(t, "UPDATE tickets_ticket SET writer = $1 WHERE id = $2", helpdesk.NewID(), s.one.Ticket)
		}},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		for _, attack := range attacks {
			t.Run(attack.name, func(t *testing.T) {
				s := setStage(t, h)
				honest := s.says(t, s.anna, s.one)
				if len(honest) != 9 {
					t.Fatalf("the honest ticket says %v", honest)
				}
				attack.write(t, s)
				s.judge(t, honest, attack.sealed)
				if alarmed := strings.Contains(s.log.String()[s.logged:], "tickets."); !alarmed && !attack.silent {
					t.Error("no alarm was raised")
				}
			})
		}
	})
}

// judge looks at the stage after an attack: nothing new is believed, in this
// ticket or elsewhere, and nothing is sealed to forged rows.
func (s *stage) judge(t *testing.T, honest map[string]bool, sealed bool) {
	t.Helper()
	believe := func(when string) (changed bool) {
		after := s.says(t, s.anna, s.one)
		for what, proven := range after {
			before, known := honest[what]
			changed = changed || !known
			if proven && !(known && before) {
				t.Errorf("believed %s: %q", when, what)
			}
		}
		for what := range honest {
			changed = changed || !after[what]
		}
		return changed
	}
	changed := believe("after the attack")
	lines := s.queue(t, s.anna, tickets.QueueTeam).Rows
	changed = changed || len(lines) < 2 // taken out of the queue: to deny is all that is left to a database writer
	for _, line := range lines {
		changed = changed || !line.Proven
	}
	if got := s.says(t, s.bo, s.one); len(got) > 0 {
		t.Errorf("the other team reads %v", got)
	}
	for _, line := range s.queue(t, s.bo, tickets.QueueTeam).Rows {
		if line.Ticket.ID == s.one.Ticket && (line.Proven || line.Head.Title != "") {
			t.Errorf("the other team's queue shows %v", line.Head)
		}
	}
	// A session that settles what it found does not launder it.
	if sheet, err := s.desk.Page(t.Context(), s.anna, s.one.Ticket); err == nil {
		s.ok(t, s.desk.Settle(t.Context(), s.anna, sheet.Settle))
		believe("after settling")
	}
	with, blind := s.seal(t, s.anna, s.one)
	if sealed && (with == nil || blind == nil) {
		t.Errorf("sealed to a forged row: in a session %v, blind %v", with, blind)
	}
	if strangers := s.number(t, `SELECT COUNT(*) FROM tickets_letterkey WHERE reader = $1 AND message IN
		(SELECT id FROM tickets_message WHERE conversation = $2)`, s.elsewhere, s.one.ID); strangers > 0 {
		t.Error("a letter was sealed to a forged reader")
	}
	added := s.number(t, `SELECT COUNT(*) FROM tickets_reader WHERE conversation = $1`, s.one.ID) > 1
	if !changed && !sealed && !added {
		t.Error("the attack changed nothing, so nothing was tested")
	}
}

func (s *stage) message(t *testing.T, c *tickets.Conversation, number int) (id helpdesk.ID) {
	t.Helper()
	s.ok(t, s.db.QueryRow(t.Context(), "SELECT id FROM tickets_message WHERE conversation = $1 AND number = $2", c.ID, number).Scan(&id))
	return id
}

func (s *stage) bytes(t *testing.T, table, column string, id helpdesk.ID) (b []byte) {
	t.Helper()
	s.ok(t, s.db.QueryRow(t.Context(), "SELECT "+column+" FROM "+table+" WHERE id = $1", id).Scan(&b))
	return b
}

func (s *stage) swap(t *testing.T, table, column string, a, b helpdesk.ID) {
	t.Helper()
	x, y := s.bytes(t, table, column, a), s.bytes(t, table, column, b)
	s.exec(t, "UPDATE "+table+" SET "+column+" = $1 WHERE id = $2", y, a)
	s.exec(t, "UPDATE "+table+" SET "+column+" = $1 WHERE id = $2", x, b)
}

func (s *stage) copy(t *testing.T, table string, columns []string, from, to helpdesk.ID) {
	t.Helper()
	for _, column := range columns {
		s.exec(t, "UPDATE "+table+" SET "+column+" = (SELECT "+column+" FROM "+table+" WHERE id = $1) WHERE id = $2", from, to)
	}
}

// forgeReader puts a key the attacker knows in place of a conversation's, as
// anybody can who knows the team's public key.
func (s *stage) forgeReader(t *testing.T, conversation helpdesk.ID, epoch int64) {
	t.Helper()
	public, err := s.staff.TeamKey(t.Context(), s.db, s.team)
	s.ok(t, err)
	at := vault.At("tickets.reader", conversation, epoch, "team", s.team, public.ID.Version)
	wrap, err := public.Wrap(at, vault.NewKey())
	s.ok(t, err)
	if epoch == 1 {
		s.exec(t, "UPDATE tickets_reader SET form = 'blind', wrap = $1 WHERE conversation = $2 AND epoch = 1", wrap, conversation)
		return
	}
	s.exec(t, `INSERT INTO tickets_reader SELECT conversation, $1, kind, reader, reader_version, 'blind', $2, mac, expires
		FROM tickets_reader WHERE conversation = $3 AND epoch = 1`, epoch, wrap, conversation)
}

// forgeLetter puts a well-sealed letter of the attacker's into the ticket, in
// place of the second one, whose origin MACs it keeps.
func (s *stage) forgeLetter(t *testing.T) {
	t.Helper()
	id := s.message(t, s.one, 2)
	public, err := s.staff.TeamKey(t.Context(), s.db, s.team)
	s.ok(t, err)
	key := vault.NewKey()
	wrap, err := public.Wrap(vault.At("tickets.letter.blind", s.one.ID, 1, 2, id, "team", s.team, public.ID.Version), key)
	s.ok(t, err)
	content := key.Seal(vault.At("tickets.content", s.one.ID, 1, 2, id, "letter", "in", ""), []byte(`{"text":"send money to the attacker"}`))
	s.exec(t, "UPDATE tickets_letterkey SET wrap = $1 WHERE message = $2", wrap, id)
	s.exec(t, "UPDATE tickets_message SET content = $1 WHERE id = $2", content, id)
	for _, m := range s.page(t, s.anna, s.one.Ticket).Messages {
		if m.ID == id && (m.Content.Text != "send money to the attacker" || m.Proven) {
			t.Errorf("the forged letter is shown as %q, proven %v; want it shown and marked", m.Content.Text, m.Proven)
		}
	}
}
