package workspace

import (
	"errors"
	"slices"
	"strings"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/routing"
	"returnsupport/helpdesk/tickets"
)

// next gives the most urgent thing there is: it sits the counsellor down with
// somebody who waits in the chat, or makes the next ticket theirs and opens it.
// A person's wishes are musts.
func (d *desk) next(v *frontend.Visit) error {
	var team helpdesk.ID
	if chosen := v.Form.Value("team"); chosen != "" {
		var err error
		if team, err = helpdesk.ParseID(chosen); err != nil {
			return err
		}
	}
	board, err := d.Chat.Router().Now(v.Context)
	if err != nil {
		return err
	}
	id, err := d.takeNext(v, board, asker(v, board), team)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return v.Go(told("/w/queue?q="+string(tickets.QueueUnassigned), "nonext"))
	}
	if err != nil {
		return err
	}
	return v.Go(told(ticketPath(id), "next"))
}

func (d *desk) takeNext(v *frontend.Visit, board *tickets.Board, me routing.Counsellor, team helpdesk.ID) (helpdesk.ID, error) {
	talks, waits, err := d.waitingTalks(v, board, me, team)
	if err != nil {
		return "", err
	}
	least := 0 // how urgent a ticket must be at least
	take := func() (helpdesk.ID, error) {
		return d.Tickets.TakeNext(v.Context, v.Session, team, func(t tickets.Ticket, h tickets.Head) bool {
			return t.Priority >= least && !waits[t.ID] && board.Suits(me, board.Facts(t, h.Facts))
		})
	}
	graver, err := d.graver(v, team, talks)
	if err != nil {
		return "", err
	}
	if graver {
		least = talks[0].Priority + 1
		if id, err := take(); !errors.Is(err, helpdesk.ErrNotFound) {
			return id, err
		}
		least = 0
	}
	id, none := d.sitNext(v, talks)
	var alone helpdesk.Refusal
	if none == nil || !errors.Is(none, helpdesk.ErrNotFound) && !errors.As(none, &alone) {
		return id, none
	}
	// Who must not talk alone at this hour can still answer letters.
	if id, err = take(); errors.Is(err, helpdesk.ErrNotFound) {
		return "", none
	}
	return id, err
}

// asker is the session's counsellor as the house knows them. Who asks for work
// is at work, whatever their leave says.
func asker(v *frontend.Visit, board *tickets.Board) routing.Counsellor {
	me, ok := board.Counsellor(v.Session.User.ID)
	if !ok {
		me = routing.Counsellor{ID: v.Session.User.ID}
	}
	me.Away, me.Present, me.Teams = false, true, nil
	for _, t := range v.Session.Teams() {
		me.Teams = append(me.Teams, t.ID)
	}
	return me
}

// taken says why somebody was given this ticket, after "take next": what is so
// now, and not what was so when it came.
func (d *desk) taken(v *frontend.Visit, s *showing) (*Question, error) {
	if v.Query("said") != "next" || s.sheet.Ticket.Owner != v.Session.User.ID && !s.sitting.live() {
		return nil, nil
	}
	board, err := d.Chat.Router().Now(v.Context)
	if err != nil {
		return nil, err
	}
	known, err := d.Tickets.Knowing(v.Context, v.Session, s.sheet.Ticket)
	if err != nil {
		return nil, err
	}
	f := board.Facts(s.sheet.Ticket, s.sheet.Head.Facts)
	f.Earlier = board.Earlier(s.sheet.Ticket, known)
	var because []routing.Reason
	if s.sitting.live() {
		because = append(because, routing.Reason{Key: "next.waits"})
	}
	choice := board.Decide(f)
	for _, r := range choice.Reasons {
		switch key := strings.TrimPrefix(r.Key, whyKey); {
		case slices.Contains(ofTheTicket, key), choice.Owner == v.Session.User.ID && slices.Contains(ofTheOwner, key):
			because = append(because, r)
		}
	}
	if f.Earlier == v.Session.User.ID {
		because = append(because, routing.Reason{Key: "next.known"})
	}
	words, err := d.reasons(v, s.Words, because)
	if err != nil {
		return nil, err
	}
	if len(words) == 0 {
		words = []string{s.Say("next.longest")}
	}
	return &Question{Words: s.Words, Kind: "ok", Text: s.Say("next.taken"), More: strings.Join(words, " · ")}, nil
}

