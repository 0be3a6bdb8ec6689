package tickets

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
)

// Hearing is what a person's page is told of the words in a conversation.
type Hearing struct {
	Messages []Said
	// Beside is another number whenever a translation was laid beside a message
	// of the conversation or taken away, and 0 while there never was one.
	Beside int64
	Settle Settle // for SettleHeard, after the response
}

// Listen is Heard with the translations of what was said to the person. Where
// nobody ever translated anything in the conversation, they cost no query.
func (d *Desk) Listen(ctx context.Context, g *people.Guest, conversation helpdesk.ID, after int64, limit int) (Hearing, error) {
	x, err := d.heard(ctx, g, conversation, after, limit)
	if err != nil {
		return Hearing{}, err
	}
	if err := d.besideHeard(ctx, g, x); err != nil {
		return Hearing{}, err
	}
	return Hearing{Messages: x.said(), Beside: x.beside, Settle: x.settle}, nil
}

// besideHeard lays translations beside what was said to the person. The
// statement asks again that the session lives and reads. One that does not
// open, or that we do not vouch for, is left out: the original stands there.
func (d *Desk) besideHeard(ctx context.Context, g *people.Guest, x *hearing) error {
	first, last := int64(0), int64(0)
	for _, o := range x.opened {
		if o.Direction == Out && !o.Broken && !o.Withdrawn && o.Kind != KindSystem {
			first, last = cmp.Or(first, o.Number), o.Number
		}
	}
	if x.beside == 0 || last == 0 {
		return nil
	}
	rows, err := d.translationRows(ctx, d.db, selectHeardBeside, x.talk.id, g.Person, g.ID, first, last)
	if err != nil {
		return err
	}
	for _, r := range rows {
		i := slices.IndexFunc(x.opened, func(o Opened) bool { return o.ID == r.message })
		at := slices.IndexFunc(x.lines, func(l heardLine) bool { return l.message.id == r.message })
		if i < 0 || at < 0 || x.opened[i].Broken || x.opened[i].Withdrawn {
			continue
		}
		l := &x.lines[at]
		var unused Settle
		conversation, reads := x.held[spot{l.message.conversation, l.message.epoch}]
		key, _, err := d.messageKey(guest{g}, conversation, reads, &l.message, l.singles(), &unused)
		if err != nil {
			continue
		}
		if t := d.openTranslation(ctx, r, &l.message, key); t.Proven {
			t.Author = "" // nobody's name
			x.opened[i].Translations = append(x.opened[i].Translations, t)
		}
	}
	for i := range x.opened {
		inOrder(x.opened[i].Translations)
	}
	return nil
}

func inOrder(all []Translation) {
	slices.SortFunc(all, func(a, b Translation) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(string(a.ID), string(b.ID)))
	})
}

const selectHeardBeside = `SELECT ` + translationColumns + ` JOIN tickets_message m ON m.id = x.message AND m.conversation = x.conversation
	WHERE x.conversation = $1 AND m.direction = 'out' AND m.number >= $4 AND m.number <= $5
	AND (EXISTS (SELECT 1 FROM tickets_reader r WHERE r.conversation = m.conversation AND r.epoch = m.epoch AND r.kind = 'person' AND r.reader = $2)
		OR EXISTS (SELECT 1 FROM tickets_letterkey k WHERE k.message = m.id AND k.kind = 'person' AND k.reader = $2))
	AND ` + guestLives + `$3)`
