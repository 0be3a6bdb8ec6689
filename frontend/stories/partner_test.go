package stories

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"returnsupport/consent"
	"returnsupport/frontend/partner"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// shelter is an organisation of the directory that takes packages.
func (w *world) shelter(name string) helpdesk.ID {
	w.t.Helper()
	ctx := w.t.Context()
	files := fstest.MapFS{
		"organizations.csv": {Data: []byte("id,name,description\no-" + name + "," + name + ",Ett tak för natten\n")},
		"services.csv":      {Data: []byte("id,organization_id,name,status\ns-" + name + ",o-" + name + ",Säng hos " + name + ",active\n")},
	}
	_, err := w.directory.Import(ctx, w.staff.Console(), directory.Folder(files), directory.Options{})
	w.ok(err)
	page, err := w.directory.Find(ctx, directory.Query{View: directory.ForCounsellors, Need: name})
	w.ok(err)
	if len(page.Hits) == 0 {
		w.t.Fatal("the directory does not find ", name)
	}
	org := page.Hits[0].Organisation
	_, err = w.directory.Vet(ctx, w.session(), org, directory.Vetting{Kind: "partner", Country: "SE", On: w.now().Format(time.DateOnly), Until: w.now().AddDate(1, 0, 0).Format(time.DateOnly),
		Takes: "package", Shown: "counsellor", SharesWithAuthorities: "no"})
	w.ok(err)
	return org
}

// parcel is what somebody allowed to be handed over, and whose it is.
type parcel struct {
	id             helpdesk.ID
	guest          *people.Guest
	fragment, code string
}

// hands is a person's three things handed over to an organisation.
func (w *world) hands(org helpdesk.ID) parcel {
	w.t.Helper()
	ctx, s := w.t.Context(), w.session()
	var p parcel
	var ticket helpdesk.ID
	letter := helpdesk.NewID()
	w.ok(w.db.Write(ctx, "somebody writes", func(tx *store.Tx) error {
		var err error
		if _, p.guest, err = w.people.Begin(ctx, tx, false); err != nil {
			return err
		}
		c, err := w.tickets.Open(ctx, tx, tickets.Opening{Team: w.team.ID, Channel: "chat", Language: "prs", Person: p.guest.Person, Title: "En säng", Readers: []*vault.Pair{p.guest.Pair()}})
		if err != nil {
			return err
		}
		ticket = c.Ticket
		_, err = c.Append(ctx, tx, tickets.Message{ID: letter, Kind: tickets.KindChat, Direction: tickets.In, Content: tickets.Content{Text: "من مریض هستم و جایی برای خواب ندارم.", Language: "prs"},
			Files: []tickets.Upload{{Name: "läkarintyg.pdf", Type: "application/pdf", Data: []byte("%PDF-1.4 intyg")}}})
		return err
	}))
	var err error
	p.id, err = w.door.Refer(ctx, s, ticket, consent.Referring{Mode: consent.Package, Target: org, Priority: consent.PriorityUrgent, Need: "En säng", Reason: "Ni har plats och en läkare på onsdagar.",
		Likely: true, Agreed: true, Restrictions: []string{"Ring inte före klockan tolv."},
		Parts: []consent.Part{
			{Kind: consent.PartMessage, Label: "Det du skrev", Message: letter, Translation: "Jag är sjuk och har ingenstans att sova.", Special: true},
			{Kind: consent.PartFile, Label: "Ditt intyg", Message: letter},
			{Kind: consent.PartText, Label: "När du kommer", Text: "På måndag klockan nio", Updating: true},
		}})
	w.ok(err)
	asked, err := w.door.Submit(ctx, s, p.id, 1, consent.Asking{Language: "prs", Use: "ge dig en säng", Retention: 30})
	w.ok(err)
	for _, question := range []helpdesk.ID{asked.Permission, asked.Consent} {
		one, err := w.door.One(ctx, p.guest, question)
		w.ok(err)
		yes := consent.Reply{State: consent.Given, Method: consent.Web, Language: "prs", Alone: true}
		for _, i := range one.Terms.Items {
			yes.Items = append(yes.Items, i.Key)
		}
		w.ok(w.door.Answer(ctx, p.guest, question, yes))
	}
	r, err := w.door.Referral(ctx, s, p.id)
	w.ok(err)
	out, err := w.door.Send(ctx, s, p.id, r.Version, consent.Way{Address: "vakt@harbarge.example", Language: "sv", Link: func(f string) string {
		p.fragment = f
		return partner.Link(w.url, "sv", f)
	}})
	w.ok(err)
	p.code = out.Code
	return p
}

