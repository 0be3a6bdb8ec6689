package referrals

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

const (
	// LinkTries is how many wrong codes a link takes before it opens nothing any
	// more: with twelve digits behind it, guessing is one in a hundred thousand
	// million.
	LinkTries = 10
	visitIdle = 30 * time.Minute
	visitTime = 8 * time.Hour
)

// Link is a way in for a recipient without account.
type Link struct {
	Place    []byte // vault.LinkKey.RowID
	Referral helpdesk.ID
	Pair     helpdesk.ID // owner of the pair that Locked holds
	Locked   []byte      // at LockedAt
	Expires  time.Time
}

// LockedAt is where the pair of a link is locked.
func LockedAt(referral, pair helpdesk.ID) vault.Context {
	return vault.At("referrals.link", referral, pair)
}

func (l *Link) origin() vault.Context {
	return vault.At("referrals.link.origin", l.Place, l.Referral, l.Pair, micros(l.Expires))
}

// Key names the pair behind a link.
func (l *Link) Key() vault.KeyID { return linkKey(l.Pair) }

func linkKey(pair helpdesk.ID) vault.KeyID {
	return vault.KeyID{Kind: vault.Partner, Owner: pair, Version: 1}
}

// AddLink writes a link.
func (b *Book) AddLink(ctx context.Context, tx *store.Tx, l *Link) error {
	if err := tx.Later(ctx, insertLink, l.Place, l.Referral, l.Pair, l.Locked, micros(l.Expires), b.Secrets.Vouch(l.origin(), l.Locked)); err != nil {
		return fmt.Errorf("add a link to referral %s: %w", l.Referral, err)
	}
	return nil
}

// Try finds a link and counts the try, whatever comes of it: Right takes the
// count back. ErrNotFound for one that is unknown, over, or was guessed at too
// often; which of these, nobody learns.
func (b *Book) Try(ctx context.Context, tx *store.Tx, place []byte) (l *Link, tries int, err error) {
	l = &Link{Place: place}
	var expires int64
	var mac []byte
	err = tx.QueryRow(ctx, tryLink, place, LinkTries, b.Now().UnixMicro()).Scan(&l.Referral, &l.Pair, &l.Locked, &expires, &tries, &mac)
	if err != nil {
		return nil, 0, fmt.Errorf("find a link: %w", err)
	}
	l.Expires = instant(expires)
	if !b.Secrets.Vouched(mac, l.origin(), l.Locked) {
		b.alarm(ctx, "link", l.Referral)
		return nil, 0, fmt.Errorf("find a link: %w", helpdesk.ErrNotFound)
	}
	return l, tries, nil
}

// Right forgets the wrong tries of a link, if it is still one.
func (b *Book) Right(ctx context.Context, tx *store.Tx, place []byte) error {
	if err := tx.Later(ctx, rightLink, place, LinkTries+1); err != nil {
		return fmt.Errorf("note a right code: %w", err)
	}
	return nil
}

// Visit is a session behind a link.
type Visit struct {
	ID, Referral helpdesk.ID
	pair         helpdesk.ID
	expires      int64
}

func (v *Visit) place() vault.Context {
	return vault.At("referrals.visit", v.ID, v.Referral, v.pair, v.expires)
}

// Enter opens a visit with the pair in hand and returns its cookie.
func (b *Book) Enter(ctx context.Context, tx *store.Tx, l *Link, pair *vault.Pair) (string, *Visit, error) {
	now := b.Now()
	ends := now.Add(visitTime)
	if l.Expires.Before(ends) {
		ends = l.Expires
	}
	v := &Visit{ID: helpdesk.NewID(), Referral: l.Referral, pair: l.Pair, expires: ends.UnixMicro()}
	key := vault.NewSessionKey()
	if err := tx.Later(ctx, insertVisit, key.RowID(), v.ID, v.Referral, v.pair, key.Seal(v.place(), pair), now.UnixMicro(), v.expires); err != nil {
		return "", nil, fmt.Errorf("visit referral %s: %w", l.Referral, err)
	}
	return key.Cookie(), v, nil
}

// Visited opens a visit for one request; ErrDenied when there is none. Half an
// hour without an act of one's own ends it.
func (b *Book) Visited(ctx context.Context, key vault.SessionKey, quiet bool) (*Visit, *vault.Pair, error) {
	v := &Visit{}
	var seed []byte
	var touched int64
	err := b.DB.QueryRow(store.Brief(ctx), selectVisit, key.RowID()).Scan(&v.ID, &v.Referral, &v.pair, &seed, &touched, &v.expires)
	if isNotFound(err) {
		err = helpdesk.ErrDenied
	}
	if err != nil {
		return nil, nil, fmt.Errorf("open a visit: %w", err)
	}
	now := b.Now().UnixMicro()
	if now >= v.expires || now >= touched+visitIdle.Microseconds() {
		return nil, nil, fmt.Errorf("open visit %s: %w", v.ID, helpdesk.ErrDenied)
	}
	pair, err := key.Open(v.place(), linkKey(v.pair), seed)
	if err != nil {
		b.alarm(ctx, "visit", v.Referral)
		return nil, nil, fmt.Errorf("open visit %s: %w", v.ID, helpdesk.ErrDenied)
	}
	if !quiet && now-touched >= time.Minute.Microseconds() {
		err := b.DB.Write(ctx, "note a visitor's act", func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, touchVisit, now, key.RowID())
			return err
		})
		if err != nil {
			return nil, nil, fmt.Errorf("open visit %s: %w", v.ID, err)
		}
	}
	return v, pair, nil
}

