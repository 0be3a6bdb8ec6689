package tickets

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// By is who put a message into another language.
type By string

const (
	ByStaff       By = "staff"
	ByInterpreter By = "interpreter"
	ByMachine     By = "machine" // the organisation's own server; somebody asked it
)

const (
	translationMost  = 64 << 10 // bytes of one
	translationsMost = 12       // of one message
)

// Translation stands beside a message, sealed under that message's own key: it
// opens for exactly those who read the original, and is erased with it.
type Translation struct {
	ID       helpdesk.ID `json:"-"`
	Message  helpdesk.ID `json:"-"`
	Language string      `json:"language"` // a tag, as of Opening
	Text     string      `json:"text"`
	By       By          `json:"by"`
	Author   helpdesk.ID `json:"author"` // who added it; of a machine's, who asked
	At       time.Time   `json:"at"`
	Proven   bool        `json:"-"` // our own MAC stands on the row
	Broken   bool        `json:"-"` // it does not open: only ID and Message are known
}

// LogValue keeps content out of logs.
func (Translation) LogValue() slog.Value { return sealedValue }

type translationRow struct {
	id, message, conversation helpdesk.ID
	body, mac                 []byte
}

func (x *translationRow) dest() []any {
	return []any{&x.id, &x.message, &x.conversation, &x.body, &x.mac}
}

func (x *translationRow) bound(m *messageRow) vault.Context {
	return vault.At("tickets.translation", m.conversation, m.epoch, m.number, m.id, x.id)
}

func (x *translationRow) origin() vault.Context {
	return vault.At("tickets.translation.origin", x.id, x.message, x.conversation)
}

func (d *Desk) openTranslation(ctx context.Context, x *translationRow, m *messageRow, key vault.Key) Translation {
	out := Translation{ID: x.id, Message: x.message}
	plain, err := key.Open(x.bound(m), x.body)
	if err != nil || json.Unmarshal(plain, &out) != nil {
		d.alarm(ctx, "translation", x.id)
		return Translation{ID: x.id, Message: x.message, Broken: true}
	}
	if out.Proven = d.secrets.Vouched(x.mac, x.origin(), x.body); !out.Proven {
		d.alarm(ctx, "translation", x.id)
	}
	return out
}

// AddTranslation seals a translation beside a message the session reads. One of
// the same language, kind and author is replaced. language is a tag as of
// Opening.
//
// ErrNotFound for a message the session does not read, that was withdrawn or
// has no words of its own; ErrDenied for an interpreter who says it is anybody
// else's; Refusals "beside.language", "beside.empty",
// "beside.large", "beside.full" and "ticket.unproven".
func (d *Desk) AddTranslation(ctx context.Context, s *staff.Session, message helpdesk.ID, language, text string, by By) (Translation, error) {
	tag, text, err := besides(language, text)
	switch {
	case err != nil:
		return Translation{}, err
	case by != ByStaff && by != ByInterpreter && by != ByMachine:
		return Translation{}, fmt.Errorf("translate message %s: %w", message, helpdesk.ErrNotFound)
	case s.User.Kind == staff.Interpreter && by != ByInterpreter:
		return Translation{}, fmt.Errorf("translate message %s: %w", message, helpdesk.ErrDenied)
	}
	out := Translation{
		ID: helpdesk.NewID(), Message: message, Language: tag, Text: text, By: by,
		Author: s.User.ID, At: d.now().UTC(), Proven: true,
	}
	err = d.db.Write(ctx, "ticket.translate", func(tx *store.Tx) error {
		at, err := d.translating(ctx, tx, s, message)
		if err != nil {
			return err
		}
		others := 0
		for _, x := range at.rows {
			old := d.openTranslation(ctx, x, &at.message, at.key)
			if old.Language != tag || old.By != by || old.Author != out.Author {
				others++
			} else if _, err := tx.Exec(ctx, deleteTranslation, x.id); err != nil {
				return err
			}
		}
		if others >= translationsMost {
			return helpdesk.Refuse("beside.full")
		}
		if err := d.keepTranslation(ctx, tx, out, &at.message, at.key); err != nil {
			return err
		}
		return d.translated(ctx, tx, s, at.talk, "ticket.translated")
	})
	if err != nil {
		return Translation{}, fmt.Errorf("translate message %s: %w", message, err)
	}
	return out, nil
}

// besides is a language and a text that may stand beside a message.
func besides(language, text string) (tag, tidy string, err error) {
	tag, tidy = languageTag(language), strings.TrimSpace(text)
	switch {
	case tag == "":
		err = helpdesk.Refuse("beside.language")
	case tidy == "" || !utf8.ValidString(tidy):
		err = helpdesk.Refuse("beside.empty")
	case len(tidy) > translationMost:
		err = helpdesk.Refuse("beside.large")
	}
	return tag, tidy, err
}

