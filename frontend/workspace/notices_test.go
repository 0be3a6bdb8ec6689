package workspace_test

import (
	"regexp"
	"testing"
	"time"

	"returnsupport/consent"
	"returnsupport/helpdesk/directory"
)

var noticeLinks = regexp.MustCompile(`href="(/w/notices/[^"]+)"`)

// TestANoticeIsDeclaredVoidByASecondYes: the coordinator reads what it says and
// how many consents end with it, and says yes to exactly that many; of few only
// that they are few.
func TestANoticeIsDeclaredVoidByASecondYes(t *testing.T) {
	w := newWorld(t)
	maria, ada := w.hire("Maria Holm", w.team), w.browser(w.ada, "ada", w.words)
	w.has(ada.get(200, "/w/notices"), "Nobody has been asked yet.")
	w.has(ada.get(200, "/w/referrals"), `href="/w/notices"`)
	w.lacks(maria.get(200, "/w/referrals"), `href="/w/notices"`)
	shelter := w.vetted("Shelter", directory.Partner, "SE", directory.TakesPackage)
	yes := func() consent.Allowed {
		_, ticket := w.somebody()
		maria.share(303, ticket, shelter)
		one := ticketAt(ticket, "/consents/"+string(maria.consentOf(ticket, consent.Share).ID))
		maria.post(303, one, one+"/said", "under", "spoke", "spoke-method", "phone", "spoke-role", "self", "spoke-witness", "Maria Holm", "spoke-answer", "yes", "spoke-alone", "yes", "spoke-item", "o1")
		return maria.consentOf(ticket, consent.Share)
	}
	first := yes()
	list := ada.get(200, "/w/notices")
	links := noticeLinks.FindAllStringSubmatch(list, -1)
	if len(links) != 2 {
		t.Fatalf("%d to choose from: a purpose and a notice", len(links))
	}
	purpose, one := links[0][1], "/w/notices/"+string(first.Notice)
	w.has(list, one, "fewer than 5 yes stand on it")
	page := ada.get(200, one)
	w.has(page, "Declare it void")
	w.lacks(page, `name="sure"`)

	asked := ada.press(422, page, one)
	w.has(asked, "ends at once", "fewer than 5 yes", `name="sure" value="0"`)
	if a := maria.consentOf(first.Ticket, consent.Share); !a.Valid {
		t.Fatal("void before the second yes")
	}
	all := []consent.Allowed{first}
	for range consent.Fewest - 1 {
		all = append(all, yes())
	}
	w.has(ada.press(422, asked, one, "sure", "0"), "5 yes end at once") // it is another number by now
	for _, path := range []string{"/w/notices", one} {
		maria.get(403, path)
	}
	maria.force(403, "/w/notices/:notice", one, "sure", "5")
	ada.press(303, asked, one, "sure", "5")
	for _, a := range all {
		if maria.consentOf(a.Ticket, consent.Share).Valid {
			t.Error("it still holds")
		}
	}
	w.has(ada.get(200, one), "void since")
	w.lacks(ada.get(200, one), "Declare it void")

	// A purpose, which nothing stands on any more, in the same way.
	w.has(ada.press(422, ada.get(200, purpose), purpose), `name="sure" value="0"`)
	ada.post(303, purpose, purpose, "sure", "0")
	w.has(ada.get(200, "/w/notices"), "void since")
	ada.get(404, "/w/notices/nothing.1")
	w.clock.pass(time.Minute)
}
