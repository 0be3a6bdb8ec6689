package public

import (
	"strings"

	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/office"
)

// Numbers is for a hard night: who answers when we do not.
type Numbers struct {
	Page
	Chooser Chooser
	Reader  Reader
	Lines   []Help
	Us      string
}

// Help is one number of the crisis panel.
type Help struct{ Name, Number, Dial, Hours, Tongues string }

func (h *hall) numbers(v *frontend.Visit) error {
	p := page(v, "", "/numbers")
	page := Numbers{Page: p, Chooser: p.chooser(), Reader: h.reader(p, "numbers")}
	panel, err := h.Office.Crisis(v.Context, p.Lang)
	if err != nil {
		return err
	}
	for _, c := range panel {
		help := Help{Name: crisisName(p.Words.Words, c), Number: c.Number, Dial: dial(c.Number), Hours: p.Say("crisis.hours." + c.Hours)}
		if len(c.Languages) > 0 {
			var names []string
			for _, tag := range c.Languages {
				names = append(names, ownName(p, tag))
			}
			help.Tongues = p.Say("numbers.languages", strings.Join(names, ", "))
		}
		page.Lines = append(page.Lines, help)
	}
	door, err := h.Chat.Door(v.Context, hours.Everyone)
	if err != nil {
		return err
	}
	switch {
	case door.State == hours.Open:
		page.Us = p.Say("numbers.us.open")
	case !door.Next.IsZero():
		page.Us = p.Say("numbers.us", moment(p.Words.Words, door.Next))
	}
	return v.Show(&page)
}

func crisisName(w locale.Words, c office.Crisis) string {
	if c.Name != "" {
		return c.Name
	}
	return w.Say("crisis." + c.Key)
}

// Call is how to reach us by phone.
type Call struct {
	Page
	Chooser Chooser
	Reader  Reader
	Lines   []Line
}

func (h *hall) call(v *frontend.Visit) error {
	p := page(v, "", "/call")
	page := Call{Page: p, Chooser: p.chooser(), Reader: h.reader(p, "call")}
	var err error
	if page.Lines, err = h.phones(v.Context, p.Words.Words); err != nil {
		return err
	}
	return v.Show(&page)
}
