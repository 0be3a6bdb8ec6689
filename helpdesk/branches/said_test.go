package branches_test

import (
	"fmt"
	"testing"
)

func TestWhatIsSaidInOneInstantIsReadInItsOrder(t *testing.T) {
	each(t, func(w *world) {
		maria := w.hire("maria", w.team)
		lena := w.in(w.branch("Redvik", "lena"))
		h := taps()
		h.Knows = false
		id := w.handedOn(lena, h).ID
		var said []string
		for i := range 8 { // by the same clock
			text := fmt.Sprintf("word %d", i)
			said = append(said, text)
			if i%2 == 0 {
				w.must(w.desk.AnswerTalk(w.ctx, maria, id, text, text))
			} else {
				w.must(w.desk.SayInTalk(w.ctx, lena, id, text, text))
			}
		}
		talk, err := w.desk.Talk(w.ctx, lena, id)
		w.must(err)
		if len(talk.Words) != 1+len(said) {
			t.Fatalf("%d words", len(talk.Words))
		}
		for i, text := range said {
			if got := talk.Words[1+i].Text; got != text {
				t.Errorf("in place %d stands %q, not %q", i, got, text)
			}
		}
	})
}
