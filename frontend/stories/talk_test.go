package stories

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
)

// said is what a log shows, oldest first, without what the house itself says.
const (
	personsLog  = `JSON.stringify([...document.querySelectorAll("[role=log] .said:not(.system) .text")].map(e => e.textContent))`
	deskLog     = `JSON.stringify([...document.querySelectorAll("#messages .message:not(.system) .text")].map(e => e.textContent))`
	hasStayed   = `String(window.stayed === true)`
	markAsThere = `window.stayed = true`
)

func (v *visitor) stays() {
	v.t.Helper()
	v.do(chromedp.Evaluate[chromedp.Void](markAsThere))
}

func (v *visitor) stayed() {
	v.t.Helper()
	if v.eval(hasStayed) != "true" {
		v.t.Error("the page was loaded anew")
	}
}

// heard lists the roles a screen reader finds on the page, with their names.
func (v *visitor) heard() map[string][]string {
	v.t.Helper()
	tree, err := chromedp.Call(v.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		v.t.Fatal(err)
	}
	roles := map[string][]string{}
	for _, n := range tree.Nodes {
		if n.Ignored || n.Role == nil {
			continue
		}
		name := ""
		if n.Name != nil {
			name = string(n.Name.Value)
		}
		role := strings.Trim(string(n.Role.Value), `"`)
		roles[role] = append(roles[role], strings.Trim(name, `"`))
	}
	return roles
}

var openings = []struct {
	lang, first, second, third string
	screen                     screen
}{
	{"ar", "رفضوا طلبي. ماذا أفعل الآن؟", "هل أستطيع الاستئناف؟", "شكرا", phone},
	{"ti", "ጥርዓነይ ተነጺጉ። ሕጂ እንታይ ክገብር?", "ጥርዓን ከቕርብ ይኽእል ዶ?", "የቐንየለይ", desk},
	{"ti", "ጥርዓነይ ተነጺጉ። ሕጂ እንታይ ክገብር?", "ጥርዓን ከቕርብ ይኽእል ዶ?", "የቐንየለይ", phone},
}

