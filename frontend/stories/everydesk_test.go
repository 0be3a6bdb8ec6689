package stories

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/answers"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/registers"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tasks"
	"returnsupport/helpdesk/tickets"
)

// Every page of the desk is looked at on a phone and on a desk, light and dark,
// and axe finds nothing; nothing sticks out of it in either language, and every
// field takes words of either direction.
func TestEveryPageOfTheDeskIsAccessibleAndFits(t *testing.T) {
	t.Parallel()
	w := evening(t)
	w.hireAs(staff.Coordinator, "carla", "Carla Ek", w.team.ID)
	pages := w.deskPages()
	for _, s := range []screen{phone, desk} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			v := visit(t, w, s)
			v.open("/w/sign-in")
			v.prepares()
			asks := v.eval("document.documentElement.lang") // one engine asks for Swedish, another for English
			for _, p := range pages.before {
				v.looks(p, asks, true) // until somebody signs in
			}
			v.signInto("lisa", w.others["lisa"], "/w/lent")
			v.prepares()
			for _, p := range pages.lent {
				v.looks(p, "en", true)
			}
		})
		const tabs = 2 // that share the pages
		for tab := range tabs {
			t.Run(s.name+" within "+strconv.Itoa(tab+1), func(t *testing.T) {
				t.Parallel()
				v := visit(t, w, s)
				v.signIn()
				v.prepares()
				for i, p := range pages.within {
					if i%tabs == tab {
						v.looks(p, "sv", !s.phone || !strings.HasPrefix(p.path, "/w/office/") || slices.Contains(tables, p.name))
					}
				}
			})
		}
	}
	// The same pages in the other language: other words in the same places, and
	// where there is less room.
	t.Run("360 en", func(t *testing.T) {
		t.Parallel()
		v := visit(t, w, phone)
		v.signInAs("carla", w.others["carla"])
		v.prepares()
		for _, p := range pages.within {
			v.looks(p, "en", false)
		}
	})
}

// prepares a tab to write pages in place. What a page's scripts do to it, the
// stories tell: here every page stands as the house sent it.
func (v *visitor) prepares() {
	v.t.Helper()
	v.do(chromedp.Evaluate[chromedp.Void](axe), chromedp.Evaluate[chromedp.Void](inPlace))
}

// looks at a page as a screen reader and as tired eyes do; whole with axe, in
// both lights, folds and menus open.
func (v *visitor) looks(p deskPage, lang string, whole bool) {
	v.t.Helper()
	page := p.name + " " + lang
	if at := v.replace(p.path, false); !strings.HasPrefix(p.path, at) {
		v.t.Errorf("%s led to %s", page, at)
		return
	}
	if text := v.eval("document.documentElement.innerText"); strings.Contains(text, "⟦") || strings.Contains(text, "{0}") {
		v.t.Errorf("%s lacks words", page)
	}
	if said := v.eval("document.documentElement.lang"); said != lang {
		v.t.Errorf("%s is in %s", page, said)
	}
	v.narrow(page)
	if whole {
		v.shot("page-" + p.name)
	}
	v.eval(`document.querySelectorAll("details:not(.menu-of)").forEach(d => { d.open = true })`)
	v.narrow(page + " with folds open")
	if bad := v.eval(undirected); bad != "" {
		v.t.Errorf("%s: fields that take words of one direction only: %s", page, bad)
	}
	if !whole {
		return
	}
	v.accessible(page)
	v.dark(true) // which changes nothing but colours
	v.eval(`document.querySelectorAll("details.menu-of").forEach(d => { d.open = true })`)
	v.accessible(page+" dark", "color-contrast", "label", "select-name", "button-name")
	v.shot("page-" + p.name + "-dark")
	v.dark(false)
}

// undirected are the fields for words that do not follow the words' own
// direction. Addresses, numbers and codes run from left to right and say so.
const undirected = `[...document.querySelectorAll("textarea, input")].filter(e => !e.readOnly &&
	["textarea", "text", "search"].includes(e.type) && !e.dir && e.id !== "palette-find").map(e => e.id || e.name).join()`

// tables are the settings whose pages are looked at whole on a phone, too: the
// others have one field each.
var tables = []string{"office-rules", "office-profiles", "office-leave", "office-crisis_panel", "office-hours"}

