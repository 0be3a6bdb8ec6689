// Package letter turns RFC 5322/MIME bytes into plain values and plain values
// into bytes.
//
// Never: any I/O. Nothing here opens a file, a connection or an address found
// in a mail, and no input, however broken or hostile, makes it panic or run
// without bound.
package letter

import (
	"log/slog"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/idna"
)

// Letter is one mail as a reader would tell it. Attachment bytes that needed
// no decoding alias the slice given to Parse.
type Letter struct {
	MessageID  string   // without <>; "" when missing or unusable
	InReplyTo  []string // Message-IDs without <>
	References []string // Message-IDs without <>, oldest first
	Date       time.Time
	From       []Address
	Sender     []Address
	ReplyTo    []Address
	To         []Address
	Cc         []Address

	// DeliveredTo holds Delivered-To, X-Original-To and Envelope-To: the
	// addresses this copy was given to, top first.
	DeliveredTo []string
	// ReturnPath is the envelope sender as the last relay wrote it: "<>" for
	// the null path of RFC 5321 section 4.5.5, "" when not given.
	ReturnPath string

	Subject     string
	Bodies      []Body
	Attachments []Attachment

	AuthResults   []string // Authentication-Results values, unfolded, top first
	AutoSubmitted string   // RFC 3834, as written
	Precedence    string
	ListID        string
	Unsubscribe   bool      // List-Unsubscribe was present (RFC 2369)
	AutoReply     bool      // X-Autoreply, X-Autorespond or one of their kin was present
	Spam          bool      // a filter on the way says that it is junk
	Failed        []string  // X-Failed-Recipients: addresses a bounce is about
	ReportType    string    // report-type of multipart/report (RFC 6522), lower case
	Delivery      *Delivery // what a bounce says, nil in any other letter

	Language string // Content-Language, first tag
	Carries  []Carried
	Problems []Problem
	Size     int // bytes of the raw mail

	within bool // it lies in another letter, whose words it is to be
}

// LogValue keeps content out of logs.
func (Letter) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Address is one mailbox. Addr is as written, trimmed, and may be "" where a
// broken header gave only a name.
type Address struct{ Name, Addr string }

// Key is the address for comparing: lower-cased, its domain in IDNA's ASCII
// form. Dots and plus signs stay, because only the domain's owner knows what
// they mean.
func (a Address) Key() string {
	addr := strings.ToLower(strings.TrimSpace(a.Addr))
	at := strings.LastIndexByte(addr, '@')
	if at < 0 {
		return addr
	}
	domain := strings.TrimSuffix(addr[at+1:], ".")
	if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
		domain = ascii
	}
	return addr[:at+1] + domain
}

// LogValue keeps addresses out of logs.
func (Address) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// View says in which rendering of the letter a body belongs (RFC 8621 section
// 4.1.4): of two alternatives one is for the text view, one for the HTML view.
type View int

const (
	BothViews View = iota
	TextView
	HTMLView
)

// Body is one readable part as it was sent: UTF-8, LF line ends, no NUL. HTML
// is not sanitised, soft line breaks of format=flowed are still there: Plain
// undoes both.
type Body struct {
	HTML   bool
	Text   string
	View   View
	Flowed bool // RFC 3676: lines ending in a blank go on in the next
	DelSp  bool // and that blank is no part of the text
	// Torn: the part did not arrive as it should: the mail breaks off within it,
	// or it is not encoded as it says. It lies among the attachments too, as it
	// came, and is in neither view; Readable and Rich hold its words.
	Torn bool

	lent bool // of the other view, which found nothing of its own
}

// Plain is the body as plain text a person reads.
func (b Body) Plain() string {
	switch {
	case b.HTML:
		return TextFromHTML(b.Text)
	case b.Flowed:
		return unflow(b.Text, b.DelSp)
	}
	return b.Text
}

// LogValue keeps content out of logs.
func (Body) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Attachment is everything that is not a Body. Name has no path and no control
// characters and is "" when the mail gave none.
type Attachment struct {
	Name, ContentType, ContentID string
	Inline                       bool
	Torn                         bool // a torn Body, as it came
	Bytes                        []byte
}

// LogValue keeps content out of logs.
func (Attachment) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Problem names something the lenient layer mended.
type Problem string

const (
	ProblemHeaderLine Problem = "header-line" // a header line without a field name was dropped
	ProblemBoundary   Problem = "boundary"    // a multipart's boundary was missing, never seen or never closed
	ProblemCTE        Problem = "cte"         // transfer encoding unknown or broken
	ProblemCharset    Problem = "charset"     // charset unknown, or not what the bytes were
	ProblemDate       Problem = "date"        // Date missing or absurd
	ProblemAddress    Problem = "address"     // an address list was broken
	ProblemMessageID  Problem = "message-id"  // Message-ID unusable
	ProblemType       Problem = "type"        // Content-Type unreadable
	ProblemTorn       Problem = "torn"        // a part did not arrive as it should: see Body.Torn
	ProblemCut        Problem = "cut"         // more words than anybody writes: the rest is in the original alone
)

// TextBodies are the bodies of the plain view: text where there is text, HTML
// where the sender wrote nothing else.
func (l *Letter) TextBodies() []Body { return l.view(HTMLView, false) }

// HTMLBodies are the bodies of the rich view: HTML where there is HTML, text
// elsewhere.
func (l *Letter) HTMLBodies() []Body { return l.view(TextView, false) }

// Rich are the bodies of the rich view as a reader is shown them: torn ones too,
// and no text in the place of HTML of which at least the beginning came.
func (l *Letter) Rich() []Body {
	bodies := l.view(TextView, true)
	if slices.ContainsFunc(bodies, func(b Body) bool { return b.Torn && b.View == HTMLView }) {
		bodies = slices.DeleteFunc(bodies, func(b Body) bool { return b.lent })
	}
	return bodies
}

func (l *Letter) view(without View, torn bool) []Body {
	var out []Body
	for _, b := range l.Bodies {
		if b.View != without && (torn || !b.Torn) {
			out = append(out, b)
		}
	}
	return out
}

// Readable is the plain text a person reads: the text parts, and text made
// from HTML where there is no text. It holds what came of torn parts.
func (l *Letter) Readable() string {
	var parts []string
	for _, b := range l.readable() {
		if strings.TrimSpace(b) != "" {
			parts = append(parts, strings.Trim(b, "\n"))
		}
	}
	return strings.Join(parts, "\n\n")
}

// readable prefers the text view, but takes the HTML view when the text
// alternative is blank, as some programs send it.
func (l *Letter) readable() []string {
	plain := texts(l.view(HTMLView, true))
	for _, p := range plain {
		if strings.TrimSpace(p) != "" {
			return plain
		}
	}
	rich := texts(l.Rich())
	if only := l.onlyText(); only != "" && strings.TrimSpace(strings.Join(rich, "")) == "" {
		return []string{only}
	}
	return rich
}

func texts(bodies []Body) []string {
	out := make([]string, 0, len(bodies))
	for _, b := range bodies {
		out = append(out, b.Plain())
	}
	return out
}

func (l *Letter) problem(p Problem) {
	if !slices.Contains(l.Problems, p) {
		l.Problems = append(l.Problems, p)
	}
}
