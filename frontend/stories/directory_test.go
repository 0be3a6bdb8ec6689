package stories

import (
	"testing"
	"testing/fstest"

	"returnsupport/helpdesk/directory"
)

// Who helps with what is found, read and vetted on a phone and on a desk, light
// and dark, by the keys alone; axe finds nothing and nothing sticks out.
func TestTheDirectoryFitsEveryScreen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	files := fstest.MapFS{}
	for name, text := range map[string]string{
		"organizations.csv": "id,name,description,website\no1,Asyljuristerna i Södermanland med omnejd,De tar ärenden,https://jur.example\n",
		"services.csv": "id,organization_id,name,status,description,eligibility_description,alert\n" +
			"s1,o1,Juridisk rådgivning om asyl och återvändande,active,En jurist läser beslutet tillsammans med dig,Alla,Stängt i juli\n",
		"locations.csv":           "id,location_type,name,latitude,longitude,transportation\nl1,physical,Huset,59.0583,16.5878,Fem minuter från stationen\n",
		"addresses.csv":           "id,location_id,address_1,city\na1,l1,Gatan 1,Flen\n",
		"service_at_location.csv": "id,service_id,location_id\nm1,s1,l1\n",
		"languages.csv":           "id,service_id,code\nt1,s1,prs\nt2,s1,ckb\nt3,s1,sv\n",
		"schedules.csv":           "id,service_id,freq,byday,opens_at,closes_at\nh1,s1,WEEKLY,\"MO,TU,WE\",10:00,12:00\n",
		"phones.csv":              "id,service_id,number\np1,s1,0157-465 04 01\n",
	} {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	_, err := w.directory.Import(t.Context(), w.staff.Console(), directory.Folder(files), directory.Options{})
	w.ok(err)
	page, err := w.directory.Find(t.Context(), directory.Query{View: directory.ForCounsellors})
	w.ok(err)
	hit := page.Hits[0]
	for _, s := range []screen{phone, desk} {
		v := visit(t, w, s)
		v.signIn()
		v.open("/w/directory")
		v.typeInto("#need", "juridisk")
		v.typeInto("#near", "flen")
		v.hand("#near", `e.form.requestSubmit()`) // as Enter does
		v.arrives("what was found", `location.search.includes("need=juridisk")`)
		v.sees("Juridisk rådgivning")
		v.prepares()
		for _, p := range []deskPage{
			{"found", "/w/directory?need=juridisk&near=flen"}, {"found-nothing", "/w/directory?near=xyzzy"}, {"expiring", "/w/directory/expiring"},
			{"import", "/w/directory/import"}, {"organisation", "/w/directory/" + string(hit.Organisation)},
		} {
			v.looks(p, "sv", true)
		}
	}
}
