package public

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/tickets"
)

func (h *hall) opened(v *frontend.Visit) (tickets.File, *tickets.Bytes, error) {
	here, _, err := h.current(v)
	if err != nil {
		return tickets.File{}, nil, err
	}
	number, err := v.Number("number")
	if err != nil {
		return tickets.File{}, nil, err
	}
	place, err := v.Number("place")
	if err != nil {
		return tickets.File{}, nil, err
	}
	return h.Tickets.HeardFile(v.Context, v.Guest, here.Conversation, int64(number), place)
}

// file is saved, never shown: what a stranger sent runs nowhere.
func (h *hall) file(v *frontend.Visit) error {
	f, from, err := h.opened(v)
	if err != nil {
		return err
	}
	return v.Download(f.Name, f.Size, from)
}

// picture is shown in place: it was drawn anew by us, or sent by the desk.
func (h *hall) picture(v *frontend.Visit) error {
	f, from, err := h.opened(v)
	if err != nil {
		return err
	}
	if f.Type != "image/jpeg" && f.Type != "image/png" {
		return helpdesk.ErrNotFound
	}
	return v.Picture(f.Type, f.Size, from)
}
