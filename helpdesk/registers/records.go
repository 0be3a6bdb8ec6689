package registers

import (
	"context"
	"fmt"
	"slices"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
)

// Purpose is what a consent may be for, as the door knows it: this room may not
// ask the door itself.
type Purpose struct {
	Code     string
	Basis    string // articles of the GDPR
	Explicit bool
	Days     int
	Months   int
	To       bool   // it names recipients
	Own      string // "authority" or "origin" for those who are asked about alone
}

// Activity is one line of the record of processing activities (Article 30).
// Its sentences stand in the catalogues under its key.
type Activity struct {
	Key        string
	Purpose    *Purpose // of what rests on a yes
	Basis      string   // articles; "" where the organisation must say it
	Recipients []Recipients
	Kept       []Kept
	Abroad     bool // it may leave the European Union
}

// Recipients are the vetted organisations of a kind in the directory.
type Recipients struct {
	Kind directory.Kind
	N    int
}

// Kept is for how long something is kept, as the office has set it.
type Kept struct {
	What   string // one of office.RetentionKinds; "consent" for what a yes says
	Months int    // 0 is for ever
	Days   int
}

// Record is the record of processing activities, as the house stands now.
type Record struct {
	Name, Funder string
	Controller   []Stated // who answers for it all (Article 30(1)(a)), in the order of the record
	Activities   []Activity
	// What a supervisor asks about security first (Article 32), as it is set.
	Decided      bool // somebody decided for how long things are kept
	AtServer     bool
	SecondFactor bool
	Mailboxes    int
	Teams        int
	Restricted   int
	Colleagues   int
}

// Stated is something the organisation says of itself in the settings.
type Stated struct {
	Setting string // its name, which is the key of its words, too
	Value   string // "" while nobody said it
}

// controller is who decides why and how data is used, and whom its data
// protection officer is.
var controller = []string{office.Controller, office.ControllerAddress, office.ControllerContact, office.Officer, office.OfficerContact}

// activities in the order of the record, with what of Retention they go by.
// counselling has no basis of ours: whether it is a task in the public interest,
// a legitimate interest or something else, the organisation must say.
var activities = []struct {
	key   string
	basis string
	kept  []string
}{
	{"counselling", "", []string{office.KeepTickets, office.KeepMessages, office.KeepAttachments}},
	{"mail", "", []string{office.KeepOriginals, office.KeepServer}},
	{"returning", "6(1)(a)", []string{office.KeepTickets}},
	{"urgent", "6(1)(c), 6(1)(d), 9(2)(c)", []string{office.KeepTickets}},
	{"rights", "6(1)(c)", nil},
	{"staff", "6(1)(b), 6(1)(f)", nil},
	{"journal", "6(1)(c), 6(1)(f)", []string{office.KeepJournal}},
	{"directory", "6(1)(f)", nil},
	{"figures", "6(1)(f)", []string{office.KeepFigures}},
}

// Record makes the record of processing activities out of purposes, the
// directory and the settings. ErrDenied for who is no coordinator.
func (r *Room) Record(ctx context.Context, s *staff.Session, purposes []Purpose) (Record, error) {
	if !s.Coordinator() {
		return Record{}, fmt.Errorf("record of processing: %w", helpdesk.ErrDenied)
	}
	var out Record
	if err := r.settings(ctx, &out); err != nil {
		return Record{}, err
	}
	keeping, err := r.Office.Retention(ctx)
	if err != nil {
		return Record{}, err
	}
	out.Decided, out.AtServer = keeping.Decided, keeping.AtServer
	vetted, err := r.recipients(ctx)
	if err != nil {
		return Record{}, err
	}
	for _, a := range activities {
		line := Activity{Key: a.key, Basis: a.basis}
		for _, what := range a.kept {
			line.Kept = append(line.Kept, Kept{What: what, Months: keeping.Months[what]})
		}
		out.Activities = append(out.Activities, line)
	}
	for _, p := range purposes {
		line := Activity{Key: "consent", Purpose: &p, Basis: p.Basis, Kept: []Kept{{What: "consent", Months: p.Months, Days: p.Days}}, Abroad: p.Own == "origin"}
		if p.To {
			line.Recipients = slices.DeleteFunc(slices.Clone(vetted), func(to Recipients) bool { return !receives(p, to.Kind) })
		}
		out.Activities = append(out.Activities, line)
	}
	return out, nil
}

// receives tells whether a kind of organisation may be named in a yes for a
// purpose: authorities and those in the country of origin are asked about
// alone.
func receives(p Purpose, k directory.Kind) bool {
	switch k {
	case directory.Authority:
		return p.Own == "authority"
	case directory.Own:
		return false
	}
	return p.Own != "authority"
}

func (r *Room) settings(ctx context.Context, out *Record) error {
	var err error
	if out.Name, err = r.Office.PublicName(ctx, "sv"); err != nil {
		return err
	}
	if out.Funder, err = r.Office.Setting(ctx, office.Funder); err != nil {
		return err
	}
	for _, name := range controller {
		value, err := r.Office.Setting(ctx, name)
		if err != nil {
			return err
		}
		out.Controller = append(out.Controller, Stated{name, value})
	}
	if out.SecondFactor, err = r.Office.AsksFactor(ctx); err != nil {
		return err
	}
	boxes, err := r.Office.Mailboxes(ctx)
	if err != nil {
		return err
	}
	teams, err := r.Staff.Teams(ctx)
	if err != nil {
		return err
	}
	users, err := r.Staff.Users(ctx)
	if err != nil {
		return err
	}
	out.Mailboxes, out.Teams = len(boxes), len(teams)
	for _, t := range teams {
		if t.Restricted {
			out.Restricted++
		}
	}
	for _, u := range users {
		if u.State == staff.Active {
			out.Colleagues++
		}
	}
	return nil
}

// recipients counts the vetted organisations by kind, in the kinds' order.
func (r *Room) recipients(ctx context.Context) ([]Recipients, error) {
	q := directory.Query{View: directory.ForCounsellors, Limit: 100}
	seen, count := map[helpdesk.ID]bool{}, map[directory.Kind]int{}
	for {
		page, err := r.Directory.Find(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, h := range page.Hits {
			if h.Vetted && !seen[h.Organisation] {
				seen[h.Organisation] = true
				count[h.Kind]++
			}
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	var out []Recipients
	for _, k := range directory.Kinds {
		if count[k] > 0 {
			out = append(out, Recipients{k, count[k]})
		}
	}
	return out, nil
}

// Dangers are what the impact assessment (Article 35) weighs, each with what
// this house does against it; both are sentences of the catalogues. How likely
// and how grave each is, somebody who knows the organisation must say.
var Dangers = []string{"found", "wrong_reader", "stolen", "insider", "unwilling", "child", "lost_date", "supplier", "machine"}

// HumanParts are the parts of an impact assessment nobody but a human can write.
var HumanParts = []string{"need", "advice", "views", "left", "decision"}
