package people_test

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

var morning = time.Date(2026, 3, 2, 9, 41, 7, 0, time.UTC)

func room() *people.Registry {
	return people.New(people.House{Secrets: vault.NewSecrets(), Now: func() time.Time { return morning }})
}

func writer(t *testing.T, db *store.DB, p *people.Registry, key string) people.Writer {
	t.Helper()
	var w people.Writer
	err := db.Write(context.Background(), "test", func(tx *store.Tx) (err error) {
		w, err = p.Writer(context.Background(), tx, key)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestAnAddressThatWritesTwiceIsOneWriter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := room()
		first := writer(t, db, p, "amina@example.org")
		again := writer(t, db, p, "amina@example.org")
		other := writer(t, db, p, "amina+2@example.org")
		if !first.New || again.New || first.ID != again.ID || other.ID == first.ID {
			t.Errorf("first %+v, again %+v, other %+v", first, again, other)
		}
	})
}

func TestTwoReplicasThatMeetAnAddressAtOnceMakeOneWriter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := room()
		var ids [8]helpdesk.ID
		var wait sync.WaitGroup
		for i := range ids {
			wait.Go(func() {
				err := db.Write(context.Background(), "test", func(tx *store.Tx) error {
					w, err := p.Writer(context.Background(), tx, "both@example.org")
					ids[i] = w.ID
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		for _, id := range ids {
			if id == "" || id != ids[0] {
				t.Fatalf("writers %v, want one", ids)
			}
		}
	})
}

func TestAHelpersAddressIsMarked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, p := context.Background(), room()
		w := writer(t, db, p, "legal.aid@example.org")
		mark := func(id helpdesk.ID, shared bool) error {
			return db.Write(ctx, "test", func(tx *store.Tx) error { return p.SetShared(ctx, tx, id, shared) })
		}
		for _, shared := range []bool{true, false} {
			if err := mark(w.ID, shared); err != nil {
				t.Fatal(err)
			}
			got, err := p.ByID(ctx, db, w.ID)
			if err != nil || got.Shared != shared {
				t.Errorf("shared = %v, %v; want %v", got.Shared, err, shared)
			}
		}
		if err := mark(helpdesk.NewID(), true); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("marking an unknown writer: %v", err)
		}
	})
}

func TestNobodyIsKnownBeforeTheyWrote(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, p := context.Background(), room()
		if _, err := p.Known(ctx, db, "nobody@example.org"); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("unknown address: %v", err)
		}
		if err := p.Person(ctx, db, helpdesk.NewID()); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("unknown person: %v", err)
		}
	})
}

func TestAPersonIsMadeWithoutAName(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, p := context.Background(), room()
		var id helpdesk.ID
		err := db.Write(ctx, "test", func(tx *store.Tx) (err error) {
			id, err = p.NewPerson(ctx, tx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Person(ctx, db, id); err != nil {
			t.Error(err)
		}
	})
}

func TestAThiefFindsNoAddressAndNoMinute(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		writer(t, db, room(), "canary.kanin@example.org")
		if bytes.Contains(storetest.Dump(t, db), []byte("canary.kanin")) {
			t.Error("the database shows the address")
		}
		var since int64
		if err := db.QueryRow(context.Background(), "SELECT since_day FROM people_writer").Scan(&since); err != nil {
			t.Fatal(err)
		}
		if want := morning.Truncate(24 * time.Hour).UnixMicro(); since != want {
			t.Errorf("since %d, want the day %d", since, want)
		}
	})
}
