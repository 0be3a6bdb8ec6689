package workspace_test

import (
	"strings"
	"testing"
	"time"

	"returnsupport/consent"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/directory"
)

// share asks for consent to share three things with the shelter.
func (c *colleague) share(status int, ticket, to helpdesk.ID, more ...string) string {
	c.Helper()
	path := ticketAt(ticket, "/consents/new")
	return c.post(status, path+"?purpose=share", path, append([]string{"purpose", "share", "do", "ask", "to", string(to), "items", "Your name\nYour number", "special", "That you are ill",
		"use", "find you a bed", "language", "prs", "role", "self"}, more...)...)
}

func TestConsentIsAskedForOnePurposeWithNobodyChosenBeforehand(t *testing.T) {
	w := newWorld(t)
	maria, bo := w.hire("Maria Holm", w.team), w.hire("Bo Ek", w.other)
	shelter, agency := w.vetted("Shelter", directory.Partner, "SE", directory.TakesPackage), w.vetted("Agency", directory.Authority, "SE", directory.TakesPackage)
	_, ticket := w.somebody()
	list, form := ticketAt(ticket, "/consents"), ticketAt(ticket, "/consents/new")
	w.has(maria.get(200, ticketAt(ticket, "")), list, "Consents and referrals")
	w.has(maria.get(200, list), "Nobody has asked yet.", "Ask for consent")
	w.has(maria.get(200, form), "Permission to refer", "Consent to share", "Somebody in the country of origin")

	page := maria.get(200, form+"?purpose=share")
	w.lacks(page, ` checked`, `name="to"`)
	w.has(maria.post(422, form+"?purpose=share", form, "purpose", "share", "do", "ask", "items", "x", "use", "y", "language", "en"), "Name each recipient")
	page = maria.post(200, form+"?purpose=share", form, "purpose", "share", "do", "find", "find", "bed", "items", "Your name", "language", "prs")
	w.has(page, "Shelter", "Agency", "An authority, or somebody in the country of origin, is asked about alone", "Your name", `value="add:`+string(shelter))
	w.lacks(page, `value="add:`+string(agency), `name="to" value`)
	page = maria.press(200, page, form, "purpose", "share", "do", "add:"+string(shelter), "items", "Your name", "language", "prs")
	w.has(page, `name="to" value="`+string(shelter)+`"`)
	w.has(maria.share(422, ticket, shelter, "days", "soon"), "Days are a whole number")
	w.has(maria.share(422, ticket, agency), "is asked about alone")
	maria.share(303, ticket, shelter)
	w.has(maria.share(422, ticket, shelter), "This is being asked already.")

	a := maria.consentOf(ticket, consent.Share)
	one := ticketAt(ticket, "/consents/"+string(a.ID))
	page = maria.get(200, one)
	w.has(page, "Consent to share", "Shelter", "Your name", "That you are ill", "sensitive", "asked, no answer yet", "find you a bed")
	if boxes := itemKeys.FindAllString(page, -1); len(boxes) != 6 || strings.Contains(page, `-item" value="o1" checked`) {
		t.Errorf("%d ticks, or one set beforehand", len(boxes))
	}
	w.has(maria.get(200, list), "Your number")
	w.has(maria.get(200, ticketAt(ticket, "/agreed")), "1 asked")
	w.has(maria.get(200, ticketAt(ticket, "/history")), "Maria Holm", "asked for consent")

	// Who does not read the ticket learns nothing of it, nor by its id on another.
	_, theirs := w.somebody()
	for _, path := range []string{list, form, one, one + "/receipt", one + "/paper", ticketAt(ticket, "/agreed")} {
		bo.get(404, path)
	}
	maria.get(404, ticketAt(theirs, "/consents/"+string(a.ID)))
	bo.force(404, "/w/t/:id/consents/:consent/stop", one+"/stop")
	bo.force(404, "/w/t/:id/consents/new", form, "purpose", "refer", "do", "ask")
	// To whom it is lent it says where it stands, and takes no answer.
	w.ok(w.tickets.AddReader(t.Context(), w.session(maria.login, maria.words), ticket, bo.id, w.clock.now().Add(time.Hour)))
	page = bo.get(200, one)
	w.lacks(page, "Shelter", "Your name", one+"/said")
	bo.get(403, form)
	bo.force(403, "/w/t/:id/consents/:consent/said", one+"/said", "under", "spoke", "spoke-method", "phone", "spoke-answer", "no", "spoke-witness", "Bo")
}

