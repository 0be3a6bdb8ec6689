package tickets

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// These begin the lines that say: before a conversation's epoch a colleague, or a
// person, lost their seat among its readers. Conversation, what its rows call them
// and the epoch follow, so that the book outside the database names nobody.
//
// Never a team: its seat ends when the ticket is another's, and in a database that
// was put back the ticket is still its own, which nobody else would read.
var afterSeats = map[string]string{userReader: "loan", personReader: "person-seat"}

// afterSeat: somebody's seat ends, and the locked conversation's next epoch is
// to begin without them.
func (d *Desk) afterSeat(ctx context.Context, tx *store.Tx, c *talk, gone seat) {
	if line := afterSeats[gone.kind]; line != "" {
		d.aftermath.Ends(ctx, tx, fmt.Sprintf("%s %s %s %d", line, c.id, d.seatMark(c.ticket, c.kind, gone.reader), c.epoch+1))
	}
}

// EndedSeats gathers the lines that ReplaySeats does again.
type EndedSeats struct {
	all map[helpdesk.ID][]endedSeat // of conversations
}

type endedSeat struct {
	kind   string
	called helpdesk.ID
	epoch  int64
}

// Line takes one of the book's lines. Another room's and one that was cut short
// are passed over.
func (a *EndedSeats) Line(words []string) {
	if len(words) != 4 {
		return
	}
	kind := ""
	for k, line := range afterSeats {
		if line == words[0] {
			kind = k
		}
	}
	if kind == "" {
		return
	}
	epoch, err := strconv.ParseInt(words[3], 10, 64)
	if err != nil {
		return
	}
	if a.all == nil {
		a.all = map[helpdesk.ID][]endedSeat{}
	}
	talk := helpdesk.ID(words[1])
	a.all[talk] = append(a.all[talk], endedSeat{kind, helpdesk.ID(words[2]), epoch})
}

// ReplaySeats ends again, in a database that was put back, the seats of readers
// that ended since, and tells how many there were. What is written from then on
// has a key they never held.
func (d *Desk) ReplaySeats(ctx context.Context, a *EndedSeats) (int, error) {
	var behind []helpdesk.ID
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(a.all)), 500) {
		epochs, err := store.Versions(ctx, d.db, selectEpochs+store.Places(len(ids), 1)+")", anys(ids)...)
		if err != nil {
			return 0, fmt.Errorf("read the epochs of conversations: %w", err)
		}
		for _, id := range ids {
			if epoch, here := epochs[id]; here && slices.ContainsFunc(a.all[id], func(s endedSeat) bool { return s.epoch > epoch }) {
				behind = append(behind, id)
			}
		}
	}
	n := 0
	for _, id := range behind {
		ended := 0
		err := d.db.Write(ctx, "end readers again after a restore", func(tx *store.Tx) (err error) {
			ended, err = d.endSeatsAgain(ctx, tx, id, a.all[id])
			return err
		})
		switch {
		case errors.Is(err, helpdesk.ErrNotFound), errors.Is(err, helpdesk.ErrDenied): // erased meanwhile, or a row that is not ours
		case err != nil:
			return n, fmt.Errorf("end readers of %s again: %w", id, err)
		default:
			n += ended
		}
	}
	return n, nil
}

// epochsMost is how many epochs a conversation takes at once on its way to where
// the lost one was: more is no line of ours.
const epochsMost = 1000

// endSeatsAgain goes on to the epoch where the lost rows ended, so that the
// lines are of the past from now on and a loan given anew stays.
func (d *Desk) endSeatsAgain(ctx context.Context, tx *store.Tx, id helpdesk.ID, lines []endedSeat) (int, error) {
	c, err := d.lockTalk(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	rows, err := d.readers(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	type one struct {
		kind string
		id   helpdesk.ID
	}
	until, gone := c.epoch, map[one]bool{}
	for _, line := range lines {
		if line.epoch > c.epoch {
			until, gone[one{line.kind, line.called}] = max(until, min(line.epoch, c.epoch+epochsMost)), true
		}
	}
	ended := map[one]bool{}
	for _, r := range rows {
		who := one{r.kind, r.reader}
		if !gone[one{r.kind, d.seatMark(c.ticket, c.kind, r.reader)}] || ended[who] {
			continue
		}
		ended[who] = true
		if err := d.dropSeat(ctx, tx, c, seat{kind: r.kind, reader: r.reader}); err != nil {
			return 0, err
		}
	}
	stay := slices.DeleteFunc(d.presentSeats(ctx, rows, c, seat{}), func(s seat) bool { return ended[one{s.kind, s.reader}] })
	for c.epoch < until {
		if _, err := d.nextEpoch(ctx, tx, nil, c, stay); err != nil {
			return 0, err
		}
	}
	return len(ended), nil
}

// The ids follow.
const selectEpochs = `SELECT id, epoch FROM tickets_conversation WHERE id IN (`
