package tickets

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"returnsupport/helpdesk"
)

// Address is one mail address as written.
type Address struct {
	Name string `json:"name,omitempty"`
	Addr string `json:"addr,omitempty"`
}

// LogValue keeps addresses out of logs.
func (Address) LogValue() slog.Value { return sealedValue }

// Source is where a letter was collected.
type Source struct {
	Mailbox     helpdesk.ID `json:"mailbox,omitempty"`
	UIDValidity uint32      `json:"uidvalidity,omitempty"`
	UID         uint32      `json:"uid,omitempty"`
}

// File is one attachment. Its bytes lie in rows of their own, under a key of
// their own that stands in the sealed message.
type File struct {
	Name   string `json:"name,omitempty"`
	Type   string `json:"type,omitempty"` // media type
	Size   int64  `json:"size"`           // bytes
	CID    string `json:"cid,omitempty"`  // Content-ID without <>, for inline images
	Inline bool   `json:"inline,omitempty"`
	// Tells: the person sent it from a page of ours, which takes out who made
	// a file and when, and could not look everywhere in this one.
	Tells bool `json:"tells,omitempty"`
}

// LogValue keeps file names out of logs.
func (File) LogValue() slog.Value { return sealedValue }

// Content is everything in a message that a person wrote or that tells who
// they are. It is sealed as a whole.
type Content struct {
	// At is the exact instant, to the microsecond; the plain column beside the
	// sealed bytes is cut to the day when the ticket closes. Append sets it.
	At time.Time `json:"at"`

	From    []Address `json:"from,omitempty"`
	ReplyTo []Address `json:"reply_to,omitempty"`
	To      []Address `json:"to,omitempty"`
	Cc      []Address `json:"cc,omitempty"`

	Subject string `json:"subject,omitempty"`
	Text    string `json:"text,omitempty"`
	HTML    string `json:"html,omitempty"` // sanitised by whoever hands it in

	MessageID  string    `json:"message_id,omitempty"` // without <>
	InReplyTo  []string  `json:"in_reply_to,omitempty"`
	References []string  `json:"references,omitempty"`
	Date       time.Time `json:"date,omitzero"` // as the letter says
	Language   string    `json:"language,omitempty"`
	Source     *Source   `json:"source,omitempty"`

	// Files is filled by Append from Message.Files.
	Files    []File   `json:"files,omitempty"`
	Problems []string `json:"problems,omitempty"` // what the lenient parser mended
	Carries  []string `json:"carries,omitempty"`  // what else is in the letter than words to read: see letter.Carried

	// Proven: the sender is who the address says. Claim is the ticket the
	// letter says it belongs to without proof; one click decides.
	Proven bool        `json:"proven,omitempty"`
	Claim  helpdesk.ID `json:"claim,omitempty"`

	// Secure: the words never left by mail; a link leads to them.
	Secure bool `json:"secure,omitempty"`

	// Over: the text begins with a translation, as it went out by mail.
	Over *Over `json:"over,omitempty"`

	// Offers are short answers to choose from, shown as buttons.
	Offers []string `json:"offers,omitempty"`

	// Named are the colleagues a note names, and Asks the colleague or team whose
	// advice it asks for.
	Named []helpdesk.ID `json:"named,omitempty"`
	Asks  helpdesk.ID   `json:"asks,omitempty"`

	// Call is set in a note of a call.
	Call *Call `json:"call,omitempty"`

	// Key and Args make a system message.
	Key  string   `json:"key,omitempty"`
	Args []string `json:"args,omitempty"`
}

// Over is a translation at the head of a text: in which language, and how many
// bytes it has.
type Over struct {
	Language string `json:"language"`
	Bytes    int    `json:"bytes"`
}

// LogValue keeps content out of logs.
func (Content) LogValue() slog.Value { return sealedValue }

var sealedValue = slog.StringValue("[sealed]")

// inner is what lies in the sealed bytes: the content and the keys of what was
// stored beside it.
type inner struct {
	Content
	Author      helpdesk.ID `json:"author,omitempty"` // of a restricted team
	Kind        Kind        `json:"kind,omitempty"`   // where the row says another
	Before      State       `json:"before,omitempty"` // of a restricted team: what an answer changed
	FileKeys    [][]byte    `json:"file_keys,omitempty"`
	OriginalKey []byte      `json:"original_key,omitempty"`
	// OriginalSize is -1 when no original was kept.
	OriginalSize int64 `json:"original_size"`
}

func (in *inner) encode() ([]byte, error) {
	var b bytes.Buffer
	b.Grow(1024 + len(in.Text) + len(in.Text)/16 + len(in.HTML) + len(in.HTML)/16)
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // nothing here goes into a page as JSON, and HTML bodies would swell
	if err := e.Encode(in); err != nil {
		return nil, fmt.Errorf("encode a message: %w", err)
	}
	return floor(b.Bytes(), contentFloor), nil
}

// contentFloor and headFloor make short things alike: the vault pads in steps
// of 64 bytes, and "yes" may lie on the other side of a step than "no". White
// space behind JSON (RFC 8259, section 2) says nothing to its reader.
const (
	contentFloor = 376
	headFloor    = 888
)

func floor(b []byte, least int) []byte {
	if short := least - len(b); short > 0 {
		b = append(b, bytes.Repeat([]byte{' '}, short)...)
	}
	return b
}

func decodeInner(plain []byte) (*inner, error) {
	var in inner
	if err := json.Unmarshal(plain, &in); err != nil {
		// The decoder's own error may quote what it read.
		return nil, fmt.Errorf("decode a message: not what was sealed")
	}
	return &in, nil
}

// Head is what a queue shows of a ticket. It is sealed under the key of the
// person's conversation.
type Head struct {
	Title   string      `json:"title,omitempty"`
	Name    string      `json:"name,omitempty"`    // the writer's
	Address string      `json:"address,omitempty"` // the writer's
	Claim   helpdesk.ID `json:"claim,omitempty"`   // as in Content, of the first letter
	Facts   Facts       `json:"facts,omitzero"`
	Hidden  *hidden     `json:"hidden,omitempty"` // of a restricted team
}

// LogValue keeps content out of logs.
func (Head) LogValue() slog.Value { return sealedValue }

func (h Head) encode() ([]byte, error) {
	b, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("encode a head: %w", err)
	}
	return floor(b, headFloor), nil
}

func decodeHead(plain []byte) (Head, error) {
	var h Head
	if err := json.Unmarshal(plain, &h); err != nil {
		return Head{}, fmt.Errorf("decode a head: not what was sealed")
	}
	return h, nil
}
