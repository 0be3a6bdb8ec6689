package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// contentFlag: never more than two of the database, its copy and the rehearsal
// lie on the disk at once.
var contentFlag = flag.Int("content", 20_000, "backup: megabytes in files, beside the tickets; the disk needs two and a half times as much")

// backupTickets is how many tickets the copied house has, unless -tickets says
// fewer.
const backupTickets = 200_000

// Of the load and of the figures.
const (
	turners    = 4 // people who turn pages all the time
	calmFor    = 20 * time.Second
	leastSpeed = 60 // percent of the bare copy's
	mostSlower = 2  // times the p99 of calm
)

// backupScenario copies a living house while people turn its pages, and puts
// the copy back. Beside it stands the barest copy there is, under the same load:
// the database's file byte by byte, and pg_dump without compression.
func backupScenario(b *bench) {
	var faults []fault
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		if *onFlag != "" && !strings.HasPrefix(strings.ToLower(engine), *onFlag) {
			continue
		}
		faults = append(faults, b.backupOn(engine, min(*ticketsFlag, backupTickets), int64(*contentFlag)<<20)...)
	}
	b.judged(faults...)
}

func (b *bench) backupOn(engine string, size int, content int64) []fault {
	i := b.install("backup-"+engine, b.fresh(engine))
	h := b.fillQueue(i, size)
	h.r.files(content)
	h.r.close()
	name := fmt.Sprintf("%s, %d tickets, %d MB in files", engine, size, content>>20)
	also(name+": filled in", h.took.Round(time.Second).String())
	b.check(exec.Command("sync").Run()) // or calm pages wait for what the filling wrote
	r := i.serve()
	defer r.kill()
	readers := b.turn(r, i)
	readers.during(func() { time.Sleep(calmFor) }) // the first page settles what a night left
	b.likeAnyDay(readers)
	calm := readers.during(func() { time.Sleep(calmFor) })

	to := filepath.Join(i.dir, "copies")
	b.check(os.MkdirAll(to, 0o700))
	var bare, took time.Duration
	beside := readers.during(func() { bare = i.bareCopy(filepath.Join(to, "bare")) })
	bareBytes := sizeOf(b, filepath.Join(to, "bare"))
	b.check(os.Remove(filepath.Join(to, "bare")))
	also(name+": copied bare", bare.Round(time.Second).String())
	var said string
	polite := *i // as the notes and the unit have it: pages come first
	polite.binary = "nice"
	b.likeAnyDay(readers)
	busy := readers.during(func() {
		began := time.Now()
		said = polite.command("", "-n", "10", i.binary, "backup", "--to", to)
		took = time.Since(began)
	})
	calmer := readers.during(func() { time.Sleep(calmFor) }) // a large filling is tidied up behind for minutes
	readers.end()
	b.check(readers.faults.err())

	files := regexp.MustCompile(`(?m)^(?:content|keys): +(\S+)$`).FindAllStringSubmatch(said, 2)
	if len(files) != 2 {
		b.Fatal("backup named no two files: ", said)
	}
	bytes := sizeOf(b, files[0][1]) + sizeOf(b, files[1][1])
	also(name+": backed up", took.Round(time.Second).String())
	r.kill()
	i.burn()
	began := time.Now()
	rehearsed := i.command("", "rehearse", "--content", files[0][1], "--keys", files[1][1])
	again := time.Since(began)
	b.check(os.RemoveAll(to))

	// By the house, not by the byte: pg_dump writes two for each of a file's.
	percent := 100 * bare.Seconds() / took.Seconds()
	before, during := min(percentile(calm, 99), percentile(calmer, 99)), percentile(busy, 99)
	row(name+": speed of the backup under load", fmt.Sprintf("%.0f %% of the bare copy's (%d MB in %s, bare %d MB in %s)", percent,
		bytes>>20, took.Round(time.Second), bareBytes>>20, bare.Round(time.Second)), fmt.Sprintf("≥ %d %%", leastSpeed))
	row(name+": p99 of pages meanwhile", fmt.Sprintf("%s, calm %s, during the bare copy %s (%d pages)", ms(during), ms(before), ms(percentile(beside, 99)), len(busy)), fmt.Sprintf("≤ %d times", mostSlower))
	row(name+": restored and verified", again.Round(time.Second).String(), "both books right")
	return []fault{
		{percent < leastSpeed, engine + ": the backup is too slow"},
		{during > mostSlower*before, engine + ": pages are too slow meanwhile"},
		{!strings.Contains(rehearsed, "went well"), engine + ": the copy could not be put back"},
	}
}

