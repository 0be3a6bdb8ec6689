package directory_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/directory"
)

// sweden has services in four towns, with languages, hours and topics.
func sweden() map[string]string {
	return map[string]string{
		"organizations.csv": "id,name\nrk,Röda hjälpen\nst,Stadsmissionen Ö\nmy,Myndigheten\n",
		"services.csv": "id,organization_id,name,status,description,minimum_age,maximum_age,interpretation_services\n" +
			"a,rk,Juridisk rådgivning,active,Legal advice on asylum,,,Telephone\n" +
			"b,rk,Sovplats för natten,active,Somewhere to sleep,18,,\n" +
			"c,st,Barnens rum,active,A room for children,,17,\n" +
			"d,st,Juridiskt kafé,active,Coffee and advice,,,\n" +
			"e,my,Återvändandestöd,active,The state's support,,,\n" +
			"f,my,Nedlagt,defunct,Closed for good,,,\n" +
			"g,rk,Rådgivning på distans,active,Legal advice by phone,,,\n",
		"locations.csv": "id,location_type,name,latitude,longitude\n" +
			"flen,physical,Huset,59.0583,16.5878\nstockholm,physical,Torget,59.3294,18.0687\ngbg,physical,Hamnen,57.7072,11.9668\npole,physical,Beyond,100,101\n",
		"addresses.csv":           "id,location_id,address_1,city\nx1,flen,Gatan 1,Flen\nx2,gbg,Kajen 2,Göteborg\n",
		"service_at_location.csv": "id,service_id,location_id\n1,a,stockholm\n2,a,flen\n3,b,gbg\n4,c,stockholm\n5,d,pole\n6,e,flen\n",
		"languages.csv":           "id,service_id,location_id,name,code\nl1,a,,Dari,prs\nl2,a,,,swe\nl3,,stockholm,Tigrinya,\nl4,g,,,fa-AF\n",
		"schedules.csv": "id,service_id,location_id,service_at_location_id,byday,freq,opens_at,closes_at\n" +
			"h1,,,2,\"MO,TU\",WEEKLY,10:00,12:00\nh2,a,,,SA,WEEKLY,10:00,12:00\nh3,b,,,\"MO,TU,WE,TH,FR,SA,SU\",WEEKLY,20:00,08:00\n",
		"taxonomies.csv":     "id,name\ntx,Needs\n",
		"taxonomy_terms.csv": "id,taxonomy_id,code,name\nt1,tx,shelter,Tak över huvudet\nt2,tx,detained,I förvar\n",
		"attributes.csv":     "id,link_id,taxonomy_term_id,link_entity\na1,b,t1,service\na2,a,t2,service\n",
	}
}

var (
	flen      = directory.Point{Lat: 59.06, Lon: 16.59}
	stockholm = directory.Point{Lat: 59.33, Lon: 18.07}
)

