package workspace

import (
	"errors"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/routing"
)

// The office: a list of settings in groups, and a page for each. Coordinators
// change them; members read what holds.

// officeGroups are all settings, each in one group, in the order of the list.
var officeGroups = []struct {
	key   string
	names []string
}{
	{"people", []string{office.Profiles, office.Skills, office.Leave, office.TeamKinds, office.LoadOpen, office.LoadHard, office.LoadHours}},
	{"open", []string{office.Hours, office.Exceptions, office.Roster, office.PresentMinimum, office.OnCall}},
	{"ways", []string{office.Rules, office.Topics, office.Tags, office.Centres}},
	{"dates", []string{office.AppealDays, office.LeaveWeeks, office.ListenDays, office.PromiseAlarmPercent}},
	{"said", []string{office.Phrases, office.GuideText, office.Signature}},
	{"chat", []string{
		office.ChatTeam, office.ChildTeam, office.ChatQueueLong, office.ChatAcceptMinutes, office.ChatIdleMinutes, office.ChatSharedIdleMinutes,
		office.ChatAbsenceMinutes, office.ChatTyping, office.ChatRead, office.ChatHintMinutes, office.ChatLastHintMinutes,
	}},
	{"outside", []string{
		office.PublicName, office.PublicNameEnglish, office.PublicNames, office.Funder, office.CrisisPanel, office.FullPhone, office.ExitAddress,
		office.PosterBranches, office.BranchSilentDays, office.BranchCardDays, office.Activities, office.MapTool,
	}},
	{"mail", []string{office.Acknowledge, office.UndoSeconds, office.PollSeconds, office.MailAlarmMinutes, office.MaxLetterMiB, office.LetterDepth, office.LetterParts, office.LetterHeaderKiB,
		office.LetterDecodedMiB, office.LetterSeconds, office.LeaveAccepted}},
	{"answerable", []string{office.Controller, office.ControllerAddress, office.ControllerContact, office.Officer, office.OfficerContact}},
	{"keeping", []string{office.Retention, office.SecondFactor, office.RecoveryFingerprint}},
}

// officeLinks are the pages of a group that are no settings.
var officeLinks = map[string][]struct{ key, href string }{
	"people":  {{"staff", "/w/office/people"}, {"teams", "/w/team"}, {"mine", "/w/office/mine"}, {"programs", programsPath}},
	"said":    {{"answers", "/w/answers"}},
	"ways":    {{"directory", "/w/directory"}},
	"mail":    {{"mailboxes", "/w/office/mailboxes"}},
	"keeping": {{"keeping", keepingPath}},
}

// tried are the settings whose findings are shown before they are saved.
var tried = []string{office.Rules, office.Profiles, office.Leave, office.Topics, office.TeamKinds}

// steps tells whether what a setting changes is shown before it is saved.
func steps(name string) bool { return office.Promising(name) || slices.Contains(tried, name) }

// office lists the settings in groups.
func (d *desk) office(v *frontend.Visit) error {
	frame, err := d.frame(v, v.Say("office.title"), "office")
	if err != nil {
		return err
	}
	n, err := d.naming(v)
	if err != nil {
		return err
	}
	all, err := d.Office.Settings(v.Context)
	if err != nil {
		return err
	}
	values := map[string]office.Value{}
	for _, s := range all {
		values[s.Name] = s
	}
	page := Office{Desk: frame}
	if page.Grave, err = d.grave(v, page.Words); err != nil {
		return err
	}
	for _, g := range officeGroups {
		group := OfficeGroup{Title: v.Say("office.group." + g.key), Text: v.Say("office.group." + g.key + ".text")}
		for _, l := range officeLinks[g.key] {
			if l.href == programsPath && (d.Webhooks == nil || !v.Session.Coordinator()) {
				continue // theirs alone
			}
			group.Rows = append(group.Rows, OfficeRow{Href: l.href, Name: v.Say("office.link." + l.key), What: v.Say("office.link." + l.key + ".text")})
		}
		for _, name := range g.names {
			group.Rows = append(group.Rows, officeRow(n, values[name]))
		}
		page.Groups = append(page.Groups, group)
	}
	return v.Show(page)
}

