package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// Thief has the database and no key, and looks for rows that tell one ticket from
// the others.
type Thief struct {
	// Whose says which ticket a value names, where one does: its own id, its
	// conversations', its messages', whatever leads there.
	Whose map[string]helpdesk.ID
	// SaysNothing: who reads this value in this column learns nothing of a ticket.
	SaysNothing func(table, column, value string) bool
}

// Single is a combination of columns, and how many tickets it fits. Line holds
// what the row says, and what the ticket's own row says behind it.
type Single struct {
	Table, Line string
	Fits        int
}

// Look puts together whatever stands in a row that names a ticket, with the
// ticket's own row, for all tables. It returns the tables that name any, and the
// combinations that fit fewer than five.
func (thief Thief) Look(t testing.TB, db *store.DB) (tables []string, few []Single) {
	t.Helper()
	own := map[helpdesk.ID]string{}
	for _, table := range allTables(t, db) {
		fits := map[string]map[helpdesk.ID]bool{}
		for _, row := range Rows(t, db, "SELECT * FROM "+table) {
			ticket, line := thief.reads(table, row)
			if ticket == "" {
				continue
			}
			if table == ticketsOwn {
				own[ticket] = line
			} else {
				line += " | " + own[ticket]
			}
			if fits[line] == nil {
				fits[line] = map[helpdesk.ID]bool{}
			}
			fits[line][ticket] = true
		}
		if len(fits) > 0 {
			tables = append(tables, table)
		}
		for line, of := range fits {
			if len(of) < 5 {
				few = append(few, Single{table, line, len(of)})
			}
		}
	}
	return tables, few
}

// reads is which ticket a row names and what else it says.
func (thief Thief) reads(table string, row map[string]string) (ticket helpdesk.ID, line string) {
	var said []string
	for column, value := range row {
		if of, ok := thief.Whose[value]; ok {
			ticket = of
		}
		if value != "" && (column == "person" || column == "reader" && row["kind"] == "person") {
			value = "somebody" // random: what is known of them is looked at where it stands
		}
		if !thief.SaysNothing(table, column, value) {
			said = append(said, column+"="+value)
		}
	}
	slices.Sort(said)
	return ticket, strings.Join(said, " ")
}

const ticketsOwn = "tickets_ticket"

// allTables begins with the tickets' own.
func allTables(t testing.TB, db *store.DB) []string {
	t.Helper()
	query := "SELECT name AS id FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	if db.Engine() == store.Postgres {
		query = "SELECT table_name AS id FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
	}
	out := []string{ticketsOwn}
	for _, r := range Rows(t, db, query) {
		if r["id"] != ticketsOwn {
			out = append(out, r["id"])
		}
	}
	slices.Sort(out[1:])
	return out
}

// Rows reads rows as text, by column.
func Rows(t testing.TB, db *store.DB, query string) []map[string]string {
	t.Helper()
	fail := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatalf("%s: %v", query, err)
		}
	}
	rows, err := db.Query(t.Context(), query)
	fail(err)
	defer rows.Close()
	columns, err := rows.Columns()
	fail(err)
	var out []map[string]string
	for rows.Next() {
		values, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		fail(rows.Scan(targets...))
		r := map[string]string{}
		for i, value := range values {
			if b, ok := value.([]byte); ok {
				value = string(b)
			}
			r[columns[i]] = fmt.Sprint(value)
		}
		out = append(out, r)
	}
	fail(rows.Err())
	return out
}
