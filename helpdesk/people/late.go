package people

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

const (
	maxLate      = 10        // texts kept for one person
	maxLateBytes = 64 * 1024 // of one text
)

// Draft is what somebody posted after their session had ended.
type Draft struct {
	ID    helpdesk.ID
	Text  string     // "" when there were files alone
	Files []LateHead // their content is opened by LateFiles
	At    time.Time
}

// LogValue keeps the text out of logs.
func (Draft) LogValue() slog.Value { return slog.StringValue(sealedText) }

type lateRow struct {
	id, person helpdesk.ID
	at         int64
	body, mac  []byte
}

func (l *lateRow) bound() vault.Context  { return vault.At("people.late", l.id, l.person) }
func (l *lateRow) origin() vault.Context { return vault.At("people.late.origin", l.id, l.person, l.at) }

// KeepLate seals what somebody posted too late to their own key, all of it or
// nothing; it waits 30 days. person is what Author told. What comes again with
// the same client's id, because its answer was lost or a button was pressed
// twice, is kept once; "" is no id.
//
// Refusals: "late.no_code", they have nothing to come back with, so nobody
// could ever read it; "late.full", more than ten texts or ten files would wait;
// "late.long", a text of more than 64 KiB.
func (p *Registry) KeepLate(ctx context.Context, person helpdesk.ID, client, text string, files ...LateFile) error {
	if len(text) > maxLateBytes {
		return helpdesk.Refuse("late.long")
	}
	return p.db.Write(ctx, "keep a late text", func(tx *store.Tx) error {
		k, err := p.key(ctx, tx, person)
		if err != nil {
			return err
		}
		if k.lookup == nil {
			return helpdesk.Refuse("late.no_code")
		}
		l := lateRow{id: helpdesk.NewID(), person: person, at: p.now().UnixMicro()}
		if client != "" {
			l.id = p.secrets.Mark("people.late", string(person)+" "+client)
			var one int
			if err := tx.QueryRow(ctx, selectOneLate, string(person), string(l.id)).Scan(&one); !errors.Is(err, helpdesk.ErrNotFound) {
				return err // kept already
			}
		}
		var n int
		if err := tx.QueryRow(ctx, countLate, string(person)).Scan(&n); err != nil {
			return fmt.Errorf("keep a late text of %s: %w", person, err)
		}
		if n >= maxLate {
			return helpdesk.Refuse("late.full")
		}
		to := vault.InsideKey{ID: k.id(), Public: k.public}
		if l.body, err = to.Seal(l.bound(), []byte(text)); err != nil {
			return fmt.Errorf("keep a late text of %s: %w", person, err)
		}
		l.mac = p.secrets.Vouch(l.origin(), l.body)
		added, err := tx.Exec(ctx, insertLate, string(l.id), string(person), l.at, l.body, l.mac)
		if err != nil {
			return fmt.Errorf("keep a late text of %s: %w", person, err)
		}
		if added == 0 { // another request was a moment faster
			return nil
		}
		return p.keepLateFiles(ctx, tx, to, &l, files)
	})
}

// Late returns what the person posted too late, the oldest first. What we did
// not keep ourselves is left out, with an alarm.
func (p *Registry) Late(ctx context.Context, g *Guest) ([]Draft, error) {
	files, err := p.lateHeads(ctx, g)
	if err != nil {
		return nil, err
	}
	rows, err := p.db.Query(ctx, selectLate, string(g.Person))
	if err != nil {
		return nil, fmt.Errorf("read the late texts of %s: %w", g.Person, err)
	}
	defer rows.Close()
	var all []Draft
	for rows.Next() {
		var l lateRow
		if err := rows.Scan(&l.id, &l.person, &l.at, &l.body, &l.mac); err != nil {
			return nil, fmt.Errorf("read the late texts of %s: %w", g.Person, err)
		}
		if !p.secrets.Vouched(l.mac, l.origin(), l.body) {
			p.alarm(ctx, "late_forged", g.Person)
			continue
		}
		text, err := g.pair.Open(l.bound(), l.body)
		if err != nil {
			p.alarm(ctx, "late_forged", g.Person)
			continue
		}
		all = append(all, Draft{ID: l.id, Text: string(text), Files: files[l.id], At: time.UnixMicro(l.at)})
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the late texts of %s: %w", g.Person, err)
	}
	return all, nil
}

// DropLate deletes one of the person's late texts with its files; one that is
// gone already is no error.
func (p *Registry) DropLate(ctx context.Context, g *Guest, id helpdesk.ID) error {
	return p.db.Write(ctx, "drop a late text", func(tx *store.Tx) error {
		for _, query := range []string{deleteOneLate, deleteFilesOfLate} {
			if _, err := tx.Exec(ctx, query, string(g.Person), string(id)); err != nil {
				return fmt.Errorf("drop a late text of %s: %w", g.Person, err)
			}
		}
		return nil
	})
}
