package tickets_test

import (
	"errors"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

func TestATicketThatCameBackWithABackupIsErasedAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		p := h.begin(t, team, "came back")
		h.write(t, func(tx *store.Tx) error { return errOf(h.desk.EraseAgain(t.Context(), tx, p.talk.Ticket)) })
		if _, err := h.desk.Page(t.Context(), anna, p.talk.Ticket); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("it is still there: %v", err)
		}
		err := db.Write(t.Context(), "again", func(tx *store.Tx) error { return errOf(h.desk.EraseAgain(t.Context(), tx, p.talk.Ticket)) })
		if !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("what is not there is erased: %v", err)
		}
	})
}
