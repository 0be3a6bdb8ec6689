package public

import (
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk/people"
)

// Offer asks whether the person wants a code, after the first message.
type Offer struct {
	Page
	Reader  Reader
	Note    *Note
	Choices []Door
}

// Code shows it, large, in groups.
type Code struct {
	Page
	Note   *Note
	Groups []string
}

// Declined says what it means to have none.
type Declined struct {
	Page
	Doors []Door
}

// Enter is where a code is typed.
type Enter struct {
	Page
	Chooser Chooser
	Notes   []Note
	Code    Input
	Shared  Tick
}

// Used tells when the code was used last.
type Used struct {
	Page
	When   string
	Before bool
}

func (h *hall) offer(v *frontend.Visit) error {
	if v.Guest.Code == people.OwnCode {
		return v.Go("/" + v.Lang() + "/code/mine")
	}
	if v.Query("said") == "alarm" {
		return h.offerAgain(v, &Note{Kind: "ok", Icon: "circle-check", Text: v.Say("urgent.sent"), More: []string{v.Say("urgent.wait")}})
	}
	return h.offerAgain(v, nil)
}

func (h *hall) offerAgain(v *frontend.Visit, note *Note) error {
	p := page(v, "", "/code")
	return v.Show(&Offer{Page: p, Reader: h.reader(p, "code"), Note: note, Choices: []Door{
		{Icon: "key-round", Text: p.Say("keep.make"), Name: "do", Value: "make", Main: true},
		{Icon: "x", Text: p.Say("keep.none"), Name: "do", Value: "none"},
		{Icon: "phone", Text: p.Say("keep.call"), Name: "do", Value: "call"},
	}})
}

// offered does what was chosen.
func (h *hall) offered(v *frontend.Visit) error {
	at := "/" + v.Lang()
	switch v.Form.Value("do") {
	case "make":
		if v.Guest.Code == people.OwnCode {
			return v.Go(at + "/code/mine")
		}
		_, err := h.People.NewCode(v.Context, v.Guest)
		if refused(err, "code.busy") {
			return h.offerAgain(v, &Note{Kind: "warn", Icon: "clock", Text: v.Say("code.busy")})
		}
		if err != nil {
			return err
		}
		return v.Go(at + "/code/mine")
	case "call":
		if err := h.People.DeclineCode(v.Context, v.Guest); err != nil {
			return err
		}
		return v.Go(at + "/callback")
	}
	if err := h.People.DeclineCode(v.Context, v.Guest); err != nil {
		return err
	}
	return v.Go(at + "/code/none")
}

func (h *hall) declined(v *frontend.Visit) error {
	p := page(v, "", "/code")
	return v.Show(&Declined{Page: p, Doors: []Door{
		{Icon: "message-circle", Text: p.Say("door.mine.go"), Href: "/" + p.Lang + "/talk", Main: true},
		{Icon: "phone", Text: p.Say("keep.call"), Href: "/" + p.Lang + "/callback"},
		{Icon: "clock", Text: p.Say("notice.change"), Href: "/" + p.Lang + "/notice"},
	}})
}

// myCode shows the code, the first time and again.
func (h *hall) myCode(v *frontend.Visit) error {
	groups, err := h.groups(v)
	if err != nil {
		return err
	}
	if groups == nil {
		return v.Go("/" + v.Lang() + "/code/offer")
	}
	p := page(v, "", "/code")
	page := Code{Page: p, Groups: groups}
	if v.Guest.MustShowCode {
		page.Note = &Note{Kind: "warn", Icon: "key-round", Text: p.Say("enter.replaced"), More: []string{p.Say("keep.new")}}
	}
	return v.Show(&page)
}

// groups is the person's code in groups; nil without one.
func (h *hall) groups(v *frontend.Visit) ([]string, error) {
	code, ok, err := h.People.Code(v.Context, v.Guest)
	if err != nil || !ok {
		return nil, err
	}
	return strings.Fields(people.Groups(code)), nil
}

