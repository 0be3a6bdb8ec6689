package consent

import (
	"testing"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// TestAWarmReferralIsATalkOfExactlyThoseWhoWereAgreed: the recipient, the team
// and the person hear one another; nobody else does, and what else stands in the
// ticket none of the recipient's.
func TestAWarmReferralIsATalkOfExactlyThoseWhoWereAgreed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria, per, stranger := w.hire("maria", w.team), w.hire("per", w.team), w.hire("stranger", w.other)
		g, ticket := w.comes()
		another, _ := w.comes()
		clinic, other := w.organisation("Clinic", "partner", "SE"), w.organisation("Other", "partner", "SE")
		o, olga := w.enters(w.account(clinic, "pia")), w.enters(w.account(other, "olga"))
		f := Referring{Mode: Warm, Target: clinic.ID, Priority: PriorityNormal, Need: "a doctor", Reason: "they see people without papers", Likely: true, Agreed: true,
			Parts: []Part{{Kind: PartText, Label: "Your first name", Text: "Samira"}}}
		id, out := w.asks(maria, ticket, f)
		w.refused(w.SayReferral(w.ctx, maria, id, "too early"), "refer.ended")
		w.saysYes(g, out)
		_, err := w.Send(w.ctx, maria, id, w.referral(maria, id).Version, Way{})
		w.must(err)
		w.must(w.Agree(w.ctx, o, id))
		w.must(w.Accept(w.ctx, o, id))

		w.must(w.AskBack(w.ctx, o, id, "when can she come?"))
		w.must(w.SayReferral(w.ctx, maria, id, "she says herself"))
		w.must(w.SayAsPerson(w.ctx, g, id, "on Monday"))
		mine, err := w.MyReferrals(w.ctx, g)
		w.must(err)
		for who, words := range map[string][]Word{"the recipient": w.released(o, id).Words, "the team": w.referral(per, id).Words, "the person": mine[0].Words} {
			if len(words) != 3 {
				t.Errorf("%s hears %d words", who, len(words))
			}
		}

		w.letter(maria, ticket, "what is said in the ticket stays there")
		if r := w.released(o, id); len(r.Words) != 3 || len(r.Handed.Items) != 1 {
			t.Errorf("the recipient has %d words, %d items", len(r.Words), len(r.Handed.Items))
		}
		for who, err := range map[string]error{
			"another recipient":       errOf(w.Released(w.ctx, olga, id)),
			"another recipient asks":  w.AskBack(w.ctx, olga, id, "x"),
			"another team":            errOf(w.Referral(w.ctx, stranger, id)),
			"another team says":       w.SayReferral(w.ctx, stranger, id, "x"),
			"another person says":     w.SayAsPerson(w.ctx, another, id, "x"),
			"another person takes it": w.TakeBack(w.ctx, another, id),
		} {
			if !isNotFound(err) {
				t.Errorf("%s: %v", who, err)
			}
		}
		w.must(w.TakeBack(w.ctx, g, id))
		w.ended(o, id, "taken back")
		w.refused(w.SayReferral(w.ctx, maria, id, "still there?"), "refer.ended")
	})
}

func errOf[T any](_ T, err error) error { return err }
