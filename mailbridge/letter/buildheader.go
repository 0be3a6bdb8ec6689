package letter

import (
	"encoding/base64"
	"net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// maxReferences keeps the first id, which names the thread, and the latest.
const maxReferences = 20

// domains are names a mail can be sent to.
var domains = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(true), idna.VerifyDNSLength(true))

var languageTag = regexp.MustCompile(`^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$`)

func buildHeader(o Outgoing) ([]byte, error) {
	w := headerWriter{}
	if o.Date.IsZero() || absurd(o.Date) {
		return nil, &Unfit{"date", WhyMissing}
	}
	w.field("Date", []string{o.Date.Format(time.RFC1123Z)}, " ")
	if o.From.Addr == "" {
		return nil, &Unfit{"from", WhyMissing}
	}
	if len(o.To) == 0 && len(o.Cc) == 0 {
		return nil, &Unfit{"to", WhyMissing}
	}
	w.addresses("From", []Address{o.From})
	if o.ReplyTo.Addr != "" || o.ReplyTo.Name != "" {
		w.addresses("Reply-To", []Address{o.ReplyTo})
	}
	w.addresses("To", o.To)
	w.addresses("Cc", o.Cc)
	w.text("Subject", o.Subject)
	w.ids("Message-ID", []string{o.MessageID}, true)
	parent := ""
	if o.InReplyTo != "" {
		parent = w.ids("In-Reply-To", []string{o.InReplyTo}, false)
	}
	w.ids("References", thread(o.References, parent), false)
	if o.AutoSubmitted {
		how := "auto-generated"
		if parent != "" {
			how = "auto-replied"
		}
		w.field("Auto-Submitted", []string{how}, " ")
		// Exchange heeds this instead.
		w.field("X-Auto-Response-Suppress", []string{"All"}, " ")
	}
	if o.Language != "" {
		if !languageTag.MatchString(o.Language) || len(o.Language) > 60 {
			return nil, &Unfit{"language", WhyLanguage}
		}
		w.field("Content-Language", []string{o.Language}, " ")
	}
	return []byte(w.out.String()), w.err
}

// thread is the References of RFC 5322 section 3.6.4, the parent last.
func thread(refs []string, parent string) []string {
	out := make([]string, 0, len(refs)+1)
	for _, r := range refs {
		if r != parent || hasControl(r) {
			out = append(out, r)
		}
	}
	if parent != "" {
		out = append(out, parent)
	}
	if len(out) > maxReferences {
		out = append(out[:1:1], out[len(out)-maxReferences+1:]...)
	}
	return out
}

// headerWriter writes fields; the first error stays.
type headerWriter struct {
	out strings.Builder
	err error
}

func (w *headerWriter) fail(field, why string) {
	if w.err == nil {
		w.err = &Unfit{strings.ToLower(field), why}
	}
}

// maxLine is where lines are folded (RFC 5322 section 2.1.1).
const maxLine = 76

// field writes the words, which must not hold line ends, folding between them.
func (w *headerWriter) field(name string, words []string, sep string) {
	if len(words) == 0 {
		return
	}
	w.out.WriteString(name + ":")
	used := len(name) + 1
	for i, word := range words {
		if i > 0 {
			tail := strings.TrimSuffix(sep, " ")
			w.out.WriteString(tail)
			used += len(tail)
		}
		if used+1+len(word) > maxLine && i > 0 {
			w.out.WriteString("\r\n")
			used = 0
		}
		w.out.WriteString(" " + word)
		used += 1 + len(word)
	}
	w.out.WriteString("\r\n")
}

func (w *headerWriter) addresses(name string, list []Address) {
	var words []string
	for _, a := range list {
		s, why := formatAddress(a)
		if why != "" {
			w.fail(name, why)
			return
		}
		words = append(words, s)
	}
	// Each mailbox is one word for the folding but may hold long names, whose
	// own encoded words are folded already.
	w.field(name, words, ", ")
}

