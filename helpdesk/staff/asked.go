package staff

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// askedTime is how long a question may be answered.
const askedTime = 5 * time.Minute

// What a question is about; it is bound into its seal.
const (
	askMake  = "make a passkey"
	askProve = "prove by a passkey"
	askOpen  = "open by a passkey"
	askSSO   = "an organisation's sign-in"
)

// asked is a question that a browser carries away and brings back with the
// answer: the challenge of a passkey, or the state of an organisation's sign-in.
// The server seals it, so nothing of it is kept before it is answered, any
// replica knows it, and nobody makes one but us.
type asked struct {
	Session helpdesk.ID `json:",omitempty"` // who was asked; "" before there is one
	Until   int64
	Site    string // where the page stood: "https://help.example"

	// Of an organisation's sign-in alone.
	To       string `json:",omitempty"` // the page to go on with
	Link     bool   `json:",omitempty"` // who they are there is to be remembered
	Nonce    string `json:",omitempty"`
	Verifier string `json:",omitempty"` // RFC 7636
}

func askedPlace(about string) vault.Context { return vault.At("staff.asked", about) }

// ask seals a question. Two are never the same bytes.
func (d *Desk) ask(about string, a asked) ([]byte, error) {
	a.Until = d.now().Add(askedTime).UnixMicro()
	plain, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("ask a browser: %w", err)
	}
	return d.secrets.SealOffice(askedPlace(about), plain), nil
}

// question opens what came back with an answer. Refusal staff.asked when it is
// another's, too old or none of ours.
func (d *Desk) question(about string, session helpdesk.ID, sealed []byte) (asked, error) {
	var a asked
	plain, err := d.secrets.OpenOffice(askedPlace(about), sealed)
	if err != nil || json.Unmarshal(plain, &a) != nil || a.Session != session || d.now().UnixMicro() >= a.Until {
		return asked{}, helpdesk.Refuse("staff.asked")
	}
	return a, nil
}

// spend notes that a question is answered. Refusal staff.asked where it was
// before: of two answers one counts.
func (d *Desk) spend(ctx context.Context, tx *store.Tx, sealed []byte, a asked) error {
	n, err := tx.Exec(ctx, insertSpent, d.secrets.Index("staff.spent", string(sealed)), a.Until)
	if err != nil {
		return fmt.Errorf("note an answer: %w", err)
	}
	if n == 0 {
		return helpdesk.Refuse("staff.asked")
	}
	return nil
}

// forgetSpent sweeps away the marks of questions that have ended.
func (d *Desk) forgetSpent(ctx context.Context) error {
	now := d.now().UnixMicro()
	var one int
	switch err := d.db.QueryRow(ctx, selectSpent, now).Scan(&one); {
	case errors.Is(err, helpdesk.ErrNotFound):
		return nil
	case err != nil:
		return fmt.Errorf("look for old answers: %w", err)
	}
	return d.db.Write(ctx, "forget answers", func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, deleteSpent, now)
		return err
	})
}
