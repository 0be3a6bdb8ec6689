package directory

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"returnsupport/helpdesk"
)

// Record is one row of an HSDS table. Its values are kept as they were written:
// what HSDS calls a number stays the digits that stood in the file.
type Record struct {
	Kind   string              `json:"-"` // "organization", as HSDS names the table's rows
	HSDS   string              `json:"id"`
	Fields map[string]string   `json:"fields,omitempty"` // by HSDS column; never empty values
	Up     map[string][]string `json:"up,omitempty"`     // by HSDS column: the HSDS ids the row belongs to
	Hand   bool                `json:"hand,omitempty"`   // made here, by no file

	Vetting *Vetting `json:"vetting,omitempty"` // of the kind vetting alone

	ID      helpdesk.ID `json:"-"`
	Version int64       `json:"-"` // from 1
	At      time.Time   `json:"-"` // of this version
	Actor   helpdesk.ID `json:"-"` // who made it; "" for the operator's console
	Gone    bool        `json:"-"`
}

// LogValue keeps all but the id out of logs: a contact is somebody's name.
func (r Record) LogValue() slog.Value { return slog.StringValue("[sealed] " + string(r.ID)) }

// House ids come from the file's ids, which may be any text up to idLimit: the
// same row is the same record in whatever file it comes again, and what stands
// in an address is of the form every id here has.
func houseID(kind, hsds string) helpdesk.ID {
	sum := sha256.Sum256([]byte(kind + "\x00" + hsds))
	return helpdesk.ID(strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16])))
}

// RecordID is what the row of an HSDS table is called here.
func RecordID(kind, hsds string) helpdesk.ID { return houseID(kind, hsds) }

// encode is the same bytes for the same content, so that equal can compare them.
func (r Record) encode() []byte {
	b, err := json.Marshal(r) // maps come out in the order of their keys
	if err != nil {
		panic(fmt.Sprintf("encode a %s: %v", r.Kind, err)) // strings and lists of strings always encode
	}
	return b
}

// clone shares no map with r.
func (r Record) clone() Record {
	r.Fields = maps.Clone(r.Fields)
	up := make(map[string][]string, len(r.Up))
	for column, ids := range r.Up {
		up[column] = slices.Clone(ids)
	}
	r.Up = up
	return r
}

// tidy drops what is empty and orders the rest.
func (r *Record) tidy() {
	maps.DeleteFunc(r.Fields, func(_, v string) bool { return v == "" })
	for column, ids := range r.Up {
		slices.Sort(ids)
		ids = slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return id == "" })
		if r.Up[column] = ids; len(ids) == 0 {
			delete(r.Up, column)
		}
	}
	if len(r.Fields) == 0 {
		r.Fields = nil
	}
	if len(r.Up) == 0 {
		r.Up = nil
	}
}

// differ lists the columns in which two versions of a record are not the same.
func differ(a, b Record) []string {
	seen := map[string]bool{}
	for _, r := range []Record{a, b} {
		for c := range r.Fields {
			seen[c] = seen[c] || a.Fields[c] != b.Fields[c]
		}
		for c := range r.Up {
			seen[c] = seen[c] || !slices.Equal(a.Up[c], b.Up[c])
		}
	}
	maps.DeleteFunc(seen, func(_ string, different bool) bool { return !different })
	if a.Gone != b.Gone {
		seen["gone"] = true
	}
	return slices.Sorted(maps.Keys(seen))
}
