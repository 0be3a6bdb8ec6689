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

// bulk does one thing to all tickets that are ticked, and says how many it did
// and how many it could not.
func (d *desk) bulk(v *frontend.Visit) error {
	var picks []tickets.Pick
	for _, p := range v.Form.All("pick") {
		id, version, _ := strings.Cut(p, ":")
		n, err := strconv.ParseInt(version, 10, 64)
		if err != nil {
			return helpdesk.ErrNotFound
		}
		picks = append(picks, tickets.Pick{ID: helpdesk.ID(id), Version: n})
	}
	back := queueBack(v)
	if len(picks) == 0 {
		return v.Go(back + "&undo=none")
	}
	act := tickets.Act{Do: tickets.Deed(v.Form.Value("do"))}
	switch act.Do {
	case tickets.ActTake, tickets.ActClose:
	case tickets.ActGive:
		act.To.User = helpdesk.ID(v.Form.Value("to"))
	case tickets.ActTag:
		tag, err := d.knownTag(v)
		if err != nil {
			return err
		}
		act.Tag = []string{tag}
	case "untag":
		tag, err := d.knownTag(v)
		if err != nil {
			return err
		}
		act.Do, act.Remove = tickets.ActTag, []string{tag}
	default:
		return helpdesk.ErrNotFound
	}
	results, err := d.Tickets.Bulk(v.Context, v.Session, picks, act)
	if err != nil {
		return err
	}
	return v.Go(back + "&" + tally(string(act.Do), results).Encode())
}

// knownTag is one of the house's own.
func (d *desk) knownTag(v *frontend.Visit) (string, error) {
	all, err := d.Office.Tags(v.Context)
	if err != nil {
		return "", err
	}
	for _, t := range all {
		if t.Key == v.Form.Value("tag") {
			return t.Key, nil
		}
	}
	return "", helpdesk.Refuse("tag.key")
}

// undoBulk takes back what was done last.
func (d *desk) undoBulk(v *frontend.Visit) error {
	results, err := d.Tickets.Undo(v.Context, v.Session)
	back := queueBack(v)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return v.Go(back + "&undo=late")
	}
	if err != nil {
		return err
	}
	return v.Go(back + "&" + tally("undone", results).Encode())
}

// queueBack is the list a form stood on, and nothing else.
func queueBack(v *frontend.Visit) string {
	back := v.Form.Value("back")
	u, err := url.Parse(back)
	if err != nil || u.Path != "/w/queue" || u.Host != "" || u.Scheme != "" {
		return "/w/queue?q=unassigned"
	}
	q := url.Values{}
	for _, name := range []string{"q", "team", "f", "after"} {
		if s := u.Query().Get(name); s != "" {
			q.Set(name, s)
		}
	}
	if len(q) == 0 {
		q.Set("q", string(tickets.QueueUnassigned))
	}
	return "/w/queue?" + q.Encode()
}

// tally counts results for the address: numbers and no names.
func tally(do string, results []tickets.Result) url.Values {
	n, moved, other := 0, 0, 0
	for _, r := range results {
		switch {
		case r.Err == nil:
			n++
		case errors.Is(r.Err, helpdesk.ErrConflict):
			moved++
		default:
			other++
		}
	}
	out := url.Values{"undo": {do}, "n": {strconv.Itoa(n)}}
	if moved > 0 {
		out.Set("moved", strconv.Itoa(moved))
	}
	if other > 0 {
		out.Set("other", strconv.Itoa(other))
	}
	return out
}

// undoSeconds is how long the offer stands on the page; the room keeps it
// longer.
const undoSeconds = 60

// bulkDone turns the counts of a redirect into words.
func bulkDone(v *frontend.Visit, w frontend.Words, back string) (*frontend.Notice, *frontend.Toast) {
	did := v.Query("undo")
	switch did {
	case "none", "late":
		return &frontend.Notice{Kind: "warn", Text: w.Say("bulk." + did)}, nil
	case "take", "close", "give", "tag", "undone":
	default:
		return nil, nil
	}
	n := done(v.Query("n"))
	var left []string
	if moved := done(v.Query("moved")); moved > 0 {
		left = append(left, w.Say("bulk.moved", moved))
	}
	if other := done(v.Query("other")); other > 0 {
		left = append(left, w.Say("bulk.denied", other))
	}
	var notice *frontend.Notice
	if len(left) > 0 {
		notice = &frontend.Notice{Kind: "warn", Text: strings.Join(left, " ")}
	}
	if n == 0 {
		return notice, nil
	}
	toast := &frontend.Toast{Words: w, Text: w.Say("bulk.did."+did, n), Seconds: 10}
	if did != "undone" {
		toast.Action, toast.Route, toast.Undo, toast.Back, toast.Seconds = "/w/queue/undo", "/w/queue/undo", w.Say("said.undo"), back, undoSeconds
	}
	return notice, toast
}

func done(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > tickets.BulkMost {
		return 0
	}
	return n
}
