package workspace_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/office"
)

func ticketAt(id helpdesk.ID, path string) string { return "/w/t/" + string(id) + path }

// numberOf is how colleagues call a ticket.
func (c *colleague) numberOf(id helpdesk.ID) string {
	c.Helper()
	found := regexp.MustCompile(`class="number">(R-\d+)<`).FindStringSubmatch(c.get(200, ticketAt(id, "")))
	if found == nil {
		c.Fatal("the ticket has no number")
	}
	return found[1]
}

func TestHowToReachSomebodySafelyStandsWithThem(t *testing.T) {
	w := newWorld(t)
	maria := w.hire("Maria Holm", w.team)
	id := w.letterFrom("amina@example.org", w.team)
	page := maria.get(200, ticketAt(id, ""))
	w.has(page, ticketAt(id, "/person"), ticketAt(id, "/call"))
	panel, way := ticketAt(id, "/person"), ticketAt(id, "/way")
	w.has(maria.get(200, panel), "Never confirm to anybody that we know a person.", "Nothing is noted.")
	html := maria.post(422, panel, way, "by", "phone", "way-where", "my aunt 🙂", "way-note", "سلام")
	w.has(html, "That is no number or address that can be used.", "my aunt 🙂", "سلام")
	w.has(maria.post(422, panel, way, "by", "phone", "way-where", "0701234567", "way-from", "noon"), "Hours go from 0 to 24.")
	maria.post(303, panel, way, "by", "phone", "way-where", "070-123 45 67", "way-from", "18", "way-to", "20", "leave", "1", "language", "so", "way-note", "the aunt answers")
	maria.post(303, panel, way, "by", "mail", "way-where", "family@example.org", "never", "1")
	html = maria.get(200, panel)
	w.has(html, "070-123 45 67", "between 18:00 and 20:00", "A message may be left", "Somali", "the aunt answers", "Never use this", "There is a way they must never be reached.")
	w.has(maria.get(200, ticketAt(id, "")), "There is a way they must never be reached.")
	w.has(maria.get(200, ticketAt(id, "/call")), "There is a way they must never be reached.")

	proxy := ticketAt(id, "/proxy")
	w.has(maria.post(422, panel, proxy, "role", "lawyer"), "Give a name or an address.")
	maria.post(303, panel, proxy, "role", "guardian", "proxy-name", "Gila", "proxy-where", "gila@example.org", "proxy-until", "2020-01-01", "seen", "1")
	w.has(maria.get(200, panel), "Guardian", "Gila", "not in force today", "paper seen")
	for _, path := range []string{way, proxy} {
		html = maria.get(200, panel)
		drop := regexp.MustCompile(`action="` + path + `"[^>]*>.*?name="drop" value="([^"]+)"`).FindStringSubmatch(html)
		maria.press(303, html, path, "drop", drop[1])
	}
	html = maria.get(200, panel)
	w.lacks(html, "070-123 45 67", "Gila")
	w.has(html, "family@example.org")

	// Whom it was lent to decides nothing about the person, and hears nothing.
	eva := w.hire("Eva Ny", w.other)
	w.ok(w.tickets.AddReader(t.Context(), w.session(maria.login, maria.words), id, eva.id, w.clock.now().Add(time.Hour)))
	w.lacks(eva.get(200, ticketAt(id, "")), ticketAt(id, "/person"), "never be reached")
	eva.get(403, panel)
	eva.get(403, ticketAt(id, "/call"))
	eva.force(403, "/w/t/:id/way", way, "by", "here")
}

func TestALetterFromAnAddressGivenUpIsMarked(t *testing.T) {
	w := newWorld(t)
	maria := w.hire("Maria Holm", w.team)
	id := w.letterFrom("old@example.org", w.team)
	panel, address := ticketAt(id, "/person"), ticketAt(id, "/address")
	w.has(maria.post(422, panel, address, "address", "nothing"), "That is no mail address.", `value="nothing"`)
	w.has(maria.post(422, panel, address, "address", "OLD@example.org"), "That is the address already.")
	maria.post(303, panel, address, "address", "new@example.org")
	html := maria.get(200, ticketAt(id, ""))
	w.has(html, "These letters came from an address the person gave up.", "from old@example.org", "The person writes from another address now.")
	w.has(maria.get(200, panel), "new@example.org", "given up")
	// Somebody writes from it anew: nobody takes them for her.
	again := w.letterFrom("old@example.org", w.team)
	html = maria.get(200, ticketAt(again, ""))
	w.has(html, "Somebody gave this address up.")
	maria.post(303, panel, address, "address", "old@example.org")
	w.lacks(maria.get(200, ticketAt(again, "")), "Somebody gave this address up.")
}

