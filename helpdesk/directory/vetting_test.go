package directory_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/store/storetest"
)

func TestATargetCountsWhileItsVettingDoes(t *testing.T) {
	each(t, func(w *world) {
		w.took(small())
		org := w.organisation("Legal advice")
		target, err := w.room.Target(w.ctx, org)
		w.ok(err)
		w.same("before anybody looked", []any{target.Kind, target.Vetted, target.Takes, target.SharesWithAuthorities}, "[unverified false no true]")
		w.vet(org, nil)
		for day, want := range map[string]bool{"2026-01-31": false, "2026-02-01": true, "2026-12-31": true, "2027-01-01": false} {
			at, err := time.Parse(time.DateOnly, day)
			w.ok(err)
			w.now = at.Add(12 * time.Hour)
			target, err = w.room.Target(w.ctx, org)
			w.ok(err)
			w.same(day, target.Vetted, want)
			w.same(day+" takes a package", target.Takes == directory.TakesPackage, want)
		}
		w.same("name", []any{target.Name, target.Country, target.SharesWithAuthorities}, "[Hjälpen SE false]")
		if _, err := w.room.Target(w.ctx, helpdesk.NewID()); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("of nobody: %v", err)
		}
		if _, err := w.room.Target(w.ctx, w.find(directory.Query{})[0].Service); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("of a service: %v", err)
		}
	})
}

func TestAVettingThatEndsIsListedThirtyDaysBefore(t *testing.T) {
	each(t, func(w *world) {
		w.took(small())
		v := w.vet(w.organisation("Legal advice"), nil)
		days := map[string]string{"2026-11-30": "", "2026-12-01": "30", "2026-12-31": "0", "2027-01-02": "-2"}
		for day, want := range days {
			at, err := time.Parse(time.DateOnly, day)
			w.ok(err)
			w.now = at.Add(12 * time.Hour)
			ends, err := w.room.Expiring(w.ctx, directory.WarnDays)
			w.ok(err)
			got := ""
			for _, e := range ends {
				got = fmt.Sprint(e.Days)
				w.same("owner", e.Owner, w.ada.User.ID)
				w.same("of", e.Organisation, v.Organisation)
			}
			w.same(day, got, want)
		}
	})
}

func TestVettingIsCheckedAndKeptInVersions(t *testing.T) {
	each(t, func(w *world) {
		w.took(small())
		org := w.organisation("Legal advice")
		first := w.vet(org, nil)
		w.now = w.now.Add(time.Second)
		for want, change := range map[string]func(*directory.Vetting){
			"kind": func(v *directory.Vetting) { v.Kind = "friend" }, "country": func(v *directory.Vetting) { v.Country = "Sverige" },
			"days": func(v *directory.Vetting) { v.Until = "2025-01-01" }, "shares": func(v *directory.Vetting) { v.SharesWithAuthorities = "" },
			"takes": func(v *directory.Vetting) { v.Takes = "all" }, "shown": func(v *directory.Vetting) { v.Shown = "me" },
			"language": func(v *directory.Vetting) { v.Languages = []string{"?"} }, "audience": func(v *directory.Vetting) { v.Audiences = []string{"cats"} },
		} {
			bad := first
			change(&bad)
			_, err := w.room.Vet(w.ctx, w.ada, org, bad)
			w.same(want, key(err), "directory.vetting."+want)
		}
		second := w.vet(org, func(v *directory.Vetting) { v.Takes, v.Languages = directory.TakesWarm, []string{"Dari", "sv"} })
		w.same("languages", second.Languages, []string{"prs", "sv"})
		if _, err := w.room.Vet(w.ctx, w.ada, org, first); !errors.Is(err, helpdesk.ErrConflict) {
			t.Errorf("written over another's: %v", err)
		}
		history, err := w.room.VettingHistory(w.ctx, org)
		w.ok(err)
		w.same("versions", len(history), 2)
		w.now = w.now.Add(time.Second)
		w.ok(w.room.UndoVetting(w.ctx, w.ada, org, 1, 2))
		v, err := w.room.Vetting(w.ctx, org)
		w.ok(err)
		w.same("undone", []any{v.Takes, v.Version}, "[package 3]")
		w.same("a search sees it", w.find(directory.Query{})[0].Takes, directory.TakesPackage)
		w.ok(w.book.Chain(w.ctx))
		entries, err := w.book.About(w.ctx, 10, org)
		w.ok(err)
		var verbs []string
		for _, e := range entries {
			verbs = append(verbs, e.Verb)
		}
		w.same("journal", verbs, []string{directory.VerbVetted, directory.VerbVetted, directory.VerbUndone})
	})
}

