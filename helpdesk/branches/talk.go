package branches

import (
	"context"
	"errors"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// talkRow is a talk without names as it is stored.
type talkRow struct {
	id       helpdesk.ID
	org, who []byte
	kind     string // consultation or standing
	urgent   bool
	team     helpdesk.ID
	begun    int64
	state    TalkState
	changed  int64
	due      int64
	mac      []byte
}

// Kinds of talk.
const (
	consultation = "consultation"
	standing     = "standing"
)

func (t *talkRow) dest() []any {
	return []any{&t.id, &t.org, &t.who, &t.kind, &t.urgent, &t.team, &t.begun, &t.state, &t.changed, &t.due, &t.mac}
}

func (t *talkRow) origin() vault.Context {
	return vault.At("branches.talk", t.id, t.kind, t.urgent, t.team, t.begun, string(t.state), t.changed, t.due)
}

func (d *Desk) vouchTalk(t *talkRow) { t.mac = d.Secrets.Vouch(t.origin(), t.org, t.who) }

func (t *talkRow) shown() Talk {
	return Talk{ID: t.id, Urgent: t.urgent, Begun: time.UnixMicro(t.begun), Changed: time.UnixMicro(t.changed), Due: instant(t.due), State: t.state}
}

func (d *Desk) talks(ctx context.Context, r store.Reader, query string, args ...any) ([]*talkRow, error) {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read talks: %w", err)
	}
	defer rows.Close()
	var out []*talkRow
	for rows.Next() {
		var t talkRow
		if err := rows.Scan(t.dest()...); err != nil {
			return nil, fmt.Errorf("read talks: %w", err)
		}
		if !d.Secrets.Vouched(t.mac, t.origin(), t.org, t.who) {
			d.Journal.Alarm(ctx, "branches_talk", t.id)
			continue
		}
		out = append(out, &t)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read talks: %w", err)
	}
	return out, nil
}

func (d *Desk) talkRow(ctx context.Context, r store.Reader, id helpdesk.ID) (*talkRow, error) {
	all, err := d.talks(ctx, r, selectTalk, id)
	if err == nil && len(all) == 0 {
		err = helpdesk.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("talk %s: %w", id, err)
	}
	return all[0], nil
}

// Consult asks the counsellors without names. Refusals "branches.empty",
// "branches.long", "branches.client".
func (d *Desk) Consult(ctx context.Context, o *staff.Outsider, client, text string) (Receipt, error) {
	if err := works(o); err != nil {
		return Receipt{}, err
	}
	if len(client) < 16 || len(client) > 64 {
		return Receipt{}, helpdesk.Refuse("branches.client")
	}
	return d.ask(ctx, o, client, text, false)
}

func (d *Desk) ask(ctx context.Context, o *staff.Outsider, client, text string, urgent bool) (Receipt, error) {
	var out Receipt
	err := d.DB.Write(ctx, "ask without names", func(tx *store.Tx) error {
		var err error
		out, err = d.begin(ctx, tx, o, client, text, urgent, consultation)
		return err
	})
	return out, err
}

// begin makes a talk: a key of its own, wrapped to the counsellors' team, and by
// the volunteer to their own branch. With a client id that began one, that is it.
func (d *Desk) begin(ctx context.Context, tx *store.Tx, o *staff.Outsider, client, text string, urgent bool, kind string) (Receipt, error) {
	id := d.talkID(o, client)
	if kind == standing {
		id = d.idOf(standing, string(o.Org))
	}
	out := Receipt{ID: id, Kind: Consultation}
	had, err := d.talkRow(ctx, tx, id)
	if err == nil {
		out.Due, out.Twice = instant(had.due), true
		return out, nil
	}
	if !isNotFound(err) {
		return Receipt{}, err
	}
	team, err := d.team(ctx)
	if err != nil {
		return Receipt{}, err
	}
	now := d.Now().UnixMicro()
	t := talkRow{id: id, org: d.orgMark(o.Org), who: d.whoMark(o.User.ID), kind: kind, urgent: urgent, team: team, begun: now,
		state: TalkAnswered, changed: now}
	if kind == consultation {
		if text, err = speakable(text); err != nil {
			return Receipt{}, err
		}
		due, _, err := d.nextWorkday(ctx)
		if err != nil {
			return Receipt{}, err
		}
		t.state, t.due, out.Due = TalkWaits, due.UnixMicro(), due
	}
	d.vouchTalk(&t)
	n, err := tx.Exec(ctx, insertTalk, t.id, t.org, t.who, t.kind, t.urgent, t.team, t.begun, string(t.state), t.changed, t.due, t.mac)
	if err != nil {
		return Receipt{}, fmt.Errorf("begin talk %s: %w", id, err)
	}
	if n == 0 { // at the same moment, from another device
		out.Twice = true
		return out, nil
	}
	key := vault.NewKey()
	if err := d.giveTeam(ctx, tx, id, team, key); err != nil {
		return Receipt{}, err
	}
	if err := d.giveOwn(ctx, tx, o, id, key); err != nil {
		return Receipt{}, err
	}
	d.ring(tx, TopicBranch, o.Org)
	if kind == standing {
		return out, nil
	}
	if err := d.say(ctx, tx, id, key, false, client, wordBody{Author: o.User.ID, Text: text}); err != nil {
		return Receipt{}, err
	}
	by := o.User.ID
	if urgent {
		by = "" // the line of a ticket stands beside it, at the same instant: see noteTheirs
	}
	return out, d.note(ctx, tx, by, VerbConsulted, id)
}

