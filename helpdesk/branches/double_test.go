package branches_test

import (
	"testing"
	"time"

	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/staff"
)

// Somebody was invited twice. All that an account did is its branch's, so a
// coordinator ends the one too many, and nothing of it is lost or waits for it.
func TestAnAccountMadeTwiceIsEndedAndItsWorkStaysWithTheBranch(t *testing.T) {
	each(t, func(w *world) {
		maria := w.hire("maria", w.team)
		one := w.branch("Redvik", "lena")
		lena := w.in(one)
		token, err := w.staff.InviteVolunteer(w.ctx, lena, "lena2", "lena Canaryname", "lena@branch.example", "sv", w.clock.Now().AddDate(0, 6, 0))
		w.must(err)
		twice := w.accepted(one.org, "lena2", token)
		w.must(w.staff.AdmitPartner(w.ctx, lena, twice.id))
		other := w.in(twice)
		cards, err := w.desk.Print(w.ctx, other, 1)
		w.must(err)
		r := w.handedOn(other, taps())
		asked, err := w.desk.Consult(w.ctx, other, client+"-ask", "May I go along?")
		w.must(err)
		w.must(w.desk.Ask(w.ctx, maria, r.ID, "task", branches.Task{Kind: branches.Bring, Words: "to the bus"}))
		thread, err := w.desk.Follow(w.ctx, other, r.ID)
		w.must(err)
		w.must(w.desk.Turn(w.ctx, other, r.ID, thread.Tasks[0].ID, branches.TaskTaken, ""))

		w.must(w.staff.EndVolunteer(w.ctx, w.ada(), twice.id))
		w.clock.Pass(31 * time.Second)
		code, err := staff.FactorCode(twice.seed, w.clock.Now())
		w.must(err)
		_, err = w.staff.SignInVolunteer(w.ctx, twice.login, twice.words, code)
		w.refused(err, "staff.wrong")
		lena = w.in(one)
		thread, err = w.desk.Follow(w.ctx, lena, r.ID)
		w.must(err)
		w.must(w.desk.Say(w.ctx, lena, r.ID, "word", "it is me", false))
		w.must(w.desk.Turn(w.ctx, lena, r.ID, thread.Tasks[0].ID, branches.TaskDone, "went along"))
		if _, err := w.desk.Talk(w.ctx, lena, asked.ID); err != nil {
			t.Error("what the other asked is gone", err)
		}
		if mine, err := w.desk.Mine(w.ctx, lena); err != nil || len(mine) != 1 {
			t.Error(mine, err)
		}
		h := taps()
		h.Client, h.Reach, h.Card = client+"-card", branches.ReachCard, cards[0].Ending
		w.handedOn(lena, h)
		if n := w.count(`SELECT COUNT(*) FROM journal_entry WHERE verb = $1 AND object = $2 AND actor <> ''`, staff.VerbDisabled, twice.id); n != 1 {
			t.Errorf("%d lines of the journal say who ended it", n)
		}
	})
}
