package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"returnsupport/helpdesk/store"
)

// hearing lets the tests of the whole program run, and then looks how each
// statement they asked finds its rows: one that reads a whole table that grows with
// every letter is quick in each test, and slow in its third year.
func hearing(run func() int) int {
	var mu sync.Mutex
	asked := map[string]bool{}
	store.Hear(func(query string) {
		mu.Lock()
		defer mu.Unlock()
		asked[query] = true
	})
	code := run()
	store.Hear(func(string) {})
	mu.Lock()
	defer mu.Unlock()
	if n := slow(os.Stdout, asked); n > 0 && code == 0 {
		code = 1
	}
	return code
}

// grows are tables with rows of every ticket, letter, word or deed.
var grows = regexp.MustCompile(`^(tickets_(ticket|conversation|message|reader|letterkey|folded|original|file|translation|link|hidden|loan|day|stranger)|` +
	`post_(letter|seen|thread|outbox|delivery)|people_(person|key|writer|notice)|chat_table|journal_(entry|link)|` +
	`ledger_(event|body|wrap|subject)|referrals_(referral|key|wrap|word|package|part)|branches_(word|handon|key)|consent_branch)$`)

// whole are statements that may read a growing table from one end to the other,
// by how they begin, and why.
var whole = map[string]string{
	"SELECT s.notice, e.purpose, e.version, COUNT(*) FROM ledger_subject": "a coordinator's page counts who was shown which notice, asked now and then",
	"UPDATE tickets_message SET keywrap":                                  "a test's own",
}

// mayBeWhole tells whether a statement may read a whole table.
func mayBeWhole(query string) bool {
	for begins := range whole {
		if strings.HasPrefix(query, begins) {
			return true
		}
	}
	return false
}

var (
	placeholder = regexp.MustCompile(`\$([0-9]+)`)
	scan        = regexp.MustCompile(`SCAN (\w+)( USING (COVERING )?INDEX (\w+))?`)
	aliases     = regexp.MustCompile(`\b(?:FROM|JOIN|UPDATE|INTO) (\w+)(?: (?:AS )?(\w+))?`)
)

// slow prints the statements that read a growing table whole, and counts them.
func slow(out io.Writer, asked map[string]bool) int {
	folder, err := os.MkdirTemp("", "plans")
	if err != nil {
		fmt.Fprintln(out, err)
		return 1
	}
	defer os.RemoveAll(folder)
	ctx := context.Background()
	db, err := store.Open(ctx, "sqlite:"+filepath.Join(folder, "p.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		fmt.Fprintln(out, err)
		return 1
	}
	defer db.Close()
	bad := map[string]string{} // of statements that differ in how many they name, one
	for query := range asked {
		plain := strings.Join(strings.Fields(query), " ")
		// What names nothing is a test's own, or counts a table for a page that says so.
		if !strings.Contains(plain, "$") || mayBeWhole(plain) {
			continue
		}
		if table := reads(ctx, db, query); table != "" {
			bad[placeholder.ReplaceAllString(strings.ReplaceAll(plain, ", $", ""), "")] = table + ": " + plain
		}
	}
	for _, text := range slices.Sorted(maps.Values(bad)) {
		fmt.Fprintf(out, "reads a whole table, %.1500s\n", text)
	}
	return len(bad)
}

// reads is the growing table that a statement reads whole, "" for none.
func reads(ctx context.Context, db *store.DB, query string) string {
	most := 0
	for _, m := range placeholder.FindAllStringSubmatch(query, -1) {
		var n int
		fmt.Sscan(m[1], &n)
		most = max(most, n)
	}
	rows, err := db.Query(ctx, "EXPLAIN QUERY PLAN "+query, make([]any, most)...)
	if err != nil {
		return "" // of another schema
	}
	defer rows.Close()
	tables := map[string]string{}
	for _, m := range aliases.FindAllStringSubmatch(query, -1) {
		tables[m[1]] = m[1]
		if m[2] != "" {
			tables[m[2]] = m[1]
		}
	}
	for rows.Next() {
		var a, b, c int
		var says string
		if rows.Scan(&a, &b, &c, &says) != nil {
			return ""
		}
		m := scan.FindStringSubmatch(says)
		// An index over some rows is there to be read whole.
		if m == nil || m[4] != "" && !strings.HasPrefix(m[4], "sqlite_autoindex") {
			continue
		}
		if table := tables[m[1]]; grows.MatchString(table) {
			return table
		}
	}
	return ""
}
