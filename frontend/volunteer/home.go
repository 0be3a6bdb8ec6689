package volunteer

import (
	"strings"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/hours"
)

// home is LOOK's volunteer screen: what to do now, what became of what they
// handed on, who stands beside them.
func (h *hall) home(v *frontend.Visit) error {
	me := who(v)
	page := Home{Frame: frameOf(v, ""), Waits: me.waits(), Done: done(v), Lead: me.Lead}
	if page.Waits {
		return v.Show(page)
	}
	page.Brings = append(page.Brings, "volunteer-seal.js")
	var err error
	if page.Form, err = h.handForm(v, page.Words); err != nil {
		return err
	}
	if err = h.rows(v, &page); err != nil {
		return err
	}
	if err = h.standsBeside(v, &page); err != nil {
		return err
	}
	if _, page.HowAsked, err = h.Branches.HowAmI(v.Context, me.Outsider); err != nil {
		return err
	}
	users, err := h.Staff.Volunteers(v.Context, me.Org)
	if err != nil {
		return err
	}
	for _, u := range users {
		if u.ForMemberToSay {
			page.Waiting++
		}
	}
	if left := me.Until.Sub(v.Now()); left < 30*24*time.Hour {
		page.Ends = &frontend.Notice{Kind: "warn", Text: v.Say("volunteer.ends", page.Day(me.Until)), More: v.Say("volunteer.ends.more")}
	}
	return v.Show(page)
}

// shown is how many hand-ons and talks stand on the first screen.
const shown = 8

func (h *hall) rows(v *frontend.Visit, page *Home) error {
	all, err := h.Branches.Mine(v.Context, who(v).Outsider)
	if err != nil {
		return err
	}
	for i, f := range all {
		if i < shown || f.New || len(f.Tasks) > 0 {
			page.Rows = append(page.Rows, followRow(page.Words, f))
		}
	}
	talks, err := h.Branches.Consulted(v.Context, who(v).Outsider)
	if err != nil {
		return err
	}
	for i, t := range talks {
		if i < shown {
			page.Talks = append(page.Talks, talkRow(page.Words, t))
		}
	}
	cards, err := h.Branches.Cards(v.Context, who(v).Outsider)
	if err != nil {
		return err
	}
	page.Cards = len(inHand(cards))
	return nil
}

// followRow is a hand-on in a list: the ending of its card and never more.
func followRow(w frontend.Words, f branches.Followed) Row {
	r := Row{Href: "/b/t/" + string(f.ID), Name: nameOf(w, f), Told: w.Say("volunteer.told", w.Near(f.Told)), Exact: w.Exact(f.Told)}
	if f.Over {
		r.Href, r.Over = "", w.Say("volunteer.row.over")
		return r
	}
	r.Chips = statusChips(w, f)
	for _, t := range f.Tasks {
		r.Asks = append(r.Asks, w.Say("volunteer.you", taskWords(w, t)))
	}
	return r
}

// nameOf is what a volunteer knows a hand-on by.
func nameOf(w frontend.Words, f branches.Followed) string {
	switch {
	case f.Ending != "":
		return w.Say("volunteer.card", ltr("··"+f.Ending))
	case f.Need != "":
		return w.Say("branch.need." + string(f.Need))
	}
	return w.Say("volunteer.row")
}

// ltr keeps digits in their order in any sentence (UAX 9).
func ltr(s string) string { return "\u2066" + s + "\u2069" }

func statusChips(w frontend.Words, f branches.Followed) []frontend.Chip {
	var chips []frontend.Chip
	if f.New {
		chips = append(chips, frontend.Chip{Kind: "accent", Icon: "mail", Text: w.Say("volunteer.new")})
	}
	if f.Urgent && f.First.IsZero() {
		chips = append(chips, frontend.Chip{Kind: "warn", Icon: "flag", Text: w.Say("volunteer.urgent")})
	}
	c := frontend.Chip{Icon: "info", Text: w.Say("branch.status." + string(f.Status))}
	switch {
	case f.Status == branches.Ended:
		c.Icon, c.Text = "check", w.Say("branch.ending."+endingKey(f.Ended))
	case f.First.IsZero() && w.Now.After(f.Due):
		c = frontend.Chip{Kind: "danger", Icon: "triangle-alert", Text: w.Say("volunteer.late")}
	case f.First.IsZero():
		c = frontend.Chip{Icon: "hourglass", Text: w.Say("volunteer.due", w.DayName(f.Due)), Title: w.Exact(f.Due)}
	case f.Status == branches.Answered:
		c = frontend.Chip{Kind: "ok", Icon: "check", Text: w.Say("volunteer.answered", w.Near(f.First)), Title: w.Exact(f.First)}
	}
	return append(chips, c)
}

// endingKey names how it ended; no key may be empty.
func endingKey(e branches.Ending) string {
	if e == branches.EndUnsaid {
		return "unsaid"
	}
	return string(e)
}

// standsBeside puts onto the page who the branch's own counsellor is.
func (h *hall) standsBeside(v *frontend.Visit, page *Home) error {
	named, talk, err := h.Branches.Counsellor(v.Context, who(v).Outsider)
	if err != nil {
		return err
	}
	c := &Counsellor{Name: named.Name}
	if talk != "" {
		c.Write = "/b/talk/" + string(talk)
	}
	var days []string
	for _, d := range named.Days {
		days = append(days, v.Say("weekday.long."+weekdayKeys[d]))
	}
	c.Days = strings.Join(days, ", ")
	if c.Call, err = h.phone(v); err != nil {
		return err
	}
	c.Dial = dial(c.Call)
	page.Beside = c
	return nil
}

var weekdayKeys = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// phone is the first number of the house that anybody may call.
func (h *hall) phone(v *frontend.Visit) (string, error) {
	plan, err := h.Office.Hours(v.Context)
	if err != nil {
		return "", err
	}
	for _, key := range plan.For(hours.Phone, hours.Everyone) {
		l, _ := plan.Line(key)
		return l.Number, nil
	}
	return "", nil
}

// dial is a number as a phone takes it.
func dial(number string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, number)
}

// dones are what a page says after something was done.
var dones = map[string]bool{"said": true, "taken": true, "done": true, "cannot": true, "authority": true, "dropped": true, "asked": true, "how": true,
	"unhow": true, "admitted": true, "renewed": true, "over": true, "handon": true, "consultation": true, "emergency": true}

func done(v *frontend.Visit) *frontend.Notice {
	what := v.Query("said")
	if !dones[what] {
		return nil
	}
	return &frontend.Notice{Kind: "ok", Text: v.Say("volunteer.said." + what)}
}
