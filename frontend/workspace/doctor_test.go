package workspace_test

import (
	"net/http"
	"testing"

	"returnsupport/frontend/workspace"
	"returnsupport/helpdesk/staff"
)

// Coordinators alone are told of the machine; what is grave stands by itself,
// and what is only worth a look lies in a fold.
func TestWhatTheDoctorFoundIsForCoordinators(t *testing.T) {
	w := newWorld(t)
	dan, boss := w.hire("Dan Ek", w.team), w.hireAs(staff.Coordinator, "Cora Berg", w.team)
	const title, grave, do, mind = "The machine and its settings", "<strong>The certificate</strong>", "Have it renewed", "1 thing could be better"
	w.lacks(boss.get(http.StatusOK, "/w/mail"), title) // before anybody looked
	w.checkup = &workspace.Checkup{At: w.clock.now(), Found: []workspace.Ailment{{Kind: "certificate", Grave: true}, {Kind: "swap"}}}
	w.has(boss.get(http.StatusOK, "/w/mail"), title, grave, do, mind, "<dt>Memory on the disk</dt>", "returnsupport doctor")
	w.lacks(dan.get(http.StatusOK, "/w/mail"), title, grave, mind)
	w.checkup = &workspace.Checkup{At: w.clock.now()}
	w.has(boss.get(http.StatusOK, "/w/mail"), "Everything that was looked at is well.")
}
