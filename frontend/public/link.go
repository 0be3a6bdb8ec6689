package public

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk/hours"
)

// Link is where a link in a mail leads. Its secret stands behind # and reaches
// us only when somebody presses: a program that looks at links in mails sees a
// page with a button and changes nothing.
type Link struct {
	Page
	Notes  []Note
	Digits Input
}

// LinkGone says that a link opens nothing any more, and takes the wish for
// another.
type LinkGone struct {
	Page
	Note   *Note
	Hidden []Hidden
}

func (h *hall) linkPage(v *frontend.Visit) error { return h.linkForm(v, nil) }

func (h *hall) linkForm(v *frontend.Visit, wrong error) error {
	p := page(v, "", "/l")
	page := Link{Page: p, Digits: Input{Name: "digits", Label: p.Say("link.label"), Help: p.Say("enter.help"), Mode: "numeric", Dir: "ltr", Required: true}}
	status := 200
	if wrong != nil {
		if err := beside(v, wrong, &page.Digits, &Files{}); err != nil {
			return err
		}
		status = refusedStatus
		page.Digits.Value = v.Form.Value("digits")
	}
	return v.ShowAs(status, &page)
}

func typedLink(v *frontend.Visit) string {
	if key := v.Form.Value("key"); key != "" {
		return key
	}
	return v.Form.Value("digits")
}

// link opens the answer, once, and lets them write back right there.
func (h *hall) link(v *frontend.Visit) error {
	cookie, waits, err := h.Chat.OpenLink(v.Context, v.Guest, typedLink(v), false)
	switch {
	case refused(err, "link.gone"):
		return h.gone(v, nil)
	case err != nil:
		return h.linkForm(v, err)
	}
	if cookie != "" {
		v.EnterGuest(cookie)
	}
	if waits {
		return v.Go("/" + v.Lang() + "/l/read")
	}
	return v.Go("/" + v.Lang() + "/talk?said=link")
}

func (h *hall) gone(v *frontend.Visit, note *Note) error {
	p := page(v, "", "/l")
	page := LinkGone{Page: p, Note: note}
	if note == nil {
		page.Hidden = []Hidden{{"key", typedLink(v)}}
	}
	return v.ShowAs(410, &page)
}

// newLink asks for another. Whether we knew the link is not said: the answer
// is the same for a link that never was.
func (h *hall) newLink(v *frontend.Visit) error {
	err := h.Chat.AskLink(v.Context, typedLink(v))
	if err != nil && !refused(err, "link.gone") && !refused(err, "code.typo") {
		if refused(err, "code.busy") {
			return h.gone(v, &Note{Kind: "warn", Icon: "clock", Text: v.Say("code.busy")})
		}
		return err
	}
	note := Note{Kind: "ok", Icon: "circle-check", Text: v.Say("link.asked.soon")}
	due, ok, err := h.promise(v.Context, hours.Everyone, v.Now())
	if err != nil {
		return err
	}
	if ok {
		p := v.PublicPage("")
		note.Text = v.Say("link.asked", moment(p.Words.Words, due))
	}
	return h.gone(v, &note)
}
