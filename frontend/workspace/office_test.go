package workspace_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
)

// typing is the form of a page as a browser without scripts would send it.
func typing(c *colleague, html, path string) url.Values {
	c.Helper()
	at := regexp.MustCompile(`(?s)<form method="post" action="` + regexp.QuoteMeta(path) + `"[^>]*>(.*?)</form>`).FindStringSubmatch(html)
	if at == nil {
		c.Fatalf("no form posts to %s:\n%s", path, words(html))
	}
	out := url.Values{}
	for _, in := range regexp.MustCompile(`<input [^>]*>`).FindAllString(at[1], -1) {
		name, value, kind := attribute(in, "name"), attribute(in, "value"), attribute(in, "type")
		if kind == "checkbox" || kind == "radio" {
			if !strings.Contains(in, " checked") {
				continue
			}
			if value == "" && !strings.Contains(in, "value=") {
				value = "on"
			}
		}
		if name != "" {
			out.Add(name, value)
		}
	}
	for _, sel := range regexp.MustCompile(`(?s)<select ([^>]*)>(.*?)</select>`).FindAllStringSubmatch(at[1], -1) {
		options := regexp.MustCompile(`<option [^>]*>`).FindAllString(sel[2], -1)
		chosen := ""
		if len(options) > 0 {
			chosen = attribute(options[0], "value")
		}
		for _, o := range options {
			if strings.Contains(o, " selected") {
				chosen = attribute(o, "value")
			}
		}
		out.Add(attribute(sel[1], "name"), chosen)
	}
	for _, area := range regexp.MustCompile(`(?s)<textarea ([^>]*)>(.*?)</textarea>`).FindAllStringSubmatch(at[1], -1) {
		out.Add(attribute(area[1], "name"), plainText(area[2]))
	}
	return out
}

func attribute(tag, name string) string {
	found := regexp.MustCompile(`(?:^|\s)` + name + `="([^"]*)"`).FindStringSubmatch(tag)
	if found == nil {
		return ""
	}
	return plainText(found[1])
}

func plainText(s string) string {
	return strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&lt;", "<", "&gt;", ">", "&#43;", "+", "&amp;", "&").Replace(s)
}

// send posts a form after some of its fields were changed.
func (c *colleague) send(status int, html, path string, changes ...string) string {
	c.Helper()
	form := typing(c, html, path)
	for i := 0; i+1 < len(changes); i += 2 {
		form.Set(changes[i], changes[i+1])
	}
	var fields []string
	for name, values := range form {
		for _, v := range values {
			if name != "proof" {
				fields = append(fields, name, v)
			}
		}
	}
	return c.press(status, html, path, fields...)
}

func (w *world) coordinator() *colleague {
	w.Helper()
	return w.browser(w.ada, "ada", w.words)
}

func (w *world) setting(name string) string {
	w.Helper()
	s, err := w.office.Setting(w.Context(), name)
	w.ok(err)
	return s
}

func TestEverySettingHasItsPageAndItsWords(t *testing.T) {
	w := newWorld(t)
	ada, bo := w.coordinator(), w.hire("Bo Ek", w.team)
	all, err := w.office.Settings(t.Context())
	w.ok(err)
	list := ada.get(200, "/w/office")
	reading := bo.get(200, "/w/office")
	for _, s := range all {
		path := "/w/office/" + s.Name
		if strings.Count(list, `href="`+path+`"`) != 1 {
			t.Errorf("%s does not stand once in the list", s.Name)
		}
		w.has(reading, `href="`+path+`"`)
		page := ada.get(200, path)
		if has := strings.Contains(page, `action="`+path+`"`); has == s.Fixed {
			t.Errorf("%s: a form stands there: %v", s.Name, has)
		}
		if read := bo.get(200, path); strings.Contains(read, `action="`+path) {
			t.Errorf("%s: a member is offered to change it", s.Name)
		}
	}
	ada.get(404, "/w/office/nothing")
}

