package workspace

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/tickets"
)

// leftBecause are the reasons why a ticket was left as it is, in the order they
// are said; each is the last part of a key under bulk.left.
var leftBecause = []string{"moved", "joined", "stranger", "conflict", "tags", "denied"}

// namedMost tickets are named; the rest are counted.
const namedMost = 24

// leftFor is why one ticket was left.
func leftFor(err error) string {
	var no helpdesk.Refusal
	switch {
	case errors.Is(err, helpdesk.ErrConflict):
		return "moved"
	case !errors.As(err, &no):
		return "denied"
	case no.Key == "ticket.joined":
		return "joined"
	case no.Key == "give.stranger":
		return "stranger"
	case strings.HasPrefix(no.Key, "conflict."):
		return "conflict"
	case no.Key == "tag.too_many":
		return "tags"
	}
	return "denied"
}

// tally puts results into the address: how many were done, and the numbers of
// those that were not.
func (d *desk) tally(v *frontend.Visit, did string, results []tickets.Result) url.Values {
	n, named := 0, 0
	left := map[string][]string{}
	for _, r := range results {
		if r.Err == nil {
			n++
			continue
		}
		number := "0"
		if t, err := d.Tickets.Facts(v.Context, v.Session, r.ID); err == nil && named < namedMost {
			number = strconv.FormatInt(t.Number, 10)
			named++
		}
		why := leftFor(r.Err)
		left[why] = append(left[why], number)
	}
	out := url.Values{"undo": {did}, "n": {strconv.Itoa(n)}}
	for why, numbers := range left {
		out.Set("left-"+why, strings.Join(numbers, "."))
	}
	return out
}

// bulkDone turns the results of a redirect into words.
func bulkDone(v *frontend.Visit, w frontend.Words, back string) (*frontend.Notice, *frontend.Toast) {
	did := v.Query("undo")
	switch did {
	case "none", "late":
		return &frontend.Notice{Kind: "warn", Text: w.Say("bulk." + did)}, nil
	case "take", "close", "junk", "give", "away", "tag", "undone":
	default:
		return nil, nil
	}
	n := done(v.Query("n"))
	notice := leftAlone(v, w)
	if notice != nil && n > 0 {
		notice.Text = w.Say("bulk.did."+did, n) + " " + notice.Text
	}
	if n == 0 {
		return notice, nil
	}
	toast := &frontend.Toast{Words: w, Text: w.Say("bulk.did."+did, n), Seconds: 10}
	if did != "undone" && did != "away" {
		toast.Action, toast.Route, toast.Undo, toast.Back, toast.Seconds = "/w/queue/undo", "/w/queue/undo", w.Say("said.undo"), back, undoSeconds
	}
	if did == "junk" {
		toast.Action, toast.Route = "/w/junk/undo", "/w/junk/undo"
	}
	return notice, toast
}

// leftAlone names the tickets that were left, with why.
func leftAlone(v *frontend.Visit, w frontend.Words) *frontend.Notice {
	left, all := []string{}, 0
	for _, why := range leftBecause {
		value := v.Query("left-" + why)
		if value == "" {
			continue
		}
		var names []string
		unnamed := 0
		for s := range strings.SplitSeq(value, ".") {
			if all++; all > tickets.BulkMost {
				break
			}
			if id, err := strconv.ParseInt(s, 10, 64); err == nil && id > 0 {
				names = append(names, number(id))
			} else {
				unnamed++
			}
		}
		if unnamed > 0 {
			names = append(names, w.Say("bulk.unnamed", unnamed))
		}
		left = append(left, w.Say("bulk.left."+why, strings.Join(names, ", ")))
	}
	if all == 0 {
		return nil
	}
	return &frontend.Notice{Kind: "warn", Text: w.Say("bulk.left", min(all, tickets.BulkMost)), More: strings.Join(left, " ")}
}
