package workspace

import (
	"errors"
	"net/http"
	"slices"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// said writes down what somebody said to a question: at the screen, by phone, at
// a visit, on paper.
func (d *desk) said(v *frontend.Visit) error {
	t, a, err := d.theirConsent(v)
	if err != nil {
		return err
	}
	said, err := spokeOf(v)
	var out consent.Recorded
	if err == nil {
		said.Language = a.Terms.Language
		out, err = d.Consent.Record(v.Context, v.Session, a.ID, said)
	}
	together := v.Form.Value("under") == turned
	var no helpdesk.Refusal
	switch {
	case errors.As(err, &no) && together:
		return d.showTurned(v, http.StatusUnprocessableEntity, &no)
	case errors.As(err, &no):
		return d.showConsent(v, http.StatusUnprocessableEntity, err)
	case err != nil:
		return err
	case together:
		return v.Go(consentPath(t.ID, a.ID) + "/thanks?said=" + v.Form.Value(turned+"-answer"))
	case out.Again != "":
		return v.Go(consentPath(t.ID, out.Again) + "?done=again")
	}
	return v.Go(consentPath(t.ID, a.ID) + "?done=recorded")
}

// renewConsent lets a yes hold on, as they said.
func (d *desk) renewConsent(v *frontend.Visit) error {
	said, err := spokeOf(v)
	return d.consentAct(v, "renewed", func(a consent.Allowed) error {
		if err != nil {
			return err
		}
		said.Language = a.Terms.Language
		return d.Consent.RenewTold(v.Context, v.Session, a.ID, said)
	})
}

// stopConsent stops it because they told one of us. It needs no reason.
func (d *desk) stopConsent(v *frontend.Visit) error {
	return d.consentAct(v, "stopped", func(a consent.Allowed) error {
		return d.Consent.WithdrawTold(v.Context, v.Session, a.ID, v.Form.Value("note"))
	})
}

// endConsent ends it because we do: it was none, or it is not to be used.
func (d *desk) endConsent(v *frontend.Visit) error {
	as := v.Form.Value("as")
	if !slices.Contains([]string{"revoked", "invalidated"}, as) {
		return helpdesk.ErrNotFound
	}
	return d.consentAct(v, as, func(a consent.Allowed) error {
		why := v.Form.Value("why")
		if len(linesOf(why)) == 0 {
			return helpdesk.Refuse("consent.desk.end.empty")
		}
		if as == "revoked" {
			return d.Consent.Revoke(v.Context, v.Session, a.ID, why)
		}
		return d.Consent.Invalidate(v.Context, v.Session, a.ID, why)
	})
}

// consentAct does something with the consent in the address and says so there.
func (d *desk) consentAct(v *frontend.Visit, done string, do func(consent.Allowed) error) error {
	t, a, err := d.theirConsent(v)
	if err != nil {
		return err
	}
	err = do(a)
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return d.showConsent(v, http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	return v.Go(consentPath(t.ID, a.ID) + "?done=" + done)
}
