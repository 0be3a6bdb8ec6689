package workspace

import (
	"returnsupport/frontend"
)

// ssoBack is where the organisation's own sign-in sends browsers back to. It is
// registered there, so it never changes.
const ssoBack = "/w/sso/back"

// goElsewhere leads to the organisation's own sign-in. It is followed as a link: our
// pages let no form lead anywhere but here.
func (d *desk) goElsewhere(v *frontend.Visit) error { return d.leadElsewhere(v, false) }

// linkElsewhere leads there for the first time: who they are there is remembered.
func (d *desk) linkElsewhere(v *frontend.Visit) error { return d.leadElsewhere(v, true) }

func (d *desk) leadElsewhere(v *frontend.Visit, link bool) error {
	to := frontend.OwnPath(v.Query("to"))
	if link {
		to = told("/w/settings", "saved")
	}
	address, err := d.Staff.BeginSSO(v.Context, v.Cookie(), v.Site()+ssoBack, to, link)
	if err != nil {
		return err
	}
	return v.Go(address)
}

// fromElsewhere takes what they come back with. It counts once, for the session that
// began, so a link that somebody was tricked into does nothing.
func (d *desk) fromElsewhere(v *frontend.Visit) error {
	to, cookie, err := d.Staff.FinishSSO(v.Context, v.Cookie(), v.Query("state"), v.Query("code"))
	if err != nil {
		return err
	}
	d.enter(v, cookie)
	if to = frontend.OwnPath(to); to == "" {
		to = "/w/queue"
	}
	return v.Go(to)
}

func (d *desk) forgetElsewhere(v *frontend.Visit) error {
	if err := d.Staff.UnlinkSSO(v.Context, v.Session); err != nil {
		return err
	}
	return v.Go(told("/w/settings", "saved"))
}
