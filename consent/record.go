package consent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"returnsupport/consent/internal/grants"
	"returnsupport/consent/internal/ledger"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Spoke is what somebody said to a question otherwise than with their own key:
// together at the screen, by phone, at a visit, on paper.
type Spoke struct {
	State       State // Given, Refused or Deferred
	Items       []string
	Method      Method
	Role        Role // Self, Guardian, Representative; Conflict where the guardian must not be asked
	Language    string
	Alone       bool
	Interpreter Interpreter
	Interpreted string // who interpreted
	Witness     string // who heard it: a colleague, or whoever was there
	Guardian    string // who spoke for a child
	Explained   string // who explained it aloud, where nothing is written in their language
	Note        string
	Scan        *Scan
	Started     bool // they began to speak of it themselves
}

// Recorded is what became of it.
type Recorded struct {
	State State
	// Again is a new question with the same content: the yes was interpreted by
	// a child or a relative, is written down, and is not valid.
	Again helpdesk.ID
}

// Record writes down what somebody said to a question. A child's own view
// (under 13, Role Self) stands beside what is said for it.
//
// ErrNotFound and ErrDenied as Ask. Refusals: those of Answer but
// "consent.rests", and "consent.witness" (nobody is named who heard it),
// "consent.interpreter" (none named), "consent.explained", "consent.scan" (paper
// without its picture, or one too large or of no kind we know),
// "consent.guardian" (nobody is named who spoke), "consent.note" (why the
// guardian is not asked), "consent.again" (they have to begin it).
func (d *Door) Record(ctx context.Context, s *staff.Session, id helpdesk.ID, r Spoke) (Recorded, error) {
	if err := r.check(); err != nil {
		return Recorded{}, err
	}
	var out Recorded
	err := d.DB.Write(ctx, "record an answer", func(tx *store.Tx) error {
		out = Recorded{}
		m, team, err := d.teamsLocked(ctx, tx, s, id)
		if err != nil {
			return err
		}
		if shown, err := d.notice(ctx, tx, m.subject.Notice); err != nil || shown.Modality == Spoken && r.Explained == "" && r.State == grants.Given {
			return cmp.Or(err, helpdesk.Refuse("consent.explained"))
		}
		before := len(m.steps)
		if err := d.record(ctx, tx, m, r); err != nil {
			return err
		}
		// A yes that stood before, by whoever understood it rightly, still stands.
		if r.State == grants.Given && !r.Interpreter.Stands() && len(m.steps) > before {
			if out.Again, err = d.again(ctx, tx, s, m, team, r); err != nil {
				return err
			}
		}
		out.State = m.now(d.Now())
		return d.note(ctx, tx, s.User.ID, VerbReplied, m.subject.Ticket)
	})
	return out, err
}

func (d *Door) record(ctx context.Context, tx *store.Tx, m *matter, r Spoke) error {
	a := r.answer()
	if r.State != grants.Given {
		return d.takeNo(ctx, tx, m, a, nil)
	}
	switch grants.Last(m.events, d.Now()) {
	case grants.Refused, grants.Withdrawn:
		if !r.Started {
			return helpdesk.Refuse("consent.again")
		}
	}
	return d.takeYes(ctx, tx, m, a, nil, true)
}

// again says that a yes is not valid and asks anew, with the same content: the
// person was not asked wrongly, they were understood by the wrong one.
func (d *Door) again(ctx context.Context, tx *store.Tx, s *staff.Session, m *matter, team helpdesk.ID, r Spoke) (helpdesk.ID, error) {
	if m.now(d.Now()) == grants.Requested { // a child's view: there was no yes yet to take back
		event := ledger.Event{Kind: ledger.View, Subject: m.subject.ID, State: string(grants.Refused), Outcome: grants.OutcomeInterpreter,
			Purpose: m.purpose, Version: m.version, Age: string(m.age), At: d.after(m)}
		return "", d.append(ctx, tx, m, event)
	}
	moves := grants.End(m.events, grants.Invalidated, grants.OutcomeInterpreter, d.after(m))
	if err := d.write(ctx, tx, m, moves, time.Time{}, nil); err != nil {
		return "", err
	}
	p, ok := grants.PurposeOf(m.purpose)
	if !ok {
		return "", helpdesk.Refuse("consent.purpose")
	}
	c := m.terms
	c.By = s.User.ID
	shown, err := d.notice(ctx, tx, m.subject.Notice)
	if err != nil {
		return "", err
	}
	return d.begin(ctx, tx, s, team, c, p, shown.Modality == Spoken)
}

func (r *Spoke) answer() grants.Answer {
	return grants.Answer{State: r.State, Items: r.Items, Method: r.Method, Role: r.Role, Language: r.Language, Alone: r.Alone,
		Interpreter: r.Interpreter, Interpreted: r.Interpreted, Witness: r.Witness, Guardian: r.Guardian, Explained: r.Explained,
		Note: r.Note, Scan: r.Scan}
}

