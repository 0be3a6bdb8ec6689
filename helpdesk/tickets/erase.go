package tickets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// kept is what an erasure takes out of a ticket while it can still be undone:
// everybody else's wraps as they lay, sealed to the person. Under their own
// readers' keys they are sealed besides, so the person reads no more by it.
type kept struct {
	State   State        `json:"state"`
	Readers []keptReader `json:"readers"`
	Letters []keptLetter `json:"letters,omitempty"`
}

type keptReader struct {
	Conversation helpdesk.ID `json:"c"`
	Epoch        int64       `json:"e"`
	Kind         string      `json:"k"`
	Reader       helpdesk.ID `json:"r"`
	Version      int         `json:"v"`
	Form         string      `json:"f"`
	Wrap         []byte      `json:"w"`
	Mac          []byte      `json:"m"`
	Expires      int64       `json:"x,omitempty"`
	Called       helpdesk.ID `json:"a,omitempty"` // of who has it lent
}

type keptLetter struct {
	Message helpdesk.ID `json:"i"`
	Kind    string      `json:"k"`
	Reader  helpdesk.ID `json:"r"`
	Version int         `json:"v"`
	Wrap    []byte      `json:"w"`
	Mac     []byte      `json:"m"`
}

func keptAt(ticket, person helpdesk.ID) vault.Context {
	return vault.At("tickets.erasing", ticket, person)
}

// erasingOrigin is what our MAC on the row speaks for: that this person asked
// for this ticket's erasure. What is kept opens nowhere else anyhow.
func erasingOrigin(ticket, person helpdesk.ID) vault.Context {
	return vault.At("tickets.erasing.origin", ticket, person)
}

// Erasing lists the tickets whose erasure a person asked for, so that other
// rooms let go of what is theirs in the same transaction.
func (d *Desk) Erasing(ctx context.Context, r store.Reader, person helpdesk.ID) ([]helpdesk.ID, error) {
	return d.erasing(ctx, r, person)
}

// erasing lists the tickets whose erasure a person asked for. A row without our
// MAC counts for nothing: nobody has a ticket erased by writing to the
// database.
func (d *Desk) erasing(ctx context.Context, r store.Reader, person helpdesk.ID) ([]helpdesk.ID, error) {
	rows, err := r.Query(ctx, selectErasing, person)
	if err != nil {
		return nil, fmt.Errorf("read what %s asked to erase: %w", person, err)
	}
	defer rows.Close()
	var out []helpdesk.ID
	for rows.Next() {
		var ticket helpdesk.ID
		var mac []byte
		if err := rows.Scan(&ticket, &mac); err != nil {
			return nil, fmt.Errorf("read what %s asked to erase: %w", person, err)
		}
		if !d.secrets.Vouched(mac, erasingOrigin(ticket, person)) {
			d.alarm(ctx, "erasing", ticket)
			continue
		}
		out = append(out, ticket)
	}
	return out, finish(rows, "read what is to be erased")
}

// EraseAll begins the erasure of everything the person reads: at once nobody of
// ours can open it, not with any key of theirs, and it stands in no queue. For
// 72 hours the person's code alone opens it and can undo it; then EraseFor is
// due. The caller asks people.AskErase in the same transaction, which ends the
// person's sessions.
//
// Whole tickets go, their notes with them, where they concern the person. In
// somebody else's case, which they came to by a link or were invited to, what
// they said stays: who holds a forwarded link must not undo another's appeal.
// They read no more there once EraseFor is done.
func (d *Desk) EraseAll(ctx context.Context, tx *store.Tx, g *people.Guest) error {
	tickets, err := idsOf(ctx, tx, selectPersonTickets, g.Person)
	if err != nil {
		return err
	}
	if tickets, err = d.withJoined(ctx, tx, tickets); err != nil {
		return err
	}
	for _, id := range tickets {
		if err := d.seclude(ctx, tx, g, id); err != nil {
			return fmt.Errorf("erase ticket %s: %w", id, err)
		}
	}
	return nil
}

// withJoined adds the tickets joined into the given ones: they are the same
// matter, and without it they would hang in the air. In one order, whoever
// asks.
func (d *Desk) withJoined(ctx context.Context, r store.Reader, tickets []helpdesk.ID) ([]helpdesk.ID, error) {
	for i := 0; i < len(tickets); i++ {
		rows, err := d.ticketRows(ctx, r, selectJoined, tickets[i])
		if err != nil {
			return nil, err
		}
		for _, j := range rows {
			if d.secrets.Vouched(j.mac, j.origin()) && !slices.Contains(tickets, j.id) {
				tickets = append(tickets, j.id)
			}
		}
	}
	slices.Sort(tickets)
	return tickets, nil
}

