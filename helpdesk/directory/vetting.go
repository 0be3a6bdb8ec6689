package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// vettingKind is the kind of record that holds what we found out ourselves. Its
// HSDS id is its organisation's; no file brings one.
const vettingKind = "vetting"

// Kind is what an organisation is to us.
type Kind string

const (
	Own        Kind = "own"
	Branch     Kind = "branch"
	Partner    Kind = "partner"
	Authority  Kind = "authority"
	Sister     Kind = "sister" // a national society abroad, which may assist its state
	Unverified Kind = "unverified"
)

// Kinds lists them, for forms.
var Kinds = []Kind{Own, Branch, Partner, Authority, Sister, Unverified}

// Sharing says whether what an organisation knows may reach the authorities.
type Sharing string

const (
	SharesNo      Sharing = "no"
	SharesYes     Sharing = "yes"
	SharesUnknown Sharing = "unknown"
)

// Sharings lists them, for forms.
var Sharings = []Sharing{SharesNo, SharesYes, SharesUnknown}

// Takes is the most an organisation takes of us; who takes a package takes a
// warm hand-over and a signpost, too.
type Takes string

const (
	TakesNone     Takes = "no"
	TakesSignpost Takes = "signpost"
	TakesWarm     Takes = "warm"
	TakesPackage  Takes = "package"
)

// AllTakes lists them from least to most, for forms.
var AllTakes = []Takes{TakesNone, TakesSignpost, TakesWarm, TakesPackage}

// View is who looks, and in a Vetting who may see the organisation at all.
type View string

const (
	ForCounsellors View = "counsellor" // everything
	ForVolunteers  View = "volunteer"  // what is vetted and shown to volunteers or everyone
	ForEveryone    View = "public"     // what is vetted and shown to everyone
)

// Views lists them from fewest to most, for forms.
var Views = []View{ForCounsellors, ForVolunteers, ForEveryone}

// WarnDays before a vetting ends its owner is warned.
const WarnDays = 30

// Vetting is what we found out about an organisation ourselves.
type Vetting struct {
	Kind                  Kind        `json:"kind"`
	Country               string      `json:"country"` // ISO 3166-1 alpha-2
	By                    helpdesk.ID `json:"by"`      // the colleague who vetted it, and is warned; "" with Put: who puts it
	On                    string      `json:"on"`      // 2006-01-02
	Until                 string      `json:"until"`   // the last day it counts
	SharesWithAuthorities Sharing     `json:"shares"`
	Takes                 Takes       `json:"takes"`
	How                   string      `json:"how"`       // how they want to be asked; may name a work address
	Languages             []string    `json:"languages"` // language tags, beside those of its services
	Audiences             []string    `json:"audiences"` // child, detained; none: everyone
	Shown                 View        `json:"shown"`

	Organisation helpdesk.ID `json:"-"`
	Version      int64       `json:"-"` // 0: never vetted
	At           time.Time   `json:"-"`
	Actor        helpdesk.ID `json:"-"`
}

// Current tells whether the vetting counts on a day.
func (v Vetting) Current(day string) bool {
	return v.Kind != Unverified && v.On != "" && v.On <= day && day <= v.Until
}

// unvetted is what stands for an organisation nobody looked at.
func unvetted(org helpdesk.ID) Vetting {
	return Vetting{Kind: Unverified, SharesWithAuthorities: SharesUnknown, Takes: TakesNone, Shown: ForCounsellors, Organisation: org}
}

// Vetting returns an organisation's vetting as it stands: Unverified, and of
// version 0, when nobody vetted it. ErrNotFound when there is no such
// organisation.
func (r *Room) Vetting(ctx context.Context, org helpdesk.ID) (Vetting, error) {
	o, err := r.organisation(ctx, r.db, org)
	if err != nil {
		return Vetting{}, err
	}
	return r.vetting(ctx, r.db, o)
}

// organisation reads an organisation that is not gone.
func (r *Room) organisation(ctx context.Context, from store.Reader, id helpdesk.ID) (Record, error) {
	o, err := r.one(ctx, from, id)
	if err == nil && (o.Kind != "organization" || o.Gone) {
		err = fmt.Errorf("organisation %s: %w", id, helpdesk.ErrNotFound)
	}
	return o, err
}

func (r *Room) vetting(ctx context.Context, from store.Reader, o Record) (Vetting, error) {
	rec, err := r.one(ctx, from, houseID(vettingKind, o.HSDS))
	if errors.Is(err, helpdesk.ErrNotFound) {
		// Also where it stepped back or did not open: an old yes, or a forged one,
		// counts as nobody's word.
		return unvetted(o.ID), nil
	}
	if err != nil {
		return Vetting{}, err
	}
	return vettingOf(rec), nil
}

