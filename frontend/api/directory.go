package api

import (
	"net/http"
	"regexp"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/directory"
)

// Search is what is sought.
type Search struct {
	Need     string  `json:"need,omitempty" doc:"words, each of which must begin a word of what is found" eg:"legal advice"`
	Language string  `json:"language,omitempty" doc:"a tag: somebody there speaks it" eg:"fa"`
	Audience string  `json:"audience,omitempty" one:"child detained"`
	Latitude float64 `json:"latitude,omitempty" doc:"with longitude: the nearest first"`
	Long     float64 `json:"longitude,omitempty"`
	Within   float64 `json:"within,omitempty" doc:"kilometres"`
	OpenNow  bool    `json:"open_now,omitempty"`
	After    string  `json:"after,omitempty"`
	Limit    int     `json:"limit,omitempty" doc:"20 without, at most 100"`
}

// Found is a page of services.
type Found struct {
	Items []Hit  `json:"items"`
	Next  string `json:"next,omitempty"`
}

// Hit is a service at the nearest place where it is given.
type Hit struct {
	Service      helpdesk.ID `json:"service"`
	Name         string      `json:"name"`
	Organization helpdesk.ID `json:"organization"`
	By           string      `json:"by"`
	City         string      `json:"city,omitempty"`
	Places       int         `json:"places"`
	Km           *float64    `json:"km,omitempty"`
	Open         string      `json:"open" one:"open closed holiday unknown"`
	Languages    []string    `json:"languages,omitempty"`
	Until        string      `json:"vetted_until"`
}

func (d *desk) search(v *frontend.Visit, in Search) (Found, error) {
	q := directory.Query{Need: in.Need, Language: in.Language, Audience: in.Audience, Within: in.Within, View: directory.ForEveryone, Limit: in.Limit, After: in.After}
	if in.Latitude != 0 || in.Long != 0 {
		q.Near = &directory.Point{Lat: in.Latitude, Lon: in.Long}
	}
	if in.OpenNow {
		q.OpenAt = v.Now()
	}
	page, err := d.Directory.Find(v.Context, q)
	if err != nil {
		return Found{}, err
	}
	out := Found{Items: []Hit{}, Next: page.Next}
	for _, h := range page.Hits {
		hit := Hit{Service: h.Service, Name: h.Name, Organization: h.Organisation, By: h.By, City: h.City, Places: h.Places, Open: string(h.Open), Languages: h.Languages, Until: h.Until}
		if in.OpenNow {
			hit.Open = string(directory.OpenNow)
		}
		if h.Km >= 0 {
			hit.Km = &h.Km
		}
		out.Items = append(out.Items, hit)
	}
	return out, nil
}

// Organization is one as everybody may see it, by the names HSDS has.
type Organization struct {
	ID            helpdesk.ID `json:"id"`
	Name          string      `json:"name"`
	AlternateName string      `json:"alternate_name,omitempty"`
	Description   string      `json:"description,omitempty"`
	Email         string      `json:"email,omitempty"`
	Website       string      `json:"website,omitempty"`
	Phones        []Phone     `json:"phones,omitempty"`
	Services      []Service   `json:"services"`
	VettedUntil   string      `json:"vetted_until"`
}

// Phone is a number.
type Phone struct {
	Number      string `json:"number"`
	Extension   string `json:"extension,omitempty"`
	Description string `json:"description,omitempty"`
}

// Service is what is given.
type Service struct {
	ID             helpdesk.ID `json:"id"`
	Name           string      `json:"name"`
	Description    string      `json:"description,omitempty"`
	URL            string      `json:"url,omitempty"`
	Email          string      `json:"email,omitempty"`
	Status         string      `json:"status"`
	Interpretation string      `json:"interpretation_services,omitempty"`
	HowToApply     string      `json:"application_process,omitempty"`
	Fees           string      `json:"fees_description,omitempty"`
	Eligibility    string      `json:"eligibility_description,omitempty"`
	MinimumAge     string      `json:"minimum_age,omitempty"`
	MaximumAge     string      `json:"maximum_age,omitempty"`
	Alert          string      `json:"alert,omitempty"`
	Languages      []string    `json:"languages,omitempty"`
	Phones         []Phone     `json:"phones,omitempty"`
	Schedules      []Schedule  `json:"schedules,omitempty"`
	Locations      []Location  `json:"locations,omitempty"`
}

// Schedule is when it is.
type Schedule struct {
	OpensAt     string `json:"opens_at,omitempty"`
	ClosesAt    string `json:"closes_at,omitempty"`
	ByDay       string `json:"byday,omitempty" doc:"MO,WE or 1MO"`
	ValidFrom   string `json:"valid_from,omitempty"`
	ValidTo     string `json:"valid_to,omitempty"`
	Description string `json:"description,omitempty"`
}

// Location is where it is given.
type Location struct {
	ID        helpdesk.ID `json:"id"`
	Name      string      `json:"name,omitempty"`
	Address   []string    `json:"address,omitempty" doc:"lines"`
	City      string      `json:"city,omitempty"`
	Transport string      `json:"transportation,omitempty"`
	Phones    []Phone     `json:"phones,omitempty"`
	Schedules []Schedule  `json:"schedules,omitempty"`
	Open      string      `json:"open" one:"open closed holiday unknown"`
	OpenUntil *time.Time  `json:"open_until,omitempty"`
}

