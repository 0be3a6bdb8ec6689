package workspace_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"returnsupport/consent"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/people"
)

// begins lays a draft to an organisation and returns its page's address.
func (c *colleague) begins(ticket, to helpdesk.ID, mode string) string {
	c.Helper()
	path := ticketAt(ticket, "/referrals/new")
	c.post(303, path, path, "do", "to:"+string(to), "need", "a bed", "mode", mode, "priority", "2")
	return ticketAt(ticket, "/referrals/"+string(c.referralOf(ticket).ID))
}

// lay posts the draft's form with the version it shows now.
func (c *colleague) lay(status int, page, do string, more ...string) string {
	c.Helper()
	html := c.get(200, page)
	fields := []string{"version", versionAt(c, html), "do", do, "need", "a bed", "priority", "2", "language", "prs", "role", "self", "use", "find you a bed"}
	if more = append(more, "mode", "package"); more[0] == "mode" {
		more = more[:len(more)-2]
	}
	return c.press(status, html, page, append(fields, more...)...)
}

func versionAt(c *colleague, html string) string {
	c.Helper()
	found := versions.FindStringSubmatch(html)
	if found == nil {
		c.Fatalf("no version:\n%s", words(html))
	}
	return found[1]
}

var gates = []string{"likely", "1", "unpromised", "1", "agreed", "1"}

// saysYes is the person's own yes to both questions of a referral: to all but
// the things named.
func (c *colleague) saysYes(g *people.Guest, r consent.Referred, but ...string) {
	c.Helper()
	for _, id := range []helpdesk.ID{r.Permission, r.Consent} {
		a, err := c.door.One(c.Context(), g, id)
		c.ok(err)
		reply := consent.Reply{State: consent.Given, Method: consent.Web, Language: "en", Alone: true}
		for _, it := range a.Terms.Items {
			if !strings.Contains(strings.Join(but, "\n"), it.Label) {
				reply.Items = append(reply.Items, it.Key)
			}
		}
		c.ok(c.door.Answer(c.Context(), g, id, reply))
	}
}

var partBoxes = regexp.MustCompile(`name="in-(m-[a-z2-7]+)"`)

