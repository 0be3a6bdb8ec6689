package main

import (
	"fmt"
	"runtime"
	"slices"
	"time"

	"returnsupport/helpdesk/bus/redistest"
	"returnsupport/helpdesk/store/storetest"
)

// chatSize is how large a measurement of the chat is.
type chatSize struct {
	talks    int
	rounds   int
	lap      time.Duration // of each side in each round
	settling time.Duration // said before, not counted
}

var wholeChat = chatSize{talks: 400, rounds: 3, lap: 8 * time.Second, settling: 3 * time.Second}

// chatScenario measures from a person's send to the message lying in the
// answer to the counsellor's page, beside the bare parts at the same rate, by
// turns.
func chatScenario(b *bench) {
	size := wholeChat
	size.talks = *talksFlag
	if *onFlag != "postgres" {
		b.chatOn("SQLite, one process", b.install("chat-sqlite", ""), "", 1, size).print()
	}
	if *onFlag != "sqlite" {
		cluster, i := b.sharedHouse("chat-postgres")
		b.chatOn("PostgreSQL and Redis, two replicas", i, cluster.Address("template1"), 2, size).print()
	}
}

// sharedHouse is an installation on PostgreSQL, durable, and Redis.
func (b *bench) sharedHouse(name string) (*storetest.Cluster, *installation) {
	cluster := b.cluster()
	i := b.install(name, cluster.Address("postgres"))
	i.redis = redistest.Start(b).Address()
	return cluster, i
}

// chatFigures are a chat's, all laps together and the ratios by rounds.
type chatFigures struct {
	name               string
	ours, bare         []time.Duration
	p50, p99           []float64
	missing, said      int
	cpu, bench, during time.Duration
}

func (b *bench) chatOn(name string, i *installation, bareDatabase string, replicas int, size chatSize) chatFigures {
	r := i.open(time.Now)
	talks := r.seat(size.talks, r.hire(size.talks))
	r.analyse()
	r.close()
	var houses []*running
	for range replicas {
		houses = append(houses, i.serve())
	}
	defer func() {
		for _, h := range houses {
			h.kill()
		}
	}()
	// With two replicas a person and their counsellor sit at different ones.
	load, err := connect(talks,
		func(n int) string { return houses[n%replicas].base },
		func(n int) string { return houses[(n+1)%replicas].base })
	defer load.close()
	b.check(err)
	if bareDatabase == "" {
		bareDatabase = "sqlite:" + b.folder("bare-"+name) + "/bare.db"
	}
	bare, err := newBareChat(bareDatabase, i.redis, size.talks)
	b.check(err)
	defer bare.close()

	f := chatFigures{name: name}
	f.settle(load, bare, size)
	for range size.rounds {
		runtime.GC()
		bare.speak(size.lap)
		time.Sleep(300 * time.Millisecond)
		base, lost := bare.watch.lap()
		runtime.GC()
		before, own, began := cpuAll(houses), cpuOf(selfPID), time.Now()
		load.speak(size.lap)
		time.Sleep(300 * time.Millisecond)
		f.cpu, f.bench, f.during = f.cpu+cpuAll(houses)-before, f.bench+cpuOf(selfPID)-own, f.during+time.Since(began)
		ours, missing := load.watch.lap()
		f.missing, f.said = f.missing+lost+missing, f.said+len(ours)+missing
		f.ours, f.bare = append(f.ours, ours...), append(f.bare, base...)
		f.p50 = append(f.p50, ratio(ours, base, 50))
		f.p99 = append(f.p99, ratio(ours, base, 99))
	}
	b.check(bare.wrong.err())
	b.check(load.wrong.err())
	return f
}

// settle lets both run a while uncounted: connections, plans and keys.
func (f *chatFigures) settle(load *chatLoad, bare *bareChat, size chatSize) {
	bare.speak(size.settling)
	load.speak(size.settling)
	time.Sleep(500 * time.Millisecond)
	load.watch.lap()
	bare.watch.lap()
}

func ratio(ours, bare []time.Duration, p float64) float64 {
	return float64(percentile(ours, p)) / max(float64(percentile(bare, p)), 1)
}

func cpuAll(all []*running) time.Duration {
	var sum time.Duration
	for _, r := range all {
		sum += r.cpu()
	}
	return sum
}

func (f chatFigures) print() {
	slices.Sort(f.p50)
	slices.Sort(f.p99)
	middle := len(f.p50) / 2
	row(f.name+": p50 beside the bare parts", fmt.Sprintf("%.2f times (%.2f to %.2f)", f.p50[middle], f.p50[0], f.p50[len(f.p50)-1]), "≤ 4 times")
	row(f.name+": p99 beside the bare parts", fmt.Sprintf("%.2f times (%.2f to %.2f)", f.p99[middle], f.p99[0], f.p99[len(f.p99)-1]), "≤ 6 times")
	also(f.name+": person to screen", spread(f.ours))
	also(f.name+": insert, commit, ring, select", spread(f.bare))
	also(f.name+": messages, not arrived within 0.3 s", fmt.Sprintf("%d, %d", f.said, f.missing))
	also(f.name+": processor time a message, of the program, of this client", fmt.Sprintf("%.2f ms, %.2f ms", perMessage(f.cpu, f.said), perMessage(f.bench, f.said)))
	also(f.name+": processors used by the program, by this client", fmt.Sprintf("%.2f, %.2f of %d", f.cpu.Seconds()/f.during.Seconds(), f.bench.Seconds()/f.during.Seconds(), runtime.NumCPU()))
}

func perMessage(all time.Duration, n int) float64 {
	return all.Seconds() * 1000 / float64(max(n, 1))
}
