package public

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
)

// Ask is one question for a yes: who gets exactly what, for what, until when,
// how to stop it. It stands as the notice says it, and nothing is ticked.
type Ask struct {
	Page
	Reader   Reader
	ID       string
	Notes    []Note
	Head     string
	Pick     string // above the things to mark; "" where nothing is shared
	Things   []Thing
	Lines    []Point
	Alone    string
	Here     string // "yes" or "no" as they answered, where they are asked again
	Yes      string // what the button says
	Answered bool   // there is nothing to answer
	Renews   bool   // but to say yes again, for as long as before
}

// Thing is one thing to be shared, with a tick of its own.
type Thing struct {
	frontend.Words
	Key, Label          string
	Ticked              bool
	Sensitive, Updating bool
	Text, Translation   string // what exactly leaves
	Language            string
	File                string
}

// asks tells whether a question waits for the person.
func (h *hall) asks(ctx context.Context, g *people.Guest) (bool, error) {
	if h.Consent == nil {
		return false, nil
	}
	all, err := h.Consent.Asked(ctx, g)
	return slices.ContainsFunc(all, func(a consent.Allowed) bool { return a.State == consent.Requested }), err
}

// askedNote is a question as a conversation shows it: that there is one, and
// nothing of what is in it.
func askedNote(p Page) Note {
	return Note{Icon: "hand", Text: p.Say("mine.asked"), Href: "/" + p.Lang + "/mine", Go: p.Say("mine.open")}
}

func (h *hall) askPage(v *frontend.Visit) error { return h.askAgain(v, nil) }

// theirs is the question in the address; helpdesk.ErrNotFound for another's.
func (h *hall) theirs(v *frontend.Visit) (consent.Allowed, error) {
	id, err := v.ID("id")
	if err != nil {
		return consent.Allowed{}, err
	}
	return h.Consent.One(v.Context, v.Guest, id)
}

func (h *hall) askAgain(v *frontend.Visit, wrong *Note) error {
	a, err := h.theirs(v)
	if err != nil {
		return err
	}
	p := page(v, "", "/mine/ask/"+string(a.ID))
	page := Ask{Page: p, Reader: h.reader(p, "ask"), ID: string(a.ID), Here: known(v.Form.Value("alone"), "", "yes", "no"), Answered: !a.CanAnswer(),
		Yes: p.Say("consent.yes"), Renews: renews(a, v.Now())}
	status := 200
	if wrong != nil {
		page.Notes, status = append(page.Notes, *wrong), refusedStatus
	}
	if !a.Open {
		page.Head, page.Notes = p.Say("mine.title"), append(page.Notes, Note{Kind: "warn", Icon: "lock", Text: p.Say("consent.closed")})
		return v.ShowAs(status, &page)
	}
	if a.State != consent.Requested {
		page.Notes = append(page.Notes, Note{Icon: "info", Text: p.Say("consent.state." + string(a.State))})
	}
	if spokenFor(a) {
		page.Notes = append(page.Notes, adultNote(p, a))
	}
	if err := h.worded(v.Context, &page, a); err != nil {
		return err
	}
	if err := h.things(v, &page, a); err != nil {
		return err
	}
	if len(page.Things) == 0 {
		page.Yes = p.Say("start.yes") // there is nothing to mark
	}
	return v.ShowAs(status, &page)
}

// renewsWithin is how long before its end a yes may be said again.
const renewsWithin = 14 * 24 * time.Hour

// renews tells whether a yes ends soon and can hold on by the person's word: a
// child's is renewed by who speaks for it, and what is for one time by nobody.
func renews(a consent.Allowed, now time.Time) bool {
	return a.Valid && a.Open && !a.Purpose.Single && a.Age != consent.Under13 && a.Until.Sub(now) <= renewsWithin
}

// spokenFor tells whether somebody has to speak for this person before it counts.
func spokenFor(a consent.Allowed) bool {
	child := a.Age == consent.Under13 || a.Terms.Role == consent.Guardian || a.Terms.Role == consent.Representative
	return child && !a.Spoken && a.State != consent.Refused
}

