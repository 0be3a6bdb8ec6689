package workspace

import (
	"bytes"
	"net/url"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/office"
)

// How far a calendar reaches.
const (
	feedBack  = 7  // days
	feedAhead = 56 // days
)

// mine is the counsellor's own duties as a calendar.
func (d *desk) mine(v *frontend.Visit) error {
	o, err := d.opening(v, v.Page("").Words)
	if err != nil {
		return err
	}
	feed, err := d.feed(v, o, v.Say("hourpage.feed.mine"))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	now := v.Now()
	if err := o.plan.WriteDuties(&b, feed, v.Session.User.ID, now.AddDate(0, 0, -feedBack), now.AddDate(0, 0, feedAhead)); err != nil {
		return err
	}
	return v.Download("duties.ics", int64(b.Len()), &b)
}

// lineFeed is a line's open hours as a calendar.
func (d *desk) lineFeed(v *frontend.Visit) error {
	o, err := d.opening(v, v.Page("").Words)
	if err != nil {
		return err
	}
	line := v.Query("line")
	if _, ok := o.plan.Line(line); !ok {
		return helpdesk.ErrNotFound
	}
	feed, err := d.feed(v, o, o.line(line))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := o.plan.WriteOpen(&b, feed, line, hours.DateOf(v.Now().In(o.plan.Zone(line))), feedAhead); err != nil {
		return err
	}
	return v.Download("hours.ics", int64(b.Len()), &b)
}

func (d *desk) feed(v *frontend.Visit, o *opening, name string) (hours.Feed, error) {
	stamp, err := d.changed(v)
	if err != nil {
		return hours.Feed{}, err
	}
	host := "returnsupport"
	if u, err := url.Parse(v.Site()); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return hours.Feed{
		Name: name, Host: host, Product: "-//Returnsupport//Hours//EN", Stamp: stamp, Line: o.line,
		Who: func(id helpdesk.ID) string { return firstOf(o.names[id], o.Say("message.inside")) },
	}, nil
}

// changed is when the plan last did: a calendar takes an event anew when its
// stamp moved.
func (d *desk) changed(v *frontend.Visit) (time.Time, error) {
	last := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) // as shipped
	for _, name := range []string{office.Hours, office.Exceptions, office.Roster, office.Leave} {
		versions, err := d.Office.History(v.Context, name)
		if err != nil {
			return time.Time{}, err
		}
		if len(versions) > 0 && versions[0].At.After(last) {
			last = versions[0].At
		}
	}
	return last, nil
}
