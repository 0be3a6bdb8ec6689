package office_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

func TestTheOfficeHandsRoutingItsParts(t *testing.T) {
	each(t, func(w *world) {
		p, err := w.office.Routing(w.ctx)
		w.must(err)
		if len(p.Rules) != 3 || len(p.Topics) < 4 || len(p.Profiles) != 0 {
			t.Errorf("%+v", p)
		}
		first := w.office
		w.restart() // a second process on the same database
		who, sub := helpdesk.NewID(), helpdesk.NewID()
		w.must(w.office.Set(w.ctx, "actor", office.Rules, "rule A\n then kind law"))
		w.must(w.office.Set(w.ctx, "actor", office.Profiles, string(who)+" | prs | lawyer | woman | - | 20 | "+string(sub)))
		w.must(w.office.Set(w.ctx, "actor", office.Leave, string(who)+" | 2026-03-01 | 2026-03-10"))
		w.must(w.office.Set(w.ctx, "actor", office.Topics, "law | Juridik | Law | law"))
		w.must(w.office.Set(w.ctx, "actor", office.TeamKinds, string(w.team)+" | law"))
		for _, o := range []*office.Office{first, w.office} {
			p, err := o.Routing(w.ctx)
			w.must(err)
			if len(p.Rules) != 1 || len(p.Topics) != 1 || len(p.Kinds) != 1 || p.Kinds[0].Team != w.team || p.Profiles[0].Substitute != sub || !p.Leave[0].On(hours.DateOf(now)) {
				t.Errorf("%+v", p)
			}
			again, err := o.Routing(w.ctx)
			w.must(err)
			if &again.Rules[0] != &p.Rules[0] {
				t.Error("read anew while nothing changed")
			}
		}
		with, err := w.office.RoutingWith(w.ctx, office.Rules, "rule B\n then nobody\nrule C\n then nobody")
		w.must(err)
		if len(with.Rules) != 2 || len(with.Profiles) != 1 {
			t.Errorf("%+v", with)
		}
		if now, err := w.office.Routing(w.ctx); err != nil || len(now.Rules) != 1 {
			t.Errorf("trying saved it: %+v, %v", now, err)
		}
		_, err = w.office.RoutingWith(w.ctx, office.Rules, "rules")
		w.refused(err, "routing.text.no_rule")
		w.refused(w.office.Set(w.ctx, "actor", office.Rules, "rule A\n when weather fine\n then nobody"), "routing.text.fact")
	})
}

func TestTheDesksOwnWordsAreKept(t *testing.T) {
	each(t, func(w *world) {
		skills, err := w.office.Skills(w.ctx)
		w.must(err)
		tags, err := w.office.Tags(w.ctx)
		w.must(err)
		centres, err := w.office.Centres(w.ctx)
		w.must(err)
		keep, err := w.office.Retention(w.ctx)
		w.must(err)
		if skills[0].Key != "lawyer" || len(tags) == 0 || len(centres) == 0 || keep.Months[office.KeepTickets] != 24 || keep.Decided || keep.AtServer {
			t.Errorf("%v %v %v %v", skills, tags, centres, keep)
		}
		sv, err := w.office.Guide(w.ctx, "sv")
		w.must(err)
		other, err := w.office.Guide(w.ctx, "ka")
		w.must(err)
		if len(sv) == 0 || sv[0].Step != "before" || sv[0].Language != "sv" || len(other) != len(sv) || other[0].Language != "en" {
			t.Errorf("%v\n%v", sv, other)
		}
		w.must(w.office.Set(w.ctx, "actor", office.GuideText, "sv | close | hej då\nsv | begin | hej"))
		if sv, err = w.office.Guide(w.ctx, "sv"); err != nil || len(sv) != 2 || sv[0].Text != "hej" {
			t.Errorf("%v, %v", sv, err)
		}
	})
}

func TestLeaveTakesPromisesWithIt(t *testing.T) {
	each(t, func(w *world) {
		who := helpdesk.NewID()
		w.must(w.office.Set(w.ctx, "actor", office.Roster, fmt.Sprintf("shift %s mail mon-fri 10:00-16:00", who)))
		before, ok := w.plan().Promise("mail", now)
		if !ok {
			t.Fatal("nothing is promised")
		}
		w.must(w.office.Set(w.ctx, "actor", office.Leave, string(who)+" | 2026-03-02 | 2026-03-06"))
		after, ok := w.plan().Promise("mail", now)
		if !ok || after.Sub(before) != 7*24*time.Hour {
			t.Errorf("promised %v, now %v", before, after)
		}
	})
}

