package workspace_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/webhooks"
)

var shownOnce = regexp.MustCompile(`id="once" readonly value="([^"]+)"`)

func TestACoordinatorMakesATokenThatIsShownOnce(t *testing.T) {
	w := newWorld(t)
	ada := w.coordinator()
	const path = "/w/office/programs"
	page := ada.get(http.StatusOK, path)
	typed := []string{"name", "The municipality", "scope", "tickets:read", "team", string(w.team), "until", w.clock.now().AddDate(0, 2, 0).Format(time.DateOnly)}
	wrong := ada.press(http.StatusUnprocessableEntity, page, path, "name", "The municipality", "until", "yesterday", "scope", "hours:read")
	if !strings.Contains(wrong, "The municipality") {
		t.Error("what was typed is gone")
	}
	// Not at a desk left open.
	w.clock.pass(6 * time.Minute)
	asked := ada.press(http.StatusForbidden, page, path, typed...)
	made := ada.press(http.StatusOK, asked, path, append(typed, "prove", w.words)...)
	token := shownOnce.FindStringSubmatch(made)
	if token == nil || !strings.HasPrefix(token[1], "rst_") {
		t.Fatalf("no token is shown:\n%s", made)
	}
	p, err := w.staff.ByToken(t.Context(), token[1])
	if err != nil || !p.Member(w.team) {
		t.Fatalf("it opens nothing: %v", err)
	}
	page = ada.get(http.StatusOK, path)
	if strings.Contains(page, token[1]) || !strings.Contains(page, "The municipality") {
		t.Error("shown twice, or not listed")
	}
	ada.press(http.StatusSeeOther, page, path+"/end", "program", string(p.User.ID))
	if _, err := w.staff.ByToken(t.Context(), token[1]); err == nil {
		t.Error("it still opens")
	}
}

func TestACoordinatorNamesAnAddressThatIsRung(t *testing.T) {
	w := newWorld(t)
	ada := w.coordinator()
	const path = "/w/office/programs/webhooks"
	page := ada.get(http.StatusOK, "/w/office/programs")
	ada.press(http.StatusUnprocessableEntity, page, path, "hook-name", "Ours", "address", "https://127.0.0.1/x", "event", "ticket.new")
	made := ada.press(http.StatusOK, page, path, "hook-name", "Ours", "address", "https://example.org/x", "event", "ticket.new", "hook-team", string(w.team))
	if secret := shownOnce.FindStringSubmatch(made); secret == nil || !strings.HasPrefix(secret[1], "whsec_") {
		t.Fatalf("no secret is shown:\n%s", made)
	}
	all, err := w.hooks.Hooks(t.Context(), w.session("ada", w.words))
	w.ok(err)
	if len(all) != 1 || all[0].Address != "https://example.org/x" || len(all[0].Events) != 1 || all[0].Events[0] != webhooks.TicketNew || !slices.Equal(all[0].Teams, []helpdesk.ID{w.team}) {
		t.Fatalf("kept %+v", all)
	}
	ada.press(http.StatusSeeOther, ada.get(http.StatusOK, "/w/office/programs"), path+"/end", "hook", string(all[0].ID))
	if !strings.Contains(ada.get(http.StatusOK, "/w/office"), "/w/office/programs") {
		t.Error("no way leads there")
	}
	// Nobody else's.
	bo := w.hire("Bo Ek", w.team)
	bo.get(http.StatusForbidden, "/w/office/programs")
	if strings.Contains(bo.get(http.StatusOK, "/w/office"), "/w/office/programs") {
		t.Error("a counsellor is led where they may not go")
	}
}
