package retention

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

// What a run counts besides the kinds of office.RetentionKinds.
const (
	CountAsked  = "asked"  // tickets erased on request
	CountAsides = "asides" // letters set aside
	CountServer = "server" // letters on mail servers
	CountHeld   = "held"   // tickets whose age has come, and that were not taken
)

const (
	asides = 100 // letters set aside a step
	sweep  = 500 // rows of other kinds
	lease  = 2 * time.Minute
	// nightly is how long ago a run must lie for another to begin by the clock:
	// each process of a house looks.
	nightly  = 12 * time.Hour
	runsKept = 3 // years
)

// errLost: another process has the lease by now.
var errLost = fmt.Errorf("the rules are gone through by another process: %w", helpdesk.ErrConflict)

// Report is what a run did.
type Report struct {
	ID     helpdesk.ID
	Began  time.Time
	Ended  time.Time // zero while it goes on, or when its process was killed
	Code   string    // why it came to no end, one word; "" for one that did
	Counts map[string]int64
}

// Erased tells whether anything was.
func (r Report) Erased() bool {
	for kind, n := range r.Counts {
		if kind != CountHeld && n > 0 {
			return true
		}
	}
	return false
}

// Nightly is Run where none came to its end within half a day; of several
// processes one does it. The report of one that had nothing to do is empty.
func (r *Room) Nightly(ctx context.Context) (Report, error) {
	var last int64
	if err := r.DB.QueryRow(ctx, lastRun).Scan(&last); err != nil {
		return Report{}, fmt.Errorf("look for the last run: %w", err)
	}
	if r.Now().Sub(time.UnixMicro(last)) < nightly {
		return Report{}, nil
	}
	report, err := r.Run(ctx)
	if errors.Is(err, helpdesk.ErrConflict) {
		return Report{}, nil
	}
	return report, err
}

// Run goes through the rules once. ErrConflict while another process does. What
// was erased before an error stays erased and counted.
func (r *Room) Run(ctx context.Context) (Report, error) { return r.run(ctx, false) }

// RunAged is Run for a database that was just put back: what is too old goes, and
// nothing else. What somebody asked to have erased may have been taken back since,
// which colleagues know; and mail servers are those of a house that may live on.
func (r *Room) RunAged(ctx context.Context) (Report, error) { return r.run(ctx, true) }

func (r *Room) run(ctx context.Context, aged bool) (Report, error) {
	w := &work{Room: r, run: helpdesk.NewID(), aged: aged, counts: map[string]int64{}, pace: slow}
	began := r.Now()
	if err := w.begin(ctx, began); err != nil {
		return Report{}, err
	}
	err := w.all(ctx)
	report := Report{ID: w.run, Began: began, Ended: r.Now(), Counts: w.counts}
	if err != nil {
		report.Code = "broken"
		if errors.Is(err, errLost) {
			report.Code = "lost"
		}
	}
	// Also when the house stops: the next run need not wait for the lease.
	if e := w.end(context.WithoutCancel(ctx), report); e != nil {
		return report, errors.Join(err, e)
	}
	return report, err
}

// work is one run.
type work struct {
	*Room
	run    helpdesk.ID
	aged   bool // by age alone
	counts map[string]int64
	keep   office.Keeping
	teams  []staff.Team
	pace   pace
}

func (w *work) begin(ctx context.Context, now time.Time) error {
	var err error
	if w.keep, err = w.Office.Retention(ctx); err != nil {
		return err
	}
	if w.teams, err = w.Staff.Teams(ctx); err != nil {
		return err
	}
	return w.DB.Write(ctx, "begin to go through the rules", func(tx *store.Tx) error {
		// One that reaches further than a lease was taken by a clock that has gone
		// back since.
		n, err := tx.Exec(ctx, takeLease, w.run, now.Add(lease).UnixMicro(), now.UnixMicro(), now.Add(2*lease).UnixMicro())
		if err != nil {
			return err
		}
		if n == 0 {
			return errLost
		}
		return tx.Later(ctx, insertRun, w.run, now.UnixMicro())
	})
}

