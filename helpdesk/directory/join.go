package directory

import (
	"maps"
	"slices"
	"strings"

	"returnsupport/helpdesk"
)

// under lists what names a record and is in a map of one kind, in order of ids.
func under[T any](x *index, all map[helpdesk.ID]T, id helpdesk.ID) []helpdesk.ID {
	var out []helpdesk.ID
	for _, kid := range x.kids[id] {
		if _, ok := all[kid]; ok {
			out = append(out, kid)
		}
	}
	slices.Sort(out)
	return out
}

// join makes a service's entry anew from the rows, or takes it away.
func (x *index) join(id helpdesk.ID) {
	s, ok := x.services[id]
	o, known := x.organisations[s.organisation]
	if !ok || !known {
		x.leave(id) // it, or its organisation, is gone
		return
	}
	v, vetted := x.vettings[s.organisation]
	if !vetted {
		v = unvetted(s.organisation)
	}
	e := &entry{id: id, service: s, by: o.name, vetting: v, audiences: slices.Clone(v.Audiences), languages: slices.Clone(v.Languages)}
	e.hours, e.hoursUncertain = x.hours(id)
	x.speak(e, id)
	for _, meeting := range under(x, x.meetings, id) {
		where := x.meetings[meeting].location
		l, ok := x.locations[where]
		if !ok {
			continue
		}
		at := spot{location: where, name: l.name, at: l.at}
		for _, a := range under(x, x.addresses, where) {
			if at.city == "" {
				at.city = x.addresses[a]
			}
		}
		// The nearer to service and place it stands, the more a schedule counts.
		for _, of := range []helpdesk.ID{meeting, id, where} {
			if at.hours, at.hoursUncertain = x.hours(of); len(at.hours) > 0 || at.hoursUncertain {
				break
			}
		}
		x.speak(e, where)
		e.spots = append(e.spots, at)
	}
	e.strong, e.weak = s.strong, slices.Concat(o.words, s.weak)
	for _, of := range []helpdesk.ID{id, s.organisation} {
		for _, a := range under(x, x.attributes, of) {
			x.about(e, x.terms[x.attributes[a]])
		}
	}
	slices.Sort(e.languages)
	e.languages = slices.Compact(e.languages)
	x.enter(e)
}

// enter puts an entry into its slot.
func (x *index) enter(e *entry) {
	s := slot{entry: e, hidden: e.service.status == "inactive" || e.service.status == "defunct"}
	for _, tag := range e.languages {
		bit, known := x.tongues[tag]
		if !known {
			bit = min(uint(len(x.tongues)), manyTongues)
			x.tongues[strings.Clone(tag)] = bit
		}
		s.languages |= 1 << bit
	}
	if i, there := x.slot[e.id]; there {
		x.slots[i] = s
		return
	}
	x.slot[e.id] = len(x.slots)
	x.slots = append(x.slots, s)
}

// leave takes an entry out; the last one moves into its slot.
func (x *index) leave(id helpdesk.ID) {
	i, there := x.slot[id]
	if !there {
		return
	}
	last := len(x.slots) - 1
	x.slots[i] = x.slots[last]
	x.slot[x.slots[i].id] = i
	x.slots[last] = slot{}
	x.slots = x.slots[:last]
	delete(x.slot, id)
}

// sort brings new words to their places among the others.
func (x *index) sort() {
	if len(x.sorted) == len(x.vocabulary) {
		return
	}
	x.sorted = slices.AppendSeq(x.sorted[:0], maps.Keys(x.vocabulary))
	slices.Sort(x.sorted)
}

// about adds a topic's name and code to what an entry is found by.
func (x *index) about(e *entry, term []string) {
	for _, t := range term {
		e.strong = slices.Concat(e.strong, x.words(t))
		if slices.Contains(Audiences, t) && !slices.Contains(e.audiences, t) {
			e.audiences = append(e.audiences, t)
		}
	}
}

func (x *index) hours(of helpdesk.ID) (all []timing, uncertain bool) {
	for _, id := range under(x, x.schedules, of) {
		if s := x.schedules[id]; s.readable {
			all = append(all, s.timing)
		} else {
			uncertain = true
		}
	}
	return all, uncertain
}

func (x *index) speak(e *entry, of helpdesk.ID) {
	for _, id := range under(x, x.languages, of) {
		if tag := x.languages[id]; tag != "" {
			e.languages = append(e.languages, tag)
		}
	}
}
