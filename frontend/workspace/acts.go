package workspace

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// subject is the ticket a form is about and the version its author saw.
func subject(v *frontend.Visit) (helpdesk.ID, int64, error) {
	id, err := v.ID("id")
	if err != nil {
		return "", 0, err
	}
	version, err := versionOf(v)
	return id, version, err
}

func versionOf(v *frontend.Visit) (int64, error) {
	version, err := strconv.ParseInt(v.Form.Value("version"), 10, 64)
	if err != nil {
		return 0, helpdesk.ErrConflict
	}
	return version, nil
}

func (d *desk) take(v *frontend.Visit) error {
	id, version, err := subject(v)
	if err != nil {
		return err
	}
	if err := d.Tickets.Take(v.Context, v.Session, id, version); err != nil {
		return err
	}
	return v.Go(told(ticketPath(id), "taken"))
}

// move hands it to another team. Afterwards this session may not see it any
// more, so it goes back to the queue.
func (d *desk) move(v *frontend.Visit) error {
	id, version, err := subject(v)
	if err != nil {
		return err
	}
	team, err := helpdesk.ParseID(v.Form.Value("to"))
	if err != nil {
		return err
	}
	if d.Consent != nil {
		if err := d.Consent.HandOver(v.Context, v.Session, id, team); err != nil {
			return err
		}
	}
	d.threadsGoAlong(v, id, team)
	return d.moveTo(v, id, version, team)
}

func (d *desk) priority(v *frontend.Visit) error {
	id, version, err := subject(v)
	if err != nil {
		return err
	}
	p, err := strconv.Atoi(v.Form.Value("priority"))
	if err != nil {
		return helpdesk.Refuse("ticket.priority")
	}
	var due time.Time
	if day := strings.TrimSpace(v.Form.Value("due")); day != "" {
		if due, err = time.Parse(time.DateOnly, day); err != nil {
			return helpdesk.Refuse("ticket.due")
		}
	}
	if err := d.Tickets.Prioritise(v.Context, v.Session, id, version, p, due); err != nil {
		return err
	}
	return v.Go(told(ticketPath(id), "priority"))
}

func (d *desk) close(v *frontend.Visit) error {
	id, version, err := subject(v)
	if err != nil {
		return err
	}
	if err := d.Tickets.CloseTicket(v.Context, v.Session, id, version); err != nil {
		return err
	}
	return v.Go(told(ticketPath(id), "closed"))
}

func (d *desk) reopen(v *frontend.Visit) error {
	id, version, err := subject(v)
	if err != nil {
		return err
	}
	if err := d.Tickets.Reopen(v.Context, v.Session, id, version); err != nil {
		return err
	}
	// What is open is no junk.
	if err := d.Post.UnmarkJunk(v.Context, v.Session, id); err != nil && !errors.Is(err, helpdesk.ErrNotFound) {
		return err
	}
	return v.Go(told(ticketPath(id), "reopened"))
}

func (d *desk) shared(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	shared := v.Form.Value("shared") != ""
	if err := d.Tickets.SetShared(v.Context, v.Session, id, shared); err != nil {
		return err
	}
	if shared {
		return v.Go(told(ticketPath(id), "shared"))
	}
	return v.Go(told(ticketPath(id), "unshared"))
}

// writer makes a forwarded letter's ticket the original sender's.
func (d *desk) writer(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	message, err := helpdesk.ParseID(v.Form.Value("message"))
	if err != nil {
		return err
	}
	if _, err := d.Post.AsOriginal(v.Context, v.Session, message); err != nil {
		return err
	}
	return v.Go(told(ticketPath(id), "writer"))
}

// join shows another ticket in this one ("other"), or this one in another
// ("into").
func (d *desk) join(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	from, into := helpdesk.ID(""), id
	if v.Form.Has("into") {
		from = id
		into, err = helpdesk.ParseID(v.Form.Value("into"))
	} else {
		from, err = helpdesk.ParseID(v.Form.Value("other"))
	}
	if err != nil {
		return err
	}
	if err := d.Tickets.Join(v.Context, v.Session, from, into); err != nil {
		return err
	}
	return v.Go(told(ticketPath(into), "joined"))
}

func (d *desk) unjoin(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	other, err := helpdesk.ParseID(v.Form.Value("other"))
	if err != nil {
		return err
	}
	if err := d.Tickets.Unjoin(v.Context, v.Session, other); err != nil {
		return err
	}
	return v.Go(told(ticketPath(id), "unjoined"))
}