// worded fills in the sentences: those that were kept when it was asked, or,
// in another language, the same sentences of today.
func (h *hall) worded(ctx context.Context, page *Ask, a consent.Allowed) error {
	lines, err := h.sentences(ctx, page.Page, a)
	if err != nil {
		return err
	}
	for i, l := range lines {
		switch {
		case i == 0:
			page.Head = l.Text
		case l.Key == "consent.ask.items":
			page.Pick = l.Text
		case l.Key == "consent.ask.alone":
			page.Alone = l.Text
		default:
			page.Lines = append(page.Lines, pointOf(l))
			if l.Key == "consent.ask.until" || l.Key == "consent.ask.holds" {
				page.Lines = append(page.Lines, besides(page.Page, a.Terms)...)
			}
		}
	}
	return nil
}

// sentences are those of a consent's notice, with the names and the day filled in.
func (h *hall) sentences(ctx context.Context, p Page, a consent.Allowed) ([]consent.Line, error) {
	return h.Consent.Sentences(ctx, p, p.Lang, p.Public, a)
}

// isolated keeps a name from turning the line around it.
func isolated(s string) string { return helpdesk.Isolated(s) }

func day(w locale.Words, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return w.Day(t)
}

// things lists what may be marked, with exactly what would leave, where that is
// laid down already.
func (h *hall) things(v *frontend.Visit, page *Ask, a consent.Allowed) error {
	handed, err := h.prepared(v, a.ID)
	if err != nil {
		return err
	}
	ticked := v.Form.All("item")
	if page.Renews {
		ticked = a.Said.Items
	}
	for _, it := range a.Terms.Items {
		thing := Thing{Words: page.Words, Key: it.Key, Label: it.Label, Sensitive: it.Special, Updating: it.Updating, Ticked: slices.Contains(ticked, it.Key)}
		for _, part := range handed.Items {
			if part.Key == it.Key {
				thing.Text, thing.Translation, thing.Language = part.Text, part.Translation, part.Language
				if part.Name != "" {
					thing.File = part.Name + " (" + page.Size(part.Size) + ")"
				}
			}
		}
		page.Things = append(page.Things, thing)
	}
	page.Lines = append(along(page.Page, handed), page.Lines...)
	return nil
}

// prepared is what a yes would hand over, as it is frozen; nothing where the
// question came without a package.
func (h *hall) prepared(v *frontend.Visit, id helpdesk.ID) (consent.Handed, error) {
	all, err := h.Consent.MyReferrals(v.Context, v.Guest)
	if err != nil {
		return consent.Handed{}, err
	}
	for _, r := range all {
		if r.Consent == id && r.Open {
			handed, err := h.Consent.Shown(v.Context, v.Guest, r.ID)
			if errors.Is(err, helpdesk.ErrNotFound) {
				return consent.Handed{}, nil
			}
			return handed, err
		}
	}
	return consent.Handed{}, nil
}

// answer takes a yes to what was marked, a no or a later.
func (h *hall) answer(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	said, state := known(v.Form.Value("do"), "later", "yes", "no", "renew"), consent.Deferred
	reply := consent.Reply{Method: methodOf(v.Guest), Language: v.Lang()}
	switch said {
	case "yes":
		// Who does not say that they are alone is taken not to be.
		state, reply.Items, reply.Alone = consent.Given, v.Form.All("item"), v.Form.Value("alone") == "yes"
	case "no":
		state = consent.Refused
	}
	reply.State = state
	if said == "renew" {
		reply.Alone = v.Form.Value("alone") == "yes"
		err = h.Consent.Renew(v.Context, v.Guest, id, reply)
	} else {
		err = h.Consent.Answer(v.Context, v.Guest, id, reply)
	}
	var no helpdesk.Refusal
	if errors.As(err, &no) && strings.HasPrefix(no.Key, "consent.") {
		return h.askAgain(v, &Note{Kind: "warn", Icon: "circle-alert", Text: saidNo(v, no)})
	}
	return orGo(v, err, "/mine?said="+said)
}

// methodOf is how somebody came to a page of theirs: behind the link of an answer,
// or by themselves.
func methodOf(g *people.Guest) consent.Method {
	if g.Linked {
		return consent.MailLink
	}
	return consent.Web
}

// saidNo is a refusal in plain words, instants as people say them.
func saidNo(v *frontend.Visit, no helpdesk.Refusal) string {
	args := slices.Clone(no.Args)
	for i, a := range args {
		if t, ok := a.(time.Time); ok {
			args[i] = moment(page(v, "", "").Words.Words, t)
		}
	}
	return v.Say(no.Key, args...)
}