func TestAMemberReadsTheOfficeAndChangesNothing(t *testing.T) {
	w := newWorld(t)
	bo := w.hire("Bo Ek", w.team)
	w.ok(w.office.Set(t.Context(), w.ada, office.Profiles, fmt.Sprintf("%s | prs | lawyer | woman | hazara | 12\n", w.ada)))
	w.ok(w.office.Set(t.Context(), w.ada, office.OnCall, "night@help.example\n"))
	page := bo.get(200, "/w/office/profiles")
	w.has(page, "Ada Lind", "Dari", "Lawyer", "12", "Changed by Ada Lind")
	w.lacks(words(page), "hazara", "Woman or man", string(w.ada))
	w.lacks(bo.get(200, "/w/office/on_call"), "night@help.example")
	for route, path := range map[string]string{
		"/w/office/:name": "/w/office/tags", "/w/office/:name/restore": "/w/office/tags/restore", "/w/office/mailboxes": "/w/office/mailboxes",
		"/w/office/people/team": "/w/office/people/team", "/w/office/people/close": "/w/office/people/close", "/w/office/people/renew": "/w/office/people/renew",
	} {
		bo.force(403, route, path, "do", "save", "version", "0", "user", string(w.ada), "name", "x")
	}
	bo.get(403, "/w/office/mailboxes/new")
	if w.setting(office.Tags) == "" {
		t.Error("the tags are gone")
	}
}

func TestRowsAreAddedMovedAndTakenAwayWithoutScripts(t *testing.T) {
	w := newWorld(t)
	ada := w.coordinator()
	before := w.setting(office.Tags)
	page := ada.get(200, "/w/office/tags")
	page = ada.send(200, page, "/w/office/tags", "do", "add")
	w.has(page, "Nothing is saved yet", `name="r6c1"`)
	page = ada.send(200, page, "/w/office/tags", "do", "drop:1", "r6c1", "late", "r6c2", "Sent", "r6c3", "Late")
	w.lacks(page, `value="papers"`)
	page = ada.send(200, page, "/w/office/tags", "do", "up:5")
	if w.setting(office.Tags) != before {
		t.Error("moving rows saved them")
	}
	ada.send(303, page, "/w/office/tags", "do", "save")
	want := "second_look | En till ska läsa | Needs a second reader\ninterpreter | Tolk bokad | Interpreter booked\n" +
		"authority | Väntar på en myndighet | Waiting for an authority\nlate | Sent | Late\npress | Från pressen | From the press\n"
	if got := w.setting(office.Tags); got != want {
		t.Errorf("saved:\n%s\nwant:\n%s", got, want)
	}
	page = ada.get(200, "/w/office/tags?said=saved")
	w.has(page, "late | Sent | Late", "papers | Väntar på papper", "Ada Lind")
	w.lacks(words(page), string(w.ada))
}

func TestAWrongRowIsNamedByItsNumberAndNothingTypedIsLost(t *testing.T) {
	w := newWorld(t)
	ada := w.coordinator()
	for _, c := range []struct{ setting, field, value, says string }{
		{office.Tags, "r3c1", "Not A Key", "Row 3: the first word"},
		{office.Tags, "r2c2", "", "Row 2 needs a name"},
		{office.Tags, "r2c2", "a | b", "Row 2: the sign |"},
		{office.Tags, "r2c1", "#papers", "Row 2: the first word can"},
		{office.Centres, "r1c1", "Märsta", "Row 1: the first word"},
		{office.Retention, "r1c2", "soon", "Row 1: a number of months"},
		{office.CrisisPanel, "r2c2", "call us", "Row 2: the number"},
		{office.Topics, "r1c1", "Two words", "Row 1: names are of small letters"},
		{office.AppealDays, "value", "never", "The value does not fit."},
		{office.PublicName, "value", "Returstöd", "it can&#39;t have the word return"},
	} {
		t.Run(c.setting+" "+c.value, func(t *testing.T) {
			before := w.setting(c.setting)
			page := ada.get(200, "/w/office/"+c.setting)
			do := "save"
			if strings.Contains(page, `value="look"`) {
				do = "look"
			}
			page = ada.send(422, page, "/w/office/"+c.setting, "do", do, c.field, c.value)
			w.has(page, c.says, "What you wrote is still here")
			if got := typing(ada, page, "/w/office/"+c.setting).Get(c.field); got != c.value {
				t.Errorf("the field holds %q, typed was %q", got, c.value)
			}
			if w.setting(c.setting) != before {
				t.Error("it was saved")
			}
		})
	}
}