// Whoever can write to the database can neither make a vetting nor put an old
// one back, and reads no contact.
func TestWhoHoldsTheDatabaseVetsNobody(t *testing.T) {
	each(t, func(w *world) {
		w.took(small())
		org := w.organisation("Legal advice")
		dump := storetest.Dump(t, w.db)
		for _, canary := range []string{"Kontaktsson", "kontakt@hjalpen.example"} {
			if bytes.Contains(dump, []byte(canary)) {
				t.Errorf("%s lies open", canary)
			}
		}
		w.vet(org, nil)
		w.vet(org, func(v *directory.Vetting) { v.Kind = directory.Unverified })
		// The first version's bytes over the second's, under either number.
		w.exec(`UPDATE directory_record SET sealed = (SELECT p.sealed FROM directory_past p WHERE p.id = directory_record.id AND p.version = 1) WHERE kind = 'vetting'`)
		target, err := w.room.Target(w.ctx, org)
		w.ok(err)
		w.same("with the bytes put back", target.Vetted, false)
		w.exec(`UPDATE directory_record SET version = 1 WHERE kind = 'vetting'`)
		target, err = w.room.Target(w.ctx, org)
		w.ok(err)
		w.same("with the whole row put back", target.Vetted, false)
		// One organisation's vetting for another.
		w.took(map[string]string{"organizations.csv": "id,name\no2,Falsk\n", "services.csv": "id,organization_id,name,status\ns2,o2,False friend,active\n"})
		other := w.organisation("False friend")
		w.vet(other, nil)
		w.exec(`UPDATE directory_record SET sealed = (SELECT p.sealed FROM directory_past p WHERE p.version = 1 AND p.id IN (SELECT id FROM directory_record WHERE kind = 'vetting')), version = 1 WHERE kind = 'vetting'`)
		target, err = w.replica().Target(w.ctx, other)
		w.ok(err)
		w.same("with another's", target.Vetted, false)
	})
}

func TestAHandEditIsKeptAndUndone(t *testing.T) {
	each(t, func(w *world) {
		w.took(small())
		rec, err := w.room.Record(w.ctx, w.find(directory.Query{})[0].Service)
		w.ok(err)
		rec.Fields["name"] = "Legal help"
		kept, err := w.room.Put(w.ctx, w.ada, rec)
		w.ok(err)
		w.same("found", names(w.find(directory.Query{Need: "help"})), "Legal help")
		if _, err := w.room.Put(w.ctx, w.ada, rec); !errors.Is(err, helpdesk.ErrConflict) {
			t.Errorf("over another's: %v", err)
		}
		w.ok(w.room.Undo(w.ctx, w.ada, kept.ID, 1, kept.Version))
		w.same("undone", names(w.replica2().find(directory.Query{})), "Legal advice")
		history, err := w.room.History(w.ctx, kept.ID)
		w.ok(err)
		w.same("versions", []any{len(history), history[0].Now, history[0].Version}, "[3 true 3]")
		rec.Version, rec.Up = 3, map[string][]string{"organization_id": {"o9"}}
		_, err = w.room.Put(w.ctx, w.ada, rec)
		w.same("of an organisation that is nowhere", key(err), "directory.import.unknown")
	})
}

// replica2 is the world seen from another process.
func (w *world) replica2() *world {
	other := *w
	other.room = w.replica()
	return &other
}
