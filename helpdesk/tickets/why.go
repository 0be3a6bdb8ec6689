package tickets

import (
	"log/slog"
	"strconv"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/routing"
)

// Because is one reason for where a ticket went, as it lies sealed in the head:
// what it says about a person is theirs, and whose desk it names is ours.
type Because struct {
	Key  string   `json:"key"`
	Args []string `json:"args,omitempty"` // each with a letter for its kind
}

// LogValue keeps content out of logs.
func (Because) LogValue() slog.Value { return sealedValue }

// becauseOf writes down the reasons of a choice.
func becauseOf(all []routing.Reason) []Because {
	var out []Because
	for _, r := range all {
		b := Because{Key: r.Key}
		for _, arg := range r.Args {
			switch a := arg.(type) {
			case helpdesk.ID:
				b.Args = append(b.Args, "i"+string(a))
			case int:
				b.Args = append(b.Args, "n"+strconv.Itoa(a))
			case time.Duration:
				b.Args = append(b.Args, "d"+a.String())
			case time.Time:
				b.Args = append(b.Args, "t"+a.Format(time.RFC3339))
			case string:
				b.Args = append(b.Args, "s"+a)
			}
		}
		out = append(out, b)
	}
	return out
}

// Reason is it as routing gave it; an argument that can't be read is a word.
func (b Because) Reason() routing.Reason {
	r := routing.Reason{Key: b.Key}
	for _, arg := range b.Args {
		if arg == "" {
			continue
		}
		kind, text := arg[0], arg[1:]
		var value any = text
		switch kind {
		case 'i':
			value = helpdesk.ID(text)
		case 'n':
			if n, err := strconv.Atoi(text); err == nil {
				value = n
			}
		case 'd':
			if d, err := time.ParseDuration(text); err == nil {
				value = d
			}
		case 't':
			if at, err := time.Parse(time.RFC3339, text); err == nil {
				value = at
			}
		}
		r.Args = append(r.Args, value)
	}
	return r
}
