package directory

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// Organisation is one with its services, for a page about it.
type Organisation struct {
	ID            helpdesk.ID
	Version       int64
	Name          string
	AlternateName string
	Description   string
	Email         string
	Website       string
	Phones        []Phone
	Contacts      []Contact // for counsellors alone
	Services      []Service // by name
	Vetting       Vetting
	Current       bool // the vetting counts today
}

// Service is one with the places where it is given.
type Service struct {
	ID             helpdesk.ID
	Version        int64
	Name           string
	AlternateName  string
	Description    string
	URL            string
	Email          string
	Status         string
	Interpretation string
	HowToApply     string
	Fees           string
	Eligibility    string
	MinimumAge     string
	MaximumAge     string
	Alert          string
	Checked        string   // 2006-01-02: when somebody last assured it
	Languages      []string // tags
	Topics         []string // names of taxonomy terms
	Documents      []string // to bring
	Phones         []Phone
	Contacts       []Contact
	Hours          []Hours
	Places         []Site
}

// Site is a place where a service is given, with what holds there.
type Site struct {
	ID            helpdesk.ID
	Name          string
	Description   string
	Address       []string // lines
	City          string
	At            Point // zero when nobody knows
	URL           string
	Transport     string
	Accessibility []string
	Languages     []string
	Phones        []Phone
	Contacts      []Contact
	Hours         []Hours
	Open          OpenState
	OpenUntil     time.Time
}

// Phone is a number as it is dialled.
type Phone struct {
	Number, Extension, Description string
}

// Contact is somebody who works there. It is their work address, and still a
// person's: only counsellors see it.
type Contact struct {
	Name, Title, Department, Email string
	Phones                         []Phone
}

// Hours are a schedule in HSDS' columns, and in the organisation's own words.
type Hours struct {
	Opens, Closes string // 10:00
	Days          string // MO,WE or 1MO
	From, To      string // 2006-01-02; "" for no limit
	Words         string
}

// Organisation returns one as a view may see it; what it may not see is
// ErrNotFound, like what is not there.
func (r *Room) Organisation(ctx context.Context, as View, id helpdesk.ID) (Organisation, error) {
	t, err := r.gather(ctx, id)
	if err != nil {
		return Organisation{}, err
	}
	o, ok := t.by[id]
	if !ok || o.Kind != "organization" {
		return Organisation{}, fmt.Errorf("organisation %s: %w", id, helpdesk.ErrNotFound)
	}
	v, err := r.vetting(ctx, r.db, o)
	if err != nil {
		return Organisation{}, err
	}
	if !v.visible(as, r.today()) {
		return Organisation{}, fmt.Errorf("organisation %s: %w", id, helpdesk.ErrNotFound)
	}
	f := o.Fields
	out := Organisation{ID: o.ID, Version: o.Version, Name: f["name"], AlternateName: f["alternate_name"], Description: f["description"], Email: f["email"],
		Website: f["website"], Phones: t.phones(o), Vetting: v, Current: v.Current(r.today())}
	for _, s := range t.children(o, "service") {
		if as == ForCounsellors || s.Fields["status"] == "active" {
			out.Services = append(out.Services, t.service(r, s, v))
		}
	}
	slices.SortStableFunc(out.Services, func(a, b Service) int { return strings.Compare(fold(a.Name), fold(b.Name)) })
	if as == ForCounsellors {
		out.Contacts = t.contacts(o)
	} else {
		out.hideContacts()
	}
	return out, nil
}

func (o *Organisation) hideContacts() {
	o.Contacts = nil
	for i := range o.Services {
		s := &o.Services[i]
		s.Contacts = nil
		for j := range s.Places {
			s.Places[j].Contacts = nil
		}
	}
}

// Service returns one and its organisation, as a view may see them. ErrNotFound.
func (r *Room) Service(ctx context.Context, as View, id helpdesk.ID) (Organisation, Service, error) {
	var org helpdesk.ID
	if err := r.look(ctx, func(x *index) { org = x.services[id].organisation }); err != nil {
		return Organisation{}, Service{}, err
	}
	o, err := r.Organisation(ctx, as, org)
	if err != nil {
		return Organisation{}, Service{}, fmt.Errorf("service %s: %w", id, err)
	}
	for _, s := range o.Services {
		if s.ID == id {
			return o, s, nil
		}
	}
	return Organisation{}, Service{}, fmt.Errorf("service %s: %w", id, helpdesk.ErrNotFound)
}

// most records are read for one organisation; none in the world has more.
const mostBelow = 20_000

// gather reads an organisation and all that hangs on it.
func (r *Room) gather(ctx context.Context, id helpdesk.ID) (*sheaf, error) {
	var want []helpdesk.ID
	err := r.look(ctx, func(x *index) {
		seen := map[helpdesk.ID]bool{}
		var walk func(helpdesk.ID)
		walk = func(id helpdesk.ID) {
			if seen[id] || len(want) >= mostBelow {
				return
			}
			seen[id] = true
			want = append(want, id)
			if m, ok := x.meetings[id]; ok {
				walk(m.location)
			}
			if term, ok := x.attributes[id]; ok {
				want = append(want, term)
			}
			_, place := x.locations[id]
			for _, kid := range x.kids[id] {
				// From a place no way leads on to other services that use it.
				if _, meeting := x.meetings[kid]; !place || !meeting {
					walk(kid)
				}
			}
		}
		walk(id)
	})
	if err != nil {
		return nil, err
	}
	all := map[helpdesk.ID]Record{}
	slices.Sort(want)
	for part := range slices.Chunk(slices.Compact(want), readAtOnce) {
		if err := r.readIDs(ctx, r.db, part, func(s stored) { all[s.ID] = s.Record }); err != nil {
			return nil, err
		}
	}
	return newSheaf(all), nil
}