func TestTwoWhoSaveAtOnceBothKeepWhatTheyWrote(t *testing.T) {
	w := newWorld(t)
	ada := w.coordinator()
	for _, c := range []struct{ setting, field, mine, theirs string }{
		{office.Funder, "value", "The fund", "A foundation"},
		{office.Centres, "r1c2", "Märsta nord", "marsta | Märsta syd\n"},
	} {
		page := ada.get(200, "/w/office/"+c.setting)
		w.ok(w.office.Set(t.Context(), w.ada, c.setting, c.theirs))
		page = ada.send(409, page, "/w/office/"+c.setting, "do", "save", c.field, c.mine)
		w.has(page, "Somebody else saved while you were writing", c.mine, strings.TrimSpace(c.theirs))
		if got := w.setting(c.setting); got != c.theirs {
			t.Errorf("%s was overwritten by %q", c.setting, got)
		}
		ada.send(303, page, "/w/office/"+c.setting, "do", "save")
		if got := w.setting(c.setting); !strings.Contains(got, c.mine) {
			t.Errorf("after the second look %s is %q", c.setting, got)
		}
	}
}

func TestAChangeIsUndoneWithOneClick(t *testing.T) {
	w := newWorld(t)
	ada := w.coordinator()
	ada.send(303, ada.get(200, "/w/office/funder"), "/w/office/funder", "do", "save", "value", "First")
	ada.send(303, ada.get(200, "/w/office/funder"), "/w/office/funder", "do", "save", "value", "Second")
	page := ada.get(200, "/w/office/funder")
	w.has(page, "Version 2", "Version 1", "First", "Second")
	old := page
	ada.press(303, page, "/w/office/funder/restore", "version", "2", "to", "1")
	if got := w.setting(office.Funder); got != "First" {
		t.Errorf("undone to %q", got)
	}
	w.has(ada.press(409, old, "/w/office/funder/restore", "version", "2", "to", "0"), "Somebody else saved")
	ada.press(404, old, "/w/office/funder/restore", "version", "3", "to", "77")
	ada.press(303, old, "/w/office/funder/restore", "version", "3", "to", "0")
	if got := w.setting(office.Funder); got != "" {
		t.Errorf("the default is %q", got)
	}
}

func TestWhatAChangePromisesIsShownBeforeItIsSaved(t *testing.T) {
	w := newWorld(t)
	ada, bo := w.coordinator(), w.hire("Bo Ek", w.team)
	w.roster(ada, bo)
	before := w.setting(office.PresentMinimum)
	page := ada.get(200, "/w/office/present_minimum")
	w.lacks(page, "Save it")
	page = ada.send(200, page, "/w/office/present_minimum", "do", "look", "value", "3")
	w.has(page, "promises of the pages change in the next two weeks", "not open", "Save it")
	if w.setting(office.PresentMinimum) != before {
		t.Fatal("looking saved it")
	}
	// Another value than the one that was shown is shown first, too.
	other := ada.send(200, page, "/w/office/present_minimum", "do", "save", "value", "4")
	w.has(other, "promises of the pages change")
	if w.setting(office.PresentMinimum) != before {
		t.Fatal("a value nobody looked at was saved")
	}
	ada.send(303, page, "/w/office/present_minimum", "do", "save")
	if got := w.setting(office.PresentMinimum); got != "3" {
		t.Errorf("saved %q", got)
	}
	// The way back changes promises, too.
	page = ada.get(200, "/w/office/present_minimum")
	page = ada.press(200, page, "/w/office/present_minimum/restore", "version", "1", "to", "0")
	w.has(page, "promises of the pages change", "Save it")
	ada.send(303, page, "/w/office/present_minimum", "do", "save")
	if got := w.setting(office.PresentMinimum); got != before {
		t.Errorf("back is %q", got)
	}
}

