package tasks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// Way is one of the two things a mailbox does.
type Way string

// The ways.
const (
	In  Way = "in"  // fetched from
	Out Way = "out" // sent through
)

// Line is how a way of a mailbox does, as this process sees it.
type Line struct {
	Mailbox helpdesk.ID
	Address string
	Way     Way
	Works   bool
	Good    time.Time // when it last worked; zero when nobody knows
	Why     string    // a code of mailbridge or post; "" while it works
}

// Alarm says that a way of a mailbox stands still, or that it works again.
type Alarm struct {
	Mailbox helpdesk.ID
	Address string
	Way     Way
	Why     string
	Since   time.Time // when it last worked, in the house's zone
	Again   bool      // it works again
	Mailed  bool      // a mail could tell the coordinators
}

// Do is what to do about it, as the last part of a catalogue key: password,
// certificate, folder, house (our own storage) or server (its provider).
func (a Alarm) Do() string {
	switch a.Why {
	case "sign_in", "sign_in_method", "auth", "530", "535", "5.7.8":
		return "password"
	case "cert_untrusted", "cert_expired", "cert_name", "tls_failed", "starttls_missing":
		return "certificate"
	case "no_folder", "no_uids":
		return "folder"
	case "name_lookup", "no-server":
		return "name"
	case "receiving", "bookkeeping":
		return "house"
	}
	return "server"
}

// Alarmist tells a coordinator of an alarm by mail, in the caller's transaction.
// It answers false where no mailbox can send.
type Alarmist interface {
	Alarm(ctx context.Context, tx *store.Tx, to staff.User, a Alarm) (bool, error)
}

// freshness is how exactly it is kept when a way last worked.
const freshness = 30 * time.Second

// mailWatch is what a process remembers of its looks.
type mailWatch struct {
	mu    sync.Mutex
	began time.Time // the first look: what was before, nobody watched
}

// WatchMail looks every minute whether mail is fetched and sent, and whether
// something grave was done, until ctx ends.
func (r *Room) WatchMail(ctx context.Context) error {
	for {
		if err := r.LookAtMail(ctx); err != nil && ctx.Err() == nil {
			r.log.ErrorContext(ctx, "the watch over the mailboxes stands still", "err", err)
		}
		if err := r.TellGrave(ctx); err != nil && ctx.Err() == nil {
			r.log.ErrorContext(ctx, "the coordinators were not told", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Minute):
		}
	}
}

// LookAtMail is one look. Several processes may look: a way works if it does for
// one of them, and each alarm is raised and ended by one.
func (r *Room) LookAtMail(ctx context.Context) error {
	if r.lines == nil {
		return nil
	}
	lines, err := r.lines(ctx)
	if err != nil {
		return fmt.Errorf("ask how the mailboxes do: %w", err)
	}
	minutes, err := r.office.Number(ctx, office.MailAlarmMinutes)
	if err != nil {
		return fmt.Errorf("read when to raise an alarm: %w", err)
	}
	r.mail.mu.Lock()
	defer r.mail.mu.Unlock()
	if r.mail.began.IsZero() {
		r.mail.began = r.now()
	}
	known, err := r.mailRows(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, l := range lines {
		row, met := known[wayOf{l.Mailbox, l.Way}]
		failed = append(failed, r.lookAt(ctx, l, row, met, time.Duration(minutes)*time.Minute))
		delete(known, wayOf{l.Mailbox, l.Way})
	}
	for gone := range known { // paused or removed: somebody wanted it so
		failed = append(failed, r.db.Write(ctx, "forget a mailbox", func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, forgetMail, gone.mailbox, string(gone.way))
			return err
		}))
	}
	return errors.Join(failed...)
}

// lookAt keeps when a way last worked, and raises or ends its alarm.
func (r *Room) lookAt(ctx context.Context, l Line, row mailRow, met bool, limit time.Duration) error {
	now := r.now()
	good := l.Good
	if l.Works {
		good = now
	}
	if !met && good.IsZero() {
		good = now // new to us: it has its time like any other
	}
	stands := now.Sub(latest(good, row.good, r.mail.began)) >= limit
	fresh := good.Sub(row.good) >= freshness
	raised := !row.raised.IsZero()
	switch {
	case l.Works && raised:
		return r.tellMail(ctx, l, row, true)
	case !l.Works && !raised && stands:
		if !met {
			row.good = good
		}
		return r.tellMail(ctx, l, row, false)
	case !met || fresh && !raised: // what a raised alarm says stays as it was told
		return r.keepMail(ctx, l, good)
	}
	return nil
}

func latest(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }

// keepMail writes down when a way last worked.
func (r *Room) keepMail(ctx context.Context, l Line, good time.Time) error {
	err := r.db.Write(ctx, "note that mail goes", func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, keepMail, l.Mailbox, string(l.Way), good.UnixMicro())
		return err
	})
	if err != nil {
		return fmt.Errorf("note how mailbox %s does: %w", l.Mailbox, err)
	}
	return nil
}

// tellMail raises or ends an alarm, once: the coordinators' mails lie in the
// outbox if and only if that is written.
func (r *Room) tellMail(ctx context.Context, l Line, row mailRow, again bool) error {
	plan, err := r.office.Hours(ctx)
	if err != nil {
		return fmt.Errorf("read the hours: %w", err)
	}
	all, err := r.staff.Users(ctx)
	if err != nil {
		return fmt.Errorf("list the coordinators: %w", err)
	}
	a := Alarm{Mailbox: l.Mailbox, Address: l.Address, Way: l.Way, Why: l.Why, Since: row.good.In(plan.Zone("")), Again: again}
	mine := false
	err = r.db.Write(ctx, "tell of mailbox "+string(l.Mailbox), func(tx *store.Tx) error {
		var err error
		if mine, err = r.claimAlarm(ctx, tx, l, row, again); err != nil || !mine {
			return err
		}
		a.Mailed = false
		for _, u := range all {
			if u.State != staff.Active || u.Kind != staff.Coordinator || r.alarmist == nil {
				continue
			}
			sent, err := r.alarmist.Alarm(ctx, tx, u, a)
			if err != nil {
				return fmt.Errorf("tell %s: %w", u.ID, err)
			}
			a.Mailed = a.Mailed || sent
		}
		if a.Mailed && !a.Again {
			_, err = tx.Exec(ctx, mailedMail, l.Mailbox, string(l.Way))
		}
		return err
	})
	switch {
	case err != nil:
		return fmt.Errorf("tell of mailbox %s: %w", l.Mailbox, err)
	case mine && a.Again:
		r.log.WarnContext(ctx, "mail works again", "mailbox", string(l.Mailbox), "way", string(l.Way))
	case mine:
		// Who reads the log hears of it also where no mail can leave.
		r.log.ErrorContext(ctx, "mail stands still", "mailbox", string(l.Mailbox), "way", string(l.Way), "why", l.Why, "since", row.good, "mailed", a.Mailed)
	}
	return nil
}

// claimAlarm tells whether it is this transaction's to tell.
func (r *Room) claimAlarm(ctx context.Context, tx *store.Tx, l Line, row mailRow, again bool) (bool, error) {
	now := r.now().UnixMicro()
	if again {
		n, err := tx.Exec(ctx, endMail, now, l.Mailbox, string(l.Way))
		return n == 1, err
	}
	// One that never worked has no row yet.
	if _, err := tx.Exec(ctx, keepMail, l.Mailbox, string(l.Way), row.good.UnixMicro()); err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, raiseMail, now, l.Mailbox, string(l.Way), l.Why)
	return n == 1, err
}