func (w *work) end(ctx context.Context, report Report) error {
	return w.DB.Write(ctx, "end going through the rules", func(tx *store.Tx) error {
		err := errors.Join(
			tx.Later(ctx, endRun, report.Ended.UnixMicro(), report.Code, w.run),
			tx.Later(ctx, dropLease, w.run),
			tx.Later(ctx, endHolds, w.today().UnixMicro()),
			tx.Later(ctx, dropCounts, w.today().AddDate(-runsKept, 0, 0).UnixMicro()),
			tx.Later(ctx, dropRuns, w.today().AddDate(-runsKept, 0, 0).UnixMicro()),
		)
		if w.counts[CountHeld] > 0 {
			err = errors.Join(err, tx.Later(ctx, addCount, w.run, CountHeld, w.counts[CountHeld]))
		}
		if err = errors.Join(err, w.tidyWords(ctx, tx)); err != nil {
			return err
		}
		var said []slog.Attr
		for _, kind := range slices.Sorted(maps.Keys(w.counts)) {
			said = append(said, slog.Int64(kind, w.counts[kind]))
		}
		tx.After(func() { w.Log.LogAttrs(ctx, slog.LevelInfo, "went through the rules of keeping", said...) })
		return w.Journal.Write(ctx, tx, journal.Entry{At: report.Ended, Verb: VerbRan, Object: w.run})
	})
}

// tidyWords forgets what was said about tickets that are gone by another way than
// the rules: their person erased them, or a restore did.
func (w *work) tidyWords(ctx context.Context, tx *store.Tx) error {
	said, err := store.IDs(ctx, tx, selectSaidOf)
	if err != nil || len(said) == 0 {
		return err
	}
	there, err := w.Tickets.Known(ctx, tx, said)
	if err != nil {
		return err
	}
	gone := slices.DeleteFunc(said, func(id helpdesk.ID) bool { _, ok := there[id]; return ok })
	if len(gone) == 0 {
		return nil
	}
	return tx.Later(ctx, deleteWordsOf+store.Places(len(gone), 1)+")", anys(gone)...)
}

// all does what is due, the smallest parts last: a ticket that goes takes them
// along.
func (w *work) all(ctx context.Context) error {
	if !w.aged {
		if err := w.onRequest(ctx); err != nil {
			return err
		}
	}
	if w.keep.Decided {
		for _, rule := range ticketRules {
			if before, ok := w.before(rule.kind); ok {
				if err := w.tickets(ctx, rule.kind, rule.part, before); err != nil {
					return err
				}
			}
		}
		if err := w.others(ctx); err != nil {
			return err
		}
	}
	if w.aged {
		return nil
	}
	return w.servers(ctx)
}

var ticketRules = []struct {
	kind string
	part tickets.Part
}{
	{office.KeepTickets, tickets.PartTicket},
	{office.KeepMessages, tickets.PartWords},
	{office.KeepAttachments, tickets.PartFiles},
	{office.KeepOriginals, tickets.PartOriginals},
}

// before is the instant before which a kind's time is over; false where it is
// kept.
func (w *work) before(kind string) (time.Time, bool) {
	months := w.keep.Months[kind]
	return monthsBefore(w.today(), months), months > 0
}

