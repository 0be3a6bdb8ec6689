package workspace

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk/tasks"
)

// Overdue is something the law sets a time for, whose time is over or soon will
// be, and where it is dealt with.
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
	soon := 0
	if v.Session.Coordinator() {
		own, ownSoon, err := d.ownRightsDue(v)
		if err != nil {
			return nil, err
		}
		if soon, err = d.Registers.Soon(v.Context); err != nil {
			return nil, err
		}
		late.Requests, soon = late.Requests+own, soon+ownSoon
	}
	if late.Requests > 0 {
		all = append(all, Overdue{frontend.Notice{Kind: "danger", Text: v.Say("right.overdue", late.Requests)}, "/w/rights", v.Say("right.title")})
	}
	if soon > 0 {
		all = append(all, Overdue{frontend.Notice{Kind: "warn", Text: v.Say("right.soon", soon)}, "/w/rights", v.Say("right.title")})
	}
	return all, nil
}

// ownRightsDue counts what people asked for on their own pages, of what the
// session reads: what is late, and what is due within a fortnight.
func (d *desk) ownRightsDue(v *frontend.Visit) (late, soon int, err error) {
	list, err := d.Tasks.Due(v.Context, v.Session, tasks.Scope{Unowned: true})
	if err != nil {
		return 0, 0, err
	}
	for _, i := range list.Items {
		switch {
		case !i.Kind.Right():
		case i.Days < 0:
			late++
		default:
			soon++
		}
	}
	return late, soon, nil
}
