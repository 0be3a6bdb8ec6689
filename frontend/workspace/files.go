package workspace

import (
	"io"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/tickets"
)

// file sends an attachment to be saved. It is never shown as a page.
func (d *desk) file(v *frontend.Visit) error {
	f, content, err := d.attached(v)
	if err != nil {
		return err
	}
	return v.Download(firstOf(f.Name, v.Say("message.unnamed")), f.Size, content)
}

// attached is the file that an address names.
func (d *desk) attached(v *frontend.Visit) (tickets.File, io.Reader, error) {
	id, err := v.ID("id")
	if err != nil {
		return tickets.File{}, nil, err
	}
	n, err := v.Number("n")
	if err != nil {
		return tickets.File{}, nil, err
	}
	return d.Tickets.File(v.Context, v.Session, id, n)
}

// picture shows a letter's own inline image, from a place where nothing runs.
func (d *desk) picture(v *frontend.Visit) error {
	f, content, err := d.attached(v)
	if err != nil {
		return err
	}
	if !frontend.IsPicture(f.Type) {
		return helpdesk.ErrNotFound
	}
	return v.Picture(f.Type, f.Size, content)
}

// original sends a letter as it came.
func (d *desk) original(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	size, content, err := d.Tickets.Original(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	return v.Download("letter-"+string(id[:6])+".eml", size, content)
}
