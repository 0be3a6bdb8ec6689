package tickets_test

import (
	"bytes"
	"testing"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

func TestThief(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		a, b := h.team(t), h.team(t)
		anna, both := h.session(t, a), h.session(t, a, b)
		canaries := []string{
			"kanin-text", "kanin-html", "kanin-subject", "kanin-name", "kanin@address", "kanin-file.pdf", "kanin-bytes",
			"kanin-original", "kanin-title", "kanin-note", "kanin-draft", "kanin-answer", "kanin-undone", "kanin-client", "kanin-id@mail",
			"kanin-retitled", "kanin-later", "kanin-folded", "kanin-writer",
		}
		letter := func(text string) tickets.Message {
			return tickets.Message{
				Kind: tickets.KindLetter, Direction: tickets.In, At: h.clock.now(), ClientID: "kanin-client " + text,
				Content: tickets.Content{
					Subject: "kanin-subject", Text: text, HTML: "<p>kanin-html</p>", MessageID: "kanin-id@mail",
					From: []tickets.Address{{Name: "kanin-name", Addr: "kanin@address"}},
				},
				Folded:   "kanin-folded",
				Original: []byte("Subject: kanin-original\r\n\r\n"),
				Files:    []tickets.Upload{{Name: "kanin-file.pdf", Type: "application/pdf", Data: []byte("kanin-bytes")}},
			}
		}
		c := h.arriveAs(t, tickets.Opening{Team: a, Title: "kanin-title", Name: "kanin-name", Address: "kanin@address"}, letter("kanin-text"))
		h.later(t, c.ID, letter("kanin-later"))
		h.log.Write([]byte{}) // the log is there from the start
		sheet := h.page(t, anna, c.Ticket)
		h.logger().Info("everything", "sheet", *sheet, "message", letter("kanin-text"), "row", h.queue(t, anna, tickets.QueueTeam).Rows[0],
			"content", sheet.Messages[0].Content, "head", sheet.Head, "settle", sheet.Settle, "file", sheet.Messages[0].Content.Files[0])
		h.ok(t, h.desk.Settle(t.Context(), anna, sheet.Settle))
		_, err := h.desk.Note(t.Context(), anna, c.Ticket, "kanin-note", "kanin-client note")
		h.ok(t, err)
		_, err = h.desk.SaveDraft(t.Context(), anna, c.Ticket, tickets.Draft{Kind: tickets.KindAnswer, Text: "kanin-draft", To: []string{"kanin@address"}})
		h.ok(t, err)
		h.reply(t, anna, c.ID, "kanin-answer")
		undone := h.reply(t, anna, c.ID, "kanin-undone")
		h.write(t, func(tx *store.Tx) error { return h.desk.Withdraw(t.Context(), tx, anna, undone) })
		f, err := h.desk.Facts(t.Context(), anna, c.Ticket)
		h.ok(t, err)
		h.ok(t, h.desk.Retitle(t.Context(), anna, c.Ticket, f.Version, "kanin-retitled"))
		h.ok(t, h.desk.SetWriter(t.Context(), anna, c.Ticket, f.Version+1, tickets.Who{Key: "kanin@address", Name: "kanin-writer", Address: "kanin@address"}))
		h.ok(t, h.desk.Give(t.Context(), both, c.Ticket, f.Version+2, tickets.To{Team: b}))
		h.page(t, both, c.Ticket)

		// And what goes wrong says nothing either.
		for _, doing := range []error{
			h.desk.Retitle(t.Context(), both, c.Ticket, 1, "kanin-title"),
			h.db.Write(t.Context(), "test", func(tx *store.Tx) error {
				open, err := h.desk.With(t.Context(), tx, both, c.ID)
				if err != nil {
					return err
				}
				m := letter("kanin-text")
				m.ID, m.ClientID = undone, "another" // the id is taken already
				_, err = open.Append(t.Context(), tx, m)
				return err
			}),
		} {
			if doing == nil {
				t.Error("nothing went wrong")
				continue
			}
			h.logger().Error("went wrong", "error", doing)
		}
		h.exec(t, "UPDATE tickets_message SET content = $1 WHERE number = 1", []byte("garbage"))
		h.page(t, both, c.Ticket)

		stolen, log := storetest.Dump(t, db), h.log.String()
		for _, canary := range canaries {
			if bytes.Contains(stolen, []byte(canary)) {
				t.Errorf("the database shows %s", canary)
			}
			if bytes.Contains([]byte(log), []byte(canary)) {
				t.Errorf("the log shows %s", canary)
			}
		}
		if !bytes.Contains(stolen, []byte(c.Ticket)) || len(log) == 0 {
			t.Error("looked in the wrong place")
		}
	})
}
