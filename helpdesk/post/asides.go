package post

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// AsidePage is some letters set aside, newest first. Next is "" at the end.
type AsidePage struct {
	Asides []Aside
	Next   string
}

// asidesMost is how many letters set aside a page holds; opening one costs an
// HPKE open.
const asidesMost = 50

// Asides lists the letters set aside of the session's teams that were not
// ticked off: of one kind, or of all with "". after is the Next of the page
// before, "" begins.
func (p *Postroom) Asides(ctx context.Context, s *staff.Session, kind AsideKind, after string) (AsidePage, error) {
	teams := s.Teams()
	if len(teams) == 0 {
		return AsidePage{}, nil
	}
	at, id := afterOf(after)
	args := []any{string(kind), at, id}
	for _, t := range teams {
		args = append(args, t.ID)
	}
	rows, err := p.asideRows(ctx, asideList+store.Places(len(teams), 4)+asideOrder, args)
	if err != nil {
		return AsidePage{}, err
	}
	var out AsidePage
	for i := range rows[:min(len(rows), asidesMost)] {
		out.Asides = append(out.Asides, p.shown(ctx, s, &rows[i]))
	}
	if len(rows) > asidesMost {
		last := rows[asidesMost-1]
		out.Next = fmt.Sprintf("%d.%s", last.at, last.id)
	}
	return out, nil
}

// asideRows reads rows to the end before any is opened: opening may ask the
// database for an older key.
func (p *Postroom) asideRows(ctx context.Context, query string, args []any) ([]asideRow, error) {
	rows, err := p.db.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list the letters set aside: %w", err)
	}
	defer rows.Close()
	var out []asideRow
	for rows.Next() {
		var r asideRow
		if err := rows.Scan(r.dest()...); err != nil {
			return nil, fmt.Errorf("list the letters set aside: %w", err)
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list the letters set aside: %w", err)
	}
	return out, nil
}

func afterOf(s string) (at int64, id string) {
	if n, _ := fmt.Sscanf(s, "%d.%26s", &at, &id); n != 2 {
		return 1 << 62, ""
	}
	return at, id
}

// AsideCounts counts the letters set aside of the session's teams that were
// not ticked off.
func (p *Postroom) AsideCounts(ctx context.Context, s *staff.Session) (map[AsideKind]int, error) {
	out := map[AsideKind]int{}
	teams := s.Teams()
	if len(teams) == 0 {
		return out, nil
	}
	args := make([]any, len(teams))
	for i, t := range teams {
		args[i] = t.ID
	}
	rows, err := p.db.Query(ctx, asideCounts+store.Places(len(teams), 1)+`) GROUP BY kind`, args...)
	if err != nil {
		return nil, fmt.Errorf("count the letters set aside: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var kind AsideKind
		var n int
		if err := rows.Scan(&kind, &n); err != nil {
			return nil, fmt.Errorf("count the letters set aside: %w", err)
		}
		out[kind] = n
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("count the letters set aside: %w", err)
	}
	return out, nil
}

// AsideDone ticks a letter off the list, or puts it back.
func (p *Postroom) AsideDone(ctx context.Context, s *staff.Session, aside helpdesk.ID, done bool) error {
	r, err := p.aside(ctx, p.db, s, aside)
	if err != nil {
		return err
	}
	from, to := asideNew, asideTicked
	if !done {
		from, to = to, from
	}
	return p.db.Write(ctx, "tick off a letter set aside", func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, markAside, to, aside, from); err != nil {
			return fmt.Errorf("tick off letter %s: %w", aside, err)
		}
		tx.After(func() { p.bus.Publish(teamEvent(r.team)) })
		return nil
	})
}

// AsideOriginal reads a letter as it came; a letter too large for us has only
// its header here (Aside.Whole). What was opened is in the journal.
func (p *Postroom) AsideOriginal(ctx context.Context, s *staff.Session, aside helpdesk.ID) (io.Reader, int64, error) {
	r, err := p.aside(ctx, p.db, s, aside)
	if err != nil {
		return nil, 0, err
	}
	laid, err := p.openAside(s, r)
	if err != nil {
		return nil, 0, err
	}
	if err := p.journal.Opened(ctx, s.ID, s.User.ID, r.id); err != nil {
		return nil, 0, fmt.Errorf("open letter %s: %w", aside, err)
	}
	in, err := p.original(ctx, r.id, laid)
	return in, laid.Original, err
}

// The states of a letter set aside.
const (
	asideNew       = "new"
	asideTicked    = "done"
	asideRecovered = "recovered"
)

func (r *asideRow) dest() []any {
	return []any{&r.id, &r.team, &r.version, &r.mailbox, &r.validity, &r.uid, &r.kind, &r.reason, &r.at, &r.size,
		&r.sealed, &r.mac, &r.state, &r.conversation}
}

// aside reads one for a session; ErrNotFound when it is another team's.
func (p *Postroom) aside(ctx context.Context, q store.Reader, s *staff.Session, id helpdesk.ID) (*asideRow, error) {
	var r asideRow
	if err := q.QueryRow(ctx, selectAside, id).Scan(r.dest()...); err != nil {
		return nil, fmt.Errorf("read letter %s set aside: %w", id, err)
	}
	if !s.Member(r.team) {
		return nil, fmt.Errorf("read letter %s set aside: %w", id, helpdesk.ErrNotFound)
	}
	return &r, nil
}

func (p *Postroom) openAside(s *staff.Session, r *asideRow) (laid, error) {
	var out laid
	pair, err := s.TeamPair(r.team, r.version)
	if err != nil {
		return out, err
	}
	plain, err := pair.Open(r.bound(), r.sealed)
	if err != nil {
		return out, fmt.Errorf("open letter %s set aside: %w", r.id, err)
	}
	if json.Unmarshal(plain, &out) != nil {
		return out, fmt.Errorf("open letter %s set aside: not what was sealed", r.id)
	}
	return out, nil
}

// shown opens one for a list. What does not open is listed without summary:
// hidden letters are lost letters.
func (p *Postroom) shown(ctx context.Context, s *staff.Session, r *asideRow) Aside {
	a := Aside{
		ID: r.id, Team: r.team, Mailbox: r.mailbox, Kind: AsideKind(r.kind), Reason: r.reason,
		At: time.UnixMicro(r.at).UTC(), Size: r.size, Recovered: r.conversation,
		Proven: p.secrets.Vouched(r.mac, r.origin(), r.sealed),
	}
	if !a.Proven {
		p.journal.Alarm(ctx, "aside_forged", r.id)
	}
	l, err := p.openAside(s, r)
	if err != nil {
		a.Broken = true
		return a
	}
	a.Summary, a.Whole = l.Summary, l.Whole
	return a
}

// original streams the bytes of a letter set aside.
func (p *Postroom) original(ctx context.Context, id helpdesk.ID, l laid) (io.Reader, error) {
	if l.Original == 0 {
		return bytes.NewReader(nil), nil
	}
	key, err := vault.KeyFrom(l.Key)
	if err != nil {
		return nil, fmt.Errorf("open letter %s set aside: %w", id, err)
	}
	n := 0
	return key.OpenChunks(asideChunk(id), func() ([]byte, error) {
		var chunk []byte
		err := p.db.QueryRow(ctx, selectAsideChunk, id, n).Scan(&chunk)
		if isNotFound(err) {
			return nil, io.EOF
		}
		n++
		return chunk, err
	}), nil
}
