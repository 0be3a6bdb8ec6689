package tickets_test

import (
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

func TestWhoCameByALinkErasesNobodyElsesCase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		p := h.begin(t, team, "my appeal ends Friday")
		_, link := h.secure(t, anna, p.talk.ID, "behind a link")
		other, _, _, err := h.follow(t.Context(), link.Fragment())
		h.ok(t, err)
		h.write(t, func(tx *store.Tx) error { return h.desk.Welcome(t.Context(), tx, anna, p.talk.Ticket, other.Person) })
		h.say(t, &someone{Guest: other, talk: p.talk}, "from somebody else")
		h.eraseAll(t, other)
		h.write(t, func(tx *store.Tx) error { return errOf(h.desk.EraseFor(t.Context(), tx, other.Person)) })
		same(t, "the person reads", h.heard(t, p, 0), []string{"my appeal ends Friday", "behind a link", "from somebody else"})
		same(t, "whom it concerns", h.page(t, anna, p.talk.Ticket).Ticket.Person, p.Person)
		h.reply(t, anna, p.talk.ID, "we go on")
		for _, table := range []string{"tickets_reader", "tickets_letterkey"} {
			var n int
			h.ok(t, db.QueryRow(t.Context(), "SELECT COUNT(*) FROM "+table+" WHERE kind = 'person' AND reader = $1", other.Person).Scan(&n))
			same(t, "wraps of who is gone in "+table, n, 0)
		}
		var ids []helpdesk.ID
		if ids, err = h.desk.Erasing(t.Context(), db, other.Person); err != nil || len(ids) != 0 {
			t.Errorf("%d tickets wait to be erased, %v", len(ids), err)
		}
	})
}
