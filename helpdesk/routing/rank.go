package routing

import (
	"slices"
	"time"

	"returnsupport/helpdesk"
)

// standing is how one member of the chosen team stands to a ticket.
type standing struct {
	who   *Counsellor
	score uint64
	here  bool // could begin now
}

// ranking is who of a team could take a ticket, best first.
type ranking struct {
	top      [CandidatesMost]standing
	n        int // of top
	here     int // who fit and could begin now
	room     int // of those, who have room for one more
	speakers int // who fit and speak the language, here or later
}

// The parts of a score, most important first.
const (
	scoreFirst   = 1 << 62 // room, as who has too much already keeps nobody's dates
	scoreSecond  = 1 << 61 // here; of what is urgent, the first
	scoreSpeaks  = 1 << 60
	scorePresent = 1 << 59
	scoreTopic   = 1 << 58 // knows the topic by a skill of that name
	scoreLoad    = 1<<32 - 1
)

// best ranks a team's members and counts what a wish costs.
func (s *Switchboard) best(team int, f *Facts, h *heard, w *WishWait) ranking {
	var r ranking
	w.Wished = f.Wish != "" || f.NotOwnCommunity
	for _, i := range s.members[team] {
		c := &s.house.Counsellors[i]
		if skill := missing(c, h.skills); skill != "" {
			continue
		}
		fits, now := unmet(c, f) == "", !c.out() && here(c, f)
		if w.Wished {
			w.count(c, fits, now)
		}
		if fits && !c.out() {
			r.add(c, now, f)
		}
	}
	if w.Here > 0 {
		w.Next = time.Time{}
	}
	return r
}

func (w *WishWait) count(c *Counsellor, fits, now bool) {
	switch {
	case fits && now:
		w.Suit++
		w.Here++
		w.Others++
	case fits:
		w.Suit++
		if !c.Next.IsZero() && (w.Next.IsZero() || c.Next.Before(w.Next)) {
			w.Next = c.Next
		}
	case now:
		w.Others++
	}
}

func (r *ranking) add(c *Counsellor, now bool, f *Facts) {
	room, speaks := !c.full(), f.Language != "" && slices.Contains(c.Languages, f.Language)
	if now {
		r.here++
		if room {
			r.room++
		}
	}
	if speaks {
		r.speakers++
	}
	score := uint64(scoreLoad - min(max(c.Open, 0), scoreLoad))
	first, second := room, now
	if f.Urgent {
		first, second = now, room
	}
	for _, part := range [...]struct {
		holds bool
		worth uint64
	}{
		{first, scoreFirst}, {second, scoreSecond}, {speaks, scoreSpeaks}, {c.Present, scorePresent},
		{f.Topic != "" && slices.Contains(c.Skills, f.Topic), scoreTopic},
	} {
		if part.holds {
			score += part.worth
		}
	}
	at := r.n
	for at > 0 && r.top[at-1].score < score { // who comes first in the list stays before their equals
		at--
	}
	if at == len(r.top) {
		return
	}
	r.n = min(r.n+1, len(r.top))
	copy(r.top[at+1:r.n], r.top[at:])
	r.top[at] = standing{c, score, now}
}

func (r *ranking) ids() []helpdesk.ID {
	ids := make([]helpdesk.ID, r.n)
	for i := range ids {
		ids[i] = r.top[i].who.ID
	}
	return ids
}

// owner is the best one who can begin now and has room; for what is urgent
// somebody's too much is better than nobody.
func (r *ranking) owner(f *Facts, own []Reason) (*Counsellor, []Reason) {
	switch {
	case r.n == 0:
		return nil, append(own, why("nobody_fits"))
	case r.here == 0:
		return nil, append(own, why("nobody_here"))
	case r.room == 0 && !f.Urgent:
		return nil, append(own, why("all_full", r.here))
	}
	first := &r.top[0]
	switch second := &r.top[min(1, r.n-1)]; {
	case r.here == 1:
		own = append(own, why("only_one"))
	case first.score&^scoreLoad != second.score&^scoreLoad: // another reason decided
	case first.who.Open < second.who.Open:
		own = append(own, why("fewest_open", first.who.Open))
	default:
		own = append(own, why("alike"))
	}
	if first.who.full() {
		own = append(own, why("full", first.who.Open))
	}
	return first.who, own
}
