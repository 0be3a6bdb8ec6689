package public

import "returnsupport/consent"

// Point is one sentence with a picture beside it, for who reads little.
type Point struct{ Icon, Text string }

// pictured are the pictures beside the sentences of a notice.
var pictured = map[string]string{
	"consent.ask.use": "info", "consent.ask.until": "clock", "consent.ask.holds": "clock", "consent.ask.once": "clock",
	"consent.ask.stop": "x", "consent.ask.remember": "eye", "consent.ask.promise": "circle-alert", "consent.ask.no": "hand",
	"consent.warn.authority": "triangle-alert", "consent.warn.origin": "triangle-alert", "consent.warn.shares": "triangle-alert",
	"mine.where": "globe", "mine.keeps": "clock", "mine.tell": "message-circle",
}

func pointOf(l consent.Line) Point { return Point{pictured[l.Key], l.Text} }

// along is what goes along with whatever is marked: what for, and why to them.
func along(p Page, handed consent.Handed) []Point {
	var out []Point
	for _, s := range []string{handed.Need, handed.Reason} {
		if s != "" {
			out = append(out, Point{"message-circle", p.Say("mine.tell", isolated(s))})
		}
	}
	return out
}

// besides are what else is true of this one question.
func besides(p Page, t consent.Terms) []Point {
	var out []Point
	for _, l := range consent.Besides(p, t) {
		out = append(out, pointOf(l))
	}
	return out
}
