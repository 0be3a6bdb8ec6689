package workspace

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/tickets"
)

var (
	modes      = []consent.Mode{consent.Signpost, consent.Warm, consent.Package}
	priorities = []consent.Priority{consent.PriorityNormal, consent.PriorityUrgent, consent.PriorityEmergency}
)

func (d *desk) referPage(v *frontend.Visit) error {
	t, err := d.theirTicket(v)
	if err != nil {
		return err
	}
	if !v.Session.Member(t.Team) {
		return helpdesk.ErrDenied
	}
	return d.showRefer(v, http.StatusOK, t, nil)
}

// refer searches, or begins a referral to who was pressed.
func (d *desk) refer(v *frontend.Visit) error {
	t, err := d.theirTicket(v)
	if err != nil {
		return err
	}
	typed, chosen := strings.CutPrefix(v.Form.Value("do"), "to:")
	if !chosen {
		return d.showRefer(v, http.StatusOK, t, nil)
	}
	to, err := helpdesk.ParseID(typed)
	if err != nil {
		return err
	}
	f := consent.Referring{Mode: consent.Mode(v.Form.Value("mode")), Target: to, Priority: priorityOf(v), Need: v.Form.Value("need"),
		FromCountry: strings.ToUpper(strings.TrimSpace(v.Form.Value("from"))), Promised: true, Again: v.Form.Value("again") != ""}
	var id helpdesk.ID
	if err = d.referralFrom(v, f); err == nil {
		id, err = d.Consent.Refer(v.Context, v.Session, t.ID, f)
	}
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return d.showRefer(v, http.StatusUnprocessableEntity, t, &no)
	}
	if err != nil {
		return err
	}
	return v.Go(referralPath(t.ID, id))
}

// referralFrom is fromWhere for a referral; a contact may be given all the same.
func (d *desk) referralFrom(v *frontend.Visit, f consent.Referring) error {
	if f.Mode == consent.Signpost {
		return nil
	}
	return d.fromWhere(v, consent.Draft{FromCountry: f.FromCountry, Recipients: []consent.Recipient{{ID: f.Target}}})
}

func priorityOf(v *frontend.Visit) consent.Priority {
	n, err := strconv.Atoi(v.Form.Value("priority"))
	if err != nil {
		return 0
	}
	return consent.Priority(n)
}

func modeChoice(w frontend.Words, chosen consent.Mode) []frontend.Option {
	var out []frontend.Option
	for _, m := range modes {
		out = append(out, frontend.Option{Value: string(m), Text: w.Say("referral.mode." + string(m) + ".text"), Chosen: m == chosen})
	}
	return out
}

func priorityChoice(w frontend.Words, chosen consent.Priority) []frontend.Option {
	if chosen == 0 {
		chosen = consent.PriorityNormal
	}
	var out []frontend.Option
	for _, p := range priorities {
		out = append(out, frontend.Option{Value: strconv.Itoa(int(p)), Text: w.Say("referral.priority." + strconv.Itoa(int(p)) + ".text"), Chosen: p == chosen})
	}
	return out
}

func referField(v *frontend.Visit, name, kind string, rows int, optional bool, value string) frontend.Field {
	return frontend.Field{Name: name, Label: v.Say("referral.field." + name), Help: v.Say("referral.field." + name + ".help"), Value: value, Type: kind, Rows: rows,
		Optional: optional, Spellcheck: rows > 0 || name == "need", Complete: "off"}
}

// retarget looks for another recipient of a draft; all else of it stays.
func (d *desk) retarget(v *frontend.Visit) error {
	t, r, err := d.theirReferral(v)
	if err != nil {
		return err
	}
	if r.State != consent.ReferralDraft || !r.Open {
		return helpdesk.ErrConflict
	}
	typed, chosen := strings.CutPrefix(v.Form.Value("do"), "to:")
	if !chosen {
		return d.showReferFor(v, http.StatusOK, t, &r, nil)
	}
	f := r.Referring
	f.Service, f.Again = "", f.Again || v.Form.Value("again") != ""
	if f.Target, err = helpdesk.ParseID(typed); err != nil {
		return err
	}
	if err = d.referralFrom(v, f); err == nil {
		err = d.Consent.Redraft(v.Context, v.Session, r.ID, r.Version, f)
	}
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return d.showReferFor(v, http.StatusUnprocessableEntity, t, &r, &no)
	}
	return d.referralDone(v, err, "saved")
}

func (d *desk) showRefer(v *frontend.Visit, status int, t tickets.Ticket, refused *helpdesk.Refusal) error {
	return d.showReferFor(v, status, t, nil, refused)
}

// showReferFor looks for a recipient of a new referral, or of a draft.
func (d *desk) showReferFor(v *frontend.Visit, status int, t tickets.Ticket, draft *consent.Referred, refused *helpdesk.Refusal) error {
	frame, err := d.frame(v, v.Say("referral.new"), "")
	if err != nil {
		return err
	}
	w, f := frame.Words, v.Form
	page := ReferralNew{Desk: frame, Base: ticketPath(t.ID), Number: number(t.Number), Twice: refused != nil && refused.Key == "refer.twice" || f.Value("again") != "",
		Need: referField(v, "need", "", 0, false, f.Value("need")), Find: referField(v, "find", "search", 0, true, f.Value("find")),
		From:  referField(v, "from", "", 0, true, f.Value("from")),
		Modes: modeChoice(w, consent.Mode(f.Value("mode"))), Priorities: priorityChoice(w, priorityOf(v)),
		Languages: languageChoice(w, v.Say("directory.language.any"), f.Value("language"))}
	page.Up, page.Here, page.Route = referralsPath(t.ID), referralsPath(t.ID)+"/new", "/w/t/:id/referrals/new"
	mode := consent.Mode(f.Value("mode"))
	if draft != nil {
		page.Title, page.Draft, mode = v.Say("referral.elsewhere"), true, draft.Mode
		page.Up = referralPath(t.ID, draft.ID)
		page.Here, page.Route = page.Up+"/to", "/w/t/:id/referrals/:referral/to"
	}
	if refused != nil {
		page.Problem = &frontend.Notice{Kind: "warn", Text: refusalText(w, refused.Key, refused.Args), More: v.Say("person.again")}
	}
	if f.Has("find") {
		need := strings.TrimSpace(firstOf(strings.TrimSpace(f.Value("find")), f.Value("need")))
		found, err := d.organisations(v, need, f.Value("language"))
		if err != nil {
			return err
		}
		for _, o := range found {
			page.Found = append(page.Found, referralHit(w, o, mode))
		}
		if len(found) == 0 {
			page.None = v.Say("consent.desk.found.none")
		}
	}
	return v.ShowAs(status, page)
}

// referralHit says beside an organisation why nothing may be sent there.
func referralHit(w frontend.Words, o directory.Target, mode consent.Mode) ReferralHit {
	hit := ReferralHit{Words: w, ID: o.ID, Name: o.Name, Where: w.Country(o.Country), Chips: askRecipient(w, o).Chips}
	hit.Chips = append(hit.Chips, frontend.Chip{Text: w.Say("directory.takes." + string(o.Takes))})
	switch takes := string(o.Takes); {
	case mode == consent.Signpost || mode == "":
	case !o.Vetted:
		hit.Why = w.Say("refer.reliable")
	case takes != string(consent.Package) && takes != string(mode):
		hit.Why = w.Say("refer.takes")
	}
	return hit
}
