package tickets

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/routing"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// boardKept is for how long a board is handed out again: who is in which team,
// and how much they have to do, is so old at most.
const boardKept = time.Second

// Router gathers what routing decides by: the office's rules, who works in
// which team, how much each of them has, and who is here. It stands in this
// room because letters, talks and pages all need it, and the load is counted
// here.
type Router struct {
	office *office.Office
	staff  *staff.Desk
	desk   *Desk
	here   func(context.Context) ([]helpdesk.ID, error)

	mu    sync.Mutex
	kept  *Board
	parts routing.Parts
}

// NewRouter makes one. here lists who is at their desk; nil where nobody can
// tell, and then the roster alone says who works.
func NewRouter(o *office.Office, s *staff.Desk, d *Desk, here func(context.Context) ([]helpdesk.ID, error)) *Router {
	return &Router{office: o, staff: s, desk: d, here: here}
}

// Board is the house as it stands at an instant, ready for decisions. It may be
// used from many goroutines.
type Board struct {
	at      time.Time
	plan    hours.Plan
	rules   *routing.Switchboard // without anybody's load
	now     *routing.Switchboard
	house   routing.House
	present []helpdesk.ID
}

// Now is the house as it stands now, at most a second old. A rule that changed
// is in it at once; what is made ready of the rules is kept while they stand.
func (r *Router) Now(ctx context.Context) (*Board, error) {
	parts, err := r.office.Routing(ctx)
	if err != nil {
		return nil, fmt.Errorf("route: %w", err)
	}
	b := &Board{at: r.desk.now()}
	if r.here != nil {
		// Always asked: who waits at the other end waits for somebody who is here.
		if b.present, err = r.here(ctx); err != nil {
			return nil, fmt.Errorf("route: %w", err)
		}
		slices.Sort(b.present)
	}
	r.mu.Lock()
	kept, same := r.kept, sameParts(r.parts, parts)
	r.mu.Unlock()
	if kept != nil && same && b.at.Sub(kept.at).Abs() < boardKept && slices.Equal(b.present, kept.present) {
		return kept, nil
	}
	if b.plan, err = r.office.Hours(ctx); err != nil {
		return nil, fmt.Errorf("route: %w", err)
	}
	teams, list, err := r.people(ctx)
	if err != nil {
		return nil, fmt.Errorf("route: %w", err)
	}
	for i := range list {
		list[i].Present = slices.Contains(b.present, list[i].ID)
	}
	b.house = parts.House(teams, list, b.plan, b.at)
	if kept != nil && same && slices.Equal(kept.house.Teams, b.house.Teams) {
		b.rules = kept.rules
	} else {
		b.rules = routing.Ready(b.house)
	}
	b.now = b.rules.Now(b.house.Counsellors)
	r.mu.Lock()
	r.kept, r.parts = b, parts
	r.mu.Unlock()
	return b, nil
}

// people are the teams, and everybody in them with what they have to do.
func (r *Router) people(ctx context.Context) ([]routing.Team, []routing.Counsellor, error) {
	all, err := r.staff.Teams(ctx)
	if err != nil {
		return nil, nil, err
	}
	open, err := r.desk.loads(ctx)
	if err != nil {
		return nil, nil, err
	}
	var teams []routing.Team
	var list []routing.Counsellor
	veiled := map[helpdesk.ID]int{}
	for _, t := range all {
		teams = append(teams, routing.Team{ID: t.ID, Restricted: t.Restricted})
		members, err := r.staff.Members(ctx, t.ID)
		if err != nil {
			return nil, nil, err
		}
		if t.Restricted {
			more, err := r.desk.veiledLoads(ctx, t.ID, members)
			if err != nil {
				return nil, nil, err
			}
			for who, n := range more {
				veiled[who] += n
			}
		}
		for _, m := range members {
			if m.State != staff.Active {
				continue
			}
			i := slices.IndexFunc(list, func(c routing.Counsellor) bool { return c.ID == m.ID })
			if i < 0 {
				list = append(list, routing.Counsellor{ID: m.ID, Open: open[m.ID]})
				i = len(list) - 1
			}
			list[i].Teams = append(list[i].Teams, t.ID)
		}
	}
	for i := range list {
		list[i].Open += blurred(veiled[list[i].ID])
	}
	return teams, list, nil
}

