package main

import (
	"slices"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/routing"
)

// year is one year lived, minute by minute.
type year struct {
	*service
	all, done []*contact
	tries     map[int][]*contact // talks to be tried, by minute
	lines     map[string][]*contact
	letters   map[helpdesk.ID][]*contact // by team, most urgent first, then longest waiting
	mine      map[helpdesk.ID][]*contact // by owner, the same
	desks     []weekDesk
	staffNow  []routing.Counsellor // as they stand today
	queue     []int                // letters that wait at the end of each day
	left      int                  // talks that became letters
	lost      int                  // who never found a line open
	waiting   int                  // letters
}

// weekDesk is what a counsellor has before them.
type weekDesk struct {
	letter *contact
	talks  []*contact
}

func (y *year) live(all []*contact) {
	y.all = all
	y.tries, y.lines = map[int][]*contact{}, map[string][]*contact{}
	y.letters, y.mine = map[helpdesk.ID][]*contact{}, map[helpdesk.ID][]*contact{}
	y.desks = make([]weekDesk, len(y.staff))
	next := 0
	for m := range minutes {
		if m%(24*60) == 0 {
			y.morning(m)
		}
		for next < len(all) && all[next].asked <= m {
			if c := all[next]; c.letter {
				c.promised = y.promise(m)
				y.receive(c)
			} else {
				y.try(c, m)
			}
			next++
		}
		for _, c := range y.tries[m] {
			y.try(c, m)
		}
		delete(y.tries, m)
		y.impatient(m)
		for who := range y.desks {
			y.work(who, m)
		}
		if m%(24*60) == 24*60-1 {
			y.queue = append(y.queue, y.waiting)
		}
	}
}

// morning looks who is on leave today.
func (y *year) morning(m int) {
	h := y.parts.House(y.teams, y.staff, y.plan, y.time(m+12*60))
	y.staffNow = h.Counsellors
}

// receive routes a letter into a queue.
func (y *year) receive(c *contact) {
	for i := range y.staffNow {
		who := &y.staffNow[i]
		who.Open = len(y.mine[who.ID])
		who.OnRoster = y.on["mail"][i][c.now()]
		who.Present = who.OnRoster
	}
	choice := y.board.Now(y.staffNow).Decide(c.facts)
	c.facts.Team, c.facts.Skills, c.priority, c.owner = choice.Team, choice.Skills, choice.Priority, choice.Owner
	y.waiting++
	if c.owner != "" {
		y.mine[c.owner] = insert(y.mine[c.owner], c)
		return
	}
	y.letters[choice.Team] = insert(y.letters[choice.Team], c)
}

// now is the minute at which it came to us as a letter.
func (c *contact) now() int { return max(c.asked, c.since) }

func insert(queue []*contact, c *contact) []*contact {
	at, _ := slices.BinarySearchFunc(queue, c, func(a, b *contact) int {
		if a.priority != b.priority {
			return b.priority - a.priority
		}
		if a.asked <= b.asked {
			return -1
		}
		return 1
	})
	return slices.Insert(queue, at, c)
}

// try puts somebody who wants to talk in a line's queue, or has them come back
// when one is open.
func (y *year) try(c *contact, m int) {
	line, at, ok := y.nextTalk(c, m)
	switch {
	case !ok:
		y.lost++
	case at > m:
		y.tries[at] = append(y.tries[at], c)
	default:
		c.line, c.since, c.promised = line, m, m+patience
		y.lines[line] = append(y.lines[line], c)
	}
}

// impatient makes letters of talks that nobody took in time, or whose line has
// closed. What was asked is not lost, but a promise is.
func (y *year) impatient(m int) {
	for _, line := range liveLines {
		y.lines[line] = slices.DeleteFunc(y.lines[line], func(c *contact) bool {
			if m-c.since < patience && int(y.opens[line][m]) == m {
				return false
			}
			y.left++
			c.letter, c.since = true, m
			y.receive(c)
			return true
		})
	}
}

// work is one minute at one desk.
func (y *year) work(who, m int) {
	d := &y.desks[who]
	d.talks = slices.DeleteFunc(d.talks, func(c *contact) bool { c.work--; return c.work <= 0 })
	for _, line := range liveLines {
		if y.on[line][who][m] {
			y.answer(who, m, line)
		}
	}
	if len(d.talks) > 0 || !y.on["mail"][who][m] && !y.on["chat_detained"][who][m] {
		return
	}
	if d.letter == nil {
		d.letter = y.takeNext(who, m)
	}
	if c := d.letter; c != nil {
		if c.work--; c.work <= 0 {
			c.answered, d.letter = m+1, nil
			y.done = append(y.done, c)
			y.waiting--
		}
	}
}

// answer takes whoever waits longest on a line and may be taken: calls one at a
// time, chats a few.
func (y *year) answer(who, m int, line string) {
	d := &y.desks[who]
	for i := 0; i < len(y.lines[line]); i++ {
		c := y.lines[line][i]
		phone := line == "advice_phone" || line == "general_line"
		if len(d.talks) >= chatsAtOnce || len(d.talks) > 0 && (phone || d.talks[0].facts.Channel != c.facts.Channel) {
			return
		}
		if !y.suits(who, c, false) {
			continue
		}
		y.lines[line] = slices.Delete(y.lines[line], i, i+1)
		i--
		c.answered = m
		y.done = append(y.done, c)
		d.talks = append(d.talks, c)
	}
}

// longAlone is after how many minutes a letter of somebody else's is anybody's.
const longAlone = 2 * 24 * 60

// takeNext is the counsellor's own letters, then their teams', then what lies
// too long with a colleague.
func (y *year) takeNext(who, m int) *contact {
	me := &y.staffNow[who]
	if mine := y.mine[me.ID]; len(mine) > 0 {
		y.mine[me.ID] = mine[1:]
		return mine[0]
	}
	for _, team := range me.Teams {
		for i, c := range y.letters[team] {
			if y.suits(who, c, true) {
				y.letters[team] = slices.Delete(y.letters[team], i, i+1)
				return c
			}
		}
	}
	for i := range y.staffNow {
		id := y.staffNow[i].ID
		for k, c := range y.mine[id] {
			if m-c.now() > longAlone && y.suits(who, c, true) {
				y.mine[id] = slices.Delete(y.mine[id], k, k+1)
				return c
			}
		}
	}
	return nil
}

// suits asks routing; on a line, the roster says who belongs there, and the
// wishes remain.
func (y *year) suits(who int, c *contact, ofTeam bool) bool {
	f := c.facts
	if !ofTeam {
		f.Team = ""
	}
	ok, _ := routing.Suits(y.staffNow[who], f)
	return ok
}
