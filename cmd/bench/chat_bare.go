package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// bareChat is a chat without a house, over the house's own store and its
// settings: each message is said by a goroutine of its conversation, once a
// second at a phase of its own, inserted and committed alone, with the three
// indexes a chat needs (its id, its place in the conversation, and the client's
// id that keeps it from being said twice), rung for, and read by a goroutine of
// the other side, which asks for everything after the last number at each ring.
// No session, no key, no page, no wire to a browser.
type bareChat struct {
	db    *store.DB
	watch *stopwatch
	wrong faults
	rings []chan int
	ring  func(n, k int)
	ends  []func()
	ids   []string
	said  []int
}

const sealedSize = 512 // bytes, about what a message is when it is sealed

func newBareChat(database, redisAddress string, talks int) (*bareChat, error) {
	ctx := context.Background()
	c := &bareChat{watch: newStopwatch(), said: make([]int, talks)}
	var err error
	if c.db, err = store.Open(ctx, database, slog.New(slog.DiscardHandler)); err != nil {
		return nil, err
	}
	c.ends = append(c.ends, func() { c.db.Close() })
	err = c.db.Write(ctx, "make the table", func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, `CREATE TABLE bench_said (id TEXT PRIMARY KEY, conversation TEXT NOT NULL, number BIGINT NOT NULL,
			client TEXT NOT NULL, at BIGINT NOT NULL, body BYTEA NOT NULL, UNIQUE (conversation, number), UNIQUE (conversation, client))`)
		return err
	})
	if err != nil {
		return nil, err
	}
	for range talks {
		c.rings, c.ids = append(c.rings, make(chan int, 64)), append(c.ids, string(helpdesk.NewID()))
	}
	c.ring = func(n, k int) { c.rings[n] <- k }
	if redisAddress != "" {
		err = c.overRedis(ctx, redisAddress)
	}
	for n := range c.rings {
		go c.look(ctx, n)
	}
	return c, err
}

// overRedis rings through a channel of Redis instead of this process' own.
func (c *bareChat) overRedis(ctx context.Context, address string) error {
	options := &redis.Options{Network: "unix", Addr: strings.TrimPrefix(address, "unix://")}
	client := redis.NewClient(options)
	heard := client.Subscribe(ctx, "bench")
	if _, err := heard.Receive(ctx); err != nil {
		return err
	}
	c.ends = append(c.ends, func() { heard.Close(); client.Close() })
	go func() {
		for m := range heard.Channel(redis.WithChannelSize(10_000)) {
			n, k, _ := strings.Cut(m.Payload, " ")
			at, _ := strconv.Atoi(n)
			number, _ := strconv.Atoi(k)
			c.rings[at] <- number
		}
	}()
	c.ring = func(n, k int) { c.wrong.add(client.Publish(ctx, "bench", fmt.Sprint(n, " ", k)).Err()) }
	return nil
}

func (c *bareChat) close() {
	for _, ch := range c.rings {
		close(ch)
	}
	for _, end := range c.ends {
		end()
	}
}

// look asks for everything after the last number at each ring.
func (c *bareChat) look(ctx context.Context, n int) {
	after := 0
	for range c.rings[n] {
		rows, err := c.db.Query(ctx, "SELECT number, body FROM bench_said WHERE conversation = $1 AND number > $2 ORDER BY number", c.ids[n], after)
		if err != nil {
			c.wrong.add(err)
			continue
		}
		for rows.Next() {
			var body []byte
			if err := rows.Scan(&after, &body); err != nil {
				c.wrong.add(err)
			}
			c.watch.end(fmt.Sprintf("mark-%d-%d", n, after), time.Now())
		}
		c.wrong.add(rows.Err())
		rows.Close()
	}
}

// speak is chatLoad's, with the bare parts.
func (c *bareChat) speak(during time.Duration) {
	ctx, body := context.Background(), make([]byte, sealedSize)
	var all sync.WaitGroup
	end := time.Now().Add(during)
	for n := range c.rings {
		all.Go(func() {
			next := time.Now().Add(time.Duration(rand.Int64N(int64(time.Second))))
			for ; next.Before(end); next = next.Add(time.Second) {
				time.Sleep(time.Until(next))
				c.said[n]++
				k := c.said[n]
				c.watch.begin(fmt.Sprintf("mark-%d-%d", n, k))
				id, client := string(helpdesk.NewID()), clientID()
				err := c.db.Write(ctx, "say", func(tx *store.Tx) error {
					_, err := tx.Exec(ctx, "INSERT INTO bench_said (id, conversation, number, client, at, body) VALUES ($1, $2, $3, $4, $5, $6)",
						id, c.ids[n], k, client, time.Now().UnixMicro(), body)
					return err
				})
				if err != nil {
					c.wrong.add(err)
					return
				}
				c.ring(n, k)
			}
		})
	}
	all.Wait()
}
