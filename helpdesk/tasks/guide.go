package tasks

import (
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/tickets"
)

// Listen is what a ticket says before anybody writes.
type Listen struct {
	First bool // so soon after a refusal: listen, and wait with information and with talk of return
	Left  int  // days that First still holds after today
	// Appeal asks who looks after it, until when: always, and with what is
	// known of the answer.
	Appeal Fact
}

// ListenTo reads the facts of a ticket. days is how long First holds after a
// decision.
func ListenTo(f tickets.Facts, today hours.Date, days int) Listen {
	var l Listen
	for _, d := range f.Dates {
		if d.Kind != tickets.DateDecision && d.Kind != tickets.DateFinal || !d.Done.IsZero() {
			continue
		}
		on, err := ParseDay(d.Day)
		if err != nil {
			continue // no such day was let in
		}
		if gone := Days(on, today); gone >= 0 && gone <= days {
			l.First, l.Left = true, max(l.Left, days-gone)
		}
	}
	l.Appeal = asks(f)
	return l
}

// asks: task.appeal.ask without an answer, .who (name) while the day is missing,
// .until (day) while nobody is named, .unconfirmed (day, name) before a lawyer
// has looked, .known (day, name) after.
func asks(f tickets.Facts) Fact {
	d, dated := f.Appeal()
	switch {
	case !dated && f.AppealBy == "":
		return Fact{Key: "task.appeal.ask"}
	case !dated:
		return Fact{"task.appeal.who", []any{f.AppealBy}}
	case f.AppealBy == "":
		return Fact{"task.appeal.until", []any{d.Day}}
	case d.Confirmed == "":
		return Fact{"task.appeal.unconfirmed", []any{d.Day, f.AppealBy}}
	}
	return Fact{"task.appeal.known", []any{d.Day, f.AppealBy}}
}

// Advice warns before an answer that gives legal advice, unless we have seen
// all papers: never guess from incomplete ones. Keys task.papers.unasked, .none
// and .part.
func Advice(f tickets.Facts, legal bool) (warning Fact, warns bool) {
	if !legal || f.Papers == tickets.PapersAll {
		return Fact{}, false
	}
	switch f.Papers {
	case tickets.PapersNone, tickets.PapersPart:
		return Fact{Key: "task.papers." + f.Papers}, true
	}
	return Fact{Key: "task.papers.unasked"}, true
}
