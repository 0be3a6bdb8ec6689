package letter

import (
	"context"
	"regexp"
	"strings"
)

var enrichedTag = regexp.MustCompile(`</?[A-Za-z][A-Za-z0-9-]{0,60}>`)

// onlyText are the words of a letter that says nothing itself and has one file
// that does. It stays among the attachments.
func (l *Letter) onlyText() string {
	if len(l.Attachments) != 1 {
		return ""
	}
	a := l.Attachments[0]
	switch a.ContentType {
	case "message/rfc822", "message/global":
		if n := l.Nature(); l.within || n == Bounce || n == Report {
			return "" // a bounce brings back what we wrote ourselves
		}
		return forwardedAlone(a.Bytes)
	}
	text, _ := toUTF8(a.Bytes[:min(len(a.Bytes), maxWords)], "")
	text = lineEnds(text)
	switch a.ContentType {
	case "text/plain", "text/markdown", "text/x-markdown":
		return text
	case "text/enriched", "text/richtext": // RFC 1896
		return strings.ReplaceAll(enrichedTag.ReplaceAllString(text, ""), "<<", "<")
	case "text/calendar", "application/ics":
		return invitation(text)
	}
	return ""
}

// forwardedAlone quotes a mail that was forwarded without a word: whose it was,
// when, and what it says. A mail within that one stays a file.
func forwardedAlone(raw []byte) string {
	inner, err := Parse(context.Background(), raw, DefaultLimits())
	if err != nil {
		return ""
	}
	inner.within = true
	head := []string{"---------- Forwarded message ---------"}
	if len(inner.From) > 0 {
		head = append(head, "From: "+strings.TrimSpace(inner.From[0].Name+" <"+inner.From[0].Addr+">"))
	}
	if !inner.Date.IsZero() {
		head = append(head, "Date: "+inner.Date.Format("Mon, 2 Jan 2006 15:04 MST"))
	}
	if inner.Subject != "" {
		head = append(head, "Subject: "+inner.Subject)
	}
	if words := inner.Readable(); words != "" {
		head = append(head, "", strings.ToValidUTF8(words[:min(len(words), maxWords)], ""))
	}
	return "> " + strings.ReplaceAll(strings.Join(head, "\n"), "\n", "\n> ")
}
