package people

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

const maxLateFiles = 10 // kept for one person

// LateFile is a file posted with a late text.
type LateFile struct {
	Name, Type string
	Tells      bool // may still say who made it
	Data       []byte
}

// LogValue keeps the file out of logs.
func (LateFile) LogValue() slog.Value { return slog.StringValue(sealedText) }

// LateHead is what is told of a late file without its content.
type LateHead struct {
	Name string
	Size int64 // bytes
}

// LogValue keeps the name out of logs.
func (LateHead) LogValue() slog.Value { return slog.StringValue(sealedText) }

// lateHead is what lies sealed in a file's head. The body's key is in it, so
// that who vouches for the head vouches for the body.
type lateHead struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Tells bool   `json:"tells,omitempty"`
	Size  int64  `json:"size"`
	Key   []byte `json:"key"`
}

type lateFileRow struct {
	id, late, person helpdesk.ID
	at, place        int64
	head, mac        []byte
}

func (f *lateFileRow) bound() vault.Context {
	return vault.At("people.late.file", f.id, f.late, f.person)
}
func (f *lateFileRow) body() vault.Context {
	return vault.At("people.late.file.body", f.id, f.late, f.person)
}
func (f *lateFileRow) origin() vault.Context {
	return vault.At("people.late.file.origin", f.id, f.late, f.person, f.at, f.place)
}

// keepLateFiles seals the files of one late text; refusal "late.full" when too
// many wait already.
func (p *Registry) keepLateFiles(ctx context.Context, tx *store.Tx, to vault.InsideKey, l *lateRow, files []LateFile) error {
	if len(files) == 0 {
		return nil
	}
	var n int
	if err := tx.QueryRow(ctx, countLateFiles, string(l.person)).Scan(&n); err != nil {
		return fmt.Errorf("keep late files of %s: %w", l.person, err)
	}
	if n+len(files) > maxLateFiles {
		return helpdesk.Refuse("late.full")
	}
	for i, file := range files {
		key := vault.NewKey()
		f := lateFileRow{id: helpdesk.NewID(), late: l.id, person: l.person, at: l.at, place: int64(i)}
		head, err := json.Marshal(lateHead{file.Name, file.Type, file.Tells, int64(len(file.Data)), key.Bytes()})
		if err != nil {
			return fmt.Errorf("keep a late file of %s: %w", l.person, err)
		}
		if f.head, err = to.Seal(f.bound(), head); err != nil {
			return fmt.Errorf("keep a late file of %s: %w", l.person, err)
		}
		f.mac = p.secrets.Vouch(f.origin(), f.head)
		if _, err := tx.Exec(ctx, insertLateFile, string(f.id), string(f.late), string(f.person), f.at, f.place, f.head,
			key.Seal(f.body(), file.Data), f.mac); err != nil {
			return fmt.Errorf("keep a late file of %s: %w", l.person, err)
		}
	}
	return nil
}

// openLateHead opens what we sealed ourselves; else it raises an alarm.
func (p *Registry) openLateHead(ctx context.Context, g *Guest, f *lateFileRow) (h lateHead, key vault.Key, ok bool) {
	if p.secrets.Vouched(f.mac, f.origin(), f.head) {
		if plain, err := g.pair.Open(f.bound(), f.head); err == nil && json.Unmarshal(plain, &h) == nil {
			if key, err = vault.KeyFrom(h.Key); err == nil {
				return h, key, true
			}
		}
	}
	p.alarm(ctx, "late_forged", g.Person)
	return lateHead{}, vault.Key{}, false
}

// lateHeads are the person's late files without their content, by the text
// they came with.
func (p *Registry) lateHeads(ctx context.Context, g *Guest) (map[helpdesk.ID][]LateHead, error) {
	rows, err := p.db.Query(ctx, selectLateHeads, string(g.Person))
	if err != nil {
		return nil, fmt.Errorf("read the late files of %s: %w", g.Person, err)
	}
	defer rows.Close()
	all := map[helpdesk.ID][]LateHead{}
	for rows.Next() {
		var f lateFileRow
		if err := rows.Scan(&f.id, &f.late, &f.person, &f.at, &f.place, &f.head, &f.mac); err != nil {
			return nil, fmt.Errorf("read the late files of %s: %w", g.Person, err)
		}
		if h, _, ok := p.openLateHead(ctx, g, &f); ok {
			all[f.late] = append(all[f.late], LateHead{h.Name, h.Size})
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the late files of %s: %w", g.Person, err)
	}
	return all, nil
}

// LateFiles returns the files of one of the person's late texts, whole, in the
// order they were posted. What we did not keep ourselves is left out, with an
// alarm.
func (p *Registry) LateFiles(ctx context.Context, g *Guest, draft helpdesk.ID) ([]LateFile, error) {
	rows, err := p.db.Query(ctx, selectLateFiles, string(g.Person), string(draft))
	if err != nil {
		return nil, fmt.Errorf("open the late files of %s: %w", g.Person, err)
	}
	defer rows.Close()
	var all []LateFile
	for rows.Next() {
		var f lateFileRow
		var body []byte
		if err := rows.Scan(&f.id, &f.late, &f.person, &f.at, &f.place, &f.head, &f.mac, &body); err != nil {
			return nil, fmt.Errorf("open the late files of %s: %w", g.Person, err)
		}
		h, key, ok := p.openLateHead(ctx, g, &f)
		if !ok {
			continue
		}
		data, err := key.Open(f.body(), body)
		if err != nil {
			p.alarm(ctx, "late_forged", g.Person)
			continue
		}
		all = append(all, LateFile{h.Name, h.Type, h.Tells, data})
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("open the late files of %s: %w", g.Person, err)
	}
	return all, nil
}
