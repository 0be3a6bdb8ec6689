package workspace

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// redraft keeps a draft as it was laid out; with another button it goes on: to
// what the recipient will see, or to the person.
func (d *desk) redraft(v *frontend.Visit) error {
	t, r, err := d.theirReferral(v)
	if err != nil {
		return err
	}
	version, err := versionOf(v)
	if err != nil {
		return err
	}
	sheet, err := d.ticketSheet(v, t.ID)
	if err != nil {
		return err
	}
	var lost []string
	f := layoutOf(v, sheet, r.Referring, &lost)
	if len(lost) > 0 {
		err = helpdesk.Refuse("referral.cut.lost", isolated(lost[0]))
	} else if err = d.referralFrom(v, consent.Referring{Mode: f.Mode, Target: r.To.ID, FromCountry: f.FromCountry}); err == nil {
		f.Target = r.To.ID
		err = d.Consent.Redraft(v.Context, v.Session, r.ID, version, f)
	}
	if err == nil {
		switch v.Form.Value("do") {
		case "preview":
			return v.Go(referralPath(t.ID, r.ID) + "/preview")
		case "submit":
			return d.submit(v, r.ID, version+1)
		}
	}
	return d.referralDone(v, err, "saved")
}

// submit lays the draft before the person.
func (d *desk) submit(v *frontend.Visit, id helpdesk.ID, version int64) error {
	a, err := askingOf(v)
	var out consent.Submitted
	if err == nil {
		out, err = d.Consent.Submit(v.Context, v.Session, id, version, a)
	}
	if out.Card != "" {
		return d.referralDone(v, err, "closed")
	}
	return d.referralDone(v, err, "submitted")
}

func askingOf(v *frontend.Visit) (consent.Asking, error) {
	f := v.Form
	a := consent.Asking{Language: f.Value("language"), Spoken: f.Value("spoken") != "", Role: consent.Role(f.Value("role")), Age: consent.Age(f.Value("age")),
		Use: strings.TrimSpace(f.Value("use")), Started: f.Value("started") != ""}
	var err error
	if a.Retention, err = dayCount(f.Value("keep")); err != nil {
		return a, err
	}
	if a.Days, err = dayCount(f.Value("days")); err != nil {
		return a, err
	}
	if typed := f.Value("permission"); typed != "" {
		if a.Permission, err = helpdesk.ParseID(typed); err != nil {
			return a, err
		}
	}
	switch {
	case f.Value("mode") == string(consent.Signpost):
		return a, nil // nobody is asked: nothing leaves
	case f.Value("age") == mustChoose:
		return a, helpdesk.Refuse("consent.desk.age.choose")
	case a.Use == "":
		return a, helpdesk.Refuse("consent.desk.use.empty")
	}
	return a, nil
}

