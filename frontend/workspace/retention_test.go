package workspace_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/retention"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// behind are the rooms behind the desk, of which nothing left the house.
type behind struct{ *post.Postroom }

func (behind) Running(context.Context, store.Reader, []helpdesk.ID) ([]helpdesk.ID, error) {
	return nil, nil
}

func (w *world) letsGo(db *store.DB, secrets *vault.Secrets, book *journal.Book, letters *post.Postroom, now func() time.Time, log *slog.Logger) *retention.Room {
	return retention.New(retention.House{DB: db, Secrets: secrets, Journal: book, Office: w.office, Staff: w.staff, People: w.people,
		Tickets: w.tickets, Post: letters, Chat: w.room, Others: behind{letters}, Now: now, Log: log})
}

const keepsAll = "messages | keep\nattachments | keep\noriginals | keep\njournal | keep\nfigures | keep\nserver | keep"

func TestACoordinatorSeesWhatGoesPostponesItAndTakesThatBack(t *testing.T) {
	w := newWorld(t)
	ada, maria := w.coordinator(), w.hire("Maria Ek", w.team)
	id := w.letterFrom("old@x.example", w.team)
	path := "/w/t/" + string(id)
	page := maria.get(200, path)
	maria.press(303, page, path+"/close", "version", versionIn(t, page))
	const keeping = "/w/office/keeping"
	maria.get(403, keeping)
	w.has(ada.get(200, keeping), "Nobody has saved these rules yet", "Nothing goes in the next 30 days")

	// Its last word was some days ago, so that it is a month old within the 30 days.
	w.ok(w.db.Write(t.Context(), "test", func(tx *store.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE tickets_ticket SET rank = rank + $1`, (10 * 24 * time.Hour).Microseconds())
		return err
	}))
	w.ok(w.office.Set(t.Context(), w.ada, office.Retention, "tickets | 1\n"+keepsAll))
	page = ada.get(200, keeping)
	w.has(page, "Closed tickets", "goes on", "R-1")
	w.lacks(page, "Nobody has saved", "A letter", "old@x.example")

	w.has(ada.press(422, page, keeping+"/hold", "ticket", string(id), "months", "600", "reason", "court"), "Choose for how long")
	w.has(ada.press(422, page, keeping+"/hold", "ticket", string(id), "months", "6", "reason", "Amina appeals"), "Say why it is kept longer")
	ada.press(303, page, keeping+"/hold", "ticket", string(id), "months", "6", "reason", "court")
	page = ada.get(200, keeping)
	w.has(page, "kept until", "A court or an authority still decides")
	ada.press(303, page, keeping+"/release", "ticket", string(id))
	w.lacks(ada.get(200, keeping), "kept until")
}

func TestWhatSomebodyAskedForOnPaperIsErasedUnlessItIsTakenBack(t *testing.T) {
	w := newWorld(t)
	ada := w.coordinator()
	id := w.letterFrom("forget@x.example", w.team)
	const keeping = "/w/office/keeping"
	page := ada.get(200, keeping)
	today := w.clock.now().Format(time.DateOnly)
	w.has(ada.press(422, page, keeping+"/erase", "which", "R-77", "day", today), "There is no such ticket")
	w.has(ada.press(422, page, keeping+"/erase", "which", "R-1", "day", "1999-01-01"), "Say on which day")
	ada.press(303, page, keeping+"/erase", "which", "https://desk.example/w/t/"+string(id), "day", today)
	page = ada.get(200, keeping)
	w.has(page, "asked on", "written down by", "R-1")
	ada.press(303, page, keeping+"/unerase", "ticket", string(id))
	w.lacks(ada.get(200, keeping), "written down by")
}
