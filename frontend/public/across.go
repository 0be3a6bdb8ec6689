package public

import (
	"context"
	"slices"
	"strings"

	"returnsupport/frontend/locale"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/tickets"
)

// version is a message in another language, with who made it in words.
type version struct {
	Label string `json:"label"`
	Text  string `json:"text"`
	Lang  string `json:"lang,omitempty"` // "" for the original, of which nobody said it
}

// translated puts the text in the person's language first, where somebody made
// one, and what was written beside it. tongue is the language they speak, which
// may have no pages of ours.
func (l *line) translated(w locale.Words, tongue string, s tickets.Said) {
	all := bestOf(s.Translations)
	if len(all) == 0 {
		return
	}
	first := -1
	if !sameTongue(s.Content.Language, w.Lang) {
		if first = inTongue(all, w.Lang); first < 0 {
			first = inTongue(all, tongue)
		}
	}
	original := version{Label: w.Say("talk.original"), Text: s.Content.Text, Lang: s.Content.Language}
	if first >= 0 {
		l.Text, l.Lang, l.By = all[first].Text, all[first].Language, byWhom(w, all[first].By)
		l.Beside = []version{original}
		all = slices.Delete(all, first, first+1)
	}
	for _, t := range all {
		label := byWhom(w, t.By)
		if name := tongueName(w, t.Language); name != "" {
			label = name + " · " + label
		}
		l.Beside = append(l.Beside, version{label, t.Text, t.Language})
	}
}

// byWhom says in plain words who translated.
func byWhom(w locale.Words, by tickets.By) string {
	return w.Say("talk.by." + known(string(by), "staff", "interpreter", "machine"))
}

// bestOf keeps one translation of each language: an interpreter's before one of
// ours, a human's before a machine's, and of two alike the later.
func bestOf(all []tickets.Translation) []tickets.Translation {
	var out []tickets.Translation
	for _, t := range all {
		i := inTongue(out, t.Language)
		switch {
		case i < 0:
			out = append(out, t)
		case weight(t.By) >= weight(out[i].By):
			out[i] = t
		}
	}
	return out
}

func weight(by tickets.By) int {
	return slices.Index([]tickets.By{tickets.ByMachine, tickets.ByStaff, tickets.ByInterpreter}, by)
}

func inTongue(all []tickets.Translation, tag string) int {
	return slices.IndexFunc(all, func(t tickets.Translation) bool { return sameTongue(t.Language, tag) })
}

// sameTongue compares two tags by their language (RFC 5646, section 2.2.1), so
// that pt-br is read by who asks for pt.
func sameTongue(a, b string) bool {
	a, _, _ = strings.Cut(a, "-")
	b, _, _ = strings.Cut(b, "-")
	return a != "" && a == b
}

// tongueName is what a language calls itself; "" for one that has no pages here.
func tongueName(w locale.Words, tag string) string {
	for _, l := range w.Choices() {
		if sameTongue(l.Tag, tag) {
			return l.Name
		}
	}
	return ""
}

// again are what was said to the person up to a number, as it reads now: asked
// only when a translation was laid beside some of it or taken away.
func (h *hall) again(ctx context.Context, w locale.Words, g *people.Guest, here tickets.Thread, upTo int64) ([]line, error) {
	heard, err := h.Tickets.Listen(ctx, g, here.Conversation, max(upTo-shownMost, 0), shownMost)
	if err != nil {
		return nil, err
	}
	var out []line
	tell := h.teller(ctx, w, here.Language, heard.Messages...)
	for _, s := range heard.Messages {
		if s.Mine || s.Kind == tickets.KindSystem || s.Number > upTo {
			continue
		}
		if l, ok := tell.line(s); ok {
			l.Offers = nil // they belong to the newest, and the page has them
			out = append(out, l)
		}
	}
	return out, h.settle(ctx, g, heard.Settle)
}
