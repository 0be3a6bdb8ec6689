package stories

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/staff"
)

// branch is a local branch of the directory with its coordinator, enrolled.
func (w *world) branch(name, login string) (helpdesk.ID, staff.Enrolment) {
	w.t.Helper()
	ctx := w.t.Context()
	files := fstest.MapFS{
		"organizations.csv": {Data: []byte("id,name,description\no-" + name + "," + name + ",En lokalförening\n")},
		"services.csv":      {Data: []byte("id,organization_id,name,status\ns-" + name + ",o-" + name + ",Sällskap hos " + name + ",active\n")},
	}
	_, err := w.directory.Import(ctx, w.staff.Console(), directory.Folder(files), directory.Options{})
	w.ok(err)
	found, err := w.directory.Find(ctx, directory.Query{View: directory.ForCounsellors, Need: name})
	w.ok(err)
	if len(found.Hits) == 0 {
		w.t.Fatal("the directory does not find ", name)
	}
	org := found.Hits[0].Organisation
	_, err = w.directory.Vet(ctx, w.session(), org, directory.Vetting{Kind: directory.Branch, Country: "SE", On: w.now().Format(time.DateOnly), Until: w.now().AddDate(1, 0, 0).Format(time.DateOnly),
		Takes: directory.TakesWarm, Shown: directory.ForVolunteers, SharesWithAuthorities: directory.SharesNo})
	w.ok(err)
	token, err := w.staff.InviteBranchLead(ctx, w.staff.Console(), org, login, "Lo Ek", login+"@branch.example", "sv", w.now().AddDate(0, 6, 0))
	w.ok(err)
	e, err := w.staff.AcceptVolunteer(ctx, token, "sv", "Samtalsstöd")
	w.ok(err)
	return org, e
}

// signsInVolunteer comes in by the branches' door.
func (v *visitor) signsInVolunteer(login string, e staff.Enrolment) {
	v.t.Helper()
	v.w.pass(31 * time.Second) // a code counts once
	code, err := staff.FactorCode(e.Secret, v.w.now())
	v.w.ok(err)
	v.open("/b/sign-in")
	v.typeInto("#login", login)
	v.typeInto("#words", e.Words)
	v.typeInto("#code", code)
	v.click(`form[action="/b/sign-in"] button.main`)
	v.arrives("the start", `location.pathname === "/b"`)
}

// taps answers one of the five questions.
func (v *visitor) taps(name, value string) {
	v.t.Helper()
	v.click(`[data-step="` + name + `"]:not([hidden]) button[data-value="` + value + `"]`)
}

// volunteerLooks holds a page against the eyes of everybody: both lights, no
// wider than the phone, targets for a thumb, words for everything.
func (v *visitor) volunteerLooks(name string) {
	v.t.Helper()
	for _, dark := range []bool{false, true} {
		v.dark(dark)
		v.accessible(name)
	}
	v.dark(false)
	v.narrow(name)
	v.shot("volunteer-" + name)
	if small := v.eval(`[...document.querySelectorAll("main button, main .button, main .tap, main input:not([type=hidden]), main select, main summary")].filter(e => e.checkVisibility() && e.closest("label") === null && e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML.slice(0, 80)).join("; ")`); small != "" {
		v.t.Errorf("%s has targets under 44 px: %s", name, small)
	}
	if text := v.eval("document.documentElement.innerText"); strings.Contains(text, "⟦") || strings.Contains(text, "{0}") {
		v.t.Errorf("%s lacks words", name)
	}
}

