package staff_test

import (
	"fmt"
	"log/slog"
	"sync"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

// TestClaimsOfManyAtOnce is about PostgreSQL, where writers really meet:
// admissions and removals of one team at the same moment leave exactly the
// right people with the last key.
func TestClaimsOfManyAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) { claims(newWorld(t, db)) })
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// claims lets six be admitted by two members, four be removed, and one of the
// members sign in again and again, all at once.
func claims(w *world) {
	t := w.t
	helper := w.hire("helper")
	var leaving, coming []hired
	for i := range 4 {
		leaving = append(leaving, w.hire(fmt.Sprintf("leaving%d", i)))
	}
	for i := range 6 {
		coming = append(coming, w.accepted(fmt.Sprintf("coming%d", i), w.team))
	}
	place := vault.At("test", 1)
	key, err := w.desk.TeamKey(w.ctx, w.db, w.team)
	w.must(err)
	oldest, err := key.Seal(place, []byte("oldest"))
	w.must(err)

	ada, help := w.ada(), w.open(helper.cookie)
	var all sync.WaitGroup
	errs := make(chan error, 100)
	for _, h := range leaving {
		all.Go(func() { errs <- w.desk.Remove(w.ctx, w.desk.Console(), h.id, w.team) })
	}
	for _, h := range coming {
		all.Go(func() {
			// Two say yes to the same person: one of them finds it done.
			first := w.desk.Admit(w.ctx, ada, h.id, w.team)
			second := w.desk.Admit(w.ctx, help, h.id, w.team)
			if first != nil && second != nil {
				errs <- fmt.Errorf("nobody could admit: %w, %w", first, second)
			}
		})
	}
	all.Go(func() {
		for range 5 {
			_, err := w.desk.Session(w.ctx, helper.cookie, true)
			errs <- err
		}
	})
	all.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}

	key, err = w.desk.TeamKey(w.ctx, w.db, w.team)
	w.must(err)
	if key.ID.Version != 5 {
		t.Errorf("four left, and the key is version %d", key.ID.Version)
	}
	newest, err := key.Seal(place, []byte("newest"))
	w.must(err)
	in := map[helpdesk.ID]bool{w.init.User: true, helper.id: true}
	cookies := []string{helper.cookie}
	for _, h := range coming {
		in[h.id] = true
		cookies = append(cookies, h.cookie)
	}
	members, err := w.desk.Members(w.ctx, w.team)
	w.must(err)
	for _, m := range members {
		if !in[m.ID] {
			t.Errorf("%s is still in", m.ID)
		}
		delete(in, m.ID)
	}
	if len(in) != 0 {
		t.Errorf("%d are missing", len(in))
	}
	for _, cookie := range cookies {
		s := w.open(cookie)
		for version, sealed := range map[int][]byte{1: oldest, 5: newest} {
			pair, err := s.TeamPair(w.team, version)
			if err != nil {
				t.Errorf("version %d: %v", version, err)
				continue
			}
			if _, err := pair.Open(place, sealed); err != nil {
				t.Errorf("version %d: %v", version, err)
			}
		}
	}
	for _, h := range leaving {
		if w.open(h.cookie).Member(w.team) {
			t.Errorf("%s left and is a member", h.login)
		}
	}
}

// One request may look at its session from several sides at once, while the
// team's key goes on: each look opens and settles what it has read itself.
func TestASessionReadAfreshFromManySidesAtOnceKeepsItsKeys(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		var leaving []hired
		for i := range 5 {
			leaving = append(leaving, w.hire(fmt.Sprintf("leaving%d", i)))
		}
		s := w.ada()
		for _, h := range leaving {
			var all sync.WaitGroup
			errs := make(chan error, 100)
			for range 6 {
				all.Go(func() {
					for range 4 {
						errs <- staff.Load(w.ctx, w.desk, s)
					}
				})
			}
			all.Go(func() { errs <- w.desk.Remove(w.ctx, w.desk.Console(), h.id, w.team) })
			all.Wait()
			close(errs)
			for err := range errs {
				w.must(err)
			}
		}
		w.must(staff.Load(w.ctx, w.desk, s))
		for version := 1; version <= 6; version++ {
			_, err := s.TeamPair(w.team, version)
			w.must(err)
		}
	})
}
