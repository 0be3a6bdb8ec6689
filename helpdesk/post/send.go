package post

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/mailbridge"
)

const (
	senders  = 4                // letters on their way at once
	leaseFor = 20 * time.Second // a worker that says nothing for so long is gone
	giveUp   = 48 * time.Hour   // RFC 5321 section 4.5.4.1 asks for 4-5 days; a person who waits must hear of it sooner
	firstTry = time.Minute      // until the second one; then twice as long each time
	longest  = 4 * time.Hour
	recheck  = 30 * time.Second // looks this often even when no bell rings: bells may be lost
	farewell = 10 * time.Second // for the letter in hand when the house closes
)

// Run delivers what is due until ctx ends, and finishes the letters in hand.
// It sleeps until the next letter is due or a bell rings.
func (p *Postroom) Run(ctx context.Context) error {
	var group errgroup.Group
	for range senders {
		group.Go(func() error {
			bells, done := p.bus.Subscribe(TopicOutbox)
			defer done()
			for ctx.Err() == nil {
				worked, err := p.sendNext(ctx)
				if err != nil && ctx.Err() == nil {
					// The database is away: try again, the letters wait.
					p.log.ErrorContext(ctx, "the outbox stands still", "err", err)
				}
				if worked {
					continue
				}
				p.rest(ctx, bells, err == nil)
			}
			return nil
		})
	}
	return group.Wait()
}

// rest waits until a letter is due, a bell rings or recheck is over.
func (p *Postroom) rest(ctx context.Context, bells <-chan bus.Event, well bool) {
	pause := recheck
	if well {
		var due int64
		if err := p.db.QueryRow(ctx, selectNext).Scan(&due); err == nil && due > 0 {
			pause = max(min(pause, time.UnixMicro(due).Sub(p.now())), 0)
		}
	} else {
		pause = time.Second
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-bells:
	}
}

// sendNext delivers one letter that is due; false when there is none.
func (p *Postroom) sendNext(ctx context.Context) (bool, error) {
	due, err := p.due(ctx)
	if err != nil || len(due) == 0 {
		return false, err
	}
	// Several workers look at once; each begins elsewhere, so they rarely
	// meet, and who comes second finds nothing to claim.
	for _, i := range rand.Perm(len(due)) {
		job, err := p.claim(ctx, due[i])
		if errors.Is(err, helpdesk.ErrNotFound) {
			continue
		}
		if err != nil {
			return false, err
		}
		return true, p.carry(ctx, job)
	}
	return true, nil // others took them all; look again
}

func (p *Postroom) due(ctx context.Context) ([]helpdesk.ID, error) {
	rows, err := p.db.Query(ctx, selectDue, p.now().UnixMicro())
	if err != nil {
		return nil, fmt.Errorf("look into the outbox: %w", err)
	}
	defer rows.Close()
	var out []helpdesk.ID
	for rows.Next() {
		var id helpdesk.ID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("look into the outbox: %w", err)
		}
		out = append(out, id)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("look into the outbox: %w", err)
	}
	return out, nil
}

// job is a letter a worker holds.
type job struct {
	outgoing
	mailbox  helpdesk.ID
	lease    string
	made     time.Time
	attempts int
	mail     []byte // sealed
}

// claim takes a letter for leaseFor; ErrNotFound when somebody else has it.
func (p *Postroom) claim(ctx context.Context, id helpdesk.ID) (*job, error) {
	now := p.now()
	j := &job{lease: string(helpdesk.NewID())}
	j.id = id
	err := p.db.Write(ctx, "claim a letter", func(tx *store.Tx) error {
		var made int64
		err := tx.QueryRow(ctx, claimOutbox, j.lease, now.Add(leaseFor).UnixMicro(), id, now.UnixMicro()).
			Scan(&j.conversation, &j.ticket, &j.team, &j.mailbox, &j.author, &j.mail, &made, &j.attempts)
		j.made = time.UnixMicro(made)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim letter %s: %w", id, err)
	}
	return j, nil
}

// carry delivers a claimed letter to those who still wait for it and writes
// down what became of it. Killed in between, the lease ends and the same bytes
// go again, with the same Message-ID.
func (p *Postroom) carry(ctx context.Context, j *job) error {
	// What was begun is finished, also when the house closes.
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(farewell, cancel) })()

	waiting, err := p.waiting(work, j.id)
	if err != nil {
		return err
	}
	outcomes, err := p.tryDelivery(work, j, waiting)
	if err != nil {
		return err
	}
	return p.record(work, j, outcomes)
}

