package workspace

import (
	"slices"
	"time"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/tickets"
)

// historyVerbs are the deeds that have a sentence of their own. What the
// conversation tells itself as a system line is left to that line.
var historyVerbs = []string{
	"conversation.opened", "ticket.letter", "ticket.answer", "ticket.note", "ticket.call",
	"ticket.take", "ticket.untake", "ticket.give", "ticket.close", "ticket.reopen",
	"ticket.prioritise", "ticket.title", "ticket.facts", "ticket.tag",
	"ticket.withdraw", "ticket.writer", "ticket.welcomed", "ticket.turned_away", "ticket.translated",
	"ticket.translation_dropped", "person.card", "person.address", "person.conflict",
	"ticket.draft_taken", "ticket.draft_left", "ticket.consult_lapsed",
	consent.VerbAsked, consent.VerbReplied, consent.VerbWithdrawn, consent.VerbRevoked, consent.VerbInvalidated,
	consent.VerbReferred, consent.VerbSubmitted, consent.VerbSent, consent.VerbOpened, consent.VerbAnswered, consent.VerbCut,
	consent.VerbGuessed, consent.VerbExcepted, consent.VerbReviewed,
	branches.VerbSaid, branches.VerbAsked, branches.VerbEnded, branches.VerbLinked, branches.VerbUnlinked,
}

// toldElsewhere have a system line of their own in the story.
var toldElsewhere = []string{"ticket.system", "ticket.lend", "ticket.end_reader", "ticket.consult", "ticket.consult_end", "ticket.join", "ticket.unjoin", "person.split", "person.unsplit", branches.VerbHandedOn, consent.VerbBranch}

// History is a ticket's story.
type History struct {
	Desk
	Up, Number, Name string
	Rows             []HistoryRow
}

// HistoryRow is one sentence of it.
type HistoryRow struct {
	Text, At, Exact, Machine string
}

// storyPage tells what happened to a ticket, by whom and when, in sentences.
func (d *desk) storyPage(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	deeds, err := d.Tickets.History(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	sheet, err := d.Tickets.Page(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	d.settle(v, sheet.Settle)
	frame, err := d.frame(v, v.Say("history.title"), "")
	if err != nil {
		return err
	}
	show, err := d.showing(v, frame.Words, sheet)
	if err != nil {
		return err
	}
	page := History{Desk: frame, Up: ticketPath(id), Number: number(sheet.Ticket.Number), Name: firstOf(sheet.Head.Title, v.Say("queue.untitled"))}
	page.Rows = d.story(v, show, deeds)
	return v.Show(page)
}

type storyLine struct {
	at   time.Time
	text string
}

// story puts the journal and what stands in the conversations in one order.
func (d *desk) story(v *frontend.Visit, s *showing, deeds []tickets.Happened) []HistoryRow {
	var ids []helpdesk.ID
	for _, deed := range deeds {
		ids = append(ids, deed.Actor)
	}
	names := d.names(v, ids...)
	lines := []storyLine{{s.sheet.Ticket.OpenedAt, s.Say("history.began")}}
	for _, deed := range deeds {
		if slices.Contains(toldElsewhere, deed.Verb) {
			continue
		}
		who := s.Say("history.program")
		if deed.Actor != "" {
			who = firstOf(names[deed.Actor], s.Say("message.inside"))
		}
		key := "history.something"
		if slices.Contains(historyVerbs, deed.Verb) {
			key = "history." + deed.Verb
		}
		// The isolates (UAX 9) keep a right-to-left name from turning the sentence.
		lines = append(lines, storyLine{deed.At, s.Say(key, "\u2068"+who+"\u2069")})
	}
	for _, m := range s.sheet.Messages {
		switch {
		case m.Kind == tickets.KindSystem && slices.Contains(aboutSomebody, m.Content.Key):
			// Who let whom read, in one line.
			lines = append(lines, storyLine{m.At, s.Say("history.line."+m.Content.Key, "\u2068"+s.colleague(m.Author)+"\u2069", "\u2068"+s.whom(m)+"\u2069")})
		case m.Kind == tickets.KindSystem:
			lines = append(lines, storyLine{m.At, s.system(m)})
		case m.Direction == tickets.In && !m.Broken:
			lines = append(lines, storyLine{m.At, s.Say("history.wrote")})
		}
	}
	slices.SortStableFunc(lines, func(a, b storyLine) int { return a.at.Compare(b.at) })
	rows := make([]HistoryRow, 0, len(lines))
	for _, l := range lines {
		rows = append(rows, HistoryRow{l.text, s.Near(l.at), s.Exact(l.at), s.Machine(l.at)})
	}
	return rows
}
