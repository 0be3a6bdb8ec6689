package mailbridge

import (
	"context"
	"fmt"
	"time"
)

const (
	// youngest is how many of a long list come first: who wrote today need not
	// wait for the letters of last year. Few enough that a restart, after which
	// they are offered again, costs next to nothing.
	youngest = 256
	// lookAgain is how often the way through a long list is left, to ask for
	// what has just arrived.
	lookAgain = time.Second
)

// backlog is what waits in the folder, in two lines, each in UID order: the
// young letters go before the old ones.
type backlog struct {
	old, young []listing
	highest    uint32 // UID listed so far: what lies above has arrived since
	more       bool   // the folder holds more than was listed
	looked     time.Time
}

// next takes the mails to fetch next; ahead tells that older ones still wait.
func (b *backlog) next() (mails []listing, ahead bool) {
	from := &b.old
	if len(b.young) > 0 {
		from, ahead = &b.young, b.more || len(b.old) > 0
	}
	n := batchOf(*from)
	mails, *from = (*from)[:n], (*from)[n:]
	return mails, ahead
}

func (b *backlog) left() int { return len(b.old) + len(b.young) }

// look lists what lies above the bookmark.
func (r *round) look(ctx context.Context) (*backlog, error) {
	r.session.rung = false
	found, err := r.session.list(r.mark.UID+1, "*")
	if err != nil {
		return nil, err
	}
	if err := r.expunge(ctx, found.mails); err != nil {
		return nil, err
	}
	plan, skipped := r.choose(found.mails)
	b := &backlog{highest: found.highest(), more: found.left > 0, looked: r.now()}
	if !b.more && !r.since.IsZero() {
		if err := r.begin(ctx, plan, found.highest()); err != nil {
			return nil, err
		}
		r.board.change(func(s *Status) { s.Skipped = skipped })
	}
	cut := len(plan)
	switch top := r.ahead.highest(); {
	case b.more:
		cut = above(plan, found.gap)
	case top > 0: // the others had their turn before the connection was lost
		cut = above(plan, top)
	case len(plan) > youngest:
		cut = len(plan) - youngest
	}
	b.old, b.young = plan[:cut], plan[cut:]
	if b.more && len(b.old) == 0 {
		r.mark.UID = max(r.mark.UID, found.gap)
	}
	if n, now := b.left()+found.left, r.now(); n > 0 {
		r.board.change(func(s *Status) {
			if s.Waiting = n; s.Begun.IsZero() {
				s.Begun, s.Taken = now, 0
			}
		})
	}
	return b, nil
}

// above is where in a plan the UIDs above one begin.
func above(plan []listing, uid uint32) int {
	for i, l := range plan {
		if l.uid > uid {
			return i
		}
	}
	return len(plan)
}

// lookAgain adds what has just arrived to the young. A server that has new mail
// says so at the latest when it is asked (RFC 3501 section 6.1.2).
func (r *round) lookAgain(b *backlog) error {
	if r.now().Sub(b.looked) < lookAgain {
		return nil
	}
	b.looked = r.now()
	if !r.session.rung {
		if err := r.session.simple("NOOP"); err != nil || !r.session.rung {
			return err
		}
	}
	r.session.rung = false
	found, err := r.session.list(b.highest+1, "*")
	if err != nil {
		return err
	}
	plan, _ := r.choose(found.mails)
	b.highest = max(b.highest, found.highest())
	b.more = b.more || found.left > 0
	b.young = append(b.young, plan...)
	r.board.change(func(s *Status) { s.Waiting += len(plan) + found.left })
	return nil
}

// choose leaves out what is flagged \Deleted, what was received ahead and, in
// the first look of all, what is older than Since.
func (r *round) choose(waiting []listing) (plan []listing, skipped int) {
	for _, l := range waiting {
		switch {
		case l.deleted, r.ahead.holds(l.uid):
		case !l.internal.IsZero() && l.internal.Before(r.since):
			skipped++
		default:
			plan = append(plan, l)
		}
	}
	return plan, skipped
}

// begin ends the first look of all: from here on no date is looked at.
func (r *round) begin(ctx context.Context, plan []listing, last uint32) error {
	r.since = time.Time{}
	begin := last
	if len(plan) > 0 {
		begin = plan[0].uid - 1
	}
	if err := r.keep(ctx, begin); err != nil {
		return err
	}
	if len(plan) == 0 {
		r.mark.UID = begin
	}
	return nil
}

// finish moves the bookmark over what was received ahead, once nothing older
// waits.
func (r *round) finish(ctx context.Context) error {
	top := r.ahead.highest()
	if top > r.mark.UID {
		if err := r.keep(ctx, top); err != nil {
			return err
		}
		r.mark.UID = top
	}
	r.ahead = ahead{}
	return nil
}

// keep stores a bookmark that no Receive moved to.
func (r *round) keep(ctx context.Context, uid uint32) error {
	beginner, ok := r.receiver.(Beginner)
	if !ok {
		return nil
	}
	if err := beginner.Begin(ctx, r.ID, Mark{UIDValidity: r.mark.UIDValidity, UID: uid}); err != nil {
		return trouble(Bookkeeping, fmt.Errorf("move the bookmark: %w", err))
	}
	return nil
}

// ahead are the mails that were received while older ones wait. Connections come
// and go; they are forgotten with the process, and then offered again.
type ahead struct {
	validity uint32
	uids     map[uint32]bool
	top      uint32
}

func (a *ahead) add(validity uint32, uids []uint32) {
	if a.uids == nil || a.validity != validity {
		*a = ahead{validity: validity, uids: map[uint32]bool{}}
	}
	for _, uid := range uids {
		a.uids[uid], a.top = true, max(a.top, uid)
	}
}

func (a *ahead) holds(uid uint32) bool { return a.uids[uid] }
func (a *ahead) highest() uint32       { return a.top }
