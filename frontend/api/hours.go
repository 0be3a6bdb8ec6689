package api

import (
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/tickets"
)

// Lines are all doors with hours of their own.
type Lines struct {
	Items []Line `json:"items"`
}

// Line is one.
type Line struct {
	Key      string `json:"key"`
	Channel  string `json:"channel" one:"chat phone visit mail"`
	Audience string `json:"audience" one:"everyone detained child partner"`
	Number   string `json:"number,omitempty"`
	Zone     string `json:"zone"`
	// Open and what follows say how it stands by its hours; whether enough of us
	// are there for a chat, the chat's own page says.
	Open  bool       `json:"open"`
	Until *time.Time `json:"until,omitempty" doc:"while open: when its hours end"`
	Next  *time.Time `json:"next,omitempty" doc:"while closed: when it opens next"`
	Spans []Span     `json:"spans,omitempty" doc:"when it is open in the next fourteen days"`
}

// Span is a time from one instant to before another.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

func (d *desk) openNow(v *frontend.Visit) (Lines, error) { return d.lines(v, false) }
func (d *desk) hours(v *frontend.Visit) (Lines, error)   { return d.lines(v, true) }

func (d *desk) lines(v *frontend.Visit, spans bool) (Lines, error) {
	plan, err := d.Office.Hours(v.Context)
	if err != nil {
		return Lines{}, err
	}
	now := v.Now()
	out := Lines{Items: []Line{}}
	for _, l := range plan.Lines {
		if l.Audience == hours.Partner && !spans {
			continue // not everybody's
		}
		s := plan.At(l.Key, now, nil)
		line := Line{Key: l.Key, Channel: string(l.Channel), Audience: string(l.Audience), Number: l.Number, Zone: plan.Zone(l.Key).String(),
			Open: s.State == hours.Open || s.State == hours.Few}
		if line.Open {
			line.Until = instant(s.Until)
		} else {
			line.Next = instant(s.Next)
		}
		if spans {
			for _, o := range plan.Open(l.Key, now, now.AddDate(0, 0, hours.Fortnight)) {
				line.Spans = append(line.Spans, Span{From: o.From.UTC(), To: o.To.UTC()})
			}
		}
		out.Items = append(out.Items, line)
	}
	return out, nil
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// Figures are how many tickets stand where.
type Figures struct {
	Fewest int      `json:"fewest" doc:"fewer than this are told as 0, more in multiples of it"`
	Items  []Figure `json:"items"`
}

// Figure is of one team.
type Figure struct {
	Team     helpdesk.ID `json:"team"`
	Waiting  int64       `json:"waiting"`
	Answered int64       `json:"answered"`
	Closed   int64       `json:"closed"`
}

func (d *desk) figures(v *frontend.Visit) (Figures, error) {
	all, err := d.Tickets.Figures(v.Context)
	if err != nil {
		return Figures{}, err
	}
	out := Figures{Fewest: tickets.Fewest, Items: []Figure{}}
	for _, f := range all {
		out.Items = append(out.Items, Figure{Team: f.Team, Waiting: f.Waiting, Answered: f.Answered, Closed: f.Done})
	}
	return out, nil
}