// sameParts: the office handed out the value it handed out before.
func sameParts(a, b routing.Parts) bool {
	return sameList(a.Rules, b.Rules) && sameList(a.Profiles, b.Profiles) && sameList(a.Leave, b.Leave) &&
		sameList(a.Topics, b.Topics) && sameList(a.Kinds, b.Kinds)
}

func sameList[T any](a, b []T) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// Counsellor is how somebody stands; false for who is in no team.
func (b *Board) Counsellor(id helpdesk.ID) (routing.Counsellor, bool) {
	for _, c := range b.house.Counsellors {
		if c.ID == id && !c.Gone {
			return c, true
		}
	}
	return routing.Counsellor{}, false
}

// Restricted tells whether a team is read by its members alone.
func (b *Board) Restricted(team helpdesk.ID) bool {
	return slices.ContainsFunc(b.house.Teams, func(t routing.Team) bool { return t.ID == team && t.Restricted })
}

// Topics are what tickets can be about.
func (b *Board) Topics() []routing.Topic { return b.house.Topics }

// Facts are what routing knows of an opened ticket.
func (b *Board) Facts(t Ticket, f Facts) routing.Facts {
	out := b.facts(t.Team, t.Channel, firstTag(f.Spoken, t.Language), f)
	if line, ok := b.plan.AnswerLine(out.Audience); ok && !t.WaitingSince.IsZero() {
		for _, s := range b.plan.Open(line.Key, t.WaitingSince, b.at) {
			out.Waited += s.To.Sub(s.From)
		}
	}
	return out
}

func (b *Board) facts(team helpdesk.ID, channel, language string, f Facts) routing.Facts {
	return routing.Facts{
		Channel: hours.Channel(channel), Team: team, Restricted: b.Restricted(team), Language: language,
		Interpreter: f.Interpreter, Audience: f.Whose(), Child: f.Child, Urgent: f.Urgent, Travels: f.travels(), Topic: f.Topic,
		Wish: routing.Gender(f.Wish), NotOwnCommunity: f.NotOwnCommunity,
	}
}

// Decide chooses for facts.
func (b *Board) Decide(f routing.Facts) routing.Choice { return b.now.Decide(f) }

// Suits tells whether a counsellor may take a ticket: the person's wishes, and
// what rules ask whoever takes it to know, are musts.
func (b *Board) Suits(c routing.Counsellor, f routing.Facts) bool {
	f.Skills = b.now.Decide(f).Skills
	ok, _ := routing.Suits(c, f)
	return ok
}

// Arrive routes a ticket that begins: team, priority and reasons are the
// choice's, and the owner too, who for a talk is only somebody meant by name.
// Whoever waits at the other end is taken by the first who is free. mailbox is
// that of a letter; known are those who had tickets of theirs, from KnownBy.
func (b *Board) Arrive(n *Opening, mailbox helpdesk.ID, known []Known) {
	channel := n.Channel
	if channel == "" {
		channel = string(hours.Mail)
	}
	f := b.facts(n.Team, channel, firstTag(n.Facts.Spoken, n.Language), n.Facts)
	f.Mailbox, f.Earlier = mailbox, b.earlier(known, n.Team)
	f.OutOfHours = b.plan.Door(f.Channel, f.Audience, b.at, b.present).State != hours.Open
	c := b.now.Decide(f)
	if c.Team == "" {
		return // a house without teams: the caller knows what to do, or fails
	}
	n.Team, n.Priority, n.Facts.Why = c.Team, max(n.Priority, c.Priority), becauseOf(c.Reasons)
	if channel == string(hours.Mail) || c.Because("routing.why.known") || c.Because("routing.why.rule_owner") || c.Because("routing.why.substitute") {
		n.Owner = c.Owner
	}
}

