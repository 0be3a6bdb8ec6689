package answers_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/answers"
	"returnsupport/helpdesk/staff"
)

func TestAnAnswerIsKeptInVersionsAndUndone(t *testing.T) {
	each(t, func(w *world) {
		bo := w.hire("bo", staff.Counsellor)
		a := w.put(bo, w.answer(bo))
		w.same("the first version", a.Version, 1)
		first := a
		a.Title = "After a no"
		a.Texts = map[string]string{"sv": "Ring {phone}.", "en": " "}
		a = w.put(w.ada, a) // a coordinator may, though bo answers for it
		w.same("the second", a.Version, 2)
		w.same("an empty text is none", a.Languages(), "[sv]")

		kept, err := w.replica().Answer(w.ctx, a.ID)
		w.ok(err)
		w.same("another process reads it", kept.Title+kept.Texts["sv"], "After a noRing {phone}.")
		w.same("who did", kept.Actor, w.ada.User.ID)

		w.ok(w.shelf.Undo(w.ctx, bo, a.ID, first.Version, a.Version))
		all, err := w.shelf.History(w.ctx, a.ID)
		w.ok(err)
		w.same("versions", len(all), 3)
		w.same("as before", all[0].Title+all[0].Texts["en"], first.Title+first.Texts["en"])

		w.ok(w.shelf.Drop(w.ctx, bo, a.ID, 3))
		on, err := w.shelf.List(w.ctx)
		w.ok(err)
		off, err := w.shelf.Dropped(w.ctx)
		w.ok(err)
		w.same("dropped", []int{len(on), len(off)}, "[0 1]")
		if _, err := w.shelf.Render(off[0], "en", map[string]string{"phone": "1"}); key(err) != "answer.dropped" {
			t.Errorf("a dropped one is rendered: %v", err)
		}
		w.ok(w.shelf.Undo(w.ctx, w.ada, a.ID, 3, 4))
		on, err = w.shelf.List(w.ctx)
		w.ok(err)
		w.same("back again", len(on), 1)

		// It stands in the book, and the book holds.
		w.ok(w.book.Chain(w.ctx))
		report, err := w.book.Verify(w.ctx)
		w.ok(err)
		if report.Bad != nil {
			t.Errorf("the journal: %+v", report)
		}
		var n int
		w.ok(w.db.QueryRow(w.ctx, `SELECT COUNT(*) FROM journal_entry WHERE object = $1`, string(a.ID)).Scan(&n))
		w.same("lines in the journal", n, 5)
	})
}

func TestWhoMayChangeAnAnswer(t *testing.T) {
	each(t, func(w *world) {
		bo, eva, lela := w.hire("bo", staff.Counsellor), w.hire("eva", staff.Counsellor), w.hire("lela", staff.Interpreter)
		a := w.put(bo, w.answer(bo))
		for what, err := range map[string]error{
			"drop": w.shelf.Drop(w.ctx, eva, a.ID, 1),
			"undo": w.shelf.Undo(w.ctx, eva, a.ID, 1, 1),
			"put":  func() error { _, err := w.shelf.Put(w.ctx, eva, a); return err }(),
			"an interpreter's": func() error {
				_, err := w.shelf.Put(w.ctx, lela, w.answer(lela))
				return err
			}(),
		} {
			if !errors.Is(err, helpdesk.ErrDenied) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if !w.shelf.MayChange(bo, a) || w.shelf.MayChange(eva, a) || !w.shelf.MayChange(w.ada, a) {
			t.Error("MayChange says something else")
		}
		for what, err := range map[string]error{
			"no such answer":  w.shelf.Drop(w.ctx, w.ada, helpdesk.NewID(), 1),
			"no such version": w.shelf.Undo(w.ctx, w.ada, a.ID, 7, 1),
		} {
			if !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := w.shelf.History(w.ctx, helpdesk.NewID()); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("history of nothing: %v", err)
		}
	})
}

func TestTwoWhoChangeAtOnceAreToldSo(t *testing.T) {
	each(t, func(w *world) {
		a := w.put(w.ada, w.answer(w.ada))
		var wg sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			wg.Go(func() { _, errs[i] = w.shelf.Put(w.ctx, w.ada, a) })
		}
		wg.Wait()
		done := 0
		for _, err := range errs {
			switch {
			case err == nil:
				done++
			case !errors.Is(err, helpdesk.ErrConflict):
				t.Errorf("told %v", err)
			}
		}
		w.same("done", done, 1)
	})
}

