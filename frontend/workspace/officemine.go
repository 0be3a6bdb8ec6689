package workspace

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/routing"
)

// mineAgain is how often a change of one's own row is tried when others write
// rows of theirs.
const mineAgain = 4

// mineDesk is what a member sees of their own in the office: when notices may
// reach them, what is known of them, and their leave.
func (d *desk) mineDesk(v *frontend.Visit) error { return d.showMine(v, http.StatusOK, Mine{}) }

func (d *desk) showMine(v *frontend.Visit, status int, page Mine) error {
	frame, err := d.frame(v, v.Say("office.link.mine"), "office")
	if err != nil {
		return err
	}
	n, err := d.naming(v)
	if err != nil {
		return err
	}
	page.Desk = frame
	me := v.Session.User.ID
	p := routing.Profile{Who: me}
	if i := slices.IndexFunc(n.parts.Profiles, func(p routing.Profile) bool { return p.Who == me }); i >= 0 {
		p = n.parts.Profiles[i]
	} else {
		page.None = v.Say("office.mine.none")
	}
	page.Profile = n.profile(p)
	chosen := "always"
	switch {
	case p.Notify.Never:
		chosen = "never"
	case p.Notify.Quiet != (hours.Interval{}):
		chosen = "quiet"
		page.From, page.To = p.Notify.Quiet.From.String(), p.Notify.Quiet.To.String()
	}
	page.From, page.To = firstOf(page.From, "20:00"), firstOf(page.To, "07:00")
	for _, s := range []string{"always", "quiet", "never"} {
		page.Notify = append(page.Notify, frontend.Option{Value: s, Text: v.Say("office.notify." + s), Chosen: s == chosen})
	}
	for _, l := range n.parts.Leave {
		if l.Who == me {
			row := MyLeave{Words: frame.Words, Text: l.From.String() + " – " + l.To.String(), From: l.From.String(), To: l.To.String()}
			row.Substitute, _ = n.name(l.Substitute)
			page.Leave = append(page.Leave, row)
		}
	}
	page.Form.Words = frame.Words
	page.Form.Substitute = n.userOptions(helpdesk.ID(v.Form.Value("substitute")))
	return v.ShowAs(status, page)
}

// profile is what the house knows of a counsellor, to be read by them.
func (n *naming) profile(p routing.Profile) []Fact {
	t := tables[office.Profiles]
	cells := t.read(routing.WriteProfiles([]routing.Profile{p}))[0]
	var out []Fact
	for j, c := range t.columns[1:7] {
		if text := n.read(c, cells[j+1]); text != "" {
			out = append(out, Fact{n.Say("office.cell." + c.key), text})
		}
	}
	return out
}

// own changes what a setting says of the member alone. Somebody who changes
// another row meanwhile is no conflict.
func (d *desk) own(v *frontend.Visit, name string, change func(text string) (string, error)) error {
	err := helpdesk.ErrConflict
	for range mineAgain {
		if !errors.Is(err, helpdesk.ErrConflict) {
			break
		}
		stands, fail := d.Office.Read(v.Context, name)
		if fail != nil {
			return fail
		}
		text, fail := change(stands.Value)
		if fail != nil {
			return fail
		}
		err = d.Office.Replace(v.Context, v.Session.User.ID, name, text, stands.Version)
	}
	return err
}

// notify keeps when notices may reach the member.
func (d *desk) notify(v *frontend.Visit) error {
	n, err := notifyTyped(v)
	if err == nil {
		err = d.own(v, office.Profiles, func(text string) (string, error) {
			all, err := routing.ReadProfiles(text)
			if err != nil {
				return "", err
			}
			me := v.Session.User.ID
			i := slices.IndexFunc(all, func(p routing.Profile) bool { return p.Who == me })
			if i < 0 {
				all, i = append(all, routing.Profile{Who: me}), len(all)
			}
			all[i].Notify = n
			return routing.WriteProfiles(all), nil
		})
	}
	if err != nil {
		return d.mineFailed(v, err)
	}
	return v.Go(told("/w/office/mine", "saved"))
}