func TestTheRosterNamesPeopleAndNotIDs(t *testing.T) {
	w := newWorld(t)
	ada, bo := w.coordinator(), w.hire("Bo Ek", w.team)
	w.roster(ada, bo)
	page := ada.get(200, "/w/office/roster")
	w.has(page, "shift ada chat_everyone", "shift "+bo.login+" mail")
	w.lacks(words(page), string(w.ada), string(bo.id))
	page = ada.send(422, page, "/w/office/roster", "do", "look", "value", "shift nobody mail daily 09:00-10:00\n")
	w.has(page, "Row 1: nobody has", "shift nobody mail")
	page = ada.send(200, page, "/w/office/roster", "do", "look", "value", "shift "+bo.login+" mail daily 09:00-10:00\n")
	w.has(page, "Save it")
	ada.send(303, page, "/w/office/roster", "do", "save")
	if got := w.setting(office.Roster); got != "shift "+string(bo.id)+" mail daily 09:00-10:00\n" {
		t.Errorf("saved %q", got)
	}
}

func TestTeamsAndSubstitutesAreChosenByName(t *testing.T) {
	w := newWorld(t)
	ada, bo := w.coordinator(), w.hire("Bo Ek", w.team)
	page := ada.send(200, ada.get(200, "/w/office/team_kinds"), "/w/office/team_kinds", "do", "add")
	page = ada.send(200, page, "/w/office/team_kinds", "do", "look", "r1c1", string(w.team), "r1c2", "children", "r1c3", string(w.other))
	w.has(page, "Save it", "return</option>")
	w.lacks(page, "No team is for children")
	ada.send(303, page, "/w/office/team_kinds", "do", "save")
	if got := w.setting(office.TeamKinds); got != fmt.Sprintf("%s | children | %s\n", w.team, w.other) {
		t.Errorf("saved %q", got)
	}
	page = ada.get(200, "/w/office/team_kinds")
	visible := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(words(page), " ")
	w.lacks(visible, string(w.team), string(w.other))

	page = ada.send(200, ada.get(200, "/w/office/leave"), "/w/office/leave", "do", "add")
	page = ada.send(200, page, "/w/office/leave", "do", "look", "r1c1", string(bo.id), "r1c2", "2026-03-09", "r1c3", "2026-03-10", "r1c4", string(w.ada))
	ada.send(303, page, "/w/office/leave", "do", "save")
	if got := w.setting(office.Leave); got != fmt.Sprintf("%s | 2026-03-09 | 2026-03-10 | %s\n", bo.id, w.ada) {
		t.Errorf("saved %q", got)
	}
}