// lockTalks locks the conversations of a ticket and then the ticket, in the
// order of Append.
func (d *Desk) lockTalks(ctx context.Context, tx *store.Tx, ticket helpdesk.ID) (*row, []helpdesk.ID, error) {
	talks, err := idsOf(ctx, tx, selectTalkIDs, ticket)
	if err != nil {
		return nil, nil, err
	}
	for _, id := range talks {
		if _, err := d.lockTalk(ctx, tx, id); err != nil {
			return nil, nil, err
		}
	}
	t, err := d.lock(ctx, tx, ticket)
	return t, talks, err
}

func (d *Desk) seclude(ctx context.Context, tx *store.Tx, g *people.Guest, ticket helpdesk.ID) error {
	t, talks, err := d.lockTalks(ctx, tx, ticket)
	if err != nil || t.state == StateErasing {
		return err
	}
	if !d.secrets.Vouched(t.mac, t.origin()) {
		d.alarm(ctx, "ticket", ticket)
		return unproven()
	}
	k := kept{State: t.state}
	rows, err := d.readers(ctx, tx, talks...)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.kind != personReader {
			k.Readers = append(k.Readers, keptReader{r.conversation, r.epoch, r.kind, r.reader, r.version, r.form, r.wrap, r.mac, r.expires, r.called})
		}
		if r.called != "" {
			if err := tx.Later(ctx, deleteLoan, d.loanMark(r.called)); err != nil {
				return err
			}
		}
	}
	letters, err := d.singles(ctx, tx, selectHouseLetters, ticket)
	if err != nil {
		return err
	}
	for _, l := range letters {
		k.Letters = append(k.Letters, keptLetter{l.message, l.kind, l.reader, l.version, l.wrap, l.mac})
	}
	plain, err := json.Marshal(k)
	if err != nil {
		return fmt.Errorf("encode what is kept: %w", err)
	}
	_, err = tx.Exec(ctx, insertErasing, ticket, g.Person, g.Pair().Seal(keptAt(ticket, g.Person), plain),
		d.secrets.Vouch(erasingOrigin(ticket, g.Person)))
	if err != nil {
		return err
	}
	if err := d.dropLinks(ctx, tx, talks); err != nil {
		return err
	}
	for _, query := range []string{deleteHouseReaders, deleteHouseLetters, deleteTicketLinks, forgetLooking} {
		if _, err := tx.Exec(ctx, query, ticket); err != nil {
			return err
		}
	}
	return d.stand(ctx, tx, t, StateErasing, "ticket.erasing")
}

// stand gives a locked ticket another state, says so and rings.
func (d *Desk) stand(ctx context.Context, tx *store.Tx, t *row, state State, verb string) error {
	before := *t
	t.state = state
	t.version++
	if err := d.save(ctx, tx, before, t); err != nil {
		return err
	}
	if err := d.recordOf(ctx, tx, "", verb, t); err != nil {
		return err
	}
	d.ring(tx, t)
	return nil
}

// UndoErase puts everything back as it lay, by the person who came in with
// their code. The caller asks people.UndoErase in the same transaction, which
// refuses when the 72 hours have passed.
func (d *Desk) UndoErase(ctx context.Context, tx *store.Tx, g *people.Guest) error {
	tickets, err := d.erasing(ctx, tx, g.Person)
	if err != nil {
		return err
	}
	for _, id := range tickets {
		if err := d.putBack(ctx, tx, g, id); err != nil {
			return fmt.Errorf("undo the erasure of ticket %s: %w", id, err)
		}
	}
	return nil
}

func (d *Desk) putBack(ctx context.Context, tx *store.Tx, g *people.Guest, ticket helpdesk.ID) error {
	t, talks, err := d.lockTalks(ctx, tx, ticket)
	if err != nil {
		return err
	}
	var sealed []byte
	if err := tx.QueryRow(ctx, takeErasing, ticket, g.Person).Scan(&sealed); err != nil {
		return fmt.Errorf("what is kept: %w", err)
	}
	plain, err := g.Pair().Open(keptAt(ticket, g.Person), sealed)
	if err != nil {
		d.alarm(ctx, "erasing", ticket)
		return fmt.Errorf("open what is kept: %w", err)
	}
	var k kept
	if json.Unmarshal(plain, &k) != nil {
		return fmt.Errorf("decode what is kept: not what was sealed")
	}
	// Wraps go back to the conversations they came from alone; everything else
	// about them our own MACs say.
	of := map[helpdesk.ID]bool{}
	for _, id := range talks {
		of[id] = true
	}
	var rows []*readerRow
	for _, r := range k.Readers {
		if of[r.Conversation] {
			rows = append(rows, &readerRow{
				r.Conversation, r.Epoch, r.Kind, r.Reader, r.Version, r.Form, r.Wrap, r.Mac, r.Expires, r.Called, ticket,
			})
		}
	}
	for len(rows) > 0 {
		part := rows[:min(len(rows), 50)]
		rows = rows[len(part):]
		if err := d.insertReaders(ctx, tx, part); err != nil {
			return err
		}
	}
	for _, l := range k.Letters {
		if err := tx.Later(ctx, upsertSingle, l.Message, l.Kind, l.Reader, l.Version, l.Wrap, l.Mac); err != nil {
			return err
		}
	}
	return d.stand(ctx, tx, t, k.State, "ticket.unerased")
}