// readAtOnce is how many records one statement asks for.
const readAtOnce = 64

var selectMany = `SELECT ` + recordColumns + ` WHERE id IN (` + store.Places(readAtOnce, 1) + `)`

func (r *Room) readIDs(ctx context.Context, from store.Reader, ids []helpdesk.ID, f func(stored)) error {
	args := make([]any, readAtOnce)
	for i := range args {
		args[i] = "" // no record's id: one statement for any number of them
		if i < len(ids) {
			args[i] = string(ids[i])
		}
	}
	return r.read(ctx, from, f, selectMany, args...)
}

func (s *sheaf) children(of Record, kind string) []Record {
	return s.below[below{kind, of.Kind + "_id", of.HSDS}]
}

func (s *sheaf) phones(of Record) []Phone {
	var out []Phone
	for _, p := range s.children(of, "phone") {
		out = append(out, Phone{strings.Trim(p.Fields["number"], `"`), p.Fields["extension"], p.Fields["description"]})
	}
	return out
}

func (s *sheaf) contacts(of Record) []Contact {
	var out []Contact
	for _, c := range s.children(of, "contact") {
		out = append(out, Contact{c.Fields["name"], c.Fields["title"], c.Fields["department"], c.Fields["email"], s.phones(c)})
	}
	return out
}

func (s *sheaf) tongues(of Record) []string {
	var out []string
	for _, l := range s.children(of, "language") {
		if tag := languageTag(l.Fields["code"], l.Fields["name"]); tag != "" && !slices.Contains(out, tag) {
			out = append(out, tag)
		}
	}
	slices.Sort(out)
	return out
}

func (s *sheaf) hours(of Record, home *time.Location) (out []Hours, read []timing) {
	for _, rec := range s.children(of, "schedule") {
		f := rec.Fields
		out = append(out, Hours{short(f["opens_at"]), short(f["closes_at"]), f["byday"], day(f["valid_from"]), day(f["valid_to"]), f["description"]})
		if t, ok := readTiming(f, home); ok {
			read = append(read, t)
		}
	}
	return out, read
}

// short is a time of day without its seconds.
func short(v string) string {
	if len(v) >= 8 && v[2] == ':' && v[5:8] == ":00" {
		return v[:5] + v[8:]
	}
	return v
}

func (s *sheaf) service(r *Room, rec Record, v Vetting) Service {
	f := rec.Fields
	out := Service{ID: rec.ID, Version: rec.Version, Name: f["name"], AlternateName: f["alternate_name"], Description: f["description"], URL: f["url"],
		Email: f["email"], Status: f["status"], Interpretation: f["interpretation_services"], HowToApply: f["application_process"], Fees: f["fees_description"],
		Eligibility: f["eligibility_description"], MinimumAge: f["minimum_age"], MaximumAge: f["maximum_age"], Alert: f["alert"], Checked: day(f["assured_date"]),
		Languages: s.tongues(rec), Phones: s.phones(rec), Contacts: s.contacts(rec)}
	for _, a := range s.below[below{"attribute", "link_id", rec.HSDS}] {
		if ids := a.Up["taxonomy_term_id"]; len(ids) > 0 {
			if term, ok := s.find("taxonomy_term", ids[0]); ok {
				out.Topics = append(out.Topics, term.Fields["name"])
			}
		}
	}
	for _, d := range s.children(rec, "required_document") {
		out.Documents = append(out.Documents, d.Fields["document"])
	}
	own, ownTimes := s.hours(rec, r.zone)
	out.Hours = own
	for _, m := range s.children(rec, "service_at_location") {
		if ids := m.Up["location_id"]; len(ids) > 0 {
			if l, ok := s.find("location", ids[0]); ok {
				out.Places = append(out.Places, s.site(r, m, l, own, ownTimes, v))
			}
		}
	}
	return out
}

func (s *sheaf) site(r *Room, meeting, l Record, own []Hours, ownTimes []timing, v Vetting) Site {
	f := l.Fields
	out := Site{ID: l.ID, Name: f["name"], Description: meeting.Fields["description"], URL: f["url"], Transport: f["transportation"], Languages: s.tongues(l),
		Phones: append(s.phones(meeting), s.phones(l)...), Contacts: append(s.contacts(meeting), s.contacts(l)...)}
	lat, errLat := strconv.ParseFloat(f["latitude"], 64)
	lon, errLon := strconv.ParseFloat(f["longitude"], 64)
	if p := (Point{lat, lon}); errLat == nil && errLon == nil && p.sound() {
		out.At = p
	}
	// The first address is where it is; others are for the post.
	if all := s.children(l, "address"); len(all) > 0 {
		f := all[0].Fields
		for _, line := range []string{f["address_1"], f["address_2"], strings.TrimSpace(f["postal_code"] + " " + f["city"])} {
			if line != "" {
				out.Address = append(out.Address, line)
			}
		}
		out.City = f["city"]
	}
	for _, a := range s.children(l, "accessibility") {
		out.Accessibility = append(out.Accessibility, strings.TrimSpace(a.Fields["description"]+" "+a.Fields["details"]))
	}
	var times []timing
	if out.Hours, times = s.hours(meeting, r.zone); len(out.Hours) == 0 {
		if out.Hours, times = own, ownTimes; len(out.Hours) == 0 {
			out.Hours, times = s.hours(l, r.zone)
		}
	}
	out.Open, out.OpenUntil = openAt(times, r.now(), r.zone, v.Country != "" && v.Country != "SE")
	if out.Open == ClosedNow && len(times) < len(out.Hours) {
		out.Open = UnknownOpen
	}
	return out
}
