package consent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"returnsupport/consent/internal/referrals"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// RequestPlaybook are the steps when an authority asks, each a key in the
// catalogues: what to say, what could be handed over at all, and what never.
var RequestPlaybook = []string{
	"request.step.nothing",   // say neither yes nor no, nor that we know anybody
	"request.step.writing",   // ask for it in writing, with the law it rests on
	"request.step.register",  // write it down here, whoever asks
	"request.step.decides",   // the coordinator decides, alone
	"request.step.could",     // what could be handed over: what is ours and not sealed, a court's order names the rest
	"request.step.cannot",    // what we can't: what is sealed to the team opens for its members alone
	"request.step.tell",      // the person is told, unless the law forbids it
	"request.step.exception", // what is handed over is an exception, with its second person
}

// requestTime is how long the coordinator has by default.
const requestTime = 3 * 24 * time.Hour

// Inquiry is what an authority asks.
type Inquiry struct {
	Authority string    `json:"authority"`
	Person    string    `json:"person"` // who asked there
	What      string    `json:"what"`
	Law       string    `json:"law,omitempty"` // what they rest it on, in their words
	Channel   string    `json:"channel"`       // phone, letter, mail, visit
	At        time.Time `json:"at"`
}

// LogValue keeps it out of logs.
func (Inquiry) LogValue() slog.Value { return sealedValue }

// Inquired is a request in the register.
type Inquired struct {
	ID          helpdesk.ID
	State       string // open, refused, granted: open hands nothing over, either
	By, Decided helpdesk.ID
	At, Due     time.Time
	Late        bool
	Open        bool // the sealed half could be opened
	Inquiry     Inquiry
	Why         string
	Over        []string // what is to be handed over, of a granted one
}

// LogValue keeps it out of logs.
func (Inquired) LogValue() slog.Value { return sealedValue }

type requestBody struct {
	Inquiry Inquiry  `json:"inquiry"`
	Why     string   `json:"why"`
	Over    []string `json:"over"`
}

// Register writes down that an authority asked. It is read by who registers it
// and by the coordinators who work here now, by nobody's team. Whoever works
// here may register; nothing is handed over by it, and waiting is a no. Refusal
// "request.empty".
func (d *Door) Register(ctx context.Context, s *staff.Session, q Inquiry) (helpdesk.ID, error) {
	if strings.TrimSpace(q.Authority) == "" || strings.TrimSpace(q.What) == "" || long(q.What+q.Law+q.Authority+q.Person, mostWords) {
		return "", helpdesk.Refuse("request.empty")
	}
	if s.Own() == nil {
		return "", fmt.Errorf("register a request: %w", helpdesk.ErrDenied)
	}
	users, err := d.Staff.Users(ctx)
	if err != nil {
		return "", err
	}
	key, now := vault.NewKey(), d.instant()
	plain, err := json.Marshal(requestBody{Inquiry: q})
	if err != nil {
		return "", err
	}
	row := referrals.Request{ID: helpdesk.NewID(), State: referrals.RequestOpen, By: s.User.ID, At: now, Due: now.Add(requestTime)}
	row.Body = key.Seal(referrals.BodyAt(row.ID), plain)
	err = d.DB.Write(ctx, "register a request", func(tx *store.Tx) error {
		row := row
		if err := d.book.AddRequest(ctx, tx, &row); err != nil {
			return err
		}
		own := referrals.Key{Kind: vault.User, Reader: s.User.ID, Version: s.Own().ID().Version}
		own.Wrap = s.Own().Wrap(referrals.KeyAt(row.ID, own.KeyID()), key)
		if err := d.book.Give(ctx, tx, row.ID, own); err != nil {
			return err
		}
		for _, u := range users {
			if u.Kind != staff.Coordinator || u.State != staff.Active || u.ID == s.User.ID {
				continue
			}
			public, err := d.Staff.UserKey(ctx, tx, u.ID)
			if isNotFound(err) {
				continue
			}
			if err != nil {
				return err
			}
			if err := d.giveKeyBlind(ctx, tx, row.ID, public, key); err != nil {
				return err
			}
		}
		return d.Journal.Write(ctx, tx, journal.Entry{Actor: s.User.ID, Verb: VerbRequested, Object: row.ID})
	})
	return row.ID, err
}

// Decide is the coordinator's answer. A yes names the law it rests on in why and
// what is to be handed over; what then leaves is an exception of the kind court
// or crime, with all that belongs to one. ErrDenied for anybody else.
func (d *Door) Decide(ctx context.Context, s *staff.Session, id helpdesk.ID, grant bool, why string, over ...string) error {
	if !s.Coordinator() {
		return fmt.Errorf("decide on request %s: %w", id, helpdesk.ErrDenied)
	}
	if strings.TrimSpace(why) == "" || grant != (len(over) > 0) || long(why, mostWords) {
		return helpdesk.Refuse("request.why")
	}
	q, err := d.book.Request(ctx, d.DB, id)
	if err != nil {
		return err
	}
	if q.Unproven {
		return helpdesk.Refuse("refer.unproven")
	}
	if q.State != referrals.RequestOpen {
		return fmt.Errorf("decide on request %s: %w", id, helpdesk.ErrConflict)
	}
	key, plain, err := d.openBody(ctx, d.DB, s, id, q.Body)
	if err != nil {
		return err
	}
	var body requestBody
	if strict(plain, &body) != nil {
		return helpdesk.Refuse("refer.unproven")
	}
	body.Why, body.Over = why, over
	if plain, err = json.Marshal(body); err != nil {
		return err
	}
	sealed := key.Seal(referrals.BodyAt(id), plain)
	return d.DB.Write(ctx, "decide on a request", func(tx *store.Tx) error {
		q := *q
		q.State, q.Decided, q.Body = referrals.RequestRefused, s.User.ID, sealed
		if grant {
			q.State = referrals.RequestGranted
		}
		if err := d.book.SaveRequest(ctx, tx, &q); err != nil {
			return err
		}
		return d.Journal.Write(ctx, tx, journal.Entry{Actor: s.User.ID, Verb: VerbDecided, Object: id})
	})
}

// Requests lists the register, the latest first: to a coordinator all of it, by
// its plain half where they hold no key, to others what they registered.
func (d *Door) Requests(ctx context.Context, s *staff.Session) ([]Inquired, error) {
	all, err := d.book.Requests(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	var out []Inquired
	for _, q := range all {
		one := Inquired{ID: q.ID, State: q.State, By: q.By, Decided: q.Decided, At: q.At, Due: q.Due,
			Late: q.State == referrals.RequestOpen && !d.Now().Before(q.Due)}
		if !q.Unproven {
			_, plain, err := d.openBody(ctx, d.DB, s, q.ID, q.Body)
			if err != nil && !closedToUs(err) {
				return nil, err
			}
			var body requestBody
			if err == nil && strict(plain, &body) == nil {
				one.Open, one.Inquiry, one.Why, one.Over = true, body.Inquiry, body.Why, body.Over
			}
		}
		if one.Open || s.Coordinator() {
			out = append(out, one)
		}
	}
	return out, nil
}

// closedToUs tells whether an error says only that the sealed half does not
// open here.
func closedToUs(err error) bool {
	var r helpdesk.Refusal
	return isNotFound(err) || errors.Is(err, helpdesk.ErrDenied) || errors.As(err, &r)
}
