package branches

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// CardsMost is how many cards are printed at once.
const CardsMost = 12

// endingLen is how much of a code a branch keeps of a card.
const endingLen = 4

// cardRow is a printed card.
type cardRow struct {
	id          helpdesk.ID
	org, mark   []byte
	person      helpdesk.ID
	version     int // of the branch's pair
	sealed      []byte
	made, until int64
	handon      helpdesk.ID
	dropped     bool
	mac         []byte
}

func (c *cardRow) dest() []any {
	return []any{&c.id, &c.org, &c.mark, &c.person, &c.version, &c.sealed, &c.made, &c.until, &c.handon, &c.dropped, &c.mac}
}

func (c *cardRow) origin() vault.Context {
	return vault.At("branches.card.origin", c.id, c.person, c.version, c.made, c.until, c.handon, c.dropped)
}

func (c *cardRow) at() vault.Context { return vault.At("branches.card", c.id) }

func (d *Desk) vouchCard(c *cardRow) {
	c.mac = d.Secrets.Vouch(c.origin(), c.org, c.mark, c.sealed)
}

func (d *Desk) cardMark(org helpdesk.ID, ending string) []byte {
	return d.Secrets.Index("branches.card", string(org)+" "+ending)
}

// endingOf takes the last four digits of what was typed, in any script's digits;
// "" where there are fewer.
func endingOf(typed string) string {
	var digits strings.Builder
	for _, r := range typed {
		switch {
		case unicode.Is(unicode.Nd, r):
			digits.WriteByte('0' + digitOf(r))
		case unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.Is(unicode.Cf, r):
		default:
			return ""
		}
	}
	s := digits.String()
	if len(s) < endingLen {
		return ""
	}
	return s[len(s)-endingLen:]
}

// digitOf is the value of a decimal digit: Unicode lays each script's ten digits
// in a row from its zero (The Unicode Standard, section 4.6), and each row of Nd
// is whole tens.
func digitOf(r rune) byte {
	for _, row := range unicode.Nd.R16 {
		if lo, hi := rune(row.Lo), rune(row.Hi); r >= lo && r <= hi {
			return byte((r - lo) % 10)
		}
	}
	for _, row := range unicode.Nd.R32 {
		if lo, hi := rune(row.Lo), rune(row.Hi); r >= lo && r <= hi {
			return byte((r - lo) % 10)
		}
	}
	return 0
}

// Print makes cards with claim codes. Refusals "branches.cards" (not 1 to
// CardsMost), "code.busy".
func (d *Desk) Print(ctx context.Context, o *staff.Outsider, n int) ([]CardToPrint, error) {
	if err := works(o); err != nil {
		return nil, err
	}
	if n < 1 || n > CardsMost {
		return nil, helpdesk.Refuse("branches.cards", CardsMost)
	}
	days, err := d.Office.Number(ctx, office.BranchCardDays)
	if err != nil {
		return nil, err
	}
	claims := make([]*people.Claim, 0, n+4)
	for range n {
		c, err := d.People.DrawClaim(ctx)
		if err != nil {
			return nil, err
		}
		claims = append(claims, c)
	}
	now := d.Now()
	until := now.AddDate(0, 0, days)
	pair, _ := o.Newest()
	var out []CardToPrint
	err = d.DB.Write(ctx, "print cards", func(tx *store.Tx) error {
		out = nil
		for _, claim := range claims {
			card := cardRow{id: helpdesk.NewID(), org: d.orgMark(o.Org), version: pair.ID().Version, made: now.UnixMicro(), until: until.UnixMicro()}
			var code string
			var err error
			if card.person, code, err = d.People.Claimed(ctx, tx, claim, until); err != nil {
				return err
			}
			ending := endingOf(code)
			card.mark = d.cardMark(o.Org, ending)
			var same int
			if err := tx.QueryRow(ctx, countLiveMark, card.mark, now.UnixMicro()).Scan(&same); err != nil {
				return fmt.Errorf("print cards: %w", err)
			}
			if same > 0 {
				// Another card of theirs ends so: this one is not printed.
				if err := d.People.DropClaim(ctx, tx, card.person); err != nil {
					return err
				}
				continue
			}
			card.sealed = pair.Seal(card.at(), []byte(ending))
			d.vouchCard(&card)
			_, err = tx.Exec(ctx, insertCard, card.id, card.org, card.mark, card.person, card.version, card.sealed, card.made, card.until, card.handon, card.dropped, card.mac)
			if err != nil {
				return fmt.Errorf("print cards: %w", err)
			}
			out = append(out, CardToPrint{ID: card.id, Code: code, Ending: ending, Until: until})
		}
		d.ring(tx, TopicBranch, o.Org)
		return d.note(ctx, tx, o.User.ID, VerbPrinted, o.User.ID)
	})
	return out, err
}