// keepTranslation seals one under its message's key.
func (d *Desk) keepTranslation(ctx context.Context, tx *store.Tx, t Translation, m *messageRow, key vault.Key) error {
	plain, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("encode a translation: %w", err)
	}
	x := translationRow{id: t.ID, message: m.id, conversation: m.conversation}
	x.body = key.Seal(x.bound(m), floor(plain, contentFloor))
	x.mac = d.secrets.Vouch(x.origin(), x.body)
	return tx.Later(ctx, insertTranslation, x.id, x.message, x.conversation, x.body, x.mac)
}

// DropTranslation takes a translation away: any reader of the message's team
// may, everybody else their own alone, of which ErrDenied tells.
func (d *Desk) DropTranslation(ctx context.Context, s *staff.Session, message, translation helpdesk.ID) error {
	err := d.db.Write(ctx, "drop a translation", func(tx *store.Tx) error {
		at, err := d.translating(ctx, tx, s, message)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(at.rows, func(x *translationRow) bool { return x.id == translation })
		if i < 0 {
			return helpdesk.ErrNotFound
		}
		old := d.openTranslation(ctx, at.rows[i], &at.message, at.key)
		if !at.member && (old.Author != s.User.ID || old.Broken) {
			return helpdesk.ErrDenied
		}
		if _, err := tx.Exec(ctx, deleteTranslation, translation); err != nil {
			return err
		}
		return d.translated(ctx, tx, s, at.talk, "ticket.translation_dropped")
	})
	if err != nil {
		return fmt.Errorf("drop translation %s: %w", translation, err)
	}
	return nil
}

// place is a message somebody is about to translate, locked and opened.
type place struct {
	message messageRow
	talk    *talk
	key     vault.Key // the message's own
	member  bool      // of a team that reads it
	rows    []*translationRow
}

func (d *Desk) translating(ctx context.Context, tx *store.Tx, s *staff.Session, message helpdesk.ID) (*place, error) {
	p := &place{}
	m := &p.message
	if err := tx.QueryRow(ctx, selectMessage, message).Scan(m.dest()...); err != nil {
		return nil, err
	}
	// Locked in the order of Append: who withdraws it at this moment is waited
	// for, and what they erased is not translated.
	if err := d.Lock(ctx, tx, m.conversation); err != nil {
		return nil, err
	}
	if err := tx.QueryRow(ctx, lockMessage, message).Scan(m.dest()...); err != nil {
		return nil, err
	}
	c, again, err := d.readable(ctx, tx, s, message)
	if err != nil {
		return nil, err
	}
	p.talk, *m = c, *again
	if m.state != messageKept || m.kind == KindSystem {
		return nil, helpdesk.ErrNotFound
	}
	readers, err := d.readers(ctx, tx, m.conversation)
	if err != nil {
		return nil, err
	}
	for _, r := range readers {
		p.member = p.member || r.epoch == m.epoch && r.kind == teamReader && s.Member(r.reader)
	}
	var unused Settle
	held, err := d.openKeys(ctx, colleague{s}, readers, &unused)
	if err != nil {
		return nil, err
	}
	blind, err := d.letterKeys(ctx, tx, blindOnes([]*messageRow{m}))
	if err != nil {
		return nil, err
	}
	conversation, reads := held[spot{m.conversation, m.epoch}]
	key, proven, err := d.messageKey(colleague{s}, conversation, reads, m, blind[m.id], &unused)
	if err != nil {
		return nil, helpdesk.ErrNotFound
	}
	// Nothing new is sealed with a key somebody else may have put there.
	if !proven || !conversation.proven || !d.secrets.Vouched(m.mac, m.origin(), m.content) || !d.secrets.Vouched(p.talk.mac, p.talk.origin()) {
		d.alarm(ctx, "message", m.id)
		return nil, unproven()
	}
	p.key = key
	p.rows, err = d.translationRows(ctx, tx, selectTranslationsOf, message)
	return p, err
}

// translated counts it, writes it into the journal and tells those who look at
// the ticket, also through the one it was joined into.
func (d *Desk) translated(ctx context.Context, tx *store.Tx, s *staff.Session, c *talk, verb string) error {
	if err := d.record(ctx, tx, s.User.ID, verb, c.ticket); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, countTranslation, c.id); err != nil {
		return fmt.Errorf("count a translation: %w", err)
	}
	seen := map[helpdesk.ID]bool{}
	for id := c.ticket; id != "" && !seen[id]; {
		seen[id] = true
		var t row
		if err := tx.QueryRow(ctx, selectTicket, id).Scan(t.dest()...); err != nil {
			return fmt.Errorf("read ticket %s: %w", id, err)
		}
		d.ringTicket(tx, &t)
		id = t.joinedInto
	}
	return nil
}

func (d *Desk) translationRows(ctx context.Context, r store.Reader, query string, args ...any) ([]*translationRow, error) {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read translations: %w", err)
	}
	defer rows.Close()
	var out []*translationRow
	for rows.Next() {
		var x translationRow
		if err := rows.Scan(x.dest()...); err != nil {
			return nil, fmt.Errorf("read translations: %w", err)
		}
		out = append(out, &x)
	}
	return out, finish(rows, "read translations")
}