func (r *Spoke) check() error {
	if r.Role == "" {
		r.Role = grants.Self
	}
	named := func(s string) bool { s = strings.TrimSpace(s); return s != "" && len(s) <= mostText }
	switch {
	case r.State != grants.Given && r.State != grants.Refused && r.State != grants.Deferred,
		r.Method.Own(), !r.Method.Known(), r.Method == grants.Told && r.State == grants.Given,
		r.Role != grants.Self && r.Role != grants.Guardian && r.Role != grants.Representative && r.Role != grants.Conflict:
		return fmt.Errorf("record an answer: %w", helpdesk.ErrDenied)
	case !named(r.Witness):
		return helpdesk.Refuse("consent.witness")
	case !r.Interpreter.Known(), r.Interpreter != grants.NoInterpreter && r.Interpreter != grants.Machine && !named(r.Interpreted):
		return helpdesk.Refuse("consent.interpreter")
	case r.Method == grants.Paper && r.State == grants.Given && r.Scan == nil, r.Scan != nil && !r.Scan.Fits():
		return helpdesk.Refuse("consent.scan")
	case (r.Role == grants.Guardian || r.Role == grants.Representative) && !named(r.Guardian):
		return helpdesk.Refuse("consent.guardian")
	case r.Role == grants.Conflict && !named(r.Note):
		return helpdesk.Refuse("consent.note")
	case len(r.Note) > mostText || len(r.Explained) > mostText:
		return helpdesk.Refuse("consent.long")
	}
	return nil
}

// teamsLocked reads and opens a consent for a member of its ticket's team, with
// the book locked.
func (d *Door) teamsLocked(ctx context.Context, tx *store.Tx, s *staff.Session, id helpdesk.ID) (*matter, helpdesk.ID, error) {
	if err := d.ledger.Lock(ctx, tx); err != nil {
		return nil, "", err
	}
	m, err := d.matter(ctx, tx, id)
	if err != nil {
		return nil, "", err
	}
	t, err := d.Tickets.Facts(ctx, s, m.subject.Ticket)
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("consent %s: %w", id, err)
	case !s.Member(t.Team):
		return nil, "", fmt.Errorf("consent %s: %w", id, helpdesk.ErrDenied)
	case m.subject.Unproven || m.subject.Person != t.Person:
		return nil, "", fmt.Errorf("consent %s: %w", id, helpdesk.ErrNotFound)
	}
	if err := d.open(ctx, tx, m, asStaff(s)); err != nil && !errors.Is(err, errClosed) {
		return nil, "", err
	}
	return m, t.Team, nil
}

// Renew has a yes hold on from now, for as long as it did. Only the person can:
// with their key, signed. For a child under 13 whoever spoke for it does.
//
// Refusals: "consent.not_valid" (there is nothing to renew), "consent.guardian",
// and those of Answer for a yes.
func (d *Door) Renew(ctx context.Context, g *people.Guest, id helpdesk.ID, r Reply) error {
	if !r.Method.Own() {
		return fmt.Errorf("renew consent %s: %w", id, helpdesk.ErrDenied)
	}
	if err := d.rested(ctx, g); err != nil {
		return err
	}
	return d.DB.Write(ctx, "renew a consent", func(tx *store.Tx) error {
		m, err := d.mineLocked(ctx, tx, g, id)
		if err != nil {
			return err
		}
		a := grants.Answer{Method: r.Method, Role: grants.Self, Language: r.Language, Alone: r.Alone}
		if err := d.renew(ctx, tx, m, a, g.Pair()); err != nil {
			return err
		}
		return d.note(ctx, tx, "", VerbReplied, m.subject.Ticket)
	})
}

// RenewTold is Renew for what was said to somebody of us; as Record.
func (d *Door) RenewTold(ctx context.Context, s *staff.Session, id helpdesk.ID, r Spoke) error {
	r.State = grants.Given
	if err := r.check(); err != nil {
		return err
	}
	if !r.Interpreter.Stands() {
		return helpdesk.Refuse("consent.interpreter")
	}
	return d.DB.Write(ctx, "renew a consent", func(tx *store.Tx) error {
		m, _, err := d.teamsLocked(ctx, tx, s, id)
		if err != nil {
			return err
		}
		if err := d.renew(ctx, tx, m, r.answer(), nil); err != nil {
			return err
		}
		return d.note(ctx, tx, s.User.ID, VerbReplied, m.subject.Ticket)
	})
}

// renew lets what was allowed be allowed on: no item more than before.
func (d *Door) renew(ctx context.Context, tx *store.Tx, m *matter, a grants.Answer, own *vault.Pair) error {
	p, ok := grants.PurposeOf(m.purpose)
	switch {
	case !m.opened:
		return helpdesk.Refuse("consent.closed")
	case !ok || !m.valid(d.Now()):
		return helpdesk.Refuse("consent.not_valid")
	case m.age == grants.Under13 && a.Role == grants.Self:
		return helpdesk.Refuse("consent.guardian")
	}
	a.State, a.Items, a.Alone = grants.Renewed, m.said.Items, m.said.Alone && a.Alone
	moves := []grants.Move{{State: grants.Renewed, Outcome: string(a.Role)}}
	return d.writeSaid(ctx, tx, m, moves, p.Ends(m.terms, d.Now()), a, own)
}
