package workspace

import (
	"errors"
	"slices"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/answers"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/tickets"
)

// insertPage lists the answers for one ticket, the person's language first; a
// script gets the list alone and shows it under the composer.
func (d *desk) insertPage(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	sheet, err := d.Tickets.Page(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	d.settle(v, sheet.Settle)
	list, err := d.insertList(v, v.Page("").Words, sheet)
	if err != nil {
		return err
	}
	if v.Partial() {
		return v.Show(InsertHere{Page: v.Page(""), List: list})
	}
	frame, err := d.frame(v, v.Say("insert.title"), "")
	if err != nil {
		return err
	}
	return v.Show(Insert{Desk: frame, List: list})
}

func (d *desk) insertList(v *frontend.Visit, w frontend.Words, sheet *tickets.Sheet) (InsertList, error) {
	out := InsertList{Words: w, Base: ticketPath(sheet.Ticket.ID), Back: ticketPath(sheet.Ticket.ID)}
	all, err := d.Answers.List(v.Context)
	if err != nil {
		return out, err
	}
	tag := firstOf(sheet.Head.Facts.Spoken, sheet.Ticket.Language)
	fills := map[string]map[string]string{}
	var rest []InsertRow
	for _, a := range all {
		if a.Kind != answers.Canned {
			continue
		}
		row := InsertRow{Words: w, Base: out.Base, ID: a.ID, Title: a.Title}
		for i, l := range languagesFirst(a.Languages(), tag) {
			row.Languages = append(row.Languages, frontend.Option{Value: l, Text: languageName(w, l), Chosen: l == tag})
			if i > 0 {
				continue
			}
			if fills[l] == nil {
				if fills[l], err = d.fill(v, sheet, l); err != nil {
					return out, err
				}
			}
			row.Tag = l
			var no helpdesk.Refusal
			if row.Text, err = d.Answers.Render(a, l, fills[l]); errors.As(err, &no) {
				row.Why = w.Say(no.Key, no.Args...)
			} else if err != nil {
				return out, err
			}
		}
		if d.Answers.Standing(a) != answers.Fresh {
			chip := d.reviewChip(w, a)
			row.Chip = &chip
		}
		if slices.Contains(a.Languages(), tag) && row.Why == "" {
			out.Rows = append(out.Rows, row)
		} else {
			rest = append(rest, row)
		}
	}
	if out.Rows = append(out.Rows, rest...); len(out.Rows) == 0 {
		out.Empty = &frontend.Empty{Icon: "file-text", Title: w.Say("answers.empty.title"), Text: w.Say("answers.empty.text")}
	}
	return out, nil
}

// fill is what the variables of an answer stand for in a ticket, in the
// language of the answer.
func (d *desk) fill(v *frontend.Visit, sheet *tickets.Sheet, tag string) (map[string]string, error) {
	if !d.site.Words.Has(tag) {
		return nil, helpdesk.Refuse("answer.untranslated")
	}
	service, err := d.Office.PublicName(v.Context, tag)
	if err != nil {
		return nil, err
	}
	phone, err := d.Office.Setting(v.Context, office.FullPhone)
	if err != nil {
		return nil, err
	}
	return map[string]string{
		"service": service, "phone": phone, "counsellor": d.Staff.Alias(v.Context, v.Session.User.ID),
		"number": number(sheet.Ticket.Number), "today": d.site.WordsFor(tag).Day(v.Now()),
	}, nil
}

// insert puts an answer into the composer, as its draft: behind what is written
// there already. Whether it may be used is asked at this moment, not when the
// list was shown.
func (d *desk) insert(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	which, err := helpdesk.ParseID(v.Form.Value("answer"))
	if err != nil {
		return err
	}
	a, err := d.Answers.Answer(v.Context, which)
	if err != nil {
		return err
	}
	if a.Kind != answers.Canned {
		return helpdesk.ErrNotFound
	}
	sheet, err := d.Tickets.Page(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	d.settle(v, sheet.Settle)
	tag := v.Form.Value("language")
	fill, err := d.fill(v, sheet, tag)
	if err != nil {
		return err
	}
	text, err := d.Answers.Render(a, tag, fill)
	if err != nil {
		return err
	}
	return d.intoAnswer(v, sheet, text)
}

// intoAnswer puts a text into the answer that is being written, behind what is
// there already.
func (d *desk) intoAnswer(v *frontend.Visit, sheet *tickets.Sheet, text string) error {
	draft := tickets.Draft{Kind: tickets.KindAnswer}
	for _, saved := range sheet.Drafts {
		if saved.Kind == tickets.KindAnswer {
			draft = saved
		}
	}
	if draft.Text = strings.TrimRight(draft.Text, "\n "); draft.Text != "" {
		draft.Text += "\n\n"
	}
	draft.Text += text
	if _, err := d.Tickets.SaveDraft(v.Context, v.Session, sheet.Ticket.ID, draft); err != nil {
		return err
	}
	at := "#answer"
	if isTalk(sheet.Ticket, sitting{}) {
		at = "#say"
	}
	return v.Go(told(ticketPath(sheet.Ticket.ID), "inserted") + at)
}
