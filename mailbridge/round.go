package mailbridge

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"time"
)

const (
	batchMails = 16
	batchBytes = 16 << 20
	// sweepBack is how far behind the bookmark a mail may lie that was
	// received but not yet moved or deleted when the process was killed: two
	// batches, rounded up.
	sweepBack = 64
	// lastLetter is how long the letter in hand may take once we are stopped.
	lastLetter = 10 * time.Second
)

// round is the collecting of one folder over one connection.
type round struct {
	*box
	session  *session
	mark     Mark
	since    time.Time // zero but in the first look at the first connection
	received int
}

// beginRound selects the folder and finds the bookmark in it.
func (b *box) beginRound(ctx context.Context, s *session) (*round, error) {
	folder, err := s.selectFolder(b.folder())
	if err != nil {
		return nil, err
	}
	mark, err := b.receiver.Bookmark(ctx, b.ID)
	if err != nil {
		return nil, trouble(Bookkeeping, err)
	}
	r := &round{box: b, session: s, mark: mark}
	switch {
	case mark == Mark{}:
		r.since = b.Since
		r.mark = Mark{UIDValidity: folder.validity}
	case mark.UIDValidity != folder.validity:
		if err := b.receiver.Gap(ctx, b.ID, mark.UIDValidity, folder.validity); err != nil {
			return nil, trouble(Bookkeeping, err)
		}
		b.log.Warn("mailbox was renumbered", "mailbox", b.ID, "old", mark.UIDValidity, "now", folder.validity)
		r.mark = Mark{UIDValidity: folder.validity}
	default:
		if err := r.sweep(ctx); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// sweep finishes what a crash between Receive and After left undone. That a
// mail lies behind the bookmark does not prove that it was received: another
// Since or a \Deleted flag, since taken away, may have kept it out. So each is
// handed over again, which the receiver knows how to take, before it is removed.
// Those that Since skipped, and those only half fetched, stay.
func (r *round) sweep(ctx context.Context) error {
	if !r.After.removes() || r.mark.UID == 0 {
		return nil
	}
	from := uint32(1)
	if r.mark.UID > sweepBack {
		from = r.mark.UID - sweepBack
	}
	old, err := r.session.list(from, fmt.Sprint(r.mark.UID))
	if err != nil {
		return err
	}
	var plan []listing
	for _, l := range old {
		if l.uid <= r.mark.UID && !l.deleted && l.size <= tooLarge && !l.internal.Before(r.Since) {
			plan = append(plan, l)
		}
	}
	for len(plan) > 0 {
		n := batchOf(plan)
		batch, err := r.session.fetchApart(plan[:n], func(listing, error) ([]Arrival, error) { return nil, nil })
		if err != nil {
			return err
		}
		plan = plan[n:]
		res := r.receive(ctx, batch)
		if err := r.dispose(res.done); err != nil {
			return err
		}
		if res.err != nil {
			return res.err
		}
	}
	return nil
}

// collect hands over everything behind the bookmark. While the receiver works
// on one batch, the next is already being fetched; no more than two are ever
// in memory.
func (r *round) collect(ctx context.Context) error {
	r.session.rung = false
	if r.mark.UID == math.MaxUint32 {
		return nil // the last UID there can be
	}
	waiting, err := r.session.list(r.mark.UID+1, "*")
	if err != nil {
		return err
	}
	plan, err := r.choose(ctx, waiting)
	if err != nil {
		return err
	}
	if len(waiting) >= listKept {
		r.session.rung = true // there is more than one listing holds
		if len(plan) == 0 {
			r.mark.UID = waiting[len(waiting)-1].uid
		}
	}
	if len(plan) == 0 {
		return nil
	}
	r.board.change(func(s *Status) { s.Waiting = len(plan) })

	var (
		work    = make(chan []Arrival)
		results = make(chan result)
		busy    bool
	)
	defer close(work)
	go func() {
		for batch := range work {
			results <- r.receive(ctx, batch)
		}
	}()
	settle := func() error {
		if !busy {
			return nil
		}
		busy = false
		res := <-results
		r.received += res.count
		if res.last > r.mark.UID {
			r.mark.UID = res.last
		}
		if err := r.dispose(res.done); err != nil {
			return err
		}
		return res.err
	}
	for len(plan) > 0 {
		n := batchOf(plan)
		batch, err := r.session.fetchApart(plan[:n], r.waitFor)
		plan = plan[n:]
		if settled := settle(); settled != nil {
			return settled
		}
		if len(batch) > 0 {
			work <- batch
			busy = true
		}
		if err != nil {
			if settled := settle(); settled != nil {
				return settled
			}
			return err
		}
	}
	return settle()
}

// choose leaves out what is flagged \Deleted and, in the first look of all,
// what is older than Since.
func (r *round) choose(ctx context.Context, waiting []listing) ([]listing, error) {
	plan := waiting[:0:0]
	skipped, last := 0, uint32(0)
	for _, l := range waiting {
		last = l.uid
		switch {
		case l.deleted:
		case !l.internal.IsZero() && l.internal.Before(r.since):
			skipped++
		default:
			plan = append(plan, l)
		}
	}
	if r.since.IsZero() || len(waiting) >= listKept {
		return plan, nil
	}
	r.since = time.Time{}
	r.board.change(func(s *Status) { s.Skipped = skipped })
	begin := Mark{UIDValidity: r.mark.UIDValidity, UID: last}
	if len(plan) > 0 {
		begin.UID = plan[0].uid - 1
	}
	if beginner, ok := r.receiver.(Beginner); ok {
		if err := beginner.Begin(ctx, r.ID, begin); err != nil {
			return nil, trouble(Bookkeeping, err)
		}
	}
	if len(plan) == 0 {
		r.mark = begin
	}
	return plan, nil
}

// batchOf is how many of the next mails to fetch at once.
func batchOf(plan []listing) int {
	n, bytes := 0, int64(0)
	for _, l := range plan {
		if n == batchMails || n > 0 && (bytes+l.size > batchBytes || l.size > inPieces) {
			break
		}
		n++
		if bytes += l.size; l.size > inPieces {
			break
		}
	}
	return n
}

// result is what became of one batch.
type result struct {
	count int
	last  uint32   // the highest UID received
	done  []uint32 // received whole, so that After applies
	err   error
}

func (r *round) receive(ctx context.Context, batch []Arrival) (res result) {
	for _, a := range batch {
		if ctx.Err() != nil {
			res.err = errStopped
			return res
		}
		a.Mark.UIDValidity = r.mark.UIDValidity
		if err := r.handOver(ctx, a); err != nil {
			res.err = trouble(Receiving, err)
			return res
		}
		res.count++
		res.last = a.Mark.UID
		if a.Whole() {
			res.done = append(res.done, a.Mark.UID)
		}
		now := r.now()
		r.board.change(func(s *Status) {
			s.LastMail, s.Received, s.Waiting = now, s.Received+1, max(0, s.Waiting-1)
		})
	}
	return res
}

// handOver gives the receiver one letter. The one in hand may be finished
// after the house began to stop. A panic over one letter is that letter's
// trouble and not the end of the process; it is handed over again later.
func (r *round) handOver(ctx context.Context, a Arrival) (err error) {
	defer func() {
		if v := recover(); v != nil {
			r.log.Error("receiver panicked", "mailbox", r.ID, "uid", a.Mark.UID, "stack", string(debug.Stack()))
			err = errors.New("receiver panicked")
		}
	}()
	held, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		select {
		case <-time.After(lastLetter):
			cancel()
		case <-held.Done():
		}
	})()
	return r.receiver.Receive(held, r.ID, a)
}

// dispose applies After. A server that refuses keeps the mails where they
// are, which is noted and holds nothing up: they are received.
func (r *round) dispose(uids []uint32) error {
	err := r.session.dispose(r.After, uids)
	if CodeOf(err) == Declined {
		now := r.now()
		r.log.Warn("mails stay on the server", "mailbox", r.ID, "count", len(uids), "after", string(r.After))
		r.board.change(func(s *Status) { s.Trouble, s.Troubled = AfterFailed, now })
		return nil
	}
	if err == nil && len(uids) > 0 && r.After != Leave {
		r.board.change(func(s *Status) {
			if s.Trouble == AfterFailed {
				s.Trouble, s.Troubled = "", time.Time{}
			}
		})
	}
	return err
}
