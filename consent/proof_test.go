package consent

import (
	"testing"
	"time"

	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// A desk left open decides nothing: who makes an exception, and who is the second
// to look at it, has proven within five minutes who they are.
func TestAnExceptionNeedsAProofOfTheLastFiveMinutes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria, per := w.hire("maria", w.team), w.hire("per", w.team)
		_, ticket := w.comes()
		x := Excepting{Ticket: ticket, Kind: "crime", Law: "OSL 10:24", Why: "a serious crime", WhyNot: "they could be hurt"}
		id, err := w.Except(w.ctx, maria, x)
		w.must(err)
		w.rooms.Pass(6 * time.Minute)
		_, err = w.Except(w.ctx, maria, x)
		w.fails(err, staff.ErrProof)
		w.fails(w.Review(w.ctx, per, id, true, ""), staff.ErrProof)
		all, err := w.Exceptions(w.ctx, maria, ticket)
		w.must(err)
		if len(all) != 1 {
			t.Errorf("%d exceptions without a proof", len(all))
		}
	})
}
