package consent

import (
	"slices"
	"strings"
	"testing"

	"returnsupport/helpdesk/store/storetest"
)

// What stays for good: the chain and what it speaks of, and the register of what
// authorities asked, which is about no ticket. What somebody of ours was told
// of names nobody and nothing.
var keptTables = []string{"ledger_event", "ledger_head", "ledger_mailed", "ledger_notice", "ledger_purpose", "referrals_request", "referrals_told"}

func TestEveryTableOfTheWingIsScrubbedOrKept(t *testing.T) {
	db := storetest.SQLite(t)
	rows, err := db.Query(t.Context(), `SELECT name FROM sqlite_master WHERE type = 'table' AND (name LIKE 'ledger%' OR name LIKE 'referrals%' OR name LIKE 'consent%') ORDER BY name`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var there []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		there = append(there, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	said := slices.Sorted(slices.Values(slices.Concat(ErasedTables(), keptTables)))
	if !slices.Equal(there, said) {
		t.Errorf("in the database:\n%s\nscrubbed or kept:\n%s", strings.Join(there, " "), strings.Join(said, " "))
	}
}