// step does one small thing and counts it, in one transaction and under the
// lease. Whoever waits to write meanwhile has the next turn; the moment after it
// is for those who are about to.
func (w *work) step(ctx context.Context, kind string, do func(tx *store.Tx) (int64, error)) (int64, error) {
	var n int64
	began := time.Now()
	err := w.DB.Write(ctx, "let go of what had its time", func(tx *store.Tx) error {
		mine, err := tx.Exec(ctx, keepLease, w.run, w.Now().Add(lease).UnixMicro())
		if err != nil {
			return err
		}
		if mine == 0 {
			return errLost
		}
		if n, err = do(tx); err != nil || n == 0 {
			return err
		}
		return tx.Later(ctx, addCount, w.run, kind, n)
	})
	if err != nil {
		return 0, fmt.Errorf("let go of %s: %w", kind, err)
	}
	w.counts[kind] += n
	select {
	case <-ctx.Done():
		return n, ctx.Err()
	case <-time.After(min(time.Since(began)/breath, breathMost)):
	}
	return n, nil
}

// onRequest erases what its person asked for, once nobody takes it back any more.
func (w *work) onRequest(ctx context.Context) error {
	_, asks, err := w.words(ctx, w.DB)
	if err != nil {
		return err
	}
	for _, ask := range asks {
		if ask.Goes.After(w.Now()) {
			continue
		}
		_, err := w.step(ctx, CountAsked, func(tx *store.Tx) (int64, error) {
			n, err := tx.Exec(ctx, deleteWord, ask.Ticket, asked)
			if err != nil || n == 0 {
				return 0, err // taken back meanwhile
			}
			gone, err := w.Tickets.EraseTold(ctx, tx, ask.Ticket, w.letGo(ctx, tx))
			if errors.Is(err, helpdesk.ErrNotFound) {
				return 0, nil // its person was faster
			}
			if err != nil {
				return 0, err
			}
			return 1, w.dropped(ctx, tx, gone)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// letGo has all other rooms let go of tickets.
func (w *work) letGo(ctx context.Context, tx *store.Tx) func([]helpdesk.ID) error {
	return func(all []helpdesk.ID) error {
		if err := w.Others.Forget(ctx, tx, all); err != nil {
			return err
		}
		return w.Chat.Forget(ctx, tx, all)
	}
}

// dropped ends what was kept beside erased tickets.
func (w *work) dropped(ctx context.Context, tx *store.Tx, gone tickets.Aged) error {
	if len(gone.All) > 0 {
		if err := tx.Later(ctx, deleteWordsOf+store.Places(len(gone.All), 1)+")", anys(gone.All)...); err != nil {
			return err
		}
	}
	return w.People.Drop(ctx, tx, gone.Persons, gone.Writers)
}

// tickets erases a part of every closed ticket whose last word was before an
// instant, team by team, the oldest first. The next few are listed while these go:
// what is listed is looked at again before it goes.
func (w *work) tickets(ctx context.Context, kind string, part tickets.Part, before time.Time) error {
	for _, team := range w.teams {
		list := func(from tickets.OldFrom) <-chan listed {
			out := make(chan listed, 1)
			go func(few int) {
				var l listed
				l.old, l.next, l.err = w.Tickets.OldOf(ctx, w.DB, team, before, from, few)
				out <- l
			}(int(w.pace))
			return out
		}
		for ahead := list(tickets.OldFrom{}); ahead != nil; {
			l := <-ahead
			if l.err != nil {
				return l.err
			}
			if ahead = nil; l.next != (tickets.OldFrom{}) {
				ahead = list(l.next)
			}
			if err := w.some(ctx, kind, part, before, l.old); err != nil {
				return err
			}
		}
	}
	return nil
}

// listed are a few tickets that may go, and where the next few begin.
type listed struct {
	old  []tickets.Old
	next tickets.OldFrom
	err  error
}

// some does it to a few of them.
func (w *work) some(ctx context.Context, kind string, part tickets.Part, before time.Time, old []tickets.Old) error {
	var ids []helpdesk.ID
	for _, o := range old {
		if !o.Runs {
			ids = append(ids, o.ID)
		}
	}
	ids, err := w.Tickets.Left(ctx, w.DB, part, ids)
	if err != nil {
		return err
	}
	taken := 0
	if len(ids) > 0 {
		var began time.Time
		_, err = w.step(ctx, kind, func(tx *store.Tx) (int64, error) {
			taken, began = 0, time.Now()
			free, err := w.free(ctx, tx, ids)
			if err != nil || len(free) == 0 {
				return 0, err
			}
			gone, err := w.Tickets.EraseOld(ctx, tx, part, free, before, w.letGo(ctx, tx))
			if err != nil {
				return 0, err
			}
			taken = len(gone.Tickets)
			if part == tickets.PartTicket {
				err = w.dropped(ctx, tx, gone)
			}
			tx.After(func() { w.pace = w.pace.after(len(ids), time.Since(began)) })
			return int64(taken), err
		})
	}
	if part == tickets.PartTicket {
		w.counts[CountHeld] += int64(len(old) - taken)
	}
	return err
}

// free are those that nobody postponed and nothing outside keeps, asked in the
// step's own transaction; also what is joined into them, which would go along.
func (w *work) free(ctx context.Context, tx *store.Tx, ids []helpdesk.ID) ([]helpdesk.ID, error) {
	roots, err := w.Tickets.Roots(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	all := slices.Sorted(maps.Keys(roots))
	kept, err := w.kept(ctx, tx, all)
	if err != nil {
		return nil, err
	}
	running, err := w.Others.Running(ctx, tx, all)
	if err != nil {
		return nil, err
	}
	stay := map[helpdesk.ID]bool{}
	for _, id := range slices.Concat(kept, running) {
		stay[roots[id]] = true
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id helpdesk.ID) bool { return stay[id] }), nil
}

// kept are those that somebody postponed.
func (r *Room) kept(ctx context.Context, q store.Reader, ids []helpdesk.ID) ([]helpdesk.ID, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	out, err := store.IDs(ctx, q, selectHeld+store.Places(len(ids), 2)+")", append([]any{r.today().UnixMicro()}, anys(ids)...)...)
	if err != nil {
		return nil, fmt.Errorf("look for what is postponed: %w", err)
	}
	return out, nil
}

// others lets go of what is of no ticket, or not counted by one.
func (w *work) others(ctx context.Context) error {
	rules := []struct {
		kind, counted string
		do            func(tx *store.Tx, before time.Time) (int64, error)
	}{
		{office.KeepOriginals, CountAsides, func(tx *store.Tx, before time.Time) (int64, error) {
			return w.Post.DropAsides(ctx, tx, before, asides)
		}},
		{office.KeepFigures, office.KeepFigures, func(tx *store.Tx, before time.Time) (int64, error) {
			return w.Chat.DropFigures(ctx, tx, before, sweep)
		}},
		{office.KeepJournal, office.KeepJournal, func(tx *store.Tx, before time.Time) (int64, error) {
			more, err := w.Journal.DropPage(ctx, tx, before)
			if !more {
				return 0, err
			}
			return 1, err
		}},
	}
	for _, rule := range rules {
		before, ok := w.before(rule.kind)
		for n := int64(1); ok && n > 0; {
			var err error
			n, err = w.step(ctx, rule.counted, func(tx *store.Tx) (int64, error) { return rule.do(tx, before) })
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// servers has the mail servers erase what is gone here. One that can't be reached
// keeps nothing else from being done, and is asked again the next time.
func (w *work) servers(ctx context.Context) error {
	if w.Servers == nil {
		return nil
	}
	gone, err := w.Post.Gone(ctx)
	if err != nil || gone.None() {
		return err
	}
	n, err := w.Servers(ctx, gone)
	if n > 0 {
		if _, err := w.step(ctx, CountServer, func(*store.Tx) (int64, error) { return int64(n), nil }); err != nil {
			return err
		}
	}
	if err != nil {
		w.Log.WarnContext(ctx, "letters not erased on every mail server; asked again with the next run", "err", err)
		return ctx.Err()
	}
	return gone.Done(ctx)
}
