package main

import (
	"context"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"strings"
	"testing/fstest"

	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/staff"
)

// needs are what a simulated service is for: one word of its name.
var needs = []string{"housing", "legal", "health", "food", "school", "work", "travel", "counselling", "clothes", "family", "detention", "children"}

var spoken = []string{"sv", "en", "ar", "fa", "prs", "ps", "ckb", "kmr", "so", "ti", "sq", "ru", "uz", "ka", "mn", "es"}

// drawn is a simulated directory: organisations with five services each, at
// places spread over Sweden's as people are.
type drawn struct {
	services []drawnService
	towns    []directory.Place
}

type drawnService struct {
	need      int
	name      string
	languages []string
	at        directory.Point
	town      string
}

func drawDirectory(n int) *drawn {
	rng := rand.New(rand.NewPCG(7, 7))
	d := &drawn{}
	for c := 'a'; c <= 'z'; c++ {
		d.towns = append(d.towns, directory.Places(string(c), 1000)...)
	}
	for i := range n {
		town := d.towns[int(math.Pow(rng.Float64(), 2)*float64(len(d.towns)))]
		need := rng.IntN(len(needs))
		s := drawnService{need: need, name: fmt.Sprintf("Open house %s number %d", needs[need], i), town: town.Name,
			at: directory.Point{Lat: town.Lat + rng.NormFloat64()/50, Lon: town.Lon + rng.NormFloat64()/25}}
		for _, l := range rng.Perm(len(spoken))[:1+rng.IntN(4)] {
			s.languages = append(s.languages, spoken[l])
		}
		d.services = append(d.services, s)
	}
	return d
}

// question is what a counsellor asks: need, language, and a town.
func (d *drawn) question(rng *rand.Rand) directory.Query {
	near := d.towns[rng.IntN(len(d.towns))].Point
	return directory.Query{View: directory.ForCounsellors, Need: needs[rng.IntN(len(needs))], Language: spoken[rng.IntN(len(spoken))], Near: &near}
}

// tables is the directory as a tabular data package.
func (d *drawn) tables() fs.FS {
	lines := map[string]*strings.Builder{}
	put := func(file, header, format string, args ...any) {
		if lines[file] == nil {
			lines[file] = &strings.Builder{}
			lines[file].WriteString(header + "\n")
		}
		fmt.Fprintf(lines[file], format+"\n", args...)
	}
	for i, s := range d.services {
		if i%5 == 0 {
			put("organizations.csv", "id,name,description", "o%d,Association %d,We are there for those who need us", i/5, i/5)
		}
		put("services.csv", "id,organization_id,name,status,description,eligibility_description", "s%d,o%d,%s,active,%s,For everyone who lives nearby", i, i/5, s.name,
			"We meet you with respect and take the time it takes. Come as you are; bring what papers you have. Somebody listens and shows you the way on.")
		put("locations.csv", "id,location_type,name,latitude,longitude", "l%d,physical,House %d,%.5f,%.5f", i, i, s.at.Lat, s.at.Lon)
		put("addresses.csv", "id,location_id,address_1,city", "a%d,l%d,Gatan %d,%s", i, i, i, s.town)
		put("service_at_location.csv", "id,service_id,location_id", "m%d,s%d,l%d", i, i, i)
		put("schedules.csv", "id,service_at_location_id,freq,byday,opens_at,closes_at", `h%d,m%d,WEEKLY,"MO,TU,WE,TH,FR",0%d:00,1%d:00`, i, i, 7+i%3, 2+i%6)
		for n, l := range s.languages {
			put("languages.csv", "id,service_id,code", "t%d-%d,s%d,%s", i, n, i, l)
		}
	}
	files := fstest.MapFS{}
	for name, text := range lines {
		files[name] = &fstest.MapFile{Data: []byte(text.String())}
	}
	return files
}

// change writes over one service by hand.
func (d *drawn) change(b *bench, room *directory.Room, by *staff.Session, i int) {
	ctx := context.Background()
	page, err := room.Find(ctx, directory.Query{View: directory.ForCounsellors, Need: fmt.Sprint(needs[d.services[i].need], " ", i)})
	b.check(err)
	rec, err := room.Record(ctx, page.Hits[0].Service)
	b.check(err)
	rec.Fields["description"] += " Changed."
	_, err = room.Put(ctx, by, rec)
	b.check(err)
}

// globe is a great-circle distance, written here again so that the baseline
// owes the room nothing.
func globe(a, b directory.Point) float64 {
	const radian = math.Pi / 180
	x := math.Sin(a.Lat*radian)*math.Sin(b.Lat*radian) + math.Cos(a.Lat*radian)*math.Cos(b.Lat*radian)*math.Cos((a.Lon-b.Lon)*radian)
	return 6371 * math.Acos(min(1, max(-1, x)))
}
