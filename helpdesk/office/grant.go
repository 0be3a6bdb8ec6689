package office

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Grant is what an issuer gave for a mailbox. Only its mailbox shows in logs.
type Grant struct {
	Mailbox         helpdesk.ID `json:"-"`
	Access, Refresh string
	Expires         time.Time // of Access

	// Times is how often somebody connected it: what was begun before the last time
	// changes nothing after it.
	Times int

	version int64
	busy    time.Time
	was     string // of a renewal: the refresh token it began with
	// Of a sign-in that somebody began and has not ended.
	State, Verifier string
	By              helpdesk.ID
	Asked           time.Time
}

// LogValue keeps the tokens out of logs.
func (g Grant) LogValue() slog.Value { return slog.StringValue(string(g.Mailbox)) }

// String and GoString keep them out of fmt, too.
func (g Grant) String() string   { return "grant " + string(g.Mailbox) + " " + sealedText }
func (g Grant) GoString() string { return g.String() }

// Connected tells whether somebody has signed in for it.
func (g Grant) Connected() bool { return g.Refresh != "" }

const (
	// askedFor is how long a begun sign-in may be ended.
	askedFor = 15 * time.Minute
	// renewing is how long one renewal may take; then another process tries.
	renewing = 30 * time.Second
)

// ErrRenewing: another process renews the grant at this moment.
var ErrRenewing = errors.New("being renewed")

func grantPlace(mailbox helpdesk.ID, version int64) vault.Context {
	return vault.At("office.grant", mailbox, version)
}

// Grant returns what a mailbox was granted; of one that never was, an empty one.
func (o *Office) Grant(ctx context.Context, mailbox helpdesk.ID) (Grant, error) {
	return o.readGrant(mailbox, o.db.QueryRow(ctx, selectGrant, string(mailbox)))
}

func (o *Office) readGrant(mailbox helpdesk.ID, row *store.Row) (Grant, error) {
	g := Grant{Mailbox: mailbox}
	var sealed []byte
	var busy int64
	err := row.Scan(&g.version, &busy, &sealed)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return g, nil
	}
	if err != nil {
		return g, fmt.Errorf("read the grant of mailbox %s: %w", mailbox, err)
	}
	plain, err := o.secrets.OpenOffice(grantPlace(mailbox, g.version), sealed)
	if err != nil {
		return g, fmt.Errorf("open the grant of mailbox %s: %w", mailbox, err)
	}
	if json.Unmarshal(plain, &g) != nil {
		// The decoder's words could quote the content.
		return g, fmt.Errorf("read the grant of mailbox %s: not what was sealed", mailbox)
	}
	g.busy = time.UnixMicro(busy)
	return g, nil
}

// keepGrant replaces a grant by its next version: ErrConflict when somebody was
// faster.
func (o *Office) keepGrant(ctx context.Context, tx *store.Tx, g Grant, busy time.Time) (Grant, error) {
	plain, err := json.Marshal(g)
	if err != nil {
		return g, fmt.Errorf("seal the grant of mailbox %s: %w", g.Mailbox, err)
	}
	next := g.version + 1
	var micros int64
	if !busy.IsZero() {
		micros = busy.UnixMicro()
	}
	sealed := o.secrets.SealOffice(grantPlace(g.Mailbox, next), plain)
	var n int64
	if g.version == 0 {
		n, err = tx.Exec(ctx, insertGrant, string(g.Mailbox), next, micros, sealed)
	} else {
		n, err = tx.Exec(ctx, updateGrant, next, micros, sealed, string(g.Mailbox), g.version)
	}
	if err == nil && n == 0 {
		err = helpdesk.ErrConflict
	}
	if err != nil {
		return g, fmt.Errorf("keep the grant of mailbox %s: %w", g.Mailbox, err)
	}
	g.version, g.busy = next, busy
	return g, nil
}

// changeGrant has do write the next version of a grant as it is now; once more
// where somebody was faster.
func (o *Office) changeGrant(ctx context.Context, what string, mailbox helpdesk.ID, do func(tx *store.Tx, g Grant) error) error {
	for try := 1; ; try++ {
		err := o.db.Write(ctx, what, func(tx *store.Tx) error {
			g, err := o.readGrant(mailbox, tx.QueryRow(ctx, selectGrant, string(mailbox)))
			if err != nil {
				return err
			}
			return do(tx, g)
		})
		if try == 5 || !errors.Is(err, helpdesk.ErrConflict) {
			return err
		}
	}
}