func TestAnAuthorityIsAskedAboutAloneAndWithItsWarning(t *testing.T) {
	w := newWorld(t)
	maria := w.hire("Maria Holm", w.team)
	agency, sister := w.vetted("Agency", directory.Authority, "SE", directory.TakesPackage), w.vetted("Sister", directory.Sister, "IQ", directory.TakesPackage)
	_, ticket := w.somebody()
	form := ticketAt(ticket, "/consents/new")
	page := maria.get(200, form+"?purpose=authority")
	w.has(page, "An authority can use what it learns when it decides about you.", "Nobody is chosen beforehand.")
	ask := func(status int, purpose string, to helpdesk.ID, more ...string) string {
		return maria.post(status, form+"?purpose="+purpose, form, append([]string{"purpose", purpose, "do", "ask", "to", string(to), "items", "Your name", "use", "a paper", "language", "ar", "role", "self"}, more...)...)
	}
	ask(303, "authority", agency)
	w.has(ask(422, "share", sister), "Write which country the person comes from")
	w.has(ask(422, "share", sister, "from", "iq"), "is asked about alone")
	ask(303, "origin", sister, "from", "iq")
	w.has(maria.get(200, ticketAt(ticket, "/consents/"+string(maria.consentOf(ticket, consent.Origin).ID))), "They may have to help the state in that country.")
	// Who is not in the directory is named by hand, with the country.
	page = maria.post(200, form+"?purpose=share", form, "purpose", "share", "do", "free", "free-name", "Your uncle", "free-country", "no", "language", "ar")
	w.has(page, `name="free" value="NO Your uncle"`, "Norway")
	page = maria.press(200, page, form, "purpose", "share", "do", "drop:NO Your uncle", "free", "NO Your uncle", "language", "ar")
	w.lacks(page, "Your uncle")
}

func TestTheScreenIsTurnedToThePerson(t *testing.T) {
	w := newWorld(t)
	maria := w.hire("Maria Holm", w.team)
	shelter := w.vetted("Shelter", directory.Partner, "SE", directory.TakesPackage)
	_, ticket := w.somebody()
	maria.share(303, ticket, shelter)
	one := ticketAt(ticket, "/consents/"+string(maria.consentOf(ticket, consent.Share).ID))
	page := maria.post(200, one, one+"/turn", "under", "turn", "turn-interpreter", "professional", "turn-interpreted", "Omid", "turn-role", "self")
	w.has(page, `lang="prs" dir="rtl"`, "Shelter", "Your name", "That you are ill", `name="turn-interpreted" value="Omid"`, "Back to the desk")
	w.lacks(page, ` checked`, `id="nav"`, "Kanarie", "Maria Holm", "⟦")
	again := maria.press(422, page, one+"/said", "under", "turn", "turn-answer", "yes", "turn-interpreter", "professional", "turn-interpreted", "Omid")
	w.has(again, `role="alert"`, `name="turn-interpreted" value="Omid"`)
	maria.press(303, page, one+"/said", "under", "turn", "turn-answer", "yes", "turn-item", "o1", "turn-item", "s1", "turn-alone", "no", "turn-interpreter", "professional", "turn-interpreted", "Omid")
	w.has(maria.get(200, one+"/thanks?said=yes"), `lang="prs"`, "Back to the desk")
	a := maria.consentOf(ticket, consent.Share)
	if !a.Valid || a.Said.Method != consent.Together || a.Said.Witness != "Maria Holm" || len(a.Said.Items) != 2 || a.Said.Alone || a.Said.Language != "prs" {
		t.Errorf("kept %v %q %q %v", a.Valid, a.Said.Method, a.Said.Witness, a.Said.Items)
	}
	page = maria.get(200, one)
	w.has(page, "yes, until", "not alone: nothing sensitive goes", "Professional interpreter: Omid", "Together at our screen")
	w.has(maria.get(200, one+"/receipt"), `lang="prs"`, "Shelter", "Your number")
	w.has(maria.get(200, one+"/receipt?as=json"), "27560")
}

