package directory

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"

	"returnsupport/helpdesk"
)

// Audiences are those a search can be made for besides everyone. A service is
// for one of them when its vetting or one of its taxonomy terms says so; a child
// is also taken where no age or a child's age is asked for.
var Audiences = []string{"child", "detained"}

// Limits on what one search returns.
const (
	usualHits = 20
	mostHits  = 100
	needLimit = 200 // bytes of what is sought
	wordLimit = 8   // words of it that count
)

// adult is the age from which nobody is a child.
const adult = 18

// Query is what is sought. Zero fields ask for nothing.
type Query struct {
	Need     string // words, each of which must begin a word of name, topic, organisation or description
	Language string // a language tag: somebody there speaks it
	Audience string // one of Audiences
	Near     *Point // nearest first
	Within   float64
	OpenAt   time.Time // only what its own schedules say is open then
	View     View
	Limit    int    // 20 when 0, at most 100
	After    string // Page.Next of the page before
}

// Hit is a service as it was found, at the nearest place where it is given.
type Hit struct {
	Service      helpdesk.ID
	Name         string
	Status       string // HSDS: active, or temporarily closed
	Organisation helpdesk.ID
	By           string // the organisation's name
	Location     helpdesk.ID
	Place        string  // the location's name; "" for none
	City         string  //
	Places       int     // at how many places it is given
	Km           float64 // as the crow flies; -1 when nobody knows
	Open         OpenState
	OpenUntil    time.Time // while open
	Languages    []string  // tags
	Interpreted  bool      // they say that they have interpreters
	Kind         Kind
	Vetted       bool   // and it still counts today
	Until        string // the last day it counts
	Takes        Takes
	Shares       Sharing
}

// Page is a part of what was found.
type Page struct {
	Hits []Hit
	Next string // for Query.After; "" on the last page
}

// mark is where a page ended.
type standing struct {
	Km    float64     `json:"k"`
	Score int         `json:"s"`
	Name  string      `json:"n"`
	ID    helpdesk.ID `json:"i"`
}

// found is an entry that fits, before it is made a Hit.
type found struct {
	standing
	entry *entry
	spot  *spot
	open  OpenState
	until time.Time
}

// far stands for an unknown distance: behind everything known.
const far = math.MaxFloat64

func (m standing) compare(n standing) int {
	return cmp.Or(cmp.Compare(m.Km, n.Km), cmp.Compare(n.Score, m.Score), strings.Compare(m.Name, n.Name), strings.Compare(string(m.ID), string(n.ID)))
}

// Find searches services. What a view must not see is not found: volunteers and
// everyone see organisations whose vetting counts today and is shown to them,
// and services that are active.
func (r *Room) Find(ctx context.Context, q Query) (Page, error) {
	var after *standing
	if q.After != "" {
		b, err := base64.RawURLEncoding.DecodeString(q.After)
		if after = new(standing); err != nil || json.Unmarshal(b, after) != nil {
			return Page{}, helpdesk.Refuse("directory.find.after")
		}
	}
	if len(q.Need) > needLimit {
		return Page{}, helpdesk.Refuse("directory.find.long", needLimit)
	}
	if q.Limit <= 0 {
		q.Limit = usualHits
	}
	q.Limit = min(q.Limit, mostHits)
	if q.Language != "" {
		if q.Language = languageTag(q.Language, ""); q.Language == "" {
			return Page{}, helpdesk.Refuse("directory.find.language")
		}
	}
	var page Page
	err := r.look(ctx, func(x *index) { page = r.search(x, q, after) })
	return page, err
}

func (r *Room) search(x *index, q Query, after *standing) Page {
	today, now := r.today(), r.now()
	seek := x.seek(words(q.Need))
	var all []found
	tongue, anyone := uint64(0), true
	if q.Language != "" {
		bit, known := x.tongues[q.Language]
		if tongue, anyone = 1<<bit, false; !known {
			return Page{}
		}
	}
	for i := range x.slots {
		s := &x.slots[i]
		if s.hidden || !anyone && s.languages&tongue == 0 {
			continue
		}
		e := s.entry
		if tongue == 1<<manyTongues && !slices.Contains(e.languages, q.Language) || !e.takes(q.Audience) || !e.visible(q.View, today) {
			continue
		}
		score, ok := e.score(seek)
		if !ok {
			continue
		}
		f := found{standing: standing{Km: far, Score: score, Name: e.service.folded, ID: e.id}, entry: e}
		if !r.place(&f, q) {
			continue
		}
		if after != nil && f.compare(*after) <= 0 {
			continue
		}
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b found) int { return a.compare(b.standing) })
	var page Page
	if len(all) > q.Limit {
		all = all[:q.Limit]
		b, _ := json.Marshal(all[len(all)-1].standing) // numbers and strings
		page.Next = base64.RawURLEncoding.EncodeToString(b)
	}
	for _, f := range all {
		if q.OpenAt.IsZero() {
			f.open, f.until = f.entry.openAt(f.spot, now, r.zone)
		}
		page.Hits = append(page.Hits, f.hit(today))
	}
	return page
}

