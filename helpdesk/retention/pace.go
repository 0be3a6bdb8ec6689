package retention

import (
	"time"

	"returnsupport/helpdesk"
)

// pace is how many tickets a step takes. On SQLite who wants to write waits for
// the step that runs, on any engine for its rows: so a step is as large as it can
// be while nobody notices, which a machine itself says best. It goes by halves
// and doubles, for each other number is another statement for the database to plan.
type pace int

const (
	slow = pace(100) // fewer cost a busy disk as many commits as it has time for
	fast = pace(400)

	stepLong  = 50 * time.Millisecond
	stepShort = stepLong / 3

	breath     = 10 // a tenth of what the step took
	breathMost = time.Millisecond
)

// after is the pace once a step of so many tickets took that long.
func (p pace) after(tickets int, took time.Duration) pace {
	switch {
	case took > stepLong:
		return max(p/2, slow)
	case took < stepShort && tickets*2 > int(p): // a small step tells little
		return min(p*2, fast)
	}
	return p
}

func anys(ids []helpdesk.ID) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}
