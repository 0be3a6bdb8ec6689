package registers

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// The states of an incident. Each step is a decision of a coordinator.
const (
	IncidentOpen     = "open"     // somebody noticed; the clock runs
	IncidentAssessed = "assessed" // how grave it is, is written down
	IncidentNotified = "notified" // the authority knows
	IncidentClosed   = "closed"
)

// The risks to people's rights (Articles 33 and 34): of none the authority need
// not hear, of a high one the persons hear, too.
const (
	RiskUnlikely = "unlikely"
	RiskSome     = "risk"
	RiskHigh     = "high"
)

// Risks are all of them, the smallest first.
var Risks = []string{RiskUnlikely, RiskSome, RiskHigh}

// Kinds of what was lost.
var IncidentKinds = []string{"confidentiality", "integrity", "availability"}

// authorityTime runs from when we became aware (Article 33(1)).
const authorityTime = 72 * time.Hour

// Noticed is what is written down at once.
type Noticed struct {
	What     string    `json:"what"`
	Kinds    []string  `json:"kinds"`
	At       time.Time `json:"at"`                // when we became aware of it
	Who      string    `json:"who,omitempty"`     // which people, and which of their data
	Affected int       `json:"affected"`          // about how many people; 0 while nobody knows
	Tickets  string    `json:"tickets,omitempty"` // the numbers of tickets it touches
}

// Assessed is what the coordinator made of it, and what was done (Article
// 33(5)).
type Assessed struct {
	Risk         string `json:"risk,omitempty"`
	Consequences string `json:"consequences,omitempty"`
	Measures     string `json:"measures,omitempty"`
}

// Notified is who was told. Of the persons either a time stands, or why not.
type Notified struct {
	AuthorityAt  time.Time `json:"authority_at,omitzero"`
	Reference    string    `json:"reference,omitempty"` // the authority's
	WhyLate      string    `json:"why_late,omitempty"`  // after 72 hours a reason is due (33(1))
	PersonsAt    time.Time `json:"persons_at,omitzero"`
	PersonsHow   string    `json:"persons_how,omitempty"`
	WhyNotPerson string    `json:"why_not_persons,omitempty"` // 34(3)
}

type incidentBody struct {
	Noticed
	Assessed
	Notified
	ClosedAt time.Time `json:"closed_at,omitzero"`
}

// Incident is one in the register.
type Incident struct {
	ID    helpdesk.ID
	State string
	By    helpdesk.ID
	At    time.Time // when we became aware
	Due   time.Time // by when the authority hears of it; zero when no clock runs
	Late  bool
	Open  bool // the sealed half could be opened
	Noticed
	Assessed
	Notified
	ClosedAt time.Time
}

// LogValue keeps it out of logs.
func (Incident) LogValue() slog.Value { return sealedValue }

func long(words ...string) bool {
	return slices.ContainsFunc(words, func(s string) bool { return len(s) > mostWords })
}

// Report writes down that something happened. Everybody who works here may: who
// notices it first is seldom a coordinator. It is read by who wrote it and by
// the coordinators. Refusals "incident.empty", "incident.when".
func (r *Room) Report(ctx context.Context, s *staff.Session, n Noticed) (helpdesk.ID, error) {
	n.Kinds = slices.DeleteFunc(slices.Clone(n.Kinds), func(k string) bool { return !slices.Contains(IncidentKinds, k) })
	now := r.Now()
	switch {
	case strings.TrimSpace(n.What) == "", len(n.Kinds) == 0, n.Affected < 0, long(n.What, n.Who, n.Tickets):
		return "", helpdesk.Refuse("incident.empty")
	case n.At.IsZero(), n.At.After(now), n.At.Before(now.AddDate(-10, 0, 0)):
		return "", helpdesk.Refuse("incident.when")
	}
	n.At = n.At.UTC().Truncate(time.Microsecond)
	e := &entry{book: incidents, state: IncidentOpen, at: micros(n.At), due: micros(n.At.Add(authorityTime))}
	err := r.add(ctx, s, e, incidentBody{Noticed: n}, VerbIncident)
	return e.id, err
}

// Incidents lists the register, what is most pressing first: to a coordinator
// all of it, by its plain half where they hold no key, to others what they
// wrote.
func (r *Room) Incidents(ctx context.Context, s *staff.Session) ([]Incident, error) {
	all, err := r.list(ctx, s, incidents)
	if err != nil {
		return nil, err
	}
	out := []Incident{}
	for _, e := range all {
		one := Incident{ID: e.id, State: e.state, By: e.by, At: instant(e.at), Due: instant(e.due), Late: e.due > 0 && e.due <= r.Now().UnixMicro()}
		var body incidentBody
		switch err := r.open(ctx, s, e, &body); {
		case err == nil:
			one.Open, one.Noticed, one.Assessed, one.Notified, one.ClosedAt = true, body.Noticed, body.Assessed, body.Notified, body.ClosedAt
		case !closedToUs(err):
			return nil, err
		}
		if one.Open || s.Coordinator() {
			out = append(out, one)
		}
	}
	return out, nil
}

