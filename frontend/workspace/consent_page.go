package workspace

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/tickets"
)

// isGone tells whether an error says only that there is nothing for us here.
func isGone(err error) bool {
	return errors.Is(err, helpdesk.ErrNotFound) || errors.Is(err, helpdesk.ErrDenied)
}

// theirConsent is the consent in the address, of the ticket in the address.
func (d *desk) theirConsent(v *frontend.Visit) (tickets.Ticket, consent.Allowed, error) {
	t, err := d.theirTicket(v)
	if err != nil {
		return t, consent.Allowed{}, err
	}
	id, err := v.ID("consent")
	if err != nil {
		return t, consent.Allowed{}, err
	}
	all, err := d.Consent.Of(v.Context, v.Session, t.ID)
	if err != nil {
		return t, consent.Allowed{}, err
	}
	i := slices.IndexFunc(all, func(a consent.Allowed) bool { return a.ID == id })
	if i < 0 {
		return t, consent.Allowed{}, helpdesk.ErrNotFound
	}
	return t, all[i], nil
}

func (d *desk) consentPage(v *frontend.Visit) error { return d.showConsent(v, http.StatusOK, nil) }

// showConsent shows one consent; after a refusal with what was typed.
func (d *desk) showConsent(v *frontend.Visit, status int, refused error) error {
	t, a, err := d.theirConsent(v)
	if err != nil {
		return err
	}
	frame, err := d.frame(v, v.Say("consent.desk.this"), "")
	if err != nil {
		return err
	}
	frame.Bell += "?t=" + string(t.ID)
	if done := consentDone(v); done != nil {
		frame.Said = done
	}
	w, here := frame.Words, consentPath(t.ID, a.ID)
	page := ConsentPage{Desk: frame, Base: ticketPath(t.ID), Up: consentsPath(t.ID), Number: number(t.Number), Here: here, Live: here,
		Chips: consentChips(w, a), Items: consentItems(w, a), Receipt: a.Open}
	page.Title = purposeTitle(w, a)
	var no helpdesk.Refusal
	if errors.As(refused, &no) {
		page.Problem = &frontend.Notice{Kind: "warn", Text: refusalText(w, no.Key, no.Args), More: v.Say("person.again")}
	}
	page.Notices = consentNotices(w, a)
	if page.Facts, err = d.consentFacts(v, w, a); err != nil {
		return err
	}
	for _, s := range a.Steps {
		key := "consent.desk.step." + string(s.State)
		if s.View {
			key = "consent.desk.step.view." + string(s.State)
		}
		page.Steps = append(page.Steps, StepRow{w.Say(key), w.Near(s.At), w.Exact(s.At), w.Machine(s.At)})
	}
	if _, err := d.Consent.Paper(v.Context, v.Session, a.ID); err == nil {
		page.Signed = true
	} else if !isGone(err) {
		return err
	}
	if a.CanStop() {
		page.Stop = &StopForm{Words: w, Here: here, Note: frontend.Field{Name: "note", Label: v.Say("consent.desk.stop.note"), Help: v.Say("consent.desk.stop.note.help"), Value: v.Form.Value("note"), Optional: true, Spellcheck: true, Complete: "off"}}
		if v.Session.Member(t.Team) {
			page.End = &EndConsent{Words: w, Here: here, Open: v.Form.Has("as"), Why: frontend.Field{Name: "why", Label: v.Say("consent.desk.end.why"), Help: v.Say("consent.desk.end.why.help"), Value: v.Form.Value("why"), Rows: 2, Spellcheck: true}}
		}
	}
	if err := d.consentForms(v, &page, t, a); err != nil {
		return err
	}
	return v.ShowAs(status, page)
}

// consentNotices are what must be known before anybody asks.
func consentNotices(w frontend.Words, a consent.Allowed) []frontend.Notice {
	var out []frontend.Notice
	switch a.Purpose.Code {
	case consent.Authority, consent.Origin:
		out = append(out, frontend.Notice{Kind: "warn", Text: w.Say("consent.warn." + a.Purpose.Code)})
	}
	if a.State == consent.Requested || a.State == consent.Deferred {
		out = append(out, frontend.Notice{Text: w.Say("consent.desk.waits"), More: w.Say("consent.desk.waits.more")})
	}
	if a.Age == consent.Under13 {
		out = append(out, frontend.Notice{Kind: "warn", Text: w.Say("consent.desk.child"), More: w.Say("consent.desk.child.more")})
	}
	return out
}

