package tickets

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// What notes say of a consultation.
const (
	SystemConsulted  = "ticket.consulted"     // args: user or team asked, until when (RFC 3339)
	SystemUnasked    = "ticket.consult_ended" // args: user or team asked
	consultMost      = 14 * 24 * time.Hour    // how long one may be asked for
	advisersMost     = 30
	verbConsult      = "ticket.consult"
	verbConsultEnd   = "ticket.consult_end"
	verbConsultLapse = "ticket.consult_lapsed"
)

// Question is what somebody asks a colleague about a ticket.
type Question struct {
	User     helpdesk.ID // a colleague, or
	Team     helpdesk.ID // a team: all who are in it now
	Text     string
	Until    time.Time // how long those asked may read, at most 14 days
	ClientID string    // makes asking twice invisible
}

// LogValue keeps content out of logs.
func (Question) LogValue() slog.Value { return sealedValue }

// Consultation is an open question.
type Consultation struct {
	ID       helpdesk.ID
	Row      Row         // the ticket
	Message  helpdesk.ID // the question, a note
	Asker    helpdesk.ID
	Team     helpdesk.ID // "" when single colleagues were asked
	Until    time.Time
	Advisers []Adviser
}

// Adviser is somebody who was asked.
type Adviser struct {
	User     helpdesk.ID
	Answered bool // they wrote a note since
	Silent   bool // they read because they were asked, and write nothing to the person
}

// Asked tells whether somebody is among those it asks.
func (c Consultation) Asked(user helpdesk.ID) bool {
	return slices.ContainsFunc(c.Advisers, func(a Adviser) bool { return a.User == user })
}

// Consult asks a colleague or a team about a ticket. The question is a note in
// it. Who did not read the ticket reads its messages and notes until an instant,
// writes notes, and nothing to the person; they decide nothing about it, and
// once it ends all that comes has another key.
//
// Refusals: "consult.empty", "consult.until", "consult.nobody" for who does not
// work here or asks themselves, "consult.already" while the same is asked,
// "consult.most" for a team of more than 30, "conflict.reader" as for
// AddReader. ErrDenied for whom the ticket was lent to.
func (d *Desk) Consult(ctx context.Context, s *staff.Session, ticket helpdesk.ID, q Question) error {
	now := d.now()
	switch {
	case strings.TrimSpace(q.Text) == "":
		return helpdesk.Refuse("consult.empty")
	case !q.Until.After(now) || q.Until.After(now.Add(consultMost)):
		return helpdesk.Refuse("consult.until")
	}
	asked, err := d.whomToAsk(ctx, s, q)
	if err != nil {
		return err
	}
	return d.db.Write(ctx, verbConsult, func(tx *store.Tx) error {
		// Notes first: whoever locks all of a ticket must find them.
		_, notes, err := d.withNotes(ctx, tx, s, ticket)
		if err != nil {
			return err
		}
		file, err := d.lockCase(ctx, tx, s, ticket)
		if err != nil {
			return err
		}
		if file.ticket.state == StateJoined {
			return helpdesk.Refuse("ticket.joined")
		}
		message, twice, err := d.askIn(ctx, tx, s, notes, q)
		if err != nil || twice {
			return err
		}
		// The question moved the ticket's counters.
		if file, err = d.lockCase(ctx, tx, s, ticket); err != nil {
			return err
		}
		c := &consultRow{id: helpdesk.NewID(), ticket: ticket, message: message, asker: s.User.ID, team: q.Team, until: q.Until.UnixMicro()}
		if err := d.seatAdvisers(ctx, tx, s, file, c, asked); err != nil {
			return err
		}
		return d.told(ctx, tx, s, file, SystemConsulted, verbConsult, string(firstID(q.User, q.Team)), q.Until.UTC().Format(time.RFC3339))
	})
}

func firstID(a, b helpdesk.ID) helpdesk.ID {
	if a != "" {
		return a
	}
	return b
}

// whomToAsk are the colleagues a question goes to.
func (d *Desk) whomToAsk(ctx context.Context, s *staff.Session, q Question) ([]helpdesk.ID, error) {
	var from []staff.User
	var err error
	if q.User != "" {
		from, err = d.staff.Users(ctx)
	} else if from, err = d.staff.Members(ctx, q.Team); len(from) > advisersMost {
		return nil, helpdesk.Refuse("consult.most", advisersMost)
	}
	if err != nil {
		return nil, err
	}
	var out []helpdesk.ID
	for _, u := range from {
		if u.State == staff.Active && u.Kind != staff.Interpreter && u.ID != s.User.ID && (q.User == "" || u.ID == q.User) {
			out = append(out, u.ID)
		}
	}
	if len(out) == 0 {
		return nil, helpdesk.Refuse("consult.nobody")
	}
	slices.Sort(out)
	return out, nil
}