// Leave ends a visit.
func (b *Book) Leave(ctx context.Context, key vault.SessionKey) error {
	return b.DB.Write(ctx, "end a visit", func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, deleteVisit, key.RowID())
		return err
	})
}

// Sweep deletes visits that are over. Nothing depends on it.
func (b *Book) Sweep(ctx context.Context) error {
	return b.DB.Write(ctx, "sweep visits", func(tx *store.Tx) error {
		now := b.Now()
		_, err := tx.Exec(ctx, sweepVisits, now.UnixMicro(), now.Add(-visitIdle).UnixMicro())
		return err
	})
}

// Opening is what somebody outside did with a package.
type Opening struct {
	ID  helpdesk.ID
	Who helpdesk.ID // the user, or the visit
	Act string      // OpeningConfirmed and the like
	At  time.Time
}

// What an opening may be.
const (
	OpeningConfirmed = "confirmed" // the restrictions, before reading
	OpeningRead      = "read"
	OpeningFile      = "file"
	OpeningWrong     = "wrong_code"
)

func openingOrigin(referral helpdesk.ID, o Opening) vault.Context {
	return vault.At("referrals.opening", referral, o.ID, o.Who, o.Act, micros(o.At))
}

// Note writes an opening down.
func (b *Book) Note(ctx context.Context, tx *store.Tx, referral, who helpdesk.ID, act string) error {
	o := Opening{ID: helpdesk.NewID(), Who: who, Act: act, At: b.Now().UTC().Truncate(time.Microsecond)}
	if err := tx.Later(ctx, insertOpening, o.ID, referral, o.Who, o.Act, micros(o.At), b.Secrets.Vouch(openingOrigin(referral, o))); err != nil {
		return fmt.Errorf("note an opening of %s: %w", referral, err)
	}
	return nil
}

// Did finds when somebody did something last, by what it was.
func (b *Book) Did(ctx context.Context, r store.Reader, referral, who helpdesk.ID) (map[string]time.Time, error) {
	all, err := b.openings(ctx, r, referral, selectDid, referral, who)
	if err != nil {
		return nil, err
	}
	did := map[string]time.Time{}
	for _, o := range all {
		did[o.Act] = o.At
	}
	return did, nil
}

// Openings lists them, the oldest first; what is not ours is left out.
func (b *Book) Openings(ctx context.Context, r store.Reader, referral helpdesk.ID) ([]Opening, error) {
	return b.openings(ctx, r, referral, selectOpenings, referral)
}

func (b *Book) openings(ctx context.Context, r store.Reader, referral helpdesk.ID, query string, args ...any) ([]Opening, error) {
	all, err := rowsOf(ctx, r, func(rows *sql.Rows) (Opening, error) {
		var o Opening
		var at int64
		var mac []byte
		err := rows.Scan(&o.ID, &o.Who, &o.Act, &at, &mac)
		o.At = instant(at)
		if err == nil && !b.Secrets.Vouched(mac, openingOrigin(referral, o)) {
			b.alarm(ctx, "opening", referral)
			o.ID = ""
		}
		return o, err
	}, query, args...)
	var ours []Opening
	for _, o := range all {
		if o.ID != "" {
			ours = append(ours, o)
		}
	}
	return ours, err
}

// Word is something said about a referral.
type Word struct {
	ID     helpdesk.ID
	Side   string // SidePartner, SideHouse, SidePerson
	Author helpdesk.ID
	Kind   string // a code: return, ask, report, word
	At     time.Time
	Sealed []byte // under the package's key, at WordAt
}

// The sides of a talk about a referral.
const (
	SidePartner = "partner"
	SideHouse   = "house"
	SidePerson  = "person"
)

// WordAt is where a word is sealed.
func WordAt(referral helpdesk.ID, w Word) vault.Context {
	return vault.At("referrals.word", referral, w.ID, w.Side, w.Author, w.Kind)
}

func wordOrigin(referral helpdesk.ID, w Word) vault.Context {
	return vault.At("referrals.word.origin", referral, w.ID, w.Side, w.Author, w.Kind, micros(w.At))
}

// Say writes a word down.
func (b *Book) Say(ctx context.Context, tx *store.Tx, referral helpdesk.ID, w Word) error {
	if err := tx.Later(ctx, insertWord, w.ID, referral, w.Side, w.Author, w.Kind, micros(w.At), w.Sealed, b.Secrets.Vouch(wordOrigin(referral, w), w.Sealed)); err != nil {
		return fmt.Errorf("say something about %s: %w", referral, err)
	}
	return nil
}

// Words lists them, the oldest first; what is not ours is left out.
func (b *Book) Words(ctx context.Context, r store.Reader, referral helpdesk.ID) ([]Word, error) {
	all, err := rowsOf(ctx, r, func(rows *sql.Rows) (Word, error) {
		var w Word
		var at int64
		var mac []byte
		err := rows.Scan(&w.ID, &w.Side, &w.Author, &w.Kind, &at, &w.Sealed, &mac)
		w.At = instant(at)
		if err == nil && !b.Secrets.Vouched(mac, wordOrigin(referral, w), w.Sealed) {
			b.alarm(ctx, "word", referral)
			w.Sealed = nil
		}
		return w, err
	}, selectWords, referral)
	var ours []Word
	for _, w := range all {
		if w.Sealed != nil {
			ours = append(ours, w)
		}
	}
	return ours, err
}
