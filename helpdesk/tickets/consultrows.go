package tickets

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// What somebody was to a ticket before they were asked.
const (
	standingMember = "member" // of a team that reads it
	standingLent   = "lent"   // it was lent to them, without its notes
	standingNone   = "none"
)

const (
	insertConsult = `INSERT INTO tickets_consult (id, ticket, message, asker, team, until, mac, about) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	insertAdviser = `INSERT INTO tickets_adviser (consult, who, standing, answered, told, mac) VALUES ($1, $2, $3, $4, $5, $6)`

	selectConsult = `SELECT c.id, c.ticket, c.message, c.asker, c.team, c.until, c.mac, c.about, a.consult, a.who, a.standing, a.answered, a.mac
		FROM tickets_consult c JOIN tickets_adviser a ON a.consult = c.id WHERE `
	consultsOrder    = ` ORDER BY c.until, c.id, a.who`
	selectConsultsIn = selectConsult + `c.ticket IN ($1, $2)` + consultsOrder
	selectMyConsults = selectConsult + `(c.asker = $1 OR c.id IN (SELECT consult FROM tickets_adviser WHERE who = $1)) AND c.until > $2` + consultsOrder
	selectOverdue    = selectConsult + `c.until <= $1` + consultsOrder

	answerConsult = `UPDATE tickets_adviser SET answered = $1 WHERE who = $2 AND answered = $3
		AND consult IN (SELECT id FROM tickets_consult WHERE ticket IN ($4, $5))`
	standAdviser  = `UPDATE tickets_adviser SET standing = $1, mac = $2 WHERE consult = $3 AND who = $4`
	deleteAdviser = `DELETE FROM tickets_adviser WHERE consult = $1 AND who = $2`
	// One whom it asks is left: it goes on.
	deleteConsult    = `DELETE FROM tickets_consult WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM tickets_adviser WHERE consult = $1)`
	eraseAdvisers    = `DELETE FROM tickets_adviser WHERE consult IN (SELECT id FROM tickets_consult WHERE ticket = $1)`
	eraseConsults    = `DELETE FROM tickets_consult WHERE ticket = $1`
	selectSpeechless = `SELECT COUNT(*) FROM tickets_adviser WHERE who = $1 AND standing = $2
		AND consult IN (SELECT id FROM tickets_consult WHERE ticket IN ($3, $4))`
)

// consultRow is an open question with those it asks.
type consultRow struct {
	id, ticket, message, asker, team helpdesk.ID
	until                            int64
	mac, about                       []byte
	advisers                         []*adviserRow
}

func (c *consultRow) dest() []any {
	return []any{&c.id, &c.ticket, &c.message, &c.asker, &c.team, &c.until, &c.mac, &c.about}
}

func (c *consultRow) origin() vault.Context {
	return vault.At("tickets.consult.origin", c.id, c.ticket, c.message, c.asker, c.team, c.until)
}

func (c *consultRow) at() vault.Context { return vault.At("tickets.consult", c.id) }

func (c *consultRow) asks(user helpdesk.ID) bool {
	return slices.ContainsFunc(c.advisers, func(a *adviserRow) bool { return a.who == user })
}

type adviserRow struct {
	consult, who helpdesk.ID
	standing     string
	answered     bool
	mac          []byte
}

func (a *adviserRow) dest() []any { return []any{&a.consult, &a.who, &a.standing, &a.answered, &a.mac} }

func (a *adviserRow) origin() vault.Context {
	return vault.At("tickets.adviser.origin", a.consult, a.who, a.standing)
}

func (d *Desk) insertConsult(ctx context.Context, tx *store.Tx, c *consultRow) error {
	body, err := d.sealAbout(c.at(), about{Ticket: c.ticket, Message: c.message})
	if err != nil {
		return err
	}
	ticket, _ := d.calls(c.ticket)
	if _, err := tx.Exec(ctx, insertConsult, c.id, ticket, "", c.asker, c.team, c.until, d.secrets.Vouch(c.origin()), body); err != nil {
		return fmt.Errorf("ask about ticket %s: %w", c.ticket, err)
	}
	for _, a := range c.advisers {
		if _, err := tx.Exec(ctx, insertAdviser, a.consult, a.who, a.standing, false, false, d.secrets.Vouch(a.origin())); err != nil {
			return fmt.Errorf("ask about ticket %s: %w", c.ticket, err)
		}
		d.callFor(tx, a.who)
	}
	return nil
}

// consultsIn are the open questions of a ticket, also those whose time is over
// and that nobody has cleared away yet.
func (d *Desk) consultsIn(ctx context.Context, r store.Reader, ticket helpdesk.ID) ([]*consultRow, error) {
	mark, id := d.calls(ticket)
	all, err := d.consults(ctx, r, selectConsultsIn, mark, id)
	// One that somebody else put under this ticket's mark is not about it.
	return slices.DeleteFunc(all, func(c *consultRow) bool { return c.ticket != ticket }), err
}

func (d *Desk) consults(ctx context.Context, r store.Reader, query string, args ...any) ([]*consultRow, error) {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read consultations: %w", err)
	}
	return d.scanConsults(ctx, rows)
}

func (d *Desk) scanConsults(ctx context.Context, rows *sql.Rows) ([]*consultRow, error) {
	defer rows.Close()
	var out []*consultRow
	for rows.Next() {
		var c consultRow
		var a adviserRow
		if err := rows.Scan(append(c.dest(), a.dest()...)...); err != nil {
			return nil, fmt.Errorf("read consultations: %w", err)
		}
		// What somebody else wrote into the database asks nobody anything.
		of := about{Ticket: c.ticket, Message: c.message}
		err := d.openAbout(c.at(), c.about, &of)
		c.ticket, c.message = of.Ticket, of.Message
		if err != nil || !d.secrets.Vouched(c.mac, c.origin()) || !d.secrets.Vouched(a.mac, a.origin()) {
			d.alarm(ctx, "consult", c.id)
			continue
		}
		if n := len(out); n == 0 || out[n-1].id != c.id {
			out = append(out, &c)
		}
		last := out[len(out)-1]
		last.advisers = append(last.advisers, &a)
	}
	return out, finish(rows, "read consultations")
}