func TestAnExpiredAnswerCantBeInserted(t *testing.T) {
	each(t, func(w *world) {
		a := w.put(w.ada, w.answer(w.ada)) // to be looked at by 1 June
		fill := map[string]string{"phone": "020-41 50 00"}
		stockholm, err := time.LoadLocation("Europe/Stockholm")
		w.ok(err)
		for _, c := range []struct {
			now  time.Time
			want answers.Standing
		}{
			{w.now, answers.Fresh},
			{time.Date(2026, 5, 1, 23, 59, 0, 0, stockholm), answers.Fresh},
			{time.Date(2026, 5, 2, 0, 0, 0, 0, stockholm), answers.Near},
			{time.Date(2026, 6, 1, 23, 59, 0, 0, stockholm), answers.Near},
			{time.Date(2026, 6, 2, 0, 0, 0, 0, stockholm), answers.Expired},
		} {
			w.now = c.now
			w.same(c.now.String(), w.shelf.Standing(a), c.want)
			text, err := w.shelf.Render(a, "sv", fill)
			if c.want == answers.Expired {
				if key(err) != "answer.expired" || text != "" {
					t.Errorf("%s: %q, %v", c.now, text, err)
				}
			} else if err != nil || text != "Du kan överklaga. Ring 020-41 50 00." {
				t.Errorf("%s: %q, %v", c.now, text, err)
			}
		}
		// Looked at again, it is fresh; nobody can look at it for ever.
		a.Review = "2028-06-02"
		a = w.put(w.ada, a)
		w.same("looked at again", w.shelf.Standing(a), answers.Fresh)
		for _, day := range []string{"", "2026-06-01", "2028-06-03", "2027-02-30", "soon", "2027-1-1"} {
			a.Review = day
			if _, err := w.shelf.Put(w.ctx, w.ada, a); key(err) != "answer.review" {
				t.Errorf("%q: %v", day, err)
			}
			if day == "" || day == "soon" {
				w.same("a date that is none", w.shelf.Standing(a), answers.Expired)
			}
		}
	})
}

