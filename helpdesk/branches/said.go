package branches

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// TextMost is how many characters a word in a thread or talk may have.
const TextMost = 8000

// wordBody is a word as it is sealed: who said it lies inside, because which
// volunteer it was would tell which branch.
type wordBody struct {
	Author   helpdesk.ID `json:"author"`
	WroteFor bool        `json:"wrote_for,omitempty"`
	Text     string      `json:"text"`
}

func wordAt(id, subject helpdesk.ID, ours bool) vault.Context {
	return vault.At("branches.word", id, subject, ours)
}

func wordOrigin(id, subject helpdesk.ID, ours bool, at int64) vault.Context {
	return vault.At("branches.word.origin", id, subject, ours, at)
}

// speakable refuses nothing and too much.
func speakable(text string) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "" || !utf8.ValidString(text):
		return "", helpdesk.Refuse("branches.empty")
	case utf8.RuneCountInString(text) > TextMost:
		return "", helpdesk.Refuse("branches.long", TextMost)
	}
	return text, nil
}

// say writes a word under a subject's key and rings. Doing it twice with one
// client id is once.
func (d *Desk) say(ctx context.Context, tx *store.Tx, subject helpdesk.ID, key vault.Key, ours bool, client string, b wordBody) error {
	plain, err := json.Marshal(b)
	if err != nil {
		return err
	}
	id, at := helpdesk.NewID(), d.Now().UnixMicro()
	// What is said stands in its order, though a clock stood still or went back.
	var last int64
	if err := tx.QueryRow(ctx, newestWord, subject).Scan(&last); err != nil {
		return fmt.Errorf("say something in %s: %w", subject, err)
	}
	at = max(at, last+1)
	if client == "" {
		client = string(id)
	}
	sealed := key.Seal(wordAt(id, subject, ours), plain)
	_, err = tx.Exec(ctx, insertWord, id, subject, d.clientMark("word", string(subject)+" "+client), ours, at, sealed,
		d.Secrets.Vouch(wordOrigin(id, subject, ours, at), sealed))
	if err != nil {
		return fmt.Errorf("say something in %s: %w", subject, err)
	}
	d.ring(tx, TopicThread, subject)
	return nil
}

// words opens what was said, the oldest first; what is not ours is left out, with
// an alarm.
func (d *Desk) words(ctx context.Context, r store.Reader, subject helpdesk.ID, key vault.Key) ([]Word, error) {
	rows, err := r.Query(ctx, selectWords, subject)
	if err != nil {
		return nil, fmt.Errorf("read what was said in %s: %w", subject, err)
	}
	defer rows.Close()
	out := []Word{}
	for rows.Next() {
		var w Word
		var at int64
		var sealed, mac []byte
		if err := rows.Scan(&w.ID, &w.Ours, &at, &sealed, &mac); err != nil {
			return nil, fmt.Errorf("read what was said in %s: %w", subject, err)
		}
		var b wordBody
		plain, err := key.Open(wordAt(w.ID, subject, w.Ours), sealed)
		if err != nil || json.Unmarshal(plain, &b) != nil || !d.Secrets.Vouched(mac, wordOrigin(w.ID, subject, w.Ours, at), sealed) {
			d.Journal.Alarm(ctx, "branches_word", subject)
			continue
		}
		w.Author, w.WroteFor, w.Text, w.At = b.Author, b.WroteFor, b.Text, time.UnixMicro(at)
		out = append(out, w)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read what was said in %s: %w", subject, err)
	}
	return out, nil
}

func (d *Desk) ring(tx *store.Tx, topic bus.Topic, subject helpdesk.ID) {
	tx.After(func() { d.Bus.Publish(bus.Event{Topic: topic, Subject: subject}) })
}

func isNotFound(err error) bool { return errors.Is(err, helpdesk.ErrNotFound) }

func refused(err error, key string) bool {
	var r helpdesk.Refusal
	return errors.As(err, &r) && r.Key == key
}

func instant(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n)
}
