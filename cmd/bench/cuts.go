package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"returnsupport/helpdesk/bus/redistest"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/store/storetest"
)

// cutsSize is how large a run over broken nets is.
type cutsSize struct {
	talks, each int                        // each: messages of either side
	pause       time.Duration              // mean, between one's own messages
	cut         time.Duration              // mean, between two cuts of one side
	kill        time.Duration              // a replica dies so often; 0 for never
	outages     bool                       // Redis and PostgreSQL die once, too
	instead     func(done <-chan struct{}) // breaks other things, until all is said
	patience    time.Duration              // a quiet machine needs a fifth of it
}

var wholeCuts = cutsSize{talks: 200, each: 50, pause: 4 * time.Second, cut: 2 * time.Second, kill: 20 * time.Second, patience: 40 * time.Minute}

// cuts lets both sides talk while everything between them breaks.
func cuts(b *bench) {
	for _, outages := range []bool{false, true} {
		size := wholeCuts
		size.talks = min(size.talks, *talksFlag)
		size.outages = outages
		name := "nets and replicas"
		if outages {
			name = "Redis and PostgreSQL, too"
		}
		b.cutsOn(b.torn(fmt.Sprintf("cuts-%v", outages)), size).print(name)
	}
}

// torn is a house on services that can be killed.
func (b *bench) torn(name string) *cutTest {
	t := &cutTest{bench: b, cluster: b.cluster(), redis: redistest.Start(b)}
	t.i = b.install(name, t.cluster.Address("postgres"))
	t.i.redis = t.redis.Address()
	t.replicas = make([]replica, 2)
	return t
}

type cutTest struct {
	*bench
	i        *installation
	size     cutsSize
	cluster  *storetest.Cluster // nil: SQLite
	redis    *redistest.Server  // nil: one process
	replicas []replica
	sides    []*side
	wrong    faults
	cutDone  atomic.Int64
	resent   atomic.Int64
	kills    int
	ended    int // replicas that ended by themselves
	took     time.Duration
}

// replica is one process of the house; it may be away.
type replica struct {
	*running
	base atomic.Pointer[string]
}

// somewhere is any replica that is up: nobody sticks to one.
func (t *cutTest) somewhere(ctx context.Context) (string, error) {
	for ctx.Err() == nil {
		if base := t.replicas[rand.IntN(len(t.replicas))].base.Load(); base != nil {
			return *base, nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	return "", ctx.Err()
}

func (t *cutTest) start(n int) {
	t.replicas[n].running = t.i.serve()
	t.replicas[n].base.Store(&t.replicas[n].running.base)
}

func (b *bench) cutsOn(t *cutTest, size cutsSize) cutVerdict {
	t.size = size
	r := t.i.open(time.Now)
	// Who has said all of theirs only listens, for longer than the house keeps a
	// page open that nobody touches.
	b.check(r.office.Set(context.Background(), "", office.ChatIdleMinutes, "120"))
	b.check(r.office.Set(context.Background(), "", office.ChatSharedIdleMinutes, "120"))
	talks := r.seat(size.talks, r.hire(max(2, (size.talks+2)/3)))
	r.analyse()
	r.close()
	for n := range t.replicas {
		t.start(n)
	}
	for _, talk := range talks {
		p, d := newGuest(t, talk), newDesk(t, talk)
		b.check(p.begin())
		b.check(d.begin())
		t.sides = append(t.sides, &p.side, &d.side)
	}
	t.run()
	for n := range t.replicas {
		t.replicas[n].kill()
	}
	return t.judge(talks)
}

// run lets everybody talk and breaks things until all was said and heard.
func (t *cutTest) run() {
	ctx, stop := context.WithTimeout(context.Background(), t.size.patience)
	defer stop()
	began := time.Now()
	var all sync.WaitGroup
	for _, s := range t.sides {
		all.Go(func() { s.live(ctx) })
	}
	done := make(chan struct{})
	go func() {
		all.Wait()
		close(done)
	}()
	if t.size.instead != nil {
		t.size.instead(done)
	} else {
		t.destroy(done)
	}
	t.took = time.Since(began)
}

// destroy kills one replica after the other, and once each service.
func (t *cutTest) destroy(done chan struct{}) {
	every := t.size.kill
	if every == 0 {
		every = time.Hour
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	watch := time.NewTicker(100 * time.Millisecond)
	defer watch.Stop()
	tell := time.NewTicker(10 * time.Second)
	defer tell.Stop()
	began := time.Now()
	var outage <-chan time.Time
	if t.size.outages {
		outage = time.After(every + every/2)
	}
	for round, outages := 0, 0; ; {
		select {
		case <-done:
			return
		case <-tick.C:
			t.killOne(round % len(t.replicas))
			round++
		case <-tell.C:
			said, heard, done := t.progress()
			fmt.Fprintf(os.Stderr, "  … %s: %d of %d said, %d of %d heard, %d of %d sides done, %d cuts, %d kills\n", time.Since(began).Round(time.Second),
				said, 2*t.size.talks*t.size.each, heard, 4*t.size.talks*t.size.each, done, len(t.sides), t.cutDone.Load(), t.kills)
		case <-outage:
			t.killService(outages)
			if outages++; outages < 2 {
				outage = time.After(every)
			}
		case <-watch.C:
			for n := range t.replicas {
				select {
				case <-t.replicas[n].gone:
					t.ended++
					t.replicas[n].base.Store(nil)
					t.start(n)
				default:
				}
			}
		}
	}
}

func (t *cutTest) killOne(n int) {
	t.kills++
	t.replicas[n].base.Store(nil)
	t.replicas[n].kill()
	t.start(n)
}

func (t *cutTest) killService(which int) {
	if which == 0 {
		fmt.Fprintln(os.Stderr, "  … Redis dies and comes back")
		t.redis.Kill()
		time.Sleep(3 * time.Second)
		t.redis.Restart(t.bench)
		return
	}
	fmt.Fprintln(os.Stderr, "  … PostgreSQL dies and comes back")
	t.cluster.Kill()
	time.Sleep(time.Second)
	t.check(t.cluster.Start())
}

// progress counts what is acknowledged, what the sides have heard, and who is
// done.
func (t *cutTest) progress() (said, heard, done int) {
	for _, s := range t.sides {
		s.mu.Lock()
		heard += len(s.heard)
		s.mu.Unlock()
		if s.done() {
			done++
		}
	}
	return t.said(), heard, done
}

func (t *cutTest) said() (n int) {
	for _, s := range t.sides {
		n += int(s.acked.Load())
	}
	return n
}
