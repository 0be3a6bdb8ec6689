package bus

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// receive keeps one subscription until ctx ends.
func (r *Redis) receive(ctx context.Context) {
	pause := shortest
	for ctx.Err() == nil {
		err := r.listen(ctx)
		if ctx.Err() != nil {
			return
		}
		if r.link.well() {
			pause = shortest
		}
		if why := troubleOf(err); r.link.ended(why) {
			r.log.Warn("the bus is away: the store is asked every two seconds", "why", string(why))
		}
		select {
		case <-time.After(jitter(pause)):
		case <-ctx.Done():
			return
		}
		pause = min(2*pause, longest)
	}
}

// listen hears the others until the connection ends. The library would connect
// again by itself and hide that something was missed, so each connection is
// one PubSub.
func (r *Redis) listen(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	channel := r.client.Subscribe(ctx) // asks nothing yet
	defer channel.Close()
	r.link.begin(func() {
		cancel()
		channel.Close()
	})
	if err := channel.Subscribe(ctx, r.channel()); err != nil {
		return err
	}
	for {
		said, err := channel.Receive(ctx)
		if err != nil {
			return err
		}
		switch said := said.(type) {
		case *redis.Subscription:
			// From here on everything is heard. Our own pulse proves it.
			token(r.out.hurry)
			r.out.beat()
		case *redis.Message:
			r.hear(said.Payload)
		}
	}
}

func (r *Redis) hear(line string) {
	n, ok := decode(line)
	switch {
	case !ok:
		r.strays.Add(1)
	case n.origin == r.me:
		// Our own events were handed out when they were published.
		if n.kind == alive && r.link.echoed() {
			token(r.days.adopt)
			r.doubtAll()
			r.log.Info("the bus rings all replicas")
		}
	default:
		r.link.calledBy(n.origin, n.kind == bye)
		switch n.kind {
		case ringing:
			r.heard.Add(1)
			r.hand(n.event)
		case missed:
			r.doubtAll()
		}
	}
}