// Assess says how grave an incident is, and may say so anew until it is closed.
// Where a risk is unlikely the authority need not hear of it and the clock
// stops; where it no longer is, the clock runs from where it began. Refusals
// "incident.assess", "incident.closed".
func (r *Room) Assess(ctx context.Context, s *staff.Session, id helpdesk.ID, a Assessed, affected int) error {
	if !slices.Contains(Risks, a.Risk) || strings.TrimSpace(a.Consequences) == "" || affected < 0 || long(a.Consequences, a.Measures) {
		return helpdesk.Refuse("incident.assess")
	}
	var body incidentBody
	return r.change(ctx, s, incidents, id, &body, VerbMoved, func(e *entry) error {
		if e.state == IncidentClosed {
			return helpdesk.Refuse("incident.closed")
		}
		body.Assessed, body.Affected = a, affected
		if e.state != IncidentNotified {
			e.state = IncidentAssessed
			e.due = e.at + authorityTime.Microseconds()
			if a.Risk == RiskUnlikely {
				e.due = 0
			}
		}
		return nil
	})
}

// TellAuthority writes down that the authority knows. After 72 hours it takes a
// reason. Refusals "incident.first" before it was assessed, "incident.when",
// "incident.why_late", "incident.closed".
func (r *Room) TellAuthority(ctx context.Context, s *staff.Session, id helpdesk.ID, at time.Time, reference, whyLate string) error {
	var body incidentBody
	return r.change(ctx, s, incidents, id, &body, VerbMoved, func(e *entry) error {
		switch {
		case e.state == IncidentClosed:
			return helpdesk.Refuse("incident.closed")
		case e.state == IncidentOpen:
			return helpdesk.Refuse("incident.first")
		case at.UnixMicro() < e.at, at.After(r.Now()):
			return helpdesk.Refuse("incident.when")
		case at.UnixMicro() > e.at+authorityTime.Microseconds() && strings.TrimSpace(whyLate) == "", long(reference, whyLate):
			return helpdesk.Refuse("incident.why_late")
		}
		body.AuthorityAt, body.Reference, body.WhyLate = at.UTC(), reference, whyLate
		e.state, e.due = IncidentNotified, 0
		return nil
	})
}

// TellPersons writes down that those affected know, and how, or why they are
// not told: then at is zero (Article 34(3)). Refusals "incident.first",
// "incident.when", "incident.persons", "incident.closed".
func (r *Room) TellPersons(ctx context.Context, s *staff.Session, id helpdesk.ID, at time.Time, words string) error {
	var body incidentBody
	return r.change(ctx, s, incidents, id, &body, VerbMoved, func(e *entry) error {
		switch {
		case e.state == IncidentClosed:
			return helpdesk.Refuse("incident.closed")
		case e.state == IncidentOpen:
			return helpdesk.Refuse("incident.first")
		case strings.TrimSpace(words) == "", long(words):
			return helpdesk.Refuse("incident.persons")
		case !at.IsZero() && (at.UnixMicro() < e.at || at.After(r.Now())):
			return helpdesk.Refuse("incident.when")
		}
		body.PersonsAt, body.PersonsHow, body.WhyNotPerson = time.Time{}, "", words
		if !at.IsZero() {
			body.PersonsAt, body.PersonsHow, body.WhyNotPerson = at.UTC(), words, ""
		}
		return nil
	})
}

// Close ends an incident: once the authority knows or need not, and, of a high
// risk, the persons know or it stands why not; and what was done about it is
// written down. Refusals "incident.not_told", "incident.persons_first",
// "incident.measures", "incident.closed".
func (r *Room) Close(ctx context.Context, s *staff.Session, id helpdesk.ID) error {
	var body incidentBody
	return r.change(ctx, s, incidents, id, &body, VerbMoved, func(e *entry) error {
		switch {
		case e.state == IncidentClosed:
			return helpdesk.Refuse("incident.closed")
		case e.state != IncidentNotified && !(e.state == IncidentAssessed && body.Risk == RiskUnlikely):
			return helpdesk.Refuse("incident.not_told")
		case body.Risk == RiskHigh && body.PersonsAt.IsZero() && body.WhyNotPerson == "":
			return helpdesk.Refuse("incident.persons_first")
		case strings.TrimSpace(body.Measures) == "":
			return helpdesk.Refuse("incident.measures")
		}
		e.state, e.due, body.ClosedAt = IncidentClosed, 0, r.Now().UTC()
		return nil
	})
}

// String keeps an incident out of fmt.
func (i Incident) String() string { return fmt.Sprintf("incident %s [sealed]", i.ID) }