// In a corridor without net somebody is handed on by five taps. It waits sealed
// on the phone, no word of it can be read there, and it is sent by itself when
// the net returns; the counsellors see it once.
func TestAHandOnWaitsWithoutNetAndIsSentByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, e := w.branch("Norra", "lo")
	net := newWire(t, w)
	v := visit(t, w, phone)
	v.base = net.url()
	v.signsInVolunteer("lo", e)
	v.volunteerLooks("home-empty")
	net.set(cut)
	v.click("a[data-hand]")
	v.volunteerLooks("hand-knows")
	v.taps("knows", "yes")
	v.volunteerLooks("hand-urgent")
	v.taps("urgent", "yes")
	v.volunteerLooks("hand-language")
	v.taps("language", "ti")
	v.volunteerLooks("hand-reach")
	v.taps("reach", "branch")
	v.volunteerLooks("hand-need")
	v.typeInto("#line", "Kanariekorridor")
	v.click("[data-send]")
	v.sees("Är telefonen bara din?")
	v.volunteerLooks("hand-alone")
	v.click(`button[data-alone="yes"]`)
	v.sees("Det väntar i telefonen")
	v.volunteerLooks("hand-kept")
	for _, word := range []string{"Kanariekorridor", "branch", `"ti"`, "urgent"} {
		if kept := v.eval(`JSON.stringify(localStorage)`); strings.Contains(kept, word) {
			t.Errorf("%s can be read on the phone: %s", word, kept)
		}
	}
	v.click(`[data-step="done"] button[data-go="end"]`)
	v.sees("1 väntar i telefonen.")
	net.set(well)
	back := time.Now()
	v.sees("Skickat")
	if took := time.Since(back); took > 10*time.Second {
		t.Errorf("sent %v after the net returned", took)
	}
	if left := v.eval(`localStorage.getItem("kept")`); left != "null" {
		t.Errorf("on the phone stays %s", left)
	}
	waits, err := w.branches.Queue(t.Context(), w.session())
	w.ok(err)
	if len(waits) != 1 || waits[0].Language != "ti" {
		t.Fatalf("%d in the queue", len(waits))
	}
	v.click("#kept a")
	v.arrives("what was handed on", `location.pathname.startsWith("/b/t/")`)
	v.sees("svar senast")
	v.volunteerLooks("follow-new")

	// On a phone that others use nothing is kept: the open page alone sends it.
	other := visit(t, w, phone)
	other.base = net.url()
	other.signsInVolunteer("lo", e)
	net.set(cut)
	other.click("a[data-hand]")
	other.taps("knows", "yes")
	other.taps("urgent", "no")
	other.taps("language", "prs")
	other.taps("reach", "branch")
	other.click("[data-send]")
	other.click(`button[data-alone="no"]`)
	other.sees("Inget sparas i en telefon som andra använder")
	if kept := other.eval(`localStorage.getItem("kept")`); kept != "null" {
		t.Errorf("a shared phone keeps %s", kept)
	}
	net.set(well)
	other.click(`[data-step="done"] button[data-go="end"]`)
	other.sees("Skickat")
	waits, err = w.branches.Queue(t.Context(), w.session())
	w.ok(err)
	if len(waits) != 2 {
		t.Errorf("%d in the queue", len(waits))
	}
}

// What we write and ask for stands on the volunteer's open page; when the yes is
// over, the page is empty within a second.
func TestAnOpenPageFollowsAndEmptiesWhenTheYesIsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, e := w.branch("Norra", "lo")
	v := visit(t, w, phone)
	v.signsInVolunteer("lo", e)
	fastest := time.Hour
	for range 2 { // other tests may have the machine to themselves for a while: one of two
		v.open("/b/hand-on")
		v.taps("knows", "yes")
		v.taps("urgent", "no")
		v.taps("language", "prs")
		v.taps("reach", "branch")
		v.click("[data-send]")
		v.sees("Skickat")
		v.click("#done-open")
		v.arrives("what was handed on", `location.pathname.startsWith("/b/t/")`)
		thread := helpdesk.ID(strings.TrimPrefix(v.eval("location.pathname"), "/b/t/"))
		s := w.session()
		w.ok(w.branches.SayToBranch(t.Context(), s, thread, string(helpdesk.NewID()), "Vi ringer henne klockan tolv."))
		v.sees("Vi ringer henne klockan tolv.")
		day := w.now().AddDate(0, 0, 3).Format(time.DateOnly)
		w.ok(w.branches.Ask(t.Context(), s, thread, string(helpdesk.NewID()), branches.Task{Kind: branches.Accompany, Day: day, At: "09:00", Words: "Till advokaten på Storgatan."}))
		v.sees("Följ med personen")
		v.volunteerLooks("follow")
		v.click(`button[value="taken"]`)
		v.sees("Tack. Rådgivarna ser att du gör det.")
		v.typeInto("#text", "Hon har ingen telefon.")
		v.click(`form[action$="/say"] button.main`)
		v.sees("Hon har ingen telefon.")
		v.open("/b")
		v.sees("Du: Följ med personen")
		v.volunteerLooks("home")
		v.open("/b/t/" + string(thread))
		time.Sleep(2 * time.Second) // the bell is up
		waits, err := w.branches.Queue(t.Context(), s)
		w.ok(err)
		var ticket helpdesk.ID
		for _, is := range waits {
			if is.Thread == thread {
				ticket = is.Ticket
			}
		}
		if ticket == "" {
			t.Fatal("the queue does not hold it, though they said something")
		}
		given, err := w.door.Of(t.Context(), s, ticket)
		w.ok(err)
		w.ok(w.door.Revoke(t.Context(), s, given[0].ID, "hon bad om det"))
		taken := time.Now()
		v.until("the page is empty", `!document.body.innerText.includes("klockan tolv")`)
		took := time.Since(taken)
		t.Logf("cleared after %v", took)
		fastest = min(fastest, took)
		v.sees("Här finns inget längre")
		for _, gone := range []string{"klockan tolv", "Storgatan", "ingen telefon"} {
			if strings.Contains(v.eval("document.documentElement.outerHTML"), gone) {
				t.Errorf("%s still stands in the page", gone)
			}
		}
		v.volunteerLooks("follow-over")
	}
	if fastest > time.Second {
		t.Errorf("the open page was cleared after %v", fastest)
	}
}

