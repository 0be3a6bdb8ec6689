package stories

import (
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/tickets"
)

// newestOurs is the newest message of a ticket from our side.
func (w *world) newestOurs(ticket string) (message helpdesk.ID) {
	w.t.Helper()
	sheet, err := w.tickets.Page(w.t.Context(), w.session(), id(ticket))
	w.ok(err)
	for _, m := range sheet.Messages {
		if m.Direction == tickets.Out && m.Kind != tickets.KindSystem {
			message = m.ID
		}
	}
	return message
}

// A counsellor writes in Swedish; the translation goes along, or follows, and the
// person reads their own language first.
func TestThePersonReadsTheirLanguageFirstAndTheOriginalBesideIt(t *testing.T) {
	t.Parallel()
	for _, s := range []screen{phone, desk} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			w, p, ada, _, _ := atTheTable(t, s, "ti", "ሰላም", well)
			ti := w.site.WordsFor("ti")
			p.stays()
			ada.stays()
			ada.click(`#say .extras details:has(#beside) summary`)
			if tag := ada.eval(`document.getElementById("beside-language").value`); tag != "ti" {
				t.Errorf("the person's language is not offered first: %s", tag)
			}
			ada.typeInto("#beside", "ጥርዓን ከተቕርብ ትኽእል ኢኻ")
			ada.tells("Du kan överklaga.")
			p.sees("ጥርዓን ከተቕርብ ትኽእል ኢኻ")
			p.sees(ti.Say("talk.by.staff"))
			p.until("the original beside it", `document.querySelector(".said .beside .text").textContent === "Du kan överklaga."`)
			p.until("their language first", `document.querySelector("#m3 .text").textContent.startsWith("ጥርዓን") && document.querySelector("#m3 .text").lang === "ti"`)
			ada.until("nothing is left in the composer", `document.getElementById("beside").value === ""`)
			// The desk shows what went along, too. Who only reads along is rung for it:
			// the word alone is brought without.
			ada.until("the translation at the desk", `[...document.querySelectorAll("#messages .translation .text")].some(e => e.textContent === "ጥርዓን ከተቕርብ ትኽእል ኢኻ")`)
			rang, stop := w.site.Bus.Subscribe(tickets.TopicTicket)
			defer stop()
			ada.click(`#say .extras details:has(#beside) summary`)
			ada.typeInto("#beside", "የቐንየለይ")
			ada.tells("Tack.")
			p.until("the second translation", `document.querySelector("#m4 .text")?.textContent === "የቐንየለይ"`)
			select {
			case <-rang:
			case <-time.After(patience):
				t.Error("the bell did not ring for a translation that went along")
			}
			ada.until("the second at the desk", `[...document.querySelectorAll("#messages .translation .text")].some(e => e.textContent === "የቐንየለይ")`)
			ada.stayed()

			// The next one goes without; its translation follows.
			ada.tells("Ring oss i morgon.")
			p.until("the Swedish", `document.querySelector("#m5 .text")?.textContent === "Ring oss i morgon."`)
			_, err := w.tickets.AddTranslation(t.Context(), w.session(), w.newestOurs(w.ticketOf("ሰላም")), "ti", "ጽባሕ ደውሉልና", tickets.ByInterpreter)
			w.ok(err)
			p.until("the translation came by itself", `document.querySelector("#m5 .text").textContent === "ጽባሕ ደውሉልና" && document.querySelectorAll("#m5").length === 1`)
			p.sees(ti.Say("talk.by.interpreter"))
			p.stayed()
			p.shot("across")
			p.accessible("a translated talk")
			p.narrow("a translated talk")
		})
	}
}

func TestATranslationIsReadWithoutScripts(t *testing.T) {
	t.Parallel()
	w := evening(t)
	p := visit(t, w, phone)
	p.plain()
	p.begins("ti", "ሰላም", false)
	ada := visit(t, w, desk)
	ada.signIn()
	ada.open("/w/t/" + string(w.waitTickets(1)[0].Ticket.ID))
	ada.click(`#say .extras details:has(#beside) summary`)
	ada.typeInto("#beside", "ንዓኹም")
	ada.tells("Till dig")
	p.open("/ti/talk")
	p.frame("ንዓኹም")
	p.frame("Till dig")
}
