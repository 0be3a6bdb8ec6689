package chat

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// longest is how many characters one message may have: about three pages.
const longest = 8000

// First is a person's first message, with what they wished to tell before it.
// Until it is sent nothing about them is stored.
type First struct {
	Lang     string
	ClientID string // drawn by the page, so that a form posted twice is one conversation
	Shared   bool   // others use the computer
	Live     bool   // wants to talk now; otherwise it is a message that waits for its answer
	Facts    tickets.Facts
	Text     string
	Files    []tickets.Upload
}

// LogValue keeps words out of logs.
func (First) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Begun is a conversation that has begun.
type Begun struct {
	Cookie               string
	Conversation, Ticket helpdesk.ID
	Number               int64
	Live                 bool // they sit at a table now; false: nobody can talk now, or they did not ask
}

// Start takes a person's first message: person, key pair, session, ticket,
// message and, when the doors are open, a place in the queue, in one
// transaction.
//
// Refusals: "chat.empty", "chat.long", "chat.code" (it holds a return code),
// "start.twice" (the same form was posted before; its cookie can't be given
// again).
func (r *Room) Start(ctx context.Context, f First) (Begun, error) {
	if err := speakable(f.Text, f.Files); err != nil {
		return Begun{}, err
	}
	live, err := r.mayTalk(ctx, f.Facts, f.Live)
	if err != nil {
		return Begun{}, err
	}
	team, err := r.teamFor(ctx, f.Facts, live)
	if err != nil {
		return Begun{}, err
	}
	onCall, err := r.onCall(ctx, f.Facts)
	if err != nil {
		return Begun{}, err
	}
	board, err := r.router.Now(ctx)
	if err != nil {
		// Rules that can't be read must not keep anybody out.
		r.log.WarnContext(ctx, "a conversation is not routed", "err", err)
		board = nil
	}
	var begun Begun
	err = r.db.Write(ctx, "begin a conversation", func(tx *store.Tx) error {
		first, err := tx.Exec(ctx, insertStart, r.secrets.Index("chat.start", f.ClientID), r.now().UnixMicro())
		if err != nil {
			return err
		}
		if first == 0 {
			return helpdesk.Refuse("start.twice")
		}
		if begun, err = r.begin(ctx, tx, f, team, board, live); err != nil || len(onCall) == 0 {
			return err
		}
		return r.callOut(ctx, tx, onCall)
	})
	if err != nil {
		return Begun{}, fmt.Errorf("begin a conversation: %w", err)
	}
	return begun, nil
}

func (r *Room) begin(ctx context.Context, tx *store.Tx, f First, team helpdesk.ID, board *tickets.Board, live bool) (Begun, error) {
	cookie, g, err := r.people.Begin(ctx, tx, f.Shared)
	if err != nil {
		return Begun{}, err
	}
	n := tickets.Opening{
		Team: team, Channel: string(hours.Chat), Language: f.Lang, Person: g.Person,
		Priority: f.Facts.Priority(), Title: title(f.Text), Facts: f.Facts, Readers: []*vault.Pair{g.Pair()},
	}
	if board != nil {
		board.Arrive(&n, "", nil)
	}
	c, err := r.tickets.Open(ctx, tx, n)
	if err != nil {
		return Begun{}, err
	}
	last, err := c.Append(ctx, tx, said(f.Text, f.ClientID, f.Files))
	if err != nil {
		return Begun{}, err
	}
	if live {
		if err := r.seat(ctx, tx, g, sitting{c.ID, c.Ticket, n.Team, f.Lang, n.Priority, last, 0}); err != nil {
			return Begun{}, err
		}
	}
	return Begun{Cookie: cookie, Conversation: c.ID, Ticket: c.Ticket, Number: last, Live: live}, nil
}

// sitting is what a new table needs to know.
type sitting struct {
	conversation, ticket, team helpdesk.ID
	language                   string
	priority                   int
	last, read                 int64 // the newest message, and the newest that was answered or seen before
}

