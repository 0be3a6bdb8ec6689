package post

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
	"returnsupport/mailbridge/letter"
)

// laid is what is sealed to the team about a letter set aside: what could be
// read, and the key of the original beside it.
type laid struct {
	Summary
	Key      []byte
	Original int64 // bytes
	Whole    bool
}

// asideRow is a letter set aside, as it is stored.
type asideRow struct {
	id, team     helpdesk.ID
	version      int
	mailbox      helpdesk.ID
	validity     int64
	uid          int64
	kind, reason string
	at, size     int64
	sealed, mac  []byte
	state        string
	conversation helpdesk.ID
}

// bound is what the summary can't be moved away from.
func (a *asideRow) bound() vault.Context {
	return vault.At("post.aside", a.id, a.team, a.version, a.mailbox, a.validity, a.uid)
}

func asideChunk(id helpdesk.ID) vault.Context { return vault.At("post.aside.original", id) }

// origin is what our MAC on the row speaks for.
func (a *asideRow) origin() vault.Context {
	return vault.At("post.aside.origin", a.id, a.team, a.version, a.mailbox, a.validity, a.uid, a.kind, a.reason)
}

// setAside keeps a letter that becomes no message, sealed to the mailbox's
// team. Nothing is ever answered to it.
func (p *Postroom) setAside(ctx context.Context, tx *store.Tx, in *incoming, kind AsideKind) error {
	public, err := p.staff.TeamKey(ctx, tx, in.box.team)
	if err != nil {
		return fmt.Errorf("key of team %s: %w", in.box.team, err)
	}
	key := vault.NewKey()
	row := asideRow{
		id: helpdesk.NewID(), team: in.box.team, version: public.ID.Version, mailbox: in.box.id,
		validity: int64(in.mark.UIDValidity), uid: int64(in.mark.UID),
		kind: string(kind), reason: in.reason, at: in.at.UnixMicro(), size: in.size,
	}
	plain, err := json.Marshal(laid{Summary: in.summary(), Key: key.Bytes(), Original: int64(len(in.raw)), Whole: in.whole})
	if err != nil {
		return fmt.Errorf("encode a letter set aside: %w", err)
	}
	if row.sealed, err = public.Seal(row.bound(), plain); err != nil {
		return fmt.Errorf("seal a letter set aside to team %s: %w", in.box.team, err)
	}
	row.mac = p.secrets.Vouch(row.origin(), row.sealed)
	if _, err := tx.Exec(ctx, insertAside, row.id, row.team, row.version, row.mailbox, row.validity, row.uid,
		row.kind, row.reason, row.at, row.size, row.sealed, row.mac); err != nil {
		return fmt.Errorf("set a letter aside: %w", err)
	}
	if err := p.storeOriginal(ctx, tx, row.id, key, in.raw); err != nil {
		return err
	}
	if err := p.keepPlace(ctx, tx, in, place{object: row.id}); err != nil {
		return err
	}
	if kind == Bounce && in.letter != nil {
		if err := p.returned(ctx, tx, in.letter); err != nil {
			return err
		}
	}
	team := row.team
	tx.After(func() { p.bus.Publish(teamEvent(team)) })
	return p.done(ctx, tx, in, becameAside, row.id)
}

func (p *Postroom) storeOriginal(ctx context.Context, tx *store.Tx, id helpdesk.ID, key vault.Key, raw []byte) error {
	_, _, err := key.SealChunks(asideChunk(id), bytes.NewReader(raw), func(n uint32, sealed []byte) error {
		_, err := tx.Exec(ctx, insertAsideChunk, id, int64(n), sealed)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the original of a letter set aside: %w", err)
	}
	return nil
}

// maxHeaderLines and maxHeaderValue bound what a list shows of a letter.
const (
	maxHeaderLines = 60
	maxHeaderValue = 2000
)

// summary is what a list shows of the letter.
func (in *incoming) summary() Summary {
	s := Summary{UIDValidity: in.mark.UIDValidity, UID: in.mark.UID}
	if l := in.letter; l != nil {
		s.From, s.To, s.Subject, s.MessageID = line(l.From), line(l.To), clip(l.Subject), l.MessageID
		if !l.Date.IsZero() {
			s.Date = l.Date.Format("2006-01-02 15:04 -0700")
		}
		return s
	}
	for _, h := range in.headers {
		v := clip(h.Value)
		switch name := lower(h.Name); name {
		case "from":
			s.From = v
		case "to":
			s.To = v
		case "subject":
			s.Subject = v
		case "date":
			s.Date = v
		case "message-id":
			s.MessageID = strings.Trim(v, "<> ")
		}
		if len(s.Headers) < maxHeaderLines {
			s.Headers = append(s.Headers, HeaderLine{h.Name, v})
		}
	}
	return s
}

func line(list []letter.Address) string {
	out := ""
	for i, a := range list {
		if i > 0 {
			out += ", "
		}
		if len(out) > maxHeaderValue {
			return out + "…"
		}
		out += shown(tickets.Address{Name: a.Name, Addr: a.Addr})
	}
	return out
}
