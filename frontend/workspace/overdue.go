package workspace

import "returnsupport/frontend"

// Overdue is something the law sets a time for, whose time is over, and where it
// is dealt with.
type Overdue struct {
	Notice    frontend.Notice
	Href, Way string
}

// overdue tells whoever looks how the house stands: numbers alone, which are no
// secret among colleagues.
func (d *desk) overdue(v *frontend.Visit) (all []Overdue, err error) {
	if d.Registers == nil {
		return nil, nil
	}
	late, err := d.Registers.Late(v.Context)
	if err != nil {
		return nil, err
	}
	if late.Incidents > 0 {
		all = append(all, Overdue{frontend.Notice{Kind: "danger", Text: v.Say("incident.late", late.Incidents)}, "/w/incidents", v.Say("incident.title")})
	}
	if late.Requests > 0 {
		all = append(all, Overdue{frontend.Notice{Kind: "danger", Text: v.Say("right.overdue", late.Requests)}, "/w/rights", v.Say("right.title")})
	}
	return all, nil
}
