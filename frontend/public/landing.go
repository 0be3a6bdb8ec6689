package public

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk/hours"
)

// Landing is the first page: who we are, what we can do, and the doors.
type Landing struct {
	Page
	Chooser Chooser
	Reader  Reader
	Mine    *Note
	Doors   []Door
	Info    *Door // nil while nothing is told
	Pays    string
}

func (h *hall) landing(v *frontend.Visit) error {
	p := page(v, "", "/")
	p.Title = p.Say("door.title")
	page := Landing{Page: p, Chooser: p.chooser(), Reader: h.reader(p, "landing")}
	var err error
	if page.Pays, err = h.pays(v.Context, p); err != nil {
		return err
	}
	if v.Guest != nil {
		page.Mine = &Note{Icon: "message-circle", Text: p.Say("door.mine"), Href: "/" + p.Lang + "/talk", Go: p.Say("door.mine.go")}
	}
	if page.Doors, err = h.doors(v, p); err != nil {
		return err
	}
	if page.Info, err = h.infoDoor(v, p); err != nil {
		return err
	}
	return v.Show(&page)
}

// doors are the four ways in.
func (h *hall) doors(v *frontend.Visit, p Page) ([]Door, error) {
	at := "/" + p.Lang
	talk, open, err := h.talkNow(v.Context, p.Words.Words)
	if err != nil {
		return nil, err
	}
	due, ok, err := h.promise(v.Context, hours.Everyone, v.Now())
	if err != nil {
		return nil, err
	}
	write := p.Say("door.write.nodue")
	if ok {
		write = p.Say("door.write.due", moment(p.Words.Words, due))
	}
	lines, err := h.phones(v.Context, p.Words.Words)
	if err != nil {
		return nil, err
	}
	var call []string
	for _, l := range lines {
		call = append(call, l.Short)
	}
	return []Door{
		{Icon: "message-circle", Text: p.Say("door.talk"), Help: talk, Href: at + "/start", Main: open},
		{Icon: "pen-line", Text: p.Say("door.write"), Help: []string{write}, Href: at + "/start/message", Main: !open},
		{Icon: "phone", Text: p.Say("door.call"), Help: call, Href: at + "/call"},
		{Icon: "key-round", Text: p.Say("door.code"), Help: []string{p.Say("door.code.help")}, Href: at + "/code"},
	}, nil
}
