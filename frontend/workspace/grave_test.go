package workspace_test

import (
	"strings"
	"testing"
)

// What opens everything stands before every coordinator, and before nobody else.
func TestEveryCoordinatorReadsUnderOfficeWhatOpensEverything(t *testing.T) {
	w := newWorld(t)
	ada, bo := w.coordinator(), w.hire("Bo Ek", w.team)
	const said = "came back from two recovery sheets"
	if strings.Contains(ada.get(200, "/w/office"), said) {
		t.Error("told of nothing")
	}
	w.ok(w.staff.NoteSecretsBack(t.Context()))
	w.has(ada.get(200, "/w/office"), said)
	if strings.Contains(bo.get(200, "/w/office"), said) {
		t.Error("a counsellor is told")
	}
}
