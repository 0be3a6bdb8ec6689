package workspace

import (
	"slices"
	"strings"

	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
)

// settings is a member's own page.
func (d *desk) settings(v *frontend.Visit) error {
	frame, err := d.frame(v, v.Say("settings.title"), "settings")
	if err != nil {
		return err
	}
	page := Settings{Desk: frame}
	for _, t := range []struct{ value, name string }{{"", "device"}, {"light", "light"}, {"dark", "dark"}} {
		page.Themes = append(page.Themes, frontend.Option{Value: t.value, Text: v.Say("theme." + t.name), Chosen: t.value == v.Theme()})
	}
	for _, l := range v.Languages() {
		page.Langs = append(page.Langs, frontend.Option{Value: l.Tag, Text: l.Name, Chosen: l.Tag == v.Lang()})
	}
	sessions, err := d.Staff.Sessions(v.Context, v.Session)
	if err != nil {
		return err
	}
	for _, s := range sessions {
		row := SessionRow{ID: s.ID, Since: v.Say("settings.started", page.Near(s.Started)), Last: v.Say("settings.last", page.Near(s.Last))}
		if s.This {
			row.Own = &frontend.Chip{Kind: "ok", Icon: "check", Text: v.Say("settings.this")}
		}
		page.Sessions = append(page.Sessions, row)
	}
	page.Others = len(sessions) > 1
	if page.Factor, err = d.myFactor(v, page.Words); err != nil {
		return err
	}
	if page.News, err = d.signInNews(v, page.Words); err != nil {
		return err
	}
	return v.Show(page)
}

// signInNews are the rows of what was lately done about one's sign-in.
func (d *desk) signInNews(v *frontend.Visit, w frontend.Words) ([]SignInRow, error) {
	news, err := d.Staff.SignInNews(v.Context, v.Session)
	if err != nil {
		return nil, err
	}
	var rows []SignInRow
	for _, n := range news {
		rows = append(rows, SignInRow{What: w.Say("settings.told." + strings.TrimPrefix(n.Verb, "staff.")), When: w.Near(n.At), Exact: w.Exact(n.At), Machine: w.Machine(n.At)})
	}
	return rows, nil
}

// look changes how pages look: here, and the language wherever they sign in.
func (d *desk) look(v *frontend.Visit) error {
	lang := v.Form.Value("lang")
	if !slices.ContainsFunc(v.Languages(), func(l locale.Language) bool { return l.Tag == lang }) {
		return helpdesk.ErrNotFound
	}
	v.Prefer(lang, v.Form.Value("theme"))
	if err := d.Staff.SetLocale(v.Context, v.Session, lang); err != nil {
		return err
	}
	return v.Go(told("/w/settings", "saved"))
}

func (d *desk) endSession(v *frontend.Visit) error {
	id, err := helpdesk.ParseID(v.Form.Value("session"))
	if err != nil {
		return err
	}
	if err := d.Staff.EndSession(v.Context, v.Session, id); err != nil {
		return err
	}
	return v.Go(told("/w/settings", "ended"))
}

func (d *desk) endOthers(v *frontend.Visit) error {
	if err := d.Staff.EndOtherSessions(v.Context, v.Session); err != nil {
		return err
	}
	return v.Go(told("/w/settings", "ended"))
}