// seat gives the person a place in the queue. While they wait there their
// session never counts as idle: the screen may go dark, the place is kept.
func (r *Room) seat(ctx context.Context, tx *store.Tx, g *people.Guest, s sitting) error {
	now := r.now()
	n, err := tx.Exec(ctx, insertTable, helpdesk.NewID(), s.conversation, s.ticket, s.team, g.Person,
		s.priority, s.language, now.UnixMicro(), s.last, s.read, rank(s.priority, now))
	if err != nil {
		return fmt.Errorf("seat a person in conversation %s: %w", s.conversation, err)
	}
	if n == 0 {
		return nil // they sit there already
	}
	r.ring(tx, s.conversation)
	return r.people.Hold(ctx, tx, g.ID, true)
}

func said(text, client string, files []tickets.Upload) tickets.Message {
	return tickets.Message{
		Kind: tickets.KindChat, Direction: tickets.In, ClientID: client, Files: files,
		Content: tickets.Content{Text: text, Proven: true},
	}
}

// speakable refuses what should not be sent: nothing, too much, or the code
// that opens the conversation.
func speakable(text string, files []tickets.Upload) error {
	switch {
	case strings.TrimSpace(text) == "" && len(files) == 0:
		return helpdesk.Refuse("chat.empty")
	case utf8.RuneCountInString(text) > longest:
		return helpdesk.Refuse("chat.long", longest)
	case people.HoldsCode(text):
		return helpdesk.Refuse("chat.code")
	}
	return nil
}

// title is how the ticket stands in a list: the beginning of what was said.
func title(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	words := []rune(line)
	if len(words) <= 60 {
		return line
	}
	return string(words[:59]) + "…"
}

// teamFor is the team that takes a conversation: the children's for a child,
// but for one who sits down while nobody of theirs is here: a child is taken by
// any open chat.
func (r *Room) teamFor(ctx context.Context, f tickets.Facts, live bool) (helpdesk.ID, error) {
	all, err := r.staff.Teams(ctx)
	if err != nil {
		return "", err
	}
	names := []string{office.ChatTeam}
	if f.Child || f.Audience == string(hours.Child) {
		names = []string{office.ChildTeam, office.ChatTeam}
	}
	for _, name := range names {
		id, err := r.office.Setting(ctx, name)
		if err != nil {
			return "", err
		}
		if !slices.ContainsFunc(all, func(t staff.Team) bool { return string(t.ID) == id }) {
			continue
		}
		if name == office.ChildTeam && live {
			if here, err := r.anyHere(ctx, helpdesk.ID(id)); err != nil {
				return "", err
			} else if !here {
				continue
			}
		}
		return helpdesk.ID(id), nil
	}
	// Nobody chose one yet: the first that is not restricted.
	for _, t := range all {
		if !t.Restricted {
			return t.ID, nil
		}
	}
	return "", fmt.Errorf("no team takes conversations: %w", helpdesk.ErrNotFound)
}

// anyHere: somebody of the team is present.
func (r *Room) anyHere(ctx context.Context, team helpdesk.ID) (bool, error) {
	present, err := r.presentIDs(ctx)
	if err != nil || len(present) == 0 {
		return false, err
	}
	members, err := r.staff.Members(ctx, team)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(members, func(u staff.User) bool { return slices.Contains(present, u.ID) }), nil
}

// onCall are the addresses that hear of somebody who must travel.
func (r *Room) onCall(ctx context.Context, f tickets.Facts) ([]string, error) {
	if !f.Urgent {
		return nil, nil
	}
	return r.office.OnCall(ctx)
}

// mayTalk: the doors are open and the queue is not too long. A child is taken
// by any open chat.
func (r *Room) mayTalk(ctx context.Context, f tickets.Facts, wants bool) (bool, error) {
	if !wants {
		return false, nil
	}
	door, err := r.Door(ctx, f.Whose())
	if err != nil || door.State != hours.Open {
		return false, err
	}
	crowded, err := r.Crowded(ctx, f)
	return !crowded, err
}

// callOut tells who is on call, at most once in a few minutes: whoever signs in
// sees all who wait, and a flood of alarms would be none.
func (r *Room) callOut(ctx context.Context, tx *store.Tx, addresses []string) error {
	now := r.now()
	n, err := tx.Exec(ctx, claimCall, now.UnixMicro(), now.Add(-callEvery).UnixMicro())
	if err != nil || n == 0 {
		return err
	}
	return r.bell.OnCall(ctx, tx, addresses)
}

const callEvery = 3 * time.Minute

// startsKept is how long a first form is known again.
const startsKept = 48 * time.Hour
