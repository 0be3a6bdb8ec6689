package routing

import (
	"time"

	"returnsupport/helpdesk/hours"
)

// point is a ticket's facts in the form shapes are asked with.
type point struct {
	mask   uint64
	opens  [opens]string
	waited time.Duration
}

func (s *shape) holds(p *point) bool {
	if s.mask&p.mask != p.mask || p.waited < s.over || s.under > 0 && p.waited >= s.under {
		return false
	}
	for i := range s.sets {
		if o := &s.sets[i]; !(o.not && o.values == nil) && !o.has(p.opens[i]) {
			return false
		}
	}
	return true
}

// pointOf is where facts lie. A topic the house does not know is none.
func (s *Switchboard) pointOf(f *Facts) point {
	p := point{opens: [opens]string{string(f.Mailbox), string(f.Team), f.Language, f.Topic}, waited: f.Waited}
	if _, known := s.topics[f.Topic]; !known {
		p.opens[openTopic] = ""
	}
	audience := f.Audience
	if audience == "" {
		audience = hours.Everyone
	}
	for i, value := range [...]string{
		orNone(string(f.Channel)), string(audience), orNone(string(f.Wish)), said(f.Urgent), said(f.child()), said(f.Earlier != ""),
		said(f.NotOwnCommunity), said(f.Interpreter), said(!f.OutOfHours),
	} {
		bit := fields[i].bit(value)
		if bit == 0 { // a value nobody foresaw is the field's plainest
			bit = fields[i].plainest()
		}
		p.mask |= bit
	}
	return p
}

// plainest is what a value nobody foresaw counts as.
func (f field) plainest() uint64 {
	if bit := f.bit(none); bit != 0 {
		return bit
	}
	return 1 << f.shift
}

func orNone(s string) string {
	if s == "" {
		return none
	}
	return s
}

func said(b bool) string {
	if b {
		return yes
	}
	return no
}
