package consent

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// touched are those of some tickets of which this wing keeps anything: one
// question for all, because most of what is erased by its age never left.
func (d *Door) touched(ctx context.Context, r store.Reader, tickets []helpdesk.ID) ([]helpdesk.ID, error) {
	return ofTickets(ctx, r, selectTouched, tickets)
}

// Running are those of some tickets that are not to be erased by their age yet:
// somebody outside may still read what they were handed, or what left without a yes waits
// for a second look.
func (d *Door) Running(ctx context.Context, r store.Reader, tickets []helpdesk.ID) ([]helpdesk.ID, error) {
	return ofTickets(ctx, r, selectRunning, tickets, d.Now().UnixMicro())
}

func ofTickets(ctx context.Context, r store.Reader, query string, tickets []helpdesk.ID, more ...any) ([]helpdesk.ID, error) {
	if len(tickets) == 0 {
		return nil, nil
	}
	args := make([]any, len(tickets))
	for i, id := range tickets {
		args[i] = id
	}
	query = strings.NewReplacer("$tickets", store.Places(len(args), 1), "$now", "$"+strconv.Itoa(len(args)+1)).Replace(query)
	found, err := store.IDs(ctx, r, query, append(args, more...)...)
	if err != nil {
		return nil, fmt.Errorf("look for what left of tickets: %w", err)
	}
	return found, nil
}

const (
	selectTouched = `SELECT ticket FROM ledger_subject WHERE ticket IN ($tickets)
		UNION SELECT ticket FROM referrals_referral WHERE ticket IN ($tickets)
		UNION SELECT ticket FROM referrals_exception WHERE ticket IN ($tickets)
		UNION SELECT ticket FROM consent_branch WHERE ticket IN ($tickets) ORDER BY 1`
	selectRunning = `SELECT ticket FROM referrals_referral WHERE ticket IN ($tickets)
			AND state IN ('sent', 'overdue', 'accepted', 'done') AND expires > $now
		UNION SELECT ticket FROM referrals_exception WHERE ticket IN ($tickets) AND state = 'open' ORDER BY 1`
)