func TestAChangeOfPromisesIsShownBeforeItIsSaved(t *testing.T) {
	each(t, func(w *world) {
		who := helpdesk.NewID()
		w.must(w.office.Set(w.ctx, "actor", office.Roster, fmt.Sprintf("shift %[1]s mail mon-fri 10:00-16:00\nshift %[1]s chat_everyone mon-fri 10:00-16:00", who)))
		w.must(w.office.Set(w.ctx, "actor", office.PresentMinimum, "1"))
		for _, c := range []struct{ name, value, line, want string }{
			{office.Leave, string(who) + " | 2026-03-02 | 2026-03-06", "mail", "broken"},
			{office.Exceptions, "2026-03-03 all closed training", "mail", "broken"},
			{office.Roster, fmt.Sprintf("shift %s mail mon-fri 10:00-16:00", who), "chat_everyone", "broken"},
			{office.Hours, strings.Replace(hours.Default, "answer 6h", "answer 3h", 1), "mail", "kept"},
			{office.PresentMinimum, "2", "chat_everyone", "broken"},
			{office.PresentMinimum, "1", "", ""},
			{office.Funder, "A fund", "", ""},
		} {
			list, err := w.office.Promises(w.ctx, c.name, c.value)
			w.must(err)
			if c.line == "" {
				if len(list) != 0 {
					t.Errorf("%s: %+v", c.name, list)
				}
				continue
			}
			found := ""
			for _, d := range list {
				if d.Line == c.line && found == "" {
					found = map[bool]string{true: "broken", false: "kept"}[d.Broken()]
				}
			}
			if found != c.want {
				t.Errorf("%s: %q of %s in %+v", c.name, found, c.line, list)
			}
		}
		_, err := w.office.Promises(w.ctx, office.Exceptions, "2026-03-03 nowhere closed training")
		w.refused(err, "hours.text.no_line")
		_, err = w.office.Promises(w.ctx, office.Leave, "somebody")
		w.refused(err, "routing.text.cells")
		if _, err = w.office.Promises(w.ctx, "unknown", ""); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Error(err)
		}
		if v, err := w.office.Read(w.ctx, office.Leave); err != nil || v.Version != 0 {
			t.Errorf("looking saved it: %+v, %v", v, err)
		}
		for name, want := range map[string]bool{office.Leave: true, office.Roster: true, office.Rules: false} {
			if office.Promising(name) != want {
				t.Errorf("%s promises: %v", name, !want)
			}
		}
	})
}

func TestAChangeIsUndoneByPuttingAnOlderVersionBack(t *testing.T) {
	each(t, func(w *world) {
		for _, v := range []string{"One", "Two", "Three"} {
			w.must(w.office.Set(w.ctx, "actor", office.Funder, v))
		}
		if err := w.office.Restore(w.ctx, "actor", office.Funder, 1, 2); !errors.Is(err, helpdesk.ErrConflict) {
			t.Errorf("undone over somebody else's change: %v", err)
		}
		w.must(w.office.Restore(w.ctx, "actor", office.Funder, 1, 3))
		if v, err := w.office.Read(w.ctx, office.Funder); err != nil || v.Value != "One" || v.Version != 4 {
			t.Errorf("%+v, %v", v, err)
		}
		w.must(w.office.Restore(w.ctx, "actor", office.Funder, 3, 4)) // and the undoing undone
		w.must(w.office.Restore(w.ctx, "actor", office.Funder, 0, 5))
		if v, err := w.office.Read(w.ctx, office.Funder); err != nil || v.Value != "" || v.Version != 6 {
			t.Errorf("%+v, %v", v, err)
		}
		for _, c := range []struct {
			name    string
			version int64
		}{{office.Funder, 9}, {office.Funder, -1}, {"unknown", 1}, {"unknown", 0}} {
			if err := w.office.Restore(w.ctx, "actor", c.name, c.version, 6); !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("%s %d: %v", c.name, c.version, err)
			}
		}
		w.refused(w.office.Restore(w.ctx, "actor", office.RecoveryFingerprint, 0, 0), "setting.fixed")
	})
}

