package workspace_test

import (
	"regexp"
	"testing"
	"time"

	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/office"
)

func TestATicketIsFiledUnderTopicTagsAndCentre(t *testing.T) {
	w := newWorld(t)
	maria := w.hire("Maria Holm", w.team)
	w.ok(w.office.Set(t.Context(), w.ada, office.Tags, "papers | Väntar på papper | Waiting for papers\nrtl | ערב | שלום\n"))
	w.ok(w.office.Set(t.Context(), w.ada, office.Centres, "north | Märsta\n"))
	w.ok(w.office.Set(t.Context(), w.ada, office.Topics, "process | Processen | The return process | return\n"))
	id := w.letterFrom("farid@persons.example", w.team)
	page := maria.get(200, path(id, ""))
	w.has(page, "Topic and tags", "Waiting for papers", "שלום", "Märsta", "The return process")
	version := versionIn(t, page)
	maria.press(422, page, path(id, "/filing"), "version", version, "filed-topic", "burglary")
	maria.press(303, page, path(id, "/filing"), "version", version, "filed-topic", "process", "tag-papers", "1", "tag-rtl", "1", "tag-unknown", "1", "filed-centre", "north")
	f := w.factsOf(maria, id)
	if f.Topic != "process" || f.Centre != "north" || len(f.Tags) != 2 {
		t.Fatalf("filed under %q, %q, %v", f.Topic, f.Centre, f.Tags)
	}
	maria.press(409, page, path(id, "/filing"), "version", version, "filed-topic", "") // somebody was faster
	page = maria.get(200, path(id, ""))
	w.has(page, `name="tag-papers" value="1" checked`)
	maria.press(303, page, path(id, "/filing"), "version", versionIn(t, page), "filed-topic", "process", "tag-rtl", "1")
	if f = w.factsOf(maria, id); len(f.Tags) != 1 || f.Centre != "" {
		t.Errorf("filed under %q, %v", f.Centre, f.Tags)
	}
}

var versions = regexp.MustCompile(`name="version" value="(\d+)"`)

func versionIn(t *testing.T, page string) string {
	t.Helper()
	found := versions.FindStringSubmatch(page)
	if found == nil {
		t.Fatal("the page has no version")
	}
	return found[1]
}

func TestTheGuideStandsBesideEveryTicket(t *testing.T) {
	w := newWorld(t)
	maria := w.hire("Maria Holm", w.team)
	w.ok(w.office.Set(t.Context(), w.ada, office.GuideText, "en | listen | Let them finish <first>.\nsv | listen | Låt dem tala.\n"))
	id := w.letterFrom("farid@persons.example", w.team)
	page := maria.get(200, path(id, ""))
	w.has(page, "Conversation guide", "Let them finish &lt;first&gt;.")
	w.lacks(page, "Låt dem tala")
}

func TestATicketIsPrintedWithAllMessagesAndNothingAround(t *testing.T) {
	w := newWorld(t)
	maria, bo := w.hire("Maria Holm", w.team), w.hire("Bo Ek", w.other)
	id := w.letterFrom("farid@persons.example", w.team)
	maria.post(303, path(id, ""), path(id, "/note"), "note", "Ring them at six", "client", "n1")
	w.has(maria.get(200, path(id, "")), `href="`+path(id, "/print")+`"`)
	page := maria.get(200, path(id, "/print"))
	w.has(page, "Paper can be found", "Please help", "Ring them at six", "Maria Holm")
	w.lacks(page, `id="nav"`, "<form", "data-bell")
	bo.get(404, path(id, "/print"))
}

// TestALentReaderFilesNothing: what a ticket is about is its team's to say.
func TestALentReaderFilesNothing(t *testing.T) {
	w := newWorld(t)
	maria, eva := w.hire("Maria Holm", w.team), w.hire("Eva Ny", w.other)
	b, _ := w.knock(chat.First{})
	w.ok(w.tickets.AddReader(t.Context(), w.session(maria.login, maria.words), b.Ticket, eva.id, w.clock.now().Add(time.Hour)))
	page := eva.get(200, path(b.Ticket, ""))
	w.lacks(page, `action="`+path(b.Ticket, "/filing")+`"`)
	eva.force(403, "/w/t/:id/filing", path(b.Ticket, "/filing"), "version", versionIn(t, maria.get(200, path(b.Ticket, ""))), "filed-topic", "")
	if f := w.factsOf(maria, b.Ticket); f.Topic != "" {
		t.Error("filed by somebody it was lent to")
	}
}