func TestSomebodyInDetentionIsAnsweredInTheEvening(t *testing.T) {
	t.Parallel()
	for _, o := range openings {
		t.Run(o.lang+" "+o.screen.name, func(t *testing.T) {
			t.Parallel()
			w := evening(t)
			ada := counsellor(t, w, desk)
			p := visit(t, w, o.screen)
			at := "/" + o.lang
			p.open(at + "/")
			p.shot("talk-00-door-" + o.lang)
			p.click(`a.door[href="` + at + `/start"]`)
			p.isAt(at + "/start")
			p.shot("talk-01-exit-" + o.lang)
			for _, answer := range [][2]string{{"shared", "yes"}, {"tongue", o.lang}, {"interpreter", "woman"}, {"detained", "yes"}, {"about", "adult"}} {
				p.until("one question", `document.querySelectorAll("main h1").length === 1 && document.querySelectorAll("main button[name=`+answer[0]+`]").length > 0`)
				p.accessible(answer[0])
				p.narrow(answer[0])
				p.shot("talk-02-" + answer[0] + "-" + o.lang)
				p.press(answer[0], answer[1])
			}
			p.tries("no answer stands in the address", "location.search + location.hash", "")
			p.typeInto("#text", o.first)
			p.shot("talk-03-write-" + o.lang)
			p.accessible("write")
			p.press("live", "1")
			p.isAt(at + "/code/offer")
			p.accessible("offer")
			p.shot("talk-04-offer-" + o.lang)
			p.code(o.lang)
			p.accessible("code")
			p.narrow("code")
			p.shot("talk-05-code-" + o.lang)
			p.click(`main form button.main`)
			p.isAt(at + "/notice")
			p.click(`main a.button[href="` + at + `/talk"]`)
			p.isAt(at + "/talk")
			p.until("her own words are there", `(`+personsLog+`).includes("`+o.first+`")`)
			p.shot("talk-06-waiting-" + o.lang)
			p.accessible("waiting")
			roles := p.heard()
			if len(roles["log"]) != 1 || roles["log"][0] == "" || len(roles["status"]) == 0 {
				t.Errorf("a screen reader finds the log %v and %d places that speak", roles["log"], len(roles["status"]))
			}
			p.stays()

			ada.until("somebody waits", `document.querySelectorAll(".waits li").length === 1`)
			ada.sees("på förvar")
			ada.sees("vill ha tolk")
			ada.accessible("who waits")
			ada.shot("talk-07-desk-waits-" + o.lang)
			ada.click(".waits button")
			ada.arrives("the talk", `document.querySelector("#say") !== null`)
			ada.sees(o.first)
			roles = ada.heard()
			if len(roles["log"]) != 1 || len(roles["status"]) == 0 {
				t.Errorf("at the desk a screen reader finds the log %v and %d places that speak", roles["log"], len(roles["status"]))
			}
			p.until("Ada is here", `document.getElementById("seat").innerText.includes("Ada")`)
			ada.stays()
			ada.tells("Hej. Jag är här.", "Ja", "Nej", "Vet inte")
			p.until("the counsellor's words", `(`+personsLog+`).includes("Jag är här")`)
			if text := p.eval("document.body.innerText"); strings.Contains(text, "Lind") {
				t.Error("the counsellor's surname is shown")
			}
			p.until("three answers to press", `document.querySelectorAll(".offers button").length === 3`)
			p.shot("talk-08-offers-" + o.lang)
			p.accessible("offers")
			p.narrow("offers")
			p.click(`.offers button:nth-of-type(3)`)
			ada.until("the pressed answer", `(`+deskLog+`).includes("Vet inte\"]")`)
			p.until("no more to press", `document.querySelectorAll(".offers button").length === 0`)
			p.typeInto("#text", o.second)
			p.click("#say button.main")
			ada.until("what was typed", `(`+deskLog+`).includes("`+o.second+`")`)
			ada.tells("Ja, inom tre veckor.")
			p.until("the answer", `(`+personsLog+`).includes("tre veckor")`)
			ada.shot("talk-09-desk-" + o.lang)
			p.shot("talk-10-talk-" + o.lang)
			p.narrow("talk")
			for _, dark := range []bool{true, false} {
				p.dark(dark)
				p.accessible("talk")
				ada.dark(dark)
				ada.accessible("the talk at the desk")
				if dark {
					p.shot("talk-10-dark-" + o.lang)
					ada.shot("talk-09-desk-dark-" + o.lang)
				}
			}
			p.stayed()
			ada.stayed()
			want := `["` + o.first + `","Hej. Jag är här.","Vet inte","` + o.second + `","Ja, inom tre veckor."]`
			for who, got := range map[string]string{"the person": p.eval(personsLog), "the desk": ada.eval(deskLog)} {
				if got != want {
					t.Errorf("%s sees %s, not %s", who, got, want)
				}
			}
			for _, secret := range []string{o.first, o.second, "tre veckor"} {
				if strings.Contains(w.log.String(), secret) {
					t.Error("words are in the log")
				}
			}
		})
	}
}

// The workspace's chat view on a phone, while its counsellor sits on a train.
func TestTheDeskTalksOnAPhoneToo(t *testing.T) {
	t.Parallel()
	w := evening(t)
	ada := counsellor(t, w, phone)
	p := visit(t, w, phone)
	p.begins("en", "Can I appeal?", true)
	ada.accessible("who waits, on a phone")
	ada.narrow("who waits, on a phone")
	ada.takes()
	for _, dark := range []bool{false, true} {
		ada.dark(dark)
		ada.accessible("the talk, on a phone")
		ada.narrow("the talk, on a phone")
	}
	ada.shot("desk-phone")
	ada.tells("You can, within three weeks.")
	p.open("/en/talk")
	p.sees("within three weeks")
}