// codeKept: they wrote it down.
func (h *hall) codeKept(v *frontend.Visit) error {
	if v.Guest.MustShowCode {
		if err := h.People.CodeShown(v.Context, v.Guest); err != nil {
			return err
		}
		return v.Go("/" + v.Lang() + "/talk")
	}
	if _, has, err := h.People.Notice(v.Context, v.Guest.Person); err != nil || has {
		return orGo(v, err, "/talk")
	}
	return v.Go("/" + v.Lang() + "/notice")
}

// orGo leads on unless something went wrong.
func orGo(v *frontend.Visit, err error, path string) error {
	if err != nil {
		return err
	}
	return v.Go("/" + v.Lang() + path)
}

func (h *hall) enterPage(v *frontend.Visit) error { return h.enterForm(v, nil, nil) }

// enterEnded is where those come whose session ended. What it was about is not
// said: somebody else may sit there now.
func (h *hall) enterEnded(v *frontend.Visit) error {
	note := Note{Kind: "warn", Icon: "lock", Text: v.Say("enter.ended"), More: []string{v.Say("enter.ended.code")}}
	if key, ok := keptWords[v.Query("kept")]; ok {
		note.More = append(note.More, v.Say(key))
	}
	if key, ok := keptFiles[v.Query("file")]; ok {
		note.More = append(note.More, v.Say("talk.file.from")+" "+v.Say(key))
	}
	return h.enterForm(v, []Note{note}, nil)
}

func (h *hall) enterForm(v *frontend.Visit, notes []Note, wrong error) error {
	p := page(v, "", "/code")
	page := Enter{Page: p, Chooser: p.chooser(), Notes: notes,
		Code:   Input{Name: "code", Label: p.Say("enter.label"), Help: p.Say("enter.help"), Mode: "numeric", Dir: "ltr", Required: true},
		Shared: Tick{Name: askShared, Text: p.Say("enter.shared"), Checked: v.Form.Has(askShared)}}
	status := 200
	if wrong != nil {
		if err := beside(v, wrong, &page.Code, &Files{}); err != nil {
			return err
		}
		status = refusedStatus
		if refused(wrong, "code.typo") {
			page.Code.Value = v.Form.Value("code") // so that one digit can be mended
		}
	}
	return v.ShowAs(status, &page)
}

// enter comes back with a code.
func (h *hall) enter(v *frontend.Visit) error {
	cookie, g, _, err := h.People.Return(v.Context, v.Form.Value("code"), v.Form.Has(askShared))
	if err != nil {
		return h.enterForm(v, nil, err)
	}
	// The browser forgets the session it had; nobody else must find it.
	if err := h.People.Leave(v.Context, v.GuestCookie()); err != nil {
		return err
	}
	v.EnterGuest(cookie)
	if g.MustShowCode {
		return v.Go("/" + v.Lang() + "/code/mine")
	}
	return v.Go("/" + v.Lang() + "/code/used")
}

// used says when the code was used before: who did not do that knows that
// somebody else has it.
func (h *hall) used(v *frontend.Visit) error {
	p := page(v, "", "/code")
	at, before, err := h.People.LastUsed(v.Context, v.Guest)
	if err != nil {
		return err
	}
	page := Used{Page: p, Before: before, When: p.Say("enter.used.first")}
	if before {
		page.When = p.Say("enter.used", p.Exact(at))
	}
	return v.Show(&page)
}

func (h *hall) lost(v *frontend.Visit) error {
	p := page(v, "", "/code/lost")
	page := Reading{Page: p, Chooser: p.chooser(), Reader: h.reader(p, "lost"), Sections: []Section{says(p, "enter.lost.text", "enter.lost.ask")}}
	page.Title = p.Say("enter.lost.title")
	page.Doors = []Door{{Icon: "message-circle", Text: p.Say("enter.lost.start"), Href: "/" + p.Lang + "/start", Main: true}}
	return v.Show(&page)
}
