package hours

import (
	"strings"

	"returnsupport/helpdesk"
)

// ReadExceptions reads one exception a row:
//
//	2026-12-23 chat_everyone 10:00-12:00 training
//	2026-12-22..2026-12-24 all closed event
//
// Two exceptions of one line on one date are refused; one for all lines may
// stand beside one of the line's own, which goes before it.
func ReadExceptions(text string) ([]Exception, error) {
	all, err := rows(text)
	if err != nil {
		return nil, err
	}
	var list []Exception
	for _, r := range all {
		e, err := r.exception()
		if err != nil {
			return nil, err
		}
		for _, o := range list {
			if o.Line == e.Line && !e.To.Before(o.From) && !o.To.Before(e.From) {
				return nil, r.refuse("twice")
			}
		}
		if len(list) == maxEntries {
			return nil, r.refuse("too_many")
		}
		list = append(list, e)
	}
	return list, nil
}

func (r row) exception() (Exception, error) {
	if len(r.words) < 4 {
		return Exception{}, r.refuse("exception")
	}
	from, to, ok := readDates(r.words[0])
	if !ok {
		return Exception{}, r.refuse("date")
	}
	e := Exception{From: from, To: to, Line: r.words[1]}
	if e.Line == everyLine {
		e.Line = ""
	} else if !key(e.Line) {
		return Exception{}, r.refuse("line")
	}
	at, rest, err := r.intervals(r.words[2:])
	if err != nil {
		return Exception{}, err
	}
	if len(at) == 0 {
		if rest[0] != string(Closed) {
			return Exception{}, r.refuse("interval")
		}
		rest = rest[1:]
	}
	if len(rest) != 1 || !isReason(rest[0]) {
		return Exception{}, r.refuse("reason")
	}
	e.At, e.Reason = at, rest[0]
	return e, nil
}

// WriteExceptions makes the text that ReadExceptions reads back.
func WriteExceptions(list []Exception) string {
	var b strings.Builder
	for _, e := range list {
		line := e.Line
		if line == "" {
			line = everyLine
		}
		b.WriteString(writeDates(e.From, e.To) + " " + line)
		if len(e.At) == 0 {
			b.WriteString(" " + string(Closed))
		}
		writeIntervals(&b, e.At)
		b.WriteString(" " + e.Reason + "\n")
	}
	return b.String()
}

// ReadRoster reads one shift or absence a row; ID is a counsellor's.
//
//	shift ID chat_everyone mon,wed 10:00-13:00 from 2026-01-01 to 2026-06-30
//	shift ID chat_detained 2026-11-23 18:00-21:00
//	absent ID 2026-12-01..2026-12-07
//	absent ID 2026-12-09 10:00-12:00
func ReadRoster(text string) (Roster, error) {
	all, err := rows(text)
	if err != nil {
		return Roster{}, err
	}
	var list Roster
	for _, r := range all {
		if len(r.words) < 3 {
			return Roster{}, r.refuse("word")
		}
		id, err := helpdesk.ParseID(r.words[1])
		if err != nil {
			return Roster{}, r.refuse("who")
		}
		switch r.words[0] {
		case "shift":
			s, err := r.shift(id)
			if err != nil {
				return Roster{}, err
			}
			list.Shifts = append(list.Shifts, s)
		case "absent":
			a, err := r.absence(id)
			if err != nil {
				return Roster{}, err
			}
			list.Absences = append(list.Absences, a)
		default:
			return Roster{}, r.refuse("word")
		}
		if max(len(list.Shifts), len(list.Absences)) > maxEntries {
			return Roster{}, r.refuse("too_many")
		}
	}
	return list, nil
}

func (r row) shift(who helpdesk.ID) (Shift, error) {
	if len(r.words) < 5 {
		return Shift{}, r.refuse("interval")
	}
	s := Shift{Who: who, Line: r.words[2]}
	if !key(s.Line) {
		return Shift{}, r.refuse("line")
	}
	if from, to, ok := readDates(r.words[3]); ok {
		at, rest, err := r.intervals(r.words[4:])
		if err != nil {
			return Shift{}, err
		}
		if len(at) == 0 || len(rest) > 0 {
			return Shift{}, r.refuse("interval")
		}
		s.From, s.To, s.At = from, to, at
		return s, nil
	}
	rule, err := r.rule(r.words[3:])
	s.Days, s.At, s.From, s.To = rule.Days, rule.At, rule.From, rule.To
	return s, err
}

func (r row) absence(who helpdesk.ID) (Absence, error) {
	from, to, ok := readDates(r.words[2])
	if !ok {
		return Absence{}, r.refuse("date")
	}
	at, rest, err := r.intervals(r.words[3:])
	if err != nil {
		return Absence{}, err
	}
	if len(rest) > 0 {
		return Absence{}, r.refuse("word")
	}
	return Absence{Who: who, From: from, To: to, At: at}, nil
}

// WriteRoster makes the text that ReadRoster reads back.
func WriteRoster(list Roster) string {
	var b strings.Builder
	for _, s := range list.Shifts {
		b.WriteString("shift " + string(s.Who) + " " + s.Line + " ")
		if s.Days == 0 {
			b.WriteString(writeDates(s.From, s.To))
			writeIntervals(&b, s.At)
		} else {
			b.WriteString(s.Days.String())
			writeIntervals(&b, s.At)
			writeLimits(&b, s.From, s.To)
		}
		b.WriteString("\n")
	}
	for _, a := range list.Absences {
		b.WriteString("absent " + string(a.Who) + " " + writeDates(a.From, a.To))
		writeIntervals(&b, a.At)
		b.WriteString("\n")
	}
	return b.String()
}