// deskPage is a page of the workspace and what its picture is called.
type deskPage struct{ name, path string }

type deskPages struct{ before, within, lent []deskPage }

// deskPages fills the house with what a desk sees, and lists the pages before
// and behind its door.
func (w *world) deskPages() deskPages {
	w.t.Helper()
	ctx := w.t.Context()
	w.week()
	rows := w.waitTickets(5)
	s := w.session()
	var family, decision helpdesk.ID
	for _, r := range rows {
		switch {
		case strings.HasPrefix(r.Head.Title, "En familj"):
			family = r.Ticket.ID
		case r.Head.Title == "Question about the decision":
			decision = r.Ticket.ID
			w.ok(w.tickets.Prioritise(ctx, s, r.Ticket.ID, r.Ticket.Version, 3, r.Ticket.DueDay))
		}
	}
	for _, setting := range [][2]string{
		{office.Skills, "law | Juridik | Law"}, {office.Tags, "press | Press | Press\npapper | Väntar på papper | Waits for papers"},
		{office.Centres, "marsta | Märsta\nastorp | Åstorp"}, {office.OnCall, "jour@help.example"},
		{office.Profiles, string(w.user) + " | sv, prs | law | woman"},
		{office.PosterBranches, "malmo | Malmö | Tuesdays 17-19, by the library"},
	} {
		w.ok(w.office.Set(ctx, w.user, setting[0], setting[1]))
	}
	w.note(family, "Pratade med Anna. Tolk på tigrinja finns på torsdag.")
	w.dated(s, family, decision)
	sheet, err := w.tickets.Page(ctx, s, family)
	w.ok(err)
	letter := sheet.Messages[0].ID
	_, err = w.tickets.AddTranslation(ctx, s, letter, "ti", "ሰላም ዓለም 👋", tickets.ByStaff)
	w.ok(err)
	_, err = w.tickets.AddCall(ctx, s, decision, tickets.CallNote{Call: tickets.Call{How: tickets.ByPhone, With: people.RoleSelf}, Text: "Ringde tillbaka.", ClientID: "call"})
	w.ok(err)
	kept, err := w.shelf.Put(ctx, s, answers.Answer{
		Kind: answers.Canned, Title: "Om att överklaga", Texts: map[string]string{"sv": "Du har tre veckor på dig. Ring {phone}.", "ar": "لديك ثلاثة أسابيع."},
		Source: "Utlänningslagen 14 kap.", Owner: w.user, Review: w.now().AddDate(0, 3, 0).Format(time.DateOnly),
	})
	w.ok(err)
	begun, err := w.room.Start(ctx, chat.First{Lang: "ar", ClientID: "first", Live: true, Text: "مرحبا 🙂", Facts: tickets.Facts{Spoken: "ar", Audience: string(hours.Detained)}})
	w.ok(err)
	lisa := w.hireAs(staff.Interpreter, "lisa", "Lisa Tolk")
	w.ok(w.tickets.AddReader(ctx, s, family, lisa.User.ID, w.now().Add(24*time.Hour)))
	token, err := w.staff.Invite(ctx, s, "eva", "Eva Ek", "eva@help.example", staff.Counsellor, w.team.ID)
	w.ok(err)
	waiting, err := w.staff.Invite(ctx, s, "cleo", "Cleo Dahl", "cleo@help.example", staff.Counsellor, w.team.ID)
	w.ok(err)
	_, _, err = w.staff.Accept(ctx, waiting, "sv")
	w.ok(err)
	boxes, err := w.office.Mailboxes(ctx)
	w.ok(err)
	w.registered(s)

	t := "/w/t/" + string(family)
	out := deskPages{
		before: []deskPage{{"sign-in", "/w/sign-in"}, {"lost", "/w/lost"}, {"sign-in-ended", "/w/sign-in?ended=writing"}, {"invitation", "/w/invitation/" + token}},
		within: []deskPage{
			{"queue", "/w/queue"}, {"team-queue", "/w/queue?q=team"}, {"closed", "/w/queue?q=closed"}, {"due", "/w/due"}, {"due-team", "/w/due?who=team"},
			{"ticket", t}, {"ticket-dates", "/w/t/" + string(decision)}, {"ticket-chat", "/w/t/" + string(begun.Ticket)},
			{"person", t + "/person"}, {"call-of", t + "/call"}, {"call", "/w/call"}, {"print", t + "/print"}, {"history", t + "/history"},
			{"insert", t + "/answers"}, {"translation", "/w/m/" + string(letter) + "/translation"}, {"write", "/w/write"},
			{"answers", "/w/answers"}, {"answer-new", "/w/answers/new"}, {"answer", "/w/answers/" + string(kept.ID)},
			{"aside", "/w/aside"}, {"outbox", "/w/outbox"}, {"team", "/w/team"}, {"settings", "/w/settings"}, {"mail", "/w/mail"}, {"code", "/w/code"},
			{"chats", "/w/chats"}, {"hours", "/w/hours"}, {"office", "/w/office"}, {"mailboxes", "/w/office/mailboxes"},
			{"mailbox-new", "/w/office/mailboxes/new"}, {"mailbox", "/w/office/mailboxes/" + string(boxes[0].ID)}, {"people", "/w/office/people"},
			{"mine", "/w/office/mine"}, {"journal", "/w/journal"}, {"incidents", "/w/incidents"}, {"rights", "/w/rights"}, {"records", "/w/records"},
			{"assessment", "/w/records/assessment"}, {"programs", "/w/office/programs"}, {"nothing", "/w/t/" + strings.Repeat("a", 26)},
		},
		lent: []deskPage{{"lent", "/w/lent"}, {"lent-one", "/w/lent/" + string(family)}},
	}
	settings, err := w.office.Settings(ctx)
	w.ok(err)
	numbers := 0
	for _, k := range settings {
		if _, err := strconv.Atoi(k.Default); err == nil {
			if numbers++; numbers > 2 {
				continue // one field for a number, as on the two before
			}
		}
		out.within = append(out.within, deskPage{"office-" + k.Name, "/w/office/" + k.Name})
	}
	return out
}

