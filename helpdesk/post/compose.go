package post

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/tickets"
	"returnsupport/mailbridge/letter"
)

// maxMail bounds a letter of ours, encoded: what most servers still take.
const maxMail = 25 << 20

// draft is a letter of ours on its way to becoming bytes.
type draft struct {
	box     *mailbox
	to, cc  []letter.Address
	subject string
	text    string
	files   []File
	lang    string
	parent  *tickets.Content // the letter that is answered; nil when writing first
	at      time.Time
}

// composed is a letter of ours as it leaves.
type composed struct {
	box     *mailbox
	id      string // Message-ID without <>
	raw     []byte
	to      []string // bare addresses: To and then Cc
	content tickets.Content
	files   []tickets.Upload
	beside  []tickets.Beside
	link    *tickets.Link // of a secure answer: raw says only that it waits
}

// compose checks and builds a letter. The bytes are built once and kept for
// all retries. Refusals: "post.empty" (neither words nor files),
// "post.too-large", "post.recipients.none", and for a file's name or the
// subject "post.unfit" with the field.
func (p *Postroom) compose(ctx context.Context, d draft) (*composed, error) {
	if strings.TrimSpace(d.text) == "" && len(d.files) == 0 {
		return nil, helpdesk.Refuse("post.empty")
	}
	if len(d.to)+len(d.cc) == 0 {
		return nil, helpdesk.Refuse("post.recipients.none")
	}
	name := d.box.name
	if name == "" {
		var err error
		if name, err = p.office.PublicName(ctx, d.lang); err != nil {
			return nil, fmt.Errorf("read the public name: %w", err)
		}
	}
	signature, err := p.signature(ctx, d.box)
	if err != nil {
		return nil, err
	}
	out := letter.Outgoing{
		From: letter.Address{Name: name, Addr: d.box.address},
		To:   d.to, Cc: d.cc,
		Subject:   p.subjectOf(d),
		Text:      signed(d.text, signature),
		MessageID: d.box.newMessageID(),
		Date:      d.at.Truncate(time.Second),
		Language:  d.lang,
	}
	if reply := d.box.replyAddress(out.MessageID); reply != "" {
		out.ReplyTo = letter.Address{Name: name, Addr: reply}
	}
	if d.parent != nil {
		out.InReplyTo = d.parent.MessageID
		out.References = ancestors(d.parent)
	}
	c := &composed{box: d.box, id: out.MessageID}
	total := 0
	for _, f := range d.files {
		total += len(f.Bytes)/3*4 + len(f.Bytes)/57*2
		out.Attachments = append(out.Attachments, letter.Attachment{Name: f.Name, ContentType: f.Type, Bytes: f.Bytes})
		c.files = append(c.files, tickets.Upload{Name: f.Name, Type: f.Type, Data: f.Bytes})
	}
	if total > maxMail {
		return nil, helpdesk.Refuse("post.too-large", maxMail>>20)
	}
	raw, err := letter.Build(out)
	var unfit *letter.Unfit
	if errors.As(err, &unfit) {
		return nil, helpdesk.Refuse("post.unfit", unfit.Field)
	}
	if err != nil {
		return nil, fmt.Errorf("build a letter: %w", err)
	}
	if len(raw) > maxMail {
		return nil, helpdesk.Refuse("post.too-large", maxMail>>20)
	}
	c.raw = raw
	for _, list := range [][]letter.Address{d.to, d.cc} {
		for _, a := range list {
			c.to = append(c.to, a.Addr)
		}
	}
	c.content = tickets.Content{
		From: addressesOf([]letter.Address{out.From}), To: addressesOf(d.to), Cc: addressesOf(d.cc),
		Subject: out.Subject, Text: out.Text, MessageID: out.MessageID, References: out.References,
		Date: out.Date, Language: d.lang, Proven: true, Source: &tickets.Source{Mailbox: d.box.id},
	}
	if out.ReplyTo.Addr != "" {
		c.content.ReplyTo = addressesOf([]letter.Address{out.ReplyTo})
	}
	if out.InReplyTo != "" {
		c.content.InReplyTo = []string{out.InReplyTo}
	}
	return c, nil
}

// subjectOf takes the author's subject, else "Re: " and the one answered, once
// however often it went to and fro.
func (p *Postroom) subjectOf(d draft) string {
	if s := strings.TrimSpace(d.subject); s != "" {
		return s
	}
	if d.parent != nil {
		if s := strings.TrimSpace(strings.Map(printable, d.parent.Subject)); s != "" {
			return "Re: " + withoutRe(s)
		}
	}
	return p.words.Say(d.lang, "post.mail.subject")
}

// printable drops what a stranger's subject may hold and ours must not.
func printable(r rune) rune {
	if control(r) {
		return -1
	}
	return r
}

// replyMarks are what programs of the languages we meet put before a subject.
var replyMarks = []string{"re", "sv", "aw", "antw", "vs", "res", "odp", "ynt", "rv", "回复", "رد"}

// withoutRe takes all reply marks off a subject.
func withoutRe(s string) string {
	for {
		mark, rest, ok := strings.Cut(s, ":")
		if !ok {
			return s
		}
		mark, _, _ = strings.Cut(strings.TrimSpace(mark), "[") // "Re[2]:"
		known := false
		for _, m := range replyMarks {
			known = known || strings.EqualFold(mark, m)
		}
		if rest = strings.TrimSpace(rest); !known || rest == "" {
			return s
		}
		s = rest
	}
}

// ancestors are the References of an answer (RFC 5322 section 3.6.4); the
// parent's own id is added by the builder, which also trims them.
func ancestors(parent *tickets.Content) []string {
	if len(parent.References) > 0 {
		return parent.References
	}
	if len(parent.InReplyTo) == 1 {
		return parent.InReplyTo
	}
	return nil
}

// signature is the mailbox's own, else the house's.
func (p *Postroom) signature(ctx context.Context, box *mailbox) (string, error) {
	if box.signature != "" {
		return box.signature, nil
	}
	s, err := p.office.Setting(ctx, office.Signature)
	if err != nil {
		return "", fmt.Errorf("read the signature: %w", err)
	}
	return s, nil
}

// signed puts the mailbox's signature under the words, behind the mark that
// mail programs fold by (RFC 3676 section 4.3).
func signed(text, signature string) string {
	text = strings.TrimRight(text, " \t\r\n")
	if strings.TrimSpace(signature) == "" {
		return text + "\n"
	}
	return text + signatureMark + strings.TrimSpace(signature) + "\n"
}

// unsigned gives back what the author typed.
func unsigned(text, signature string) string {
	if s := strings.TrimSpace(signature); s != "" {
		text = strings.TrimSuffix(strings.TrimRight(text, "\n"), signatureMark+s)
	}
	return strings.TrimRight(text, "\n")
}

const signatureMark = "\n\n-- \n"

// overText puts a translation over a text, for a mail: whoever opens it there has
// no other place to read it.
func overText(b tickets.Beside, text string) (string, *tickets.Over) {
	first := strings.TrimSpace(b.Text)
	return first + overMark + text, &tickets.Over{Language: b.Language, Bytes: len(first)}
}

// underText takes them apart again.
func underText(text string, over *tickets.Over) (string, []tickets.Beside) {
	if over == nil || over.Bytes < 0 || over.Bytes > len(text) || !strings.HasPrefix(text[over.Bytes:], overMark) {
		return text, nil
	}
	return text[over.Bytes+len(overMark):], []tickets.Beside{{Language: over.Language, Text: text[:over.Bytes]}}
}

const overMark = "\n\n---\n\n"