func TestRulesAreWrittenCheckedAndTriedBeforeTheyHold(t *testing.T) {
	w := newWorld(t)
	ada := w.coordinator()
	for i := range 3 {
		w.letterFrom(fmt.Sprintf("writer%d@mail.example", i), w.team)
	}
	before := w.setting(office.Rules)
	path := "/w/office/rules"
	page := ada.get(200, path)
	w.has(page, "Nobody waits for more than two days of ours", "Detained people wait half as long")
	page = ada.send(200, page, path, "do", "add")
	page = ada.send(200, page, path, "do", "when:4", "n4", "Letters to the lawyers", "fact4", "channel")
	page = ada.send(200, page, path, "do", "then:4", "w4.1", "mail", "deed4", "team")
	w.has(page, "Letters to the lawyers")
	page = ada.send(200, page, path, "do", "look", "t4.1", string(w.other))
	w.has(page, "Tried on 3 tickets. Changed: 3.", "law", "return", "How often each rule was heard", "No team is for children")
	if w.setting(office.Rules) != before {
		t.Fatal("trying saved it")
	}
	ada.send(303, page, path, "do", "save")
	want := "rule Letters to the lawyers\n  when channel mail\n  then team " + string(w.other) + "\n"
	if got := w.setting(office.Rules); !strings.HasSuffix(got, want) {
		t.Errorf("saved:\n%s", got)
	}
	// A second one that says otherwise of the same letters is found.
	page = ada.send(200, ada.get(200, path), path, "do", "add")
	page = ada.send(200, page, path, "do", "when:5", "n5", "Letters back", "fact5", "channel")
	page = ada.send(200, page, path, "do", "then:5", "w5.1", "mail", "deed5", "team")
	page = ada.send(200, page, path, "do", "look", "t5.1", string(w.team))
	w.has(page, "Letters to the lawyers and Letters back can both hold", "Tried on 3 tickets. Changed: 0.")
	// Switched off it is kept.
	page = ada.send(200, page, path, "do", "look", "off5", "on")
	w.lacks(page, "can both hold")
}

func TestARuleThatIsWrongIsNamed(t *testing.T) {
	w := newWorld(t)
	ada := w.coordinator()
	path := "/w/office/rules"
	page := ada.send(200, ada.get(200, path), path, "do", "add")
	page = ada.send(422, page, path, "do", "look", "n4", "Says nothing", "off4", "on")
	w.has(page, "Row 4: this rule says nothing", "Says nothing")
	page = ada.send(200, page, path, "do", "then:4", "deed4", "nobody")
	page = ada.send(200, page, path, "do", "when:4", "fact4", "waited")
	page = ada.send(422, page, path, "do", "look", "w4.1o", "a while")
	w.has(page, "Row 4: waited over 4h", `value="a while"`)
	page = ada.send(422, page, path, "do", "look", "w4.1o", "4h", "n4", "Detained people wait half as long")
	w.has(page, "Row 4 says something a second time")
	// A value of one's own making stays a word of its row.
	page = ada.send(422, page, path, "do", "look", "n4", "Mine", "t4.1k", "team", "t4.1", "x\nrule Theirs\n then nobody")
	w.lacks(page, "<strong>Row 5")
}