func TestEachGateOfAReferralStopsAndSaysWhy(t *testing.T) {
	w := newWorld(t)
	maria, bo := w.hire("Maria Holm", w.team), w.hire("Bo Ek", w.other)
	shelter, closed := w.vetted("Shelter", directory.Partner, "SE", directory.TakesPackage), w.vetted("Contact house", directory.Partner, "SE", directory.TakesSignpost)
	g, ticket := w.somebody()
	form := ticketAt(ticket, "/referrals/new")
	page := maria.get(200, form)
	w.lacks(page, `value="package" checked`, "to:")
	page = maria.press(200, page, form, "do", "find", "find", "bed", "need", "a bed", "mode", "package", "priority", "1")
	w.has(page, "Shelter", "Contact house", "They do not take referrals in this way.", `value="to:`+string(shelter))
	w.lacks(page, `value="to:`+string(closed))
	w.has(maria.post(422, form, form, "do", "to:"+string(shelter), "need", " ", "mode", "package", "priority", "1"), "Write what the person needs")
	w.has(maria.post(422, form, form, "do", "to:"+string(closed), "need", "x", "mode", "package", "priority", "1"), "They do not take referrals in this way.")

	one := maria.begins(ticket, shelter, "package")
	page = maria.get(200, one)
	w.has(page, "What has to be true", "They are reliable", "Refer only where help is likely.", "The person has not been asked yet.", "My name is Kanarie")
	w.lacks(page, `name="likely" value="1" checked`, `name="in-m-`+partBoxes.FindStringSubmatch(page)[1]+`" value="1" checked`)
	// A second one for the same need is said before.
	w.has(maria.post(422, form, form, "do", "to:"+string(shelter), "need", "A  bed", "mode", "package", "priority", "1"), "Another referral for the same need is open.", `name="again"`)

	// Another recipient may be chosen while it is a draft, and what was laid out stays.
	w.has(page, `href="`+one+`/to"`)
	kitchen := w.vetted("Kitchen", directory.Partner, "SE", directory.TakesPackage)
	found := maria.press(200, maria.get(200, one+"/to"), one+"/to", "do", "find", "find", "bed")
	w.has(found, "Kitchen", "They do not take referrals in this way.")
	w.lacks(found, `name="need"`, `value="to:`+string(closed))
	w.has(maria.press(422, found, one+"/to", "do", "to:"+string(closed)), "They do not take referrals in this way.")
	maria.press(303, found, one+"/to", "do", "to:"+string(kitchen))
	if r := maria.referralOf(ticket); r.To.ID != kitchen || r.Need != "a bed" || r.State != consent.ReferralDraft {
		t.Errorf("to %s for %q, %s", r.To.Name, r.Need, r.State)
	}
	bo.force(404, "/w/t/:id/referrals/:referral/to", one+"/to", "do", "to:"+string(shelter))
	maria.post(303, one+"/to", one+"/to", "do", "to:"+string(shelter))
	page = maria.get(200, one)

	part := partBoxes.FindStringSubmatch(page)[1]
	w.has(maria.lay(422, one, "submit", "unpromised", "1", "agreed", "1", "in-"+part, "1"), "Refer only where help is likely.")
	w.has(maria.lay(422, one, "submit", "likely", "1", "agreed", "1", "in-"+part, "1"), "Promise nothing in another")
	w.has(maria.lay(422, one, "submit", "likely", "1", "unpromised", "1", "in-"+part, "1"), "Find the need out together")
	w.has(maria.lay(422, one, "submit", gates...), "There is nothing to hand over.")
	w.has(maria.lay(422, one, "save", append([]string{"in-" + part, "1", "cut-" + part, "nowhere"}, gates...)...), "stands nowhere in it")
	maria.lay(303, one, "save", append([]string{"in-" + part, "1", "label-" + part, "What you wrote", "cut-" + part, "Kanarie", "special-" + part, "1", "text-t-0", "on Monday", "label-t-0", "When you come", "updating-t-0", "1", "limits", "Do not call"}, gates...)...)
	page = maria.get(200, one)
	w.has(page, ">Kanarie</textarea>", "What you wrote", `value="When you come"`, ">Do not call</textarea>")
	shown := maria.get(200, one+"/preview")
	w.has(shown, "As Shelter will see it", "My name is ▒▒▒ and I am ill", "Do not call", "on Monday")
	w.lacks(shown, "Kanarie")
	maria.lay(303, one, "submit", append([]string{"in-" + part, "1", "label-" + part, "What you wrote", "cut-" + part, "Kanarie", "special-" + part, "1", "text-t-0", "on Monday", "label-t-0", "When you come", "updating-t-0", "1"}, gates...)...)

	r := maria.referralOf(ticket)
	page = maria.get(200, one)
	w.has(page, "Permission to refer", "Consent to share", "asked, no answer yet", "waits for the person")
	w.lacks(page, one+"/send")
	maria.force(422, "/w/t/:id/referrals/:referral/send", one+"/send", "version", versionAt(maria, page), "address", "x@shelter.example")

	// Yes to one of two: what was not allowed can only be left out.
	maria.saysYes(g, r, "What you wrote")
	page = maria.get(200, one)
	w.has(page, "Send only what they allowed")
	w.lacks(page, one+"/send")
	maria.press(303, page, one+"/reduce", "version", versionAt(maria, page))
	page = maria.get(200, one)
	w.has(page, "Both yeses hold.", one+"/send")

	w.has(maria.press(422, page, one+"/send", "version", versionAt(maria, page)), "They have no account here. Write where the mail with the link goes.")
	page = maria.press(200, maria.get(200, one), one+"/send", "version", versionAt(maria, maria.get(200, one)), "address", "desk@shelter.example", "language", "sv")
	digits := regexp.MustCompile(`<span>(\d{4})</span>`).FindAllStringSubmatch(page, -1)
	w.has(page, "These digits are shown once", "never by mail")
	if len(digits) != 3 {
		t.Errorf("%d groups of digits", len(digits))
	}
	page = maria.get(200, one)
	w.has(page, "sent, no answer yet", "by link and code", "When you come", "answer by")
	w.lacks(page, digits[0][1]+digits[1][1])

	for _, path := range []string{ticketAt(ticket, "/referrals"), form, one, one + "/preview", one + "/card"} {
		bo.get(404, path)
	}
	for _, act := range []string{"/say", "/recall", "/back", "/cancel", "/send", "/reduce", "/newer", "/own"} {
		bo.force(404, "/w/t/:id/referrals/:referral"+act, one+act, "version", "1", "to", string(bo.id), "text", "x")
	}
	w.lacks(bo.get(200, "/w/referrals"), "Shelter")
	_, other := w.somebody()
	maria.get(404, ticketAt(other, "/referrals/"+string(r.ID)))

	maria.press(303, page, one+"/say", "text", "She comes at noon")
	maria.press(303, page, one+"/newer", "item", maria.referralOf(ticket).Items[0].Key, "newer-0", "on Tuesday")
	page = maria.get(200, one)
	w.has(page, "She comes at noon", "on Tuesday", "Read by exactly three")
	w.has(maria.get(200, "/w/referrals"), "Shelter", "Underway")
	w.has(maria.get(200, ticketAt(ticket, "/history")), "handed something over", "began a referral")
	// They told us to stop: both yeses end with it.
	maria.press(303, page, one+"/back")
	page = maria.get(200, one)
	w.has(page, "taken back")
	if a := maria.consentOf(ticket, consent.Share); a.Valid || maria.consentOf(ticket, consent.Refer).Valid {
		t.Error("a yes still stands")
	}
	maria.force(422, "/w/t/:id/referrals/:referral/say", one+"/say", "text", "more")
}

