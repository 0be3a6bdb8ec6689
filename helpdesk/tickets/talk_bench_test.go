package tickets_test

import (
	"fmt"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// BenchmarkTalk is what one word costs: said by the person, said by the
// counsellor, and read by either, in a talk of 40 words, beside a bare insert
// of the same size with its commit.
func BenchmarkTalk(b *testing.B) {
	eachEngine(b, func(b *testing.B, db *store.DB) {
		h := build(b, db)
		team := h.team(b)
		anna := h.session(b, team)
		p := h.begin(b, team, "hello")
		for i := range 40 {
			h.say(b, p, fmt.Sprint("word ", i))
		}
		h.exec(b, "CREATE TABLE bare (id TEXT PRIMARY KEY, body BYTEA)")
		body := make([]byte, 512)
		b.Run("bare", func(b *testing.B) {
			for b.Loop() {
				h.write(b, func(tx *store.Tx) error {
					_, err := tx.Exec(background, "INSERT INTO bare (id, body) VALUES ($1, $2)", helpdesk.NewID(), body)
					return err
				})
			}
		})
		b.Run("said by the person", func(b *testing.B) {
			for b.Loop() {
				h.say(b, p, "a few words")
			}
		})
		b.Run("said by the counsellor", func(b *testing.B) {
			for b.Loop() {
				h.tell(b, anna, p.talk.ID, "a few words")
			}
		})
		b.Run("in turns", func(b *testing.B) {
			for b.Loop() {
				h.say(b, p, "a few words")
				h.tell(b, anna, p.talk.ID, "a few words")
			}
		})
		q := h.begin(b, team, "hello")
		h.say(b, q, "the newest")
		spoken, err := h.desk.Spoken(background, anna, q.talk.Ticket, 0, 5)
		h.ok(b, err)
		h.ok(b, h.desk.Settle(background, anna, spoken.Settle))
		b.Run("heard by the person", func(b *testing.B) {
			for b.Loop() {
				if got, _, err := h.desk.Heard(background, q.Guest, q.talk.ID, 1, 200); err != nil || len(got) != 1 {
					b.Fatal(len(got), err)
				}
			}
		})
		b.Run("heard by the counsellor", func(b *testing.B) {
			for b.Loop() {
				if got, err := h.desk.Spoken(background, anna, q.talk.Ticket, 1, 200); err != nil || len(got.Messages) != 1 {
					b.Fatal(len(got.Messages), err)
				}
			}
		})
	})
}

// BenchmarkTalks is many talks at once: each word is said by the person, read
// by the counsellor, answered and read by the person. One operation is one
// such turn.
func BenchmarkTalks(b *testing.B) {
	eachEngine(b, func(b *testing.B, db *store.DB) {
		h := build(b, db)
		team := h.team(b)
		anna := h.session(b, team)
		talks := make(chan *someone, 100)
		for range cap(talks) {
			p := h.begin(b, team, "hello")
			h.tell(b, anna, p.talk.ID, "hello") // settles, too
			talks <- p
		}
		b.SetParallelism(8)
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				p := <-talks
				n := h.say(b, p, "a few words")
				if got, err := h.desk.Spoken(background, anna, p.talk.Ticket, n-1, 200); err != nil || len(got.Messages) == 0 {
					b.Error(len(got.Messages), err)
				}
				h.tell(b, anna, p.talk.ID, "a few words")
				if got, _, err := h.desk.Heard(background, p.Guest, p.talk.ID, n, 200); err != nil || len(got) == 0 {
					b.Error(len(got), err)
				}
				talks <- p
			}
		})
	})
}
