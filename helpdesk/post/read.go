package post

import (
	"context"
	"errors"
	"fmt"
	"html"
	"strings"
	"time"

	"returnsupport/helpdesk/tickets"
	"returnsupport/mailbridge"
	"returnsupport/mailbridge/letter"
)

// ReasonWithheld is the reason of an Unreadable letter that its server lists and
// did not hand out; the other reasons are those of letter.Unreadable.
const ReasonWithheld = "withheld"

// incoming is a collected mail with all that can be known before the database
// is asked, so that the transaction is short.
type incoming struct {
	box      *mailbox
	mark     mailbridge.Mark
	ahead    bool
	at       time.Time // when our server got it
	size     int64
	raw      []byte
	whole    bool           // raw is all of it
	letter   *letter.Letter // nil when unreadable
	kind     AsideKind      // "" when a person wrote it
	reason   string         // of Unreadable
	ours     bool           // its Message-ID may be one of ours
	identity []byte
	headers  []letter.Field // of Unreadable

	// Of a person's letter:
	refs    []ref
	from    string   // folded
	replyTo string   // folded; "" when it is the sender's own
	given   []string // folded; other recipients than our mailboxes
	sender  sender
	board   *tickets.Board // by which a new ticket is routed; nil to leave it where it came in
	indexes [][]byte       // of refs, keyed; filled by judge
	ack     *acknowledgement
	wanted  bool   // somebody looked at it and decided to have it
	own     string // the writer's own words, as far as they tell a language
	content tickets.Content
	files   []tickets.Upload
}

// read parses and judges one mail. Only a cancelled ctx is an error: whatever
// the mail holds, it becomes something that can be kept.
func (p *Postroom) read(ctx context.Context, boxes *mailboxes, box *mailbox, a mailbridge.Arrival) (in *incoming, err error) {
	defer func() {
		if recover() != nil {
			// A mail that trips a bug here or in a library must not stop the
			// next one; the panic value may hold content and is dropped.
			in.letter, err = nil, nil
			in.unreadable(p, letter.Broken, letter.Headers(a.Raw, boxes.limits.Header))
		}
	}()
	in = &incoming{box: box, mark: a.Mark, ahead: a.Ahead, at: p.arrived(a.Internal), size: a.Size, raw: a.Raw, whole: a.Whole()}
	if in.size == 0 {
		in.size = int64(len(a.Raw))
	}
	switch {
	case a.Withheld:
		in.unreadable(p, ReasonWithheld, letter.Headers(a.Raw, boxes.limits.Header))
		if len(a.Raw) == 0 {
			// Nothing but its place tells it from the next one.
			in.identity = p.secrets.Index("post.withheld", fmt.Sprintf("%s %d %d", box.id, a.Mark.UIDValidity, a.Mark.UID))
		}
		return in, nil
	case a.TooLarge:
		in.unreadable(p, letter.TooLarge, letter.Headers(a.Raw, boxes.limits.Header))
		return in, nil
	}
	l, err := letter.Parse(ctx, a.Raw, boxes.limits)
	var bad *letter.Unreadable
	switch {
	case errors.As(err, &bad):
		in.unreadable(p, bad.Reason, bad.Headers)
		return in, nil
	case err != nil:
		return nil, err
	}
	in.letter = l
	in.identity = p.secrets.Index("post.letter", string(identityOf(l, a.Raw)))
	in.kind = kindOf(l, boxes, box)
	in.ours = boxes.ours(l.MessageID)
	if in.kind == "" {
		p.readPerson(boxes, in)
	}
	return in, nil
}

// readPerson reads what only a person's letter needs.
func (p *Postroom) readPerson(boxes *mailboxes, in *incoming) {
	l, box := in.letter, in.box
	in.parties(boxes)
	in.refs = refsOf(l, box.letterbox)
	in.sender = sender{proof: proofOf(l.AuthResults, box.authserv), otherReplyTo: in.replyTo != ""}
	in.content = contentOf(l)
	in.own = ownWords(l, in.content.Text)
	if lang := letter.Tongue(in.own); lang != "" {
		// Before the label: many programs label every letter in their own language.
		in.content.Language = lang
	}
	in.content.Source = &tickets.Source{Mailbox: box.id, UIDValidity: in.mark.UIDValidity, UID: in.mark.UID}
	// The mark "sender not proven" stands where there is a reason to doubt, not
	// where nobody checks; take adds the reason of a claim nobody believes.
	in.content.Proven = in.sender.proof != disproven
	for _, f := range l.Attachments {
		in.files = append(in.files, tickets.Upload{
			Name: f.FileName(), Type: f.ContentType, CID: f.ContentID, Inline: f.Inline, Data: f.Bytes,
		})
	}
}

func (in *incoming) unreadable(p *Postroom, reason string, headers []letter.Field) {
	in.kind, in.reason, in.headers = Unreadable, reason, headers
	in.identity = p.secrets.Index("post.letter", string(rawIdentity(in.raw)))
}

