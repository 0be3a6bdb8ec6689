package tickets_test

import (
	"fmt"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// listened are the words a person is told, each with its translations.
func (h *house) listened(t testing.TB, g *people.Guest, conversation helpdesk.ID) []string {
	t.Helper()
	heard, err := h.desk.Listen(t.Context(), g, conversation, 0, tickets.HeardMost)
	h.ok(t, err)
	var out []string
	for _, m := range heard.Messages {
		line := m.Content.Text
		for _, x := range m.Translations {
			line += fmt.Sprintf(" | %s %s %s %s", x.Language, x.By, x.Text, x.Author)
		}
		out = append(out, line)
	}
	return out
}

func (h *house) mark(t testing.TB, p *someone) int64 {
	t.Helper()
	heard, err := h.desk.Listen(t.Context(), p.Guest, p.talk.ID, 0, 1)
	h.ok(t, err)
	return heard.Beside
}

func (h *house) tellBeside(t testing.TB, s *staff.Session, conversation helpdesk.ID, text string, all ...tickets.Beside) error {
	return h.db.Write(t.Context(), "test", func(tx *store.Tx) error {
		c, err := h.desk.With(t.Context(), tx, s, conversation)
		if err != nil {
			return err
		}
		_, err = c.Append(t.Context(), tx, tickets.Message{
			Kind: tickets.KindChat, Direction: tickets.Out, Author: s.User.ID, Content: tickets.Content{Text: text}, Beside: all, ClientID: text,
		})
		return err
	})
}

func TestATranslationReachesThePersonItWasMadeFor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team := h.team(t)
		anna := h.session(t, team)
		p := h.begin(t, team, "سلام")
		h.tell(t, anna, p.talk.ID, "Hej")
		same(t, "no mark before", h.mark(t, p), 0)

		// Both leave together.
		h.ok(t, h.tellBeside(t, anna, p.talk.ID, "Du kan ringa", tickets.Beside{Language: "prs", Text: " زنگ بزنید\n"}))
		h.ok(t, h.tellBeside(t, anna, p.talk.ID, "Du kan ringa", tickets.Beside{Language: "prs", Text: "again"})) // pressed twice
		one := h.mark(t, p)
		same(t, "the person hears", h.listened(t, p.Guest, p.talk.ID), []string{"سلام", "Hej", "Du kan ringa | prs staff زنگ بزنید "})

		// One that is added later is news, and so is one taken away.
		sheet := h.page(t, anna, p.talk.Ticket)
		h.clock.pass(time.Minute)
		x, err := h.desk.AddTranslation(ctx, anna, sheet.Messages[1].ID, "prs", "سلام به شما", tickets.ByMachine)
		h.ok(t, err)
		two := h.mark(t, p)
		same(t, "and then", h.listened(t, p.Guest, p.talk.ID), []string{"سلام", "Hej | prs machine سلام به شما ", "Du kan ringa | prs staff زنگ بزنید "})
		h.ok(t, h.desk.DropTranslation(ctx, anna, sheet.Messages[1].ID, x.ID))
		if three := h.mark(t, p); one == 0 || one == two || two == three {
			t.Errorf("the marks are %d, %d and %d", one, two, three)
		}
		same(t, "dropped", h.listened(t, p.Guest, p.talk.ID)[1], "Hej")

		// How their own words were translated for us is not shown to them.
		_, err = h.desk.AddTranslation(ctx, anna, sheet.Messages[0].ID, "sv", "hej", tickets.ByStaff)
		h.ok(t, err)
		same(t, "their own", h.listened(t, p.Guest, p.talk.ID)[0], "سلام")

		// Nor is anything of a database writer's.
		h.exec(t, "UPDATE tickets_translation SET mac = $1 WHERE conversation = $2", []byte("forged"), p.talk.ID)
		same(t, "without our MAC", h.listened(t, p.Guest, p.talk.ID)[2], "Du kan ringa")

		h.ok(t, h.people.Leave(ctx, p.cookie))
		if _, err := h.desk.Listen(ctx, p.Guest, p.talk.ID, 0, 5); err == nil {
			t.Error("a session that ended hears")
		}
	})
}

// Whatever a page of words brings, a conversation in which nothing was ever
// translated asks for no translation.
func TestWhereNothingIsTranslatedAWordCostsNoMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		p := h.begin(t, team, "hello")
		h.tell(t, anna, p.talk.ID, "hello you")
		h.exec(t, "ALTER TABLE tickets_translation RENAME TO tickets_elsewhere")
		same(t, "without the table", h.listened(t, p.Guest, p.talk.ID), []string{"hello", "hello you"})
		h.exec(t, "UPDATE tickets_conversation SET translated = 1 WHERE id = $1", p.talk.ID)
		if _, err := h.desk.Listen(t.Context(), p.Guest, p.talk.ID, 0, 5); err == nil {
			t.Error("the table was not asked: the test proves nothing")
		}
	})
}

func TestASecureAnswerBringsItsTranslationThroughTheLink(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team := h.team(t)
		anna := h.session(t, team)
		c := h.arrive(t, team, "mail")
		message, link := h.secure(t, anna, c.ID, "bakom en länk")
		_, err := h.desk.AddTranslation(ctx, anna, message, "ti", "ብድሕሪ ሊንክ", tickets.ByInterpreter)
		h.ok(t, err)
		g, conversation, _, err := h.follow(ctx, link.Fragment())
		h.ok(t, err)
		same(t, "read", h.listened(t, g, conversation), []string{"bakom en länk | ti interpreter ብድሕሪ ሊንክ "})

		// And where another person reads the case, with the answer handed over.
		p := h.begin(t, team, "theirs")
		message, link = h.secure(t, anna, p.talk.ID, "för en annan")
		_, err = h.desk.AddTranslation(ctx, anna, message, "ar", "لغيرك", tickets.ByStaff)
		h.ok(t, err)
		stranger, _, _, err := h.follow(ctx, link.Fragment())
		h.ok(t, err)
		all, err := h.desk.HandedTo(ctx, stranger)
		h.ok(t, err)
		if len(all) != 1 || len(all[0].Translations) != 1 || all[0].Translations[0].Text != "لغيرك" {
			t.Errorf("handed over: %+v", all)
		}
	})
}

func TestWhatGoesOutWithAWordIsATranslationOrNothingGoes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		p := h.begin(t, team, "hello")
		for _, x := range []struct {
			beside tickets.Beside
			key    string
		}{
			{tickets.Beside{Language: "in Arabic, please", Text: "x"}, "beside.language"},
			{tickets.Beside{Language: "ar", Text: " "}, "beside.empty"},
		} {
			same(t, "refused", refused(h.tellBeside(t, anna, p.talk.ID, "x"+x.key, x.beside)), x.key)
		}
		same(t, "the person hears", h.listened(t, p.Guest, p.talk.ID), []string{"hello"})
	})
}
