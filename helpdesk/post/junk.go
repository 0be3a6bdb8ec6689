package post

import (
	"context"
	"errors"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// The journal's names of what is done about junk.
const (
	VerbJunked    = "post.junked"
	VerbUnjunked  = "post.unjunked"
	VerbBlocked   = "post.blocked"
	VerbUnblocked = "post.unblocked"
)

// Junk is a ticket somebody called junk. It is closed, and stays as it is:
// nothing is learned from it about anybody, and no other letter is judged by it.
type Junk struct {
	Ticket, Team helpdesk.ID
	At           time.Time // the day
}

// origin is what our MAC on the row speaks for.
func (j *Junk) origin() vault.Context {
	return vault.At("post.junk.origin", j.Ticket, j.Team, j.At.UnixMicro())
}

// MarkJunk closes a ticket as junk. Further letters to it are set aside instead
// of opening it. Doing it twice is doing it once. ErrConflict when the ticket
// changed since version; ErrNotFound for who is no member of its team.
func (p *Postroom) MarkJunk(ctx context.Context, s *staff.Session, ticket helpdesk.ID, version int64) error {
	t, err := p.ticketOfTeam(ctx, s, ticket)
	if err != nil {
		return fmt.Errorf("mark ticket %s as junk: %w", ticket, err)
	}
	if t.State != tickets.StateClosed {
		if err := p.tickets.CloseTicket(ctx, s, ticket, version); err != nil {
			return err
		}
	}
	j := Junk{Ticket: ticket, Team: t.Team, At: dayOf(p.now())}
	return p.db.Write(ctx, "mark junk", func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, insertJunk, j.Ticket, j.Team, j.At.UnixMicro(), p.secrets.Vouch(j.origin()))
		if err != nil {
			return fmt.Errorf("mark ticket %s as junk: %w", ticket, err)
		}
		if n == 0 {
			return nil
		}
		return p.wrote(ctx, tx, s, VerbJunked, ticket, t.Team)
	})
}

// UnmarkJunk takes it back: the ticket waits for us again.
func (p *Postroom) UnmarkJunk(ctx context.Context, s *staff.Session, ticket helpdesk.ID) error {
	t, err := p.ticketOfTeam(ctx, s, ticket)
	if err != nil {
		return fmt.Errorf("take ticket %s out of the junk: %w", ticket, err)
	}
	taken := int64(0)
	err = p.db.Write(ctx, "take out of the junk", func(tx *store.Tx) error {
		if taken, err = tx.Exec(ctx, deleteJunk, ticket); err != nil || taken == 0 {
			return err
		}
		return p.wrote(ctx, tx, s, VerbUnjunked, ticket, t.Team)
	})
	if err != nil || taken == 0 || t.State == tickets.StateOpen {
		return err
	}
	return p.tickets.Reopen(ctx, s, ticket, t.Version)
}

// Junks lists the tickets called junk of the session's teams, newest first, at
// most 200.
func (p *Postroom) Junks(ctx context.Context, s *staff.Session) ([]Junk, error) {
	teams := s.Teams()
	if len(teams) == 0 {
		return nil, nil
	}
	rows, err := p.db.Query(ctx, junkList+store.Places(len(teams), 1)+junkOrder, teamArgs(teams)...)
	if err != nil {
		return nil, fmt.Errorf("list the junk: %w", err)
	}
	defer rows.Close()
	var out []Junk
	for rows.Next() {
		j, vouched, err := p.scanJunk(rows)
		if err != nil {
			return nil, fmt.Errorf("list the junk: %w", err)
		}
		if vouched {
			out = append(out, j)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list the junk: %w", err)
	}
	return out, nil
}

// IsJunk tells whether somebody called a ticket junk.
func (p *Postroom) IsJunk(ctx context.Context, ticket helpdesk.ID) (bool, error) {
	return p.isJunk(ctx, p.db, ticket)
}

func (p *Postroom) isJunk(ctx context.Context, r store.Reader, ticket helpdesk.ID) (bool, error) {
	j, vouched, err := p.scanJunk(r.QueryRow(ctx, selectJunk, ticket))
	if errors.Is(err, helpdesk.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for ticket %s in the junk: %w", ticket, err)
	}
	if !vouched {
		// Somebody else wrote it, to draw a person's letters aside.
		p.journal.Alarm(ctx, "junk_forged", j.Ticket)
	}
	return vouched, nil
}

func (p *Postroom) scanJunk(r scanner) (j Junk, vouched bool, err error) {
	var at int64
	var mac []byte
	if err := r.Scan(&j.Ticket, &j.Team, &at, &mac); err != nil {
		return j, false, err
	}
	j.At = time.UnixMicro(at).UTC()
	return j, p.secrets.Vouched(mac, j.origin()), nil
}

// ticketOfTeam is a ticket whose team the session belongs to: who only reads it
// decides nothing about it.
func (p *Postroom) ticketOfTeam(ctx context.Context, s *staff.Session, ticket helpdesk.ID) (tickets.Ticket, error) {
	t, err := p.tickets.Facts(ctx, s, ticket)
	if err == nil && !s.Member(t.Team) {
		err = helpdesk.ErrNotFound
	}
	return t, err
}

// wrote notes a deed in the journal and rings for the team.
func (p *Postroom) wrote(ctx context.Context, tx *store.Tx, s *staff.Session, verb string, object, team helpdesk.ID) error {
	tx.After(func() { p.bus.Publish(teamEvent(team)) })
	return p.journal.Write(ctx, tx, journal.Entry{At: p.now(), Actor: s.User.ID, Verb: verb, Object: object})
}

func teamArgs(teams []staff.Team) []any {
	args := make([]any, len(teams))
	for i, t := range teams {
		args[i] = t.ID
	}
	return args
}

// dayOf is the day (UTC) an instant falls on: what stands in plain beside a closed
// ticket tells no hour.
func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
