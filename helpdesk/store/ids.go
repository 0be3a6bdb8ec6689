package store

import (
	"context"

	"returnsupport/helpdesk"
)

// IDs reads a query's only column of ids, in its order.
func IDs(ctx context.Context, r Reader, query string, args ...any) ([]helpdesk.ID, error) {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []helpdesk.ID
	for rows.Next() {
		var id helpdesk.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// Versions reads a query's two columns, ids and how often each was changed.
func Versions(ctx context.Context, r Reader, query string, args ...any) (map[helpdesk.ID]int64, error) {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	versions := map[helpdesk.ID]int64{}
	for rows.Next() {
		var id helpdesk.ID
		var version int64
		if err := rows.Scan(&id, &version); err != nil {
			return nil, err
		}
		versions[id] = version
	}
	return versions, rows.Err()
}