func officeRow(n *naming, s office.Value) OfficeRow {
	row := OfficeRow{Href: "/w/office/" + s.Name, Name: n.Say("office.name." + s.Name), What: what(n.Words, s.Name)}
	switch {
	case s.Name == office.Rules:
		row.Value = n.Say("office.rules.n", len(draftsOf(s.Value)))
	case s.Rows:
		row.Value = n.Say("office.rows.n", len(textRows(s.Value)))
	case s.Name == office.SecondFactor, s.Name == office.LeaveAccepted, s.Name == office.Acknowledge, s.Name == office.ChatTyping, s.Name == office.ChatRead:
		row.Value = n.Say("office." + s.Value)
	case s.Name == office.Signature && s.Value != "":
		row.Value, _, _ = strings.Cut(s.Value, "\n")
	default:
		row.Value = firstOf(n.inText(s.Value), n.Say("office.none"))
	}
	if s.Version == 0 {
		row.Changed = n.Say("office.never")
	}
	return row
}

// what explains a setting: those edited as fields say nothing of rows.
func what(w frontend.Words, name string) string {
	if _, ok := tables[name]; ok || name == office.Rules {
		return w.Say("office.what." + name)
	}
	return w.Say("setting." + name)
}

// edit is one setting on its way: what was typed, and what is known of it.
type edit struct {
	*naming
	name   string
	stands office.Value
	value  string      // as it would be saved
	rows   [][]string  // of a table
	rules  []ruleDraft // of the rules
	wrong  error       // why it can't be saved
	ask    *OfficeAsk
	ready  bool // what it changes was shown
	notice *frontend.Notice
	theirs string
}

// begin reads a setting for its page.
func (d *desk) begin(v *frontend.Visit) (*edit, error) {
	name := v.Param("name")
	stands, err := d.Office.Read(v.Context, name)
	if err != nil {
		return nil, err
	}
	n, err := d.naming(v)
	if err != nil {
		return nil, err
	}
	e := &edit{naming: n, name: name, stands: stands}
	e.load(stands.Value)
	return e, nil
}

// load puts a value into the form.
func (e *edit) load(value string) {
	e.value = value
	if t, ok := tables[e.name]; ok {
		e.rows = t.read(value)
	}
	if e.name == office.Rules {
		e.rules = draftsOf(value)
	}
}

func (d *desk) officePage(v *frontend.Visit) error {
	e, err := d.begin(v)
	if err != nil {
		return err
	}
	return d.showOffice(v, http.StatusOK, e)
}

// change takes what was typed: to look at its rows anew, to show what it would
// change, or to save it.
func (d *desk) change(v *frontend.Visit) error {
	e, err := d.begin(v)
	if err != nil {
		return err
	}
	version, err := versionOf(v)
	if err != nil || e.stands.Fixed {
		return helpdesk.ErrNotFound
	}
	do, at, _ := strings.Cut(v.Form.Value("do"), ":")
	e.typed(v, do, at)
	if !slices.Contains([]string{"save", "look", ""}, do) {
		e.notice = &frontend.Notice{Text: v.Say("office.unsaved")}
		return d.showOffice(v, http.StatusOK, e)
	}
	if version != e.stands.Version {
		return d.showOffice(v, http.StatusConflict, e.conflict(v))
	}
	return d.finish(v, e, version, do == "save" && v.Form.Value("seen") == imprint(e.value), func() error {
		return d.Office.Replace(v.Context, v.Session.User.ID, e.name, e.value, version)
	})
}

// restore goes back to an older version. A setting that promises something is
// shown first with what that changes; the others are undone at once.
func (d *desk) restore(v *frontend.Visit) error {
	e, err := d.begin(v)
	if err != nil {
		return err
	}
	version, err := versionOf(v)
	if err != nil {
		return err
	}
	to, err := strconv.ParseInt(v.Form.Value("to"), 10, 64)
	if err != nil || e.stands.Fixed {
		return helpdesk.ErrNotFound
	}
	older, err := d.older(v, e, to)
	if err != nil {
		return err
	}
	if version != e.stands.Version {
		return d.showOffice(v, http.StatusConflict, e.conflict(v))
	}
	e.load(older)
	return d.finish(v, e, version, false, func() error {
		return d.Office.Restore(v.Context, v.Session.User.ID, e.name, to, version)
	})
}