// Consulted lists the branch's own consultations, the latest first.
func (d *Desk) Consulted(ctx context.Context, o *staff.Outsider) ([]Talk, error) {
	if err := works(o); err != nil {
		return nil, err
	}
	rows, err := d.talks(ctx, d.DB, selectTalksOf, d.orgMark(o.Org))
	if err != nil {
		return nil, err
	}
	out := []Talk{}
	for _, t := range rows {
		key, err := d.ownKey(ctx, d.DB, o, t.id)
		if isNotFound(err) {
			continue // sealed before whoever is there now had a key
		}
		if err != nil {
			return nil, err
		}
		one, err := d.firstOf(ctx, t, key)
		if err != nil {
			return nil, err
		}
		one.Org = o.Org
		out = append(out, one)
	}
	return out, nil
}

func (d *Desk) firstOf(ctx context.Context, t *talkRow, key vault.Key) (Talk, error) {
	out := t.shown()
	words, err := d.words(ctx, d.DB, t.id, key)
	if err == nil && len(words) > 0 {
		out.Words, out.By = words[:1], words[0].Author
	}
	return out, err
}

// ownTalk opens a talk of the branch's own; ErrNotFound for every other.
func (d *Desk) ownTalk(ctx context.Context, r store.Reader, o *staff.Outsider, id helpdesk.ID) (*talkRow, vault.Key, error) {
	if err := works(o); err != nil {
		return nil, vault.Key{}, err
	}
	t, err := d.talkRow(ctx, r, id)
	if err == nil && string(t.org) != string(d.orgMark(o.Org)) {
		err = fmt.Errorf("talk %s: %w", id, helpdesk.ErrNotFound)
	}
	if err != nil {
		return nil, vault.Key{}, err
	}
	key, err := d.ownKey(ctx, r, o, id)
	return t, key, err
}

// Talk opens one of them, or the standing talk. ErrNotFound for another branch's.
func (d *Desk) Talk(ctx context.Context, o *staff.Outsider, id helpdesk.ID) (Talk, error) {
	t, key, err := d.ownTalk(ctx, d.DB, o, id)
	if err != nil {
		return Talk{}, err
	}
	out := t.shown()
	out.Org = o.Org
	if out.Words, err = d.words(ctx, d.DB, id, key); err == nil && len(out.Words) > 0 {
		out.By = out.Words[0].Author
	}
	return out, err
}

// SayInTalk says something more in a talk of the branch's own; a closed one is
// open again by it.
func (d *Desk) SayInTalk(ctx context.Context, o *staff.Outsider, id helpdesk.ID, client, text string) error {
	text, err := speakable(text)
	if err != nil {
		return err
	}
	due, _, err := d.nextWorkday(ctx)
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, "say something in a talk", func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, lockTalk, id); err != nil {
			return err
		}
		t, key, err := d.ownTalk(ctx, tx, o, id)
		if err != nil {
			return err
		}
		if t.state != TalkWaits || t.due == 0 {
			t.due = due.UnixMicro()
		}
		t.state = TalkWaits
		if err := d.turnTalk(ctx, tx, t); err != nil {
			return err
		}
		return d.say(ctx, tx, id, key, false, client, wordBody{Author: o.User.ID, Text: text})
	})
}

