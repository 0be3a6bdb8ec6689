package workspace

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/answers"
	"returnsupport/helpdesk/staff"
)

// The shelf of answers: a list, and one answer with its history.

var shelfTabs = []struct{ name, icon string }{{"all", "list"}, {"near", "clock"}, {"expired", "triangle-alert"}, {"dropped", "archive"}}

// answers lists what stands on the shelf, and the phrases of talks below.
func (d *desk) answers(v *frontend.Visit) error {
	frame, err := d.frame(v, v.Say("answers.title"), "answers")
	if err != nil {
		return err
	}
	on, err := d.Answers.List(v.Context)
	if err != nil {
		return err
	}
	off, err := d.Answers.Dropped(v.Context)
	if err != nil {
		return err
	}
	lists := map[string][]answers.Answer{"all": on, "dropped": off}
	for _, a := range on {
		if s := d.Answers.Standing(a); s != answers.Fresh {
			lists[string(s)] = append(lists[string(s)], a)
		}
	}
	show := v.Query("show")
	if _, ok := lists[show]; !ok {
		show = "all"
	}
	page := Answers{Desk: frame}
	for _, t := range shelfTabs {
		page.Tabs = append(page.Tabs, frontend.Tab{
			Text: v.Say("answers.tab." + t.name), Icon: t.icon, Href: "/w/answers?show=" + t.name, Count: int64(len(lists[t.name])), Here: t.name == show,
		})
	}
	names := d.owners(v, lists[show])
	for _, a := range lists[show] {
		page.Rows = append(page.Rows, AnswerRow{
			Href: "/w/answers/" + string(a.ID), Title: a.Title, Kind: v.Say("answers.kind." + string(a.Kind)),
			Languages: written(frame.Words, a), Chip: d.reviewChip(frame.Words, a), Source: a.Source, Owner: names[a.Owner],
		})
	}
	if len(page.Rows) == 0 {
		page.Empty = &frontend.Empty{Icon: "file-text", Title: v.Say("answers.empty.title"), Text: v.Say("answers.empty.text")}
	}
	phrases, err := d.Office.Phrases(v.Context)
	page.Phrases = phraseGroups(frame.Words, phrases, v.Lang())
	if err != nil {
		return err
	}
	return v.Show(page)
}

func (d *desk) owners(v *frontend.Visit, all []answers.Answer) map[helpdesk.ID]string {
	var ids []helpdesk.ID
	for _, a := range all {
		ids = append(ids, a.Owner, a.Actor)
	}
	return d.names(v, ids...)
}

// written names the languages of an answer.
func written(w frontend.Words, a answers.Answer) string {
	var out []string
	for _, tag := range a.Languages() {
		out = append(out, languageName(w, tag))
	}
	return strings.Join(out, ", ")
}

// reviewChip says until when an answer may be used, and that it may not be any
// more.
func (d *desk) reviewChip(w frontend.Words, a answers.Answer) frontend.Chip {
	day := reviewDay(w, a)
	switch d.Answers.Standing(a) {
	case answers.Expired:
		return frontend.Chip{Kind: "danger", Icon: "triangle-alert", Text: w.Say("answers.expired", day)}
	case answers.Near:
		return frontend.Chip{Kind: "warn", Icon: "clock", Text: w.Say("answers.near", day)}
	}
	return frontend.Chip{Icon: "calendar", Text: w.Say("answers.fresh", day)}
}

func reviewDay(w frontend.Words, a answers.Answer) string {
	day, err := time.ParseInLocation(time.DateOnly, a.Review, w.Zone)
	if err != nil {
		return a.Review
	}
	return w.Day(day.Add(12 * time.Hour))
}

// newAnswer is the form of one that does not exist yet.
func (d *desk) newAnswer(v *frontend.Visit) error {
	a := answers.Answer{Kind: answers.Canned, Owner: v.Session.User.ID, Review: v.Now().AddDate(0, 6, 0).Format(time.DateOnly)}
	return d.showAnswer(v, 200, a, nil)
}

