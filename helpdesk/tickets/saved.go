package tickets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// SavedFilter is a filter somebody keeps. Name and conditions are sealed: what
// a team looks for tells whom it serves.
type SavedFilter struct {
	ID     helpdesk.ID // "" for a new one
	Team   helpdesk.ID // shared with this team; "" for oneself
	Name   string
	Filter Filter
}

// LogValue keeps content out of logs.
func (SavedFilter) LogValue() slog.Value { return sealedValue }

// savedMost is how many one user or team keeps; savedName bounds a name, in
// bytes.
const (
	savedMost = 50
	savedName = 120
)

const (
	insertFilter = `INSERT INTO tickets_filter (id, kind, owner, version, body) VALUES ($1, $2, $3, $4, $5)`
	updateFilter = `UPDATE tickets_filter SET version = $1, body = $2 WHERE id = $3 AND kind = $4 AND owner = $5`
	countFilters = `SELECT COUNT(*) FROM tickets_filter WHERE owner = $1`
	deleteFilter = `DELETE FROM tickets_filter WHERE id = $1 AND owner = $2`
	// The owners follow.
	selectFilters = `SELECT id, kind, owner, version, body FROM tickets_filter WHERE owner IN (`
	selectFilter  = `SELECT kind, owner FROM tickets_filter WHERE id = $1`
)

// savedBody is what lies sealed.
type savedBody struct {
	Name   string `json:"name"`
	Filter Filter `json:"filter"`
}

func savedAt(id helpdesk.ID, kind string, owner helpdesk.ID, version int) vault.Context {
	return vault.At("tickets.filter", id, kind, owner, version)
}

// SaveFilter keeps a filter, for the session's user or for a team of theirs,
// and returns its id. One with an id is changed; it stays whose it was.
//
// ErrNotFound for a filter or a team that is not theirs, ErrDenied at the
// console; refusals as Filter's, "filter.name" for one without a name or with
// too long a one, "filter.too_many".
func (d *Desk) SaveFilter(ctx context.Context, s *staff.Session, f SavedFilter) (helpdesk.ID, error) {
	f.Name = strings.Join(strings.Fields(f.Name), " ")
	if f.Name == "" || len(f.Name) > savedName {
		return "", helpdesk.Refuse("filter.name")
	}
	if _, err := f.Filter.plan(s, d.now()); err != nil {
		return "", err
	}
	kind, owner, pair, err := filterOwner(s, f.Team)
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(savedBody{f.Name, f.Filter})
	if err != nil {
		return "", fmt.Errorf("encode a filter: %w", err)
	}
	id := f.ID
	if id == "" {
		id = helpdesk.NewID()
	}
	version := pair.ID().Version
	body := pair.Seal(savedAt(id, kind, owner, version), floor(plain, contentFloor))
	err = d.db.Write(ctx, "save a filter", func(tx *store.Tx) error {
		if f.ID != "" {
			n, err := tx.Exec(ctx, updateFilter, version, body, id, kind, owner)
			if err == nil && n == 0 {
				err = helpdesk.ErrNotFound
			}
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, countFilters, owner).Scan(&n); err != nil {
			return err
		}
		if n >= savedMost {
			return helpdesk.Refuse("filter.too_many", savedMost)
		}
		_, err := tx.Exec(ctx, insertFilter, id, kind, owner, version, body)
		return err
	})
	var refused helpdesk.Refusal
	if err != nil && !errors.As(err, &refused) {
		err = fmt.Errorf("save filter %s: %w", id, err)
	}
	if err != nil {
		return "", err
	}
	return id, nil
}

func filterOwner(s *staff.Session, team helpdesk.ID) (kind string, owner helpdesk.ID, pair *vault.Pair, err error) {
	if team == "" {
		if s.Own() == nil {
			return "", "", nil, fmt.Errorf("filter at the console: %w", helpdesk.ErrDenied)
		}
		return userReader, s.User.ID, s.Own(), nil
	}
	if !s.Member(team) {
		return "", "", nil, fmt.Errorf("filter of team %s: %w", team, helpdesk.ErrNotFound)
	}
	pair, err = s.TeamPair(team, 0)
	return teamReader, team, pair, err
}

// Filters lists the session's own filters and those of its teams, by name. One
// that does not open is left out, with an alarm unless its key waits for a
// member who holds it.
func (d *Desk) Filters(ctx context.Context, s *staff.Session) ([]SavedFilter, error) {
	owners := []any{s.User.ID}
	for _, t := range s.Teams() {
		owners = append(owners, t.ID)
	}
	rows, err := d.db.Query(ctx, selectFilters+store.Places(len(owners), 1)+") ORDER BY id", owners...)
	if err != nil {
		return nil, fmt.Errorf("read the filters: %w", err)
	}
	defer rows.Close()
	var sealed []savedRow
	for rows.Next() {
		var r savedRow
		if err := rows.Scan(&r.id, &r.kind, &r.owner, &r.version, &r.body); err != nil {
			return nil, fmt.Errorf("read the filters: %w", err)
		}
		sealed = append(sealed, r)
	}
	if err := finish(rows, "read the filters"); err != nil {
		return nil, err
	}
	// An older key is read from the database, so the rows are closed by now.
	var out []SavedFilter
	for _, r := range sealed {
		f, err := d.openFilter(s, r)
		switch {
		case errors.Is(err, helpdesk.ErrDenied), errors.Is(err, helpdesk.ErrNotFound):
		case err != nil:
			d.alarm(ctx, "filter", r.id)
		default:
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b SavedFilter) int { return strings.Compare(Fold(a.Name), Fold(b.Name)) })
	return out, nil
}

// savedRow is a filter as it is stored.
type savedRow struct {
	id, owner helpdesk.ID
	kind      string
	version   int
	body      []byte
}

func (d *Desk) openFilter(s *staff.Session, r savedRow) (SavedFilter, error) {
	pair, err := colleague{s}.pair(r.kind, r.owner, r.version)
	if err != nil {
		return SavedFilter{}, err
	}
	// Only who holds the key seals settled. A blind one could come from whoever
	// writes to the database, and would have the team look away.
	if vault.Blind(r.body) {
		return SavedFilter{}, vault.ErrNotOpened
	}
	plain, err := pair.Open(savedAt(r.id, r.kind, r.owner, r.version), r.body)
	if err != nil {
		return SavedFilter{}, fmt.Errorf("open filter %s: %w", r.id, err)
	}
	var body savedBody
	if json.Unmarshal(plain, &body) != nil {
		return SavedFilter{}, errors.New("decode a filter: not what was sealed")
	}
	out := SavedFilter{ID: r.id, Name: body.Name, Filter: body.Filter}
	if r.kind == teamReader {
		out.Team = r.owner
	}
	return out, nil
}

// DropFilter forgets a filter of the session's user or of a team of theirs;
// ErrNotFound for another's.
func (d *Desk) DropFilter(ctx context.Context, s *staff.Session, id helpdesk.ID) error {
	err := d.db.Write(ctx, "drop a filter", func(tx *store.Tx) error {
		var kind string
		var owner helpdesk.ID
		if err := tx.QueryRow(ctx, selectFilter, id).Scan(&kind, &owner); err != nil {
			return err
		}
		if kind == userReader && owner != s.User.ID || kind == teamReader && !s.Member(owner) {
			return helpdesk.ErrNotFound
		}
		_, err := tx.Exec(ctx, deleteFilter, id, owner)
		return err
	})
	if err != nil {
		return fmt.Errorf("drop filter %s: %w", id, err)
	}
	return nil
}
