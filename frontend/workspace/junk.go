package workspace

import (
	"errors"
	"strconv"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/tickets"
)

// blockDays are offered for how long a writer is kept out; the first is the
// choice nobody made.
var blockDays = []int{30, 7, 90, 365}

// junks lists what was called junk, and who is kept out.
func (d *desk) junks(v *frontend.Visit) error {
	list, err := d.Post.Junks(v.Context, v.Session)
	if err != nil {
		return err
	}
	blocks, err := d.Post.Blocks(v.Context, v.Session)
	if err != nil {
		return err
	}
	frame, err := d.frame(v, v.Say("junk.title"), "aside")
	if err != nil {
		return err
	}
	page := JunkList{Desk: frame}
	var ids []helpdesk.ID
	for _, j := range list {
		ids = append(ids, j.Ticket)
	}
	heads, err := d.Tickets.Heads(v.Context, v.Session, ids)
	if err != nil {
		return err
	}
	for _, j := range list {
		ticket, err := d.Tickets.Facts(v.Context, v.Session, j.Ticket)
		if err != nil {
			continue // another team's by now
		}
		head := heads[j.Ticket]
		page.Rows = append(page.Rows, JunkRow{
			Words: page.Words, ID: j.Ticket, Href: ticketPath(j.Ticket), Number: number(ticket.Number),
			Title: firstOf(head.Title, v.Say("queue.untitled")), Who: firstOf(head.Name, head.Address, v.Say("queue.unknown")), Day: page.Day(j.At),
		})
	}
	for _, b := range blocks {
		page.Blocks = append(page.Blocks, BlockRow{
			Words: page.Words, ID: b.ID, Address: firstOf(b.Address, v.Say("junk.unknown")), Href: ticketPath(b.Ticket),
			Since: v.Say("junk.since", page.Day(b.At)), Until: v.Say("junk.until", lastDay(page.Words, b)),
		})
	}
	if len(page.Rows) == 0 {
		page.Empty = &frontend.Empty{Icon: "mail", Title: v.Say("junk.empty.title"), Text: v.Say("junk.empty.text")}
	}
	if len(page.Blocks) == 0 {
		page.Nobody = &frontend.Empty{Icon: "user", Title: v.Say("junk.none.title"), Text: v.Say("junk.none.text")}
	}
	return v.Show(page)
}

// lastDay is the last day a block stands: it ends as the next begins.
func lastDay(w frontend.Words, b post.Block) string { return w.Day(b.Until.Add(-24 * time.Hour)) }

// junk closes a ticket as junk.
func (d *desk) junk(v *frontend.Visit) error {
	id, version, err := subject(v)
	if err != nil {
		return err
	}
	if err := d.Post.MarkJunk(v.Context, v.Session, id, version); err != nil {
		return err
	}
	return v.Go(told(ticketPath(id), "junked"))
}

func (d *desk) unjunk(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if err := d.Post.UnmarkJunk(v.Context, v.Session, id); err != nil {
		return err
	}
	return v.Go(told(junkBack(v, id), "unjunked"))
}

// block keeps a ticket's writer out for some days.
func (d *desk) block(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	days, err := strconv.Atoi(v.Form.Value("days"))
	if err != nil {
		return helpdesk.Refuse("block.days", blockDays[len(blockDays)-1])
	}
	if _, err := d.Post.Block(v.Context, v.Session, id, days); err != nil {
		return err
	}
	return v.Go(told(ticketPath(id), "blocked"))
}

func (d *desk) unblock(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if err := d.Post.Unblock(v.Context, v.Session, id); err != nil {
		return err
	}
	ticket, _ := helpdesk.ParseID(v.Form.Value("ticket"))
	return v.Go(told(junkBack(v, ticket), "unblocked"))
}

// junkBack is where the form stood: the ticket's page, or the list.
func junkBack(v *frontend.Visit, ticket helpdesk.ID) string {
	if v.Form.Value("back") == "ticket" && ticket != "" {
		return ticketPath(ticket)
	}
	return "/w/junk"
}

// junkAll calls all that are ticked junk.
func (d *desk) junkAll(v *frontend.Visit, picks []tickets.Pick) ([]tickets.Result, error) {
	results, err := d.Tickets.Bulk(v.Context, v.Session, picks, tickets.Act{Do: tickets.ActClose})
	for i, r := range results {
		if r.Err == nil {
			results[i].Err = d.Post.MarkJunk(v.Context, v.Session, r.ID, 0) // closed: no version is asked for
		}
	}
	return results, err
}

// undoJunk takes back what was called junk last, all of it.
func (d *desk) undoJunk(v *frontend.Visit) error {
	back := queueBack(v)
	results, err := d.Tickets.Undo(v.Context, v.Session)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return v.Go(back + "&undo=late")
	}
	if err != nil {
		return err
	}
	for i, r := range results {
		if r.Err == nil {
			results[i].Err = d.Post.UnmarkJunk(v.Context, v.Session, r.ID)
		}
	}
	return v.Go(back + "&" + d.tally(v, "undone", results).Encode())
}

// unwanted says on a ticket's page that it is junk, or its writer kept out, each
// with the way back, and offers both where they are not.
func (d *desk) unwanted(v *frontend.Visit, s *showing, h *Head) error {
	t := s.sheet.Ticket
	if !v.Session.Member(t.Team) {
		return nil
	}
	junk := false
	if t.State == tickets.StateClosed { // as all junk is
		var err error
		if junk, err = d.Post.IsJunk(v.Context, t.ID); err != nil {
			return err
		}
	}
	back := Hidden{"back", "ticket"}
	if junk {
		h.Notices = append(h.Notices, Question{
			Words: s.Words, Kind: "warn", Text: s.Say("junk.here"), More: s.Say("junk.here.more"),
			Action: "/w/junk/back/" + string(t.ID), Route: "/w/junk/back/:id", Button: s.Say("junk.back"), Values: []Hidden{back},
		})
	}
	unwanted := Unwanted{Words: s.Words, Base: h.Base, Version: h.Version, CanJunk: !junk}
	if address := s.sheet.Head.Address; address != "" {
		b, err := d.Post.BlockOf(v.Context, t.Team, address)
		switch {
		case err == nil:
			h.Notices = append(h.Notices, Question{
				Words: s.Words, Kind: "warn", Text: s.Say("junk.blocked", lastDay(s.Words, b)), More: s.Say("junk.blocked.more"),
				Action: "/w/junk/out/" + string(b.ID), Route: "/w/junk/out/:id", Button: s.Say("junk.unblock"),
				Values: []Hidden{back, {"ticket", string(t.ID)}},
			})
		case !errors.Is(err, helpdesk.ErrNotFound):
			return err
		default:
			for _, n := range blockDays {
				unwanted.Days = append(unwanted.Days, frontend.Option{Value: strconv.Itoa(n), Text: s.Say("junk.days", n)})
			}
		}
	}
	if unwanted.CanJunk || len(unwanted.Days) > 0 {
		h.Unwanted = &unwanted
	}
	return nil
}
