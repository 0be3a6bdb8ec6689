package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

const claimants = 8

// claim lets eight counsellors take whatever comes next until nothing is left:
// of one process, and of two that know nothing of each other.
func claim(b *bench) {
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		for _, processes := range []int{1, 2} {
			i := b.install(fmt.Sprintf("claim-%s-%d", engine, processes), b.fresh(engine))
			all := make([]*rooms, processes)
			for n := range all {
				all[n] = i.open(time.Now)
			}
			crew := all[0].hire(claimants)
			b.night(all[0], *claimsFlag)
			bare := b.bareClaims(all[0], min(*claimsFlag, 500))
			took, seconds := b.take(all, crew)
			name := fmt.Sprintf("%s, %d process(es)", engine, processes)
			rate := float64(*claimsFlag) / seconds
			must := "only measured"
			if engine == "PostgreSQL" && processes == 1 {
				must = "≥ 500 a second"
			}
			row(name+": taken", fmt.Sprintf("%d of %d, each once", took, *claimsFlag), "all")
			row(name+": claims", fmt.Sprintf("%.0f a second", rate), must)
			also(name+": beside one commit that changes one row", fmt.Sprintf("%.2f times its rate (%.0f a second)", rate/bare, bare))
			for _, r := range all {
				r.close()
			}
		}
	}
}

// night writes the letters of a night, blind.
func (b *bench) night(r *rooms, many int) {
	ctx := context.Background()
	teams, err := r.staff.Teams(ctx)
	b.check(err)
	const batch = 100
	for from := 0; from < many; from += batch {
		b.check(r.db.Write(ctx, "fill", func(tx *store.Tx) error {
			for n := from; n < min(from+batch, many); n++ {
				c, err := r.tickets.Open(ctx, tx, tickets.Opening{Team: teams[0].ID, Title: fmt.Sprintf("title-of-ticket-%d", n), Priority: n % 4})
				if err != nil {
					return err
				}
				if _, err := c.Append(ctx, tx, tickets.Message{Kind: tickets.KindLetter, Direction: tickets.In, Content: tickets.Content{Text: "Hello"}}); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	r.analyse()
}

// bareClaims is the rate at which the same eight commit one changed row each,
// which is what a claim can not do without.
func (b *bench) bareClaims(r *rooms, many int) float64 {
	ctx := context.Background()
	ids, err := store.IDs(ctx, r.db, `SELECT id FROM tickets_ticket`)
	b.check(err)
	began := time.Now()
	var wait sync.WaitGroup
	var wrong faults
	for k := range claimants {
		wait.Go(func() {
			for n := k; n < min(many, len(ids)); n += claimants {
				wrong.add(r.db.Write(ctx, "bare", func(tx *store.Tx) error {
					_, err := tx.Exec(ctx, `UPDATE tickets_ticket SET version = version + 1 WHERE id = $1`, ids[n])
					return err
				}))
			}
		})
	}
	wait.Wait()
	b.check(wrong.err())
	return float64(min(many, len(ids))) / time.Since(began).Seconds()
}

// take has everybody take the next one until there is none, and checks that
// each ticket was taken once.
func (b *bench) take(all []*rooms, crew []member) (taken int, seconds float64) {
	ctx := context.Background()
	var mu sync.Mutex
	seen := map[helpdesk.ID]helpdesk.ID{}
	var wait sync.WaitGroup
	var wrong faults
	began := time.Now()
	for k, m := range crew {
		r := all[k%len(all)]
		s := r.session(m.cookie)
		wait.Go(func() {
			for {
				id, err := r.tickets.TakeNext(ctx, s, "", nil)
				if errors.Is(err, helpdesk.ErrNotFound) {
					return
				}
				wrong.add(err)
				if err != nil {
					return
				}
				mu.Lock()
				if other, twice := seen[id]; twice {
					wrong.add(fmt.Errorf("ticket %s was taken by %s and %s", id, other, s.User.ID))
				}
				seen[id] = s.User.ID
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	seconds = time.Since(began).Seconds()
	b.check(wrong.err())
	var owned int
	b.check(all[0].db.QueryRow(ctx, `SELECT COUNT(*) FROM tickets_ticket WHERE owner <> ''`).Scan(&owned))
	if owned != len(seen) || len(seen) != *claimsFlag {
		b.Fatalf("%d tickets were taken and %d are owned, of %d", len(seen), owned, *claimsFlag)
	}
	return len(seen), seconds
}
