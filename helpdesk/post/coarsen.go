package post

import (
	"context"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// Coarsen takes the names off what this room remembers of letters, where an
// older release or an end nobody ticked off in time left them (see whose.go): the
// minute at which somebody wrote, and in which matter, is nobody's business once
// it has arrived. When automatic mails went to an address is forgotten once it
// limits nothing any more.
func (p *Postroom) Coarsen(ctx context.Context) error {
	if err := p.putAllAway(ctx); err != nil {
		return err
	}
	return p.db.Write(ctx, "coarsen letters", func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, forgetAutomatic, p.now().Add(-48*time.Hour).UnixMicro()); err != nil {
			return fmt.Errorf("forget automatic mails: %w", err)
		}
		if _, err := tx.Exec(ctx, endBlocks, p.now().UnixMicro()); err != nil {
			return fmt.Errorf("forget blocks that ended: %w", err)
		}
		return nil
	})
}

// putAllAway does it in small steps: letters are answered meanwhile.
func (p *Postroom) putAllAway(ctx context.Context) error {
	for last := helpdesk.ID(""); ; {
		ids, err := store.IDs(ctx, p.db, listFinished, last)
		if err != nil {
			return fmt.Errorf("look for letters that left: %w", err)
		}
		if len(ids) == 0 {
			return p.putThreadsAway(ctx)
		}
		last = ids[len(ids)-1]
		err = p.db.Write(ctx, "put letters away", func(tx *store.Tx) error {
			for _, id := range ids {
				if err := p.putAway(ctx, tx, id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// putThreadsAway writes rows of an older release anew. One nobody vouches for
// counts for nothing and goes.
func (p *Postroom) putThreadsAway(ctx context.Context) error {
	for n := 1; n > 0; {
		err := p.db.Write(ctx, "put threads away", func(tx *store.Tx) error {
			old, err := p.plainThreads(ctx, tx)
			n = len(old)
			for _, t := range old {
				if err == nil {
					_, err = tx.Exec(ctx, dropThread, t.id, t.address, t.at.conversation)
				}
				if err == nil && t.proven {
					err = p.note(ctx, tx, []threadNote{t.threadNote}, t.at, t.team)
				}
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("put threads away: %w", err)
		}
	}
	return nil
}

// plainThread is a row as an older release wrote it.
type plainThread struct {
	threadNote
	at     place
	team   helpdesk.ID
	proven bool
}

func (p *Postroom) plainThreads(ctx context.Context, tx *store.Tx) ([]plainThread, error) {
	rows, err := tx.Query(ctx, plainThreads)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []plainThread
	for rows.Next() {
		var t plainThread
		var mac []byte
		if err := rows.Scan(&t.id, &t.address, &t.at.conversation, &t.at.ticket, &t.team, &t.kind, &mac); err != nil {
			return nil, err
		}
		t.proven = p.secrets.Vouched(mac, threadOrigin(t.id, t.address, t.at.conversation, t.at.ticket, t.team, t.kind))
		out = append(out, t)
	}
	return out, rows.Err()
}
