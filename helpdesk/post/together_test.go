package post

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// Kim coordinates and is in both teams. Everything leaves the house when another
// coordinator stands beside them, or with two sheets, and the journal names who.
func TestNobodyTakesEverythingOutOfTheHouseAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:anna id:m1 body:first_team", nil))
		h.receive("b", write("from:bea to:b id:m2 body:second_team", nil))
		before := h.clock.Now()
		export := func(s *staff.Session, also ...*staff.Session) (string, error) {
			var jsonl, mbox bytes.Buffer
			_, err := h.post.Export(h.ctx, s, &jsonl, &mbox, also...)
			return jsonl.String() + mbox.String(), err
		}
		alone := func(err error) {
			t.Helper()
			var no helpdesk.Refusal
			if !errors.As(err, &no) || no.Key != "staff.second_person" {
				t.Errorf("want staff.second_person, got %v", err)
			}
		}
		if out, err := export(h.session()); out != "" {
			t.Error("alone")
		} else {
			alone(err)
		}
		lee := h.lee()
		_, err := h.staff.AddTeam(h.ctx, h.session(), staff.NewTeam{Name: "Nothing in it"}, lee.User.ID)
		h.must(err)
		_, err = export(h.session()) // Kim is in every team but this one
		alone(err)
		alone(h.staff.Together(h.ctx, h.session(), h.session()))
		if err := h.staff.Together(h.ctx, h.session(), lee); !errors.Is(err, helpdesk.ErrDenied) {
			t.Errorf("with a counsellor: %v", err)
		}
		bo, words := h.coordinator("bo")
		var no helpdesk.Refusal
		if err := h.staff.Together(h.ctx, bo, h.session()); !errors.As(err, &no) || no.Key != "staff.second_new" {
			t.Errorf("with one who was made for it: %v", err)
		}
		h.clock.Pass(8 * 24 * time.Hour)
		cookie, err := h.staff.SignIn(h.ctx, "bo", words)
		h.must(err)
		bo, err = h.staff.Session(h.ctx, cookie, false)
		h.must(err)
		kim := h.session()
		h.must(h.staff.Together(h.ctx, bo, kim))
		two, err := export(kim, bo)
		h.must(err)
		if again, err := export(kim, kim); err != nil || again != two {
			t.Errorf("what both open is written twice: %v", err)
		}
		kim = h.session()
		if err := h.staff.WithSheets(h.ctx, kim, h.sheets[0], h.sheets[0]); err == nil {
			t.Error("one sheet twice")
		}
		_, err = export(kim)
		alone(err)
		h.must(h.staff.WithSheets(h.ctx, kim, h.sheets[0], h.sheets[2]))
		three, err := export(kim)
		h.must(err)
		for _, out := range []string{two, three} {
			if !strings.Contains(out, "first team") && !strings.Contains(out, "first_team") || !strings.Contains(out, "second team") && !strings.Contains(out, "second_team") {
				t.Errorf("not everything:\n%s", out)
			}
		}
		h.clock.Pass(6 * time.Minute)
		if err := h.staff.Together(h.ctx, bo, h.session()); !errors.Is(err, staff.ErrProof) {
			t.Errorf("a while after they proved who they are: %v", err)
		}
		said, _, err := h.journal.Read(h.ctx, journal.Query{Verbs: []string{staff.VerbAllOpened}, From: before}, 10)
		h.must(err)
		var who []string
		for _, e := range said {
			who = append(who, string(e.Actor)+" with "+string(e.Object))
		}
		kim = h.session()
		if got := strings.Join(who, ", "); len(who) != 3 || !strings.Contains(got, string(kim.User.ID)+" with "+string(bo.User.ID)) || !strings.Contains(got, string(bo.User.ID)+" with "+string(kim.User.ID)) {
			t.Errorf("the journal says %s", got)
		}
	})
}

// coordinator is another one, in no team, with their words.
func (h *house) coordinator(login string) (*staff.Session, string) {
	h.t.Helper()
	token, err := h.staff.Invite(h.ctx, h.staff.Console(), login, login, login+"@staff.example", staff.Coordinator)
	h.must(err)
	words, cookie, err := h.staff.Accept(h.ctx, token, "en")
	h.must(err)
	s, err := h.staff.Session(h.ctx, cookie, true)
	h.must(err)
	return s, words
}
