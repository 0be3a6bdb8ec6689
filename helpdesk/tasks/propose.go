package tasks

import (
	"time"

	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/tickets"
)

// Proposal is a last day as the program counts it. It counts the setting's days
// and nothing more: where the law moves the end to the next working day, Moved
// says so, and the day stays the earlier one until a lawyer says otherwise.
type Proposal struct {
	Kind tickets.DateKind
	From hours.Date // the decision's day
	Day  hours.Date
	// Moved is the next working day where Day is none, and Why the key of the
	// holiday or "weekend".
	Moved hours.Date
	Why   string
}

// ProposeAppeal counts the last day to appeal a decision received on a day.
func ProposeAppeal(plan hours.Plan, received hours.Date, days int) Proposal {
	return proposal(plan, tickets.DateAppeal, received, days)
}

// ProposeLeave counts the end of the weeks to leave after a final decision.
func ProposeLeave(plan hours.Plan, final hours.Date, weeks int) Proposal {
	return proposal(plan, tickets.DateLeaveBy, final, 7*weeks)
}

func proposal(plan hours.Plan, kind tickets.DateKind, from hours.Date, days int) Proposal {
	p := Proposal{Kind: kind, From: from, Day: from.Add(days)}
	p.Why = closed(plan, p.Day)
	if p.Why != "" {
		p.Moved = p.Day
		for closed(plan, p.Moved) != "" {
			p.Moved = p.Moved.Add(1)
		}
	}
	return p
}

// closed is why offices are closed on a day; "" when they are open. There is no
// year without an open day within a week.
func closed(plan hours.Plan, d hours.Date) string {
	if w := d.Weekday(); w == time.Saturday || w == time.Sunday {
		return "weekend"
	}
	return plan.Holiday(d)
}