func (w *headerWriter) text(name, s string) {
	if hasControl(s) {
		w.fail(name, WhyControl)
		return
	}
	if s = strings.ToValidUTF8(s, "\ufffd"); s == "" {
		return
	}
	if len(s) > 4000 {
		w.fail(name, WhyTooLong)
		return
	}
	if fitsPlain(s) {
		w.field(name, strings.Split(s, " "), " ")
		return
	}
	w.field(name, encodedWords(s), " ")
}

// ids writes Message-IDs and returns the last one written. An id of a foreign
// letter that no field can hold is left out; one of ours is an error.
func (w *headerWriter) ids(name string, ids []string, required bool) string {
	var words []string
	last := ""
	for _, id := range ids {
		if hasControl(id) {
			w.fail(name, WhyControl)
			return ""
		}
		id = strings.TrimSuffix(strings.TrimPrefix(id, "<"), ">")
		if usableID(id) != id || id == "" || !isPrintable(id) || required && !ownID(id) {
			if required {
				w.fail(name, WhyID)
				return ""
			}
			continue
		}
		words = append(words, "<"+id+">")
		last = id
	}
	w.field(name, words, " ")
	return last
}

// ownID reports whether an id has the form our own must have.
func ownID(id string) bool {
	left, right, ok := strings.Cut(id, "@")
	return ok && left != "" && right != "" && len(id) <= 250
}

// formatAddress writes one mailbox, or says why it can't.
func formatAddress(a Address) (s, why string) {
	if hasControl(a.Name) || hasControl(a.Addr) {
		return "", WhyControl
	}
	if len(a.Addr) > 320 || len(a.Name) > 1000 {
		return "", WhyTooLong
	}
	parsed, err := mail.ParseAddress(a.Addr)
	if err != nil || parsed.Name != "" || strings.ContainsAny(a.Addr, "<>(),;") {
		return "", WhyAddress
	}
	at := strings.LastIndexByte(parsed.Address, '@')
	local, domain := parsed.Address[:at], parsed.Address[at+1:]
	if !isPrintable(strings.ReplaceAll(local, " ", "")) {
		return "", WhyLocal
	}
	if !isPrintable(domain) {
		if domain, err = domains.ToASCII(domain); err != nil {
			return "", WhyDomain
		}
	}
	addr := (&mail.Address{Address: local + "@" + domain}).String()
	name := strings.TrimSpace(strings.ToValidUTF8(a.Name, "\ufffd"))
	switch {
	case name == "":
		return addr, ""
	case fitsPlain(name) && len(name) <= 60:
		return quote(name) + " " + addr, ""
	}
	return strings.Join(encodedWords(name), "\r\n ") + "\r\n " + addr, ""
}

// quote makes a phrase of a plain name (RFC 5322 section 3.2.5).
func quote(name string) string {
	for _, c := range []byte(name) {
		if !isLetter(c) && c != ' ' && (c < '0' || c > '9') && c != '-' {
			return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
		}
	}
	return name
}

// fitsPlain reports whether s can stand in a header unencoded: ASCII, single
// blanks, no word too long to fold, nothing that reads as an encoded word.
func fitsPlain(s string) bool {
	if !isPrintable(strings.ReplaceAll(s, " ", "")) || strings.Contains(s, "=?") || strings.Contains(s, "  ") || strings.TrimSpace(s) != s {
		return false
	}
	for w := range strings.SplitSeq(s, " ") {
		if len(w) > 70 {
			return false
		}
	}
	return true
}

// encodedWords encodes s (RFC 2047), no character split over two words.
func encodedWords(s string) []string {
	const room = 45 // bytes that fit into 75 with "=?utf-8?B?" and "?="
	var words []string
	for s != "" {
		n := 0
		for n < len(s) {
			_, size := utf8.DecodeRuneInString(s[n:])
			if n+size > room {
				break
			}
			n += size
		}
		words = append(words, "=?utf-8?B?"+base64.StdEncoding.EncodeToString([]byte(s[:n]))+"?=")
		s = s[n:]
	}
	return words
}

// hasControl reports what must never reach a header: CR, LF, NUL and the other
// control characters, Unicode's line separators among them.
func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	})
}

// isPrintable reports printable ASCII without blanks.
func isPrintable(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
