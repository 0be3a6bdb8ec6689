package people_test

import (
	"bytes"
	"testing"
	"time"

	"returnsupport/helpdesk/people"
)

func TestFilesPostedTooLateAreThereOnReturn(t *testing.T) {
	each(t, func(w *world) {
		cookie, g, code := w.withCode()
		w.end(cookie)
		paper := people.LateFile{Name: "beslut.pdf", Type: "application/pdf", Tells: true, Data: bytes.Repeat([]byte("%PDF "), 50_000)}
		empty := people.LateFile{Name: "tom.txt", Type: "text/plain"}
		w.must(w.people.KeepLate(w.ctx, g.Person, "", "Här är beslutet.", paper, empty))
		w.clock.pass(time.Minute)
		w.must(w.people.KeepLate(w.ctx, g.Person, "", "", people.LateFile{Name: "alone.txt", Type: "text/plain", Data: []byte("alone")}))
		_, back, _ := w.comeBack(code)
		late, err := w.people.Late(w.ctx, back)
		w.must(err)
		if len(late) != 2 || len(late[0].Files) != 2 || late[0].Files[0] != (people.LateHead{Name: "beslut.pdf", Size: 250_000}) ||
			late[0].Files[1].Name != "tom.txt" || late[1].Text != "" || len(late[1].Files) != 1 {
			t.Fatalf("%d late texts", len(late))
		}
		files, err := w.people.LateFiles(w.ctx, back, late[0].ID)
		w.must(err)
		if len(files) != 2 || !bytes.Equal(files[0].Data, paper.Data) || files[0].Type != paper.Type || !files[0].Tells || files[1].Tells || len(files[1].Data) != 0 {
			t.Errorf("%d files", len(files))
		}
		_, other, _ := w.withCode()
		if theirs, err := w.people.LateFiles(w.ctx, other, late[0].ID); err != nil || len(theirs) != 0 {
			t.Errorf("somebody else opens %d, %v", len(theirs), err)
		}
		w.must(w.people.DropLate(w.ctx, other, late[0].ID)) // not theirs
		w.must(w.people.DropLate(w.ctx, back, late[0].ID))
		if n := w.count(`SELECT COUNT(*) FROM people_late_file`); n != 1 {
			t.Errorf("after one text was dropped %d files are left", n)
		}
	})
}

func TestLateFilesAreBounded(t *testing.T) {
	each(t, func(w *world) {
		_, g, _ := w.withCode()
		five := make([]people.LateFile, 5)
		for range 2 {
			w.must(w.people.KeepLate(w.ctx, g.Person, "", "x", five...))
		}
		w.refused(w.people.KeepLate(w.ctx, g.Person, "", "x", five[0]), "late.full")
		if n := w.count(`SELECT COUNT(*) FROM people_late`); n != 2 {
			t.Errorf("%d texts: what was refused stayed in part", n)
		}
		w.clock.pass(30 * 24 * time.Hour)
		w.must(w.people.Sweep(w.ctx))
		if n := w.count(`SELECT COUNT(*) FROM people_late_file`); n != 0 {
			t.Errorf("after a month %d are left", n)
		}
	})
}

func TestLengthsOfLateFilesTellNothing(t *testing.T) {
	each(t, func(w *world) {
		_, g, _ := w.withCode()
		w.must(w.people.KeepLate(w.ctx, g.Person, "", "", people.LateFile{Name: "yes.txt", Data: []byte("yes")}))
		w.must(w.people.KeepLate(w.ctx, g.Person, "", "", people.LateFile{Name: "no.txt", Data: []byte("not at all")}))
		if n := w.count(`SELECT COUNT(DISTINCT LENGTH(body) * 100000 + LENGTH(head)) FROM people_late_file`); n != 1 {
			t.Errorf("%d lengths", n)
		}
	})
}
