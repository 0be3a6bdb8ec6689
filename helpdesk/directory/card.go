package directory

import (
	"context"
	"slices"

	"returnsupport/helpdesk"
)

// Card is what a person is given when we tell them where to go: public words of
// an organisation, nothing of the person, and nobody's name. Nothing leaves the
// house when it is shown.
type Card struct {
	Organisation helpdesk.ID
	Service      helpdesk.ID
	Name         string // of the service
	By           string // the organisation
	Country      string // ISO 3166-1 alpha-2; "" when nobody said
	What         string // the service's own description
	For          string // whom it is for
	Cost         string
	Bring        []string
	Languages    []string // tags
	Interpreted  bool
	Phones       []Phone
	Email        string
	URL          string
	Place        Site // without contacts; zero where it has none
	HowToApply   string
	Shares       Sharing // what the person should know before they go there
	Vetted       bool
	Checked      string // 2006-01-02, when anybody last checked; "" for never
}

// Card makes the card of a service at one of its places; location "" takes its
// first. It holds the same words whoever asks. ErrNotFound.
func (r *Room) Card(ctx context.Context, as View, service, location helpdesk.ID) (Card, error) {
	o, s, err := r.Service(ctx, as, service)
	if err != nil {
		return Card{}, err
	}
	c := Card{Organisation: o.ID, Service: s.ID, Name: s.Name, By: o.Name, Country: o.Vetting.Country, What: s.Description, For: s.Eligibility, Cost: s.Fees,
		Bring: s.Documents, Languages: slices.Concat(s.Languages, o.Vetting.Languages), Interpreted: s.Interpretation != "", Phones: s.Phones, Email: s.Email,
		URL: s.URL, HowToApply: s.HowToApply, Shares: o.Vetting.SharesWithAuthorities, Vetted: o.Current, Checked: max(s.Checked, o.Vetting.On)}
	if c.Email == "" {
		c.Email = o.Email
	}
	if c.URL == "" {
		c.URL = o.Website
	}
	if i := slices.IndexFunc(s.Places, func(p Site) bool { return location == "" || p.ID == location }); i >= 0 {
		c.Place = s.Places[i]
		c.Place.Contacts = nil
		c.Languages = append(c.Languages, c.Place.Languages...)
		if len(c.Place.Phones) > 0 {
			c.Phones = c.Place.Phones
		}
	} else if location != "" {
		return Card{}, helpdesk.ErrNotFound
	}
	if len(c.Phones) == 0 {
		c.Phones = o.Phones
	}
	slices.Sort(c.Languages)
	c.Languages = slices.Compact(c.Languages)
	return c, nil
}