// arrived is when the letter came: now, unless the server has had it for a
// while (a first import, an outage). The server's own time knows seconds only
// and would put a quick answer before what it answers.
func (p *Postroom) arrived(internal time.Time) time.Time {
	now := p.now()
	if internal.Year() < 1980 || internal.After(now.Add(-fresh)) {
		return now
	}
	return internal
}

// fresh is how long ago a letter may have reached its server to count as just
// arrived.
const fresh = time.Minute

// kindOf says why a letter is set aside, "" when a person wrote it.
func kindOf(l *letter.Letter, boxes *mailboxes, box *mailbox) AsideKind {
	for _, a := range l.From {
		if boxes.holds(a.Key()) {
			return Own
		}
	}
	switch l.Nature() {
	case letter.Automatic:
		return Automatic
	case letter.Bounce:
		return Bounce
	case letter.Report:
		return Report
	case letter.List:
		if ownList(l.ListID, box.letterbox) {
			return ""
		}
		return List
	}
	return ""
}

// ownList: the mailbox itself is a group address, whose server marks every
// letter with the group's own name (RFC 2919: the local part, a dot, the
// domain). What persons write there is no list mail.
func ownList(listID string, box letterbox) bool {
	if open := strings.LastIndexByte(listID, '<'); open >= 0 {
		listID = listID[open+1:]
	}
	listID, _, _ = strings.Cut(listID, ">")
	return strings.EqualFold(strings.TrimSpace(listID), box.local+"."+box.domain)
}

// maxGiven bounds how many recipients of a letter may later answer into its
// conversation.
const maxGiven = 30

// parties fills the letter's addresses. The writer is the first From address,
// else whoever sent it, else whom to answer.
func (in *incoming) parties(boxes *mailboxes) {
	l := in.letter
	for _, list := range [][]letter.Address{l.From, l.Sender, l.ReplyTo} {
		if len(list) > 0 && in.from == "" {
			in.from = list[0].Key()
		}
	}
	same := len(l.ReplyTo) == 0
	other := ""
	for _, a := range l.ReplyTo {
		switch key := a.Key(); {
		case key == in.from || key == "" || boxes.holds(key):
			same = true
		case other == "":
			other = key
		}
	}
	if !same {
		in.replyTo = other
	}
	have := map[string]bool{in.from: true, "": true, in.replyTo: true}
	for _, list := range [][]letter.Address{l.To, l.Cc} {
		for _, a := range list {
			key := a.Key()
			if have[key] || boxes.holds(key) || len(in.given) == maxGiven {
				continue
			}
			have[key] = true
			in.given = append(in.given, key)
		}
	}
}

// contentOf turns a letter into what is sealed.
func contentOf(l *letter.Letter) tickets.Content {
	c := tickets.Content{
		From: addressesOf(l.From), ReplyTo: addressesOf(l.ReplyTo), To: addressesOf(l.To), Cc: addressesOf(l.Cc),
		Subject: l.Subject, Text: l.Readable(),
		MessageID: l.MessageID, InReplyTo: l.InReplyTo, References: l.References,
		Date: l.Date, Language: languageOf(l.Language),
	}
	if len(c.From) == 0 {
		c.From = addressesOf(l.Sender)
	}
	for _, problem := range l.Problems {
		c.Problems = append(c.Problems, string(problem))
	}
	var whole bool
	if c.HTML, whole = htmlOf(l); !whole {
		c.Problems = append(c.Problems, ProblemPlain)
	}
	for _, carried := range l.Carries {
		c.Carries = append(c.Carries, string(carried))
	}
	return c
}

// maxHTML bounds what is made harmless: the plain text and the original are
// there in any case, and no person writes so much.
const maxHTML = 2 << 20

// ProblemPlain stands among a letter's problems where its HTML was too much to
// be made harmless: its words are shown, how it looked is in the original alone.
const ProblemPlain = "plain"

// htmlOf is the letter's rich view made harmless, "" where it has none; false
// where it has one that is too much.
func htmlOf(l *letter.Letter) (string, bool) {
	rich, size := false, 0
	bodies := l.Rich()
	for _, b := range bodies {
		rich = rich || b.HTML
		size += len(b.Text)
	}
	if !rich || size > maxHTML {
		return "", !rich
	}
	var out strings.Builder
	for _, b := range bodies {
		if b.HTML {
			out.WriteString(Harmless(b.Text))
			continue
		}
		out.WriteString("<pre>" + html.EscapeString(b.Text) + "</pre>")
	}
	return out.String(), true
}

func addressesOf(list []letter.Address) []tickets.Address {
	if len(list) == 0 {
		return nil
	}
	out := make([]tickets.Address, len(list))
	for i, a := range list {
		out[i] = tickets.Address{Name: a.Name, Addr: a.Addr}
	}
	return out
}

// languageOf keeps a language tag only where it is one (RFC 5646: letters,
// digits and hyphens): it stands in plain beside the ticket.
func languageOf(tag string) string {
	tag, _, _ = strings.Cut(strings.ToLower(tag), "-")
	if len(tag) < 2 || len(tag) > 3 || strings.Trim(tag, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	return tag
}
