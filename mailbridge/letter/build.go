package letter

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/textproto"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jordan-wright/email"
)

// Outgoing is a letter to be sent. From, MessageID, Date and one recipient are
// required; ids are without <>.
type Outgoing struct {
	From, ReplyTo Address
	To, Cc        []Address
	Subject, Text string
	InReplyTo     string
	References    []string
	MessageID     string
	Date          time.Time
	Attachments   []Attachment
	AutoSubmitted bool // no person wrote it (RFC 3834): nobody's program may answer
	Language      string
}

// LogValue keeps content out of logs.
func (Outgoing) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Unfit is the error of Build: the field can't go into a header. It holds no
// content.
type Unfit struct{ Field, Why string }

func (u *Unfit) Error() string { return fmt.Sprintf("build letter: %s: %s", u.Field, u.Why) }

// The reasons of Unfit.
const (
	WhyControl  = "control character"
	WhyMissing  = "missing"
	WhyAddress  = "not an address"
	WhyLocal    = "local part is not ASCII"
	WhyDomain   = "domain has no ASCII form"
	WhyID       = "not a message id"
	WhyLanguage = "not a language tag"
	WhyTooLong  = "too long"
)

// Build makes the bytes of o: ASCII, CRLF, no line over 998 bytes, its own
// Message-ID and Date, no name of this machine. Every call draws new
// boundaries, so keep the bytes for retries.
//
// The library builds the tree of parts alone; it writes header values as they
// come, which is why none reaches it that was not checked and encoded here.
func Build(o Outgoing) ([]byte, error) {
	head, err := buildHeader(o)
	if err != nil {
		return nil, err
	}
	tree, err := buildTree(o)
	if err != nil {
		return nil, err
	}
	libraryHeader, body, ok := bytes.Cut(tree, []byte("\r\n\r\n"))
	if !ok {
		return nil, errors.New("build letter: no body was built")
	}
	out := make([]byte, 0, len(head)+len(tree))
	out = append(out, head...)
	out = append(out, "MIME-Version: 1.0\r\n"...)
	h := cutHeader(append(libraryHeader, "\r\n\r\n"...), len(tree), true)
	for _, name := range []string{"Content-Type", "Content-Transfer-Encoding"} {
		if v := h.get(name); v != "" {
			out = append(out, name+": "+strings.Replace(v, "; boundary", ";\r\n boundary", 1)+"\r\n"...)
		}
	}
	out = append(out, "\r\n"...)
	return append(out, body...), nil
}

// buildTree lets the library encode text and attachments. Its Message-Id and
// Date are thrown away; giving them keeps it from asking for the host's name.
func buildTree(o Outgoing) ([]byte, error) {
	e := email.NewEmail()
	e.Headers.Set("Message-Id", "x")
	e.Headers.Set("Date", "x")
	e.Text = []byte(strings.ToValidUTF8(lineEnds(o.Text), "\ufffd"))
	if !bytes.HasSuffix(e.Text, []byte("\n")) {
		// A mail ends with a line end, and one of attachments alone still has a
		// readable part.
		e.Text = append(e.Text, '\n')
	}
	for i, a := range o.Attachments {
		if hasControl(a.Name) {
			return nil, &Unfit{"attachment name", WhyControl}
		}
		if hasControl(a.ContentType) {
			return nil, &Unfit{"attachment type", WhyControl}
		}
		if hasControl(a.ContentID) {
			return nil, &Unfit{"attachment id", WhyControl}
		}
		name := safeName(strings.ToValidUTF8(a.Name, ""))
		if name == "" {
			name = Attachment{ContentType: a.ContentType}.FileName()
		}
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", disposition(a.Inline, name))
		h.Set("Content-Transfer-Encoding", "base64")
		h.Set("Content-Id", "<"+partID(a.ContentID, i, o.MessageID)+">")
		e.Attachments = append(e.Attachments, &email.Attachment{
			Filename:    asciiName(name),
			ContentType: attachmentType(a) + ";\r\n name=\"" + asciiName(name) + "\"",
			Header:      h,
			Content:     a.Bytes,
		})
	}
	out, err := e.Bytes()
	if err != nil {
		return nil, fmt.Errorf("build letter: %w", err)
	}
	return out, nil
}

// attachmentType is the declared type where it is one a leaf in base64 may
// have: RFC 2046 section 5.2.1 forbids base64 around message/rfc822.
func attachmentType(a Attachment) string {
	kind := strings.ToLower(strings.TrimSpace(a.ContentType))
	switch {
	case !validKind(kind), strings.HasPrefix(kind, "multipart/"), strings.HasPrefix(kind, "message/"):
		return "application/octet-stream"
	case strings.HasPrefix(kind, "text/") && utf8.Valid(a.Bytes):
		return kind + "; charset=utf-8"
	}
	return kind
}

// partID is the attachment's own Content-ID, or one made of the letter's id.
func partID(own string, i int, letterID string) string {
	if usableID(own) == own && own != "" && isPrintable(own) && len(own) <= 200 {
		return own
	}
	return fmt.Sprintf("part%d.%s", i+1, letterID)
}

// disposition names the file twice: in ASCII for old programs, and as RFC 2231
// has it when the name is more than that.
func disposition(inline bool, name string) string {
	kind := "attachment"
	if inline {
		kind = "inline"
	}
	ascii := asciiName(name)
	s := kind + ";\r\n filename=\"" + ascii + "\""
	if ascii != name {
		s += ";\r\n filename*=UTF-8''" + percent(name)
	}
	return s
}

// asciiName is name with everything but harmless ASCII replaced.
func asciiName(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' || r == '%' {
			return '_'
		}
		return r
	}, name)
}

// percent encodes all but the attr-char of RFC 5987.
func percent(s string) string {
	const plainChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if strings.IndexByte(plainChars, s[i]) >= 0 {
			b.WriteByte(s[i])
			continue
		}
		fmt.Fprintf(&b, "%%%02X", s[i])
	}
	return b.String()
}
