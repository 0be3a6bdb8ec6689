package routing

import (
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
)

// Profile is what the office knows about a counsellor. Only the id shows in
// logs: which community somebody belongs to is theirs to say.
type Profile struct {
	Who         helpdesk.ID
	Languages   []string
	Skills      []string
	Gender      Gender
	Communities []string
	Capacity    int         // open tickets before new ones go to others; 0: no limit
	Substitute  helpdesk.ID // when away; "" for nobody named
	Notify      Notify
}

// LogValue keeps everything but the id out of logs.
func (p Profile) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", string(p.Who)), slog.String("profile", "[sealed]"))
}

// Notify says when notices may reach a counsellor outside the house. The zero
// value is always.
type Notify struct {
	Never bool
	Quiet hours.Interval // of each day; zero: none
}

// At tells whether a notice may go at a time of day.
func (n Notify) At(c hours.Clock) bool {
	q := n.Quiet
	switch {
	case n.Never:
		return false
	case q == (hours.Interval{}):
		return true
	case q.From < q.To:
		return c < q.From || c >= q.To
	}
	return c >= q.To && c < q.From
}

// String is always, never or quiet 20:00-07:00.
func (n Notify) String() string {
	switch {
	case n.Never:
		return "never"
	case n.Quiet != (hours.Interval{}):
		return "quiet " + n.Quiet.String()
	}
	return "always"
}

func readNotify(s string) (Notify, bool) {
	switch s {
	case "", "always":
		return Notify{}, true
	case "never":
		return Notify{Never: true}, true
	}
	words := strings.Fields(s)
	if len(words) != 2 || words[0] != "quiet" {
		return Notify{}, false
	}
	i, ok := hours.ParseInterval(words[1])
	return Notify{Quiet: i}, ok
}

// ReadProfiles reads one counsellor a row; what is missing at the end, or is
// -, is not known:
//
//	ID | prs, fa | lawyer | woman | prs | 25 | ID of the substitute | quiet 20:00-07:00
func ReadProfiles(text string) ([]Profile, error) {
	all, err := rows(text)
	if err != nil {
		return nil, err
	}
	var list []Profile
	for _, r := range all {
		p, err := r.profile()
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(list, func(o Profile) bool { return o.Who == p.Who }) {
			return nil, r.refuse("twice")
		}
		list = append(list, p)
	}
	return list, nil
}

func (r row) profile() (p Profile, err error) {
	cell, err := r.cells(2, 8)
	if err != nil {
		return p, err
	}
	if p.Who, err = r.id(cell[0]); err != nil {
		return p, err
	}
	if p.Languages, err = r.list(cell[1], tag, "language"); err != nil {
		return p, err
	}
	if p.Skills, err = r.list(cell[2], key, "key"); err != nil {
		return p, err
	}
	if p.Gender = Gender(cell[3]); p.Gender != "" && p.Gender != Woman && p.Gender != Man {
		return p, r.refuse("gender")
	}
	if p.Communities, err = r.list(cell[4], key, "key"); err != nil {
		return p, err
	}
	if cell[5] != "" {
		var ok bool
		if p.Capacity, ok = number(cell[5], 1, 500); !ok {
			return p, r.refuse("capacity")
		}
	}
	if p.Substitute, err = r.idOrNone(cell[6]); err != nil {
		return p, err
	}
	if p.Substitute == p.Who {
		return p, r.refuse("substitute")
	}
	var ok bool
	if p.Notify, ok = readNotify(cell[7]); !ok {
		return p, r.refuse("notify")
	}
	return p, nil
}

// WriteProfiles makes the text that ReadProfiles reads back.
func WriteProfiles(list []Profile) string {
	var b strings.Builder
	for _, p := range list {
		capacity := ""
		if p.Capacity > 0 {
			capacity = strconv.Itoa(p.Capacity)
		}
		writeRow(&b, string(p.Who), strings.Join(p.Languages, ", "), strings.Join(p.Skills, ", "), string(p.Gender),
			strings.Join(p.Communities, ", "), capacity, string(p.Substitute), p.Notify.String())
	}
	return b.String()
}

func writeRow(b *strings.Builder, cells ...string) {
	for i, c := range cells {
		if i > 0 {
			b.WriteString(" | ")
		}
		b.WriteString(orNothing(c))
	}
	b.WriteString("\n")
}
