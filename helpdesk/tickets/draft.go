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
	Beside  []Beside  `json:"beside,omitempty"` // translations typed to go out with it
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
	var out Saved
	err := d.db.Write(ctx, "save a draft", func(tx *store.Tx) (err error) {
		out.Version, err = d.putDraft(ctx, tx, s, ticket, draft)
		out.Other = out.Version != draft.Version+1
		return err
	})
	if err != nil {
		return Saved{}, fmt.Errorf("save a draft for ticket %s: %w", ticket, err)
	}
	return out, nil
}

// putDraft stores a draft of the session's user and returns its version.
func (d *Desk) putDraft(ctx context.Context, tx *store.Tx, s *staff.Session, ticket helpdesk.ID, draft Draft) (version int64, err error) {
	draft.Saved = d.now().UTC()
	plain, err := json.Marshal(draft)
	if err != nil {
		return 0, fmt.Errorf("encode a draft: %w", err)
	}
	body := s.Own().Seal(draftAt(ticket, s.User.ID, draft.Kind), floor(plain, contentFloor))
	called, err := d.called(ctx, tx, ticket)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, upsertDraft, called, s.User.ID, string(draft.Kind), body).Scan(&version)
	return version, err
}

// Draft returns the user's draft; ErrNotFound when there is none.
func (d *Desk) Draft(ctx context.Context, s *staff.Session, ticket helpdesk.ID, kind Kind) (Draft, error) {
	if err := d.mayDraft(ctx, s, ticket); err != nil {
		return Draft{}, err
	}
	called, err := d.called(ctx, d.db, ticket)
	if err != nil {
		return Draft{}, err
	}
	var body []byte
	var version int64
	if err := d.db.QueryRow(ctx, selectDraft, called, s.User.ID, string(kind)).Scan(&body, &version); err != nil {
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
	err := d.db.Write(ctx, "drop a draft", func(tx *store.Tx) error { return d.dropDraft(ctx, tx, s, ticket, kind) })
	if err != nil {
		return fmt.Errorf("drop the draft for ticket %s: %w", ticket, err)
	}
	return nil
}

func (d *Desk) dropDraft(ctx context.Context, tx *store.Tx, s *staff.Session, ticket helpdesk.ID, kind Kind) error {
	called, err := d.called(ctx, tx, ticket)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, deleteDraft, called, s.User.ID, string(kind))
	return err
}

// called is what drafts call their ticket (object): who writes about one of a
// restricted team stands beside no ticket.
func (d *Desk) called(ctx context.Context, r store.Reader, ticket helpdesk.ID) (helpdesk.ID, error) {
	if ticket == noTicket {
		return noTicket, nil
	}
	var t row
	err := r.QueryRow(ctx, selectVeiledRow, ticket).Scan(t.dest()...)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return ticket, nil
	}
	if err != nil {
		return "", fmt.Errorf("read ticket %s: %w", ticket, err)
	}
	return d.object(&t), nil
}

// recallDrafts lets drafts follow a ticket that is called otherwise from now on.
func (d *Desk) recallDrafts(ctx context.Context, tx *store.Tx, before, t *row) error {
	was, is := d.object(before), d.object(t)
	if was == is {
		return nil
	}
	return tx.Later(ctx, renameDrafts, is, was)
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
	return d.draftsIn(ctx, d.db, s, ticket)
}

func (d *Desk) draftsIn(ctx context.Context, r store.Reader, s *staff.Session, ticket helpdesk.ID) ([]Draft, error) {
	called, err := d.called(ctx, r, ticket)
	if err != nil {
		return nil, err
	}
	rows, err := r.Query(ctx, selectDrafts, called, s.User.ID)
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
