package tickets_test

import (
	"fmt"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// yesAndNo in the languages of the person's pages.
var yesAndNo = map[string][2]string{
	"sv": {"ja", "nej"}, "en": {"yes", "no"}, "ar": {"نعم", "لا"}, "fa": {"بله", "نه"}, "prs": {"بلی", "نخیر"},
	"ps": {"هو", "نه"}, "ckb": {"بەڵێ", "نەخێر"}, "kmr": {"erê", "na"}, "so": {"haa", "maya"}, "ti": {"እወ", "ኣይፋልን"},
	"sq": {"po", "jo"}, "ru": {"да", "нет"}, "uz": {"ha", "yoʻq"}, "ka": {"დიახ", "არა"}, "mn": {"тийм", "үгүй"},
	"es": {"sí", "no"},
}

// Whoever holds the rows learns nothing from their sizes: which of two short
// answers was given, what was offered, what somebody said at the start, which
// digits a link has.
func TestLengthsTellNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team := h.team(t)
		anna, ben := h.session(t, team), h.session(t, team)
		sizes := map[int64]int{}
		if len(yesAndNo) != 16 {
			t.Fatalf("%d languages", len(yesAndNo))
		}
		n := 0
		for lang, words := range yesAndNo {
			for i, text := range words {
				// Instants print at different lengths, too.
				n++
				h.clock.pass(time.Duration(n) * time.Microsecond)
				facts := tickets.Facts{Spoken: lang, Interpreter: i == 0, Urgent: i == 0, Child: i == 1, Topic: text, CallBack: text}
				if i == 0 {
					facts.Audience, facts.Wish, facts.Alone = "detained", "woman", "parents"
				}
				p := h.beginWith(t, team, text, facts)
				said := word(text)
				said.Files = []tickets.Upload{{Name: text, Data: []byte(text)}}
				said.Original = []byte(text)
				h.write(t, func(tx *store.Tx) error {
					c, err := h.desk.AsPerson(ctx, tx, p.Guest, p.talk.ID)
					if err != nil {
						return err
					}
					if _, err = c.Append(ctx, tx, said); err != nil {
						return err
					}
					c, err = h.desk.With(ctx, tx, anna, p.talk.ID)
					if err != nil {
						return err
					}
					_, err = c.Append(ctx, tx, tickets.Message{
						Kind: tickets.KindChat, Direction: tickets.Out, Author: anna.User.ID,
						Content: tickets.Content{Text: text, Offers: []string{words[0], words[1], text}},
					})
					return err
				})
				h.later(t, p.talk.ID, plain(h, text))
				h.secure(t, anna, p.talk.ID, text)
				_, err := h.desk.Note(ctx, anna, p.talk.Ticket, text, text)
				h.ok(t, err)
				_, err = h.desk.SaveDraft(ctx, anna, p.talk.Ticket, tickets.Draft{Kind: tickets.KindAnswer, Text: text, Subject: text})
				h.ok(t, err)
				f, err := h.desk.Facts(ctx, anna, p.talk.Ticket)
				h.ok(t, err)
				h.ok(t, h.desk.Give(ctx, anna, f.ID, f.Version, tickets.To{User: ben.User.ID}))
				_, err = h.desk.SaveDraft(ctx, anna, p.talk.Ticket, tickets.Draft{Kind: tickets.KindAnswer, Text: text, Subject: text})
				h.ok(t, err)
				h.ok(t, h.desk.AskDebrief(ctx, anna, ben.User.ID, []string{tickets.DebriefNow, tickets.DebriefWeek}[i%2], text))
				asked, err := h.desk.Debriefs(ctx, anna)
				h.ok(t, err)
				sizes[h.number(t, "SELECT MAX(LENGTH(body)) FROM tickets_listener")]++
				h.ok(t, h.desk.EndDebrief(ctx, anna, asked[0].ID))
				h.write(t, func(tx *store.Tx) error {
					return h.desk.SetFacts(ctx, tx, anna, p.talk.Ticket, func(f *tickets.Facts) { f.Topic += text })
				})
			}
		}
		for _, column := range []struct{ table, column, of string }{
			{"tickets_message", "content", ""}, {"tickets_message", "keywrap", "form"}, {"tickets_message", "client_index", ""},
			{"tickets_message", "mac", ""}, {"tickets_folded", "body", ""}, {"tickets_original", "chunk", ""},
			{"tickets_file", "chunk", ""}, {"tickets_conversation", "head", "kind"}, {"tickets_reader", "wrap", "form"},
			{"tickets_letterkey", "wrap", ""}, {"tickets_draft", "body", ""}, {"tickets_passed", "body", ""}, {"tickets_passed", "own", ""}, {"tickets_link", "wrap", ""},
		} {
			group := ""
			if column.of != "" {
				group = " GROUP BY " + column.of
			}
			rows := h.number(t, "SELECT COUNT(*) FROM "+column.table)
			most := h.number(t, fmt.Sprintf("SELECT MAX(n) FROM (SELECT COUNT(DISTINCT LENGTH(%s)) AS n FROM %s%s) AS x",
				column.column, column.table, group))
			if most != 1 || rows < 32 {
				t.Errorf("%s.%s of %d rows has up to %d lengths", column.table, column.column, rows, most)
			}
		}
		same(t, "sizes of what is said of a hard talk", len(sizes), 1)
		same(t, "sizes", h.number(t, "SELECT COUNT(DISTINCT size) FROM tickets_message"), 1)
	})
}

func plain(h *house, text string) tickets.Message {
	return tickets.Message{
		ID: helpdesk.NewID(), Kind: tickets.KindLetter, Direction: tickets.In, At: h.clock.now(), Content: tickets.Content{Text: text},
		Original: []byte(text), Files: []tickets.Upload{{Name: "n", Data: []byte(text)}},
	}
}
