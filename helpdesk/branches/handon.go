package branches

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// channel is what a hand-on's ticket came by.
const channel = "branch"

// SystemHandedOn is what a ticket's first line says: a branch handed it on.
const SystemHandedOn = "ticket.handed_on"

// waitMost is how long a hand-on may wait on a phone.
const waitMost = 72 * time.Hour

// HandOn hands somebody on. With their yes it is a ticket of channel branch, the
// yes is recorded, and their branch follows it; without it is a consultation, or
// where it is urgent an emergency.
//
// Refusals: "branches.client", "branches.language", "branches.reach" (a way that
// is none, or lacks its card, address or number), "branches.hours",
// "branches.need", "branches.line", "branches.late" (noticed more than 72 hours
// ago), "branches.card" (no such card of this branch), "branches.card_used",
// "branches.card_expired", "branches.waiting" (a colleague has to admit them first).
func (d *Desk) HandOn(ctx context.Context, o *staff.Outsider, h HandOn) (Receipt, error) {
	if err := works(o); err != nil {
		return Receipt{}, err
	}
	now := d.Now()
	if err := h.check(now); err != nil {
		return Receipt{}, err
	}
	if !h.Knows && !h.Urgent {
		return d.ask(ctx, o, h.Client, h.words(), false)
	}
	n, err := d.opening(ctx, o, &h)
	if err != nil {
		return Receipt{}, err
	}
	var out Receipt
	err = d.DB.Write(ctx, "hand somebody on", func(tx *store.Tx) error {
		out = Receipt{}
		had, err := d.handon(ctx, tx, selectByClient, d.begunMark(o, h.Client))
		if err == nil {
			out = d.again(o, had, h.Client)
			return nil
		}
		if !isNotFound(err) {
			return err
		}
		out, err = d.handOn(ctx, tx, o, h, *n)
		return err
	})
	if errors.Is(err, helpdesk.ErrConflict) {
		// Both devices at the same moment: the other one was first.
		if had, none := d.handon(ctx, d.DB, selectByClient, d.begunMark(o, h.Client)); none == nil {
			return d.again(o, had, h.Client), nil
		}
	}
	return out, err
}

// again is the receipt of what was handed on before with the same client id.
func (d *Desk) again(o *staff.Outsider, had *row, client string) Receipt {
	out := Receipt{ID: had.id, Kind: had.kind, Due: instant(had.due), Twice: true}
	if had.kind == EmergencyNow {
		out.ID = d.talkID(o, client)
	}
	return out
}

// handOn does it once, in one transaction: person, ticket, thread, yes.
func (d *Desk) handOn(ctx context.Context, tx *store.Tx, o *staff.Outsider, h HandOn, n tickets.Opening) (Receipt, error) {
	row := row{id: helpdesk.NewID(), client: d.begunMark(o, h.Client), org: d.orgMark(o.Org), who: d.whoMark(o.User.ID),
		kind: HandedOn, team: n.Team, noticed: h.Noticed.UnixMicro(), told: d.Now().UnixMicro(), due: n.DueDay.UnixMicro()}
	if !h.Knows {
		row.kind = EmergencyNow
	}
	body := handed{HandOn: h, Org: o.Org, By: o.User.ID}
	var reader *vault.InsideKey
	var card *cardRow
	var err error
	if h.Reach == ReachCard && h.Knows {
		if card, err = d.cardFor(ctx, tx, o, h.Card); err != nil {
			return Receipt{}, err
		}
		key, err := d.People.PersonKey(ctx, tx, card.person)
		if err != nil {
			return Receipt{}, err
		}
		n.Person, reader, body.Ending = card.person, &key, endingOf(h.Card)
		body.HandOn.Card = body.Ending // never the whole code
	} else if n.Person, err = d.People.NewPerson(ctx, tx); err != nil {
		return Receipt{}, err
	}
	n.DueDay = time.Time{} // it stands among the dates
	c, err := d.Tickets.Open(ctx, tx, n)
	if err != nil {
		return Receipt{}, err
	}
	first := tickets.Message{Kind: tickets.KindSystem, Direction: tickets.In, ClientID: "handon " + h.Client, Content: tickets.Content{Key: SystemHandedOn}}
	if _, err := c.Append(ctx, tx, first); err != nil {
		return Receipt{}, err
	}
	if reader != nil {
		if err := d.Tickets.AddPerson(ctx, tx, c.ID, *reader); err != nil {
			return Receipt{}, err
		}
	}
	row.ticket = c.Ticket
	key := vault.NewKey()
	plain, err := json.Marshal(body)
	if err != nil {
		return Receipt{}, err
	}
	row.body = key.Seal(row.bodyAt(), plain)
	d.vouch(&row)
	_, err = tx.Exec(ctx, insertHandOn, row.id, row.client, row.org, row.who, string(row.kind), row.ticket, row.team,
		row.noticed, row.told, row.due, row.first, row.closed, string(row.ended), row.body, row.mac)
	if err != nil {
		return Receipt{}, fmt.Errorf("hand somebody on: %w", err)
	}
	if err := d.giveTeam(ctx, tx, row.id, n.Team, key); err != nil {
		return Receipt{}, err
	}
	out := Receipt{ID: row.id, Kind: row.kind, Due: instant(row.due)}
	d.ring(tx, TopicBranch, o.Org)
	if !h.Knows {
		why := strings.TrimSpace(h.words())
		if _, err := d.Door.BranchEmergency(ctx, tx, o, Emergency{Ticket: row.ticket, Team: n.Team, Why: why}); err != nil {
			return Receipt{}, err
		}
		talk, err := d.begin(ctx, tx, o, h.Client, why, true, consultation)
		if err != nil {
			return Receipt{}, err
		}
		out.ID = talk.ID
		return out, d.noteTheirs(ctx, tx, VerbEmergency, row.ticket)
	}
	if card != nil {
		if err := d.giveCard(ctx, tx, card, row.id); err != nil {
			return Receipt{}, err
		}
	}
	_, err = d.Door.BranchYes(ctx, tx, o, Yes{Ticket: row.ticket, Team: n.Team, Person: n.Person, Thread: row.id, Key: key, Language: h.Language})
	if err != nil {
		return Receipt{}, err
	}
	return out, d.noteTheirs(ctx, tx, VerbHandedOn, row.ticket)
}