// The statements that leave nothing of a ticket, in this order: each with the
// id of a message, of a conversation, of the ticket.
var (
	erasedOfMessage = []string{eraseOriginals, eraseFiles, eraseFolded, eraseLetterKeys, eraseHidden}
	erasedOfTalk    = []string{eraseTranslations, eraseLinks, eraseStrangers, eraseReaders, eraseMessages}
	erasedOfTicket  = []string{
		eraseTalks, eraseSift, eraseDrafts, erasePassed, eraseMentions, eraseAdvisers, eraseConsults, forgetLooking, eraseKept, eraseTicket,
	}
)

// listMost ids stand in one statement, in a list filled up to a multiple of
// listStep: each other length is another statement for the database to plan.
const (
	listMost = 512
	listStep = 64
)

// lists are ids by the list.
func lists(ids []helpdesk.ID) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for part := range slices.Chunk(ids, listMost) {
			list := anys(part)
			for len(list) > 1 && len(list)%listStep != 0 {
				list = append(list, list[0])
			}
			if !yield(list) {
				return
			}
		}
	}
}

// each runs statements that name one thing for many.
func each(ctx context.Context, tx *store.Tx, queries []string, names []helpdesk.ID) error {
	for list := range lists(names) {
		for _, query := range queries {
			if err := tx.Later(ctx, many(query, len(list)), list...); err != nil {
				return err
			}
		}
	}
	return nil
}

// eachOf are the ids that a statement which names one thing finds for many.
func eachOf(ctx context.Context, tx *store.Tx, query string, names []helpdesk.ID) (out []helpdesk.ID, err error) {
	for list := range lists(names) {
		ids, err := idsOf(ctx, tx, many(query, len(list)), list...)
		if err != nil {
			return nil, err
		}
		out = append(out, ids...)
	}
	return out, nil
}

// inside are the conversations of some tickets, and the messages in them: looked
// up once for all statements that name them.
func (d *Desk) inside(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID) (talks, said []helpdesk.ID, err error) {
	if talks, err = eachOf(ctx, tx, selectTalkIDs, tickets); err == nil {
		said, err = eachOf(ctx, tx, selectSaidIDs, talks)
	}
	return talks, said, err
}

// EraseFor deletes everything of a person whose 72 hours have passed, but for
// unlinked keyed marks of its messages. The caller asks people.Forget in the
// same transaction, which stops it when the person undid it meanwhile, and has
// the store scrub ErasedTables after. writers are who wrote none of what is left,
// for people.Drop.
func (d *Desk) EraseFor(ctx context.Context, tx *store.Tx, person helpdesk.ID) (writers []helpdesk.ID, err error) {
	tickets, err := d.erasing(ctx, tx, person)
	if err != nil {
		return nil, err
	}
	var gone []*row
	for _, id := range tickets {
		t, err := d.erase(ctx, tx, id, false)
		if err != nil {
			return nil, fmt.Errorf("erase ticket %s: %w", id, err)
		}
		gone = append(gone, t)
	}
	for _, query := range []string{eraseSeats, eraseSingles, eraseView, eraseKnocks} {
		if err := tx.Later(ctx, query, person); err != nil {
			return nil, fmt.Errorf("erase where %s reads: %w", person, err)
		}
	}
	_, writers, err = d.unnamed(ctx, tx, gone)
	return writers, err
}

// EraseAgain erases a ticket that was erased before, and came back with a
// database that was put back, as its persons and writers may have. ErrNotFound
// when it did not.
func (d *Desk) EraseAgain(ctx context.Context, tx *store.Tx, ticket helpdesk.ID) (Aged, error) {
	t, err := d.erase(ctx, tx, ticket, true)
	if err != nil {
		return Aged{}, fmt.Errorf("erase ticket %s again: %w", ticket, err)
	}
	out := Aged{Tickets: []helpdesk.ID{ticket}, All: []helpdesk.ID{ticket}}
	out.Persons, out.Writers, err = d.unnamed(ctx, tx, []*row{t})
	return out, err
}

