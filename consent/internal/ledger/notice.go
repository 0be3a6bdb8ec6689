package ledger

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Shown is a notice as it stood on a day: the sentences that were shown, with
// the places of names and days left open. It never changes.
type Shown struct {
	ID       helpdesk.ID
	Purpose  string
	Language string
	Modality string // text, audio, pictograms
	Version  int    // counted for its purpose, language and modality
	Hash     []byte // SHA-256 of Text
	Text     []byte // as the caller encoded it
	At       time.Time
}

func (n *Shown) origin() vault.Context {
	return vault.At("ledger.notice", n.ID, n.Purpose, n.Language, n.Modality, n.Version, n.At.UnixMicro())
}

// KeepNotice finds the notice with these sentences, or keeps it as the next
// version. It locks the book.
func (b *Book) KeepNotice(ctx context.Context, tx *store.Tx, purpose, language, modality string, text []byte) (Shown, error) {
	if err := b.Lock(ctx, tx); err != nil {
		return Shown{}, err
	}
	sum := sha256.Sum256(text)
	n, err := b.notice(ctx, tx, noticeByHash, purpose, language, modality, sum[:])
	if err == nil || !isNotFound(err) {
		return n, err
	}
	n = Shown{ID: helpdesk.NewID(), Purpose: purpose, Language: language, Modality: modality, Hash: sum[:], Text: text,
		At: b.Now().UTC().Truncate(time.Microsecond)}
	if err := tx.QueryRow(ctx, latestNotice, purpose, language, modality).Scan(&n.Version); err != nil {
		return Shown{}, fmt.Errorf("keep a notice of %s: %w", purpose, err)
	}
	n.Version++
	_, err = tx.Exec(ctx, insertNotice, n.ID, purpose, language, modality, n.Version, n.Hash, text, n.At.UnixMicro(),
		b.Secrets.Vouch(n.origin(), n.Hash, text))
	if err != nil {
		return Shown{}, fmt.Errorf("keep a notice of %s: %w", purpose, err)
	}
	return n, nil
}

// Notice returns what was shown; ErrNotFound also for a row that is not ours.
func (b *Book) Notice(ctx context.Context, r store.Reader, id helpdesk.ID) (Shown, error) {
	return b.notice(ctx, r, noticeByID, id)
}

func (b *Book) notice(ctx context.Context, r store.Reader, query string, args ...any) (Shown, error) {
	return b.shown(ctx, r.QueryRow(ctx, query, args...))
}

func (b *Book) shown(ctx context.Context, row interface{ Scan(...any) error }) (Shown, error) {
	var n Shown
	var at int64
	var mac []byte
	err := row.Scan(&n.ID, &n.Purpose, &n.Language, &n.Modality, &n.Version, &n.Hash, &n.Text, &at, &mac)
	if err != nil {
		return Shown{}, fmt.Errorf("read a notice: %w", err)
	}
	n.At = instant(at)
	if sum := sha256.Sum256(n.Text); string(sum[:]) != string(n.Hash) || !b.Secrets.Vouched(mac, n.origin(), n.Hash, n.Text) {
		b.alarm(ctx, "notice", n.ID)
		return Shown{}, fmt.Errorf("read notice %s: %w", n.ID, helpdesk.ErrNotFound)
	}
	return n, nil
}

// Notices are all that were ever shown, by purpose and language, the newest
// first. A row that is not ours is left out.
func (b *Book) Notices(ctx context.Context, r store.Reader) ([]Shown, error) {
	rows, err := r.Query(ctx, selectNotices)
	if err != nil {
		return nil, fmt.Errorf("read the notices: %w", err)
	}
	defer rows.Close()
	var all []Shown
	for rows.Next() {
		n, err := b.shown(ctx, rows)
		if isNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, rows.Err()
}

// Stands counts the yeses that hold at an instant, by what is plain.
type Stands struct {
	Notice  helpdesk.ID
	Purpose string
	Version int
	Many    int
}

// Standing counts the yeses that hold now, by notice and version of the purpose.
func (b *Book) Standing(ctx context.Context, r store.Reader) ([]Stands, error) {
	rows, err := r.Query(ctx, countStanding, b.Now().UnixMicro())
	if err != nil {
		return nil, fmt.Errorf("count what stands: %w", err)
	}
	defer rows.Close()
	var all []Stands
	for rows.Next() {
		var s Stands
		if err := rows.Scan(&s.Notice, &s.Purpose, &s.Version, &s.Many); err != nil {
			return nil, fmt.Errorf("count what stands: %w", err)
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

// Purposes are the versions of purposes that were ever asked for.
func (b *Book) Purposes(ctx context.Context, r store.Reader) ([]Stands, error) {
	rows, err := r.Query(ctx, selectPurposes)
	if err != nil {
		return nil, fmt.Errorf("read the purposes: %w", err)
	}
	defer rows.Close()
	var all []Stands
	for rows.Next() {
		var s Stands
		if err := rows.Scan(&s.Purpose, &s.Version); err != nil {
			return nil, fmt.Errorf("read the purposes: %w", err)
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

// ErrOther: a version of a purpose stands in the book with other terms than
// the program has for it. Terms change with a new version alone.
var ErrOther = fmt.Errorf("this version of the purpose has other terms: %w", helpdesk.ErrConflict)

// KeepPurpose writes a version of a purpose, once; ErrOther when it stands
// there with other terms.
func (b *Book) KeepPurpose(ctx context.Context, tx *store.Tx, code string, version int, terms []byte) error {
	at := vault.At("ledger.purpose", code, version)
	if _, err := tx.Exec(ctx, insertPurpose, code, version, terms, b.Now().UnixMicro(), b.Secrets.Vouch(at, terms)); err != nil {
		return fmt.Errorf("keep purpose %s: %w", code, err)
	}
	var kept, mac []byte
	if err := tx.QueryRow(ctx, selectPurpose, code, version).Scan(&kept, &mac); err != nil {
		return fmt.Errorf("read purpose %s: %w", code, err)
	}
	if !b.Secrets.Vouched(mac, at, kept) {
		b.alarm(ctx, "purpose", "")
		return fmt.Errorf("purpose %s: %w", code, ErrOther)
	}
	if string(kept) != string(terms) {
		return fmt.Errorf("purpose %s, version %d: %w", code, version, ErrOther)
	}
	return nil
}

// MailOn tells whoever asks first on a day that the head is theirs to mail; the
// mail is laid out in the same transaction.
func (b *Book) MailOn(ctx context.Context, tx *store.Tx, day string) (bool, error) {
	n, err := tx.Exec(ctx, insertMailed, day)
	if err != nil {
		return false, fmt.Errorf("note that the head is mailed: %w", err)
	}
	return n == 1, nil
}
