package journal

import (
	"context"
	"fmt"
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// The objects follow, and the limit.
const selectAbout = `SELECT id, at, actor, verb, object, details, once, mac FROM journal_entry WHERE object IN (`

// aboutObjects bounds one query's parameters.
const aboutObjects = 500

// About lists what was written about some objects, at most the newest of the
// given number, oldest first and without what lies sealed. The caller has made
// sure who may know. An entry that is not ours is left out, with an alarm.
func (b *Book) About(ctx context.Context, most int, objects ...helpdesk.ID) ([]Entry, error) {
	if len(objects) == 0 {
		return []Entry{}, nil
	}
	objects = objects[:min(len(objects), aboutObjects)]
	args := make([]any, len(objects))
	for i, o := range objects {
		args[i] = string(o)
	}
	query := selectAbout + store.Places(len(args), 1) + ") ORDER BY at DESC, id DESC LIMIT " + store.Places(1, len(args)+1)
	rows, err := b.db.Query(ctx, query, append(args, most)...)
	if err != nil {
		return nil, fmt.Errorf("read the journal about %d objects: %w", len(objects), err)
	}
	defer rows.Close()
	out := []Entry{}
	for rows.Next() {
		var e row
		if err := rows.Scan(&e.id, &e.at, &e.actor, &e.verb, &e.object, &e.details, &e.once, &e.mac); err != nil {
			return nil, fmt.Errorf("read the journal: %w", err)
		}
		if !b.secrets.Vouched(e.mac, e.origin(), e.details, e.once) {
			b.Alarm(ctx, "journal_entry", e.id)
			continue
		}
		out = append(out, Entry{At: time.UnixMicro(e.at), Actor: e.actor, Verb: e.verb, Object: e.object})
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	slices.Reverse(out)
	return out, nil
}