func (d *Desk) cards(ctx context.Context, r store.Reader, query string, args ...any) ([]*cardRow, error) {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read cards: %w", err)
	}
	defer rows.Close()
	var out []*cardRow
	for rows.Next() {
		var c cardRow
		if err := rows.Scan(c.dest()...); err != nil {
			return nil, fmt.Errorf("read cards: %w", err)
		}
		if !d.Secrets.Vouched(c.mac, c.origin(), c.org, c.mark, c.sealed) {
			d.Journal.Alarm(ctx, "branches_card", c.id)
			continue
		}
		out = append(out, &c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read cards: %w", err)
	}
	return out, nil
}

// Cards lists the branch's cards of the last year by their endings, the latest
// first.
func (d *Desk) Cards(ctx context.Context, o *staff.Outsider) ([]Card, error) {
	if err := works(o); err != nil {
		return nil, err
	}
	now := d.Now()
	rows, err := d.cards(ctx, d.DB, selectCards, d.orgMark(o.Org), now.AddDate(-1, 0, 0).UnixMicro())
	if err != nil {
		return nil, err
	}
	out := []Card{}
	for _, c := range rows {
		pair, ok := o.Pair(c.version)
		if !ok {
			continue
		}
		ending, err := pair.Open(c.at(), c.sealed)
		if err != nil {
			d.Journal.Alarm(ctx, "branches_card", c.id)
			continue
		}
		card := Card{ID: c.id, Ending: string(ending), Made: time.UnixMicro(c.made), Until: time.UnixMicro(c.until), State: CardFree}
		used, err := d.People.ClaimUsed(ctx, d.DB, c.person)
		switch {
		case err != nil && !isNotFound(err):
			return nil, err
		case err == nil && used:
			card.State = CardUsed
		case c.handon != "":
			card.State = CardGiven
		case c.dropped || err != nil || !now.Before(card.Until):
			card.State = CardExpired
		}
		out = append(out, card)
	}
	return out, nil
}

// DropCard says that a card was lost before it was given: it opens nothing any
// more. ErrNotFound for another branch's. Refusal "branches.card_used".
func (d *Desk) DropCard(ctx context.Context, o *staff.Outsider, card helpdesk.ID) error {
	if err := works(o); err != nil {
		return err
	}
	return d.DB.Write(ctx, "drop a card", func(tx *store.Tx) error {
		rows, err := d.cards(ctx, tx, selectCard, card)
		if err != nil {
			return err
		}
		if len(rows) == 0 || string(rows[0].org) != string(d.orgMark(o.Org)) {
			return fmt.Errorf("card %s: %w", card, helpdesk.ErrNotFound)
		}
		if rows[0].handon != "" {
			return helpdesk.Refuse("branches.card_used")
		}
		if err := d.dropCard(ctx, tx, rows[0]); errors.Is(err, helpdesk.ErrConflict) {
			return helpdesk.Refuse("branches.card_used")
		} else if err != nil {
			return err
		}
		d.ring(tx, TopicBranch, o.Org)
		return nil
	})
}

func (d *Desk) dropCard(ctx context.Context, tx *store.Tx, c *cardRow) error {
	if err := d.People.DropClaim(ctx, tx, c.person); err != nil {
		return err
	}
	c.dropped = true
	d.vouchCard(c)
	if _, err := tx.Exec(ctx, updateCard, c.handon, c.dropped, c.mac, c.id, false); err != nil {
		return fmt.Errorf("drop card %s: %w", c.id, err)
	}
	return nil
}

// cardFor finds a branch's card by its ending, to be given now.
func (d *Desk) cardFor(ctx context.Context, tx *store.Tx, o *staff.Outsider, typed string) (*cardRow, error) {
	rows, err := d.cards(ctx, tx, selectByMark, d.cardMark(o.Org, endingOf(typed)))
	if err != nil {
		return nil, err
	}
	switch {
	case len(rows) == 0 || string(rows[0].org) != string(d.orgMark(o.Org)):
		return nil, helpdesk.Refuse("branches.card")
	case rows[0].handon != "":
		return nil, helpdesk.Refuse("branches.card_used")
	case rows[0].dropped || d.Now().UnixMicro() >= rows[0].until:
		return nil, helpdesk.Refuse("branches.card_expired")
	}
	return rows[0], nil
}

// giveCard notes for whom a card was given: from then on it no longer lapses.
func (d *Desk) giveCard(ctx context.Context, tx *store.Tx, c *cardRow, handon helpdesk.ID) error {
	err := d.People.KeepClaim(ctx, tx, c.person)
	if errors.Is(err, helpdesk.ErrConflict) || isNotFound(err) {
		return helpdesk.Refuse("branches.card_expired")
	}
	if err != nil {
		return err
	}
	c.handon = handon
	d.vouchCard(c)
	n, err := tx.Exec(ctx, updateCard, c.handon, c.dropped, c.mac, c.id, false)
	if err != nil {
		return fmt.Errorf("give card %s: %w", c.id, err)
	}
	if n == 0 {
		return helpdesk.Refuse("branches.card_used") // somebody was faster
	}
	return nil
}
