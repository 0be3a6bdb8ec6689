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

// bulk does one thing to all tickets that are ticked, and says how many it did,
// which it could not, and why.
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
		// A team by its own mark: no id of a colleague looks like it.
		if team, is := strings.CutPrefix(v.Form.Value("to"), toTeam); is {
			act.To.Team = helpdesk.ID(team)
			d.handOverAll(v, picks, act.To.Team)
		} else {
			act.To.User = helpdesk.ID(team)
		}
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
	case "junk":
		results, err := d.junkAll(v, picks)
		if err != nil {
			return err
		}
		return v.Go(back + "&" + d.tally(v, "junk", results).Encode())
	default:
		return helpdesk.ErrNotFound
	}
	results, err := d.Tickets.Bulk(v.Context, v.Session, picks, act)
	if err != nil {
		return err
	}
	did := string(act.Do)
	if act.To.Team != "" && !v.Session.Member(act.To.Team) {
		did = "away" // who gave it away can't read it any more, and so can't take it back
	}
	return v.Go(back + "&" + d.tally(v, did, results).Encode())
}

// toTeam marks a team among those a ticket can be handed to.
const toTeam = "team:"

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
	return v.Go(back + "&" + d.tally(v, "undone", results).Encode())
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

// undoSeconds is how long the offer stands on the page; the room keeps it
// longer.
const undoSeconds = 60

func done(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > tickets.BulkMost {
		return 0
	}
	return n
}
