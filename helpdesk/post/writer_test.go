package post

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/mailbridge"
)

func (h *house) tamper(query string, args ...any) {
	h.t.Helper()
	h.must(h.db.Write(h.ctx, "tamper", func(tx *store.Tx) error {
		n, err := tx.Exec(h.ctx, query, args...)
		if err == nil && n == 0 {
			err = fmt.Errorf("nothing was tampered with by %q", query)
		}
		return err
	}))
}

// Whoever can write to the database, but not to our memory, can't lead a letter
// into another conversation or have one of ours speak in it.
func TestDatabaseWriter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		two := func(t *testing.T) (id1 string, sent1 Sent) {
			h.t = t
			h.forget()
			h.server.taken = nil
			h.receive("a", write("from:anna id:m1", nil))
			h.receive("a", write("from:bo id:m2", nil))
			sent1, id1, _ = h.reply(1, "dear anna", "anna@x.example")
			h.clock.Pass(time.Minute)
			return id1, sent1
		}
		other := `(SELECT conversation FROM tickets_ticket WHERE number = 2)`
		marked := `(SELECT MIN(conversation) FROM post_thread WHERE conversation <> (SELECT conversation FROM post_thread WHERE kind = 1))`
		for _, c := range []struct{ name, tamper string }{
			{"known id moved to another conversation", `UPDATE post_thread SET conversation = ` + marked + ` WHERE kind = 1`},
			{"known id copied to another conversation", `INSERT INTO post_thread (id_index, address_index, conversation, ticket, team, kind, at, whose, mac)
				SELECT id_index, address_index, ` + marked + `, ticket, team, kind, at + 100000000, whose, mac FROM post_thread WHERE kind = 1`},
			{"known id given to another address", `UPDATE post_thread SET address_index = (SELECT address_index FROM post_thread o WHERE o.conversation = ` + marked + ` LIMIT 1) WHERE kind = 1`},
			{"waited for made ours", `UPDATE post_thread SET ticket = 'x' WHERE kind = 1`},
		} {
			t.Run(c.name, func(t *testing.T) {
				id, _ := two(t)
				h.deliverAll()
				h.tamper(c.tamper)
				h.receive("a", write("from:anna id:m3 irt:R", map[string]string{"R": id}))
				h.receive("a", write("from:bo id:m4 irt:R", map[string]string{"R": id}))
				conversation := h.count(`SELECT COUNT(*) FROM tickets_message WHERE conversation = ` + other)
				if conversation != 1 {
					t.Errorf("%d messages in the other conversation", conversation)
				}
				if !strings.Contains(h.log.String(), "thread_forged") {
					t.Error("no alarm")
				}
			})
		}
		for _, c := range []struct{ name, tamper string }{
			{"outbox row moved to another conversation", `UPDATE post_outbox SET conversation = ` + other},
			{"outbox row moved to another mailbox", `UPDATE post_outbox SET mailbox = 'x'`},
			{"outbox row under another author", `UPDATE post_outbox SET author = 'x'`},
		} {
			t.Run(c.name, func(t *testing.T) {
				_, _ = two(t)
				h.tamper(c.tamper)
				h.deliverAll()
				if len(h.server.taken) != 0 {
					t.Error("it was sent all the same")
				}
				if n := h.count(`SELECT COUNT(*) FROM tickets_message WHERE conversation = ` + other); n != 1 {
					t.Errorf("%d messages in the other conversation", n)
				}
				if h.count(`SELECT COUNT(*) FROM post_outbox WHERE state = 'failed'`) != 1 || !strings.Contains(h.log.String(), "outbox_forged") {
					t.Error("neither listed nor an alarm")
				}
			})
		}
		t.Run("bytes of one letter under another", func(t *testing.T) {
			_, _ = two(t)
			h.reply(2, "dear bo", "bo@x.example")
			h.clock.Pass(time.Minute)
			h.tamper(`UPDATE post_outbox SET mail = (SELECT o.mail FROM post_outbox o WHERE o.id <> post_outbox.id)
				WHERE conversation = ` + other)
			h.deliverAll()
			for _, l := range h.server.taken {
				if l.to[0] == "bo@x.example" || len(h.server.taken) != 1 {
					t.Errorf("%d letters left, one to %s", len(h.server.taken), l.to[0])
				}
			}
		})
		t.Run("a bounce about a letter that was moved", func(t *testing.T) {
			id, _ := two(t)
			h.deliverAll()
			h.tamper(`UPDATE post_outbox SET conversation = ` + other)
			h.receive("a", write("from:mailer-daemon return:<> report:bounce about:R failed:anna id:b1", map[string]string{"R": id}))
			if n := h.count(`SELECT COUNT(*) FROM tickets_message WHERE conversation = ` + other); n != 1 {
				t.Errorf("%d messages in the other conversation", n)
			}
		})
	})
}

