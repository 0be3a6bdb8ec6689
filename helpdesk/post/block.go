package post

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
	"returnsupport/mailbridge/letter"
)

// maxBlockDays is the longest that a writer is kept out: whoever wrote in anger
// once may need us next year.
const maxBlockDays = 365

// Block keeps a writer's letters out of one team's tickets until a day. They are
// set aside and listed, never thrown away. Anybody can write any address into a
// letter, so a block says nothing about a person.
type Block struct {
	ID, Team, Ticket helpdesk.ID
	At, Until        time.Time // days
	Address          string    // "" where it does not open
	version          int
	index, sealed    []byte
}

// LogValue keeps addresses out of logs.
func (Block) LogValue() slog.Value { return sealedValue }

func (b *Block) bound() vault.Context { return vault.At("post.block", b.ID, b.Team, b.version) }

func (b *Block) origin() vault.Context {
	return vault.At("post.block.origin", b.ID, b.Team, b.index, b.Ticket, b.At.UnixMicro(), b.Until.UnixMicro(), b.version)
}

// Block keeps the writer of a ticket away from its team for some days. A block of
// the same writer that stands is replaced. ErrNotFound for who is no member of
// the team.
//
// Refusals: "block.days" (1 to 365), "block.nobody" (the ticket has no address),
// "block.ours" (a mailbox or a colleague of ours).
func (p *Postroom) Block(ctx context.Context, s *staff.Session, ticket helpdesk.ID, days int) (Block, error) {
	var none Block
	if days < 1 || days > maxBlockDays {
		return none, helpdesk.Refuse("block.days", maxBlockDays)
	}
	t, err := p.ticketOfTeam(ctx, s, ticket)
	if err != nil {
		return none, fmt.Errorf("block the writer of ticket %s: %w", ticket, err)
	}
	heads, err := p.tickets.Heads(ctx, s, []helpdesk.ID{ticket})
	if err != nil {
		return none, err
	}
	address := letter.Address{Addr: heads[ticket].Address}
	if address.Addr == "" {
		return none, helpdesk.Refuse("block.nobody")
	}
	boxes, err := p.boxes(ctx)
	if err != nil {
		return none, err
	}
	colleague, err := p.staff.StaffAddress(ctx, p.db, address.Key())
	if err != nil {
		return none, err
	}
	if colleague || boxes.holds(address.Key()) {
		return none, helpdesk.Refuse("block.ours")
	}
	now := p.now()
	b := Block{
		ID: helpdesk.NewID(), Team: t.Team, Ticket: ticket, At: dayOf(now), Until: dayOf(now).AddDate(0, 0, days+1),
		Address: address.Addr, index: p.blockIndex(address.Key()),
	}
	err = p.db.Write(ctx, "block a writer", func(tx *store.Tx) error {
		public, err := p.staff.TeamKey(ctx, tx, b.Team)
		if err != nil {
			return fmt.Errorf("key of team %s: %w", b.Team, err)
		}
		b.version = public.ID.Version
		if b.sealed, err = public.Seal(b.bound(), []byte(b.Address)); err != nil {
			return fmt.Errorf("seal a block to team %s: %w", b.Team, err)
		}
		if _, err := tx.Exec(ctx, deleteBlockOf, b.Team, b.index); err != nil {
			return fmt.Errorf("block the writer of ticket %s: %w", ticket, err)
		}
		if _, err := tx.Exec(ctx, insertBlock, b.ID, b.Team, b.index, b.Ticket, b.At.UnixMicro(), b.Until.UnixMicro(),
			b.version, b.sealed, p.secrets.Vouch(b.origin(), b.sealed)); err != nil {
			return fmt.Errorf("block the writer of ticket %s: %w", ticket, err)
		}
		return p.wrote(ctx, tx, s, VerbBlocked, b.ID, b.Team)
	})
	return b, err
}

// Unblock lets a writer's letters in again; those set aside meanwhile stay
// listed, and each can be made a conversation. ErrNotFound for another team's.
func (p *Postroom) Unblock(ctx context.Context, s *staff.Session, id helpdesk.ID) error {
	b, _, err := p.scanBlock(p.db.QueryRow(ctx, selectBlock, id))
	if err == nil && !s.Member(b.Team) {
		err = helpdesk.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("unblock %s: %w", id, err)
	}
	return p.db.Write(ctx, "unblock a writer", func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, deleteBlock, id)
		if err != nil || n == 0 {
			return err
		}
		return p.wrote(ctx, tx, s, VerbUnblocked, id, b.Team)
	})
}

// Blocks lists whom the session's teams keep out, the next to end first.
func (p *Postroom) Blocks(ctx context.Context, s *staff.Session) ([]Block, error) {
	teams := s.Teams()
	if len(teams) == 0 {
		return nil, nil
	}
	rows, err := p.db.Query(ctx, blockList+store.Places(len(teams), 2)+blockOrder, append([]any{p.now().UnixMicro()}, teamArgs(teams)...)...)
	if err != nil {
		return nil, fmt.Errorf("list whom we keep out: %w", err)
	}
	defer rows.Close()
	var out []Block
	for rows.Next() {
		b, vouched, err := p.scanBlock(rows)
		if err != nil {
			return nil, fmt.Errorf("list whom we keep out: %w", err)
		}
		if vouched {
			out = append(out, b)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list whom we keep out: %w", err)
	}
	for i := range out { // after the rows: opening may ask for an older key
		b := &out[i]
		if pair, err := s.TeamPair(b.Team, b.version); err == nil {
			if plain, err := pair.Open(b.bound(), b.sealed); err == nil {
				b.Address = string(plain)
			}
		}
	}
	return out, nil
}

// BlockOf is the block that keeps an address out of a team's tickets, without the
// address itself; ErrNotFound where none stands.
func (p *Postroom) BlockOf(ctx context.Context, team helpdesk.ID, address string) (Block, error) {
	b, vouched, err := p.scanBlock(p.db.QueryRow(ctx, selectBlockOf, team, p.blockIndex(letter.Address{Addr: address}.Key())))
	if err == nil && (!vouched || !b.Until.After(p.now())) {
		err = helpdesk.ErrNotFound
	}
	if err != nil {
		return Block{}, fmt.Errorf("look whether a writer is kept out: %w", err)
	}
	return b, nil
}

// blocked tells whether a team keeps out who sent this letter.
func (p *Postroom) blocked(ctx context.Context, r store.Reader, team helpdesk.ID, key string) (bool, error) {
	if key == "" {
		return false, nil
	}
	b, vouched, err := p.scanBlock(r.QueryRow(ctx, selectBlockOf, team, p.blockIndex(key)))
	if errors.Is(err, helpdesk.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look whether a writer is kept out: %w", err)
	}
	if !vouched {
		p.journal.Alarm(ctx, "block_forged", b.ID)
		return false, nil
	}
	return b.Until.After(p.now()), nil
}

func (p *Postroom) blockIndex(key string) []byte { return p.secrets.Index("post.block", key) }

func (p *Postroom) scanBlock(r scanner) (b Block, vouched bool, err error) {
	var at, until int64
	var mac []byte
	if err := r.Scan(&b.ID, &b.Team, &b.index, &b.Ticket, &at, &until, &b.version, &b.sealed, &mac); err != nil {
		return b, false, err
	}
	b.At, b.Until = time.UnixMicro(at).UTC(), time.UnixMicro(until).UTC()
	return b, p.secrets.Vouched(mac, b.origin(), b.sealed), nil
}
