package store

import (
	"context"
	"database/sql"
	"sync"
	"time"
)

// How often SQLite's log is looked at, and at how many pages of 4 KiB writers
// wait a moment for it to be begun anew. While one fold ran others wrote: what
// they wrote is folded before they wait, until that is soon done.
const (
	foldEvery = time.Second
	foldPages = 4096
	foldSoon  = 30 * time.Millisecond
	foldTries = 4
)

// folder folds SQLite's log into the file on a connection beside the writer.
// SQLite does it by itself within every commit that makes the log long: then
// one writer, and all who wait behind, pay for hundreds of others.
type folder struct {
	group  *group
	beside *sql.DB
	end    context.CancelFunc
	ended  chan struct{}
	one    sync.Mutex
	folded int64 // commits that the last round saw
}

func fold(g *group, beside *sql.DB) *folder {
	ctx, end := context.WithCancel(context.Background())
	f := &folder{group: g, beside: beside, end: end, ended: make(chan struct{})}
	go f.run(ctx)
	return f
}

func (f *folder) close() {
	f.end()
	<-f.ended
	f.beside.Close()
}

func (f *folder) run(ctx context.Context) {
	defer close(f.ended)
	tick := time.NewTicker(foldEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			f.round(ctx)
		}
	}
}

// round folds what lies in the log. A fault is no news: the next round tries
// again, and a database that is away tells those who ask it for something.
func (f *folder) round(ctx context.Context) {
	f.one.Lock()
	defer f.one.Unlock()
	commits := f.group.commits.Load()
	if commits == f.folded {
		return
	}
	for range foldTries {
		began := time.Now()
		pages, err := checkpoint(ctx, f.beside, "PASSIVE")
		if err != nil {
			return
		}
		f.folded = commits
		if pages < foldPages {
			return
		}
		if time.Since(began) < foldSoon {
			break
		}
	}
	// While somebody writes there is always a page more. With the writers'
	// turn in hand little is left, and the log begins anew.
	if f.group.enter(ctx) != nil {
		return
	}
	defer f.group.leave()
	if b := f.group.open; b != nil {
		f.group.close(b, b.tx.Commit())
	}
	checkpoint(ctx, f.group.write, "RESTART")
}

// checkpoint returns how many pages the log holds.
func checkpoint(ctx context.Context, on *sql.DB, mode string) (pages int, err error) {
	var busy, folded int
	err = on.QueryRowContext(ctx, "PRAGMA wal_checkpoint("+mode+")").Scan(&busy, &pages, &folded)
	return pages, err
}
