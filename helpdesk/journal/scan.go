package journal

import (
	"database/sql"

	"returnsupport/helpdesk"
)

// maybe is an entry that a left join may not have found.
type maybe struct {
	id, actor, verb, object sql.NullString
	at                      sql.NullInt64
	details, once, mac      []byte
}

func (m *maybe) dest() []any {
	return []any{&m.id, &m.at, &m.actor, &m.verb, &m.object, &m.details, &m.once, &m.mac}
}

func (m *maybe) row() (row, bool) {
	return row{
		id: helpdesk.ID(m.id.String), at: m.at.Int64, actor: helpdesk.ID(m.actor.String),
		verb: m.verb.String, object: helpdesk.ID(m.object.String),
		details: m.details, once: m.once, mac: m.mac,
	}, m.id.Valid
}

// linked is one link with all that hangs on it.
type linked struct {
	number    int64
	entry     helpdesk.ID
	link      []byte
	maybe     maybe
	sealed    []byte
	signature []byte
}

func (l *linked) dest() []any {
	d := append([]any{&l.number, &l.entry, &l.link}, l.maybe.dest()...)
	return append(d, &l.sealed, &l.signature)
}

func (l *linked) erased() bool { return l.maybe.details != nil && l.sealed == nil }
