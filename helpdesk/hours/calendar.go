package hours

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"returnsupport/helpdesk"
)

// Feed is what a calendar subscription shows. The words are the caller's: the
// room knows ids and keys alone.
type Feed struct {
	Name    string    // shown as the calendar's title
	Host    string    // behind the @ of each UID, so that two houses never share one
	Product string    // PRODID (RFC 5545 §3.7.3)
	Stamp   time.Time // when the plan last changed: DTSTAMP of every event
	Line    func(key string) string
	Who     func(id helpdesk.ID) string
}

// WriteOpen writes a line's open hours on some days from a date on as
// iCalendar, without what capacity closes.
func (p Plan) WriteOpen(w io.Writer, f Feed, line string, from Date, days int) error {
	var events []event
	l, ok := p.Line(line)
	for d := from; ok && d != from.Add(days); d = d.Add(1) {
		v := p.preview(l, d)
		for _, s := range minus(v.Hours, v.Closed) {
			events = append(events, event{Span: s, uid: uid(f.Host, "open", line, "", s), title: f.Line(line), free: true})
		}
	}
	return f.write(w, events)
}

// WriteDuties writes the roster between two instants as iCalendar: one
// counsellor's shifts, or with who "" everybody's. Words are asked of f alone.
func (p Plan) WriteDuties(w io.Writer, f Feed, who helpdesk.ID, from, to time.Time) error {
	var events []event
	// Looked for a little wider: a shift cut at the feed's edge would begin at
	// another instant in the next feed, and so be another event.
	for _, d := range p.Duties(from.AddDate(0, 0, -2), to.AddDate(0, 0, 2)) {
		if who != "" && d.Who != who || d.cut(Span{from, to}).empty() {
			continue
		}
		title := f.Line(d.Line)
		if who == "" {
			title += ": " + f.Who(d.Who)
		}
		events = append(events, event{Span: d.Span, uid: uid(f.Host, "duty", d.Line, string(d.Who), d.Span), title: title})
	}
	return f.write(w, events)
}

type event struct {
	Span
	uid, title string
	free       bool // does not block the reader's own time
}

// uid is the same for the same shift in every feed, and tells neither who nor
// where: ids are random, so the hash cannot be guessed back.
func uid(host, kind, line, who string, s Span) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{kind, line, who, utc(s.From)}, "\x00")))
	return hex.EncodeToString(sum[:16]) + "@" + host
}

// utc is a DATE-TIME of form 2 (RFC 5545 §3.3.5). Each occurrence is written
// out, so no reader needs our time zone's rules to show it right.
func utc(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

func (f Feed) write(w io.Writer, events []event) error {
	var b strings.Builder
	property(&b, "BEGIN", "VCALENDAR")
	property(&b, "VERSION", "2.0")
	property(&b, "PRODID", escape(f.Product))
	property(&b, "CALSCALE", "GREGORIAN")
	property(&b, "METHOD", "PUBLISH")
	property(&b, "NAME", escape(f.Name)) // RFC 7986 §5.1
	property(&b, "X-WR-CALNAME", escape(f.Name))
	property(&b, "REFRESH-INTERVAL;VALUE=DURATION", "PT1H") // RFC 7986 §5.7
	for _, e := range events {
		property(&b, "BEGIN", "VEVENT")
		property(&b, "UID", escape(e.uid))
		property(&b, "DTSTAMP", utc(f.Stamp))
		property(&b, "DTSTART", utc(e.From))
		property(&b, "DTEND", utc(e.To))
		property(&b, "SUMMARY", escape(e.title))
		if e.free {
			property(&b, "TRANSP", "TRANSPARENT")
		}
		property(&b, "END", "VEVENT")
	}
	property(&b, "END", "VCALENDAR")
	_, err := io.WriteString(w, b.String())
	return err
}

// escape makes a TEXT value (RFC 5545 §3.3.11). Control characters, which it
// may not hold, go; so no title can begin a property of its own.
func escape(s string) string {
	var b strings.Builder
	for _, c := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case c == '\\' || c == ';' || c == ',':
			b.WriteByte('\\')
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c < ' ' || c == 0x7f:
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// foldAt is how many octets a line may have without its CRLF (RFC 5545 §3.1).
const foldAt = 75

// property writes one content line, folded between characters, never within.
func property(b *strings.Builder, name, value string) {
	line := name + ":" + value
	for room := foldAt; len(line) > room; room = foldAt - 1 { // the space that continues counts
		cut := room
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		b.WriteString(line[:cut] + "\r\n ")
		line = line[cut:]
	}
	b.WriteString(line + "\r\n")
}
