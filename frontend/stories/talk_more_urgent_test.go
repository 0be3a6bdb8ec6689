package stories

import (
	"strings"
	"testing"

	"returnsupport/helpdesk/office"
)

// At any hour, also when nobody talks: the one on call is woken by a mail that
// says nothing, and the page says what we cannot do.
func TestWhoMustTravelWithinThreeDaysWakesTheOneOnCall(t *testing.T) {
	t.Parallel()
	for _, s := range []screen{phone, desk} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			w := evening(t)
			closedAt(w)
			w.ok(w.office.Set(t.Context(), w.user, office.OnCall, "jour@help.example"))
			p := visit(t, w, s)
			p.open("/en/")
			p.click(`a[href="/en/urgent"]`)
			p.isAt("/en/urgent")
			p.sees("We cannot stop a journey")
			p.accessible("three days")
			p.narrow("three days")
			p.eval(`document.getElementById("when").value = "tomorrow"`)
			p.typeInto("#text", "They come at six")
			p.typeInto("#phone", "070 123 45 67")
			p.click("main form button.main")
			p.isAt("/en/code/offer")
			mail := w.delivered(1)
			raw := string(mail.Raw)
			if !strings.Contains(raw, "jour@help.example") {
				t.Errorf("nobody on call was written to: %s", raw)
			}
			for _, secret := range []string{"six", "070", "Samtalsst", "travel", "resa", "detained"} {
				if strings.Contains(strings.ToLower(raw), strings.ToLower(secret)) {
					t.Errorf("the mail says %q", secret)
				}
			}
			row := w.waitTickets(1)[0]
			if row.Ticket.Priority != 3 || !row.Head.Facts.Urgent {
				t.Errorf("priority %d, urgent %v", row.Ticket.Priority, row.Head.Facts.Urgent)
			}
		})
	}
}