func TestSearchByNeedLanguageAudienceAndNearness(t *testing.T) {
	monday := time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)
	cases := []struct {
		what string
		q    directory.Query
		want string
	}{
		{"everything that is not given up", directory.Query{}, "Återvändandestöd, Barnens rum, Juridisk rådgivning, Juridiskt kafé, Rådgivning på distans, Sovplats för natten"},
		{"a need, without marks and capitals", directory.Query{Need: "RADGIV"}, "Juridisk rådgivning, Rådgivning på distans"},
		{"the name before the description", directory.Query{Need: "advice"}, "Juridisk rådgivning, Juridiskt kafé, Rådgivning på distans"},
		{"two words, both needed", directory.Query{Need: "juridisk asylum"}, "Juridisk rådgivning"},
		{"a topic", directory.Query{Need: "tak"}, "Sovplats för natten"},
		{"a topic's code", directory.Query{Need: "shelter"}, "Sovplats för natten"},
		{"an organisation", directory.Query{Need: "stadsmissionen o"}, "Barnens rum, Juridiskt kafé"},
		{"never the middle of a word", directory.Query{Need: "givning"}, ""},
		{"Dari, however it is written", directory.Query{Language: "prs"}, "Juridisk rådgivning, Rådgivning på distans"},
		{"a language of the place", directory.Query{Language: "ti"}, "Barnens rum, Juridisk rådgivning"},
		{"a child", directory.Query{Audience: "child"}, "Återvändandestöd, Barnens rum, Juridisk rådgivning, Juridiskt kafé, Rådgivning på distans"},
		{"detained", directory.Query{Audience: "detained"}, "Juridisk rådgivning"},
		{"near Flen", directory.Query{Near: &flen}, "Återvändandestöd, Juridisk rådgivning, Barnens rum, Sovplats för natten, Juridiskt kafé, Rådgivning på distans"},
		{"within 50 km of Flen", directory.Query{Near: &flen, Within: 50}, "Återvändandestöd, Juridisk rådgivning"},
		{"open on Monday morning", directory.Query{OpenAt: monday}, "Juridisk rådgivning"},
		{"open at night", directory.Query{OpenAt: monday.Add(-5 * time.Hour)}, "Sovplats för natten"},
		{"all at once", directory.Query{Need: "rådgivning", Language: "prs", Audience: "detained", Near: &stockholm, OpenAt: monday}, "Juridisk rådgivning"},
	}
	each(t, func(w *world) {
		w.took(sweden())
		for _, c := range cases {
			w.same(c.what, names(w.find(c.q)), c.want)
		}
		near := w.find(directory.Query{Near: &flen, Need: "juridisk rådgivning"})[0]
		w.same("the nearest of its places", []any{near.Place, near.City, near.Places, math.Round(near.Km*10) / 10}, "[Huset Flen 2 0.2]")
		w.same("which is open", []any{near.Open, near.OpenUntil.Format("15:04"), near.Interpreted, near.Languages}, "[open 12:00 true [prs sv ti]]")
		far := w.find(directory.Query{Near: &flen, Need: "kafé"})[0]
		w.same("what lies beyond the pole", far.Km, -1)
	})
}

func TestPagesFollowOneAnother(t *testing.T) {
	each(t, func(w *world) {
		tables := map[string]string{"organizations.csv": "id,name\no,Many\n", "services.csv": "id,organization_id,name,status\n", "locations.csv": "id,location_type,latitude,longitude\n",
			"service_at_location.csv": "id,service_id,location_id\n"}
		for i := range 57 {
			tables["services.csv"] += fmt.Sprintf("s%d,o,Same name,active\n", i)
			tables["locations.csv"] += fmt.Sprintf("l%d,physical,59,%d\n", i, 12+i%5)
			tables["service_at_location.csv"] += fmt.Sprintf("m%d,s%d,l%d\n", i, i, i)
		}
		w.took(tables)
		for _, near := range []*directory.Point{nil, &flen} {
			seen, after, pages := map[string]bool{}, "", 0
			for {
				page, err := w.room.Find(w.ctx, directory.Query{View: directory.ForCounsellors, Near: near, Limit: 10, After: after})
				w.ok(err)
				pages++
				for _, h := range page.Hits {
					if seen[string(h.Service)] {
						t.Fatalf("%s twice", h.Service)
					}
					seen[string(h.Service)] = true
				}
				if after = page.Next; after == "" {
					break
				}
			}
			w.same("services", len(seen), 57)
			w.same("pages", pages, 6)
		}
		page, err := w.room.Find(w.ctx, directory.Query{View: directory.ForCounsellors, Limit: 5000})
		w.ok(err)
		w.same("never more than can be", len(page.Hits), 57)
		for q, want := range map[*directory.Query]string{{After: "?"}: "after", {Need: strings.Repeat("a", 300)}: "long", {Language: "!"}: "language"} {
			_, err := w.room.Find(w.ctx, *q)
			w.same(want, key(err), "directory.find."+want)
		}
	})
}

