package staff_test

import (
	"fmt"
	"sync"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// Coordinators without a team in common who are shown the door at the same
// moment: one of them stays. SQLite hides the race, PostgreSQL does not.
func TestOneCoordinatorStaysHoweverManyAreShownTheDoorAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		console := w.desk.Console()
		here := []helpdesk.ID{w.init.User}
		for round := range 10 {
			for i := range 3 {
				login := fmt.Sprintf("coordinator%d-%d", round, i)
				token, err := w.desk.Invite(w.ctx, console, login, login, login+"@example.org", staff.Coordinator)
				w.must(err)
				_, cookie, err := w.desk.Accept(w.ctx, token, "en")
				w.must(err)
				here = append(here, w.open(cookie).User.ID)
			}
			var all sync.WaitGroup
			start := make(chan struct{})
			for _, id := range here {
				all.Go(func() {
					<-start
					w.desk.Disable(w.ctx, console, id) // refused to one of them
				})
			}
			close(start)
			all.Wait()
			users, err := w.desk.Users(w.ctx)
			w.must(err)
			here = nil
			for _, u := range users {
				if u.Kind == staff.Coordinator && u.State == staff.Active {
					here = append(here, u.ID)
				}
			}
			if len(here) != 1 {
				t.Fatalf("round %d: %d coordinators are left", round, len(here))
			}
		}
	})
}