func TestWhatWasSaidByPhoneHoldsOnAndIsStoppedInOneStep(t *testing.T) {
	w := newWorld(t)
	maria := w.hire("Maria Holm", w.team)
	shelter := w.vetted("Shelter", directory.Partner, "SE", directory.TakesPackage)
	_, ticket := w.somebody()
	maria.share(303, ticket, shelter)
	one := ticketAt(ticket, "/consents/"+string(maria.consentOf(ticket, consent.Share).ID))
	say := func(status int, more ...string) string {
		return maria.post(status, one, one+"/said", append([]string{"under", "spoke", "spoke-method", "phone", "spoke-role", "self", "spoke-witness", "Maria Holm", "spoke-answer", "yes", "spoke-alone", "yes"}, more...)...)
	}
	w.has(say(422), "Mark at least one thing")
	w.has(say(422, "spoke-item", "o1", "spoke-interpreter", "professional"), "Name the interpreter")
	w.has(maria.post(422, one, one+"/said", "under", "spoke", "spoke-witness", "Maria"), "Say what they answered")
	say(303, "spoke-item", "o1", "spoke-item", "s1")
	if a := maria.consentOf(ticket, consent.Share); !a.Valid || !a.Said.Alone || a.Said.Method != consent.Phone {
		t.Errorf("%v %v %q", a.Valid, a.Said.Alone, a.Said.Method)
	}
	before := maria.consentOf(ticket, consent.Share).Until
	w.clock.pass(20 * time.Minute)
	maria.post(303, one, one+"/renew", "under", "renew", "renew-method", "visit", "renew-witness", "Maria Holm", "renew-alone", "yes")
	if a := maria.consentOf(ticket, consent.Share); a.State != consent.Renewed || !a.Until.After(before) {
		t.Errorf("%s until %v", a.State, a.Until)
	}
	// One press on the list stops it: no more than it took to begin.
	maria.post(303, ticketAt(ticket, "/consents"), one+"/stop")
	if a := maria.consentOf(ticket, consent.Share); a.Valid || a.State != consent.Withdrawn {
		t.Errorf("%s", a.State)
	}
	w.has(maria.get(200, one), "stopped by the person", "The person began to speak of it themselves")
	w.has(say(422, "spoke-item", "o1"), "Mark that they began")
	say(303, "spoke-item", "o1", "spoke-started", "1")
	w.has(maria.post(422, one, one+"/end", "as", "invalidated", "why", " "), "Write why.")
	maria.post(303, one, one+"/end", "as", "invalidated", "why", "the brother answered")
	if a := maria.consentOf(ticket, consent.Share); a.State != consent.Invalidated || a.CanAnswer() {
		t.Errorf("%s", a.State)
	}
	w.lacks(maria.get(200, one), one+"/turn")
	w.has(maria.get(200, ticketAt(ticket, "/history")), "declared that a consent does not count")
}