// Known is a colleague who had a ticket of somebody's, and in which team.
type Known struct{ Owner, Team helpdesk.ID }

// earlier is the latest of them. That a restricted team knows somebody is
// nobody's business but its own.
func (b *Board) earlier(known []Known, team helpdesk.ID) helpdesk.ID {
	for _, k := range known {
		if k.Team == team || !b.Restricted(k.Team) {
			return k.Owner
		}
	}
	return ""
}

// Earlier is the counsellor who knows the person of a ticket, "" for none.
func (b *Board) Earlier(t Ticket, known []Known) helpdesk.ID { return b.earlier(known, t.Team) }

// KnownBy lists who owned other tickets of a writer or a person, the latest
// first. Of an address that several use, or that was given up, nobody knows who
// writes.
func (d *Desk) KnownBy(ctx context.Context, r store.Reader, ticket, writer, person helpdesk.ID) ([]Known, error) {
	var out []Known
	if person != "" {
		var err error
		if out, err = d.known(ctx, r, out, selectKnownPerson+`$2`+knownOrder, ticket, person); err != nil {
			return nil, err
		}
	}
	if writer == "" {
		return out, nil
	}
	w, err := d.people.ByID(ctx, r, writer)
	if err != nil {
		return nil, fmt.Errorf("who knows writer %s: %w", writer, err)
	}
	given, err := d.people.Former(ctx, r, writer)
	if err != nil || w.Shared || w.New || given {
		return out, err
	}
	closed, err := d.restrictedTeams(ctx)
	if err != nil {
		return nil, err
	}
	names := d.aliases(writer, closed)
	return d.known(ctx, r, out, selectKnownWriter+store.Places(len(names), 2)+knownOrder, append([]any{ticket}, names...)...)
}

// Knowing is KnownBy for a ticket the session's teams have, but for itself;
// whose it is and whom it concerns is asked anew. For whom it was lent to it is
// empty. ErrNotFound for who does not read it.
func (d *Desk) Knowing(ctx context.Context, s *staff.Session, seen Ticket) ([]Known, error) {
	t, err := d.Facts(ctx, s, seen.ID)
	if err != nil {
		return nil, err
	}
	if !s.Member(t.Team) || !t.Proven {
		return []Known{}, nil
	}
	return d.KnownBy(ctx, d.db, t.ID, t.Writer, t.Person)
}

func (d *Desk) known(ctx context.Context, r store.Reader, out []Known, query string, args ...any) ([]Known, error) {
	rows, err := d.ticketRows(ctx, r, query, args...)
	if err != nil {
		return nil, fmt.Errorf("who knows them: %w", err)
	}
	for _, t := range rows {
		owner, err := d.ownerOf(ctx, t)
		if err != nil {
			return nil, err
		}
		if owner != "" {
			out = append(out, Known{Owner: owner, Team: t.team})
		}
	}
	return out, nil
}

// travels is the earliest journey that is still ahead.
func (f Facts) travels() time.Time {
	var first time.Time
	for _, d := range f.Dates {
		if d.Kind != DateTravel || !d.Open() {
			continue
		}
		at, err := time.ParseInLocation("2006-01-02 15:04", d.Day+" "+d.At, zone)
		if err != nil {
			if at, err = time.ParseInLocation(time.DateOnly, d.Day, zone); err != nil {
				continue
			}
		}
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	return first
}

// firstTag is the language of the first tag there is.
func firstTag(tags ...string) string {
	for _, t := range tags {
		if t, _, _ = strings.Cut(t, "-"); t != "" {
			return t
		}
	}
	return ""
}
