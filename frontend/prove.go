package frontend

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// FactorPath is where those are led whose second factor is missing, ProvePath
// what hears again who somebody is when a page was asked for.
const (
	FactorPath = "/w/factor"
	ProvePath  = "/w/prove"
	// AskPasskeyPath is what a passkey is asked, of whoever gave their words;
	// ElsewherePath leads to the organisation's own sign-in.
	AskPasskeyPath = "/w/factor/passkey/ask"
	ElsewherePath  = "/w/sso"
)

// Prover is a Door that hears again who somebody is, before what should not be
// found done at a desk left open; *staff.Desk is one.
type Prover interface {
	Prove(ctx context.Context, cookie, secret string) error
	Ways(ctx context.Context, cookie string) (staff.Ways, error)
}

// OutsideProver is an OutsideDoor that does the same; where it opens sessions
// that know when they were proven (provable).
type OutsideProver interface {
	Prove(ctx context.Context, cookie, secret string) error
}

// provable is whose session knows when its user proved who they are.
type provable interface{ Proof() error }

// whoProves is who would have to; nil where nobody is there who could.
func (v *Visit) whoProves() provable {
	if v.Session != nil {
		return v.Session
	}
	p, _ := v.Outsider.(provable)
	return p
}

// proveField carries what somebody proves with. No page gives it back.
const proveField = "prove"

// Prove is the page that asks again who somebody is. Rooms ask for it by
// staff.ErrProof, before anything is done; what was posted comes again with the
// proof, so nothing is typed twice.
type Prove struct {
	Page
	Action string
	Route  string // the same as mounted, for its proof
	Fields []AgainField
	Secret Field
	Back   string
	Thumb  bool // on a volunteer's telephone
	// Ways besides typing; nil for who has none.
	Passkey   *Passkey
	Elsewhere *Elsewhere
}

// Elsewhere leads to the organisation's own sign-in.
type Elsewhere struct {
	Words
	Name, Href string
}

// Besides are the ways to give a second factor that nobody types, into a field;
// afterwards the page to is shown.
func Besides(w Words, ways staff.Ways, into, to string) (*Passkey, *Elsewhere) {
	var p *Passkey
	var e *Elsewhere
	if ways.Passkeys {
		p = &Passkey{Words: w, Ask: AskPasskeyPath, Into: into, Text: w.Say("passkey.use"), Main: !ways.Codes}
	}
	if ways.SSO != "" {
		e = &Elsewhere{Words: w, Name: ways.SSO, Href: ElsewherePath + "?" + url.Values{"to": {to}}.Encode()}
	}
	return p, e
}

// proveFirst hears the proof that a form brings along. It returns nil where none
// is needed any more, and the handler runs.
func (v *Visit) proveFirst() error {
	who := v.whoProves()
	if who == nil || !v.Form.Has(proveField) || who.Proof() == nil {
		return nil
	}
	err := v.proveAgain(v.Form.Value(proveField))
	if errors.Is(err, helpdesk.ErrDenied) && !errors.Is(err, staff.ErrProof) {
		// Too many were wrong, or it ended meanwhile: they sign in anew.
		v.Session, v.Outsider, v.Ended = nil, nil, true
	}
	return err
}

// proveAgain hears a proof, and looks the session up anew.
func (v *Visit) proveAgain(secret string) error {
	if v.outside != nil {
		door := v.site.door(v.outside)
		p, ok := door.(OutsideProver)
		if !ok {
			return staff.ErrProof
		}
		if err := p.Prove(v.Context, v.look.session, secret); err != nil {
			return err
		}
		o, err := door.Outsider(v.Context, v.look.session, false)
		if err == nil {
			v.Outsider = o
		}
		return err
	}
	p, ok := v.site.Door.(Prover)
	if !ok {
		return staff.ErrProof
	}
	if err := p.Prove(v.Context, v.look.session, secret); err != nil {
		return err
	}
	s, err := v.site.Door.Session(v.Context, v.look.session, false)
	if err == nil {
		v.Session = s
	}
	return err
}

// askProof shows the page; wrong is what was wrong with the last try, nil before
// the first.
func (v *Visit) askProof(wrong *helpdesk.Refusal) error {
	page := Prove{Page: v.Page(v.Say("prove.title")), Action: v.c.Path(), Route: v.c.Route().Path, Back: v.backPath()}
	if v.outside != nil {
		page.Back = v.backWithin(v.outside.path)
		if page.Thumb = v.outside == volunteers; page.Thumb {
			page.Brings = []string{"volunteer.css"}
		}
	}
	switch {
	case v.Form.values == nil: // a page: it is asked for again afterwards
		page.Action, page.Route = ProvePath, ProvePath
		page.Fields = []AgainField{{"to", OwnPath(v.c.OriginalURL())}}
	default:
		for name, values := range v.Form.values {
			if name == proveField || name == "proof" {
				continue
			}
			for _, value := range values {
				page.Fields = append(page.Fields, AgainField{name, tidy(value)})
			}
		}
	}
	page.Secret = Field{Name: proveField, Label: v.Say("prove.code"), Help: v.Say("prove.code.help"), Complete: "one-time-code", Focus: true}
	if v.outside != nil {
		page.Secret.Help = v.Say("partner.code.help") // they have no spare codes, and no other way
	} else if err := v.proveBesides(&page); err != nil {
		return err
	}
	if wrong != nil {
		page.Secret.Wrong = v.Say(wrong.Key, wrong.Args...)
	}
	if v.Partial() { // asked within a page, it takes the whole of it
		v.c.Set("HX-Retarget", "body")
		v.c.Set("HX-Reswap", "innerHTML")
	}
	return v.ShowAs(http.StatusForbidden, page)
}

// proveBesides asks for what somebody who works here can prove with.
func (v *Visit) proveBesides(page *Prove) error {
	if !v.Session.Factored() {
		page.Secret = Field{Name: proveField, Type: "password", Label: v.Say("signin.words"), Help: v.Say("signin.words.help"), Complete: "current-password", Focus: true}
	}
	p, ok := v.site.Door.(Prover)
	if !ok {
		return nil
	}
	ways, err := p.Ways(v.Context, v.look.session)
	if err != nil {
		return err
	}
	to := v.backPath() // what was posted is not sent along: it stands on the page it came from
	if v.Form.values == nil {
		to = OwnPath(v.c.OriginalURL())
	}
	page.Passkey, page.Elsewhere = Besides(page.Words, ways, proveField, to)
	page.Brings = []string{"passkey.js"}
	if v.Session.Factored() && !ways.Codes {
		page.Secret.Label, page.Secret.Help = v.Say("factor.spare"), v.Say("factor.spare.help")
	}
	return nil
}

// unproven tells whether an error asks for a proof, and what was wrong with one
// that came along.
func (v *Visit) unproven(err error) (*helpdesk.Refusal, bool) {
	who := v.whoProves()
	if who == nil || v.outside != nil && v.Form.values == nil { // no page of theirs asks by being looked at
		return nil, false
	}
	if errors.Is(err, staff.ErrProof) {
		return nil, true
	}
	var no helpdesk.Refusal
	if errors.As(err, &no) && v.Form.Has(proveField) && who.Proof() != nil {
		return &no, true
	}
	return nil, false
}
