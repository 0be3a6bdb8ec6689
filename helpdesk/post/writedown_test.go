package post

import (
	"context"
	"fmt"
	"testing"
	"time"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/mailbridge"
)

// forgetful takes a letter, and at that moment the database's disk is full.
type forgetful struct {
	h    *house
	full chan struct{}
}

func (f forgetful) Deliver(ctx context.Context, srv mailbridge.Server, from string, to []string, raw []byte) (map[string]mailbridge.Outcome, error) {
	out, err := f.h.server.Deliver(ctx, srv, from, to, raw)
	f.h.fill()
	close(f.full)
	return out, err
}

// outboxTables are where an attempt is written down.
var outboxTables = []string{"post_outbox", "post_delivery", "post_sending"}

// fill makes every write to the outbox fail as it does on a full disk.
func (h *house) fill() {
	h.must(h.db.Write(h.ctx, "fill the disk", func(tx *store.Tx) error {
		_, err := tx.Exec(h.ctx, `CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
			'BEGIN RAISE EXCEPTION ''no room'' USING ERRCODE = ''53100''; END'`)
		for _, table := range outboxTables {
			if err == nil {
				_, err = tx.Exec(h.ctx, fmt.Sprintf(`CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION full_disk()`, table))
			}
		}
		return err
	}))
}

func (h *house) makeRoom() {
	h.must(h.db.Write(h.ctx, "make room", func(tx *store.Tx) error {
		for _, table := range outboxTables {
			if _, err := tx.Exec(h.ctx, `DROP TRIGGER full_disk ON `+table); err != nil {
				return err
			}
		}
		return nil
	}))
}

// Who sent it holds it in mind, past the end of the lease; another process that
// met the same full disk gives it the time to write that down.
func TestALetterThatLeftWhileTheDiskWasFullLeavesOnce(t *testing.T) {
	h := newHouse(t, storetest.Postgres(t))
	other := h.replica()
	h.receive("a", write("from:anna id:m1", nil))
	h.reply(1, "hello", "anna@x.example")
	h.clock.Pass(10 * time.Second)

	slow := forgetful{h, make(chan struct{})}
	h.post.deliverer = slow
	sent := make(chan error)
	go func() { _, err := h.post.sendNext(h.ctx); sent <- err }()
	<-slow.full
	h.clock.Pass(time.Minute)
	if _, err := other.sendNext(h.ctx); err == nil {
		t.Fatal("another process wrote to a full disk")
	}
	h.makeRoom()
	if _, err := other.sendNext(h.ctx); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-sent:
		h.must(err)
	case <-time.After(20 * time.Second):
		t.Fatal("what left was never written down")
	}
	if n := len(h.server.taken); n != 1 {
		t.Errorf("it left %d times", n)
	}
	if n := h.count(`SELECT COUNT(*) FROM post_outbox WHERE state = 'gone'`); n != 1 {
		t.Error("it is still on its way")
	}
}

// A process that died with a letter keeps it from nobody.
func TestALetterOfAProcessThatDiedIsTakenOverAfterTheDatabaseCameBack(t *testing.T) {
	h := newHouse(t, storetest.Postgres(t))
	h.receive("a", write("from:anna id:m1", nil))
	h.reply(1, "hello", "anna@x.example")
	h.clock.Pass(10 * time.Second)
	due, err := h.post.due(h.ctx)
	h.must(err)
	_, err = h.post.claim(h.ctx, due[0].id) // and dies
	h.must(err)
	h.clock.Pass(leaseFor)
	h.fill()
	if _, err := h.post.sendNext(h.ctx); err == nil {
		t.Fatal("wrote to a full disk")
	}
	h.makeRoom()
	_, err = h.post.sendNext(h.ctx)
	h.must(err)
	if n := len(h.server.taken); n != 0 {
		t.Fatal("nobody could know yet whether it had left")
	}
	h.clock.Pass(aftermath)
	_, err = h.post.sendNext(h.ctx)
	h.must(err)
	if n := len(h.server.taken); n != 1 {
		t.Errorf("it left %d times", n)
	}
}
