package bus

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"returnsupport/helpdesk"
)

// Options of the bus between several processes.
type Options struct {
	// Address is redis://[user:password@]host[:port][/database], rediss:// for
	// TLS, or unix:///path/of/socket.
	Address string
	// Space keeps houses apart that share one Redis: up to 32 letters and
	// digits, the same in all processes of a house.
	Space string
	Log   *slog.Logger
	Now   func() time.Time // for the day whose key hides addresses; nil: time.Now
}

// LogValue keeps the password out of logs.
func (Options) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Redis is the bus between several processes. What happens in this process is
// told to its own listeners at once and to the others through Redis.
type Redis struct {
	*exchange
	client *redis.Client
	me     helpdesk.ID
	space  string
	log    *slog.Logger

	out    outbox
	link   link
	days   *days // shared salts of the limiters
	heard  atomic.Uint64
	strays atomic.Uint64

	doubtful atomic.Bool // everybody is to be told that something was missed

	closing   chan struct{} // closed by Close: send what waits, say goodbye
	stop      context.CancelFunc
	sender    sync.WaitGroup
	all       sync.WaitGroup
	closeOnce sync.Once
}

// OpenRedis joins the other processes in the background: Redis may be away
// now, and the house works meanwhile. An error means that the options are
// wrong; it never quotes the address.
func OpenRedis(o Options) (*Redis, error) {
	if !spaceful(o.Space) {
		return nil, errors.New("the space of the bus is up to 32 letters and digits")
	}
	options, err := parseAddress(o.Address)
	if err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &Redis{
		exchange: newExchange(), client: redis.NewClient(options), me: helpdesk.NewID(), space: o.Space, log: o.Log,
		days: newDays(o.Now), closing: make(chan struct{}), stop: stop,
	}
	r.out.wake, r.out.hurry = make(chan struct{}, 1), make(chan struct{}, 1)
	r.link.since, r.link.peers = time.Now(), map[helpdesk.ID]time.Time{}
	r.sender.Go(func() { r.send(ctx) })
	r.all.Go(func() { r.receive(ctx) })
	r.all.Go(func() { r.watch(ctx) })
	r.all.Go(func() { r.shareDays(ctx) })
	return r, nil
}

func spaceful(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') {
			return false
		}
	}
	return s != "" && len(s) <= 32
}

// name is a channel or key of ours.
func (r *Redis) name(what string) string { return "returnsupport:" + r.space + ":" + what }

func (r *Redis) channel() string { return r.name("bus") }

// Publish implements Bus.
func (r *Redis) Publish(e Event) {
	if e.Missed || !e.nameable() {
		return
	}
	r.published.Add(1)
	r.hand(e)
	r.out.add(e)
}

// Health implements Bus.
func (r *Redis) Health() Health {
	h := Health{Shared: true, Listeners: r.size(), Published: r.published.Load(), Heard: r.heard.Load(),
		Ignored: r.strays.Load(), Doubts: r.doubts.Load()}
	r.link.describe(&h)
	return h
}

// farewell bounds what Close waits for events still to leave.
const farewell = time.Second

// Close implements Bus: the others hear what waited, and goodbye.
func (r *Redis) Close() error {
	var err error
	r.closeOnce.Do(func() {
		close(r.closing)
		timer := time.AfterFunc(farewell, r.stop)
		r.sender.Wait()
		timer.Stop()
		r.stop()
		r.link.hangUp()
		r.all.Wait()
		if e := r.client.Close(); e != nil {
			err = errors.New("close the bus: " + string(troubleOf(e)))
		}
	})
	return err
}
