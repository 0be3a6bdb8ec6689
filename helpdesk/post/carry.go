package post

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/mailbridge"
)

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

// Codes of our own, where no server spoke; what else keeps a server from
// speaking has the codes of mailbridge.
const (
	CodeExpired  = "expired"   // two days of trying
	CodeNoServer = "no-server" // the mailbox it goes from is gone or forged, or its server's address is wrong
	CodeNoMail   = "no-mail"   // what lies in the outbox is not what was laid there
	CodeAuth     = "auth"      // the server does not take our password
)

func (p *Postroom) tryDelivery(ctx context.Context, j *job, waiting []int) (attempt, error) {
	fates := make([]fate, len(waiting))
	for i, n := range waiting {
		fates[i] = fate{position: n, state: Waiting}
	}
	all := func(s State, code string) attempt {
		for i := range fates {
			fates[i].state, fates[i].code = s, code
		}
		return attempt{fates: fates}
	}
	if !j.proven {
		p.journal.Alarm(ctx, "outbox_forged", j.id)
		return all(Refused, CodeNoMail), nil
	}
	plain, err := p.secrets.OpenOffice(mailAt(j.id), j.mail)
	if err != nil {
		return all(Refused, CodeNoMail), nil
	}
	env, raw, err := unpacked(plain)
	if err != nil || len(waiting) > 0 && (waiting[0] < 0 || waiting[len(waiting)-1] >= len(env.To)) {
		return all(Refused, CodeNoMail), nil
	}
	to := make([]string, len(waiting))
	for i, n := range waiting {
		to[i] = env.To[n]
		fates[i].address = env.To[n]
	}
	box, err := p.office.Mailbox(ctx, j.mailbox)
	switch {
	case err != nil && (errors.Is(err, store.ErrUnavailable) || ctx.Err() != nil):
		return attempt{}, err
	case err != nil:
		// Gone, or not ours any more (the alarm is raised): somebody may put it
		// right within two days, and if not, the author hears of it.
		return all(Waiting, CodeNoServer), nil
	}
	srv, err := mailbridge.ParseSMTP(box.SMTP)
	if err != nil {
		a := all(Waiting, CodeNoServer)
		a.down, a.code = true, CodeNoServer
		return a, nil
	}
	srv.Password = mailbridge.Secret(box.SMTPPassword)
	if box.SMTPPassword == "" {
		srv.Password = mailbridge.Secret(box.Password)
	}
	if p.tokens != nil {
		srv.Tokens = p.tokens(box)
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
	a := attempt{fates: fates}
	a.judge(trouble)
	return a, nil
}

// codeOf reduces what a server said to its codes (RFC 5321 section 4.2, RFC
// 3463).
func codeOf(o mailbridge.Outcome, trouble error) string {
	switch {
	case o.State == mailbridge.Accepted:
		return ""
	case o.Enhanced != "":
		return o.Enhanced
	case o.Code != 0:
		return strconv.Itoa(o.Code)
	case o.Reason == mailbridge.BadAddress, o.Reason == mailbridge.NeedsSMTPUTF8:
		return "5.1.3" // bad destination mailbox address syntax
	}
	switch code := mailbridge.CodeOf(trouble); code {
	case mailbridge.SignIn, mailbridge.SignInMethod:
		return CodeAuth
	case "":
		return string(mailbridge.NoConnection)
	default:
		return string(code)
	}
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