func TestOnePersonIsFoundInTwoConversationsAndTwoInOne(t *testing.T) {
	w := newWorld(t)
	maria := w.hire("Maria Holm", w.team)
	w.roster(maria)
	one, two := w.letterFrom("amina@example.org", w.team), w.letterFrom("amina@example.org", w.team)
	b, _ := w.knock(chat.First{})
	panel := ticketAt(one, "/person")
	w.has(maria.post(422, panel, ticketAt(one, "/merge"), "numbered", "merge-number", "merge-number", "99"), "No conversation of yours has that number.", `value="99"`)
	w.has(maria.post(422, panel, ticketAt(one, "/merge"), "numbered", "merge-number", "merge-number", maria.numberOf(one)), "That is this conversation.")
	maria.post(303, panel, ticketAt(one, "/merge"), "other", string(two)) // the one that is offered
	maria.post(303, panel, ticketAt(one, "/merge"), "numbered", "merge-number", "merge-number", strings.ToLower(maria.numberOf(b.Ticket)))
	html := maria.get(200, panel)
	w.has(html, maria.numberOf(two), maria.numberOf(b.Ticket), "chat", "mail")
	w.has(maria.get(200, ticketAt(b.Ticket, "")), "Earlier conversations")

	person := regexp.MustCompile(`name="person" value="([^"]+)"`).FindAllStringSubmatch(html, -1)
	if len(person) != 2 {
		t.Fatalf("%d merges can be undone", len(person))
	}
	for _, p := range person {
		maria.post(303, panel, ticketAt(one, "/unmerge"), "person", p[1])
	}
	w.has(maria.get(200, panel), "No other conversations that you can open.")

	w.has(maria.post(422, panel, ticketAt(one, "/split")), "Choose at least one conversation.")
	maria.post(303, panel, ticketAt(one, "/split"), "ticket", string(one))
	w.has(maria.get(200, ticketAt(one, "")), "It concerns somebody else than we thought.")
	maria.post(303, panel, ticketAt(one, "/unsplit"))
	html = maria.get(200, ticketAt(one, ""))
	w.has(html, "It concerns whom we thought after all.")
	w.lacks(maria.get(200, panel), ticketAt(one, "/unsplit"))
}

func TestWhoIsInConflictIsKeptApartOnEveryPage(t *testing.T) {
	w := newWorld(t)
	maria, bo := w.hire("Maria Holm", w.team), w.hire("Bo Ek", w.team)
	wife, husband := w.letterFrom("family@example.org", w.team), w.letterFrom("family@example.org", w.team)
	her, his := ticketAt(wife, ""), ticketAt(husband, "")
	panel := her + "/person"
	w.has(maria.get(200, her), maria.numberOf(husband))
	w.has(maria.get(200, panel), "Neither is shown beside the other", "Nobody answers both.", "A team that reads both still does")
	maria.press(303, maria.get(200, her), her+"/take", "version", "1")
	w.has(maria.post(422, panel, her+"/conflict", "numbered", "conflict-number", "conflict-number", "R-x"), "No conversation of yours has that number.")
	maria.post(303, panel, her+"/conflict", "numbered", "conflict-number", "conflict-number", maria.numberOf(husband))

	for _, path := range []string{her, his, her + "/person", his + "/person", her + "/call"} {
		w.has(maria.get(200, path), "In conflict with somebody we also know.")
	}
	w.lacks(maria.get(200, her), maria.numberOf(husband))
	w.has(maria.get(200, panel), maria.numberOf(husband)) // where it is said, to who reads both
	w.has(maria.post(422, panel, her+"/merge", "other", string(husband)), "They are marked as in conflict and cannot be made one.")
	w.has(maria.press(422, maria.get(200, his), his+"/take", "version", "9"), "works for somebody in conflict")
	bo.press(303, bo.get(200, his), his+"/take", "version", "9")

	// Somebody who reads one of them hears nothing of the other.
	eva := w.hire("Eva Ny", w.other)
	maria.post(303, panel, her+"/unconflict", "other", string(husband))
	w.lacks(maria.get(200, her), "In conflict with")
	maria.post(303, panel, her+"/conflict", "numbered", "conflict-number", "conflict-number", maria.numberOf(husband), "team", string(w.other))
	maria.get(404, his)
	html := eva.get(200, his+"/person")
	w.has(html, "With somebody whose conversation you cannot open.")
	w.lacks(html, maria.numberOf(wife)+"<")
	eva.force(404, "/w/t/:id/unconflict", his+"/unconflict", "other", string(wife))
}

