package answers_test

import (
	"testing"
	"time"

	"returnsupport/helpdesk/answers"
)

func (w *world) told(shelf *answers.Shelf, language string) (out []string) {
	w.Helper()
	all, err := shelf.Told(w.ctx, language, map[string]string{"phone": "020-41 50 00", "service": "Talk"})
	w.ok(err)
	for _, t := range all {
		out = append(out, t.Text+" / "+t.Source+" / "+t.Day.Format(time.DateOnly))
	}
	return out
}

func TestPublicInformationIsToldInDateAndInTheLanguageItIsWrittenIn(t *testing.T) {
	each(t, func(w *world) {
		w.same("before", w.told(w.shelf, "sv"), "[]")
		canned := w.answer(w.ada)
		w.put(w.ada, canned)
		a := w.answer(w.ada)
		a.Kind, a.Title = answers.Public, "What everybody should know"
		a = w.put(w.ada, a) // to be looked at by 1 June
		half := w.answer(w.ada)
		half.Kind, half.Texts = answers.Public, map[string]string{"sv": "Fråga {counsellor}."}
		w.put(w.ada, half)

		const source = " / Aliens Act 2005:716, chapter 14 / 2026-03-01"
		w.same("in Swedish", w.told(w.shelf, "sv"), "[Du kan överklaga. Ring 020-41 50 00."+source+"]")
		w.same("in English", w.told(w.shelf, "en"), "[You can appeal. Call 020-41 50 00."+source+"]")
		w.same("in Somali", w.told(w.shelf, "so"), "[]")

		// Changed here it is told at once; changed elsewhere, soon.
		other := w.replica()
		w.same("elsewhere", len(w.told(other, "sv")), 1)
		a.Texts["sv"] = "Nytt."
		a = w.put(w.ada, a)
		w.same("changed", w.told(w.shelf, "sv"), "[Nytt."+source+"]")
		w.now = w.now.Add(time.Minute)
		w.same("elsewhere, too", w.told(other, "sv"), "[Nytt."+source+"]")

		// Past its day nobody is told.
		w.now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
		w.same("on its last day", len(w.told(w.shelf, "sv")), 1)
		w.now = w.now.Add(24 * time.Hour)
		w.same("past it", w.told(w.shelf, "sv"), "[]")

		a.Review = "2027-06-01"
		a = w.put(w.ada, a)
		w.same("looked at again", w.told(w.shelf, "sv"), "[Nytt. / Aliens Act 2005:716, chapter 14 / 2026-06-02]")
		w.ok(w.shelf.Drop(w.ctx, w.ada, a.ID, a.Version))
		w.same("dropped", w.told(w.shelf, "sv"), "[]")
	})
}