// answerPage shows one answer, its form for who may change it, and its history.
func (d *desk) answerPage(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	a, err := d.Answers.Answer(v.Context, id)
	if err != nil {
		return err
	}
	return d.showAnswer(v, 200, a, nil)
}

func (d *desk) showAnswer(v *frontend.Visit, status int, a answers.Answer, problem *frontend.Notice) error {
	frame, err := d.frame(v, v.Say("answers.new"), "answers")
	if err != nil {
		return err
	}
	page := AnswerPage{Desk: frame, ID: a.ID}
	mine := a.ID == ""
	if a.ID != "" {
		// What may be changed is decided by what stands, not by what was typed.
		stands, err := d.Answers.Answer(v.Context, a.ID)
		if err != nil {
			return err
		}
		mine = d.Answers.MayChange(v.Session, stands)
		page.Title = stands.Title
		chip := d.reviewChip(frame.Words, stands)
		page.Chip = &chip
		if stands.Dropped {
			page.Dropped = &frontend.Notice{Kind: "warn", Text: v.Say("answers.dropped"), More: v.Say("answers.dropped.more")}
		}
		if page.History, err = d.history(v, frame.Words, stands, mine); err != nil {
			return err
		}
	}
	if !mine {
		page.Texts = textsOf(frame.Words, a, false)
		page.Facts = []Fact{
			{v.Say("answers.source"), a.Source}, {v.Say("answers.owner"), d.owners(v, []answers.Answer{a})[a.Owner]},
			{v.Say("answers.kind"), v.Say("answers.kind." + string(a.Kind))},
		}
		return v.ShowAs(status, page)
	}
	if page.Form, err = d.answerForm(v, frame.Words, a, problem); err != nil {
		return err
	}
	return v.ShowAs(status, page)
}

func (d *desk) answerForm(v *frontend.Visit, w frontend.Words, a answers.Answer, problem *frontend.Notice) (*AnswerForm, error) {
	f := &AnswerForm{
		Words: w, ID: a.ID, Version: a.Version, Problem: problem, Review: a.Review, Texts: textsOf(w, a, true), CanDrop: a.ID != "" && !a.Dropped,
		Title:  frontend.Field{Name: "title", Label: v.Say("answers.name"), Help: v.Say("answers.name.help"), Value: a.Title, Spellcheck: true, Complete: "off"},
		Source: frontend.Field{Name: "source", Label: v.Say("answers.source"), Help: v.Say("answers.source.help"), Value: a.Source, Spellcheck: true, Complete: "off"},
	}
	for _, k := range []answers.Kind{answers.Canned, answers.Public} {
		f.Kinds = append(f.Kinds, frontend.Option{Value: string(k), Text: v.Say("answers.kind." + string(k)), Chosen: k == a.Kind})
	}
	users, err := d.Staff.Users(v.Context)
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		if u.State == staff.Active && u.Kind != staff.Interpreter || u.ID == a.Owner {
			f.Owners = append(f.Owners, frontend.Option{Value: string(u.ID), Text: u.Name, Chosen: u.ID == a.Owner})
		}
	}
	byText(f.Owners)
	for _, name := range answers.Variables {
		f.Known = append(f.Known, Fact{"{" + name + "}", v.Say("answers.variable." + name)})
	}
	return f, nil
}

// textsOf are the answer's texts in the order of the catalogues; all of them,
// also the empty ones, for a form.
func textsOf(w frontend.Words, a answers.Answer, all bool) []AnswerText {
	var out []AnswerText
	for _, l := range locale.Languages {
		if text := a.Texts[l.Tag]; all || text != "" {
			out = append(out, AnswerText{Tag: l.Tag, Language: languageName(w, l.Tag), Text: text, Open: text != "" || l.Desk && len(a.Texts) == 0})
		}
	}
	return out
}