// fate is what one attempt made of one recipient.
type fate struct {
	position int
	address  string
	state    State // Accepted, Refused or Waiting
	code     string
}

func (p *Postroom) waiting(ctx context.Context, id helpdesk.ID) ([]int, error) {
	rows, err := p.db.Query(ctx, selectWaiting, id)
	if err != nil {
		return nil, fmt.Errorf("read who waits for letter %s: %w", id, err)
	}
	defer rows.Close()
	var out []int
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			return nil, fmt.Errorf("read who waits for letter %s: %w", id, err)
		}
		out = append(out, n)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read who waits for letter %s: %w", id, err)
	}
	return out, nil
}

// Codes of our own, where no server spoke.
const (
	codeExpired = "expired"    // two days of trying
	codeMailbox = "mailbox"    // the mailbox it goes from is gone, or its server's address is wrong
	codeSpoiled = "unreadable" // what was laid into the outbox does not open
)

func (p *Postroom) tryDelivery(ctx context.Context, j *job, waiting []int) ([]fate, error) {
	fates := make([]fate, len(waiting))
	for i, n := range waiting {
		fates[i] = fate{position: n, state: Waiting}
	}
	all := func(s State, code string) []fate {
		for i := range fates {
			fates[i].state, fates[i].code = s, code
		}
		return fates
	}
	plain, err := p.secrets.OpenOffice(mailAt(j.id), j.mail)
	if err != nil {
		return all(Refused, codeSpoiled), nil
	}
	env, raw, err := unpacked(plain)
	if err != nil || len(waiting) > 0 && waiting[len(waiting)-1] >= len(env.To) {
		return all(Refused, codeSpoiled), nil
	}
	to := make([]string, len(waiting))
	for i, n := range waiting {
		to[i] = env.To[n]
		fates[i].address = env.To[n]
	}
	box, err := p.office.Mailbox(ctx, j.mailbox)
	switch {
	case errors.Is(err, helpdesk.ErrNotFound):
		return all(Waiting, codeMailbox), nil
	case err != nil:
		return nil, err
	}
	srv, err := mailbridge.ParseSMTP(box.SMTP)
	if err != nil {
		return all(Waiting, codeMailbox), nil
	}
	srv.Password = mailbridge.Secret(box.SMTPPassword)
	if box.SMTPPassword == "" {
		srv.Password = mailbridge.Secret(box.Password)
	}
	held, release := p.keepLease(ctx, j)
	defer release()
	results, trouble := p.deliverer.Deliver(held, srv, env.From, to, raw)
	for i := range fates {
		o := results[to[i]]
		fates[i].code = codeOf(o, trouble)
		switch o.State {
		case mailbridge.Accepted:
			fates[i].state = Accepted
		case mailbridge.Refused:
			fates[i].state = Refused
		}
	}
	return fates, nil
}

// codeOf reduces what a server said to its codes.
func codeOf(o mailbridge.Outcome, trouble error) string {
	switch {
	case o.State == mailbridge.Accepted:
		return ""
	case o.Enhanced != "":
		return o.Enhanced
	case o.Code != 0:
		return strconv.Itoa(o.Code)
	case trouble != nil && mailbridge.CodeOf(trouble) != "":
		return string(mailbridge.CodeOf(trouble))
	case o.Reason != "":
		return string(o.Reason)
	}
	return string(mailbridge.NoConnection)
}

