package main

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"returnsupport/consent"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/bus/redistest"
	"returnsupport/helpdesk/store"
)

// withdrawRounds is how many packages are taken back on each engine.
const withdrawRounds = 100

// withdrawScenario takes packages back on one replica and asks for them on
// another: at the next request nothing may come, and a page that is open there
// must be rung. Both replicas have their own database connections and their own
// end of the bus.
func withdrawScenario(b *bench) {
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		if *onFlag != "" && !strings.HasPrefix(strings.ToLower(engine), *onFlag) {
			continue
		}
		i := b.install("withdraw-"+engine, b.fresh(engine))
		r := i.open(time.Now)
		address := redistest.Start(b).Address()
		here, there := b.join(address), b.join(address)
		b.await("both replicas hear each other", func() bool { return here.Health().Replicas == 2 && there.Health().Replicas == 2 })
		d := r.door(here)
		second, err := store.Open(d.ctx, i.address(), slog.New(slog.DiscardHandler))
		b.check(err)
		other := *r
		other.db = second
		replica := other.wing(there, d.target)

		full := 0
		var taken, rung []time.Duration
		for range withdrawRounds {
			h := d.handOver()
			b.check(replica.Agree(d.ctx, d.outside, h.id))
			got, err := replica.Released(d.ctx, d.outside, h.id)
			b.check(err)
			if got.Ended || len(got.Handed.Items) == 0 {
				b.Fatal("bench: nothing was released to begin with")
			}
			cleared := make(chan time.Time, 1)
			page := there.Listen(func() {
				select {
				case cleared <- time.Now():
				default:
				}
			}, bus.Ring{Topic: consent.TopicReferral, Subject: h.id})
			began := time.Now()
			b.check(d.Withdraw(d.ctx, h.g, h.out.Consent, consent.Web))
			taken = append(taken, time.Since(began))
			got, err = replica.Released(d.ctx, d.outside, h.id)
			b.check(err)
			if !got.Ended || len(got.Handed.Items) > 0 {
				full++
			}
			select {
			case at := <-cleared:
				rung = append(rung, max(0, at.Sub(began)))
			case <-time.After(5 * time.Second):
				rung = append(rung, 5*time.Second)
			}
			page.Close()
		}
		row(engine+": packages still there at the next request, of "+fmt.Sprint(withdrawRounds), fmt.Sprint(full), "be 0")
		row(engine+": an open page on the other replica is told to clear", fmt.Sprintf("%s, worst %s", spread(rung), ms(percentile(rung, 100))), "be ≤ 1 s")
		also(engine+": taking back itself", spread(taken))
		b.check(second.Close())
		b.check(here.Close())
		b.check(there.Close())
		r.close()
	}
}

// join is one process's end of a shared bus.
func (b *bench) join(address string) *bus.Redis {
	r, err := bus.OpenRedis(bus.Options{Address: address, Space: "withdraw", Log: slog.New(slog.DiscardHandler)})
	b.check(err)
	return r
}

// await waits until something is so, at most a quarter of a minute.
func (b *bench) await(what string, so func() bool) {
	for range 3000 {
		if so() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	b.Fatal("bench: never: ", what)
}