func TestAMailboxIsAddedChangedPausedAndRemoved(t *testing.T) {
	w := newWorld(t)
	ada, bo := w.coordinator(), w.hire("Bo Ek", w.team)
	fields := []string{
		"address", "help@mail.example", "shown", "Help", "team", string(w.team), "imap", "imaps://help@mail.example/", "password", "secret-in",
		"smtp", "smtps://help@mail.example", "smtp-password", "secret-out", "after", office.AfterDelete, "secure", "on",
	}
	page := ada.get(200, "/w/office/mailboxes/new")
	wrong := ada.send(422, page, "/w/office/mailboxes", append(fields, "imap", "http://x")...)
	w.has(wrong, "help@mail.example", "Type the passwords again")
	w.lacks(wrong, "secret-in", "secret-out")
	w.has(ada.send(422, page, "/w/office/mailboxes", append(fields, "team", string(helpdesk.NewID()))...), "There is no such team")
	ada.send(303, page, "/w/office/mailboxes", fields...)
	w.has(ada.send(409, page, "/w/office/mailboxes", fields...), "has a mailbox already")
	boxes, err := w.office.Mailboxes(t.Context())
	w.ok(err)
	if len(boxes) != 1 || boxes[0].Password != "secret-in" || boxes[0].SMTPPassword != "secret-out" || !boxes[0].Secure {
		t.Fatalf("%d mailboxes", len(boxes))
	}
	path := "/w/office/mailboxes/" + string(boxes[0].ID)
	page = ada.get(200, path)
	w.lacks(page, "secret-in", "secret-out")
	ada.send(303, page, path, "shown", "Help desk")
	ada.press(303, page, path+"/pause", "state", office.Paused)
	b, err := w.office.Mailbox(t.Context(), boxes[0].ID)
	w.ok(err)
	if b.Name != "Help desk" || b.Password != "secret-in" || b.State != office.Paused {
		t.Errorf("name, password kept, paused: %v %v %v", b.Name == "Help desk", b.Password == "secret-in", b.State)
	}
	// Who had the page open before that overwrites nothing unseen.
	w.has(ada.send(409, page, path, "shown", "Late"), "somebody changed it just now", `value="Late"`)
	page = ada.get(200, path)
	w.has(page, "name = Help desk", "state = paused", "Version 3", "Ada Lind")
	bo.force(403, "/w/office/mailboxes/:id/restore", path+"/restore", "version", "3", "to", "1")
	ada.press(303, page, path+"/restore", "version", "3", "to", "1")
	ada.press(409, page, path+"/restore", "version", "3", "to", "2")
	b, err = w.office.Mailbox(t.Context(), boxes[0].ID)
	w.ok(err)
	if b.Name != "Help" || b.Password != "secret-in" || b.State != office.Collecting {
		t.Errorf("taken back: %q, %s", b.Name, b.State)
	}
	ada.press(303, ada.get(200, path), path+"/pause", "state", office.Paused)
	list := bo.get(200, "/w/office/mailboxes")
	w.has(list, "help@mail.example", "Paused")
	w.lacks(list, path)
	ada.press(303, ada.get(200, path), path+"/pause", "state", office.Collecting)
	ada.press(303, ada.get(200, path), path+"/remove")
	w.has(ada.get(200, "/w/office/mailboxes"), "No mailbox yet")
}

func TestACounsellorSetsTheirOwnTimes(t *testing.T) {
	w := newWorld(t)
	ada, bo := w.coordinator(), w.hire("Bo Ek", w.team)
	w.roster(ada, bo)
	w.ok(w.office.Set(t.Context(), w.ada, office.Profiles, fmt.Sprintf("%s | so | lawyer\n%s | prs | trauma | man | hazara | 9 | %s\n", w.ada, bo.id, w.ada)))
	page := bo.get(200, "/w/office/mine")
	w.has(page, "Dari", "Crisis and trauma", "Ada Lind", "hazara")
	w.lacks(page, "Somali")
	bo.send(303, page, "/w/office/mine/notify", "notify", "quiet", "from", "21:00", "to", "06:30")
	bo.send(422, page, "/w/office/mine/notify", "notify", "quiet", "from", "soon", "to", "06:30")
	want := fmt.Sprintf("%s | so | lawyer | - | - | - | - | always\n%s | prs | trauma | man | hazara | 9 | %s | quiet 21:00-06:30\n", w.ada, bo.id, w.ada)
	if got := w.setting(office.Profiles); got != want {
		t.Errorf("saved:\n%s\nwant:\n%s", got, want)
	}
	// Who was never written down can still have quiet nights.
	cilla := w.hire("Cilla Fors", w.team)
	w.has(cilla.get(200, "/w/office/mine"), "has not written you down yet")
	cilla.send(303, cilla.get(200, "/w/office/mine"), "/w/office/mine/notify", "notify", "never")

	page = bo.send(200, bo.get(200, "/w/office/mine"), "/w/office/mine/leave", "from", "2026-03-09", "to", "2026-03-10", "substitute", string(w.ada))
	w.has(page, "change in the next two weeks", "Save it")
	if w.setting(office.Leave) != "" {
		t.Fatal("looking saved it")
	}
	bo.send(303, page, "/w/office/mine/leave")
	if got := w.setting(office.Leave); got != fmt.Sprintf("%s | 2026-03-09 | 2026-03-10 | %s\n", bo.id, w.ada) {
		t.Errorf("saved %q", got)
	}
	page = bo.get(200, "/w/office/mine")
	w.has(bo.send(422, page, "/w/office/mine/leave", "from", "2026-03-10", "to", "2026-03-12"), "away on some of those days")
	w.has(bo.send(422, page, "/w/office/mine/leave", "from", "2026-03-20", "to", "2026-03-12"), "comes after the first")
	// Nobody takes another's leave away.
	cilla.force(303, "/w/office/mine/unleave", "/w/office/mine/unleave", "from", "2026-03-09")
	if w.setting(office.Leave) == "" {
		t.Fatal("a colleague's leave is gone")
	}
	bo.press(303, page, "/w/office/mine/unleave", "from", "2026-03-09")
	if got := w.setting(office.Leave); got != "" {
		t.Errorf("left is %q", got)
	}
}

