package mailbridge

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"time"

	"github.com/emersion/go-imap"
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
	if r.ahead.validity != folder.validity {
		r.ahead = ahead{}
	}
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
	if err := r.expunge(ctx, old.mails); err != nil {
		return err
	}
	var plan []listing
	for _, l := range old.mails {
		if l.uid <= r.mark.UID && !l.deleted && l.size <= r.session.largest && !l.internal.Before(r.Since) {
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
		res := r.receive(ctx, batch, false)
		if err := r.dispose(res.done); err != nil {
			return err
		}
		if res.err != nil {
			return res.err
		}
	}
	return nil
}

// collect hands over everything behind the bookmark, what is young before what
// is old. While the receiver works on one batch, the next is already being
// fetched; no more than two are ever in memory.
func (r *round) collect(ctx context.Context) error {
	for more := true; more; {
		r.session.rung = false
		if r.mark.UID == math.MaxUint32 {
			return nil // the last UID there can be
		}
		b, err := r.look(ctx)
		if err != nil {
			return err
		}
		if b.left() > 0 {
			if err := r.take(ctx, b); err != nil {
				return err
			}
		}
		more = b.more
	}
	return r.finish(ctx)
}

// batch is what is handed over at once.
type batch struct {
	mails []Arrival
	ahead bool
}

// take hands over a backlog and what arrives meanwhile.
func (r *round) take(ctx context.Context, b *backlog) error {
	var (
		work    = make(chan batch)
		results = make(chan result)
		busy    bool
		held    int64 // bytes of the batch in the receiver's hands
	)
	defer close(work)
	go func() {
		for batch := range work {
			results <- r.receive(ctx, batch.mails, batch.ahead)
		}
	}()
	settle := func() error {
		if !busy {
			return nil
		}
		busy = false
		return r.settle(<-results)
	}
	for b.left() > 0 {
		plan, ahead := b.next()
		if busy && held+bytesOf(plan) > batchBytes {
			// Two of the largest at once are too much for many mailboxes.
			if err := settle(); err != nil {
				return err
			}
		}
		mails, err := r.session.fetchApart(plan, r.waitFor)
		if settled := settle(); settled != nil {
			return settled
		}
		if len(mails) > 0 {
			work <- batch{mails, ahead}
			busy, held = true, bytesOf(plan)
		}
		if err == nil {
			err = r.lookAgain(b)
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

// settle moves the bookmark behind a batch, or remembers it as received ahead,
// and applies After.
func (r *round) settle(res result) error {
	r.received += len(res.taken)
	if !res.ahead && len(res.taken) > 0 {
		r.mark.UID = max(r.mark.UID, slices.Max(res.taken))
	}
	if err := r.dispose(res.done); err != nil {
		return err
	}
	if res.ahead { // only now, so that one not yet removed is met again
		r.ahead.add(r.mark.UIDValidity, res.taken)
	}
	return res.err
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

func bytesOf(plan []listing) (bytes int64) {
	for _, l := range plan {
		bytes += l.size
	}
	return bytes
}

// result is what became of one batch.
type result struct {
	ahead bool
	taken []uint32 // received
	done  []uint32 // received whole, so that After applies
	err   error
}

func (r *round) receive(ctx context.Context, batch []Arrival, ahead bool) result {
	res := result{ahead: ahead}
	for _, a := range batch {
		if ctx.Err() != nil {
			res.err = errStopped
			return res
		}
		a.Mark.UIDValidity, a.Ahead = r.mark.UIDValidity, ahead
		if err := r.handOver(ctx, a); err != nil {
			res.err = trouble(Receiving, err)
			return res
		}
		res.taken = append(res.taken, a.Mark.UID)
		if a.Whole() {
			res.done = append(res.done, a.Mark.UID)
		}
		now := r.now()
		r.board.change(func(s *Status) {
			s.LastMail, s.Received, s.Waiting, s.Taken = now, s.Received+1, max(0, s.Waiting-1), s.Taken+1
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

// dispose applies After.
func (r *round) dispose(uids []uint32) error {
	return r.disposed(uids, r.session.dispose(r.After, uids))
}

// expunge ends what was flagged \Deleted and then outlived its connection.
// Somebody else may have flagged it meanwhile all the same: After would have
// removed it.
func (r *round) expunge(ctx context.Context, mails []listing) error {
	rememberer, ok := r.receiver.(Rememberer)
	flags := r.After == Delete || r.After.removes() && !r.session.has("MOVE")
	if !ok || !flags || !r.session.has("UIDPLUS") {
		return nil
	}
	flagged := map[uint32]bool{}
	from, to := uint32(math.MaxUint32), uint32(0)
	for _, l := range mails {
		if l.deleted {
			flagged[l.uid], from, to = true, min(from, l.uid), max(to, l.uid)
		}
	}
	if len(flagged) == 0 {
		return nil
	}
	received, err := rememberer.Received(ctx, r.ID, r.mark.UIDValidity, from, to)
	if err != nil {
		return trouble(Bookkeeping, err)
	}
	var uids []uint32
	var set imap.SeqSet
	for _, uid := range received {
		if flagged[uid] {
			uids = append(uids, uid)
			set.AddNum(uid)
		}
	}
	if len(uids) == 0 {
		return nil
	}
	return r.disposed(uids, r.session.expunge(set))
}

// disposed notes what came of it. A server that refuses keeps the mails where
// they are, which holds nothing up: they are received.
func (r *round) disposed(uids []uint32, err error) error {
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
