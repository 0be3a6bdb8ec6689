package staff_test

import (
	"bytes"
	"testing"

	"returnsupport/helpdesk"
)

func TestOnlyWhoWorksHereIsSealedTo(t *testing.T) {
	each(t, func(w *world) {
		bo := w.hire("bo")
		waiting := w.accepted("wim", w.team)
		_, session := w.signIn("bo", bo.words)
		key, err := w.desk.UserKey(w.ctx, w.db, session.User.ID)
		w.must(err)
		if own := session.Own().Public(); key.ID != own.ID || !bytes.Equal(key.Public, own.Public) {
			t.Errorf("sealed to %v, want %v", key.ID, own.ID)
		}
		_, err = w.desk.UserKey(w.ctx, w.db, helpdesk.NewID())
		w.fails(err, helpdesk.ErrNotFound)
		_, err = w.desk.UserKey(w.ctx, w.db, waiting.id)
		w.fails(err, helpdesk.ErrNotFound)

		// Another public key put in, then an old row put back.
		w.keep("before")
		w.exec("UPDATE staff_user SET public = $1 WHERE id = $2", w.ada().Own().Public().Public, string(session.User.ID))
		if _, err := w.desk.UserKey(w.ctx, w.db, session.User.ID); err == nil {
			t.Error("sealed to a key that was put in")
		}
		w.alarmed("user_forged")
		w.putBack("before", "staff_user")
		w.must(w.desk.Disable(w.ctx, w.desk.Console(), session.User.ID))
		_, err = w.desk.UserKey(w.ctx, w.db, session.User.ID)
		w.fails(err, helpdesk.ErrNotFound)
	})
}