func (d *Desk) erase(ctx context.Context, tx *store.Tx, ticket helpdesk.ID, again bool) (*row, error) {
	t, _, err := d.lockTalks(ctx, tx, ticket)
	if err != nil {
		return nil, err
	}
	if t.state != StateErasing && !again {
		// Our own row says it should be, so somebody else changed it back.
		d.alarm(ctx, "ticket", ticket)
	}
	if err := d.eraseRows(ctx, tx, []*row{t}); err != nil {
		return nil, err
	}
	if err := d.recordOf(ctx, tx, "", "ticket.erased", t); err != nil {
		return nil, err
	}
	d.ring(tx, t)
	return t, nil
}

// eraseRows leaves nothing of some locked tickets, in a few statements for all
// of them.
func (d *Desk) eraseRows(ctx context.Context, tx *store.Tx, rows []*row) error {
	ids := make([]helpdesk.ID, len(rows))
	for i, t := range rows {
		ids[i] = t.id
	}
	talks, said, err := d.inside(ctx, tx, ids)
	if err != nil {
		return err
	}
	lent, err := eachOf(ctx, tx, selectLoanNames, talks)
	if err != nil {
		return err
	}
	var links, loans []helpdesk.ID
	for _, id := range talks {
		_, talk := d.linkMarks("", id)
		links = append(links, talk)
	}
	for _, name := range lent {
		loans = append(loans, d.loanMark(name))
	}
	marks, objects := d.calledBeside(rows)
	err = errors.Join(
		each(ctx, tx, erasedOfMessage, said),
		each(ctx, tx, erasedOfTalk, talks),
		each(ctx, tx, erasedOfTicket, ids),
		each(ctx, tx, []string{dropLinks}, links),
		each(ctx, tx, []string{deleteLoan}, loans),
		each(ctx, tx, []string{erasePassed, eraseMentions, eraseAdvisers, eraseConsults}, marks), // as it is called there
		each(ctx, tx, []string{eraseDrafts, forgetLooking}, objects),                             // as a restricted team's is called there
	)
	if err != nil {
		return err
	}
	for _, t := range rows {
		if !t.restricted() {
			continue
		}
		if err := errors.Join(d.turnOver(ctx, tx, t, t), d.dropDays(ctx, tx, t.team, t.id)); err != nil {
			return err
		}
	}
	return d.countOff(ctx, tx, rows)
}

// calledBeside is what tickets are called in rows that must not name them: all of
// them by a mark, and those of restricted teams by their object.
func (d *Desk) calledBeside(rows []*row) (marks, objects []helpdesk.ID) {
	for _, t := range rows {
		mark, _ := d.calls(t.id)
		marks = append(marks, mark)
		if t.restricted() {
			objects = append(objects, d.object(t))
		}
	}
	return marks, objects
}

// countOff counts tickets that end, in one order, or two who do would wait for
// each other.
func (d *Desk) countOff(ctx context.Context, tx *store.Tx, rows []*row) error {
	type place struct {
		cell
		part int
	}
	n := map[place]int{}
	for _, t := range rows {
		n[place{t.cell(), t.part()}]--
	}
	places := slices.SortedFunc(maps.Keys(n), func(a, b place) int {
		switch {
		case a.cell != b.cell && a.cell.less(b.cell):
			return -1
		case a.cell != b.cell:
			return 1
		}
		return a.part - b.part
	})
	for _, p := range places {
		err := tx.Later(ctx, insertTally+store.Tuples(1, 5, 1)+onTally, p.team, p.owner, string(p.state), p.part, n[p])
		if err != nil {
			return fmt.Errorf("count team %s: %w", p.team, err)
		}
	}
	return nil
}

// dropLinks ends all links to what was said in some conversations.
func (d *Desk) dropLinks(ctx context.Context, tx *store.Tx, talks []helpdesk.ID) error {
	for _, id := range talks {
		_, talk := d.linkMarks("", id)
		if _, err := tx.Exec(ctx, dropLinks, talk); err != nil {
			return fmt.Errorf("end the links into %s: %w", id, err)
		}
	}
	return nil
}

// ErasedTables are those that hold bytes of what was erased until they are
// scrubbed.
func ErasedTables() []string {
	return []string{
		"tickets_passed", "tickets_mention", "tickets_consult", "tickets_adviser",
		"tickets_message", "tickets_reader", "tickets_letterkey", "tickets_folded", "tickets_original", "tickets_file",
		"tickets_conversation", "tickets_draft", "tickets_link", "tickets_stranger", "tickets_erasing", "tickets_ticket", "tickets_translation",
		"tickets_sift", "tickets_day", "tickets_loan",
	}
}