// What somebody does to the ticket of a letter on its way does not send the
// letter to anybody twice.
func TestALetterWhoseTicketWasTamperedWithStopsAndIsListed(t *testing.T) {
	const recount = `UPDATE tickets_conversation SET last_number = 0`
	for name, tamper := range map[string]string{
		"the ticket is gone":           `DELETE FROM tickets_ticket`,
		"the conversation is gone":     `DELETE FROM tickets_conversation`,
		"the conversation counts anew": recount,
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				h := newHouse(t, db)
				h.receive("a", write("from:anna id:m1", nil))
				h.server.answer = func(to string) mailbridge.Outcome {
					if to == "gone@x.example" {
						return mailbridge.Outcome{State: mailbridge.Refused, Code: 550, Enhanced: "5.1.1"}
					}
					return mailbridge.Outcome{State: mailbridge.Accepted, Code: 250}
				}
				_, id, _ := h.reply(1, "hello", "anna@x.example", "gone@x.example")
				h.clock.Pass(10 * time.Second)
				h.tamper(tamper)
				for range 4 {
					h.deliverAll()
					h.clock.Pass(2 * leaseFor)
				}
				if n := len(h.server.taken); n != 1 {
					t.Errorf("the letter left %d times", n)
				}
				list := h.outbox()
				if len(list) != 1 || list[0].State != Failed || list[0].Deliveries[0].State != Accepted ||
					list[0].Deliveries[1].State != Refused || list[0].Deliveries[1].Code != "5.1.1" {
					t.Errorf("listed as %+v", list)
				}
				if !strings.Contains(h.log.String(), "code=outbox_untold") {
					t.Error("no alarm")
				}
				if tamper == recount {
					return // nothing can be added to it, whoever brings it
				}
				// Nor does a report about it hold up the mailbox.
				h.receive("a", write("from:mailer-daemon return:<> report:bounce about:R failed:anna id:b1", map[string]string{"R": id}))
				h.receive("a", write("from:bo id:m2", nil))
				if n := h.count(`SELECT COUNT(*) FROM post_seen`); n != 3 {
					t.Errorf("%d mails came in", n)
				}
			})
		})
	}
}

func TestALetterThroughSeveralMailboxesAtOnceIsThereOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		const letters = 20
		var wg sync.WaitGroup
		for _, box := range []string{"a", "a2", "strict", "b"} {
			worker := h.replica()
			wg.Go(func() {
				for i := range letters {
					raw := write(fmt.Sprintf("from:anna to:a,a2,strict,b id:m%d", i), nil)
					a := mailbridge.Arrival{Mark: mailbridge.Mark{UIDValidity: 1, UID: uint32(i + 1)}, Raw: []byte(raw), Size: int64(len(raw))}
					if err := worker.Receive(h.ctx, string(h.boxes[box]), a); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if n := h.count(`SELECT COUNT(*) FROM tickets_ticket`); n != 2*letters {
			t.Errorf("%d tickets of %d letters to two teams", n, letters)
		}
		if n := h.count(`SELECT COUNT(*) FROM tickets_message`); n != 2*letters {
			t.Errorf("%d messages", n)
		}
		for _, id := range h.boxes {
			if mark, err := h.post.Bookmark(h.ctx, string(id)); err != nil || mark.UID != letters {
				t.Errorf("bookmark %v, %v", mark, err)
			}
		}
	})
}

func TestALetterThatTripsABugIsSetAsideAndTheNextOneComes(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	kept := policy
	policy = nil
	t.Cleanup(func() { policy = kept })
	h.receive("a", canaryMail)
	if got := h.became("a"); got != "unreadable" {
		t.Errorf("became %s", got)
	}
	policy = kept
	h.receive("a", write("from:anna id:m1", nil))
	if got := h.became("a"); got != "1" {
		t.Errorf("the next became %s", got)
	}
	if a := h.asides(Unreadable)[0]; a.Reason != "broken" || a.Subject != "canarysubject" {
		t.Errorf("listed as %s", a.Reason)
	}
}