func (d *desk) older(v *frontend.Visit, e *edit, version int64) (string, error) {
	if version == 0 {
		return e.stands.Default, nil
	}
	history, err := d.Office.History(v.Context, e.name)
	if err != nil {
		return "", err
	}
	for _, c := range history {
		if c.Version == version {
			return c.Value, nil
		}
	}
	return "", helpdesk.ErrNotFound
}

// finish saves what is allowed and was seen with its consequences; else it
// shows them.
func (d *desk) finish(v *frontend.Visit, e *edit, version int64, seen bool, save func() error) error {
	if e.wrong == nil && steps(e.name) && !seen {
		var err error
		if e.ask, err = d.ask(v, e.naming, e.name, e.value); err == nil && !(v.Form.Has("to") && e.ask.nothing()) {
			e.ready = true
			return d.showOffice(v, http.StatusOK, e)
		}
		e.wrong = err
	}
	err := e.wrong
	if err == nil && e.stands.Grave {
		if err := v.Session.Proof(); err != nil {
			return err
		}
	}
	if err == nil {
		err = save()
	}
	var no helpdesk.Refusal
	switch {
	case errors.As(err, &no):
		e.wrong = err
		return d.showOffice(v, http.StatusUnprocessableEntity, e)
	case errors.Is(err, helpdesk.ErrConflict):
		if e.stands, err = d.Office.Read(v.Context, e.name); err != nil {
			return err
		}
		return d.showOffice(v, http.StatusConflict, e.conflict(v))
	case err != nil:
		return err
	}
	return v.Go(told("/w/office/"+e.name, "saved"))
}

// conflict keeps what was typed beside what somebody else saved meanwhile:
// nothing is lost, and saving once more puts it in that place.
func (e *edit) conflict(v *frontend.Visit) *edit {
	e.notice = &frontend.Notice{Kind: "warn", Text: v.Say("office.conflict"), More: v.Say("office.conflict.more")}
	e.theirs, e.ready, e.ask, e.wrong = firstOf(e.inText(e.stands.Value), v.Say("office.none")), false, nil, nil
	return e
}

// imprint names a value, so that what is saved is what was shown.
func imprint(value string) string {
	h := fnv.New64a()
	h.Write([]byte(value))
	return strconv.FormatUint(h.Sum64(), 36)
}

// typed reads the form, after a button that moves rows has done so.
func (e *edit) typed(v *frontend.Visit, do, at string) {
	t, isTable := tables[e.name]
	switch {
	case e.name == office.Rules:
		e.rules = rulesTyped(v)
		e.rules = shiftRules(e.rules, do, at, v)
		e.value = rulesText(e.rules)
	case isTable:
		e.rows = shift(t.typed(v), do, at, len(t.columns))
		e.value, e.wrong = t.write(e.rows)
	case e.name == office.Signature || e.stands.Rows:
		e.value = v.Form.Value("value")
		if e.name == office.Roster {
			text, err := withIDs(e.value, e.users)
			if err == nil {
				e.value = text
			}
			e.wrong = err
		}
	default:
		e.value = strings.TrimSpace(v.Form.Value("value"))
	}
}

func (d *desk) showOffice(v *frontend.Visit, status int, e *edit) error {
	frame, err := d.frame(v, v.Say("office.name."+e.name), "office")
	if err != nil {
		return err
	}
	page := OfficePage{
		Desk: frame, Back: "/w/office", BackText: v.Say("office.title"), What: what(frame.Words, e.name), Problem: e.notice, Theirs: e.theirs, Ask: e.ask,
	}
	var no helpdesk.Refusal
	if errors.As(e.wrong, &no) {
		page.Problem = &frontend.Notice{Kind: "warn", Text: e.refusal(no), More: v.Say("office.kept")}
	}
	history, err := d.Office.History(v.Context, e.name)
	if err != nil {
		return err
	}
	if v.Session.Coordinator() {
		if !e.stands.Fixed {
			page.Form = e.form(v, no)
		} else {
			page.Plain = e.value
		}
		page.History, page.Older = e.changes(history)
		return v.ShowAs(status, page)
	}
	page.Changed = e.lastChange(history)
	switch t, ok := tables[e.name]; {
	case ok:
		page.Cards = e.cardsToRead(t)
	case e.name == office.Rules:
		page.Cards = e.rulesToRead()
	case e.name == office.OnCall:
		page.Plain = v.Say("office.hidden")
	default:
		page.Plain = firstOf(e.inText(e.value), v.Say("office.none"))
	}
	return v.ShowAs(status, page)
}

