package main

import (
	"slices"
	"testing"
	"time"

	"returnsupport/helpdesk/store/storetest"
)

func TestTheNightWorkBeginsAtThreeAlsoWhenClocksChange(t *testing.T) {
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) time.Time {
		when, err := time.ParseInLocation("2006-01-02 15:04", text, stockholm)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for now, want := range map[string]time.Duration{
		"2026-11-22 02:59": time.Minute,
		"2026-11-22 03:00": 24 * time.Hour,
		"2026-11-22 14:00": 13 * time.Hour,
		"2026-10-24 12:00": 16 * time.Hour, // the night of 25 hours
		"2026-03-28 12:00": 14 * time.Hour, // the night of 23
	} {
		if got := untilThree(at(now)); got != want {
			t.Errorf("from %s: %s, want %s", now, got, want)
		}
	}
}

// neverScrubbed hold bytes and lose none that a thief could read, each with why.
var neverScrubbed = map[string]string{
	"answers_answer":         "versions stay, and they are no person's words",
	"directory_past":         "versions stay, and organisations' details are public",
	"directory_record":       "organisations' details are public",
	"journal_anchor":         "a chain: its beginning is public",
	"journal_entry":          "a chain: nothing is taken out of it but by its age",
	"journal_head":           "a chain: its end is public",
	"journal_signature":      "a chain: its signatures are public",
	"journal_link":           "a chain: hashes alone",
	"journal_waiting":        "links of the chain, hashes alone",
	"ledger_event":           "a chain: nothing is taken out of it",
	"ledger_head":            "a chain: its end is public",
	"ledger_notice":          "versions stay, and were shown to people",
	"ledger_purpose":         "versions stay, and were shown to people",
	"office_mailbox_version": "versions stay until the office's key is changed",
	"post_letter":            "marks of what was fetched stay, so that nothing is fetched twice",
	"referrals_request":      "a register: what authorities asked stays",
	"registers_key":          "a register: keys come and none goes",
	"tickets_number":         "numbers stay, so that none is given twice",
	"tickets_file":           "sealed under a key of its own, and scrubbed at an erasure",
	"tickets_folded":         "sealed under a key of its own, and scrubbed at an erasure",
	"tickets_original":       "sealed under a key of its own, and scrubbed at an erasure",
}

func TestTheNightScrubsEveryTableThatLosesSealedBytes(t *testing.T) {
	db := storetest.SQLite(t)
	rows, err := db.Query(t.Context(), `SELECT DISTINCT m.name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c
		WHERE m.type = 'table' AND c.type = 'BLOB' ORDER BY m.name`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	scrubbed, there := scrubbedTables(), map[string]bool{}
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			t.Fatal(err)
		}
		there[table] = true
		_, kept := neverScrubbed[table]
		if inNight := slices.Contains(scrubbed, table); inNight == kept {
			t.Errorf("%s holds bytes: must stand in one of the lists, scrubbed %t, never scrubbed %t", table, inNight, kept)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for _, table := range scrubbed {
		if !there[table] {
			t.Errorf("%s is scrubbed and holds no bytes, or isn't there", table)
		}
	}
}