// consentFacts say who, what for, where, until when, and how it was said.
func (d *desk) consentFacts(v *frontend.Visit, w frontend.Words, a consent.Allowed) ([]Fact, error) {
	if !a.Open {
		return nil, nil
	}
	shown, err := d.Consent.Notice(v.Context, a.Notice)
	if err != nil {
		return nil, err
	}
	t, until := a.Terms, ""
	if !a.Until.IsZero() {
		until = w.Exact(a.Until)
	}
	say := func(key string) string { return w.Say("consent.desk.fact." + key) }
	names := d.names(v, t.By)
	out := facts(w, "consent.desk.fact.to", consent.Names(t), "consent.desk.fact.use", t.Use, "consent.desk.fact.until", until)
	for _, also := range consent.Besides(w, t) {
		out = append(out, Fact{say("also"), also.Text})
	}
	out = append(out, facts(w, "consent.desk.fact.language", w.Say("consent.desk.fact.language.in", languageName(w, t.Language), w.Say("consent.desk.modality."+shown.Modality), shown.Version),
		"consent.desk.fact.age", ageText(w, a.Age), "consent.desk.fact.by", names[t.By])...)
	if s := a.Said; s.Method != "" {
		interpreter := ""
		if s.Interpreter != "" {
			interpreter = join(": ", w.Say("consent.desk.interpreter."+string(s.Interpreter)), s.Interpreted)
		}
		alone := say("alone.no")
		if s.Alone {
			alone = say("alone.yes")
		}
		out = append(out, facts(w, "consent.desk.fact.how", w.Say("consent.desk.method."+string(s.Method)), "consent.desk.fact.alone", alone,
			"consent.desk.fact.interpreter", interpreter, "consent.desk.fact.witness", s.Witness, "consent.desk.fact.guardian", s.Guardian,
			"consent.desk.fact.explained", s.Explained, "consent.desk.fact.note", s.Note)...)
	}
	return out, nil
}

func ageText(w frontend.Words, a consent.Age) string {
	if a == "" {
		return ""
	}
	return w.Say("consent.desk.age." + string(a))
}

// consentForms are the ways in which it can be said: each its own form.
func (d *desk) consentForms(v *frontend.Visit, page *ConsentPage, t tickets.Ticket, a consent.Allowed) error {
	if !v.Session.Member(t.Team) || !a.Open {
		return nil
	}
	shown, err := d.Consent.Notice(v.Context, a.Notice)
	if err != nil {
		return err
	}
	w := page.Words
	f := forms{w, v, a, page.Here, shown.Modality == consent.Spoken}
	if a.CanAnswer() || a.Age == consent.Under13 && !a.View && a.State != consent.Revoked && a.State != consent.Invalidated {
		page.Turn = &TurnForm{Words: w, Here: page.Here, Who: f.who(turned)}
		page.Spoke, page.Paper = f.said(spokenly), f.said(onPaper)
	}
	if a.Valid {
		page.Renew = f.said(renewed)
	}
	return nil
}

// The forms of a consent's page; each names its fields apart.
const (
	turned   = "turn"
	spokenly = "spoke"
	onPaper  = "paper"
	renewed  = "renew"
)

// forms makes them.
type forms struct {
	frontend.Words
	v      *frontend.Visit
	a      consent.Allowed
	here   string
	spoken bool // nothing is written in their language
}

// typed is what was typed in a form that was refused.
func (f forms) typed(under, name string) string {
	if f.v.Form.Value("under") != under {
		return ""
	}
	return f.v.Form.Value(under + "-" + name)
}

func (f forms) field(under, name string, optional bool) frontend.Field {
	return frontend.Field{Name: under + "-" + name, Label: f.Say("consent.desk.field." + name), Help: f.Say("consent.desk.field." + name + ".help"),
		Value: f.typed(under, name), Optional: optional, Complete: "off"}
}

func (f forms) choice(under, name, texts string, values ...string) []frontend.Option {
	var out []frontend.Option
	for _, value := range values {
		out = append(out, frontend.Option{Value: value, Text: f.Say("consent.desk." + texts + "." + firstOf(value, "none")), Chosen: value == f.typed(under, name) && (value != "" || name == "interpreter")})
	}
	return out
}

