package workspace

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk/staff"
)

// grave is what every coordinator is told of: what opened everything of late, and
// secrets that are due.
func (d *desk) grave(v *frontend.Visit, w frontend.Words) ([]frontend.Notice, error) {
	if !v.Session.Coordinator() {
		return nil, nil
	}
	old, err := d.Tasks.SecretsOld(v.Context)
	if err != nil {
		return nil, err
	}
	var out []frontend.Notice
	if old {
		out = append(out, frontend.Notice{Kind: "warn", Text: v.Say("office.grave.old"), More: v.Say("office.grave.old.more")})
	}
	deeds, err := d.Tasks.Graves(v.Context)
	if err != nil {
		return nil, err
	}
	for _, g := range deeds {
		switch {
		case g.Verb != staff.VerbAllOpened:
			out = append(out, frontend.Notice{Kind: "warn", Text: w.Say("office.grave."+graveKeys[g.Verb], w.Near(g.At))})
		case g.Object == "":
			out = append(out, frontend.Notice{Kind: "warn", Text: w.Say("office.grave.sheets", w.Near(g.At), d.Staff.Names(v.Context, g.Actor)[g.Actor])})
		case g.Actor < g.Object: // it stands in the journal for each of the two
			names := d.Staff.Names(v.Context, g.Actor, g.Object)
			out = append(out, frontend.Notice{Kind: "warn", Text: w.Say("office.grave.together", w.Near(g.At), names[g.Actor], names[g.Object])})
		}
	}
	return out, nil
}

var graveKeys = map[string]string{staff.VerbRecovered: "recovered", staff.VerbSheets: "made", staff.VerbSecretsBack: "back", staff.VerbCoordinator: "coordinator"}