func (d *desk) organization(v *frontend.Visit) (Organization, error) {
	id, err := v.ID("id")
	if err != nil {
		return Organization{}, err
	}
	o, err := d.Directory.Organisation(v.Context, directory.ForEveryone, id)
	if err != nil {
		return Organization{}, err
	}
	out := Organization{ID: o.ID, Name: o.Name, AlternateName: o.AlternateName, Description: o.Description, Email: o.Email, Website: o.Website, Phones: phones(o.Phones),
		Services: []Service{}, VettedUntil: o.Vetting.Until}
	for _, s := range o.Services {
		one := Service{ID: s.ID, Name: s.Name, Description: s.Description, URL: s.URL, Email: s.Email, Status: s.Status, Interpretation: s.Interpretation, HowToApply: s.HowToApply,
			Fees: s.Fees, Eligibility: s.Eligibility, MinimumAge: s.MinimumAge, MaximumAge: s.MaximumAge, Alert: s.Alert, Languages: s.Languages, Phones: phones(s.Phones), Schedules: schedules(s.Hours)}
		for _, p := range s.Places {
			at := Location{ID: p.ID, Name: p.Name, Address: p.Address, City: p.City, Transport: p.Transport, Phones: phones(p.Phones), Schedules: schedules(p.Hours), Open: string(p.Open)}
			if !p.OpenUntil.IsZero() {
				until := p.OpenUntil.UTC()
				at.OpenUntil = &until
			}
			one.Locations = append(one.Locations, at)
		}
		out.Services = append(out.Services, one)
	}
	return out, nil
}

func phones(all []directory.Phone) (out []Phone) {
	for _, p := range all {
		out = append(out, Phone{Number: p.Number, Extension: p.Extension, Description: p.Description})
	}
	return out
}

func schedules(all []directory.Hours) (out []Schedule) {
	for _, h := range all {
		out = append(out, Schedule{OpensAt: h.Opens, ClosesAt: h.Closes, ByDay: h.Days, ValidFrom: h.From, ValidTo: h.To, Description: h.Words})
	}
	return out
}

// Record is a row of an HSDS table as it stands.
type Record struct {
	Kind    string              `json:"kind"`
	HSDS    string              `json:"hsds"`
	ID      helpdesk.ID         `json:"id" doc:"what the other addresses call it"`
	Fields  map[string]string   `json:"fields" doc:"by HSDS column, as text"`
	Up      map[string][]string `json:"up" doc:"by HSDS column: the HSDS ids of the rows it belongs to"`
	Gone    bool                `json:"gone"`
	Version int64               `json:"version"`
	At      time.Time           `json:"at" doc:"of this version"`
}

func (r Record) tag() string { return versionTag(r.Version) }

// NewRecord is what is to stand there.
type NewRecord struct {
	Fields map[string]string   `json:"fields"`
	Up     map[string][]string `json:"up,omitempty"`
	Gone   bool                `json:"gone,omitempty" doc:"it is no longer; it comes back by writing it without"`
}

// hsdsForm is an id that may stand in an address: UUIDs, as HSDS asks for, do.
var hsdsForm = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}$`)

func named(v *frontend.Visit) (kind, hsds string, err error) {
	kind, hsds = v.Param("kind"), v.Param("hsds")
	if !hsdsForm.MatchString(kind) || !hsdsForm.MatchString(hsds) {
		return "", "", helpdesk.ErrNotFound
	}
	return kind, hsds, nil
}

func (d *desk) record(v *frontend.Visit) (Record, error) {
	kind, hsds, err := named(v)
	if err != nil {
		return Record{}, err
	}
	rec, err := d.Directory.Record(v.Context, directory.RecordID(kind, hsds))
	return recorded(rec), err
}

func recorded(rec directory.Record) Record {
	out := Record{Kind: rec.Kind, HSDS: rec.HSDS, ID: rec.ID, Fields: rec.Fields, Up: rec.Up, Gone: rec.Gone, Version: rec.Version, At: rec.At.UTC()}
	if out.Fields == nil {
		out.Fields = map[string]string{}
	}
	if out.Up == nil {
		out.Up = map[string][]string{}
	}
	return out
}

func (d *desk) put(v *frontend.Visit, in NewRecord) (Record, error) {
	kind, hsds, err := named(v)
	if err != nil {
		return Record{}, err
	}
	seen, err := version(v)
	if err != nil {
		return Record{}, err
	}
	if in.Gone && seen == 0 {
		return Record{}, frontend.Problem{Status: http.StatusPreconditionRequired, Code: "match", Detail: "What was never there cannot be gone."}
	}
	rec, err := d.Directory.Put(v.Context, v.Program.Session, directory.Record{Kind: kind, HSDS: hsds, Fields: in.Fields, Up: in.Up, Version: seen, Gone: in.Gone})
	return recorded(rec), err
}