// looksAt holds a page of a recipient's against the eyes of everybody.
func (v *visitor) looksAt(name string) {
	v.t.Helper()
	for _, dark := range []bool{false, true} {
		v.dark(dark)
		v.accessible(name)
	}
	v.dark(false)
	v.narrow(name)
	v.shot("partner-" + name)
	if text := v.eval("document.documentElement.innerText"); strings.Contains(text, "⟦") || strings.Contains(text, "{0}") {
		v.t.Errorf("%s lacks words", name)
	}
}

// Somebody of a shelter, by a link and its twelve digits on a phone and with an
// account at a desk, confirms, reads and takes it on; the person takes it back,
// and the open page is empty within a second, with what was being written there.
func TestWhatIsTakenBackClearsTheOpenPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var fastest time.Duration
	for _, s := range []screen{phone, desk} {
		v := visit(t, w, s)
		var p parcel
		end := "Den här sidan är stängd"
		if s.phone {
			p = w.hands(w.shelter("Harbarget"))
			v.open(strings.TrimPrefix(partner.Link(w.url, "sv", p.fragment), w.url))
			v.until("the secret has left the address", `location.hash === "" && document.querySelector("#typed").hidden`)
			v.looksAt("link")
			v.typeInto("#digits", p.code[:4]+" "+p.code[4:8]+" "+p.code[8:])
			v.click("main button.main")
		} else {
			org := w.shelter("Nattkvarteret")
			v.signsInPartner(org, "lo")
			p, end = w.hands(org), "Det här har tagits tillbaka"
			v.open("/p/r/" + string(p.id))
		}
		v.arrives("what was handed over", `location.pathname === "/p/r/`+string(p.id)+`"`)
		v.sees("Ring inte före klockan tolv.")
		if text := v.eval("document.body.innerText"); strings.Contains(text, "måndag") || strings.Contains(text, "sjuk") {
			t.Error("it is read before the restrictions are confirmed")
		}
		v.looksAt("confirm")
		v.click("main button.main")
		v.sees("Jag är sjuk och har ingenstans att sova.")
		v.looksAt("whole")
		v.click(`form[action$="/accept"] button`)
		v.sees("Ni tar er an det.")
		v.looksAt("accepted")
		v.typeInto("#ask-text", "Behöver hon en rullstol?")
		time.Sleep(2 * time.Second) // the bell is up
		w.ok(w.door.TakeBack(t.Context(), p.guest, p.id))
		taken := time.Now()
		v.until("the page is empty", `!document.body.innerText.includes("Jag är sjuk")`)
		took := time.Since(taken)
		if t.Logf("%s: cleared after %v", s.name, took); fastest == 0 || took < fastest {
			fastest = took
		}
		v.sees(end)
		v.sees("Sluta använda det ni har antecknat")
		for _, gone := range []string{"sova", "måndag", "intyg", "klockan tolv", "rullstol"} {
			if strings.Contains(v.eval("document.documentElement.outerHTML"), gone) {
				t.Errorf("%s still stands in the page", gone)
			}
		}
		v.looksAt("taken-back")
	}
	// Other tests may have the machine to themselves for a while: one of two.
	if fastest > time.Second {
		t.Errorf("the open page was cleared after %v", fastest)
	}
}

// signsInPartner makes an account of an organisation and signs in with it.
func (v *visitor) signsInPartner(org helpdesk.ID, login string) {
	v.t.Helper()
	token, err := v.w.staff.InvitePartner(v.t.Context(), v.w.staff.Console(), org, login, "Lo Ek", login+"@partner.example", "sv")
	v.w.ok(err)
	e, err := v.w.staff.AcceptPartner(v.t.Context(), token, "sv", "Samtalsstöd")
	v.w.ok(err)
	code, err := staff.FactorCode(e.Secret, v.w.now())
	v.w.ok(err)
	v.open("/p/sign-in")
	v.typeInto("#login", login)
	v.typeInto("#words", e.Words)
	v.typeInto("#code", code)
	v.click(`form[action="/p/sign-in"] button.main`)
	v.arrives("the list", `location.pathname === "/p"`)
}

