package tickets

import (
	"context"
	"fmt"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// A colleague who reads a ticket alone is called by a name of that ticket's own
// in the rows of its readers, which say no end either. Who that is and until
// when, a loan says: whoever has the index secret comes from the one to the
// other, and whoever reads the database does not.

const (
	upsertLoan = `INSERT INTO tickets_loan (mark, who, until, about) VALUES ($1, $2, $3, $4)
		ON CONFLICT (mark) DO UPDATE SET until = excluded.until, about = excluded.about`
	deleteLoan = `DELETE FROM tickets_loan WHERE mark = $1`
	// The marks follow.
	selectLoans   = `SELECT mark, who, until FROM tickets_loan WHERE mark IN (`
	selectLoansOf = `SELECT mark, until, about FROM tickets_loan WHERE who = $1 AND until > $2 ORDER BY until DESC, mark`
	selectEnded   = `SELECT mark, until, about FROM tickets_loan WHERE until <= $1 ORDER BY until, mark LIMIT 100`
)

// nameAt is what the rows of a conversation's readers call somebody.
func (d *Desk) nameAt(c *talk, kind string, reader helpdesk.ID) helpdesk.ID {
	if kind != userReader {
		return reader
	}
	return d.seatMark(c.ticket, c.kind, reader)
}

// seatMark is what the rows of a ticket's readers call a user; a ticket has one
// conversation of each kind.
func (d *Desk) seatMark(ticket helpdesk.ID, kind string, user helpdesk.ID) helpdesk.ID {
	return d.aside("seat", ticket, helpdesk.ID(kind), user)
}

// loanMark leads from such a name to the loan.
func (d *Desk) loanMark(called helpdesk.ID) helpdesk.ID { return d.aside("loan", called) }

func loanAt(mark helpdesk.ID) vault.Context { return vault.At("tickets.loan", mark) }

// keepLoan says of a reader's row who it is; it has no name but that.
func (d *Desk) keepLoan(ctx context.Context, tx *store.Tx, r *readerRow) error {
	mark := d.loanMark(r.called)
	body, err := d.sealAbout(loanAt(mark), about{Ticket: r.ticket, Talk: r.conversation})
	if err != nil {
		return err
	}
	if err := tx.Later(ctx, upsertLoan, mark, r.reader, r.expires, body); err != nil {
		return fmt.Errorf("lend conversation %s: %w", r.conversation, err)
	}
	return nil
}

// named fills in of readers' rows who they are, and until when. One whose loan
// has gone counts for nobody and is left out; our MAC on the row says whether
// the loan is its own.
func (d *Desk) named(ctx context.Context, r store.Reader, rows []*readerRow) ([]*readerRow, error) {
	of := map[helpdesk.ID][]*readerRow{}
	var marks []any
	out := rows[:0:0]
	for _, row := range rows {
		if row.kind != userReader || !isMark(row.reader) {
			out = append(out, row)
			continue
		}
		row.called = row.reader
		mark := d.loanMark(row.called)
		if of[mark] == nil {
			marks = append(marks, mark)
		}
		of[mark] = append(of[mark], row)
	}
	if len(marks) == 0 {
		return out, nil
	}
	loans, err := r.Query(ctx, selectLoans+store.Places(len(marks), 1)+")", marks...)
	if err != nil {
		return nil, fmt.Errorf("read who it is lent to: %w", err)
	}
	defer loans.Close()
	for loans.Next() {
		var mark, who helpdesk.ID
		var until int64
		if err := loans.Scan(&mark, &who, &until); err != nil {
			return nil, fmt.Errorf("read who it is lent to: %w", err)
		}
		for _, row := range of[mark] {
			row.reader, row.expires = who, until
			out = append(out, row)
		}
	}
	return out, finish(loans, "read who it is lent to")
}

// loanRow is a loan, opened.
type loanRow struct {
	mark  helpdesk.ID
	until int64
	about
}

func (d *Desk) loans(ctx context.Context, r store.Reader, query string, args ...any) ([]loanRow, error) {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read loans: %w", err)
	}
	defer rows.Close()
	var out []loanRow
	for rows.Next() {
		var l loanRow
		var body []byte
		if err := rows.Scan(&l.mark, &l.until, &body); err != nil {
			return nil, fmt.Errorf("read loans: %w", err)
		}
		if err := d.openAbout(loanAt(l.mark), body, &l.about); err != nil {
			d.alarm(ctx, "loan", l.mark)
			continue
		}
		out = append(out, l)
	}
	return out, finish(rows, "read loans")
}

// lentTo are the tickets whose conversation with the person is lent to somebody.
func (d *Desk) lentTo(ctx context.Context, r store.Reader, user helpdesk.ID) ([]helpdesk.ID, error) {
	all, err := d.loans(ctx, r, selectLoansOf, user, d.now().UnixMicro())
	var out []helpdesk.ID
	for _, l := range all {
		if l.mark == d.loanMark(d.seatMark(l.Ticket, personConversation, user)) {
			out = append(out, l.Ticket)
		}
	}
	return out, err
}

// seats are what the user is called among the readers of what is held, each with
// its loan, for orSeats.
func (d *Desk) seats(held keys) []any {
	seen, out := map[helpdesk.ID]bool{}, []any{}
	for _, h := range held {
		if h.called != "" && !seen[h.called] {
			seen[h.called] = true
			out = append(out, h.called, d.loanMark(h.called))
		}
	}
	return out
}

// orSeats goes on in a condition on a reader r: it is one of so many seats
// whose loan lasts at $now. They stand from $first on. Three brackets end it.
func orSeats(seats []any, first, now int) string {
	var b strings.Builder
	for i := 0; i < len(seats); i += 2 {
		fmt.Fprintf(&b, ` OR r.reader = $%d AND EXISTS (SELECT 1 FROM tickets_loan l WHERE l.mark = $%d AND l.until > $%d)`, first+i, first+i+1, now)
	}
	return b.String() + `)))`
}

// asReader are the arguments of a statement that asks whether a session's user
// reads a ticket now.
func (d *Desk) asReader(s *staff.Session, ticket helpdesk.ID) []any {
	called := d.seatMark(ticket, personConversation, s.User.ID)
	return []any{ticket, s.User.ID, d.now().UnixMicro(), called, d.loanMark(called)}
}

// endSeat deletes somebody's rows among a conversation's readers.
func (d *Desk) endSeat(ctx context.Context, tx *store.Tx, c *talk, kind string, reader helpdesk.ID) error {
	called := d.nameAt(c, kind, reader)
	if _, err := tx.Exec(ctx, deleteReader, c.id, kind, reader, called); err != nil {
		return fmt.Errorf("end a reader of %s: %w", c.id, err)
	}
	if kind != userReader {
		return nil
	}
	_, err := tx.Exec(ctx, deleteLoan, d.loanMark(called))
	return err
}