// translate lays the translations beside opened messages. The statement asks
// again that the session lives and reads, as that of the messages did.
func (d *Desk) translate(ctx context.Context, r store.Reader, s *staff.Session, held keys, rows []*messageRow, blind map[helpdesk.ID][]*letterKeyRow, opened []Opened) error {
	byID := make(map[helpdesk.ID]*messageRow, len(rows))
	var talks []any
	asked := map[helpdesk.ID]bool{}
	for _, m := range rows {
		byID[m.id] = m
		if !asked[m.conversation] {
			asked[m.conversation] = true
			talks = append(talks, m.conversation)
		}
	}
	if len(opened) == 0 {
		return nil
	}
	seats := d.seats(held)
	query := selectTranslations + orSeats(seats, 4, 3) + translationsIn + store.Places(len(asked), 4+len(seats)) + `)`
	all, err := d.translationRows(ctx, r, query, slices.Concat([]any{s.ID, s.User.ID, d.now().UnixMicro()}, seats, talks)...)
	if err != nil {
		return err
	}
	for _, x := range all {
		m := byID[x.message]
		i := slices.IndexFunc(opened, func(o Opened) bool { return o.ID == x.message })
		if m == nil || i < 0 || opened[i].Broken || opened[i].Withdrawn {
			continue
		}
		var unused Settle
		conversation, reads := held[spot{m.conversation, m.epoch}]
		key, _, err := d.messageKey(colleague{s}, conversation, reads, m, blind[m.id], &unused)
		if err != nil {
			continue
		}
		opened[i].Translations = append(opened[i].Translations, d.openTranslation(ctx, x, m, key))
	}
	for i := range opened {
		inOrder(opened[i].Translations)
	}
	return nil
}

// TranslationMark changes whenever a translation in the ticket, or in one joined
// into it, is added or taken away. It opens nothing: pages ask it on each ring.
func (d *Desk) TranslationMark(ctx context.Context, s *staff.Session, ticket helpdesk.ID) (string, error) {
	t, err := d.Facts(ctx, s, ticket)
	if err != nil {
		return "", err
	}
	var seats []any
	if !s.Member(t.Team) {
		joined, err := idsOf(ctx, d.db, selectJoinedIDs, ticket)
		if err != nil {
			return "", err
		}
		for _, id := range append(joined, ticket) {
			called := d.seatMark(id, personConversation, s.User.ID)
			seats = append(seats, called, d.loanMark(called))
		}
	}
	args := append([]any{s.ID, s.User.ID, d.now().UnixMicro(), ticket}, seats...)
	all, err := idsOf(ctx, d.db, selectTranslationIDs+orSeats(seats, 5, 3)+translationIDsIn, args...)
	if err != nil || len(all) == 0 {
		return "", err
	}
	h := fnv.New64a()
	for _, id := range all {
		h.Write([]byte(id))
	}
	return strconv.FormatUint(h.Sum64(), 36), nil
}

const (
	translationColumns = `x.id, x.message, x.conversation, x.body, x.mac FROM tickets_translation x`

	insertTranslation    = `INSERT INTO tickets_translation (id, message, conversation, body, mac) VALUES ($1, $2, $3, $4, $5)`
	countTranslation     = `UPDATE tickets_conversation SET translated = translated + 1 WHERE id = $1`
	deleteTranslation    = `DELETE FROM tickets_translation WHERE id = $1`
	deleteTranslations   = `DELETE FROM tickets_translation WHERE message = $1`
	eraseTranslations    = `DELETE FROM tickets_translation WHERE conversation = $1`
	selectTranslationsOf = `SELECT ` + translationColumns + ` WHERE x.message = $1 ORDER BY x.id`
	translationReads     = ` JOIN tickets_message m ON m.id = x.message AND m.conversation = x.conversation
		AND EXISTS (SELECT 1 FROM staff_session s WHERE s.id = $1)
		AND EXISTS (SELECT 1 FROM tickets_reader r WHERE r.conversation = m.conversation AND r.epoch = m.epoch
			AND (r.expires = 0 OR r.expires > $3) AND (r.kind = 'team' AND EXISTS (SELECT 1 FROM staff_member h WHERE h.team = r.reader AND h.user_id = $2)
			OR r.kind = 'user' AND (r.reader = $2`
	// orSeats follows, then where it is asked: in a list of conversations, or in a
	// ticket.
	selectTranslations   = `SELECT ` + translationColumns + translationReads
	translationsIn       = ` WHERE x.conversation IN (`
	selectTranslationIDs = `SELECT x.id FROM tickets_translation x` + translationReads
	translationIDsIn     = ` WHERE x.conversation IN (SELECT c.id FROM tickets_conversation c
		WHERE c.ticket = $4 OR c.ticket IN (SELECT t.id FROM tickets_ticket t WHERE t.joined_into = $4 AND t.joined_into <> '')) ORDER BY x.id`
	selectJoinedIDs = `SELECT id FROM tickets_ticket WHERE joined_into = $1 AND joined_into <> ''`
)