func TestAPaperIsPrintedSignedAndSealed(t *testing.T) {
	w := newWorld(t)
	maria := w.hire("Maria Holm", w.team)
	shelter := w.vetted("Shelter", directory.Partner, "SE", directory.TakesPackage)
	_, ticket := w.somebody()
	maria.share(303, ticket, shelter)
	one := ticketAt(ticket, "/consents/"+string(maria.consentOf(ticket, consent.Share).ID))
	page := maria.get(200, one+"/paper")
	w.has(page, `lang="prs" dir="rtl"`, "Your name", `class="box"`, "Underskrift / Signature:")
	w.lacks(page, `id="nav"`, ` checked`, "Kanarie")
	fields := []string{"under", "paper", "paper-answer", "yes", "paper-item", "o2", "paper-role", "self", "paper-witness", "Maria Holm", "paper-alone", "yes"}
	page = maria.get(200, one)
	w.has(maria.press(422, page, one+"/said", fields...), "Add the signed paper")
	w.has(maria.uploads(422, page, one+"/said", "paper-scan", []byte("<html>no picture"), fields...), "PDF, PNG or JPEG")
	maria.uploads(303, page, one+"/said", "paper-scan", png, fields...)
	a := maria.consentOf(ticket, consent.Share)
	if !a.Valid || a.Said.Scan == nil || a.Said.Scan.Type != "image/png" || len(a.Said.Scan.Bytes) != len(png) {
		t.Errorf("%v %v", a.Valid, a.Said.Scan)
	}
	// It is looked at again by who reads the ticket, also after another yes.
	w.has(maria.get(200, one), `href="`+one+`/signed"`)
	if got := maria.get(200, one+"/signed"); got != string(png) {
		t.Errorf("%d bytes of the paper come back", len(got))
	}
	maria.post(303, one, one+"/renew", "under", "renew", "renew-method", "phone", "renew-witness", "Maria Holm", "renew-alone", "yes")
	if got := maria.get(200, one+"/signed"); got != string(png) {
		t.Error("the paper is gone with the next yes")
	}
	eva := w.hire("Eva Ny", w.other)
	eva.get(404, one+"/signed")
	_, other := w.somebody()
	maria.share(303, other, shelter)
	maria.get(404, ticketAt(other, "/consents/"+string(maria.consentOf(other, consent.Share).ID)+"/signed"))
}

func TestWhatAChildInterpretsDoesNotCountAndAChildNeedsTwoAnswers(t *testing.T) {
	w := newWorld(t)
	maria := w.hire("Maria Holm", w.team)
	shelter := w.vetted("Shelter", directory.Partner, "SE", directory.TakesPackage)
	_, ticket := w.somebody()
	maria.share(303, ticket, shelter, "age", "under13")
	first := maria.consentOf(ticket, consent.Share)
	one := ticketAt(ticket, "/consents/"+string(first.ID))
	w.has(maria.get(200, one), "A child under 13: two answers are needed.", "guardian has not answered", "child has not been asked")
	visit := func(status int, more ...string) {
		maria.post(status, one, one+"/said", append([]string{"under", "spoke", "spoke-method", "visit", "spoke-witness", "Maria Holm", "spoke-answer", "yes", "spoke-item", "o1", "spoke-alone", "yes"}, more...)...)
	}
	visit(303, "spoke-role", "self")
	if maria.consentOf(ticket, consent.Share).Valid {
		t.Error("a child alone allowed it")
	}
	visit(422, "spoke-role", "guardian")
	visit(303, "spoke-role", "guardian", "spoke-guardian", "The mother")
	if !maria.consentOf(ticket, consent.Share).Valid {
		t.Error("both said yes, and it does not hold")
	}
	_, other := w.somebody()
	maria.share(303, other, shelter)
	a := maria.consentOf(other, consent.Share)
	one = ticketAt(other, "/consents/"+string(a.ID))
	visit(303, "spoke-role", "self", "spoke-interpreter", "child", "spoke-interpreted", "the daughter")
	page := maria.get(200, ticketAt(other, "/consents"))
	w.has(page, "does not count", "asked, no answer yet")
}
