package workspace

import (
	"context"
	"slices"
	"time"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// isolated keeps a name from turning the line around it.
func isolated(s string) string { return helpdesk.Isolated(s) }

// inTheirs is a page's words in the person's language. Where we have no texts in
// it, they are English: what a colleague explains aloud is what was kept.
func (d *desk) inTheirs(p frontend.Page, tag string) frontend.Page {
	if !d.site.Words.Has(tag) {
		tag = "en"
	}
	p.Words.Words = d.site.WordsFor(tag).Words
	return p
}

// laid are a question's sentences in their places.
type laid struct {
	head, pick, alone string
	lines             []string
}

// laidOut puts the sentences of a question where a page shows them. until leaves
// out how long it holds, where nothing holds.
func (d *desk) laidOut(ctx context.Context, w frontend.Words, a consent.Allowed, until bool) (laid, error) {
	var out laid
	lines, err := d.Consent.Sentences(ctx, w, w.Lang, a.Terms.Controller, a)
	for i, l := range lines {
		switch {
		case i == 0:
			out.head = l.Text
		case l.Key == "consent.ask.items":
			out.pick = l.Text
		case l.Key == "consent.ask.alone":
			out.alone = l.Text
		case l.Key == "consent.ask.until", l.Key == "consent.ask.holds":
			if until {
				out.lines = append(out.lines, l.Text)
			}
			for _, also := range consent.Besides(w, a.Terms) {
				out.lines = append(out.lines, also.Text)
			}
		default:
			out.lines = append(out.lines, l.Text)
		}
	}
	return out, err
}

// purposeTitle says a question in one line, to colleagues.
func purposeTitle(w frontend.Words, a consent.Allowed) string {
	title := w.Say("consent.desk.purpose." + a.Purpose.Code)
	if names := consent.Names(a.Terms); names != "" {
		title += ": " + names
	}
	return title
}

// consentChip says where a consent stands.
func consentChip(w frontend.Words, a consent.Allowed) frontend.Chip {
	say := func(kind, icon, key string, args ...any) frontend.Chip {
		return frontend.Chip{Kind: kind, Icon: icon, Text: w.Say("consent.desk.state."+key, args...), Title: w.Exact(a.Changed)}
	}
	switch a.State {
	case consent.Given, consent.Renewed:
		if !a.Valid {
			return say("warn", "circle-alert", "unfinished")
		}
		return say("ok", "circle-check", string(a.State), w.Day(a.Until))
	case consent.Requested:
		return say("accent", "hourglass", "requested")
	case consent.Deferred:
		return say("", "clock", "deferred")
	case consent.Invalidated, consent.Revoked:
		return say("danger", "x", string(a.State))
	}
	return say("", "x", string(a.State))
}

// consentChips adds what is special about it.
func consentChips(w frontend.Words, a consent.Allowed) []frontend.Chip {
	chips := []frontend.Chip{consentChip(w, a)}
	if a.Age == consent.Under13 && (a.State == consent.Requested || a.State == consent.Given || a.State == consent.Renewed) {
		if !a.Spoken {
			chips = append(chips, frontend.Chip{Kind: "warn", Icon: "user", Text: w.Say("consent.desk.needs.guardian")})
		}
		if !a.View {
			chips = append(chips, frontend.Chip{Kind: "warn", Icon: "user", Text: w.Say("consent.desk.needs.view")})
		}
	}
	if a.Valid && !a.Said.Alone && slices.ContainsFunc(a.Terms.Items, func(i consent.Item) bool { return i.Special }) {
		chips = append(chips, frontend.Chip{Kind: "warn", Icon: "users", Text: w.Say("consent.desk.notalone")})
	}
	if !a.Open {
		chips = append(chips, frontend.Chip{Kind: "warn", Icon: "lock", Text: w.Say("consent.desk.closed")})
	}
	return chips
}

// consentItems are what was asked for, each with what was said to it.
func consentItems(w frontend.Words, a consent.Allowed) []ConsentItem {
	var out []ConsentItem
	for _, it := range a.Terms.Items {
		one := ConsentItem{Key: it.Key, Label: it.Label}
		if len(a.Said.Items) > 0 {
			if slices.Contains(a.Said.Items, it.Key) {
				one.Chips = append(one.Chips, frontend.Chip{Kind: "ok", Icon: "check", Text: w.Say("consent.desk.item.yes")})
			} else {
				one.Chips = append(one.Chips, frontend.Chip{Icon: "x", Text: w.Say("consent.desk.item.no")})
			}
		}
		if it.Special {
			one.Chips = append(one.Chips, frontend.Chip{Kind: "warn", Icon: "lock", Text: w.Say("consent.desk.item.special")})
		}
		if it.Updating {
			one.Chips = append(one.Chips, frontend.Chip{Icon: "rotate-ccw", Text: w.Say("consent.desk.item.updating")})
		}
		out = append(out, one)
	}
	return out
}

// refusalText turns a refusal into words, instants as people say them.
func refusalText(w frontend.Words, key string, args []any) string {
	args = slices.Clone(args)
	for i, a := range args {
		if t, ok := a.(time.Time); ok {
			args[i] = w.Day(t)
		}
	}
	return w.Say(key, args...)
}
