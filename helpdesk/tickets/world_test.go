package tickets_test

import (
	"fmt"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/housetest"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// build makes a house with one coordinator, who is the first member of every
// team.
func build(t testing.TB, db *store.DB) *house {
	t.Helper()
	h := &house{db: db, secrets: vault.NewSecrets(), bus: bus.InProcess(), clock: &clock{at: monday}, log: &housetest.Log{}, given: map[string]string{}}
	h.journal = journal.New(db, h.secrets, h.clock.now, h.logger())
	h.staff = staff.New(staff.House{
		DB: db, Secrets: h.secrets, Bus: h.bus, Journal: h.journal, Now: h.clock.now, Log: h.logger(), Cost: vault.Cost{MiB: 1, Passes: 1},
		Office: office.New(office.House{DB: db, Secrets: h.secrets, Journal: h.journal, Now: h.clock.now, Log: h.logger()}),
	})
	h.people = people.New(people.House{
		DB: db, Secrets: h.secrets, Bus: h.bus, Journal: h.journal, Staff: h.staff, Now: h.clock.now, Log: h.logger(), Cost: vault.Cost{MiB: 1, Passes: 1},
	})
	h.desk = h.replica()
	made, err := h.staff.Init(t.Context(), staff.InitOptions{
		WordsAlone: true,
		Login:      "ada", Name: "Ada", Address: "ada@example.org", Locale: "sv", Teams: []staff.NewTeam{{Name: "first"}},
	})
	h.ok(t, err)
	h.ada, h.words = made.User, made.Words
	return h
}

func (h *house) signIn(t testing.TB, login, words string) *staff.Session {
	t.Helper()
	cookie, err := h.staff.SignIn(t.Context(), login, words)
	h.ok(t, err)
	s, err := h.staff.Session(t.Context(), cookie, false)
	h.ok(t, err)
	return s
}

// everyTeamRestricted has the same stories told of restricted teams.
var everyTeamRestricted = false

// team makes a team.
func (h *house) team(t testing.TB) helpdesk.ID {
	t.Helper()
	h.made++
	team, err := h.staff.AddTeam(t.Context(), h.staff.Console(), staff.NewTeam{Name: fmt.Sprintf("team %d", h.made), Restricted: everyTeamRestricted}, h.ada)
	h.ok(t, err)
	return team.ID
}

// session hires somebody into the teams and signs them in.
func (h *house) session(t testing.TB, teams ...helpdesk.ID) *staff.Session {
	t.Helper()
	h.made++
	login := fmt.Sprintf("user%d", h.made)
	token, err := h.staff.Invite(t.Context(), h.staff.Console(), login, login, login+"@example.org", staff.Counsellor, teams...)
	h.ok(t, err)
	words, cookie, err := h.staff.Accept(t.Context(), token, "en")
	h.ok(t, err)
	s, err := h.staff.Session(t.Context(), cookie, false)
	h.ok(t, err)
	for _, team := range teams {
		h.ok(t, h.staff.Admit(t.Context(), h.signIn(t, "ada", h.words), s.User.ID, team))
	}
	h.given[login] = words
	return h.signIn(t, login, words)
}

// signInAgain is for who was away longer than a session lives.
func (h *house) signInAgain(t testing.TB, s *staff.Session) *staff.Session {
	t.Helper()
	return h.signIn(t, s.User.Login, h.given[s.User.Login])
}
