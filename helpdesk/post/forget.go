package post

import (
	"context"
	"fmt"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// Stop keeps letters of these tickets that have not left from leaving, and
// erases their bytes. The person wants to be forgotten; what they undo comes
// back without these letters, and the author sees that they did not go.
func (p *Postroom) Stop(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID) error {
	for _, id := range tickets {
		if err := tx.Later(ctx, stopOutbox, []byte{}, id); err != nil {
			return fmt.Errorf("stop letters of ticket %s: %w", id, err)
		}
	}
	return nil
}

// Forget leaves of all letters of these tickets only a keyed mark that they
// were here once, linked to nothing, so that no mail that comes again revives
// them. A letter set aside that was made into one of their messages goes too.
func (p *Postroom) Forget(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID) error {
	if len(tickets) == 0 {
		return nil
	}
	keeping, err := p.office.Retention(ctx)
	if err != nil {
		return fmt.Errorf("forget letters: %w", err)
	}
	queries := []string{unlinkSeen, forgetAsideChunks, forgetAsides, unlinkLetters, forgetThreads, forgetDeliveries, forgetOutbox, forgetJunk}
	if keeping.AtServer {
		queries = append([]string{insertGone}, queries...)
	}
	args := p.marks(tickets)
	for _, query := range queries {
		query = strings.Replace(query, "= $1", "IN ("+store.Places(len(args), 1)+")", 1)
		if err := tx.Later(ctx, query, args...); err != nil {
			return fmt.Errorf("forget letters of tickets: %w", err)
		}
	}
	return nil
}

const (
	stopOutbox = `UPDATE post_outbox SET state = 'failed', mail = $1, due = 0, lease = '', noted = FALSE
		WHERE ticket = $2 AND due > 0`
	unlinkSeen = `UPDATE post_seen SET object = '' WHERE object IN (SELECT object FROM post_letter WHERE ticket = $1 AND ticket <> '' AND object <> '') AND object <> ''`
	// Their conversation says that it was made of them.
	forgetAsideChunks = `DELETE FROM post_asidechunk WHERE aside IN (SELECT id FROM post_aside
		WHERE conversation <> '' AND conversation IN (SELECT conversation FROM post_letter WHERE ticket = $1 AND ticket <> ''))`
	forgetAsides = `DELETE FROM post_aside
		WHERE conversation <> '' AND conversation IN (SELECT conversation FROM post_letter WHERE ticket = $1 AND ticket <> '')`
	unlinkLetters    = `UPDATE post_letter SET object = '', conversation = '', ticket = '' WHERE ticket = $1 AND ticket <> ''`
	forgetThreads    = `DELETE FROM post_thread WHERE ticket = $1`
	forgetDeliveries = `DELETE FROM post_delivery WHERE outbox IN (SELECT id FROM post_outbox WHERE ticket = $1)`
	forgetOutbox     = `DELETE FROM post_outbox WHERE ticket = $1`
	forgetJunk       = `DELETE FROM post_junk WHERE ticket = $1`
)
