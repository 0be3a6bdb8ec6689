package journal

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// Query says which lines to read. The zero value of a field leaves it open.
type Query struct {
	Actor   helpdesk.ID   // what they did
	Own     helpdesk.ID   // what they did, and what was done to them
	Objects []helpdesk.ID // what was done to these, at most 500
	Verbs   []string      // these deeds; one that ends in a dot stands for all that begin with it
	From    time.Time
	Until   time.Time // not in it
	Behind  Place     // the lines behind this one
}

// Place is where a line stands in the book, as it goes into an address.
type Place string

func (p Place) parse() (at int64, id helpdesk.ID, err error) {
	micros, rest, _ := strings.Cut(string(p), ".")
	if at, err = strconv.ParseInt(micros, 10, 64); err != nil {
		return 0, "", helpdesk.ErrNotFound
	}
	id, err = helpdesk.ParseID(rest)
	return at, id, err
}

const selectRead = `SELECT id, at, actor, verb, object, details, once, mac FROM journal_entry WHERE at >= $1 AND at < $2`

// text is the query with its arguments, but for its end.
func (q Query) text() (string, []any, error) {
	until := int64(math.MaxInt64)
	if !q.Until.IsZero() {
		until = q.Until.UnixMicro()
	}
	from := int64(math.MinInt64)
	if !q.From.IsZero() {
		from = q.From.UnixMicro()
	}
	var b strings.Builder
	b.WriteString(selectRead)
	args := []any{from, until}
	next := func(value any) string {
		args = append(args, value)
		return "$" + strconv.Itoa(len(args))
	}
	if q.Actor != "" {
		b.WriteString(" AND actor = " + next(string(q.Actor)))
	}
	if q.Own != "" {
		own := next(string(q.Own))
		b.WriteString(" AND (actor = " + own + " OR object = " + own + ")")
	}
	if objects := q.Objects[:min(len(q.Objects), aboutObjects)]; len(objects) > 0 {
		b.WriteString(" AND object IN (" + store.Places(len(objects), len(args)+1) + ")")
		for _, o := range objects {
			args = append(args, string(o))
		}
	}
	for i, verb := range q.Verbs {
		b.WriteString(map[bool]string{true: " AND (", false: " OR "}[i == 0])
		if strings.HasSuffix(verb, ".") {
			b.WriteString("verb LIKE " + next(verb+"%")) // verbs are ours: no % and no _ before a dot
		} else {
			b.WriteString("verb = " + next(verb))
		}
	}
	if len(q.Verbs) > 0 {
		b.WriteString(")")
	}
	if q.Behind != "" {
		at, id, err := q.Behind.parse()
		if err != nil {
			return "", nil, fmt.Errorf("read the journal from a place: %w", err)
		}
		here := next(at)
		b.WriteString(" AND at <= " + here + " AND (at < " + here + " OR id < " + next(string(id)) + ")")
	}
	return b.String(), args, nil
}

// Read returns the newest of the lines asked for, newest first and without what
// lies sealed, and the place of the last when there are more. An entry that is
// not ours is left out, with an alarm. The caller has made sure who may know.
func (b *Book) Read(ctx context.Context, q Query, most int) ([]Entry, Place, error) {
	text, args, err := q.text()
	if err != nil {
		return nil, "", err
	}
	rows, err := b.db.Query(ctx, text+" ORDER BY at DESC, id DESC LIMIT "+store.Places(1, len(args)+1), append(args, most+1)...)
	if err != nil {
		return nil, "", fmt.Errorf("read the journal: %w", err)
	}
	defer rows.Close()
	out, seen, last := []Entry{}, 0, Place("")
	for rows.Next() {
		var e row
		if err := rows.Scan(&e.id, &e.at, &e.actor, &e.verb, &e.object, &e.details, &e.once, &e.mac); err != nil {
			return nil, "", fmt.Errorf("read the journal: %w", err)
		}
		if seen++; seen > most {
			return out, last, nil
		}
		last = Place(strconv.FormatInt(e.at, 10) + "." + string(e.id))
		if !b.secrets.Vouched(e.mac, e.origin(), e.details, e.once) {
			b.Alarm(ctx, "journal_entry", e.id)
			continue
		}
		out = append(out, Entry{At: time.UnixMicro(e.at), Actor: e.actor, Verb: e.verb, Object: e.object})
	}
	if err := rows.Err(); err != nil {
		return nil, "", fmt.Errorf("read the journal: %w", err)
	}
	return out, "", nil
}

// Noted writes that a session did something that counts once a quarter of an
// hour for each object: what is read, not what is changed.
func (b *Book) Noted(ctx context.Context, session, actor helpdesk.ID, verb string, object helpdesk.ID) error {
	now := b.now()
	mark := once(now, verb, string(session), string(object))
	// Mostly the line stands already, and a look is cheaper than a write.
	var one int
	switch err := b.db.QueryRow(ctx, selectOnce, mark).Scan(&one); {
	case err == nil:
		return nil
	case !errors.Is(err, helpdesk.ErrNotFound):
		return fmt.Errorf("note %s of %s: %w", verb, object, err)
	}
	return b.db.Write(ctx, "note what was read", func(tx *store.Tx) error {
		_, err := b.insert(ctx, tx, Entry{At: now, Actor: actor, Verb: verb, Object: object}, mark)
		return err
	})
}
