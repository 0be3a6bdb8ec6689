package tickets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Draft is what somebody is writing: one per ticket, user and kind, sealed
// under the user's own key.
type Draft struct {
	Kind    Kind      `json:"-"` // KindAnswer or KindNote
	Version int64     `json:"-"` // 1 at the first save
	Saved   time.Time `json:"saved"`
	To      []string  `json:"to,omitempty"`
	Cc      []string  `json:"cc,omitempty"`
	Subject string    `json:"subject,omitempty"`
	Text    string    `json:"text,omitempty"`
}

// LogValue keeps content out of logs.
func (Draft) LogValue() slog.Value { return sealedValue }

// Saved is what became of a draft.
type Saved struct {
	Version int64
	// Other: another tab or device saved since this one last did. What was
	// saved now stands, because it is what somebody is looking at.
	Other bool
}

// noTicket stands in for a ticket's id in the draft of a first letter.
const noTicket helpdesk.ID = ""

func draftAt(ticket, user helpdesk.ID, kind Kind) vault.Context {
	return vault.At("tickets.draft", ticket, user, string(kind))
}

// SaveDraft keeps a draft. draft.Version is the version this tab saw last, 0
// for none. With an empty ticket it is the draft of a first letter.
func (d *Desk) SaveDraft(ctx context.Context, s *staff.Session, ticket helpdesk.ID, draft Draft) (Saved, error) {
	if draft.Kind != KindAnswer && draft.Kind != KindNote {
		return Saved{}, fmt.Errorf("save a draft: %w", helpdesk.ErrNotFound)
	}
	if err := d.mayDraft(ctx, s, ticket); err != nil {
		return Saved{}, err
	}
	draft.Saved = d.now().UTC()
	plain, err := json.Marshal(draft)
	if err != nil {
		return Saved{}, fmt.Errorf("encode a draft: %w", err)
	}
	body := s.Own().Seal(draftAt(ticket, s.User.ID, draft.Kind), floor(plain, contentFloor))
	var out Saved
	err = d.db.Write(ctx, "save a draft", func(tx *store.Tx) error {
		err := tx.QueryRow(ctx, upsertDraft, ticket, s.User.ID, string(draft.Kind), body).Scan(&out.Version)
		out.Other = out.Version != draft.Version+1
		return err
	})
	if err != nil {
		return Saved{}, fmt.Errorf("save a draft for ticket %s: %w", ticket, err)
	}
	return out, nil
}

// Draft returns the user's draft; ErrNotFound when there is none.
func (d *Desk) Draft(ctx context.Context, s *staff.Session, ticket helpdesk.ID, kind Kind) (Draft, error) {
	if err := d.mayDraft(ctx, s, ticket); err != nil {
		return Draft{}, err
	}
	var body []byte
	var version int64
	if err := d.db.QueryRow(ctx, selectDraft, ticket, s.User.ID, string(kind)).Scan(&body, &version); err != nil {
		return Draft{}, fmt.Errorf("draft for ticket %s: %w", ticket, err)
	}
	return d.openDraft(s, ticket, kind, body, version)
}

// DropDraft forgets a draft, because it was sent or is not wanted. It is no
// error when there is none.
func (d *Desk) DropDraft(ctx context.Context, s *staff.Session, ticket helpdesk.ID, kind Kind) error {
	if err := d.mayDraft(ctx, s, ticket); err != nil {
		return err
	}
	err := d.db.Write(ctx, "drop a draft", func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, deleteDraft, ticket, s.User.ID, string(kind))
		return err
	})
	if err != nil {
		return fmt.Errorf("drop the draft for ticket %s: %w", ticket, err)
	}
	return nil
}

func (d *Desk) mayDraft(ctx context.Context, s *staff.Session, ticket helpdesk.ID) error {
	if s.Own() == nil {
		return fmt.Errorf("draft at the console: %w", helpdesk.ErrDenied)
	}
	if ticket == noTicket {
		return nil
	}
	var unused Settle
	_, err := d.open(ctx, d.db, s, ticket, &unused)
	return err
}

func (d *Desk) drafts(ctx context.Context, s *staff.Session, ticket helpdesk.ID) ([]Draft, error) {
	rows, err := d.db.Query(ctx, selectDrafts, ticket, s.User.ID)
	if err != nil {
		return nil, fmt.Errorf("drafts for ticket %s: %w", ticket, err)
	}
	defer rows.Close()
	var out []Draft
	for rows.Next() {
		var kind Kind
		var body []byte
		var version int64
		if err := rows.Scan(&kind, &body, &version); err != nil {
			return nil, fmt.Errorf("drafts for ticket %s: %w", ticket, err)
		}
		draft, err := d.openDraft(s, ticket, kind, body, version)
		if err != nil {
			d.alarm(ctx, "draft", ticket)
			continue
		}
		out = append(out, draft)
	}
	return out, finish(rows, "drafts")
}

func (d *Desk) openDraft(s *staff.Session, ticket helpdesk.ID, kind Kind, body []byte, version int64) (Draft, error) {
	plain, err := s.Own().Open(draftAt(ticket, s.User.ID, kind), body)
	if err != nil {
		return Draft{}, fmt.Errorf("open the draft for ticket %s: %w", ticket, err)
	}
	var out Draft
	if json.Unmarshal(plain, &out) != nil {
		return Draft{}, errors.New("decode a draft: not what was sealed")
	}
	out.Kind, out.Version = kind, version
	return out, nil
}