func (f forms) who(under string) Spokesman {
	s := Spokesman{Words: f.Words, Under: under,
		Roles: f.choice(under, "role", "role", string(consent.Self), string(consent.Guardian), string(consent.Representative), string(consent.Conflict)),
		Interpreters: f.choice(under, "interpreter", "interpreter", "", string(consent.Professional), string(consent.Volunteer), string(consent.Bilingual),
			string(consent.Machine), string(consent.ChildSpoke), string(consent.RelativeSpoke)),
		Guardian: f.field(under, "guardian", true), Interpreted: f.field(under, "interpreted", true), Note: f.field(under, "note", true)}
	if f.spoken {
		explained := f.field(under, "explained", true)
		s.Explained = &explained
	}
	if f.a.Age == consent.Under13 {
		s.Child = f.Say("consent.desk.child.more")
	}
	return s
}

func (f forms) said(under string) *SaidForm {
	out := &SaidForm{Words: f.Words, Here: f.here, Under: under, Open: f.v.Form.Value("under") == under, Paper: under == onPaper, Renew: under == renewed,
		Action: f.here + "/said", Route: "/w/t/:id/consents/:consent/said", Button: f.Say("consent.desk.record"), Who: f.who(under),
		Witness: f.field(under, "witness", false), Alone: f.choice(under, "alone", "alone", "yes", "no"),
		Started: f.a.State == consent.Refused || f.a.State == consent.Withdrawn, StartedTicked: f.typed(under, "started") != ""}
	if out.Witness.Value == "" && !out.Open {
		out.Witness.Value = f.v.Session.User.Name
	}
	if under == renewed {
		out.Button, out.Action, out.Route = f.Say("consent.desk.renew"), f.here+"/renew", "/w/t/:id/consents/:consent/renew"
	} else {
		out.Answers = f.choice(under, "answer", "answer", "yes", "no", "later")
		ticked := []string{}
		if out.Open {
			ticked = f.v.Form.All(under + "-item")
		}
		for _, it := range f.a.Terms.Items {
			one := SaidItem{Key: it.Key, Label: it.Label, Ticked: slices.Contains(ticked, it.Key)}
			if it.Special {
				one.Special = f.Say("consent.desk.item.special")
			}
			out.Items = append(out.Items, one)
		}
	}
	if under != onPaper {
		out.Methods = f.choice(under, "method", "method", string(consent.Phone), string(consent.Visit))
	}
	return out
}

// spokeOf is what was said, as it was noted in one of the forms.
func spokeOf(v *frontend.Visit) (consent.Spoke, error) {
	under, f := v.Form.Value("under"), v.Form
	if !slices.Contains([]string{turned, spokenly, onPaper, renewed}, under) {
		return consent.Spoke{}, helpdesk.ErrNotFound
	}
	get := func(name string) string { return strings.TrimSpace(f.Value(under + "-" + name)) }
	r := consent.Spoke{Items: f.All(under + "-item"), Method: consent.Method(get("method")), Role: consent.Role(get("role")), Alone: get("alone") == "yes",
		Interpreter: consent.Interpreter(get("interpreter")), Interpreted: get("interpreted"), Witness: get("witness"), Guardian: get("guardian"),
		Explained: get("explained"), Note: get("note"), Started: get("started") != ""}
	switch get("answer") {
	case "yes":
		r.State = consent.Given
	case "no":
		r.State, r.Items = consent.Refused, nil
	case "later":
		r.State, r.Items = consent.Deferred, nil
	default:
		if under != renewed {
			return r, helpdesk.Refuse("consent.desk.answer.none")
		}
	}
	switch {
	case under == turned:
		r.Method, r.Witness = consent.Together, v.Session.User.Name
	case under == onPaper:
		r.Method = consent.Paper
	case r.Method != consent.Phone && r.Method != consent.Visit:
		return r, helpdesk.Refuse("consent.desk.method.none")
	}
	if len(f.Files) > 0 {
		// What the browser calls it counts for nothing.
		r.Scan = &consent.Scan{Type: http.DetectContentType(f.Files[0].Body), Bytes: f.Files[0].Body}
	}
	return r, nil
}