func TestWhatIsNoAnswerIsRefused(t *testing.T) {
	each(t, func(w *world) {
		long := strings.Repeat("å", 8001)
		for name, c := range map[string]struct {
			change func(*answers.Answer)
			want   string
		}{
			"no kind":           {func(a *answers.Answer) { a.Kind = "joke" }, "answer.kind"},
			"no title":          {func(a *answers.Answer) { a.Title = " " }, "answer.title"},
			"two lines":         {func(a *answers.Answer) { a.Title = "a\nb" }, "answer.title"},
			"no source":         {func(a *answers.Answer) { a.Source = "" }, "answer.source"},
			"nobody's":          {func(a *answers.Answer) { a.Owner = "" }, "answer.owner"},
			"no text":           {func(a *answers.Answer) { a.Texts = map[string]string{"sv": "\n"} }, "answer.text"},
			"too long":          {func(a *answers.Answer) { a.Texts["sv"] = long }, "answer.text"},
			"not Unicode":       {func(a *answers.Answer) { a.Texts["sv"] = "\xff" }, "answer.text"},
			"no language":       {func(a *answers.Answer) { a.Texts["Swedish"] = "x" }, "answer.language"},
			"unknown variable":  {func(a *answers.Answer) { a.Texts["sv"] = "Hej {namn}" }, "answer.variable"},
			"empty variable":    {func(a *answers.Answer) { a.Texts["sv"] = "Hej {}" }, "answer.variable"},
			"half a brace":      {func(a *answers.Answer) { a.Texts["sv"] = "Hej {phone" }, "answer.variable"},
			"the other half":    {func(a *answers.Answer) { a.Texts["sv"] = "Hej phone}" }, "answer.variable"},
			"a brace in braces": {func(a *answers.Answer) { a.Texts["sv"] = "{{phone}}" }, "answer.variable"},
		} {
			a := w.answer(w.ada)
			c.change(&a)
			if _, err := w.shelf.Put(w.ctx, w.ada, a); key(err) != c.want {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
		}
		all, err := w.shelf.List(w.ctx)
		w.ok(err)
		w.same("kept of that", len(all), 0)
	})
}

func TestVariablesAreFilledOrTheAnswerStays(t *testing.T) {
	each(t, func(w *world) {
		a := w.answer(w.ada)
		a.Texts = map[string]string{
			"en": "{service}: {counsellor} answers {number} on {today}, {phone}{phone}", "ar": "اتصل بنا على {phone} 📞", "sv": "utan",
		}
		a = w.put(w.ada, a)
		fill := map[string]string{"service": "Talk", "counsellor": "{phone}", "number": "R-7", "today": "2 March", "phone": "112"}
		for tag, want := range map[string]string{"en": "Talk: {phone} answers R-7 on 2 March, 112112", "ar": "اتصل بنا على 112 📞", "sv": "utan"} {
			if got, err := w.shelf.Render(a, tag, fill); err != nil || got != want {
				t.Errorf("%s: %q, %v", tag, got, err)
			}
		}
		for _, v := range answers.Variables {
			short := map[string]string{}
			for k, x := range fill {
				short[k] = x
			}
			short[v] = " "
			if got, err := w.shelf.Render(a, "en", short); key(err) != "answer.unfilled" || got != "" {
				t.Errorf("without %s: %q, %v", v, got, err)
			}
		}
		if _, err := w.shelf.Render(a, "so", fill); key(err) != "answer.untranslated" {
			t.Errorf("in Somali: %v", err)
		}
	})
}

// TestDatabaseWriter: who can write to the database can't make us say anything.
func TestDatabaseWriter(t *testing.T) {
	each(t, func(w *world) {
		a, other := w.put(w.ada, w.answer(w.ada)), w.answer(w.ada)
		other.Title = "Another"
		b := w.put(w.ada, other)
		w.exec(`CREATE TABLE kept_answer AS SELECT * FROM answers_answer`)
		a.Title = "Changed"
		a = w.put(w.ada, a)
		titles := func() (out []string) {
			all, err := w.shelf.List(w.ctx)
			w.ok(err)
			for _, a := range all {
				out = append(out, a.Title)
			}
			return out
		}
		w.same("before", titles(), []string{"Another", "Changed"})
		var sealed []byte
		w.ok(w.db.QueryRow(w.ctx, `SELECT sealed FROM answers_answer WHERE id = $1 AND version = 2`, string(a.ID)).Scan(&sealed))
		if strings.Contains(string(sealed), "Changed") {
			t.Error("it lies in plain")
		}

		w.exec(`UPDATE answers_answer SET sealed = $1 WHERE id = $2`, sealed, string(b.ID))
		w.same("another's words", titles(), []string{"Changed"})
		w.exec(`DELETE FROM answers_answer WHERE id = $1 AND version = 2`, string(a.ID))
		w.same("put back", len(titles()), 0)
		if _, err := w.shelf.Answer(w.ctx, a.ID); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("put back: %v", err)
		}
		for _, alarm := range []string{"answers.forged", "answers.back"} {
			if !strings.Contains(w.log.String(), alarm) {
				t.Errorf("no alarm %s", alarm)
			}
		}
	})
}
