package post

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"time"

	"returnsupport/helpdesk/store"
	"returnsupport/mailbridge/letter"
)

// What was erased here may still lie on the mail server, where mailboxes are told
// to leave mails or to move them. Where the rules of keeping say that it goes
// there, too, each erasure writes down by which keyed Message-IDs its letters are
// known, and linked to nothing, until the servers were asked.

const (
	// Of letters that came in. One that another ticket has as well is another
	// copy's, and stays until that ticket goes.
	insertGone = `INSERT INTO post_gone (id_index) SELECT DISTINCT id_index FROM post_thread
		WHERE kind = 2 AND ticket = $1 ON CONFLICT (id_index) DO NOTHING`
	selectGone = `SELECT g.id_index, EXISTS (SELECT 1 FROM post_thread t WHERE t.id_index = g.id_index AND t.kind = 2)
		FROM post_gone g WHERE g.id_index > $1 ORDER BY g.id_index LIMIT 1000`
	deleteGone = `DELETE FROM post_gone WHERE id_index = $1`
)

// GoneLetters are the letters that are to be erased on the mail servers.
type GoneLetters struct {
	room  *Postroom
	marks [][]byte
	known map[string]bool // those that no ticket has any more
}

// Gone reads which letters are to be erased on the mail servers.
func (p *Postroom) Gone(ctx context.Context) (*GoneLetters, error) {
	g := &GoneLetters{room: p, known: map[string]bool{}}
	for after := []byte{}; ; {
		n, err := g.read(ctx, after)
		if err != nil {
			return nil, fmt.Errorf("read what is to be erased on the mail servers: %w", err)
		}
		if n == 0 {
			return g, nil
		}
		after = g.marks[len(g.marks)-1]
	}
}

func (g *GoneLetters) read(ctx context.Context, after []byte) (n int, err error) {
	rows, err := g.room.db.Query(ctx, selectGone, after)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var mark sql.RawBytes
		var elsewhere bool
		if err := rows.Scan(&mark, &elsewhere); err != nil {
			return 0, err
		}
		n++
		g.marks = append(g.marks, bytes.Clone(mark))
		if !elsewhere {
			g.known[string(mark)] = true
		}
	}
	return n, rows.Err()
}

// None: there is nothing to ask the servers for.
func (g *GoneLetters) None() bool { return len(g.marks) == 0 }

// Are tells of mails' heads, each at least its Message-ID field, which are gone.
func (g *GoneLetters) Are(ctx context.Context, heads [][]byte) ([]bool, error) {
	out := make([]bool, len(heads))
	for i, head := range heads {
		l, err := letter.Parse(ctx, append(bytes.TrimRight(head, "\r\n"), "\r\n\r\n"...), letter.Limits{})
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		// One that can't be read is nobody's we know.
		out[i] = err == nil && l.MessageID != "" && g.known[string(g.room.idIndex(l.MessageID))]
	}
	return out, nil
}

// Done forgets them: all servers were asked.
func (g *GoneLetters) Done(ctx context.Context) error {
	return g.room.db.Write(ctx, "forget what was erased on the mail servers", func(tx *store.Tx) error {
		for _, mark := range g.marks {
			if err := tx.Later(ctx, deleteGone, mark); err != nil {
				return err
			}
		}
		return nil
	})
}

// Letters set aside that somebody dealt with, and their originals, go by the same
// rule as letters as they came.
const (
	oldAsides       = ` FROM post_aside WHERE state <> 'new' AND at < $1`
	countOldAsides  = `SELECT COUNT(*)` + oldAsides
	selectOldAsides = `SELECT id` + oldAsides + ` ORDER BY at, id LIMIT $2`
	dropChunks      = `DELETE FROM post_asidechunk WHERE aside = $1`
	dropAside       = `DELETE FROM post_aside WHERE id = $1`
	unlinkSeenAside = `UPDATE post_seen SET object = '' WHERE object = $1 AND object <> ''`
	unlinkAside     = `UPDATE post_letter SET object = '' WHERE object = $1 AND object <> '' AND conversation = ''`
)

// OldAsides counts the letters set aside before an instant that somebody dealt
// with.
func (p *Postroom) OldAsides(ctx context.Context, before time.Time) (int64, error) {
	var n int64
	if err := p.db.QueryRow(ctx, countOldAsides, before.UnixMicro()).Scan(&n); err != nil {
		return 0, fmt.Errorf("count old letters set aside: %w", err)
	}
	return n, nil
}

// DropAsides erases at most so many of them, but for marks that nothing brings
// them back by, and tells how many.
func (p *Postroom) DropAsides(ctx context.Context, tx *store.Tx, before time.Time, most int) (int64, error) {
	ids, err := store.IDs(ctx, tx, selectOldAsides, before.UnixMicro(), most)
	if err != nil {
		return 0, fmt.Errorf("look for old letters set aside: %w", err)
	}
	for _, id := range ids {
		for _, query := range []string{unlinkSeenAside, unlinkAside, dropChunks, dropAside} {
			if err := tx.Later(ctx, query, id); err != nil {
				return 0, fmt.Errorf("erase letter %s set aside: %w", id, err)
			}
		}
	}
	return int64(len(ids)), nil
}