func notifyTyped(v *frontend.Visit) (routing.Notify, error) {
	switch v.Form.Value("notify") {
	case "always":
		return routing.Notify{}, nil
	case "never":
		return routing.Notify{Never: true}, nil
	case "quiet":
		if i, ok := hours.ParseInterval(strings.TrimSpace(v.Form.Value("from")) + "-" + strings.TrimSpace(v.Form.Value("to"))); ok {
			return routing.Notify{Quiet: i}, nil
		}
	}
	return routing.Notify{}, helpdesk.Refuse("office.notify.wrong")
}

func (d *desk) mineFailed(v *frontend.Visit, err error) error {
	var no helpdesk.Refusal
	if !errors.As(err, &no) {
		return err
	}
	page := Mine{Problem: &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...)}}
	page.Form.From, page.Form.To = v.Form.Value("from"), v.Form.Value("to")
	return d.showMine(v, http.StatusUnprocessableEntity, page)
}

// leave adds days on which the member is away, once they have seen which
// promises that changes.
func (d *desk) leave(v *frontend.Visit) error {
	l, err := leaveTyped(v)
	if err != nil {
		return d.mineFailed(v, err)
	}
	add := func(text string) (string, error) {
		all, err := routing.ReadLeave(text)
		if err != nil {
			return "", err
		}
		for _, o := range all {
			if o.Who == l.Who && !l.To.Before(o.From) && !o.To.Before(l.From) {
				return "", helpdesk.Refuse("office.leave.twice")
			}
		}
		return routing.WriteLeave(append(all, l)), nil
	}
	seen := imprint(l.From.String() + l.To.String() + string(l.Substitute))
	if v.Form.Value("seen") != seen {
		return d.askLeave(v, add, seen)
	}
	if err := d.own(v, office.Leave, add); err != nil {
		return d.mineFailed(v, err)
	}
	return v.Go(told("/w/office/mine", "saved"))
}

// askLeave shows what a leave changes.
func (d *desk) askLeave(v *frontend.Visit, add func(string) (string, error), seen string) error {
	stands, err := d.Office.Read(v.Context, office.Leave)
	if err != nil {
		return err
	}
	text, err := add(stands.Value)
	if err != nil {
		return d.mineFailed(v, err)
	}
	page := Mine{Ask: &OfficeAsk{Words: v.Page("").Words}}
	if err := d.askPromises(v, page.Ask, office.Leave, text); err != nil {
		return d.mineFailed(v, err)
	}
	page.Form = LeaveForm{Seen: seen, Ready: true, From: v.Form.Value("from"), To: v.Form.Value("to")}
	return d.showMine(v, http.StatusOK, page)
}

func leaveTyped(v *frontend.Visit) (routing.Leave, error) {
	l := routing.Leave{Who: v.Session.User.ID}
	var fromOK, toOK bool
	l.From, fromOK = hours.ParseDate(v.Form.Value("from"))
	l.To, toOK = hours.ParseDate(v.Form.Value("to"))
	if !fromOK || !toOK || l.To.Before(l.From) {
		return l, helpdesk.Refuse("office.leave.days")
	}
	if s := v.Form.Value("substitute"); s != "" {
		id, err := helpdesk.ParseID(s)
		if err != nil || id == l.Who {
			return l, helpdesk.Refuse("office.leave.substitute")
		}
		l.Substitute = id
	}
	return l, nil
}

// unleave takes a leave of the member's own away.
func (d *desk) unleave(v *frontend.Visit) error {
	from, ok := hours.ParseDate(v.Form.Value("from"))
	if !ok {
		return helpdesk.ErrNotFound
	}
	err := d.own(v, office.Leave, func(text string) (string, error) {
		all, err := routing.ReadLeave(text)
		if err != nil {
			return "", err
		}
		return routing.WriteLeave(slices.DeleteFunc(all, func(l routing.Leave) bool { return l.Who == v.Session.User.ID && l.From == from })), nil
	})
	if err != nil {
		return err
	}
	return v.Go(told("/w/office/mine", "saved"))
}