// keepLease says again and again that we are still at it; when the lease is
// lost, the work stops.
func (p *Postroom) keepLease(ctx context.Context, j *job) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(leaseFor / 4)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			err := p.db.Write(ctx, "keep a letter", func(tx *store.Tx) error {
				n, err := tx.Exec(ctx, extendLease, p.now().Add(leaseFor).UnixMicro(), j.id, j.lease)
				if err == nil && n == 0 {
					return helpdesk.ErrConflict
				}
				return err
			})
			if errors.Is(err, helpdesk.ErrConflict) {
				cancel()
				return
			}
		}
	}()
	return ctx, func() { cancel(); <-done }
}

// backoff is how long to wait after so many attempts.
func backoff(attempts int) time.Duration {
	d := firstTry
	for range attempts - 1 {
		if d *= 2; d >= longest {
			return longest
		}
	}
	return d
}

// record writes down what an attempt made of the letter. Where somebody will
// not get it, the conversation says so and the ticket waits for us again.
func (p *Postroom) record(ctx context.Context, j *job, fates []fate) error {
	now := p.now()
	end := j.made.Add(giveUp)
	var refused []fate
	next := int64(0)
	for i := range fates {
		f := &fates[i]
		if f.state == Waiting && !now.Before(end) {
			f.state = Refused
			f.code = codeExpired
		}
		switch f.state {
		case Waiting:
			at := now.Add(backoff(j.attempts))
			if at.After(end) {
				at = end
			}
			next = at.UnixMicro()
		case Refused:
			refused = append(refused, *f)
		}
	}
	return p.db.Write(ctx, "record a delivery", func(tx *store.Tx) error {
		for _, f := range fates {
			if _, err := tx.Exec(ctx, markDelivery, string(f.state), f.code, now.UnixMicro(), j.id, f.position); err != nil {
				return fmt.Errorf("record letter %s: %w", j.id, err)
			}
		}
		n, err := p.close(ctx, tx, j, next)
		if err != nil {
			return fmt.Errorf("record letter %s: %w", j.id, err)
		}
		if n == 0 {
			// Somebody thought us gone and has it now; what they find counts.
			return fmt.Errorf("record letter %s: %w", j.id, helpdesk.ErrConflict)
		}
		byCode := map[string][]string{}
		var codes []string
		for _, f := range refused {
			if byCode[f.code] == nil {
				codes = append(codes, f.code)
			}
			byCode[f.code] = append(byCode[f.code], f.address)
		}
		for _, code := range codes {
			if err := p.tell(ctx, tx, j.outgoing, SystemUndelivered, code, byCode[code]); err != nil {
				return err
			}
		}
		p.ring(tx, j.author)
		return nil
	})
}

// close gives the letter back until next, or for good with 0; then its bytes
// are erased. It tells whether the lease still held.
func (p *Postroom) close(ctx context.Context, tx *store.Tx, j *job, next int64) (int64, error) {
	if next > 0 {
		return tx.Exec(ctx, deferOutbox, next, j.id, j.lease)
	}
	var refused int
	if err := tx.QueryRow(ctx, countRefused, j.id).Scan(&refused); err != nil {
		return 0, err
	}
	state := Gone
	if refused > 0 {
		state = Failed
	}
	return tx.Exec(ctx, finishOutbox, string(state), []byte{}, j.id, j.lease)
}

// tell writes into the conversation that a letter of ours did not arrive. It
// goes in the direction of a letter, because the ticket waits for us again.
func (p *Postroom) tell(ctx context.Context, tx *store.Tx, o outgoing, key, code string, addresses []string) error {
	talk, err := p.tickets.Blind(ctx, tx, o.conversation)
	if errors.Is(err, tickets.ErrNobody) || errors.Is(err, helpdesk.ErrNotFound) {
		return nil // nobody is left to read it there; the outbox still shows it
	}
	if err != nil {
		return err
	}
	_, err = talk.Append(ctx, tx, tickets.Message{
		Kind: tickets.KindSystem, Direction: tickets.In,
		Content: tickets.Content{Key: key, Args: []string{strings.Join(addresses, ", "), code}},
	})
	if err != nil {
		return fmt.Errorf("tell of letter %s: %w", o.id, err)
	}
	p.ring(tx, o.author)
	return nil
}
