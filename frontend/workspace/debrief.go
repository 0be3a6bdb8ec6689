package workspace

import (
	"errors"
	"net/http"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/tickets"
)

var debriefWhen = []string{tickets.DebriefNow, tickets.DebriefDay, tickets.DebriefWeek}

// debriefs are those who ask the visitor to listen, and what the visitor asked
// for; without one of their own, the form that asks.
func (d *desk) debriefs(v *frontend.Visit, page *Yours, back *DebriefForm) error {
	all, err := d.Tickets.Debriefs(v.Context, v.Session)
	if err != nil {
		return err
	}
	var ids []helpdesk.ID
	for _, b := range all {
		ids = append(ids, b.Asker, b.Taker)
	}
	names, me, mine := d.names(v, ids...), v.Session.User.ID, false
	name := func(id helpdesk.ID) string { return "\u2068" + firstOf(names[id], v.Say("message.inside")) + "\u2069" }
	for _, b := range all {
		row := DebriefRow{Words: page.Words, ID: b.ID, Said: b.Words, When: page.Near(b.At), Exact: page.Exact(b.At), Machine: page.Machine(b.At)}
		switch {
		case b.Asker == me && b.Taker == "":
			row.Text, row.EndText = v.Say("debrief.waits"), v.Say("debrief.withdraw")
		case b.Asker == me:
			row.Text, row.EndText = v.Say("debrief.promised", name(b.Taker)), v.Say("debrief.held")
		case b.Taker == me:
			row.Text, row.EndText = v.Say("debrief.yours", name(b.Asker)), v.Say("debrief.held")
		default:
			row.Text, row.CanTake = v.Say("debrief.asks."+firstOf(b.When, tickets.DebriefWeek), name(b.Asker)), true
		}
		mine = mine || b.Asker == me
		page.Debriefs = append(page.Debriefs, row)
	}
	if mine {
		return nil
	}
	form := back
	if form == nil {
		form = &DebriefForm{}
	}
	form.Words = page.Words
	chosen := firstOf(v.Form.Value("when"), tickets.DebriefDay)
	for _, when := range debriefWhen {
		form.When = append(form.When, frontend.Option{Value: when, Text: v.Say("debrief.when." + when), Chosen: when == chosen})
	}
	form.Said = frontend.Field{
		Name: "words", Label: v.Say("debrief.words.label"), Help: v.Say("debrief.words.help"), Value: v.Form.Value("words"), Wrong: form.Wrong, Rows: 2, Optional: true,
	}
	form.Who, err = d.listeners(v)
	page.Debrief = form
	return err
}

// askDebrief asks the coordinators, or a colleague, to listen.
func (d *desk) askDebrief(v *frontend.Visit) error {
	var to helpdesk.ID
	if chosen := v.Form.Value("to"); chosen != "" {
		var err error
		if to, err = helpdesk.ParseID(chosen); err != nil {
			return err
		}
	}
	err := d.Tickets.AskDebrief(v.Context, v.Session, to, v.Form.Value("when"), strings.TrimSpace(v.Form.Value("words")))
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return d.showYou(v, http.StatusUnprocessableEntity, &DebriefForm{Wrong: v.Say(no.Key, no.Args...)})
	}
	if err != nil {
		return err
	}
	return v.Go(told("/w/you", "debrief"))
}

// settleDebrief says that the visitor will listen, or that it is done.
func (d *desk) settleDebrief(v *frontend.Visit) error {
	id, err := helpdesk.ParseID(v.Form.Value("debrief"))
	if err != nil {
		return err
	}
	do := d.Tickets.EndDebrief
	if v.Form.Value("do") == "take" {
		do = d.Tickets.TakeDebrief
	}
	if err := do(v.Context, v.Session, id); err != nil {
		return err
	}
	return v.Go(told("/w/you", "saved"))
}