// askIn writes the question into the notes.
func (d *Desk) askIn(ctx context.Context, tx *store.Tx, s *staff.Session, notes helpdesk.ID, q Question) (id helpdesk.ID, twice bool, err error) {
	c, err := d.With(ctx, tx, s, notes)
	if err != nil {
		return "", false, err
	}
	m := Message{
		ID: helpdesk.NewID(), Kind: KindNote, Direction: Inside, Author: s.User.ID, ClientID: q.ClientID,
		Content: Content{Text: q.Text, Asks: firstID(q.User, q.Team)},
	}
	_, err = c.Append(ctx, tx, m)
	return m.ID, c.Twice, err
}

// seatAdvisers makes those asked readers of the ticket and its notes, as far as
// they were none.
func (d *Desk) seatAdvisers(ctx context.Context, tx *store.Tx, s *staff.Session, file *caseFile, c *consultRow, asked []helpdesk.ID) error {
	open, err := d.consultsIn(ctx, tx, file.ticket.id)
	if err != nil {
		return err
	}
	members, err := d.teamMembers(ctx, file)
	if err != nil {
		return err
	}
	var seats []*adviserRow
	var refused error
	for _, who := range asked {
		if slices.ContainsFunc(open, func(o *consultRow) bool { return o.asks(who) }) {
			refused = helpdesk.Refuse("consult.already")
			continue
		}
		a := &adviserRow{consult: c.id, who: who, standing: standingNone}
		switch {
		case slices.Contains(members, who):
			a.standing = standingMember
		case file.reads(file.own().id, file.own().epoch, seat{kind: userReader, reader: who}):
			a.standing = standingLent
		}
		if a.standing == standingNone {
			// Of a team those stay out who work for somebody in conflict.
			if err := d.neutral(ctx, tx, file.ticket, who, "conflict.reader"); err != nil {
				refused = err
				if ownFault(err) {
					continue
				}
				return err
			}
		}
		if err := d.seatAdviser(ctx, tx, s, file, a, c.until); err != nil {
			return err
		}
		seats = append(seats, a)
	}
	if len(seats) == 0 {
		return refused
	}
	c.advisers = seats
	return d.insertConsult(ctx, tx, c)
}

// seatAdviser wraps to one colleague what they do not read yet.
func (d *Desk) seatAdviser(ctx context.Context, tx *store.Tx, s *staff.Session, file *caseFile, a *adviserRow, until int64) error {
	to := seat{kind: userReader, reader: a.who, expires: until}
	for _, c := range file.talks {
		notes := c.kind == notesConversation
		if a.standing == standingMember || a.standing == standingLent && !notes || !notes && c.kind != personConversation {
			continue
		}
		if h, ok := file.held[spot{c.id, c.epoch}]; !ok || !h.proven || !d.secrets.Vouched(c.mac, c.origin()) {
			d.alarm(ctx, "conversation", c.id)
			return unproven()
		}
		if err := d.settleAll(ctx, tx, s, file, c); err != nil {
			return err
		}
		if err := d.endSeat(ctx, tx, c, userReader, a.who); err != nil {
			return err
		}
		if err := d.readerOfAll(ctx, tx, s, file, c, to); err != nil {
			return err
		}
	}
	return nil
}

// teamMembers are the users of the teams that read the ticket.
func (d *Desk) teamMembers(ctx context.Context, f *caseFile) ([]helpdesk.ID, error) {
	own := f.own()
	var out []helpdesk.ID
	for _, r := range f.rows {
		if r.conversation != own.id || r.epoch != own.epoch || r.kind != teamReader || !d.counts(ctx, r) {
			continue
		}
		members, err := d.staff.Members(ctx, r.reader)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			out = append(out, m.ID)
		}
	}
	return out, nil
}

// told says in the notes of a locked ticket and in the journal what became of a
// consultation, and rings.
func (d *Desk) told(ctx context.Context, tx *store.Tx, s *staff.Session, file *caseFile, key, verb string, args ...string) error {
	before := *file.ticket
	file.ticket.version++
	if err := d.system(ctx, tx, s, file, file.notes(), key, args...); err != nil {
		return err
	}
	if err := d.save(ctx, tx, before, file.ticket); err != nil {
		return err
	}
	if err := d.record(ctx, tx, s.User.ID, verb, file.ticket.id); err != nil {
		return err
	}
	d.ring(tx, file.ticket)
	return nil
}
