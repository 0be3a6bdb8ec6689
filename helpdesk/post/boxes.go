package post

import (
	"context"
	"fmt"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/mailbridge/letter"
)

// mailbox is what the postroom must know of an office.Mailbox while it works;
// no password is among it.
type mailbox struct {
	letterbox
	id, team  helpdesk.ID
	address   string // as written
	name      string // what recipients see beside the address
	authserv  string
	signature string
}

// mailboxes are all of the house, for telling our own addresses from others.
type mailboxes struct {
	byID   map[helpdesk.ID]*mailbox
	all    []*mailbox
	limits letter.Limits // of one letter
	at     time.Time
}

// boxesLive is how long the list is used again. It holds addresses, no keys
// and no credentials.
const boxesLive = 5 * time.Second

// boxes reads the mailboxes, at most once in a few seconds.
func (p *Postroom) boxes(ctx context.Context) (*mailboxes, error) {
	now := p.now()
	if kept := p.kept.Load(); kept != nil && now.Sub(kept.at) < boxesLive && !now.Before(kept.at) {
		return kept, nil
	}
	list, err := p.office.Mailboxes(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the mailboxes: %w", err)
	}
	m := &mailboxes{byID: make(map[helpdesk.ID]*mailbox, len(list)), at: now}
	for _, o := range list {
		b := &mailbox{
			letterbox: letterboxOf(o.Address, o.PlusTokens),
			id:        o.ID, team: o.Team, address: o.Address, name: o.Name,
			authserv: o.Authserv, signature: o.Signature,
		}
		m.byID[b.id] = b
		m.all = append(m.all, b)
	}
	if m.limits, err = p.limits(ctx); err != nil {
		return nil, err
	}
	p.kept.Store(m)
	return m, nil
}

// limits are the settings that bound one letter. The bridge leaves larger ones
// on the server.
func (p *Postroom) limits(ctx context.Context) (letter.Limits, error) {
	lim, seconds := letter.Limits{}, 0
	for _, s := range []struct {
		name string
		unit int
		to   *int
	}{
		{office.MaxLetterMiB, 1 << 20, &lim.Size}, {office.LetterHeaderKiB, 1 << 10, &lim.Header},
		{office.LetterDepth, 1, &lim.Depth}, {office.LetterParts, 1, &lim.Parts},
		{office.LetterDecodedMiB, 1 << 20, &lim.Decoded}, {office.LetterSeconds, 1, &seconds},
	} {
		n, err := p.office.Number(ctx, s.name)
		if err != nil {
			return lim, fmt.Errorf("read the limits of a letter: %w", err)
		}
		*s.to = n * s.unit
	}
	lim.Time = time.Duration(seconds) * time.Second
	return lim, nil
}

// box finds one mailbox, looking again when it is not in the kept list: it may
// have been added a moment ago.
func (p *Postroom) box(ctx context.Context, id helpdesk.ID) (*mailboxes, *mailbox, error) {
	for range 2 {
		m, err := p.boxes(ctx)
		if err != nil {
			return nil, nil, err
		}
		if b := m.byID[id]; b != nil {
			return m, b, nil
		}
		p.kept.Store(nil)
	}
	return nil, nil, fmt.Errorf("mailbox %s: %w", id, helpdesk.ErrNotFound)
}

// holds reports whether a folded address is one of ours.
func (m *mailboxes) holds(key string) bool {
	for _, b := range m.all {
		if b.holds(key) {
			return true
		}
	}
	return false
}

// ours reports whether a Message-ID has the form we give to our own letters.
func (m *mailboxes) ours(id string) bool {
	secret, domain, ok := strings.Cut(id, "@")
	if !ok || len(secret) != secretLength {
		return false
	}
	if _, err := secretCoding.DecodeString(strings.ToUpper(secret)); err != nil {
		return false
	}
	for _, b := range m.all {
		if strings.EqualFold(domain, b.domain) {
			return true
		}
	}
	return false
}

// reaches reports whether the letter was addressed to one of that team's
// mailboxes.
func (m *mailboxes) reaches(l *letter.Letter, team helpdesk.ID) bool {
	for _, b := range m.all {
		if b.team != team {
			continue
		}
		for _, list := range [][]letter.Address{l.To, l.Cc} {
			for _, a := range list {
				if b.holds(a.Key()) {
					return true
				}
			}
		}
	}
	return false
}
