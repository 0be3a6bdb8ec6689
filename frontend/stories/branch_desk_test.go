package stories

import (
	"strconv"
	"testing"
	"time"

	"returnsupport/consent"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// volunteers signs somebody of a branch in, without a browser.
func (w *world) volunteers(login string, e staff.Enrolment) *staff.Outsider {
	w.t.Helper()
	w.pass(31 * time.Second) // a code counts once
	code, err := staff.FactorCode(e.Secret, w.now())
	w.ok(err)
	cookie, err := w.staff.SignInVolunteer(w.t.Context(), login, e.Words, code)
	w.ok(err)
	o, err := w.staff.Volunteer(w.t.Context(), cookie, false)
	w.ok(err)
	return o
}

// A counsellor's day with two branches: what was handed on stands in a queue with
// its promise, its thread beside the ticket; the branch is written to and asked, a
// contact with an authority is taken over with the person's own yes, and two
// hand-ons about one person are linked.
func TestACounsellorWorksWithWhatTwoBranchesHandOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, e := w.branch("Norra", "lo")
	_, f := w.branch("Södra", "eva")
	lo, eva := w.volunteers("lo", e), w.volunteers("eva", f)
	hands := func(o *staff.Outsider, line string) branches.Waits {
		t.Helper()
		r, err := w.branches.HandOn(t.Context(), o, branches.HandOn{Client: string(helpdesk.NewID()), Knows: true, Language: "sv", Reach: branches.ReachBranch, Need: branches.NeedDecision, Line: line})
		w.ok(err)
		all, err := w.branches.Queue(t.Context(), w.session())
		w.ok(err)
		for _, is := range all {
			if is.Thread == r.ID {
				return is
			}
		}
		t.Fatal("not in the queue")
		return branches.Waits{}
	}
	one, two := hands(lo, "Hon har fått ett avslag."), hands(eva, "Samma kvinna, tror vi.")
	w.ok(w.branches.TakeOver(t.Context(), lo, one.Thread, string(helpdesk.NewID()), "Ring dem om hennes adress"))
	yes := w.saysYesTo(one.Ticket)

	v := visit(t, w, desk)
	v.signIn()
	v.open("/w/branches")
	v.sees("nästa arbetsdag")
	v.looksAt("branch-queue")
	v.click(`#branches a[href="/w/t/` + string(one.Ticket) + `"]`)
	v.arrives("the ticket", `location.pathname === "/w/t/`+string(one.Ticket)+`"`)
	page := `/w/t/` + string(one.Ticket) + `/branch`
	v.click(`a[href="` + page + `"]`)
	v.arrives("what the branch sees", `location.pathname === "`+page+`"`)
	v.sees("Hon har fått ett avslag.")
	v.looksAt("branch-page")
	v.typeInto(`textarea[name="text-`+string(one.Thread)+`"]`, "Vi ringer henne i dag.")
	v.click(`button[value="say"]`)
	v.sees("Vi ringer henne i dag.")
	v.eval(`document.querySelectorAll("details").forEach(d => d.open = true)`)
	v.eval(`document.querySelector('input[name="day"]').value = "` + w.now().AddDate(0, 0, 3).Format(time.DateOnly) + `"`)
	v.typeInto(`textarea[name="words-`+string(one.Thread)+`"]`, "Till vårdcentralen")
	v.click(`button[value="ask"]`)
	v.sees("Till vårdcentralen")
	v.sees("Ring dem om hennes adress")
	v.typeInto(`textarea[name="what"]`, "Jag ringde dem.")
	v.click(`button[value="authority"]`)
	v.until("the yes is used up", `!document.querySelector('option[value="`+string(yes)+`"]') && !document.querySelector('textarea[name="what"]')`)
	v.typeInto(`input[name="number"]`, "R-"+strconv.FormatInt(two.Number, 10))
	v.click(`button[value="link"]`)
	v.until("linked", `document.querySelector('button[value="unlink"]') !== null`)
	v.looksAt("branch-page-linked")
	small := visit(t, w, phone)
	small.signIn()
	small.open(page)
	small.looksAt("branch-page-phone")
}

// saysYesTo is the person's yes, by telephone, to one contact with an authority.
func (w *world) saysYesTo(ticket helpdesk.ID) (yes helpdesk.ID) {
	w.t.Helper()
	ctx, s := w.t.Context(), w.session()
	org, _ := w.branch("Myndighet", "nobody")
	_, err := w.directory.Vet(ctx, s, org, directory.Vetting{Kind: directory.Authority, Country: "SE", On: w.now().Format(time.DateOnly), Until: w.now().AddDate(1, 0, 0).Format(time.DateOnly),
		Takes: directory.TakesWarm, Shown: directory.ForCounsellors, SharesWithAuthorities: directory.SharesNo, Version: 1})
	w.ok(err)
	w.ok(w.db.Write(ctx, "ask", func(tx *store.Tx) error {
		yes, err = w.door.Ask(ctx, tx, s, consent.Draft{Ticket: ticket, Purpose: consent.Authority, Language: "sv",
			Recipients: []consent.Recipient{{ID: org, Authority: true}}, Items: []consent.Item{{Key: "address", Label: "Din adress"}}})
		return err
	}))
	_, err = w.door.Record(ctx, s, yes, consent.Spoke{State: consent.Given, Items: []string{"address"}, Method: consent.Phone, Witness: "Ada", Language: "sv", Alone: true})
	w.ok(err)
	return yes
}
