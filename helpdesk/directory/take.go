package directory

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"returnsupport/helpdesk"
)

// take keeps the little of a record that searches need, in place of what was
// kept of it before.
func (x *index) take(rec Record, home *time.Location) {
	id := rec.ID
	if rec.Kind == vettingKind {
		org := houseID("organization", rec.HSDS)
		if delete(x.vettings, org); !rec.Gone {
			x.vettings[org] = vettingOf(rec)
		}
		return
	}
	x.forget(rec.Kind, id)
	if rec.Gone {
		return
	}
	x.hang(rec)
	first := func(kind string) helpdesk.ID {
		if ids := rec.Up[kind+"_id"]; len(ids) > 0 {
			return houseID(kind, ids[0])
		}
		return ""
	}
	f := rec.Fields
	switch rec.Kind {
	case "organization":
		x.organisations[id] = organisationRow{f["name"], x.words(f["name"] + " " + f["alternate_name"])}
	case "service":
		youngest, _ := strconv.ParseFloat(f["minimum_age"], 64)
		x.services[id] = serviceRow{f["name"], f["status"], first("organization"), f["interpretation_services"] != "", youngest,
			fold(f["name"]), x.words(f["name"] + " " + f["alternate_name"]), x.words(cut(f["description"], 1000) + " " + cut(f["eligibility_description"], 300))}
	case "location":
		lat, errLat := strconv.ParseFloat(f["latitude"], 64)
		lon, errLon := strconv.ParseFloat(f["longitude"], 64)
		p := Point{lat, lon}
		if errLat != nil || errLon != nil || !p.sound() {
			p = Point{}
		}
		x.locations[id] = locationRow{f["name"], p}
	case "service_at_location":
		x.meetings[id] = meetingRow{first("service"), first("location")}
	case "language":
		x.languages[id] = languageTag(f["code"], f["name"])
	case "schedule":
		t, ok := readTiming(f, home)
		x.schedules[id] = scheduleRow{t, ok}
	case "address":
		x.addresses[id] = f["city"]
	case "taxonomy_term":
		x.terms[id] = []string{fold(f["name"]), fold(f["code"])}
	case "attribute":
		x.attributes[id] = first("taxonomy_term")
	}
}

// hang notes what a record names.
func (x *index) hang(rec Record) {
	var ups []helpdesk.ID
	for _, u := range byKind[rec.Kind].ups {
		for _, up := range rec.Up[u.column] {
			if u.kind != "" {
				ups = append(ups, houseID(u.kind, up))
			} else if rec.Kind == "attribute" { // searches look at those of services and organisations
				ups = append(ups, houseID("service", up), houseID("organization", up))
			}
		}
	}
	if len(ups) == 0 {
		return
	}
	x.ups[rec.ID] = ups
	for _, up := range ups {
		x.kids[up] = append(x.kids[up], rec.ID)
	}
}

func (x *index) forget(kind string, id helpdesk.ID) {
	for _, up := range x.ups[id] {
		x.kids[up] = slices.DeleteFunc(x.kids[up], func(kid helpdesk.ID) bool { return kid == id })
		if len(x.kids[up]) == 0 {
			delete(x.kids, up)
		}
	}
	delete(x.ups, id)
	switch kind {
	case "organization":
		delete(x.organisations, id)
	case "service":
		delete(x.services, id)
	case "location":
		delete(x.locations, id)
	case "service_at_location":
		delete(x.meetings, id)
	case "language":
		delete(x.languages, id)
	case "schedule":
		delete(x.schedules, id)
	case "address":
		delete(x.addresses, id)
	case "taxonomy_term":
		delete(x.terms, id)
	case "attribute":
		delete(x.attributes, id)
	}
}

// touch marks the services whose entry a record has a part in.
func (x *index) touch(id helpdesk.ID, changed map[helpdesk.ID]bool) {
	x.mark(id, changed)
	for _, up := range x.ups[id] {
		if _, organisation := x.organisations[up]; organisation {
			if _, attribute := x.attributes[id]; !attribute {
				continue // a new service is no news to its sisters
			}
		}
		x.mark(up, changed)
	}
	if _, term := x.terms[id]; term {
		for _, attribute := range x.kids[id] {
			x.touch(attribute, changed)
		}
	}
}

func (x *index) mark(id helpdesk.ID, changed map[helpdesk.ID]bool) {
	_, entry := x.slot[id]
	if _, service := x.services[id]; service || entry {
		changed[id] = true
	}
	if m, ok := x.meetings[id]; ok {
		changed[m.service] = true
	}
	_, organisation := x.organisations[id]
	_, location := x.locations[id]
	if !organisation && !location {
		return
	}
	for _, kid := range x.kids[id] {
		if m, ok := x.meetings[kid]; ok && location {
			changed[m.service] = true
		}
		if _, ok := x.services[kid]; ok && organisation {
			changed[kid] = true
		}
	}
}

// words are the numbers of a text's words.
func (x *index) words(s string) []int32 {
	var out []int32
	for _, w := range words(s) {
		n, known := x.vocabulary[w]
		if !known {
			n = int32(len(x.vocabulary))
			x.vocabulary[strings.Clone(w)] = n
		}
		out = append(out, n)
	}
	slices.Sort(out)
	return slices.Clip(slices.Compact(out))
}

// cut is the beginning of a text, in bytes and whole letters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}
