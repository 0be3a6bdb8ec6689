package workspace

import (
	"bytes"
	"net/http"
	"slices"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// turn shows the question in the person's language, on a page that shows nothing
// else, to be turned to them.
func (d *desk) turn(v *frontend.Visit) error { return d.showTurned(v, http.StatusOK, nil) }

func (d *desk) showTurned(v *frontend.Visit, status int, refused *helpdesk.Refusal) error {
	t, a, err := d.theirConsent(v)
	if err != nil {
		return err
	}
	if !v.Session.Member(t.Team) {
		return helpdesk.ErrDenied
	}
	if !a.Open {
		return helpdesk.Refuse("consent.closed")
	}
	ours := v.Page("")
	page := ConsentTurned{Page: d.inTheirs(ours, a.Terms.Language), Here: consentPath(t.ID, a.ID)}
	page.Back, page.BackText, page.BackLang = page.Here, v.Say("consent.desk.turned.back"), v.Lang()
	l, err := d.laidOut(v.Context, page.Words, a, true)
	if err != nil {
		return err
	}
	page.Title, page.Head, page.Pick, page.AloneText, page.Lines = l.head, l.head, l.pick, l.alone, l.lines
	if err := d.turnedItems(v, &page, a); err != nil {
		return err
	}
	for _, name := range []string{"role", "interpreter", "interpreted", "guardian", "explained", "note"} {
		page.Kept = append(page.Kept, Hidden{turned + "-" + name, v.Form.Value(turned + "-" + name)})
	}
	if refused != nil {
		w := page.Words
		if !d.site.Words.Knows(w.Lang, refused.Key) {
			w = ours.Words // for the colleague who has the screen again
		}
		page.Problem = refusalText(w, refused.Key, refused.Args)
	}
	return v.ShowAs(status, page)
}

// turnedItems are what may be ticked, with what exactly leaves, where that is
// laid down.
func (d *desk) turnedItems(v *frontend.Visit, page *ConsentTurned, a consent.Allowed) error {
	handed, err := d.preparedFor(v, a)
	if err != nil {
		return err
	}
	ticked := v.Form.All(turned + "-item")
	for _, it := range a.Terms.Items {
		one := SaidItem{Key: it.Key, Label: it.Label, Ticked: slices.Contains(ticked, it.Key)}
		if it.Special {
			one.Special = page.Say("mine.sensitive")
		}
		for _, part := range handed.Items {
			if part.Key == it.Key {
				if one.Text, one.Translation = part.Text, part.Translation; part.Name != "" {
					one.File = part.Name + " (" + page.Size(part.Size) + ")"
				}
			}
		}
		page.Items = append(page.Items, one)
	}
	for _, s := range []string{handed.Need, handed.Reason} {
		if s != "" {
			page.Also = append(page.Also, s)
		}
	}
	return nil
}

// preparedFor is what a yes would hand over; nothing where the question came
// without a referral.
func (d *desk) preparedFor(v *frontend.Visit, a consent.Allowed) (consent.Handed, error) {
	all, err := d.Consent.Referrals(v.Context, v.Session, a.Ticket)
	if err != nil {
		return consent.Handed{}, err
	}
	for _, r := range all {
		if r.Consent == a.ID && r.Open {
			handed, err := d.Consent.Preview(v.Context, v.Session, r.ID)
			if isGone(err) {
				return consent.Handed{}, nil
			}
			return handed, err
		}
	}
	return consent.Handed{}, nil
}

// thanked is what stands on the turned screen when they have answered.
func (d *desk) thanked(v *frontend.Visit) error {
	t, a, err := d.theirConsent(v)
	if err != nil {
		return err
	}
	page := ConsentTurned{Page: d.inTheirs(v.Page(""), a.Terms.Language)}
	page.Back, page.BackText, page.BackLang = consentPath(t.ID, a.ID)+"?done=recorded", v.Say("consent.desk.turned.back"), v.Lang()
	page.Thanks = []string{page.Say("consent.fine")}
	if v.Query("said") == "yes" {
		page.Thanks = []string{page.Say("consent.state.given"), page.Say("consent.ask.stop")}
	}
	page.Title = page.Thanks[0]
	return v.Show(page)
}

// consentPaper is the question on paper, to be signed by hand.
func (d *desk) consentPaper(v *frontend.Visit) error {
	t, a, err := d.theirConsent(v)
	if err != nil {
		return err
	}
	if !a.Open {
		return helpdesk.Refuse("consent.closed")
	}
	page := ConsentPaper{Page: d.inTheirs(v.Page(""), a.Terms.Language), Sign: true, Up: consentPath(t.ID, a.ID), UpText: v.Say("consent.desk.turned.back"), UpLang: v.Lang(),
		From: a.Terms.Controller, SignText: v.Say("consent.desk.paper.sign"), DayText: v.Say("consent.desk.paper.day"), HelperText: v.Say("consent.desk.paper.helper")}
	l, err := d.laidOut(v.Context, page.Words, a, true)
	if err != nil {
		return err
	}
	page.Title, page.Head, page.Lines, page.AloneText = l.head, l.head, l.lines, l.alone
	if page.Lang != a.Terms.Language {
		page.Unwritten = v.Say("consent.desk.paper.unwritten")
	}
	for _, it := range a.Terms.Items {
		one := PaperItem{Label: it.Label}
		if it.Special {
			one.Said = page.Say("mine.sensitive")
		}
		page.Items = append(page.Items, one)
	}
	return v.Show(page)
}

// consentSigned is the paper somebody signed, as it was taken in.
func (d *desk) consentSigned(v *frontend.Visit) error {
	_, a, err := d.theirConsent(v)
	if err != nil {
		return err
	}
	scan, err := d.Consent.Paper(v.Context, v.Session, a.ID)
	if err != nil {
		return err
	}
	size, from := int64(len(scan.Bytes)), bytes.NewReader(scan.Bytes)
	if frontend.IsPicture(scan.Type) {
		return v.Picture(scan.Type, size, from)
	}
	return v.Download("signed.pdf", size, from)
}

// consentReceipt is the paper to keep, in the person's language; for machines
// with ?as=json.
func (d *desk) consentReceipt(v *frontend.Visit) error {
	t, a, err := d.theirConsent(v)
	if err != nil {
		return err
	}
	r, err := d.Consent.ReceiptFor(v.Context, v.Session, a.ID)
	if err != nil {
		return err
	}
	if v.Query("as") == "json" {
		return v.Download("receipt.json", int64(len(r.JSON)), bytes.NewReader(r.JSON))
	}
	page := ConsentPaper{Page: d.inTheirs(v.Page(""), a.Terms.Language), Up: consentPath(t.ID, a.ID), UpText: v.Say("consent.desk.turned.back"), UpLang: v.Lang(),
		From: a.Terms.Controller, JSON: consentPath(t.ID, a.ID) + "/receipt?as=json", Mark: r.Head}
	l, err := d.laidOut(v.Context, page.Words, r.Allowed, r.Valid)
	if err != nil {
		return err
	}
	page.Title, page.Head, page.Lines = l.head, l.head, l.lines
	for _, it := range r.Terms.Items {
		one := PaperItem{Label: it.Label}
		if len(r.Said.Items) > 0 {
			if one.Said = page.Say("consent.state.refused"); slices.Contains(r.Said.Items, it.Key) {
				one.Said = page.Say("consent.state.given")
			}
		}
		page.Items = append(page.Items, one)
	}
	for _, s := range r.Steps {
		page.Steps = append(page.Steps, page.Exact(s.At)+": "+page.Say("consent.state."+string(s.State)))
	}
	return v.Show(page)
}