// Five minutes without a hand on it, and the page is covered; the words bring
// back what was typed. Without scripts it is carried through the sign-in.
func TestTheScreenLocksAndNothingTypedIsLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, e := w.branch("Norra", "lo")
	v := visit(t, w, phone)
	v.signsInVolunteer("lo", e)
	v.open("/b/ask")
	v.typeInto("#text", "det jag skrev")
	w.pass(6 * time.Minute) // the house locks; the page hears of it when it asks
	v.click("main button.main")
	v.sees("Dina ord är inte borta")
	v.sees("Låst")
	v.volunteerLooks("locked-sent")
	v.typeInto("main #words", e.Words)
	v.click("main button.main")
	v.sees("Du är tillbaka")
	v.sees("det jag skrev")
	v.click("main button.main")
	v.sees("En rådgivare svarar här.")

	// With a script: covered in place.
	v.open("/b/ask")
	v.typeInto("#text", "det jag skrev sedan")
	w.pass(6 * time.Minute)
	v.eval(`dispatchEvent(new Event("locked"))`)
	v.until("covered", `document.getElementById("main").hidden && !document.getElementById("locked").hidden`)
	v.accessible("locked")
	v.shot("volunteer-locked")
	v.typeInto("#locked-words", "fel ord som inte stämmer alls")
	v.click("#locked button.main")
	v.sees("Det är inte dina sex ord.")
	v.eval(`document.getElementById("locked-words").value = ""`)
	v.typeInto("#locked-words", e.Words)
	v.click("#locked button.main")
	v.until("uncovered", `!document.getElementById("main").hidden && document.getElementById("text").value === "det jag skrev sedan"`)
	v.click("main button.main")
	v.sees("En rådgivare svarar här.")
}

// A question without names is asked; what tells who somebody is, is pointed out.
func TestAskingWithoutNamesIsAnsweredOnTheOpenPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, e := w.branch("Norra", "lo")
	v := visit(t, w, phone)
	v.signsInVolunteer("lo", e)
	v.open("/b/ask")
	v.volunteerLooks("ask")
	v.typeInto("#text", "Jag träffar Farid Ahmadi, 070-123 45 67. Vad säger jag?")
	v.click("main button.main")
	v.sees("Kan någon kännas igen?")
	v.until("pointed out", `[...document.querySelectorAll("mark")].some(m => m.innerText.includes("070-123 45 67"))`)
	v.volunteerLooks("ask-found")
	v.click(`button[name="sure"]`)
	v.sees("Skickat, utan namn.")
	v.volunteerLooks("talk")
	s := w.session()
	talks, err := w.branches.Consultations(t.Context(), s, false)
	w.ok(err)
	if len(talks) != 1 {
		t.Fatalf("%d wait", len(talks))
	}
	w.ok(w.branches.AnswerTalk(t.Context(), s, talks[0].ID, string(helpdesk.NewID()), "Fråga vad han behöver just nu."))
	v.sees("Fråga vad han behöver just nu.")
	ada := visit(t, w, desk)
	ada.signIn()
	for name, path := range map[string]string{"branches": "/w/branches", "branch-talk": "/w/branches/talk/" + string(talks[0].ID), "branch-books": "/w/branches/playbooks", "branch-beside": "/w/branches/beside"} {
		ada.open(path)
		ada.looksAt(name)
	}
}