// Where no bell reaches, the long poll says it; where the house can't be asked,
// nothing stays on the screen; and without scripts the next request is empty.
func TestWhatIsTakenBackClearsOnBadNetsAndWithoutScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	org := w.shelter("Harbarget")
	p := w.hands(org)
	net := newWire(t, w)
	net.set(noSockets)
	v := visit(t, w, phone)
	v.base = net.url()
	v.opensParcel(p)
	time.Sleep(3 * time.Second)
	w.ok(w.door.TakeBack(t.Context(), p.guest, p.id))
	v.sees("Den här sidan är stängd")

	// The net goes: what can't be asked is not shown; it comes: it is again.
	p = w.hands(org)
	net.set(well)
	lost := visit(t, w, desk)
	lost.base = net.url()
	lost.opensParcel(p)
	net.set(cut)
	lost.until("hidden without a net", `document.querySelector("#released").hidden`)
	lost.sees("Dolt för tillfället")
	net.set(well)
	lost.until("shown again", `!document.querySelector("#released").hidden`)
	lost.sees("Jag är sjuk")

	plain := visit(t, w, phone)
	plain.plain()
	p = w.hands(org)
	plain.open("/p/l?lang=sv")
	plain.typeInto("#key", p.fragment)
	plain.typeInto("#digits", p.code)
	plain.click("main button.main")
	plain.sees("Ring inte före klockan tolv.")
	plain.click("main button.main")
	plain.sees("Jag är sjuk")
	w.ok(w.door.TakeBack(t.Context(), p.guest, p.id))
	plain.click(`form[action$="/accept"] button`)
	plain.sees("Den här sidan är stängd")
	if strings.Contains(plain.eval("document.documentElement.outerHTML"), "sova") {
		t.Error("it still stands in the page")
	}
}

// opensParcel follows a link, types the digits and confirms.
func (v *visitor) opensParcel(p parcel) {
	v.t.Helper()
	v.open("/p/l?lang=sv#" + p.fragment)
	v.until("the secret has left the address", `location.hash === "" && document.querySelector("#typed").hidden`)
	v.typeInto("#digits", p.code)
	v.click("main button.main")
	v.sees("Ring inte före klockan tolv.")
	v.click("main button.main")
	v.sees("Jag är sjuk och har ingenstans att sova.")
}

// A coordinator invites somebody an organisation named; they get words and a
// second factor, sign in, and see what was handed over; on a phone and a desk.
func TestAPartnersAccountIsMadeAndUsed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	org := w.shelter("Harbarget")
	ada := visit(t, w, desk)
	ada.signIn()
	ada.open("/w/directory/" + string(org))
	ada.click(`a[href="/w/partners/` + string(org) + `"]`)
	ada.arrives("the accounts", `location.pathname === "/w/partners/`+string(org)+`"`)
	ada.looksAt("accounts")
	ada.typeInto("#name", "Lo Ek")
	ada.typeInto("#login", "lo")
	ada.typeInto("#address", "lo@harbarge.example")
	ada.click("main button.main")
	ada.sees("Inbjudan är klar")
	ada.looksAt("invitation-made")
	link := ada.eval(`document.querySelector("#link").value`)
	ada.open("/w/partners")
	ada.sees("1 konto")
	ada.looksAt("organisations")

	v := visit(t, w, phone)
	v.open(strings.TrimPrefix(link, w.url))
	v.looksAt("invited")
	v.click("main form button.main")
	v.sees("1. Sex ord på papper")
	v.looksAt("enrolled")
	words := strings.Join(strings.Fields(v.eval(`[...document.querySelectorAll(".wordlist li")].map(e => e.textContent).join(" ")`)), " ")
	secret := v.eval(`document.querySelector(".lettercode").textContent.replaceAll(/\s/g, "")`)
	code, err := staff.FactorCode(secret, w.now())
	w.ok(err)
	v.typeInto("#login", "lo")
	v.typeInto("#words", words)
	v.typeInto("#code", code)
	v.click(`form[action="/p/sign-in"] button.main`)
	v.arrives("the list", `location.pathname === "/p"`)
	v.sees("Inget har lämnats över till er ännu")
	v.looksAt("empty")
	p := w.hands(org)
	v.open("/p")
	v.sees("brådskande")
	v.looksAt("list")
	v.click(`a[href="/p/r/` + string(p.id) + `"]`)
	v.sees("Ring inte före klockan tolv.")
	v.open("/p/colleagues")
	v.looksAt("colleagues")
	v.open("/p/nothing")
	v.looksAt("nothing")
	v.open("/p/sign-in?ended=writing")
	v.looksAt("sign-in")
}