// detail is what the newest entry of a deed holds sealed.
func (w *world) detail(verb string, object string) []byte {
	w.t.Helper()
	var sealed []byte
	w.must(w.db.QueryRow(w.ctx, `SELECT d.sealed FROM journal_detail d JOIN journal_entry e ON e.id = d.entry
		WHERE e.verb = $1 AND e.object = $2 ORDER BY e.at DESC`, verb, object).Scan(&sealed))
	return sealed
}

func TestTheJournalHoldsWhatStoodBeforeAndAfter(t *testing.T) {
	each(t, func(w *world) {
		edit := func(verb string, object string) office.Edit {
			e, err := w.office.OpenEdit(verb, helpdesk.ID(object), w.detail(verb, object))
			w.must(err)
			return e
		}
		w.must(w.office.Set(w.ctx, "actor", office.UndoSeconds, "20"))
		if e := edit(office.VerbSetting, office.UndoSeconds); e != (office.Edit{Before: "10", After: "20"}) {
			t.Errorf("%+v", e)
		}

		m := w.mailbox()
		m.ID = w.add(m)
		if e := edit(office.VerbMailboxAdded, string(m.ID)); e.Before != "" || !strings.Contains(e.After, "address = canarybox@canary.example\n") {
			t.Errorf("%+v", e)
		}
		m.Name = "Canarynew"
		w.must(w.office.ChangeMailbox(w.ctx, "actor", m))
		if e := edit(office.VerbMailboxChanged, string(m.ID)); !strings.Contains(e.Before, "name = Canaryname\n") || !strings.Contains(e.After, "name = Canarynew\n") || strings.Contains(e.Before+e.After, "canarypassword") {
			t.Errorf("%+v", e)
		}
		w.must(w.office.RemoveMailbox(w.ctx, "actor", m.ID))
		if e := edit(office.VerbMailboxRemoved, string(m.ID)); e.After != "" || !strings.Contains(e.Before, "Canarynew") {
			t.Errorf("%+v", e)
		}

		w.must(w.office.CloseLine(w.ctx, "actor", hours.Closure{Line: "mail", Until: now.Add(time.Hour), Reason: "illness"}, "canarynote"))
		if e := edit(office.VerbLineClosed, "mail"); e.Before != "" || !strings.HasSuffix(e.After, "illness\ncanarynote") {
			t.Errorf("%+v", e)
		}
		w.must(w.office.ReopenLine(w.ctx, "actor", "mail"))
		if e := edit(office.VerbLineReopened, "mail"); e.After != "" || !strings.Contains(e.Before, "illness") {
			t.Errorf("%+v", e)
		}

		// What was sealed for one entry opens for no other, and lies nowhere in the plain.
		sealed := w.detail(office.VerbSetting, office.UndoSeconds)
		if _, err := w.office.OpenEdit(office.VerbSetting, office.PollSeconds, sealed); err == nil {
			t.Error("another setting's")
		}
		if _, err := w.office.OpenEdit(office.VerbLineClosed, office.UndoSeconds, sealed); err == nil {
			t.Error("another deed's")
		}
		if _, err := w.office.OpenEdit(office.VerbSetting, office.UndoSeconds, w.secrets.SealOffice(vault.At("office.edit", office.VerbSetting, office.UndoSeconds), []byte("no edit"))); err == nil {
			t.Error("something else")
		}
		dump := bytes.ToLower(storetest.Dump(t, w.db))
		for _, canary := range []string{"canaryn", "canarybox"} {
			if bytes.Contains(dump, []byte(canary)) {
				t.Errorf("found %s", canary)
			}
		}
	})
}

// A profile says which community somebody belongs to: no thief reads it.
func TestAThiefReadsNoProfile(t *testing.T) {
	each(t, func(w *world) {
		who := helpdesk.NewID()
		w.must(w.office.Set(w.ctx, "actor", office.Profiles, string(who)+" | prs | canaryskill | woman | canarycommunity"))
		p, err := w.office.Routing(w.ctx)
		w.must(err)
		fmt.Fprintf(w.log, "%v", p.Profiles[0].LogValue())
		dump := append(storetest.Dump(t, w.db), w.log.String()...)
		if bytes.Contains(dump, []byte("canary")) {
			t.Error("found the canary")
		}
		if p.Profiles[0].Who != who {
			t.Error("no profile was kept")
		}
	})
}