// vettingOf reads a record of the kind vetting.
func vettingOf(rec Record) Vetting {
	v := *rec.Vetting
	v.Organisation, v.Version, v.At, v.Actor = houseID("organization", rec.HSDS), rec.Version, rec.At, rec.Actor
	return v
}

// Vet keeps what was found out about an organisation, as the version after
// v.Version. For coordinators; ErrDenied for others, ErrConflict when somebody
// vetted it meanwhile. Refusals "directory.vetting.kind", "directory.vetting.country",
// "directory.vetting.days", "directory.vetting.shares", "directory.vetting.takes",
// "directory.vetting.language", "directory.vetting.audience", "directory.vetting.shown"
// and "directory.vetting.how".
func (r *Room) Vet(ctx context.Context, by *staff.Session, org helpdesk.ID, v Vetting) (Vetting, error) {
	if !by.Coordinator() {
		return Vetting{}, fmt.Errorf("vet organisation %s: %w", org, helpdesk.ErrDenied)
	}
	if v.By == "" {
		v.By = by.User.ID
	}
	if err := v.check(); err != nil {
		return Vetting{}, err
	}
	var kept Record
	err := r.db.Write(ctx, "vet an organisation", func(tx *store.Tx) error {
		o, err := r.organisation(ctx, tx, org)
		if err != nil {
			return err
		}
		kept = Record{Kind: vettingKind, HSDS: o.HSDS, ID: houseID(vettingKind, o.HSDS), Hand: true, Vetting: &v,
			Version: v.Version, At: r.now().UTC(), Actor: by.User.ID}
		return r.change(ctx, tx, &kept, VerbVetted, org)
	})
	if err != nil {
		return Vetting{}, fmt.Errorf("vet organisation %s: %w", org, err)
	}
	return vettingOf(kept), nil
}

// change is one record's next version with its line in the journal.
func (r *Room) change(ctx context.Context, tx *store.Tx, rec *Record, verb string, object helpdesk.ID) error {
	revision, err := raise(ctx, tx)
	if err != nil {
		return err
	}
	if err := r.put(ctx, tx, revision, rec); err != nil {
		return err
	}
	return r.journal.Write(ctx, tx, journal.Entry{At: rec.At, Actor: rec.Actor, Verb: verb, Object: object,
		Sealed: r.secrets.SealOffice(vault.At("directory.change", rec.ID, rec.Version), rec.encode())})
}

// howLimit is the longest text on how an organisation takes referrals, in bytes.
const howLimit = 2000

func (v *Vetting) check() error {
	v.Country = strings.ToUpper(strings.TrimSpace(v.Country))
	on, errOn := time.Parse(time.DateOnly, v.On)
	until, errUntil := time.Parse(time.DateOnly, v.Until)
	switch {
	case !slices.Contains(Kinds, v.Kind):
		return helpdesk.Refuse("directory.vetting.kind")
	case v.Country != "" && !country(v.Country), v.Country == "" && v.Kind != Unverified:
		return helpdesk.Refuse("directory.vetting.country")
	case v.Kind != Unverified && (errOn != nil || errUntil != nil || until.Before(on)):
		return helpdesk.Refuse("directory.vetting.days")
	case v.Kind == Unverified && (v.On != "" && errOn != nil || v.Until != "" && errUntil != nil):
		return helpdesk.Refuse("directory.vetting.days")
	case !slices.Contains(Sharings, v.SharesWithAuthorities):
		return helpdesk.Refuse("directory.vetting.shares")
	case !slices.Contains(AllTakes, v.Takes):
		return helpdesk.Refuse("directory.vetting.takes")
	case !slices.Contains(Views, v.Shown):
		return helpdesk.Refuse("directory.vetting.shown")
	case len(v.How) > howLimit:
		return helpdesk.Refuse("directory.vetting.how")
	}
	for i, tag := range v.Languages {
		if v.Languages[i] = languageTag(tag, ""); v.Languages[i] == "" {
			return helpdesk.Refuse("directory.vetting.language", tag)
		}
	}
	for _, a := range v.Audiences {
		if !slices.Contains(Audiences, a) {
			return helpdesk.Refuse("directory.vetting.audience", a)
		}
	}
	return nil
}

// country tells whether s has the form of an ISO 3166-1 alpha-2 code.
func country(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}
