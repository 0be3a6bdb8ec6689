package public_test

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/tickets"
)

type shownLine struct {
	N              int64
	Text, By, Lang string
	Beside         []struct{ Label, Text, Lang string }
}

type shownNews struct {
	Said, Again []shownLine
	Beside      int64
	How         string
}

func (b *browser) news(query string) (n shownNews) {
	b.t.Helper()
	ok(b.t, json.Unmarshal([]byte(b.get("/en/talk/news?"+query).page), &n))
	return n
}

func TestATranslationStandsFirstAndSaysByWhom(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b := h.browser(t)
	b.begins("hello")
	threads, err := h.tickets.Mine(t.Context(), h.guestOf(t, b))
	ok(t, err)
	_, err = h.chat.Tell(t.Context(), maria, threads[0].Ticket, chat.Words{
		ClientID: "one", Text: "Du kan överklaga.", Beside: []tickets.Beside{{Language: "en", Text: "You can appeal."}},
	})
	ok(t, err)
	// Without scripts.
	b.get("/en/talk/log").sees(`<p class="text" dir="auto" lang="en">You can appeal.</p>`, "Translated by one of us.", "As we wrote it", "Du kan överklaga.")
	if strings.Index(b.page, "You can appeal.") > strings.Index(b.page, "Du kan överklaga.") {
		t.Error("the original stands first")
	}
	// To a poll, and nothing again that it has.
	first := b.news("after=0&beside=0")
	if l := first.Said[1]; l.Text != "You can appeal." || l.By == "" || len(l.Beside) != 1 || l.Beside[0].Text != "Du kan överklaga." || len(first.Again) != 0 {
		t.Errorf("%+v", first)
	}
	// The page of another language puts what was spoken first.
	b.get("/sv/talk/log").sees("Översatt av en av oss.", "Så skrev vi det")

	// A human's comes before the machine's of the same language; another language
	// stands beside, by its own name.
	message := newest(t, h, threads[0].Conversation, b)
	for _, x := range []struct {
		tag, text string
		by        tickets.By
	}{{"en", "You may complain.", tickets.ByMachine}, {"so", "Waad racfaan kartaa.", tickets.ByMachine}, {"en", "You have a right to appeal.", tickets.ByInterpreter}} {
		_, err := h.tickets.AddTranslation(t.Context(), maria, message, x.tag, x.text, x.by)
		ok(t, err)
	}
	b.get("/en/talk/log").sees("You have a right to appeal.", "Translated by an interpreter.", "Soomaali", "Translated by a machine of ours. It can be wrong.").
		seesNot("You may complain.", "You can appeal.")
	later := b.news("after=2&beside=" + strconv.FormatInt(first.Beside, 10) + "&how=" + first.How)
	if len(later.Said) != 0 || len(later.Again) != 1 || later.Again[0].Text != "You have a right to appeal." || later.Beside <= first.Beside {
		t.Errorf("a poll: %+v", later)
	}
}

// newest is the id of the newest message somebody said to the person.
func newest(t *testing.T, h *house, conversation helpdesk.ID, b *browser) helpdesk.ID {
	t.Helper()
	heard, err := h.tickets.Listen(t.Context(), h.guestOf(t, b), conversation, 1, 5)
	ok(t, err)
	return heard.Messages[0].ID
}

func TestATranslationThatComesLaterReachesAnOpenTalk(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	b := h.browser(t)
	b.begins("hello")
	threads, err := h.tickets.Mine(t.Context(), h.guestOf(t, b))
	ok(t, err)
	_, err = h.chat.Tell(t.Context(), maria, threads[0].Ticket, chat.Words{ClientID: "one", Text: "Du kan överklaga."})
	ok(t, err)
	message := newest(t, h, threads[0].Conversation, b)

	// Over a websocket.
	w := b.lifts(t, h)
	read := w.read
	w.send(`{"after":0,"beside":0,"ping":1}`)
	read(`"n":2`)
	_, err = h.tickets.AddTranslation(t.Context(), maria, message, "en", "You can appeal.", tickets.ByStaff)
	ok(t, err)
	read(`"again":[{"n":2`)

	// And a poll that waits.
	have := b.news("after=2&beside=0")
	go func() {
		time.Sleep(200 * time.Millisecond)
		if _, err := h.tickets.AddTranslation(t.Context(), maria, message, "en", "You may appeal.", tickets.ByStaff); err != nil {
			t.Error(err)
		}
	}()
	began := time.Now()
	got := b.news("after=2&beside=" + strconv.FormatInt(have.Beside, 10) + "&how=" + have.How)
	if len(got.Again) != 1 || got.Again[0].Text != "You may appeal." || time.Since(began) > 15*time.Second {
		t.Errorf("after %v: %+v", time.Since(began), got)
	}
	read("You may appeal.")
}

func TestAnAnswerBehindALinkIsReadInOnesOwnLanguage(t *testing.T) {
	h := build(t)
	maria := h.open(t)
	amina, uncle := h.browser(t), h.browser(t)
	amina.begins("hello")
	threads, err := h.tickets.Mine(t.Context(), h.guestOf(t, amina))
	ok(t, err)
	fragment := h.secure(t, maria, threads[0].Conversation, "Domstolen skrev")
	_, err = h.tickets.AddTranslation(t.Context(), maria, newest(t, h, threads[0].Conversation, amina), "en", "The court wrote", tickets.ByInterpreter)
	ok(t, err)
	uncle.post("/en/l", url.Values{"key": {fragment}}).isAt("/en/l/read").
		sees("The court wrote", "Translated by an interpreter.", "As we wrote it", "Domstolen skrev")
}