func TestEveryViewSeesWhatIsTheirs(t *testing.T) {
	each(t, func(w *world) {
		w.took(sweden())
		w.took(map[string]string{"contacts.csv": "id,organization_id,service_id,name\nc1,rk,,Chefen\nc2,,a,Juristen\n"})
		for _, as := range []directory.View{directory.ForVolunteers, directory.ForEveryone, ""} {
			page, err := w.room.Find(w.ctx, directory.Query{View: as})
			w.ok(err)
			w.same("found by "+string(as)+" before anything is vetted", len(page.Hits), 0)
		}
		red, city := w.organisation("Juridisk rådgivning"), w.organisation("Barnens rum")
		w.vet(red, func(v *directory.Vetting) { v.Shown = directory.ForEveryone })
		w.vet(city, func(v *directory.Vetting) { v.Shown = directory.ForVolunteers })
		w.same("volunteers", len(w.find(directory.Query{View: directory.ForVolunteers})), 5)
		w.same("everyone", len(w.find(directory.Query{View: directory.ForEveryone})), 3)
		o, err := w.room.Organisation(w.ctx, directory.ForCounsellors, red)
		w.ok(err)
		w.same("contacts for counsellors", []any{len(o.Contacts), len(o.Services[0].Contacts)}, "[1 1]")
		o, err = w.room.Organisation(w.ctx, directory.ForEveryone, red)
		w.ok(err)
		if all := fmt.Sprintf("%+v", o); strings.Contains(all, "Chefen") || strings.Contains(all, "Juristen") {
			t.Errorf("everyone reads %s", all)
		}
		if _, err := w.room.Organisation(w.ctx, directory.ForEveryone, city); err == nil {
			t.Error("everyone sees what is for volunteers")
		}
		w.now = time.Date(2027, 1, 2, 12, 0, 0, 0, time.UTC)
		w.same("volunteers when the vetting has ended", len(w.find(directory.Query{View: directory.ForVolunteers})), 0)
	})
}

func TestACardHoldsPublicWordsAlone(t *testing.T) {
	each(t, func(w *world) {
		tables := sweden()
		tables["contacts.csv"] = "id,service_id,location_id,name,email\nc1,a,flen,Juristen,juristen@hjalpen.example\n"
		tables["phones.csv"] = "id,organization_id,service_at_location_id,number\np1,rk,,08-100\np2,,2,0157-200\n"
		w.took(tables)
		hit := w.find(directory.Query{Near: &flen, Need: "juridisk rådgivning"})[0]
		card, err := w.room.Card(w.ctx, directory.ForCounsellors, hit.Service, hit.Location)
		w.ok(err)
		w.same("card", []any{card.Name, card.By, card.Phones, card.Place.Address, card.Languages, card.Interpreted, card.Shares, card.Vetted},
			"[Juridisk rådgivning Röda hjälpen [{0157-200  }] [Gatan 1 Flen] [prs sv] true unknown false]")
		if strings.Contains(strings.ToLower(fmt.Sprintf("%+v", card)), "juristen") {
			t.Errorf("a person's name on a card: %+v", card)
		}
	})
}

// What one process changes the other finds at its next search.
func TestTwoProcessesSeeOneDirectory(t *testing.T) {
	each(t, func(w *world) {
		w.took(sweden())
		other := w.replica2()
		w.same("at first", len(other.find(directory.Query{})), 6)
		rec, err := w.room.Record(w.ctx, w.find(directory.Query{Need: "kafé"})[0].Service)
		w.ok(err)
		rec.Fields["name"] = "Juridisk salong"
		_, err = w.room.Put(w.ctx, w.ada, rec)
		w.ok(err)
		w.same("after a change", names(other.find(directory.Query{Need: "salong"})), "Juridisk salong")
		w.took(map[string]string{"languages.csv": "id,service_id,code\nl9,d,ka\n"})
		w.same("after an import", names(other.find(directory.Query{Language: "ka"})), "Juridisk salong")
		_, err = w.take(directory.Options{Whole: true}, small())
		w.ok(err)
		w.same("after a whole one", names(other.find(directory.Query{})), "Legal advice")
	})
}
