package workspace

import (
	"errors"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
)

// edited are the settings a coordinator edits as text on this page.
var edited = []struct {
	name string
	rows int
}{{office.Roster, 10}, {office.Exceptions, 6}, {office.Hours, 14}, {office.Phrases, 12}}

// texts are their forms. In the roster colleagues stand by their user name:
// ids are for machines.
func (d *desk) texts(v *frontend.Visit, o *opening, back *TextForm) ([]TextForm, error) {
	users, err := d.Staff.Users(v.Context)
	if err != nil {
		return nil, err
	}
	var out []TextForm
	for _, e := range edited {
		saved, err := d.Office.Read(v.Context, e.name)
		if err != nil {
			return nil, err
		}
		f := TextForm{
			Words: o.Words, Name: e.name, Label: o.Say("hourpage.text." + e.name), Help: o.Say("setting." + e.name),
			Value: saved.Value, Version: saved.Version, Rows: e.rows,
		}
		if e.name == office.Roster {
			f.Value = withLogins(saved.Value, users)
			for _, u := range users {
				if u.State == staff.Active {
					f.Who = append(f.Who, Fact{u.Login, u.Name})
				}
			}
		}
		if back != nil && back.Name == e.name {
			if back.Theirs != "" {
				back.Theirs = f.Value
			}
			f.Value, f.Wrong, f.Row, f.Theirs, f.Open = back.Value, back.Wrong, back.Row, back.Theirs, true
		}
		out = append(out, f)
	}
	return out, nil
}

// writeText saves one of them, unless somebody else did meanwhile.
func (d *desk) writeText(v *frontend.Visit) error {
	back := &TextForm{Name: v.Form.Value("name"), Value: v.Form.Value("text")}
	version, err := versionOf(v)
	if err != nil || !mayEdit(back.Name) {
		return helpdesk.ErrNotFound
	}
	err = d.replace(v, back.Name, back.Value, version)
	var no helpdesk.Refusal
	switch {
	case errors.As(err, &no):
		back.Wrong, back.Row = v.Say(no.Key, no.Args...), rowOf(back.Value, no.Args)
	case errors.Is(err, helpdesk.ErrConflict):
		back.Wrong, back.Theirs = v.Say("hourpage.conflict"), "?"
	case err != nil:
		return err
	default:
		return v.Go(told("/w/hours", "saved"))
	}
	return d.showHours(v, 422, hoursBack{text: back})
}

func (d *desk) replace(v *frontend.Visit, name, text string, version int64) error {
	if name == office.Roster {
		users, err := d.Staff.Users(v.Context)
		if err != nil {
			return err
		}
		if text, err = withIDs(text, users); err != nil {
			return err
		}
	}
	return d.Office.Replace(v.Context, v.Session.User.ID, name, text, version)
}

func mayEdit(name string) bool {
	for _, e := range edited {
		if e.name == name {
			return true
		}
	}
	return false
}

// rowOf is the row a refusal is about: its first argument is the number.
func rowOf(text string, args []any) string {
	if len(args) == 0 {
		return ""
	}
	n, ok := args[0].(int)
	rows := strings.Split(text, "\n")
	if !ok || n < 1 || n > len(rows) {
		return ""
	}
	return rows[n-1]
}

// withLogins puts user names where ids stand. Somebody who is unknown keeps
// their id.
func withLogins(text string, users []staff.User) string {
	known := map[string]string{}
	for _, u := range users {
		known[string(u.ID)] = u.Login
	}
	rows := strings.Split(text, "\n")
	for i, row := range rows {
		if word := whoIn(row); word != "" && known[word] != "" {
			rows[i] = strings.Replace(row, word, known[word], 1)
		}
	}
	return strings.Join(rows, "\n")
}

// withIDs is its reverse. A name nobody has is the Refusal hours.text.who with
// its row; so is an id that is not staff's.
func withIDs(text string, users []staff.User) (string, error) {
	known := map[string]string{}
	for _, u := range users {
		known[u.Login], known[string(u.ID)] = string(u.ID), string(u.ID)
	}
	rows := strings.Split(text, "\n")
	for i, row := range rows {
		word := whoIn(row)
		if word == "" {
			continue
		}
		id := known[word]
		if id == "" {
			return "", helpdesk.Refuse("hours.text.who", i+1)
		}
		before, after, _ := strings.Cut(row, word)
		rows[i] = before + id + after
	}
	return strings.Join(rows, "\n"), nil
}

// whoIn is the word of a roster's row that names somebody; "" for rows that
// name nobody.
func whoIn(row string) string {
	words := strings.Fields(row)
	if len(words) < 2 || words[0] != "shift" && words[0] != "absent" {
		return ""
	}
	return words[1]
}