func TestACoordinatorMakesATeamAndSaysGoodbye(t *testing.T) {
	w := newWorld(t)
	ada, bo := w.coordinator(), w.hire("Bo Ek", w.team)
	page := ada.get(200, "/w/office/people")
	w.has(page, "Ada Lind", "Bo Ek")
	ada.send(303, page, "/w/office/people/team", "name", "Children", "restricted", "on", "first", string(w.ada))
	teams, err := w.staff.Teams(t.Context())
	w.ok(err)
	if len(teams) != 3 || !teams[2].Restricted && !teams[0].Restricted && !teams[1].Restricted {
		t.Errorf("%d teams", len(teams))
	}
	w.has(ada.send(422, page, "/w/office/people/team", "name", ""), "New team")
	// Whoever is in a restricted team is theirs to know, and its name.
	w.ok(w.office.Set(t.Context(), w.ada, office.TeamKinds, fmt.Sprintf("%s | children | %s\n", restricted(teams), w.team)))
	w.lacks(words(bo.get(200, "/w/office/people")), ">Children")
	w.has(bo.get(200, "/w/office/team_kinds"), "a restricted team")
	ada.press(303, page, "/w/office/people/close", "user", string(bo.id))
	bo.get(303, "/w/office")
	w.has(ada.get(200, "/w/office/people"), "Bo Ek")
}

func restricted(all []staff.Team) helpdesk.ID {
	for _, t := range all {
		if t.Restricted {
			return t.ID
		}
	}
	return ""
}

// Whoever sits at an open desk saves no rule that erases, and opens no door.
func TestASettingThatErasesOrOpensADoorTakesAProof(t *testing.T) {
	w := newWorld(t)
	ada := w.newcomer("ada", w.words)
	ada.press(303, "", "/w/sign-in", "login", "ada", "words", w.words)
	w.clock.pass(6 * time.Minute)
	setting := func(name string) string {
		t.Helper()
		v, err := w.office.Setting(t.Context(), name)
		w.ok(err)
		return v
	}
	for name, typed := range map[string][2]string{office.LeaveAccepted: {"value", "yes"}, office.Retention: {"r1c2", "1"}} {
		path, before := "/w/office/"+name, setting(name)
		page := ada.send(403, ada.get(200, path), path, "do", "save", typed[0], typed[1])
		w.has(page, "Is it still you?")
		if setting(name) != before {
			t.Fatalf("%s was saved without a proof", name)
		}
		ada.send(303, page, path, "prove", w.words)
		if setting(name) == before {
			t.Errorf("%s was not saved with one", name)
		}
		w.clock.pass(6 * time.Minute)
	}
	w.has(ada.send(403, ada.get(200, "/w/office/mailboxes/new"), "/w/office/mailboxes", "address", "help@mail.example"), "Is it still you?")
	for _, route := range []string{"/w/office/mailboxes/:id", "/w/office/mailboxes/:id/restore", "/w/office/mailboxes/:id/remove", "/w/office/mailboxes/:id/connect"} {
		w.has(ada.force(403, route, strings.ReplaceAll(route, ":id", string(helpdesk.NewID()))), "Is it still you?")
	}
}
