package post

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// What this room remembers of letters for a long time names no ticket: whoever
// reads the database learns that somebody wrote on some day, and not in which
// matter. Keyed marks stand where the ids were, so that rows of a known ticket
// are found, and the ids lie beside them under the office key, because an answer
// or a bounce comes while nobody is signed in.

// whose is what such a row belongs to.
type whose struct {
	Conversation, Ticket helpdesk.ID
	Team                 helpdesk.ID `json:",omitempty"`
	Message              helpdesk.ID `json:",omitempty"`
	Author               helpdesk.ID `json:",omitempty"`
}

// marked begins every mark. No id does.
const marked = "~"

func isMark(id helpdesk.ID) bool { return strings.HasPrefix(string(id), marked) }

// mark stands for an id of a ticket, a conversation or a message.
func (p *Postroom) mark(id helpdesk.ID) helpdesk.ID {
	if id == "" {
		return ""
	}
	return helpdesk.ID(marked + base64.RawURLEncoding.EncodeToString(p.secrets.Index("post.mark", string(id))[:16]))
}

// marks are so many ids and their marks, as arguments.
func (p *Postroom) marks(ids []helpdesk.ID) []any {
	out := make([]any, 0, 2*len(ids))
	for _, id := range ids {
		out = append(out, id, p.mark(id))
	}
	return out
}

func whoseAt(conversation helpdesk.ID) vault.Context { return vault.At("post.whose", conversation) }

// hide seals what a row belongs to; it opens beside its conversation's mark alone.
func (p *Postroom) hide(w whose) []byte {
	plain, _ := json.Marshal(w) // strings always encode
	return p.secrets.SealOffice(whoseAt(p.mark(w.Conversation)), plain)
}

var errNobodys = errors.New("a row belongs to nobody we know")

// reveal opens what hide made.
func (p *Postroom) reveal(conversation helpdesk.ID, sealed []byte) (w whose, err error) {
	plain, err := p.secrets.OpenOffice(whoseAt(conversation), sealed)
	if err != nil || json.Unmarshal(plain, &w) != nil {
		return w, errNobodys
	}
	return w, nil
}

// revealed is the row with its ids, as it was while it was on its way.
func (p *Postroom) revealed(o outgoing, sealed []byte) (outgoing, error) {
	if !isMark(o.conversation) {
		return o, nil
	}
	w, err := p.reveal(o.conversation, sealed)
	if err != nil {
		return o, fmt.Errorf("letter %s: %w", o.id, err)
	}
	o.conversation, o.ticket, o.message, o.author = w.Conversation, w.Ticket, w.Message, w.Author
	return o, nil
}

// putAway takes the names off a letter that has left, was called back, or whose
// failure somebody has seen; what else is left of it tells the day. Others stay
// as they are, and so does a row that is not ours: nothing we write vouches for
// it.
func (p *Postroom) putAway(ctx context.Context, tx *store.Tx, id helpdesk.ID) error {
	var o outgoing
	var index []byte
	err := tx.QueryRow(ctx, selectFinished, id).Scan(append(o.dest(), &index)...)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("put letter %s away: %w", id, err)
	}
	if !p.secrets.Vouched(o.mac, o.origin(index)) {
		return nil
	}
	sealed := p.hide(whose{Conversation: o.conversation, Ticket: o.ticket, Message: o.message, Author: o.author})
	o.conversation, o.ticket, o.message, o.author = p.mark(o.conversation), p.mark(o.ticket), p.mark(o.message), ""
	if _, err := tx.Exec(ctx, putAway, id, o.conversation, o.ticket, o.message, sealed, p.secrets.Vouch(o.origin(index))); err != nil {
		return fmt.Errorf("put letter %s away: %w", id, err)
	}
	return nil
}

const (
	finished = ` FROM post_outbox WHERE due = 0 AND ticket <> '' AND ticket NOT LIKE '~%'
		AND (state IN ('gone', 'undone') OR state = 'failed' AND noted)`
	selectFinished = `SELECT id, message, conversation, ticket, team, mailbox, author, mac, id_index` + finished + ` AND id = $1`
	listFinished   = `SELECT id` + finished + ` AND id > $1 ORDER BY id LIMIT 200`
	putAway        = `UPDATE post_outbox SET conversation = $2, ticket = $3, message = $4, author = '', mail = $5, mac = $6,
		made = made - made % 86400000000, hold = hold - hold % 86400000000 WHERE id = $1 AND due = 0`

	plainThreads = `SELECT id_index, address_index, conversation, ticket, team, kind, mac FROM post_thread WHERE ticket NOT LIKE '~%' LIMIT 200`
	dropThread   = `DELETE FROM post_thread WHERE id_index = $1 AND address_index = $2 AND conversation = $3`
)