// place chooses the nearest of a service's places that is open when asked for.
func (r *Room) place(f *found, q Query) bool {
	e := f.entry
	if len(e.spots) == 0 {
		if q.Within > 0 {
			return false
		}
		if !q.OpenAt.IsZero() {
			f.open, f.until = e.openAt(nil, q.OpenAt, r.zone)
			return f.open == OpenNow
		}
		return true
	}
	chosen := false
	for i := range e.spots {
		s := &e.spots[i]
		km := far
		if q.Near != nil && s.at != (Point{}) {
			km = q.Near.km(s.at)
		}
		if q.Within > 0 && km > q.Within || chosen && km >= f.Km {
			continue
		}
		if !q.OpenAt.IsZero() {
			open, until := e.openAt(s, q.OpenAt, r.zone)
			if open != OpenNow {
				continue
			}
			f.open, f.until = open, until
		}
		f.Km, f.spot, chosen = km, s, true
	}
	return chosen
}

func (e *entry) openAt(s *spot, now time.Time, home *time.Location) (OpenState, time.Time) {
	hours, uncertain := e.hours, e.hoursUncertain
	if s != nil {
		hours, uncertain = s.hours, s.hoursUncertain
	}
	abroad := e.vetting.Country != "" && e.vetting.Country != "SE"
	open, until := openAt(hours, now, home, abroad)
	if open == ClosedNow && uncertain {
		open = UnknownOpen
	}
	return open, until
}

func (e *entry) visible(as View, today string) bool {
	return as == ForCounsellors || e.service.status == "active" && e.vetting.visible(as, today)
}

// visible tells whether an organisation so vetted is shown to somebody.
func (v *Vetting) visible(as View, today string) bool {
	switch as {
	case ForCounsellors:
		return true
	case ForVolunteers:
		return v.Current(today) && v.Shown != ForCounsellors
	case ForEveryone:
		return v.Current(today) && v.Shown == ForEveryone
	}
	return false
}

func (e *entry) takes(audience string) bool {
	switch audience {
	case "":
		return true
	case "child":
		return slices.Contains(e.audiences, audience) || e.service.youngest < adult && len(e.vetting.Audiences) == 0
	}
	return slices.Contains(e.audiences, audience)
}

// seek finds for each word sought the words that begin with it, by their
// numbers.
func (x *index) seek(sought []string) [][]bool {
	var out [][]bool
	for _, w := range sought[:min(len(sought), wordLimit)] {
		begin := make([]bool, len(x.vocabulary))
		from, _ := slices.BinarySearch(x.sorted, w)
		for _, known := range x.sorted[from:] {
			if !strings.HasPrefix(known, w) {
				break
			}
			begin[x.vocabulary[known]] = true
		}
		out = append(out, begin)
	}
	return out
}

// score counts the words found in name and topics; ok when each was found
// somewhere.
func (e *entry) score(seek [][]bool) (n int, ok bool) {
	for _, begin := range seek {
		is := func(word int32) bool { return begin[word] }
		switch {
		case slices.ContainsFunc(e.strong, is):
			n++
		case !slices.ContainsFunc(e.weak, is):
			return 0, false
		}
	}
	return n, true
}

func (f found) hit(today string) Hit {
	e := f.entry
	h := Hit{Service: e.id, Name: e.service.name, Status: e.service.status, Organisation: e.service.organisation, By: e.by,
		Places: len(e.spots), Km: -1, Open: f.open, OpenUntil: f.until, Languages: slices.Clone(e.languages), Interpreted: e.service.interpreted,
		Kind: e.vetting.Kind, Vetted: e.vetting.Current(today), Until: e.vetting.Until, Takes: e.vetting.Takes, Shares: e.vetting.SharesWithAuthorities}
	if !h.Vetted {
		h.Takes = TakesNone
	}
	if f.spot != nil {
		h.Location, h.Place, h.City = f.spot.location, f.spot.name, f.spot.city
		if f.Km != far {
			h.Km = f.Km
		}
	}
	return h
}
