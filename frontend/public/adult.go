package public

import (
	"strings"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk/chat"
)

// Adult is the question to a child under 13 as whoever may speak for the child
// reads it, prints it to sign, and asks to be called about it. Nothing on it
// counts as a yes: we cannot see who presses, so one of us has to hear it.
type Adult struct {
	Page
	Reader            Reader
	ID                string
	Notes             []Note
	Head              string
	Things            []Answered
	Lines             []Point
	View              string // what the child said
	Signs             []string
	Name, Phone, When Input
	Role              Pick
	Client            Hidden
	Spoken            bool // somebody has spoken for the child
}

// adultNote says that somebody has to speak for the child, and leads there.
func adultNote(p Page, a consent.Allowed) Note {
	return Note{Icon: "users", Text: p.Say("consent.guardian"), Href: "/" + p.Lang + "/mine/adult/" + string(a.ID), Go: p.Say("adult.title")}
}

func (h *hall) adultPage(v *frontend.Visit) error {
	a, err := h.theirs(v)
	if err != nil {
		return err
	}
	if a.Age != consent.Under13 || !a.Open {
		return v.Go("/" + v.Lang() + "/mine/ask/" + string(a.ID))
	}
	p := page(v, "", "/mine/adult/"+string(a.ID))
	page := Adult{Page: p, Reader: h.reader(p, "adult"), ID: string(a.ID), Things: ticks(p, a), Spoken: a.Spoken, Client: Hidden{"client", newClientID()},
		Signs: []string{p.Say("adult.name"), p.Say("adult.day"), p.Say("adult.sign")},
		Name:  Input{Name: "name", Label: p.Say("adult.name"), Required: true},
		Phone: Input{Name: "phone", Label: p.Say("callback.phone"), Type: "tel", Mode: "tel", Dir: "ltr", Required: true},
		When:  Input{Name: "when", Label: p.Say("callback.when"), Help: p.Say("callback.when.help")},
		Role:  Pick{Name: "role", Label: p.Say("adult.role"), Options: options(p, "", "adult.role.", "parent", "appointed")},
	}
	page.View = p.Say("adult.view.none")
	switch {
	case a.State == consent.Refused || a.State == consent.Withdrawn:
		page.View = p.Say("adult.view.no")
	case a.View:
		page.View = p.Say("adult.view.yes")
	}
	if a.Spoken {
		page.Notes = append(page.Notes, Note{Kind: "ok", Icon: "circle-check", Text: p.Say("adult.spoken")})
	}
	lines, err := h.sentences(v.Context, p, a)
	if err != nil {
		return err
	}
	for i, l := range lines {
		switch {
		case i == 0:
			page.Head = l.Text
		case l.Key == "consent.ask.items" || l.Key == "consent.ask.alone" || l.Key == "consent.ask.no":
		default:
			page.Lines = append(page.Lines, pointOf(l))
		}
	}
	page.Lines = append(page.Lines, besides(p, a.Terms)...)
	return v.Show(&page)
}

// adult puts into the conversation whom to call about a child's question.
func (h *hall) adult(v *frontend.Visit) error {
	a, err := h.theirs(v)
	if err != nil {
		return err
	}
	f := v.Form
	name, phone := cut(strings.TrimSpace(f.Value("name")), 100), cut(strings.TrimSpace(f.Value("phone")), 60)
	if name == "" || phone == "" {
		return v.Go("/" + v.Lang() + "/mine/adult/" + string(a.ID)) // the form says that both are needed
	}
	said := []string{v.Say("adult.wish")}
	if v.Lang() != "sv" {
		said = append(said, h.site.Words.Say("sv", "adult.wish"))
	}
	// For the counsellor who calls, in their language.
	said = append(said, name+" ("+h.site.Words.Say("sv", "adult.role."+known(f.Value("role"), "parent", "appointed"))+")", phone)
	if when := strings.TrimSpace(f.Value("when")); when != "" {
		said = append(said, cut(when, 300))
	}
	return h.wishes(v, strings.Join(said, "\n"), "/talk?said=wished")
}

// wishes puts words of theirs into the conversation they are in. Pressed twice
// it is one.
func (h *hall) wishes(v *frontend.Visit, text, then string) error {
	here, _, err := h.current(v)
	if err != nil {
		return err
	}
	words := chat.Words{ClientID: newClientID(), Text: text}
	if id := v.Form.Value("client"); clientID(id) {
		words.ClientID = id
	}
	_, err = h.Chat.Say(v.Context, v.Guest, here.Conversation, words)
	return orGo(v, personal(err), then)
}
