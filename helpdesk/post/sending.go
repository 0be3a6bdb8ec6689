package post

import (
	"context"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// downPause is the longest pause of a mailbox whose server can't be spoken with:
// that costs one connection, for all its letters wait together.
const downPause = 5 * time.Minute

// attempt is what one attempt made of a letter, and how its server did.
type attempt struct {
	fates []fate
	went  bool   // the server took or refused something: it works
	down  bool   // there was nobody to speak with
	code  string // why not, where it did not go
}

// judge reads off the outcomes how the server did.
func (a *attempt) judge(trouble error) {
	a.down = trouble != nil
	for _, f := range a.fates {
		if f.state != Waiting {
			a.went = true
		} else {
			a.code = f.code
		}
	}
	a.down = a.down && !a.went
}

// noteServer keeps since when a mailbox can't send. Where nobody is there to speak with,
// its other letters wait as well, until at; once it works, they go at once.
func (p *Postroom) noteServer(ctx context.Context, tx *store.Tx, mailbox helpdesk.ID, a attempt, at int64) error {
	now := p.now().UnixMicro()
	var err error
	switch {
	case a.went:
		var n int64
		if n, err = tx.Exec(ctx, endSending, mailbox); err == nil && n > 0 {
			_, err = tx.Exec(ctx, hastenOutbox, now, mailbox)
		}
	case a.code != "":
		if _, err = tx.Exec(ctx, noteSending, mailbox, now, a.code); err == nil && a.down && at > 0 {
			_, err = tx.Exec(ctx, putOffOutbox, at, mailbox)
		}
	}
	if err != nil {
		return fmt.Errorf("note how mailbox %s sends: %w", mailbox, err)
	}
	return nil
}

// Unsent is a mailbox that could send nothing since an instant. Code is one of a
// Delivery.
type Unsent struct {
	Mailbox helpdesk.ID
	Since   time.Time
	Code    string
}

// Unsent lists the mailboxes that can't send, as the last attempts found. One that
// has nothing to send is not known to fail.
func (p *Postroom) Unsent(ctx context.Context) ([]Unsent, error) {
	rows, err := p.db.Query(ctx, selectSending)
	if err != nil {
		return nil, fmt.Errorf("list who can't send: %w", err)
	}
	defer rows.Close()
	var out []Unsent
	for rows.Next() {
		var u Unsent
		var since int64
		if err := rows.Scan(&u.Mailbox, &since, &u.Code); err != nil {
			return nil, fmt.Errorf("list who can't send: %w", err)
		}
		u.Since = time.UnixMicro(since).UTC()
		out = append(out, u)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list who can't send: %w", err)
	}
	return out, nil
}

// pauseAfter is how long a letter waits for its next attempt.
func (a attempt) pauseAfter(attempts int) time.Duration {
	if a.down {
		return min(backoff(attempts), downPause)
	}
	return backoff(attempts)
}
