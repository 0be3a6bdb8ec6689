package public

import (
	"errors"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
)

// End asks whether to end the chat.
type End struct{ Page }

// Ended says goodbye, and shows the code once more.
type Ended struct {
	Page
	Groups []string
}

// Hide offers to hide here, or to erase everything.
type Hide struct {
	Page
	HasCode bool
}

// Erase asks once more.
type Erase struct {
	Page
	HasCode bool
}

// Erased says until when it can be undone.
type Erased struct {
	Page
	When    string
	CanUndo bool
}

func (h *hall) endPage(v *frontend.Visit) error {
	p := page(v, "", "/talk")
	return v.Show(&End{p})
}

func (h *hall) end(v *frontend.Visit) error {
	here, _, err := h.current(v)
	if err != nil {
		return err
	}
	if err := h.Chat.Leave(v.Context, v.Guest, here.Conversation, false); err != nil {
		return err
	}
	return v.Go("/" + v.Lang() + "/talk/ended")
}

func (h *hall) ended(v *frontend.Visit) error {
	groups, err := h.groups(v)
	if err != nil {
		return err
	}
	p := page(v, "", "/talk")
	return v.Show(&Ended{p, groups})
}

// later gives up the place in the queue: the answer comes by itself.
func (h *hall) later(v *frontend.Visit) error {
	here, _, err := h.current(v)
	if err != nil {
		return err
	}
	return orGo(v, h.Chat.Leave(v.Context, v.Guest, here.Conversation, false), "/talk")
}

// leave closes the page without hurry.
func (h *hall) leave(v *frontend.Visit) error {
	if err := h.People.Leave(v.Context, v.GuestCookie()); err != nil {
		return err
	}
	v.LeaveGuest()
	return v.Go("/" + v.Lang() + "/")
}

// exit is done while somebody leaves fast: the desk learns that it must not
// write first by another way. Leaving works whatever this returns.
func (h *hall) exit(v *frontend.Visit) error {
	if v.Guest == nil {
		return nil
	}
	here, _, err := h.current(v)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return h.Chat.Leave(v.Context, v.Guest, here.Conversation, true)
}

func (h *hall) hidePage(v *frontend.Visit) error {
	p := page(v, "", "/talk")
	return v.Show(&Hide{p, v.Guest.Code == people.OwnCode})
}

func (h *hall) hide(v *frontend.Visit) error {
	here, _, err := h.current(v)
	if err != nil {
		return err
	}
	return orGo(v, h.Tickets.Hide(v.Context, v.Guest, here.Conversation), "/talk?said=hidden")
}

func (h *hall) erasePage(v *frontend.Visit) error {
	p := page(v, "", "/talk")
	return v.Show(&Erase{p, v.Guest.Code == people.OwnCode})
}

// erase seals everything for 72 hours. It ends this session, too: whoever
// stands behind them can neither read on nor undo it.
func (h *hall) erase(v *frontend.Visit) error {
	if err := h.Chat.Erase(v.Context, v.Guest); err != nil {
		return err
	}
	until := v.Guest.Erasing
	v.LeaveGuest()
	return showErased(v, until, false)
}

func showErased(v *frontend.Visit, until time.Time, canUndo bool) error {
	p := page(v, "", "/talk")
	return v.Show(&Erased{p, p.Say("hide.erased", moment(p.Words.Words, until)), canUndo})
}

func (h *hall) unerase(v *frontend.Visit) error {
	return orGo(v, h.Chat.Unerase(v.Context, v.Guest), "/talk?said=undone")
}
