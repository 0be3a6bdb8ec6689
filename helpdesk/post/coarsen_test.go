package post

import (
	"testing"
	"time"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// What is remembered of letters names no ticket and no minute, and still leads
// the next letter where it belongs, a bounce to its conversation and an author to
// what became of an answer.
func TestOfALetterThatLeftThePostroomKeepsNoNameAndNoMinute(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:anna id:m1", nil))
		sent, id, _ := h.reply(1, "hello", "anna@x.example")
		h.clock.Pass(time.Minute)
		h.deliverAll()
		named := `WHERE ticket IN (SELECT id FROM tickets_ticket) OR conversation IN (SELECT id FROM tickets_conversation)`
		for _, query := range []string{
			`SELECT COUNT(*) FROM post_thread ` + named, `SELECT COUNT(*) FROM post_outbox ` + named,
			`SELECT COUNT(*) FROM post_outbox WHERE author <> '' OR message IN (SELECT id FROM tickets_message)`,
			`SELECT COUNT(*) FROM post_outbox WHERE made % 86400000000 + hold % 86400000000 <> 0`,
			`SELECT COUNT(*) FROM post_delivery WHERE at % 86400000000 <> 0`,
			`SELECT COUNT(*) FROM post_thread WHERE at % 86400000000 <> 0 OR team <> ''`,
			`SELECT COUNT(*) FROM post_seen WHERE object <> ''`,
		} {
			if n := h.count(query); n != 0 {
				t.Errorf("%d: %s", n, query)
			}
		}
		h.receive("a", write("from:anna id:m3 irt:R", map[string]string{"R": id}))
		if got := h.became("a"); got != "1" {
			t.Errorf("the next letter became %s", got)
		}
		fate := func() Outgoing {
			t.Helper()
			fates, err := h.post.Deliveries(h.ctx, h.page(1).Messages)
			h.must(err)
			return fates[sent.Message]
		}
		if o := fate(); o.State != Gone || o.Ticket != h.ticket(1) || o.Author != h.session().User.ID || len(o.Deliveries) != 1 {
			t.Errorf("what became of the answer: %+v", o)
		}
		h.receive("a", write("from:mailer-daemon return:<> report:bounce about:R failed:anna id:b1", map[string]string{"R": id}))
		if o := fate(); o.State != Failed || o.Deliveries[0].State != Refused {
			t.Errorf("after the bounce: %+v", o)
		}
		if list, err := h.post.Outbox(h.ctx, h.session()); err != nil || len(list) != 1 || list[0].Message != sent.Message {
			t.Errorf("the list of what did not arrive: %+v, %v", list, err)
		}
	})
}

// What an older release wrote with names is put away by night.
func TestRowsOfAnOlderReleaseLoseTheirNamesByNight(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:anna id:m1", nil))
		_, id, _ := h.reply(1, "hello", "anna@x.example")
		h.clock.Pass(time.Minute)
		h.deliverAll()
		h.must(db.Write(h.ctx, "as it was written before", func(tx *store.Tx) error {
			rows, err := h.post.plainThreadsAgain(h, tx)
			for _, t := range rows {
				if err == nil {
					_, err = tx.Exec(h.ctx, insertPlain, t.id, t.address, t.at.conversation, t.at.ticket, t.team, int(t.kind), int64(12345),
						h.secrets.Vouch(threadOrigin(t.id, t.address, t.at.conversation, t.at.ticket, t.team, t.kind)))
				}
			}
			return err
		}))
		for _, when := range []string{"before", "after"} {
			h.receive("a", write("from:anna id:"+when+" irt:R", map[string]string{"R": id}))
			if got := h.became("a"); got != "1" {
				t.Errorf("%s the night the next letter became %s", when, got)
			}
			h.must(h.post.Coarsen(h.ctx))
		}
		if n := h.count(`SELECT COUNT(*) FROM post_thread WHERE ticket NOT LIKE '~%'`); n != 0 {
			t.Errorf("%d rows still name a ticket", n)
		}
	})
}

const insertPlain = `INSERT INTO post_thread (id_index, address_index, conversation, ticket, team, kind, at, mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

// plainThreadsAgain takes all rows out and says what an older release had in
// their place.
func (p *Postroom) plainThreadsAgain(h *house, tx *store.Tx) ([]plainThread, error) {
	rows, err := tx.Query(h.ctx, `SELECT id_index, address_index, kind, conversation, whose FROM post_thread`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []plainThread
	for rows.Next() {
		var t plainThread
		var sealed []byte
		if err := rows.Scan(&t.id, &t.address, &t.kind, &t.at.conversation, &sealed); err != nil {
			return nil, err
		}
		w, err := p.reveal(t.at.conversation, sealed)
		if err != nil {
			return nil, err
		}
		t.at, t.team = place{conversation: w.Conversation, ticket: w.Ticket}, w.Team
		out = append(out, t)
	}
	rows.Close()
	_, err = tx.Exec(h.ctx, `DELETE FROM post_thread`)
	return out, err
}
