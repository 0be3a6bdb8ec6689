package stories

import (
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/hours"
)

// closedAt is a Wednesday evening after everybody's hours, far from a holiday.
func closedAt(w *world) {
	zone := w.site.WordsFor("sv").Zone
	now := w.now().In(zone)
	day := time.Date(now.Year(), now.Month(), now.Day(), 21, 30, 0, 0, zone)
	for !day.After(now) || day.Weekday() != time.Wednesday || day.Month() == time.December {
		day = day.AddDate(0, 0, 1)
	}
	w.pass(day.Sub(w.now()))
}

func TestClosedHoursTakeAMessageAndPromiseWhatTheRosterKeeps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lang   string
		screen screen
	}{{"ar", phone}, {"ti", desk}, {"ti", phone}} {
		t.Run(c.lang+" "+c.screen.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.open(hours.Default, w.hire("bo", "Bo Ek"))
			closedAt(w)
			plan, err := w.office.Hours(t.Context())
			w.ok(err)
			line, ok := plan.AnswerLine(hours.Everyone)
			if !ok {
				t.Fatal("nobody promises an answer")
			}
			due, ok := plan.Promise(line.Key, w.now())
			if !ok || due.Before(w.now()) {
				t.Fatalf("the roster promises %v, %v", due, ok)
			}
			if len(plan.Rostered(line.Key, due.Add(-time.Minute))) == 0 {
				t.Error("nobody is on the roster when the answer is due")
			}
			words := w.site.WordsFor(c.lang)
			opens := plan.At("chat_everyone", w.now(), nil).Next.In(words.Zone)
			tomorrow := func(at time.Time) string { return words.Say("moment.tomorrow", at.In(words.Zone).Format("15:04")) }

			p := visit(t, w, c.screen)
			at := "/" + c.lang
			p.open(at + "/")
			p.sees(words.Say("door.write.due", tomorrow(due)))
			p.sees(words.Say("door.talk.closed", tomorrow(opens)))
			p.shot("closed-door-" + c.lang)
			p.accessible("closed door")
			p.open(at + "/start")
			for _, answer := range [][2]string{{"shared", "no"}, {"tongue", c.lang}, {"interpreter", "yes"}, {"detained", "no"}, {"about", "adult"}} {
				p.press(answer[0], answer[1])
			}
			p.sees(words.Say("closed.due", tomorrow(due)))
			p.sees(words.Say("closed.late"))
			p.shot("closed-write-" + c.lang)
			p.accessible("closed, writing")
			p.narrow("closed, writing")
			p.typeInto("#text", "When can I appeal?")
			p.press("live", "")
			p.isAt(at + "/code/offer")
			code := p.code(c.lang)
			p.open(at + "/talk")
			p.sees(words.Say("talk.answer", tomorrow(due)))
			p.shot("closed-talk-" + c.lang)
			p.accessible("closed, sent")

			// The answer stands there the next day, and not before anybody wrote it.
			w.pass(due.Sub(w.now()) - time.Hour)
			ada := visit(t, w, desk)
			ada.signIn()
			ada.open("/w/t/" + string(w.waitTickets(1)[0].Ticket.ID))
			ada.sees("When can I appeal?")
			ada.tells("Within three weeks.")
			ada.until("kept", `(`+deskLog+`).includes("three weeks")`)
			p.returns(c.lang, code)
			p.open(at + "/talk")
			p.until("the answer", `(`+personsLog+`).includes("three weeks")`)
			if text := p.eval("document.body.innerText"); strings.Contains(text, words.Say("talk.overdue")) {
				t.Error("it says that we are late")
			}
		})
	}
}
