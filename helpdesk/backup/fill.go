package backup

import (
	"context"
	"fmt"
	"slices"

	"returnsupport/helpdesk/store"
)

// Rows go in by as many, or as many bytes, as one statement of PostgreSQL takes
// without holding more than a few megabytes.
const (
	fillRows  = 2_000
	fillBytes = 4 << 20
)

// fill writes every table of both parts; a table of both is put together row by
// row, which stand in one order in either.
func fill(ctx context.Context, to *store.Refill, content, keys *part, r *Report) error {
	for content.section != nil || keys.section != nil {
		main, beside := content, (*part)(nil)
		switch {
		case content.section == nil || keys.section != nil && keys.section.Table < content.section.Table:
			main = keys
		case keys.section != nil && keys.section.Table == content.section.Table:
			beside = keys
		}
		n, err := fillTable(ctx, to, main, beside)
		if err != nil {
			return err
		}
		r.Tables++
		r.Rows += n
		for _, p := range []*part{main, beside} {
			if p != nil {
				if err := p.begin(); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func fillTable(ctx context.Context, to *store.Refill, main, beside *part) (int64, error) {
	table := main.section.Table
	columns, ok := to.Columns(table)
	if !ok || !slices.Equal(columns, main.section.Columns) {
		return 0, fmt.Errorf("table %s is not what its migrations make: %w", table, ErrDamaged)
	}
	if err := to.Clear(ctx, table); err != nil {
		return 0, err
	}
	var wraps []int // where the columns of beside belong
	if beside != nil {
		for _, c := range beside.section.Columns {
			wraps = append(wraps, slices.Index(columns, c))
		}
		if slices.Contains(wraps, -1) {
			return 0, ErrDamaged
		}
	}
	var n int64
	var rows [][]any
	size := 0
	flush := func() error {
		err := to.Fill(ctx, table, rows)
		rows, size = nil, 0
		return err
	}
	for {
		row, err := main.row()
		if err != nil {
			return 0, err
		}
		var wrap []any
		if beside != nil {
			if wrap, err = beside.row(); err != nil {
				return 0, err
			}
			if (wrap == nil) != (row == nil) {
				return 0, ErrNotOne
			}
		}
		if row == nil {
			break
		}
		for i, at := range wraps {
			row[at] = wrap[i]
		}
		rows = append(rows, row)
		n++
		for _, cell := range row {
			if b, ok := cell.([]byte); ok {
				size += len(b)
			}
		}
		if len(rows) == fillRows || size >= fillBytes {
			if err := flush(); err != nil {
				return 0, err
			}
		}
	}
	if err := flush(); err != nil {
		return 0, err
	}
	there, err := to.Count(ctx, table)
	if err != nil {
		return 0, err
	}
	if there != n {
		return 0, fmt.Errorf("table %s has %d rows instead of %d", table, there, n)
	}
	return n, nil
}
