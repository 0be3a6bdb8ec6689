package registers

import (
	"context"
	"slices"
	"sync"
	"time"

	"returnsupport/helpdesk/journal"
)

// strewn is how much later than its own time a line may still come into the
// book: clocks of several processes differ, and a transaction takes its time.
const strewn = 5 * time.Minute

// recent is what was read of the book of late. A line never changes, so each is
// read and proven once, and not with every look at a page that wants five weeks
// of them.
type recent struct {
	verbs []string // as in journal.Query

	mu         sync.Mutex
	from, upto time.Time // what is held; zero before the first look
	lines      []journal.Entry
}

// read returns the lines since an instant, the newest first, and whether there
// were more than watchMost. They belong to recent.
func (c *recent) read(ctx context.Context, book *journal.Book, from, now time.Time) ([]journal.Entry, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ask, held := from, []journal.Entry(nil)
	if !c.upto.IsZero() && !c.from.After(from) {
		if again := c.upto.Add(-strewn); again.After(from) {
			ask = again
		}
		held = slices.DeleteFunc(slices.Clone(c.lines), func(l journal.Entry) bool { return l.At.Before(from) || !l.At.Before(ask) })
	}
	lines, next, err := book.Read(ctx, journal.Query{Verbs: c.verbs, From: ask}, watchMost)
	if err != nil {
		return nil, false, err
	}
	if lines = append(lines, held...); next != "" || len(lines) > watchMost {
		c.upto, c.lines = time.Time{}, nil // too many to hold
		return lines[:min(len(lines), watchMost)], true, nil
	}
	c.from, c.upto, c.lines = from, now, lines
	return lines, false, nil
}
