package consent

import (
	"context"
	"strings"
	"time"

	"returnsupport/helpdesk"
)

// Speaker says sentences in one language, as pages do.
type Speaker interface {
	Say(key string, args ...any) string
	Day(time.Time) string
	Country(code string) string
}

// Sentences are those in which a consent was asked for, with the names and the
// day filled in: as they were kept, or, in another language, the same ones of
// today. us is what we are called.
func (d *Door) Sentences(ctx context.Context, w Speaker, lang, us string, a Allowed) ([]Line, error) {
	shown, err := d.Notice(ctx, a.Notice)
	if err != nil {
		return nil, err
	}
	names, until := helpdesk.Isolated(us), ""
	if a.Purpose.To {
		names = Names(a.Terms)
	}
	if !a.Until.IsZero() {
		until = helpdesk.Isolated(w.Day(a.Until))
	}
	use := helpdesk.Isolated(a.Terms.Use)
	fill := strings.NewReplacer("{0}", names, "{1}", use, "{2}", until)
	for i, l := range shown.Lines {
		if shown.Language == lang {
			shown.Lines[i].Text = fill.Replace(l.Text)
		} else {
			shown.Lines[i].Text = w.Say(l.Key, names, use, until)
		}
	}
	return shown.Lines, nil
}

// Names are the recipients of a question, in one text.
func Names(t Terms) string {
	var all []string
	for _, r := range t.Recipients {
		all = append(all, helpdesk.Isolated(r.Name))
	}
	return strings.Join(all, ", ")
}

// Besides are what else is true of one question: where it goes, for how long they
// keep it, what they are told not to do, whom they tell.
func Besides(w Speaker, t Terms) []Line {
	var out []Line
	add := func(key string, args ...any) { out = append(out, Line{key, w.Say(key, args...)}) }
	var places []string
	for _, code := range t.Countries {
		if code == "SE" {
			places = append(places, w.Say("mine.sweden"))
		} else {
			places = append(places, helpdesk.Isolated(w.Country(code)))
		}
	}
	if len(places) > 0 {
		add("mine.where", strings.Join(places, ", "))
	}
	if t.Retention > 0 {
		add("mine.keeps", t.Retention)
	}
	for _, r := range t.Restrictions {
		add("mine.tell", helpdesk.Isolated(r))
	}
	for _, r := range t.Recipients {
		if r.Shares {
			add("consent.warn.shares", helpdesk.Isolated(r.Name))
		}
	}
	return out
}
