package stories

import (
	"testing"
)

// Before a child tells anything they hear what must be reported; whether they
// are alone they say if they like, and the counsellor sees it before they answer.
func TestAChildSaysWhetherSomebodyIsBesideThem(t *testing.T) {
	t.Parallel()
	for _, s := range []screen{phone, desk} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			w := evening(t)
			ada := counsellor(t, w, desk)
			p := visit(t, w, s)
			p.open("/en/child")
			p.sees("we must tell the social services")
			p.accessible("a child's first page")
			p.narrow("a child's first page")
			p.press("alone", "parents")
			p.press("shared", "no")
			p.press("tongue", "en")
			p.press("detained", "")
			p.sees("You choose what you tell")
			p.typeInto("#text", "I am 16")
			p.press("live", "1")
			p.isAt("/en/code/offer")
			ada.open("/w/chats")
			ada.until("a child waits", `document.querySelectorAll(".waits button").length === 1`)
			row := w.waitTickets(1)[0]
			if !row.Head.Facts.Child || row.Head.Facts.Alone != "parents" || row.Ticket.Priority != 2 {
				t.Errorf("the desk knows %+v, priority %d", row.Head.Facts.Child, row.Ticket.Priority)
			}
			ada.takes()
			ada.until("who is beside them", `document.querySelector("#alone").value === "parents"`)
			// Asked again once they are alone. What the house wrote into the page is
			// waited for: what was just chosen there stands in the old page too, and
			// that one is about to go.
			ada.eval(`document.querySelector("#alone").value = "alone"`)
			ada.click(`form:has(#alone) button`)
			ada.arrives("they are alone now", `document.querySelector("#alone option[selected]").value === "alone"`)
			ada.accessible("a child's talk")
		})
	}
}
