package workspace_test

import (
	"testing"
	"time"

	"returnsupport/consent"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/staff"
)

func TestAnExceptionNeedsALawAReasonAndASecondPerson(t *testing.T) {
	w := newWorld(t)
	maria, bo, eva := w.hire("Maria Holm", w.team), w.hire("Bo Ek", w.team), w.hire("Eva Ny", w.other)
	g, ticket := w.somebody()
	path := ticketAt(ticket, "/exceptions")
	page := maria.get(200, path)
	w.has(page, "Consult without a name first.", "A child is in danger", "A court&#39;s order")
	w.lacks(page, ` checked`)
	full := []string{"kind", "vital", "must", "should", "anonymous", "yes", "law", "BrB 24:4", "why", "he wants to die", "informed", "no", "whynot", "he would run"}
	without := func(name string) []string {
		var out []string
		for i := 0; i < len(full); i += 2 {
			if full[i] != name {
				out = append(out, full[i], full[i+1])
			}
		}
		return out
	}
	for name, says := range map[string]string{"kind": "Choose what kind", "must": "Say whether the law demands it", "anonymous": "Say whether you consulted", "law": "Name the law", "why": "Write why.", "whynot": "Tell the person, or write why not."} {
		w.has(maria.press(422, page, path, without(name)...), says)
	}
	maria.press(303, page, path, full...)
	page = maria.get(200, path)
	w.has(page, "waits for a second person", "does not stand", "BrB 24:4", "he would run", "second look by")
	w.lacks(page, path+"/review", path+"/told") // whoever decided is not the second person
	all, err := w.door.Exceptions(t.Context(), w.session(maria.login, maria.words), ticket)
	w.ok(err)
	id := string(all[0].ID)
	maria.force(422, "/w/t/:id/exceptions/review", path+"/review", "exception", id, "agree", "yes")
	maria.force(422, "/w/t/:id/exceptions/told", path+"/told", "exception", id, "to-"+id, "112", "what-"+id, "x", "channel", "phone")
	w.has(bo.get(200, "/w/exceptions"), "A life is in danger", path+"/review")
	w.has(bo.get(200, "/w/referrals"), "1 exception waits for a second look")
	ada := w.browser(w.ada, "ada", w.words)
	w.has(ada.get(200, "/w/exceptions"), "second look by")
	eva.get(404, path)
	w.lacks(eva.get(200, "/w/exceptions"), "A life is in danger", "second look by")
	eva.force(404, "/w/t/:id/exceptions/review", path+"/review", "exception", id, "agree", "no", "note-"+id, "x")

	page = bo.get(200, path)
	w.has(bo.press(422, page, path+"/review", "exception", id, "agree", "no"), "Write why.")
	bo.press(303, page, path+"/review", "exception", id, "agree", "yes", "note-"+id, "I agree")
	page = maria.get(200, path)
	w.has(page, "seen by a second person", "stands: one may act", "I agree")
	maria.press(303, page, path+"/told", "exception", id, "to-"+id, "112, Kim", "what-"+id, "where he is", "channel", "phone")
	w.has(maria.get(200, ticketAt(ticket, "/history")), "decided on an exception", "as the second person")
	page = maria.get(200, path)
	w.has(page, "112, Kim", "where he is", path+"/informed")
	if told, err := w.door.MyDisclosures(t.Context(), g); err != nil || len(told) != 0 {
		t.Errorf("%d shown to a person nobody has told, %v", len(told), err)
	}
	eva.force(404, "/w/t/:id/exceptions/informed", path+"/informed", "exception", id)
	maria.press(303, page, path+"/informed", "exception", id)
	w.lacks(maria.get(200, path), path+"/informed")
	if told, err := w.door.MyDisclosures(t.Context(), g); err != nil || len(told) != 1 || told[0].Note != "where he is" {
		t.Errorf("%d shown to a person who was told, %v", len(told), err)
	}
}

func TestADutyStandsWhateverTheSecondPersonSays(t *testing.T) {
	w := newWorld(t)
	maria, bo := w.hire("Maria Holm", w.team), w.hire("Bo Ek", w.team)
	agency := w.vetted("Agency", directory.Authority, "SE", directory.TakesPackage)
	_, ticket := w.somebody()
	one := maria.begins(ticket, agency, "package")
	maria.lay(303, one, "save", "text-t-0", "A child is hit", "label-t-0", "What we know")
	path, r := ticketAt(ticket, "/exceptions"), maria.referralOf(ticket)
	page := maria.get(200, path+"?referral="+string(r.ID))
	w.has(page, "For the referral to Agency")
	maria.press(303, page, path, "referral", string(r.ID), "kind", "child", "must", "must", "anonymous", "no", "law", "SoL 14:1", "why", "seen today", "informed", "yes")
	page = maria.get(200, one)
	w.has(page, "ready to send", "by an exception", one+"/send")
	all, err := w.door.Exceptions(t.Context(), w.session(maria.login, maria.words), ticket)
	w.ok(err)
	id := string(all[0].ID)
	bo.post(303, path, path+"/review", "exception", id, "agree", "no", "note-"+id, "I doubt it")
	w.has(maria.get(200, path), "the second person disagrees", "stands: one may act", "I doubt it")
	page = maria.get(200, one)
	maria.press(200, page, one+"/send", "version", versionAt(maria, page), "address", "desk@agency.example")
	if r = maria.referralOf(ticket); r.State != consent.ReferralSent || r.Disclosed[0].Basis != "exception" {
		t.Errorf("%s %v", r.State, r.Disclosed)
	}
	w.clock.pass(25 * time.Hour)
}

func TestAnAuthoritysRequestIsRefusedUntilTheCoordinatorDecides(t *testing.T) {
	w := newWorld(t)
	maria, eva := w.hire("Maria Holm", w.team), w.hireAs(staff.Counsellor, "Eva Ny", w.other)
	page := maria.get(200, "/w/requests")
	w.has(page, "Say neither yes nor no", "No authority has asked.")
	now := w.clock.now().In(w.site.Zone).Format("2006-01-02T15:04")
	fields := []string{"authority", "The agency", "person", "Kim", "what", "Where is he?", "channel", "phone", "at", now}
	w.has(maria.press(422, page, "/w/requests", "authority", " ", "what", "x", "channel", "phone", "at", now), "Write who asks")
	maria.press(303, page, "/w/requests", fields...)
	w.has(maria.get(200, "/w/requests"), "The agency", "Where is he?", "undecided: nothing is handed over")
	w.lacks(maria.get(200, "/w/requests"), "/w/requests/decide")
	w.lacks(eva.get(200, "/w/requests"), "The agency")
	ada := w.browser(w.ada, "ada", w.words)
	all, err := w.door.Requests(t.Context(), w.session("ada", w.words))
	w.ok(err)
	id := string(all[0].ID)
	maria.force(403, "/w/requests/decide", "/w/requests/decide", "request", id, "grant", "yes", "why-"+id, "x", "over-"+id, "y")
	page = ada.get(200, "/w/requests")
	w.has(ada.press(422, page, "/w/requests/decide", "request", id, "grant", "yes", "why-"+id, "an order"), "name what")
	ada.press(303, page, "/w/requests/decide", "request", id, "grant", "no", "why-"+id, "no law was named")
	w.has(maria.get(200, "/w/requests"), "refused", "no law was named")
}