const whyKey = "routing.why."

// The reasons that say something of a ticket, and those that say why it is
// somebody's. The others tell how things stood at a moment that is over.
var (
	ofTheTicket = strings.Fields(`child child_first child_no_line community detained interpreter interpreter_wished language man
		rule_priority skill topic topic_no_team travels urgent woman`)
	ofTheOwner = strings.Fields("fewest_open rule_owner substitute")
)

// came says in chips how the ticket came to its team and its owner.
func (d *desk) came(v *frontend.Visit, s *showing) ([]frontend.Chip, error) {
	var shown []routing.Reason
	for _, b := range s.sheet.Head.Facts.Why {
		key := strings.TrimPrefix(b.Key, whyKey)
		if slices.Contains(ofTheTicket, key) || slices.Contains(ofTheOwner, key) || slices.Contains(ofTheWay, key) {
			shown = append(shown, b.Reason())
		}
	}
	words, err := d.reasons(v, s.Words, shown)
	if err != nil {
		return nil, err
	}
	if len(words) == 0 {
		return nil, nil
	}
	// Said aloud: what only shows under a mouse is not there on a phone.
	out := []frontend.Chip{{Icon: "arrow-right-left", Text: s.Say("next.came")}}
	for _, text := range words {
		out = append(out, frontend.Chip{Text: text})
	}
	return out, nil
}

// ofTheWay are the reasons for the team.
var ofTheWay = strings.Fields("fallback fallback_child fallback_wish known rule restricted wish_nobody")

// reasons says reasons in words, each once: ids become names, keys what the
// house calls them.
func (d *desk) reasons(v *frontend.Visit, w frontend.Words, all []routing.Reason) ([]string, error) {
	if len(all) == 0 {
		return nil, nil
	}
	var ids []helpdesk.ID
	for _, r := range all {
		for _, arg := range r.Args {
			if id, ok := arg.(helpdesk.ID); ok {
				ids = append(ids, id)
			}
		}
	}
	n := namer{Words: w, people: d.names(v, ids...)}
	var err error
	if n.teams, err = d.teamNames(v); err != nil {
		return nil, err
	}
	parts, err := d.Office.Routing(v.Context)
	if err != nil {
		return nil, err
	}
	n.topics = parts.Topics
	if n.skills, err = d.Office.Skills(v.Context); err != nil {
		return nil, err
	}
	var out []string
	for _, r := range all {
		if text := n.say(r); !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out, nil
}

// namer knows the names of what reasons speak of.
type namer struct {
	frontend.Words
	people, teams map[helpdesk.ID]string
	topics        []routing.Topic
	skills        []office.Term
}

func (n namer) say(r routing.Reason) string {
	args := make([]any, len(r.Args))
	for i, arg := range r.Args {
		switch a := arg.(type) {
		case helpdesk.ID:
			args[i] = firstOf(n.people[a], n.teams[a], n.Say("next.somebody"))
		case time.Time:
			args[i] = n.Near(a)
		case time.Duration:
			args[i] = n.Span(a)
		case string:
			args[i] = n.word(r.Key, a)
		default:
			args[i] = a
		}
	}
	return n.Say(r.Key, args...)
}

func (n namer) word(key, s string) string {
	switch strings.TrimPrefix(key, whyKey) {
	case "language", "language_later", "interpreter", "interpreter_wished":
		return languageName(n.Words, s)
	case "topic", "topic_no_team":
		for _, t := range n.topics {
			if t.Key == s {
				return topicIn(n.Words, t)
			}
		}
	case "skill", "skill_nobody", "not.skill":
		for _, t := range n.skills {
			if t.Key == s {
				return t.In(n.Lang)
			}
		}
	}
	return s
}

func topicIn(w frontend.Words, t routing.Topic) string {
	if w.Lang == "sv" {
		return firstOf(t.Swedish, t.English, t.Key)
	}
	return firstOf(t.English, t.Swedish, t.Key)
}
