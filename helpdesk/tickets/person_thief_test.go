package tickets_test

import (
	"bytes"
	"testing"

	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func TestThiefOfATalk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team := h.team(t)
		anna, bo := h.session(t, team), h.session(t, h.team(t))
		canaries := []string{
			"kanin-first", "kanin-later", "kanin-told", "kanin-offer", "kanin-callback", "kanin-topic", "kanin-lent", "kanin-step",
			"kanin-file.png", "kanin-bytes", "kanin-client", "kanin-secure",
		}
		p := h.beginWith(t, team, "kanin-first", tickets.Facts{CallBack: "kanin-callback", Topic: "kanin-topic", Audience: "detained"})
		m := word("kanin-later")
		m.ClientID, m.Files = "kanin-client", []tickets.Upload{{Name: "kanin-file.png", Data: []byte("kanin-bytes")}}
		h.write(t, func(tx *store.Tx) error {
			c, err := h.desk.AsPerson(ctx, tx, p.Guest, p.talk.ID)
			if err != nil {
				return err
			}
			if _, err := c.Append(ctx, tx, m); err != nil {
				return err
			}
			c, err = h.desk.With(ctx, tx, anna, p.talk.ID)
			if err != nil {
				return err
			}
			_, err = c.Append(ctx, tx, tickets.Message{Kind: tickets.KindChat, Direction: tickets.Out, Author: anna.User.ID,
				Content: tickets.Content{Text: "kanin-told", Offers: []string{"kanin-offer"}}})
			return err
		})
		h.ok(t, h.desk.AddReader(ctx, anna, p.talk.Ticket, bo.User.ID, h.clock.now().Add(tickets.LookingFor)))
		h.tell(t, bo, p.talk.ID, "kanin-lent")
		h.ok(t, h.desk.NoteFact(ctx, anna, p.talk.Ticket, "step", []string{"kanin-step"}, "kanin-client"))
		_, link := h.secure(t, anna, p.talk.ID, "kanin-secure")
		said, settle, err := h.desk.Heard(ctx, p.Guest, p.talk.ID, 0, 50)
		h.ok(t, err)
		same(t, "heard", len(said), 5)
		heads, err := h.desk.Heads(ctx, anna, nil)
		h.ok(t, err)
		_, facts, err := h.desk.FactsAsPerson(ctx, p.Guest, p.talk.ID)
		h.ok(t, err)
		h.logger().Info("everything", "said", said[0], "content", said[0].Content, "settle", settle, "facts", facts, "heads", len(heads),
			"link", link, "opening", tickets.Opening{Title: "kanin-first", Facts: facts}, "guest", p.Guest, "upload", m.Files[0])
		canaries = append(canaries, link.Fragment(), link.Digits(), people.Groups(link.Digits()), p.cookie)
		// What goes wrong says nothing either.
		m.ID = said[0].ID
		m.ClientID = "another"
		for _, doing := range []error{
			db.Write(ctx, "test", func(tx *store.Tx) error {
				c, err := h.desk.AsPerson(ctx, tx, p.Guest, p.talk.ID)
				if err != nil {
					return err
				}
				_, err = c.Append(ctx, tx, m)
				return err
			}),
			third(h.desk.HeardFile(ctx, p.Guest, p.talk.ID, 2, 7)),
			second(h.desk.TypedLink(ctx, "kanin-first")),
		} {
			if doing == nil {
				t.Error("nothing went wrong")
				continue
			}
			h.logger().Error("went wrong", "error", doing)
		}
		h.eraseAll(t, p.Guest)
		stolen, log := storetest.Dump(t, db), h.log.String()
		for _, canary := range canaries {
			if bytes.Contains(stolen, []byte(canary)) {
				t.Errorf("the database shows %s", canary)
			}
			if bytes.Contains([]byte(log), []byte(canary)) {
				t.Errorf("the log shows %s", canary)
			}
		}
		if !bytes.Contains(stolen, []byte(p.talk.Ticket)) || len(log) == 0 {
			t.Error("looked in the wrong place")
		}
	})
}
