package letter

import (
	"net/mail"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// readHeader fills the letter's own fields.
func (p *parser) readHeader(h *header) {
	l := p.letter
	h.decodeRaw()
	l.Subject = decodeWords(h.get("Subject"))
	// A second From must not choose which one a signature speaks for: all count,
	// and the first stays first.
	from := h.all("From")
	for _, v := range from {
		l.From = append(l.From, p.addressList(v)...)
	}
	if len(from) > 1 {
		l.problem(ProblemAddress)
	}
	l.Sender = p.addresses(h, "Sender")
	l.ReplyTo = p.addresses(h, "Reply-To")
	l.To = p.addresses(h, "To")
	l.Cc = p.addresses(h, "Cc")
	if ids := messageIDs(h.get("Message-ID")); len(ids) > 0 {
		l.MessageID = ids[0]
	} else if h.has("Message-ID") {
		l.problem(ProblemMessageID)
	}
	l.InReplyTo = messageIDs(h.get("In-Reply-To"))
	l.References = messageIDs(h.get("References"))
	if l.Date = parseDate(h.get("Date")); l.Date.IsZero() {
		l.problem(ProblemDate)
	}
	for _, f := range h.fields {
		switch strings.ToLower(f.name) {
		case "delivered-to", "x-original-to", "envelope-to":
			if a := cleanAddr(strings.Trim(f.value, "<> \t")); a != "" {
				l.DeliveredTo = append(l.DeliveredTo, a)
			}
		case "authentication-results":
			if f.bare {
				continue // our server would have taken a forged one away, had it seen it
			}
			l.AuthResults = append(l.AuthResults, cleanText(rawText(f.value)))
		case "x-autoreply", "x-autorespond", "x-auto-reply-from", "x-mail-autoreply", "x-autoresponder", "x-vacation",
			"x-amazon-auto-reply", "x-fc-machinegenerated":
			l.AutoReply = true
		case "x-failed-recipients":
			l.Failed = failedAddresses(f.value)
		default:
			l.Spam = l.Spam || flagsSpam(f.name, f.value)
		}
	}
	// The topmost is the last relay's (RFC 5321 section 4.4).
	if all := h.all("Return-Path"); len(all) > 0 {
		if l.ReturnPath = cleanAddr(strings.Trim(all[0], "<> \t")); l.ReturnPath == "" {
			l.ReturnPath = "<>"
		}
	}
	l.AutoSubmitted = cleanText(rawText(h.get("Auto-Submitted")))
	l.Precedence = strings.ToLower(cleanText(rawText(h.get("Precedence"))))
	l.ListID = decodeWords(h.get("List-Id"))
	l.Unsubscribe = h.has("List-Unsubscribe")
	language, _, _ := strings.Cut(h.get("Content-Language"), ",")
	l.Language = cleanText(rawText(language))
	if kind, params, _ := parseParams(h.get("Content-Type")); kind == "multipart/report" {
		l.ReportType = strings.ToLower(cleanText(params["report-type"]))
	}
}

// decodeRaw reads 8-bit fields in the charset of the body, because a program
// that writes them raw writes all in one. Fields with encoded words tell theirs.
func (h *header) decodeRaw() {
	_, params, _ := parseParams(h.get("Content-Type"))
	label := params["charset"]
	for i, f := range h.fields {
		// The bytes of ISO-2022-JP look like commas and brackets too.
		raw := strings.Contains(f.value, "\x1b$") || label != "" && !utf8.ValidString(f.value)
		if raw && !strings.Contains(f.value, "=?") {
			h.fields[i].value, _ = toUTF8([]byte(f.value), label)
		}
	}
}

func (p *parser) addresses(h *header, name string) []Address {
	return p.addressList(h.get(name))
}

func (p *parser) addressList(v string) []Address {
	if v == "" {
		return nil
	}
	list, ok := parseAddresses(v)
	if !ok {
		p.letter.problem(ProblemAddress)
	}
	return list
}

// maxIDs bounds how many ids of one field are kept: the first and the last
// ones, which name the thread and the parent.
const maxIDs = 100

// messageIDs reads the ids of Message-ID, In-Reply-To or References, without
// their angle brackets. A value without brackets counts when it is one word,
// because some programs forget them.
func messageIDs(s string) []string {
	if s == "" {
		return nil
	}
	var out []string
	rest := s
	for {
		open := strings.IndexByte(rest, '<')
		if open < 0 {
			break
		}
		length := strings.IndexByte(rest[open:], '>')
		if length < 0 {
			break
		}
		if id := usableID(rest[open+1 : open+length]); id != "" {
			out = append(out, id)
		}
		rest = rest[open+length+1:]
	}
	if len(out) == 0 {
		for _, word := range strings.Fields(strings.Trim(s, "<> \t")) {
			if id := usableID(word); id != "" && strings.Contains(id, "@") {
				out = append(out, id)
			}
		}
	}
	if len(out) > maxIDs {
		out = append(out[:1], out[len(out)-maxIDs+1:]...)
	}
	return out
}

// usableID refuses ids that would fit many letters or no field.
func usableID(s string) string {
	s = strings.Join(strings.Fields(s), "")
	if s == "" || s == "@" || len(s) > 500 {
		return ""
	}
	for _, c := range []byte(s) {
		if c < ' ' || c == 0x7f || c == '<' || c == '>' {
			return ""
		}
	}
	return strings.ToValidUTF8(s, "\ufffd")
}

// parseDate reads a Date field; the zero time when it is missing or absurd.
func parseDate(s string) time.Time {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 200 {
		return time.Time{}
	}
	if t, err := mail.ParseDate(s); err == nil {
		return sane(t)
	}
	if paren := strings.IndexByte(s, '('); paren > 0 {
		s = s[:paren]
	}
	s = monthName.ReplaceAllStringFunc(s, func(m string) string { return monthNames[strings.ToLower(m)] })
	_, behind, _ := strings.Cut(s, ",") // the day of the week
	for _, s := range []string{behind, s} {
		s = strings.Join(strings.Fields(strings.ReplaceAll(s, ",", " ")), " ")
		for _, layout := range looseDates {
			if t, err := time.Parse(layout, s); err == nil {
				return sane(t)
			}
		}
	}
	return time.Time{}
}

// looseDates are what programs write that never read RFC 5322, without commas.
var looseDates = []string{
	"2 Jan 2006 15:04:05 -0700",
	"2 Jan 2006 15:04:05 -07:00",
	"2 Jan 2006 15:04:05 GMT-0700",
	"2 Jan 2006 15:04:05 MST",
	"2 Jan 2006 15:04:05",
	"2 Jan 2006 15.04.05 -0700",
	"2 Jan 2006 15:04 -0700",
	"2 Jan 06 15:04:05 -0700",
	"2-Jan-2006 15:04:05 -0700",
	"2-Jan-2006 15:04:05",
	"2 January 2006 15:04:05 -0700",
	"2 January 2006 15:04",
	"January 2 2006 3:04 PM",
	"January 2 2006 15:04",
	"Jan 2 2006 3:04:05 PM",
	"Mon Jan 2 15:04:05 2006",
	"Mon Jan 2 15:04:05 MST 2006",
	"Mon Jan 2 15:04:05 -0700 2006",
	"Mon Jan 2 2006 15:04:05 GMT-0700",
	"Mon 2 Jan 2006 15:04:05 -0700",
	"Jan 2 2006 15:04:05 -0700",
	"2006-01-02 15:04:05 -0700",
	"2006-01-02 15:04:05",
	"2006/01/02 15:04:05",
	"2006-01-02T15:04:05-0700",
	time.RFC3339,
}

// monthNames are the short names that differ from the English ones in the
// languages of programs that translate what nobody may.
var (
	monthName  = regexp.MustCompile(`(?i)\b(?:maj|mai|mayo|okt|ott|dez|dic|déc|ene|abr|ago|gen|mag|mars|juin|juil)\b`)
	monthNames = map[string]string{
		"maj": "May", "mai": "May", "mag": "May", "mayo": "May", "okt": "Oct", "ott": "Oct", "dez": "Dec", "dic": "Dec", "déc": "Dec",
		"ene": "Jan", "gen": "Jan", "abr": "Apr", "ago": "Aug", "mars": "Mar", "juin": "Jun", "juil": "Jul",
	}
)

func sane(t time.Time) time.Time {
	if absurd(t) {
		return time.Time{}
	}
	return t.UTC()
}

// absurd reports whether no person's mail can be of that time.
func absurd(t time.Time) bool { return t.Year() < 1980 || t.Year() > 2100 }
