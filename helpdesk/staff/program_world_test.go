package staff_test

import (
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// boss is a coordinator who is in no team.
func (w *world) boss(login string) hired {
	w.t.Helper()
	token, err := w.desk.Invite(w.ctx, w.desk.Console(), login, login, login+"@canary.example", staff.Coordinator)
	w.must(err)
	h := hired{login: login, token: token}
	h.words, h.cookie, err = w.desk.Accept(w.ctx, token, "en")
	w.must(err)
	h.id = w.open(h.cookie).User.ID
	return h
}

func (w *world) drop(table string) error {
	return w.db.Write(w.ctx, "drop a snapshot", func(tx *store.Tx) error {
		_, err := tx.Exec(w.ctx, `DROP TABLE `+table)
		return err
	})
}