// A card is printed: one sheet, the service's name and the code, languages in
// their own script, nothing of the page around it, and no word of return.
func TestAPrintedCardTellsNobodyWhatItIsFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, e := w.branch("Norra", "lo")
	v := visit(t, w, phone)
	v.signsInVolunteer("lo", e)
	for _, lang := range []string{"sv", "ar", "ti"} {
		v.open("/b/cards")
		v.eval(`document.querySelector("#lang").value = "` + lang + `"`)
		v.eval(`document.querySelector("#n").value = "6"`)
		v.click(`form[action="/b/cards/print"] button.main`)
		v.until("the paper", `document.querySelectorAll(".paper-card").length === 6`)
		v.volunteerLooks("sheet-" + lang)
		v.paper(true)
		text := v.eval(`document.querySelector("main").innerText`)
		for _, bad := range []string{"eturn", "tervänd", "Logga", "Lämna"} {
			if strings.Contains(text, bad) {
				t.Errorf("the paper in %s says %q:\n%s", lang, bad, text)
			}
		}
		for _, good := range []string{"020-41 50 00", "ትግርኛ", "العربية", "/" + lang + "/"} {
			if !strings.Contains(text, good) {
				t.Errorf("the paper in %s lacks %q:\n%s", lang, good, text)
			}
		}
		if n := v.sheets(); n != 1 {
			t.Errorf("six cards in %s take %d sheets", lang, n)
		}
		v.keepsPaper("volunteer-cards-" + lang)
		v.paper(false)
	}
	v.open("/b/cards")
	v.sees("på hand")
	v.volunteerLooks("cards")
}

// keepsPaper writes what a printer would get beside the pictures.
func (v *visitor) keepsPaper(name string) {
	folder := os.Getenv("RETURNSUPPORT_SHOTS")
	if folder == "" {
		return
	}
	got, err := chromedp.Call(v.ctx, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: 8.27, PaperHeight: 11.69})
	v.w.ok(err)
	v.w.ok(os.WriteFile(filepath.Join(folder, name+".pdf"), got.Data, 0o644))
}

// Every page of the branches' door, in both languages, on a phone.
func TestEveryPageOfTheBranchesDoorIsAccessibleAndFits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	org, e := w.branch("Norra", "lo")
	v := visit(t, w, phone)
	v.open("/b/sign-in")
	v.volunteerLooks("sign-in")
	v.signsInVolunteer("lo", e)
	for _, lang := range []string{"sv", "en"} {
		v.open("/b")
		v.click(`form[action="/b/language"] button[value="` + lang + `"]`)
		v.arrives(lang, `document.documentElement.lang === "`+lang+`"`)
		for name, path := range map[string]string{"home": "/b", "hand": "/b/hand-on", "danger": "/b/danger", "ask": "/b/ask", "how": "/b/how", "cards": "/b/cards", "know": "/b/know",
			"guide": "/b/guide", "near": "/b/near?near=Malm%C3%B6", "members": "/b/members", "nothing": "/b/nothing"} {
			v.open(path)
			if name == "nothing" { // the craft's page
				v.looksAt(name)
				continue
			}
			v.volunteerLooks(name + "-" + lang)
		}
	}
	ada := visit(t, w, desk)
	ada.signIn()
	ada.open("/w/branches/accounts/" + string(org))
	ada.looksAt("branch-accounts")
}

// The screen of a branch's coordinator stayed open: before an account is made they
// are asked again who they are, and nothing is typed twice.
func TestALeadProvesAnewToInviteAVolunteer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, e := w.branch("Norra", "lo")
	v := visit(t, w, phone)
	v.signsInVolunteer("lo", e)
	w.pass(4 * time.Minute)
	v.open("/b/members")
	w.pass(2 * time.Minute)
	v.typeInto("#name", "Bo Dahl")
	v.typeInto("#login", "bo")
	v.typeInto("#address", "bo@branch.example")
	v.click(`form[action="/b/members/invite"] button.main`)
	v.sees("Är det fortfarande du?")
	v.volunteerLooks("proof")
	code, err := staff.FactorCode(e.Secret, w.now())
	w.ok(err)
	v.typeInto("#prove", code)
	v.click("main button.main")
	v.until("the link of the invitation", `document.querySelector('input[value*="/b/invitation/"]') !== null`)
	all, err := w.staff.Volunteers(t.Context(), "")
	w.ok(err)
	if len(all) != 2 || all[0].User.Name != "Bo Dahl" && all[1].User.Name != "Bo Dahl" {
		t.Errorf("%d volunteers", len(all))
	}
}