// referralDone leads back to the referral, or shows it with what was refused.
func (d *desk) referralDone(v *frontend.Visit, err error, done string) error {
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return d.showReferral(v, http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	return v.Go(ticketPath(helpdesk.ID(v.Param("id"))) + "/referrals/" + v.Param("referral") + "?done=" + done)
}

// onReferral does something with the referral in the address.
func (d *desk) onReferral(v *frontend.Visit, done string, do func(r consent.Referred) error) error {
	_, r, err := d.theirReferral(v)
	if err != nil {
		return err
	}
	return d.referralDone(v, do(r), done)
}

// sendReferral hands it over. Who has no account gets a link by mail, and twelve
// digits by another way: these are shown once and kept nowhere.
func (d *desk) sendReferral(v *frontend.Visit) error {
	t, r, err := d.theirReferral(v)
	if err != nil {
		return err
	}
	version, err := versionOf(v)
	if err != nil {
		return err
	}
	way := consent.Way{Address: strings.TrimSpace(v.Form.Value("address")), Language: v.Form.Value("language")}
	if !d.site.Words.Desk(way.Language) {
		way.Language = "en"
	}
	if d.PartnerLink != nil {
		way.Link = func(fragment string) string { return d.PartnerLink(v.Site(), way.Language, fragment) }
	}
	sent, err := d.Consent.Send(v.Context, v.Session, r.ID, version, way)
	if err != nil || sent.Code == "" {
		return d.referralDone(v, err, "sent")
	}
	frame, err := d.frame(v, v.Say("referral.code"), "")
	if err != nil {
		return err
	}
	return v.Show(ReferralCode{Desk: frame, Back: referralPath(t.ID, r.ID), To: r.To.Name, Until: frame.Exact(sent.Expires), Groups: digitGroups(sent.Code)})
}

// atVersion does something with the referral in the address, if it is still the
// one that was shown.
func (d *desk) atVersion(v *frontend.Visit, done string, do func(id helpdesk.ID, version int64) error) error {
	version, err := versionOf(v)
	if err != nil {
		return err
	}
	return d.onReferral(v, done, func(r consent.Referred) error { return do(r.ID, version) })
}

// reduceReferral leaves out what the person did not allow.
func (d *desk) reduceReferral(v *frontend.Visit) error {
	return d.atVersion(v, "reduced", func(id helpdesk.ID, version int64) error {
		return d.Consent.Reduce(v.Context, v.Session, id, version)
	})
}

func (d *desk) cancelReferral(v *frontend.Visit) error {
	return d.atVersion(v, "cancelled", func(id helpdesk.ID, version int64) error {
		return d.Consent.CancelReferral(v.Context, v.Session, id, version)
	})
}

// recallReferral ends it because we do.
func (d *desk) recallReferral(v *frontend.Visit) error {
	return d.onReferral(v, "recalled", func(r consent.Referred) error { return d.Consent.Recall(v.Context, v.Session, r.ID) })
}

// takeBackReferral ends it, and both yeses, because the person told us.
func (d *desk) takeBackReferral(v *frontend.Visit) error {
	return d.onReferral(v, "back", func(r consent.Referred) error {
		if err := d.Consent.TakeBackTold(v.Context, v.Session, r.ID); err != nil {
			return err
		}
		for _, id := range []helpdesk.ID{r.Consent, r.Permission} {
			if id == "" {
				continue
			}
			if err := d.Consent.WithdrawTold(v.Context, v.Session, id, ""); err != nil && !errors.Is(err, helpdesk.ErrNotFound) {
				return err
			}
		}
		return nil
	})
}

// sayInReferral is a word to the recipient and the person.
func (d *desk) sayInReferral(v *frontend.Visit) error {
	return d.onReferral(v, "said", func(r consent.Referred) error {
		return d.Consent.SayReferral(v.Context, v.Session, r.ID, v.Form.Value("text"))
	})
}

// updateReferral sends a newer text of what was allowed as changing.
func (d *desk) updateReferral(v *frontend.Visit) error {
	return d.onReferral(v, "updated", func(r consent.Referred) error {
		text := ""
		for i, it := range r.Items {
			if it.Key == v.Form.Value("item") {
				text = v.Form.Value("newer-" + strconv.Itoa(i))
			}
		}
		return d.Consent.UpdateItem(v.Context, v.Session, r.ID, v.Form.Value("item"), text)
	})
}

// ownReferral gives it to a colleague: every living one has an owner.
func (d *desk) ownReferral(v *frontend.Visit) error {
	to, err := helpdesk.ParseID(v.Form.Value("to"))
	if err != nil {
		return err
	}
	return d.atVersion(v, "given", func(id helpdesk.ID, version int64) error {
		return d.Consent.Own(v.Context, v.Session, id, version, to)
	})
}

// previewReferral is the package as its recipient will see it.
func (d *desk) previewReferral(v *frontend.Visit) error {
	t, r, err := d.theirReferral(v)
	if err != nil {
		return err
	}
	handed, err := d.Consent.Preview(v.Context, v.Session, r.ID)
	if err != nil {
		return err
	}
	frame, err := d.frame(v, v.Say("referral.preview"), "")
	if err != nil {
		return err
	}
	w := frame.Words
	page := ReferralShown{Desk: frame, Up: referralPath(t.ID, r.ID), To: handed.To, From: handed.From, Need: handed.Need, Reason: handed.Reason,
		Restrictions: handed.Restrictions, Frozen: r.State != consent.ReferralDraft}
	for _, it := range handed.Items {
		one := ShownItem{Label: it.Label, Text: it.Text, Translation: it.Translation}
		if it.Name != "" {
			one.File = it.Name + " (" + w.Size(it.Size) + ")"
		}
		if it.Special {
			one.Chips = append(one.Chips, frontend.Chip{Kind: "warn", Icon: "lock", Text: w.Say("consent.desk.item.special")})
		}
		if it.Updating {
			one.Chips = append(one.Chips, frontend.Chip{Icon: "rotate-ccw", Text: w.Say("consent.desk.item.updating")})
		}
		page.Items = append(page.Items, one)
	}
	if len(page.Items) == 0 {
		page.Empty = &frontend.Empty{Icon: "inbox", Title: v.Say("refer.empty"), Text: v.Say("referral.preview.empty")}
	}
	return v.Show(page)
}