func TestWhatComesBackOrIsLateStandsFirst(t *testing.T) {
	w := newWorld(t)
	maria := w.hire("Maria Holm", w.team)
	shelter := w.vetted("Shelter", directory.Partner, "SE", directory.TakesPackage)
	g, ticket := w.somebody()
	one := maria.begins(ticket, shelter, "warm")
	maria.lay(303, one, "submit", append([]string{"mode", "warm", "text-t-0", "She needs a bed"}, gates...)...)
	maria.saysYes(g, maria.referralOf(ticket))
	page := maria.get(200, one)
	var code string
	page = maria.press(200, page, one+"/send", "version", versionAt(maria, page), "address", "desk@shelter.example")
	for _, d := range regexp.MustCompile(`<span>(\d{4})</span>`).FindAllStringSubmatch(page, -1) {
		code += d[1]
	}
	cookie, err := w.door.OpenLink(t.Context(), w.fragment, code)
	w.ok(err)
	o, err := w.door.Visitor(t.Context(), cookie, false)
	w.ok(err)
	r := maria.referralOf(ticket)
	w.ok(w.door.ReturnReferral(t.Context(), o, r.ID, "We have no beds this week"))
	page = maria.get(200, "/w/referrals")
	w.has(page, "Came back to you", "We have no beds this week")
	w.has(maria.get(200, one), "The recipient gave it back.", "We have no beds this week")

	w.clock.pass(time.Minute)
	again := maria.begins(ticket, shelter, "warm")
	w.clock.pass(15 * 24 * time.Hour)
	eva := w.browser(maria.id, maria.login, maria.words)
	w.has(eva.get(200, "/w/referrals"), "Late", "late since")
	page = eva.get(200, again)
	eva.press(303, page, again+"/cancel", "version", versionAt(eva, page))
	ada := w.browser(w.ada, "ada", w.words)
	w.lacks(ada.get(200, "/w/referrals"), "We have no beds")
}

func TestASignpostGivesAContactAndNothingLeaves(t *testing.T) {
	w := newWorld(t)
	maria := w.hire("Maria Holm", w.team)
	shelter := w.vetted("Shelter", directory.Partner, "SE", directory.TakesSignpost)
	_, ticket := w.somebody()
	one := maria.begins(ticket, shelter, "signpost")
	w.has(maria.get(200, one), "Nothing about them leaves us.")
	w.has(maria.lay(422, one, "submit", "mode", "signpost"), "Refer only where help is likely.")
	maria.lay(303, one, "submit", append([]string{"mode", "signpost"}, gates...)...)
	r := maria.referralOf(ticket)
	if r.State != consent.ReferralClosed || len(r.Disclosed) != 0 || r.Consent != "" {
		t.Errorf("%s, %d left", r.State, len(r.Disclosed))
	}
	card := maria.get(200, one+"/card")
	w.has(card, "Shelter service", "A bed for the night")
	w.lacks(card, "Kanarie")
	maria.press(303, card, one+"/card")
	w.has(maria.get(200, ticketAt(ticket, "")), "A bed for the night")
}

func TestWhatStandsUnderATicketGoesAlongWithIt(t *testing.T) {
	w := newWorld(t)
	maria, bo := w.hire("Maria Holm", w.team), w.hire("Bo Ek", w.other)
	shelter := w.vetted("Shelter", directory.Partner, "SE", directory.TakesPackage)
	_, ticket := w.somebody()
	maria.share(303, ticket, shelter)
	one := maria.begins(ticket, shelter, "package")
	page := maria.get(200, ticketAt(ticket, ""))
	maria.press(303, page, ticketAt(ticket, "/team"), "version", versionIn(t, page), "to", string(w.other))
	maria.get(404, one)
	w.has(bo.get(200, ticketAt(ticket, "/consents")), "Shelter", "Your name")
	w.has(bo.get(200, one), "To Shelter", "a bed")
}
