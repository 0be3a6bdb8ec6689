package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Of the directory alone: to try it at less than the whole size.
var servicesFlag = flag.Int("services", 20_000, "directory: services")

// searches are how many are timed of each kind.
const searches = 2_000

// directoryScenario asks for need, language and nearness in turn, beside the
// same question put to a bare indexed table of the same engine.
func directoryScenario(b *bench) {
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		got := b.directoryOn(engine, *servicesFlag, searches)
		name := fmt.Sprintf("%s, %d services", engine, *servicesFlag)
		also(name+": imported as tables in", got.filled.Round(10*time.Millisecond).String())
		also(name+": read by a process that starts in", fmt.Sprintf("%s, %d MB more in memory", got.warmed.Round(time.Millisecond), got.memory>>20))
		row(name+": need, language, nearness", spread(got.ours), "p99 ≤ 25 ms")
		also(name+": the same of a bare table", spread(got.bare))
		also(name+": beside it (p50)", fmt.Sprintf("%.2f times", float64(percentile(got.ours, 50))/float64(percentile(got.bare, 50))))
		row(name+": and open at that hour", spread(got.open), "p99 ≤ 25 ms")
		row(name+": with one service in fifty changed beside it", spread(got.busy), "only measured")
	}
}

type directoryFigures struct {
	filled, warmed         time.Duration
	memory                 uint64
	ours, bare, open, busy []time.Duration
	hits                   int
}

func (b *bench) directoryOn(engine string, services, times int) directoryFigures {
	ctx := context.Background()
	log := slog.New(slog.DiscardHandler)
	address := "sqlite:" + filepath.Join(b.folder("directory"), "directory.db")
	if engine == "PostgreSQL" {
		address = b.fresh(engine)
	}
	db, err := store.Open(ctx, address, log)
	b.check(err)
	defer db.Close()
	secrets := vault.NewSecrets()
	house := directory.House{DB: db, Secrets: secrets, Journal: journal.New(db, secrets, time.Now, log), Now: time.Now}
	filler, err := directory.New(house)
	b.check(err)
	console := staff.New(staff.House{DB: db, Secrets: secrets, Journal: house.Journal, Now: time.Now, Log: log}).Console()
	world := drawDirectory(services)
	var f directoryFigures
	began := time.Now()
	report, err := filler.Import(ctx, console, directory.Folder(world.tables()), directory.Options{})
	b.check(err)
	if len(report.Added) < services*5 {
		b.Fatalf("%d rows were imported", len(report.Added))
	}
	f.filled = time.Since(began)
	bare := b.bareDirectory(db, world)

	room, err := directory.New(house)
	b.check(err)
	before := inUse()
	began = time.Now()
	b.check(room.Warm(ctx))
	f.warmed = time.Since(began)
	if after := inUse(); after > before {
		f.memory = after - before
	}

	rng := rand.New(rand.NewPCG(1, 2))
	ask := func(q directory.Query) (time.Duration, int) {
		began := time.Now()
		page, err := room.Find(ctx, q)
		took := time.Since(began)
		b.check(err)
		return took, len(page.Hits)
	}
	for range times {
		q := world.question(rng)
		took, hits := ask(q)
		f.ours, f.hits = append(f.ours, took), f.hits+hits
		began := time.Now()
		n := bare(q)
		f.bare = append(f.bare, time.Since(began))
		if n != hits {
			b.Fatalf("the bare table finds %d of %q in %s near %v, we %d", n, q.Need, q.Language, *q.Near, hits)
		}
		q.OpenAt = time.Date(2026, 3, 2+rng.IntN(5), 9, 0, 0, 0, time.UTC)
		took, _ = ask(q)
		f.open = append(f.open, took)
	}
	for i := range times / 10 {
		if i%50 == 0 {
			world.change(b, filler, console, i)
		}
		took, _ := ask(world.question(rng))
		f.busy = append(f.busy, took)
	}
	return f
}

// inUse is the memory in use after a collection.
func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// bareDirectory is one plain table with an index over what is asked for, and a
// sort by distance: no rights, no schedules, no sealing.
func (b *bench) bareDirectory(db *store.DB, world *drawn) func(directory.Query) int {
	ctx := context.Background()
	b.check(db.Write(ctx, "make the table", func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "CREATE TABLE bench_service (id BIGINT, need TEXT, language TEXT, lat DOUBLE PRECISION, lon DOUBLE PRECISION, name TEXT)"); err != nil {
			return err
		}
		for i, s := range world.services {
			for _, language := range s.languages {
				if err := tx.Later(ctx, "INSERT INTO bench_service (id, need, language, lat, lon, name) VALUES ($1, $2, $3, $4, $5, $6)",
					i, needs[s.need], language, s.at.Lat, s.at.Lon, s.name); err != nil {
					return err
				}
			}
		}
		_, err := tx.Exec(ctx, "CREATE INDEX bench_service_asked ON bench_service (need, language)")
		return err
	}))
	return func(q directory.Query) int {
		rows, err := db.Query(ctx, "SELECT id, lat, lon, name FROM bench_service WHERE need = $1 AND language = $2", q.Need, q.Language)
		b.check(err)
		defer rows.Close()
		type hit struct {
			id   int64
			km   float64
			name string
		}
		var all []hit
		for rows.Next() {
			var h hit
			var at directory.Point
			b.check(rows.Scan(&h.id, &at.Lat, &at.Lon, &h.name))
			h.km = globe(*q.Near, at)
			all = append(all, h)
		}
		b.check(rows.Err())
		slices.SortFunc(all, func(a, c hit) int {
			switch {
			case a.km < c.km:
				return -1
			case a.km > c.km:
				return 1
			}
			return int(a.id - c.id)
		})
		return min(len(all), 20)
	}
}
