package post

import (
	"testing"
	"time"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

func TestLettersSetAsideGoWithTheirTimeOnceSomebodyDealtWithThem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		mails := map[string]string{}
		for _, id := range []string{"m1", "m2", "m3"} {
			mails[id] = write("from:anna id:"+id+" auto:auto-replied body:"+id, nil)
			h.receive("a", mails[id])
		}
		list := h.asides(Automatic)
		if len(list) != 3 {
			t.Fatalf("%d of three letters were set aside", len(list))
		}
		for _, a := range list[:2] {
			h.must(h.post.AsideDone(h.ctx, h.session(), a.ID, true))
		}
		kept := list[2].ID
		drop := func(before time.Time, most int) (n int64) {
			h.must(db.Write(h.ctx, "test", func(tx *store.Tx) (err error) {
				n, err = h.post.DropAsides(h.ctx, tx, before, most)
				return err
			}))
			return n
		}
		later := time.Now().AddDate(50, 0, 0)
		if n, err := h.post.OldAsides(h.ctx, later); err != nil || n != 2 {
			t.Errorf("the preview names %d, %v", n, err)
		}
		for _, step := range []struct {
			before time.Time
			want   int64
		}{{time.Unix(0, 0), 0}, {later, 1}, {later, 1}, {later, 0}} {
			if n := drop(step.before, 1); n != step.want {
				t.Errorf("a step took %d, want %d", n, step.want)
			}
		}
		for _, m := range mails { // the server still has them, and hands them out anew
			h.receive("a", m)
		}
		var rows, chunks int
		h.must(db.QueryRow(h.ctx, `SELECT COUNT(*) FROM post_aside`).Scan(&rows))
		h.must(db.QueryRow(h.ctx, `SELECT COUNT(DISTINCT aside) FROM post_asidechunk`).Scan(&chunks))
		if left := h.asides(Automatic); len(left) != 1 || left[0].ID != kept || rows != 1 || chunks != 1 {
			t.Errorf("left are %d letters, %d rows and originals of %d", len(left), rows, chunks)
		}
	})
}