func TestACallIsNotedWithWhatIsNeverSaid(t *testing.T) {
	w := newWorld(t)
	maria := w.hire("Maria Holm", w.team)
	id := w.letterFrom("amina@example.org", w.team)
	form, action := ticketAt(id, "/call"), ticketAt(id, "/call")
	html := maria.get(200, form)
	if never, text := strings.Index(html, "Never confirm to anybody"), strings.Index(html, "<form method=\"post\" action=\""+action); never < 0 || text < never {
		t.Error("the form does not begin with what is never said")
	}
	client := regexp.MustCompile(`name="client" value="([^"]+)"`).FindStringSubmatch(html)[1]
	now := w.clock.now().Add(-time.Hour).In(w.site.Zone).Format("2006-01-02T15:04")
	note := func(more ...string) []string {
		return append([]string{"client", client, "how", "phone", "ours", "theirs", "with", "relative", "language", "ckb", "at", now, "minutes", "12", "turn", "theirs"}, more...)
	}
	html = maria.press(422, html, action, note("text", " ", "left", "1")...)
	w.has(html, "Write down what was said, or mark that nobody answered.", client, now)
	for range 2 { // the second is a double click
		maria.press(303, html, action, note("text", "The aunt asked سلام")...)
	}
	html = maria.get(200, ticketAt(id, ""))
	w.has(html, "They called · only us", "Relative", "12 minutes", "Sorani", "The aunt asked سلام", "waiting for the person")
	if strings.Count(html, "The aunt asked") != 1 {
		t.Error("one call is noted twice")
	}
	maria.post(404, form, action, "how", "phone", "with", "self", "at", now, "text", "without its mark")
	w.has(maria.post(422, form, action, "client", "c", "how", "phone", "with", "self", "at", now, "minutes", "x", "text", "long talk"), "Minutes are a number up to 720.")
	maria.force(404, "/w/t/:id/call", ticketAt(helpdesk.NewID(), "/call"), note("text", "x")...)
}

func TestACallBeginsAConversation(t *testing.T) {
	w := newWorld(t)
	_, err := w.office.AddMailbox(t.Context(), w.ada, office.Mailbox{Team: w.team, Address: "help@mail.example", IMAP: "imaps://help@mail.example/", SMTP: "smtps://help@mail.example", After: office.AfterDelete})
	w.ok(err)
	maria := w.hire("Maria Holm", w.team)
	html := maria.get(200, "/w/call")
	w.has(html, "Never confirm to anybody that we know a person.", "Nobody has to give a name.")
	client := regexp.MustCompile(`name="client" value="([^"]+)"`).FindStringSubmatch(html)[1]
	now := w.clock.now().In(w.site.Zone).Format("2006-01-02T15:04")
	fields := []string{
		"client", client, "team", string(w.team), "how", "visit", "ours", "theirs", "with", "self", "language", "ti", "at", now, "turn", "ours",
		"text", "Asked about the journey", "called", "Selam", "fact", "child", "fact", "detained",
	}
	w.has(maria.press(422, html, "/w/call", fields...), "Say in a few words what it is about.", "Asked about the journey", "Selam")
	maria.press(303, html, "/w/call", append(fields, "about", "A first visit")...)
	maria.press(303, html, "/w/call", append(fields, "about", "A first visit")...)
	list := maria.get(200, "/w/queue?q=mine")
	if strings.Count(list, "A first visit") == 0 {
		t.Error("the conversation is not in the author's queue")
	}
	found := regexp.MustCompile(`href="(/w/t/[a-z2-7]{26})`).FindAllStringSubmatch(list, -1)
	one := map[string]bool{}
	for _, f := range found {
		one[f[1]] = true
	}
	if len(one) != 1 {
		t.Fatalf("%d conversations", len(one))
	}
	for path := range one {
		w.has(maria.get(200, path), "It began face to face.", "no address yet: write it below", "They came · only us", "Asked about the journey", "Tigrinya", "waiting for us")
	}
	maria.press(404, html, "/w/call", "client", "c", "team", string(w.other), "how", "phone", "with", "self", "at", now, "text", "x", "about", "x")
}