// check holds a hand-on against what it may be.
func (h *HandOn) check(now time.Time) error {
	h.Line, h.Where, h.Card = strings.TrimSpace(h.Line), strings.TrimSpace(h.Where), strings.TrimSpace(h.Card)
	if h.Noticed.IsZero() || h.Noticed.After(now) {
		h.Noticed = now
	}
	switch {
	case len(h.Client) < 16 || len(h.Client) > 64 || strings.ContainsFunc(h.Client, func(r rune) bool { return r <= ' ' || r > '~' }):
		return helpdesk.Refuse("branches.client")
	case len(h.Language) < 2 || len(h.Language) > 12:
		return helpdesk.Refuse("branches.language")
	case !slices.Contains(Needs, h.Need):
		return helpdesk.Refuse("branches.need")
	case utf8.RuneCountInString(h.Line) > LineMost || !utf8.ValidString(h.Line):
		return helpdesk.Refuse("branches.line", LineMost)
	case h.From < 0 || h.To < 0 || h.From > 24 || h.To > 24:
		return helpdesk.Refuse("branches.hours")
	case now.Sub(h.Noticed) > waitMost:
		return helpdesk.Refuse("branches.late")
	}
	if !h.Knows {
		return nil // how we reach them is then nothing we are told
	}
	switch {
	case h.Reach == ReachCard && endingOf(h.Card) == "":
		return helpdesk.Refuse("branches.card")
	case h.Reach == ReachCard, h.Reach == ReachBranch:
	case (h.Reach == ReachMail || h.Reach == ReachPhone) && h.Where != "" && len(h.Where) <= 200:
	default:
		return helpdesk.Refuse("branches.reach")
	}
	return nil
}

// words are what a consultation begins with: what was said, or the key of the
// need alone.
func (h *HandOn) words() string {
	if h.Line != "" {
		return h.Line
	}
	return "[" + string(h.Need) + "]"
}

// opening is the ticket of a hand-on, routed.
func (d *Desk) opening(ctx context.Context, o *staff.Outsider, h *HandOn) (*tickets.Opening, error) {
	due, day, err := d.nextWorkday(ctx)
	if err != nil {
		return nil, err
	}
	f := tickets.Facts{Spoken: h.Language, Urgent: h.Urgent, Child: h.Need == NeedChild}
	if h.Need == NeedDetained {
		f.Audience = string(hours.Detained)
	}
	if h.Knows && h.Where != "" {
		f.CallBack = h.Where
		if h.From != h.To {
			f.CallBack += fmt.Sprintf(" (%02d-%02d)", h.From, h.To)
		}
	}
	f.Dates = []tickets.Date{{ID: helpdesk.NewID(), Kind: tickets.DatePromise, Day: day.String(), By: o.User.ID}}
	team, err := d.team(ctx)
	if err != nil {
		return nil, err
	}
	n := tickets.Opening{Team: team, Channel: channel, Language: h.Language, Priority: f.Priority(), DueDay: due,
		Title: d.Words.Say("sv", "branches.title."+string(h.Need)), Facts: f}
	if h.Line != "" && h.Knows {
		n.Title = title(h.Line)
	}
	board, err := d.router.Now(ctx)
	if err != nil {
		// Rules that can't be read must not keep anybody out.
		d.Log.WarnContext(ctx, "a hand-on is not routed", "err", err)
		return &n, nil
	}
	board.Arrive(&n, "", nil)
	return &n, nil
}

// title is how the ticket stands in a list: the beginning of the line.
func title(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	words := []rune(line)
	if len(words) <= 60 {
		return line
	}
	return string(words[:59]) + "…"
}

// nextWorkday is the last second of the house's next working day, and that day:
// what is told on a Thursday evening is answered on Friday.
func (d *Desk) nextWorkday(ctx context.Context) (time.Time, hours.Date, error) {
	plan, err := d.Office.Hours(ctx)
	if err != nil {
		return time.Time{}, hours.Date{}, err
	}
	zone := plan.Zone("")
	day := hours.DateOf(d.Now().In(zone)).Add(1)
	for range 30 { // no calendar has so many holidays in a row
		if w := day.Weekday(); w != time.Saturday && w != time.Sunday && plan.Holiday(day) == "" {
			break
		}
		day = day.Add(1)
	}
	return time.Date(day.Year, day.Month, day.Day, 23, 59, 59, 0, zone), day, nil
}

// team takes what branches say where no rule says another.
func (d *Desk) team(ctx context.Context) (helpdesk.ID, error) {
	all, err := d.Staff.Teams(ctx)
	if err != nil {
		return "", err
	}
	chosen, err := d.Office.Setting(ctx, office.ChatTeam)
	if err != nil {
		return "", err
	}
	for _, t := range all {
		if string(t.ID) == chosen {
			return t.ID, nil
		}
	}
	for _, t := range all {
		if !t.Restricted {
			return t.ID, nil
		}
	}
	return "", fmt.Errorf("no team takes what branches hand on: %w", helpdesk.ErrNotFound)
}