// registered writes into the registers what data protection asks for, some of it
// late, and lets a program in.
func (w *world) registered(s *staff.Session) {
	w.t.Helper()
	ctx := w.t.Context()
	for days, n := range map[int]registers.Noticed{
		-4: {What: "En lista med namn låg i hallen under hela eftermiddagen, och flera besökare gick förbi.", Kinds: registers.IncidentKinds[:2], Affected: 12, Who: "Tolv familjer: namn och telefoner", Tickets: "R-1, R-2"},
		-1: {What: "قائمة بالأسماء 📄", Kinds: registers.IncidentKinds[2:]},
	} {
		n.At = w.now().AddDate(0, 0, days)
		id, err := w.registers.Report(ctx, s, n)
		w.ok(err)
		w.ok(w.registers.Assess(ctx, s, id, registers.Assessed{Risk: registers.RiskHigh, Consequences: "De kan bli funna."}, n.Affected))
	}
	for days, kind := range map[int]string{-40: "access", -20: "erasure", -1: "correction"} {
		_, err := w.registers.Ask(ctx, s, registers.Asked{Kind: kind, Who: "Nadia, som visade sitt kort", What: "Allt ni har om mig.", Channel: "letter", Day: w.now().AddDate(0, 0, days)})
		w.ok(err)
	}
	_, _, err := w.staff.MakeProgram(ctx, s, staff.NewProgram{Name: "Kommunen", Scopes: []staff.Scope{staff.ReadTickets}, Teams: []helpdesk.ID{w.team.ID}, Until: w.now().AddDate(0, 2, 0)})
	w.ok(err)
}

// dated writes dates into two tickets: what is lost, what was promised, what
// has passed.
func (w *world) dated(s *staff.Session, family, decision helpdesk.ID) {
	w.t.Helper()
	on := func(days int) hours.Date { return hours.DateOf(w.now().AddDate(0, 0, days)) }
	for _, p := range []struct {
		ticket helpdesk.ID
		plan   tasks.Plan
	}{
		{family, tasks.Plan{Kind: tickets.DateFollowUp, Day: on(1), Note: "Ring Anna om tolken ☎️"}},
		{decision, tasks.Plan{Kind: tickets.DateTravel, Day: on(2), At: "06:00", Note: "سفر"}},
		{decision, tasks.Plan{Kind: tickets.DateAdult, Day: on(9)}},
	} {
		_, err := w.tasks.Add(w.t.Context(), s, p.ticket, p.plan)
		w.ok(err)
	}
}