// AskGrant notes that somebody goes to sign in for a mailbox and returns the
// state they must come back with. verifier is the issuer's business (RFC 7636).
// What the mailbox was granted before stays until then.
func (o *Office) AskGrant(ctx context.Context, by, mailbox helpdesk.ID, verifier string) (state string, err error) {
	err = o.changeGrant(ctx, "ask for a grant", mailbox, func(tx *store.Tx, g Grant) error {
		state = string(mailbox) + "." + rand.Text()
		g.State, g.Verifier, g.By, g.Asked = state, verifier, by, o.now()
		_, err := o.keepGrant(ctx, tx, g, g.busy) // who renews it goes on
		return err
	})
	return state, err
}

// Asked finds the sign-in that a state belongs to and ends it: a state counts
// once, for who began it, for a quarter of an hour. Anything else is
// ErrNotFound.
func (o *Office) Asked(ctx context.Context, by helpdesk.ID, state string) (Grant, error) {
	name, _, _ := strings.Cut(state, ".")
	mailbox, err := helpdesk.ParseID(name)
	if err != nil {
		return Grant{}, helpdesk.ErrNotFound
	}
	var asked Grant
	err = o.changeGrant(ctx, "end asking for a grant", mailbox, func(tx *store.Tx, g Grant) error {
		if g.State == "" || subtle.ConstantTimeCompare([]byte(g.State), []byte(state)) == 0 || g.By != by || o.now().Sub(g.Asked) > askedFor {
			return fmt.Errorf("sign in for mailbox %s: %w", mailbox, helpdesk.ErrNotFound)
		}
		asked = g
		g.State, g.Verifier, g.By, g.Asked = "", "", "", time.Time{}
		_, err := o.keepGrant(ctx, tx, g, g.busy)
		return err
	})
	return asked, err
}

// Connect keeps what the issuer gave to who came back, whatever was renewed
// meanwhile. ErrConflict when the mailbox was connected anew meanwhile.
func (o *Office) Connect(ctx context.Context, by helpdesk.ID, g Grant) error {
	return o.changeGrant(ctx, "connect a mailbox", g.Mailbox, func(tx *store.Tx, now Grant) error {
		if now.Times != g.Times {
			return fmt.Errorf("connect mailbox %s: %w", g.Mailbox, helpdesk.ErrConflict)
		}
		now.Access, now.Refresh, now.Expires, now.Times = g.Access, g.Refresh, g.Expires, g.Times+1
		now.State, now.Verifier, now.By, now.Asked = "", "", "", time.Time{}
		if _, err := o.keepGrant(ctx, tx, now, time.Time{}); err != nil {
			return err
		}
		return o.journal.Write(ctx, tx, journal.Entry{Actor: by, Verb: VerbMailboxConnected, Object: g.Mailbox})
	})
}

// BeginRenewal claims the renewal of a grant: an issuer may take a refresh token
// that is used twice for a stolen one. ErrRenewing while another process does it.
// Who claims it must End it.
func (o *Office) BeginRenewal(ctx context.Context, g Grant) (Grant, error) {
	if g.busy.After(o.now()) {
		return g, ErrRenewing
	}
	err := o.db.Write(ctx, "claim a renewal", func(tx *store.Tx) (err error) {
		g, err = o.keepGrant(ctx, tx, g, o.now().Add(renewing).Truncate(time.Microsecond))
		return err
	})
	g.was = g.Refresh
	if errors.Is(err, helpdesk.ErrConflict) {
		err = ErrRenewing
	}
	return g, err
}

// EndRenewal keeps what was renewed and lets others renew it again. Whatever was
// asked for or connected meanwhile stays: the tokens of a renewal take the place of
// those it began with, and of no others.
func (o *Office) EndRenewal(ctx context.Context, g Grant) error {
	return o.changeGrant(ctx, "keep a renewed grant", g.Mailbox, func(tx *store.Tx, now Grant) error {
		if now.Refresh != g.was || now.Times != g.Times {
			return nil
		}
		busy := now.busy
		if busy.Equal(g.busy) {
			busy = time.Time{}
		}
		now.Access, now.Refresh, now.Expires = g.Access, g.Refresh, g.Expires
		_, err := o.keepGrant(ctx, tx, now, busy)
		return err
	})
}