func (d *Desk) turnTalk(ctx context.Context, tx *store.Tx, t *talkRow) error {
	t.changed = d.Now().UnixMicro()
	d.vouchTalk(t)
	if _, err := tx.Exec(ctx, updateTalk, string(t.state), t.changed, t.due, t.mac, t.id); err != nil {
		return fmt.Errorf("change talk %s: %w", t.id, err)
	}
	d.ring(tx, TopicThread, t.id)
	return nil
}

// Consultations lists those that are not closed and that the session reads, the
// first due first; with all, closed ones of the last 90 days too.
func (d *Desk) Consultations(ctx context.Context, s *staff.Session, all bool) ([]Talk, error) {
	since := d.Now().AddDate(1, 0, 0) // none is closed after it
	if all {
		since = d.Now().AddDate(0, 0, -90)
	}
	rows, err := d.talks(ctx, d.DB, selectTalks, since.UnixMicro())
	if err != nil {
		return nil, err
	}
	orgs, err := d.orgs(ctx)
	if err != nil {
		return nil, err
	}
	out := []Talk{}
	for _, t := range rows {
		if t.kind != consultation {
			continue
		}
		key, err := d.teamKey(ctx, d.DB, s, t.id)
		if isNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		one, err := d.firstOf(ctx, t, key)
		if err != nil {
			return nil, err
		}
		one.Org = orgs[string(t.org)]
		out = append(out, one)
	}
	return out, nil
}

// orgs are the branches that have, or had, volunteers, by their marks.
func (d *Desk) orgs(ctx context.Context) (map[string]helpdesk.ID, error) {
	all, err := d.Staff.Volunteers(ctx, "")
	if err != nil {
		return nil, err
	}
	out := map[string]helpdesk.ID{}
	for _, v := range all {
		out[string(d.orgMark(v.Org))] = v.Org
	}
	return out, nil
}

// OpenTalk opens a consultation or a standing talk for a counsellor. ErrNotFound
// for who is not of the team it came to.
func (d *Desk) OpenTalk(ctx context.Context, s *staff.Session, id helpdesk.ID) (Talk, error) {
	t, err := d.talkRow(ctx, d.DB, id)
	if err != nil {
		return Talk{}, err
	}
	key, err := d.teamKey(ctx, d.DB, s, id)
	if err != nil {
		return Talk{}, err
	}
	orgs, err := d.orgs(ctx)
	if err != nil {
		return Talk{}, err
	}
	out := t.shown()
	out.Org = orgs[string(t.org)]
	if out.Words, err = d.words(ctx, d.DB, id, key); err == nil && len(out.Words) > 0 {
		out.By = out.Words[0].Author
	}
	return out, err
}

// AnswerTalk answers one.
func (d *Desk) AnswerTalk(ctx context.Context, s *staff.Session, id helpdesk.ID, client, text string) error {
	text, err := speakable(text)
	if err != nil {
		return err
	}
	return d.answering(ctx, s, id, func(tx *store.Tx, t *talkRow, key vault.Key) error {
		t.state, t.due = TalkAnswered, 0
		return d.say(ctx, tx, id, key, true, client, wordBody{Author: s.User.ID, Text: text})
	})
}

// CloseTalk closes a consultation; what is said in it later opens it again.
func (d *Desk) CloseTalk(ctx context.Context, s *staff.Session, id helpdesk.ID) error {
	return d.answering(ctx, s, id, func(_ *store.Tx, t *talkRow, _ vault.Key) error {
		if t.kind != consultation {
			return fmt.Errorf("close talk %s: %w", id, helpdesk.ErrDenied)
		}
		t.state, t.due = TalkClosed, 0
		return nil
	})
}

func (d *Desk) answering(ctx context.Context, s *staff.Session, id helpdesk.ID, do func(*store.Tx, *talkRow, vault.Key) error) error {
	key, err := d.teamKey(ctx, d.DB, s, id)
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, "answer a talk", func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, lockTalk, id); err != nil {
			return err
		}
		t, err := d.talkRow(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := do(tx, t, key); err != nil {
			return err
		}
		return errors.Join(d.turnTalk(ctx, tx, t), d.note(ctx, tx, s.User.ID, VerbSaid, id))
	})
}
