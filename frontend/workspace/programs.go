package workspace

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// programsPath is where coordinators give other systems what is theirs.
const programsPath = "/w/office/programs"

// programs lists the tokens and the addresses that are rung.
func (d *desk) programs(v *frontend.Visit) error {
	return d.showPrograms(v, http.StatusOK, OfficePrograms{})
}

func (d *desk) showPrograms(v *frontend.Visit, status int, page OfficePrograms) error {
	frame, err := d.frame(v, v.Say("program.title"), "office")
	if err != nil {
		return err
	}
	page.Desk, page.Docs = frame, v.Site()+frontend.ProgramPath+"/openapi.json"
	n, err := d.naming(v)
	if err != nil {
		return err
	}
	all, err := d.Staff.Programs(v.Context, v.Session)
	if err != nil {
		return err
	}
	for _, p := range all {
		page.Programs = append(page.Programs, d.programRow(v, n, p))
	}
	page.Token.Words = frame.Words
	page.Token.fill(v, n)
	if page.Hooks, err = d.hookRows(v, n); err != nil {
		return err
	}
	page.Hook.Words = frame.Words
	page.Hook.fill(v, n)
	return v.ShowAs(status, page)
}

func (d *desk) programRow(v *frontend.Visit, n *naming, p staff.Program) ProgramRow {
	w := n.Words
	row := ProgramRow{ID: p.ID, Name: p.Name, Until: v.Say("program.until_day", w.Day(p.Until)), Used: v.Say("program.unused"), CanEnd: p.Opens}
	if !p.Used.IsZero() {
		row.Used = v.Say("program.used", w.Day(p.Used))
	}
	for _, s := range p.Scopes {
		row.May = append(row.May, v.Say("program.scope."+scopeKey(s)))
	}
	row.Teams = teamNames(n, p.Teams)
	switch {
	case p.Opens:
	case p.Until.After(v.Now()) && len(p.Teams) > 0:
		row.State, row.Why, row.CanEnd = &frontend.Chip{Kind: "warn", Text: v.Say("program.lost")}, v.Say("program.lost.text"), true
	default:
		row.State = &frontend.Chip{Text: v.Say("program.ended")}
	}
	return row
}

// scopeKey is a scope as catalogues and forms have it.
func scopeKey(s staff.Scope) string { return strings.ReplaceAll(string(s), ":", "_") }

// fill makes the form, with what was typed into it.
func (f *TokenForm) fill(v *frontend.Visit, n *naming) {
	f.Name = frontend.Field{Name: "name", Label: v.Say("program.label.name"), Help: v.Say("program.help.name"), Value: v.Form.Value("name"), Complete: "off"}
	f.Until = frontend.Field{Name: "until", Type: "date", Label: v.Say("program.label.until"), Help: v.Say("program.help.until"), Value: v.Form.Value("until"), Complete: "off"}
	for _, s := range staff.Scopes() {
		f.Scopes = append(f.Scopes, frontend.Option{Value: string(s), Text: v.Say("program.scope." + scopeKey(s)), Chosen: slices.Contains(v.Form.All("scope"), string(s))})
	}
	f.Teams = openTeams(n, v.Form.All("team"))
}

// teamNames are teams as a line.
func teamNames(n *naming, ids []helpdesk.ID) string {
	var names []string
	for _, id := range ids {
		if name, ok := n.name(id); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// openTeams are those that are not restricted, to choose from.
func openTeams(n *naming, chosen []string) (all []frontend.Option) {
	for _, t := range n.teams {
		if !t.Restricted {
			all = append(all, frontend.Option{Value: string(t.ID), Text: t.Name, Chosen: slices.Contains(chosen, string(t.ID))})
		}
	}
	byText(all)
	return all
}

// makeProgram makes a token, which is shown once, on this page alone.
func (d *desk) makeProgram(v *frontend.Visit) error {
	n := staff.NewProgram{Name: v.Form.Value("name")}
	for _, s := range v.Form.All("scope") {
		n.Scopes = append(n.Scopes, staff.Scope(s))
	}
	for _, s := range v.Form.All("team") {
		id, err := helpdesk.ParseID(s)
		if err != nil {
			return err
		}
		n.Teams = append(n.Teams, id)
	}
	if day, err := time.ParseInLocation(time.DateOnly, v.Form.Value("until"), d.site.Zone); err == nil {
		n.Until = day.AddDate(0, 0, 1) // with that day
	}
	_, token, err := d.Staff.MakeProgram(v.Context, v.Session, n)
	var no helpdesk.Refusal
	switch {
	case errors.As(err, &no):
		return d.showPrograms(v, http.StatusUnprocessableEntity, OfficePrograms{Token: TokenForm{Problem: &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...)}}})
	case err != nil:
		return err
	}
	v.Form = frontend.Form{}
	return d.showPrograms(v, http.StatusOK, OfficePrograms{Made: &Once{Title: v.Say("program.shown.title"), Text: v.Say("program.shown.text"), Secret: token}})
}

func (d *desk) endProgram(v *frontend.Visit) error {
	id, err := helpdesk.ParseID(v.Form.Value("program"))
	if err != nil {
		return err
	}
	if err := d.Staff.EndProgram(v.Context, v.Session, id); err != nil {
		return err
	}
	return v.Go(told(programsPath, "ended"))
}
