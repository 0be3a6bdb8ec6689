package directory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"returnsupport/helpdesk"
)

// Target is what consent must know before anything is addressed to an
// organisation.
type Target struct {
	ID                    helpdesk.ID
	Name                  string
	Kind                  Kind
	Country               string // ISO 3166-1 alpha-2; "" when nobody said
	Vetted                bool   // somebody vetted it, and today that still counts
	Until                 string // 2006-01-02: the last day it counts; "" when never vetted
	SharesWithAuthorities bool   // also when nobody knows
	Takes                 Takes  // no while it is not vetted
}

// Target reads an organisation as it stands now. ErrNotFound.
func (r *Room) Target(ctx context.Context, id helpdesk.ID) (Target, error) {
	o, err := r.organisation(ctx, r.db, id)
	if err != nil {
		return Target{}, err
	}
	v, err := r.vetting(ctx, r.db, o)
	if err != nil {
		return Target{}, err
	}
	t := Target{ID: o.ID, Name: o.Fields["name"], Kind: v.Kind, Country: v.Country, Until: v.Until,
		Vetted: v.Current(r.today()), SharesWithAuthorities: v.SharesWithAuthorities != SharesNo, Takes: v.Takes}
	if !t.Vetted {
		t.Takes = TakesNone
	}
	return t, nil
}

// Expiry is a vetting that ends soon, or has ended.
type Expiry struct {
	Organisation helpdesk.ID
	Name         string
	Kind         Kind
	Owner        helpdesk.ID // who vetted it and is warned
	Until        string      // 2006-01-02
	Days         int         // left; 0 on the last day, negative afterwards
}

// Expiring lists vettings that end within some days from today on, and those
// that have ended, the longest ended first.
func (r *Room) Expiring(ctx context.Context, within int) ([]Expiry, error) {
	today, err := time.Parse(time.DateOnly, r.today())
	if err != nil {
		return nil, fmt.Errorf("read today's date: %w", err)
	}
	var out []Expiry
	err = r.look(ctx, func(x *index) {
		for _, v := range x.vettings {
			o, known := x.organisations[v.Organisation]
			until, err := time.Parse(time.DateOnly, v.Until)
			if !known || v.Kind == Unverified || err != nil {
				continue
			}
			if days := int(until.Sub(today).Hours() / 24); days <= within {
				out = append(out, Expiry{v.Organisation, o.name, v.Kind, v.By, v.Until, days})
			}
		}
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(out, func(a, b Expiry) int {
		return cmp.Or(cmp.Compare(a.Days, b.Days), strings.Compare(a.Name, b.Name), strings.Compare(string(a.Organisation), string(b.Organisation)))
	})
	return out, nil
}
