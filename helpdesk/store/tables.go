package store

import (
	"context"
	"fmt"
)

// ColumnKind is what a column holds, the same on both engines.
type ColumnKind string

// The kinds of columns the house's tables have.
const (
	Text    ColumnKind = "text"
	Integer ColumnKind = "integer"
	Bytes   ColumnKind = "bytes"
	Boolean ColumnKind = "boolean"
)

// Column is one of a table's.
type Column struct {
	Name string     `json:"name"`
	Kind ColumnKind `json:"kind"`
}

// Table is one as it stands: its columns in the order of their making.
type Table struct {
	Name    string   `json:"name"`
	Columns []Column `json:"columns"`
}

// ownTable is this room's list of migrations, which says what the tables are.
const ownTable = "store_migrations"

const (
	// A column of SQLite has the type its CREATE TABLE wrote.
	columnsOfSQLite = `SELECT m.name, c.name, upper(c.type) FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid`
	columnsOfPostgres = `SELECT table_name::text, column_name::text, upper(data_type)::text FROM information_schema.columns
		WHERE table_schema = current_schema() ORDER BY table_name COLLATE "C", ordinal_position`
)

var columnKinds = map[string]ColumnKind{
	"TEXT": Text, "BIGINT": Integer, "INTEGER": Integer, "SMALLINT": Integer, "BLOB": Bytes, "BYTEA": Bytes, "BOOLEAN": Boolean,
}

// tables lists what a database holds, by name, without this room's own list.
func tables(ctx context.Context, r Reader, engine string) ([]Table, error) {
	query := columnsOfSQLite
	if engine == Postgres {
		query = columnsOfPostgres
	}
	rows, err := r.Query(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	defer rows.Close()
	var all []Table
	for rows.Next() {
		var table, column, kind string
		if err := rows.Scan(&table, &column, &kind); err != nil {
			return nil, fmt.Errorf("list the tables: %w", fact(err))
		}
		if table == ownTable {
			continue
		}
		c := Column{Name: column, Kind: columnKinds[kind]}
		if c.Kind == "" || !tableName.MatchString(table) || !tableName.MatchString(column) {
			return nil, fmt.Errorf("list the tables: %s.%s is of no kind known", table, column)
		}
		if len(all) == 0 || all[len(all)-1].Name != table {
			all = append(all, Table{Name: table})
		}
		t := &all[len(all)-1]
		t.Columns = append(t.Columns, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list the tables: %w", fact(err))
	}
	return all, nil
}
