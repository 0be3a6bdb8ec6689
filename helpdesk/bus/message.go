package bus

import (
	"strconv"
	"strings"

	"returnsupport/helpdesk"
)

// What one process tells the others. On the wire a note is one line of words
// parted by single blanks:
//
//	1 ORIGIN ring TOPIC SUBJECT NUMBER     an event; SUBJECT may be "-"
//	1 ORIGIN alive                         every second
//	1 ORIGIN missed                        events of mine were lost: ask the store
//	1 ORIGIN bye                           I end in order
//
// ORIGIN names the process for as long as it runs. A release that speaks
// otherwise begins with another number, which older ones ignore.
type note struct {
	origin helpdesk.ID
	kind   kind
	event  Event // of a ring
}

type kind string

const (
	ringing kind = "ring"
	alive   kind = "alive"
	missed  kind = "missed"
	bye     kind = "bye"
)

const (
	release  = "1"
	noteMost = 128 // bytes; the longest ring has 115
	nobody   = "-"
)

func (n note) encode() string {
	words := []string{release, string(n.origin), string(n.kind)}
	if n.kind == ringing {
		subject := string(n.event.Subject)
		if subject == "" {
			subject = nobody
		}
		words = append(words, string(n.event.Topic), subject, strconv.FormatInt(n.event.Number, 10))
	}
	return strings.Join(words, " ")
}

// decode accepts exactly what encode makes: anybody who reaches Redis may
// write on the channel.
func decode(line string) (note, bool) {
	if len(line) > noteMost {
		return note{}, false
	}
	words := strings.Split(line, " ")
	if len(words) < 3 || words[0] != release {
		return note{}, false
	}
	origin, err := helpdesk.ParseID(words[1])
	if err != nil {
		return note{}, false
	}
	n := note{origin: origin, kind: kind(words[2])}
	switch {
	case n.kind == ringing && len(words) == 6:
		n.event = Event{Topic: Topic(words[3])}
		if words[4] != nobody {
			n.event.Subject = helpdesk.ID(words[4])
		}
		if n.event.Number, err = strconv.ParseInt(words[5], 10, 64); err != nil || !n.event.nameable() {
			return note{}, false
		}
	case (n.kind == alive || n.kind == missed || n.kind == bye) && len(words) == 3:
	default:
		return note{}, false
	}
	// One spelling each: "+7" and an empty subject are nobody's.
	return n, n.encode() == line
}
