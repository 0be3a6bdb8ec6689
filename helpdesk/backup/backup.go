// Package backup copies the whole database while it is being used, as two files:
// the content, which may be kept as long as one likes, and the keys to it, which
// may not be older than fourteen days, so that what was erased stays erased. It
// puts both back into an empty place.
//
// Never: a session, a link or a mail that waits to leave; they are in neither
// file. Never anything that opens: what the files hold is sealed as it was in
// the database, and the server's secrets are no part of them.
package backup

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// KeysLast is how long a file of keys may be kept (SEALING: a key that was
// deleted opens nothing any more once the last copy of it is gone).
const KeysLast = 14 * 24 * time.Hour

// Plan says where each table goes: into the content, unless it is named here.
type Plan struct {
	// Neither is in no file: sessions, links, what waits to leave, what lives
	// for minutes. Restored tables of these begin empty.
	Neither []string
	// Keys are tables of wraps.
	Keys []string
	// KeyColumns are wraps that stand in a table of content.
	KeyColumns map[string][]string
}

// Check tells what is wrong with a plan for these tables: named twice, or not
// there.
func (p Plan) Check(tables []store.Table) error {
	there := map[string]store.Table{}
	for _, t := range tables {
		there[t.Name] = t
	}
	seen := map[string]bool{}
	for _, name := range slices.Concat(p.Neither, p.Keys) {
		if _, ok := there[name]; !ok || seen[name] {
			return fmt.Errorf("plan a backup: table %s is not there, or named twice", name)
		}
		seen[name] = true
	}
	for name, columns := range p.KeyColumns {
		t, ok := there[name]
		if !ok || seen[name] {
			return fmt.Errorf("plan a backup: table %s is not there, or named twice", name)
		}
		for _, c := range columns {
			if !slices.ContainsFunc(t.Columns, func(is store.Column) bool { return is.Name == c && is.Kind == store.Bytes }) {
				return fmt.Errorf("plan a backup: %s.%s holds no bytes, or is not there", name, c)
			}
		}
	}
	return nil
}

// Part is which of the two files one is.
type Part string

// The parts of a backup.
const (
	Content Part = "content"
	Keys    Part = "keys"
)

// header begins a file.
type header struct {
	Part   Part         `json:"part"`
	ID     helpdesk.ID  `json:"id"` // of the backup: both parts have one
	At     time.Time    `json:"at"`
	Engine string       `json:"engine"`
	Steps  []store.Step `json:"steps"`
}

// origin is what the MAC at a file's end is made under.
func (h header) origin() vault.Context {
	return vault.At("backup.file", string(h.Part), string(h.ID))
}

// section begins a table's rows in a file.
type section struct {
	Table   string         `json:"table"`
	Columns []store.Column `json:"columns"`
}

// Report is what a backup or a restore did.
type Report struct {
	ID     helpdesk.ID
	At     time.Time // of the database that was copied
	Tables int
	Rows   int64
	Bytes  int64 // of both files
}

// name of a file in its folder: the instant and the part.
func (h header) name() string {
	return "returnsupport-" + strings.ReplaceAll(h.At.UTC().Format("20060102T150405.000Z"), ".", "") + "-" + string(h.Part) + ".backup"
}