func (d *desk) history(v *frontend.Visit, w frontend.Words, stands answers.Answer, mine bool) ([]AnswerVersion, error) {
	all, err := d.Answers.History(v.Context, stands.ID)
	if err != nil {
		return nil, err
	}
	names := d.owners(v, all)
	var out []AnswerVersion
	for _, a := range all {
		what := v.Say("answers.version", a.Version)
		if a.Dropped {
			what = v.Say("answers.version.dropped", a.Version)
		}
		out = append(out, AnswerVersion{
			Words: w, ID: a.ID, To: a.Version, Version: stands.Version, What: what, Who: names[a.Actor], At: w.Near(a.At), Exact: w.Exact(a.At),
			Texts: textsOf(w, a, false), Dropped: a.Dropped, CanUndo: mine && a.Version != stands.Version && !a.Dropped,
		})
	}
	return out, nil
}

// writeAnswer keeps a new answer, or a new version of one.
func (d *desk) writeAnswer(v *frontend.Visit) error {
	a := answers.Answer{
		Kind: answers.Kind(v.Form.Value("kind")), Title: v.Form.Value("title"), Source: v.Form.Value("source"),
		Review: v.Form.Value("review"), Owner: helpdesk.ID(v.Form.Value("owner")), Texts: map[string]string{},
	}
	for _, l := range locale.Languages {
		if text := strings.TrimSpace(v.Form.Value("text-" + l.Tag)); text != "" {
			a.Texts[l.Tag] = text
		}
	}
	if id := v.Form.Value("answer"); id != "" {
		var err error
		if a.ID, err = helpdesk.ParseID(id); err != nil {
			return err
		}
		if a.Version, err = versionOf(v); err != nil {
			return err
		}
	}
	kept, err := d.Answers.Put(v.Context, v.Session, a)
	var no helpdesk.Refusal
	switch {
	case errors.As(err, &no):
		return d.showAnswer(v, http.StatusUnprocessableEntity, a, &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...)})
	case errors.Is(err, helpdesk.ErrConflict):
		// Nothing typed is lost: it stands on the page with what they wrote
		// below, and saving once more keeps it.
		stands, err := d.Answers.Answer(v.Context, a.ID)
		if err != nil {
			return err
		}
		a.Version = stands.Version
		return d.showAnswer(v, http.StatusConflict, a, &frontend.Notice{Kind: "warn", Text: v.Say("answers.conflict"), More: v.Say("answers.conflict.more")})
	case err != nil:
		return err
	}
	return v.Go(told("/w/answers/"+string(kept.ID), "saved"))
}

// answerSubject is the answer a button is about and the version its page showed.
func answerSubject(v *frontend.Visit) (helpdesk.ID, int64, error) {
	id, err := v.ID("id")
	if err != nil {
		return "", 0, err
	}
	version, err := versionOf(v)
	return id, version, err
}

func (d *desk) dropAnswer(v *frontend.Visit) error {
	id, version, err := answerSubject(v)
	if err != nil {
		return err
	}
	if err := d.Answers.Drop(v.Context, v.Session, id, version); err != nil {
		return err
	}
	return v.Go(told("/w/answers/"+string(id), "saved"))
}

// undoAnswer goes back to an older version.
func (d *desk) undoAnswer(v *frontend.Visit) error {
	id, version, err := answerSubject(v)
	if err != nil {
		return err
	}
	to, err := strconv.ParseInt(v.Form.Value("to"), 10, 64)
	if err != nil {
		return helpdesk.ErrNotFound
	}
	if err := d.Answers.Undo(v.Context, v.Session, id, to, version); err != nil {
		return err
	}
	return v.Go(told("/w/answers/"+string(id), "saved"))
}

// languagesFirst puts a language before the others.
func languagesFirst(tags []string, tag string) []string {
	out := slices.Clone(tags)
	slices.SortStableFunc(out, func(a, b string) int {
		switch {
		case a == tag && b != tag:
			return -1
		case b == tag && a != tag:
			return 1
		}
		return 0
	})
	return out
}
