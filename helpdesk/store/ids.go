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