// likeAnyDay leaves in memory what people read and nothing else: else the first
// to copy finds there what was just filled in, and the second what is left after
// that; and whoever turns a page meets a disk that no working day knows.
func (b *bench) likeAnyDay(readers *turning) {
	b.check(exec.Command("sync").Run())
	if err := os.WriteFile("/proc/sys/vm/drop_caches", []byte("3"), 0); err != nil {
		also("what was read lies in memory still, which helps whoever copies first", err.Error())
	}
	readers.during(func() { time.Sleep(calmFor) })
}

// files fills the house with chunks as attachments leave them: sealed bytes
// look like these.
func (r *rooms) files(content int64) {
	const chunk, each = 64 << 10, 16 // a megabyte a file
	random := make([]byte, 8<<20)
	rand.Read(random)
	for left := content; left > 0; {
		r.b.check(r.db.Write(context.Background(), "fill files", func(tx *store.Tx) error {
			for range 16 {
				message := helpdesk.NewID()
				var args []any
				for n := range each {
					at, err := rand.Int(rand.Reader, big.NewInt(int64(len(random)-chunk)))
					if err != nil {
						return err
					}
					args = append(args, message, int64(0), int64(n), random[at.Int64():at.Int64()+chunk])
				}
				if _, err := tx.Exec(context.Background(), "INSERT INTO tickets_file (message, position, n, chunk) VALUES "+values(each, 4), args...); err != nil {
					return err
				}
				left -= chunk * each
			}
			return nil
		}))
	}
	r.analyse()
}

// bareCopy is a copy that knows nothing of what it copies, on the disk when it ends.
func (i *installation) bareCopy(to string) time.Duration {
	began := time.Now()
	if i.database == "" {
		i.copyFile(to)
	} else {
		out, err := exec.Command("pg_dump", "--format=custom", "--compress=0", "--file="+to, i.database).CombinedOutput()
		if err != nil {
			i.b.Fatal("pg_dump: ", string(out))
		}
	}
	f, err := os.Open(to)
	i.b.check(err)
	i.b.check(f.Sync())
	i.b.check(f.Close())
	return time.Since(began)
}

// burn takes the database away, as a fire does: what is put back can only be
// from the copy, and the disk needs no room for both.
func (i *installation) burn() {
	if i.database != "" {
		out, err := exec.Command("psql", "--quiet", "--command=DROP SCHEMA public CASCADE", i.database).CombinedOutput()
		if err != nil {
			i.b.Fatal("psql: ", string(out))
		}
		return
	}
	files, err := filepath.Glob(filepath.Join(i.dir, "returnsupport.db*"))
	i.b.check(err)
	for _, path := range files {
		i.b.check(os.Remove(path))
	}
}

// copyFile is `cp`: as fast as the disk reads and writes at once.
func (i *installation) copyFile(to string) {
	in, err := os.Open(filepath.Join(i.dir, "returnsupport.db"))
	i.b.check(err)
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	i.b.check(err)
	w := bufio.NewWriterSize(out, 1<<20)
	_, err = io.Copy(struct{ io.Writer }{w}, struct{ io.Reader }{in})
	i.b.check(err)
	i.b.check(w.Flush())
	i.b.check(out.Close())
}

func sizeOf(b *bench, path string) int64 {
	info, err := os.Stat(path)
	b.check(err)
	return info.Size()
}

// turning are people who turn pages without a pause.
type turning struct {
	stop   atomic.Bool
	all    sync.WaitGroup
	mu     sync.Mutex
	took   []time.Duration
	faults faults
}

func (b *bench) turn(r *running, i *installation) *turning {
	t := &turning{}
	paths := []string{"/w/queue?q=team", "/w/queue?q=mine", "/w/queue?q=waiting", "/w/queue?q=unassigned", "/w/queue?q=closed"}
	for n := range turners {
		w := b.signIn(r, i)
		t.all.Go(func() {
			for k := n; !t.stop.Load(); k++ {
				began := time.Now()
				_, err := w.get(paths[k%len(paths)])
				t.faults.add(err)
				t.mu.Lock()
				t.took = append(t.took, time.Since(began))
				t.mu.Unlock()
				time.Sleep(50 * time.Millisecond) // people read
			}
		})
	}
	return t
}

// during answers how long pages took while something was done.
func (t *turning) during(do func()) []time.Duration {
	t.mu.Lock()
	t.took = nil
	t.mu.Unlock()
	do()
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]time.Duration(nil), t.took...)
}

func (t *turning) end() {
	t.stop.Store(true)
	t.all.Wait()
}
