package consent

import (
	"context"
	"encoding/json"

	"returnsupport/consent/internal/grants"
	"returnsupport/consent/internal/ledger"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// The modalities of a notice.
const (
	InText = "text"
	Spoken = "spoken" // explained aloud, by the sentences kept
)

// Line is one sentence of a notice, with the places of names and days left
// open ({0}, {1}).
type Line struct {
	Key  string `json:"key"`
	Text string `json:"text"`
}

// NoticeKeys are the sentences in which a purpose is asked for, in the order
// they are read. {0} is the recipients or the public name, {1} the use, {2} the
// day until which it holds.
func NoticeKeys(p Purpose) []string {
	keys := []string{"consent.ask." + p.Code}
	if p.Items {
		keys = append(keys, "consent.ask.items", "consent.ask.use", "consent.ask.until")
	} else {
		keys = append(keys, "consent.ask.holds")
	}
	switch p.Own {
	case grants.OwnAuthority:
		keys = append(keys, "consent.warn.authority")
	case grants.OwnOrigin:
		keys = append(keys, "consent.warn.origin")
	}
	if p.Single {
		keys = append(keys, "consent.ask.once")
	}
	keys = append(keys, "consent.ask.stop")
	if p.Items {
		keys = append(keys, "consent.ask.remember")
	}
	if p.To {
		keys = append(keys, "consent.ask.promise")
	}
	return append(keys, "consent.ask.no", "consent.ask.alone")
}

// keepNotice keeps the sentences that are shown today as a version of the
// notice, where they are not kept yet. In a language without texts the English
// ones are what was explained.
func (d *Door) keepNotice(ctx context.Context, tx *store.Tx, p grants.Purpose, lang string, spoken bool) (ledger.Shown, error) {
	var lines []Line
	for _, key := range NoticeKeys(p) {
		lines = append(lines, Line{key, d.Words.Say(lang, key)})
	}
	text, err := json.Marshal(lines)
	if err != nil {
		return ledger.Shown{}, err
	}
	modality := InText
	if spoken {
		modality = Spoken
	}
	return d.ledger.KeepNotice(ctx, tx, p.Code, lang, modality, text)
}

// Shown is a notice as it was shown on a day.
type Shown struct {
	ID                helpdesk.ID
	Purpose, Language string
	Modality          string
	Version           int
	Hash              []byte // SHA-256 of what was kept
	Lines             []Line
}

// Notice returns what was shown when a consent was asked for, to its person or
// anybody here: it holds nothing about anybody.
func (d *Door) Notice(ctx context.Context, id helpdesk.ID) (Shown, error) {
	return d.notice(ctx, d.DB, id)
}

func (d *Door) notice(ctx context.Context, r store.Reader, id helpdesk.ID) (Shown, error) {
	n, err := d.ledger.Notice(ctx, r, id)
	if err != nil {
		return Shown{}, err
	}
	s := Shown{ID: n.ID, Purpose: n.Purpose, Language: n.Language, Modality: n.Modality, Version: n.Version, Hash: n.Hash}
	return s, strict(n.Text, &s.Lines)
}

// VoidNotice declares a notice void, because it said something wrong: every
// consent given on it ends at this instant. Only a coordinator may.
func (d *Door) VoidNotice(ctx context.Context, s *staff.Session, notice helpdesk.ID) error {
	return d.void(ctx, s, ledger.Notice, notice, VerbNotice, func(tx *store.Tx) error {
		_, err := d.ledger.Notice(ctx, tx, notice)
		return err
	})
}

// VoidPurpose declares a version of a purpose void, as VoidNotice does.
func (d *Door) VoidPurpose(ctx context.Context, s *staff.Session, code string, version int) error {
	return d.void(ctx, s, ledger.Purpose, purposeSubject(code, version), VerbPurpose, func(*store.Tx) error {
		if p, ok := grants.PurposeOf(code); !ok || version < 1 || version > p.Version {
			return helpdesk.ErrNotFound
		}
		return nil
	})
}

func (d *Door) void(ctx context.Context, s *staff.Session, kind ledger.Kind, subject helpdesk.ID, verb string, known func(*store.Tx) error) error {
	if !s.Coordinator() {
		return helpdesk.ErrDenied
	}
	return d.DB.Write(ctx, "declare a notice void", func(tx *store.Tx) error {
		if err := d.ledger.Lock(ctx, tx); err != nil {
			return err
		}
		if err := known(tx); err != nil {
			return err
		}
		steps, err := d.ledger.Events(ctx, tx, subject)
		if err != nil || !voidSince(steps, subject).IsZero() {
			return err
		}
		_, err = d.ledger.Append(ctx, tx, ledger.Event{Kind: kind, Subject: subject, State: string(grants.Invalidated)})
		if err != nil {
			return err
		}
		return d.note(ctx, tx, s.User.ID, verb, subject)
	})
}