// refusal says what is wrong; a row of the rules' text is the number of its
// rule, as the page counts them.
func (e *edit) refusal(no helpdesk.Refusal) string {
	args := slices.Clone(no.Args)
	if n, ok := rowNumber(no); ok && e.name == office.Rules {
		args[0] = ruleAt(e.value, n)
	}
	return e.Say(no.Key, args...)
}

// rowNumber is the row a refusal is about.
func rowNumber(no helpdesk.Refusal) (int, bool) {
	if len(no.Args) == 0 {
		return 0, false
	}
	n, ok := no.Args[0].(int)
	return n, ok
}

func (e *edit) form(v *frontend.Visit, no helpdesk.Refusal) *OfficeForm {
	f := &OfficeForm{
		Words: e.Words, Action: "/w/office/" + e.name, Route: "/w/office/:name", Version: e.stands.Version, Steps: steps(e.name), Ready: e.ready,
		Label: v.Say("office.name." + e.name),
	}
	if e.ready {
		f.Seen = imprint(e.value)
	}
	row, _ := rowNumber(no)
	t, isTable := tables[e.name]
	switch {
	case e.name == office.Rules:
		f.Rules, f.Rows, f.Add = e.ruleCards(v, ruleAt(e.value, row)), len(e.rules), v.Say("office.add.rule")
	case isTable:
		f.Cards, f.Rows, f.Add = e.cards(v, t, row, no), len(e.rows), v.Say("office.add")
	case e.name == office.ChatTeam || e.name == office.ChildTeam:
		f.Choices = append(e.teamOptions(helpdesk.ID(e.value)), frontend.Option{Text: v.Say("office.none"), Chosen: e.value == ""})
	case e.stands.Default == "yes" || e.stands.Default == "no":
		for _, s := range []string{"yes", "no"} {
			f.Choices = append(f.Choices, frontend.Option{Value: s, Text: v.Say("office." + s), Chosen: s == e.value})
		}
	default:
		f.Field = e.field(v, no)
	}
	if e.name == office.Roster {
		for _, u := range e.active() {
			f.Names = append(f.Names, Fact{u.Login, u.Name})
		}
	}
	return f
}

func (e *edit) field(v *frontend.Visit, no helpdesk.Refusal) *frontend.Field {
	f := &frontend.Field{Name: "value", Label: v.Say("office.name." + e.name), Value: e.value, Optional: true, Complete: "off", Help: v.Say("setting." + e.name)}
	switch _, err := strconv.Atoi(e.stands.Default); {
	case e.stands.Rows:
		f.Rows, f.Value = 14, e.value
		if e.name == office.Roster {
			f.Value = withLogins(e.value, e.users)
		}
		if n, ok := rowNumber(no); ok {
			f.Wrong = v.Say("office.row.is", n, rowOf(f.Value, []any{n}))
		}
	case e.name == office.Signature:
		f.Rows, f.Spellcheck = 6, true
	case err == nil:
		f.Type = "number"
	}
	return f
}

// kinds of team a coordinator can choose from: the house's own and those that
// stand somewhere already.
func kindsOf(parts routing.Parts) []string {
	all := []string{routing.KindReturn, routing.KindLaw, routing.KindChildren, "violence", "persecution", routing.KindGeneral}
	for _, k := range parts.Kinds {
		all = append(all, k.Kind)
	}
	for _, t := range parts.Topics {
		if t.Kind != "" {
			all = append(all, t.Kind)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
