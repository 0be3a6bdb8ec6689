package letter

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"
)

// Parse reads one mail. The error is an *Unreadable, or ctx.Err() when the
// caller gave up. Cost and memory are linear in len(raw) times the nesting,
// which lim bounds; raw must not change while the Letter is used.
func Parse(ctx context.Context, raw []byte, lim Limits) (l *Letter, err error) {
	lim = lim.orDefaults()
	defer func() {
		if recover() != nil {
			// A mail that trips a bug here or in a library must not stop the
			// next one; the panic value may hold content and is dropped.
			l, err = nil, &Unreadable{Reason: Broken, Headers: headersOfBroken(raw)}
		}
	}()
	p := &parser{ctx: ctx, lim: lim, letter: &Letter{Size: len(raw)}}
	if lim.Time > 0 {
		var cancel context.CancelFunc
		p.ctx, cancel = context.WithTimeout(ctx, lim.Time)
		defer cancel()
	}
	if err := p.parse(raw); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		var bad *Unreadable
		if errors.As(err, &bad) {
			bad.Headers = Headers(raw, min(lim.Header, shownHeader))
		}
		return nil, err
	}
	return p.letter, nil
}

// headersOfBroken reads the header of a mail that made the parser panic, if
// that does not panic too.
func headersOfBroken(raw []byte) (fields []Field) {
	defer func() {
		if recover() != nil {
			fields = nil
		}
	}()
	return Headers(raw, shownHeader)
}

// shownHeader bounds the header fields kept of an unreadable letter.
const shownHeader = 64 << 10

type parser struct {
	ctx     context.Context
	lim     Limits
	letter  *Letter
	parts   int
	decoded int
}

func (p *parser) parse(raw []byte) error {
	if p.lim.Size > 0 && len(raw) > p.lim.Size {
		return &Unreadable{Reason: TooLarge}
	}
	if bytes.IndexByte(raw, '\n') < 0 && bytes.IndexByte(raw, '\r') >= 0 {
		raw = bytes.ReplaceAll(raw, []byte("\r"), []byte("\n"))
	}
	h := cutHeader(raw, p.lim.Header, true)
	if h.tooLarge {
		return &Unreadable{Reason: HeaderTooLarge}
	}
	if len(h.fields) == 0 {
		return &Unreadable{Reason: NoMail}
	}
	if h.dropped {
		p.letter.problem(ProblemHeaderLine)
	}
	p.readHeader(&h)
	v := views{text: true, html: true}
	if err := p.part(&h, place{within: "mixed"}, &v); err != nil {
		return err
	}
	p.letter.Delivery = readDelivery(p.letter)
	return nil
}

// place is where a part stands.
type place struct {
	within        string // the subtype of the multipart around it
	first         bool   // it is the first part there
	inAlternative bool   // some multipart around it is multipart/alternative
	digest        bool   // no Content-Type means message/rfc822
	depth         int
}

// views tells for which of the two renderings parts are still collected (RFC
// 8621 section 4.1.4, the nullable textBody and htmlBody there).
type views struct{ text, html bool }

func (p *parser) part(h *header, at place, v *views) error {
	if err := p.ctx.Err(); err != nil {
		return &Unreadable{Reason: TooSlow}
	}
	if p.parts++; p.parts > p.lim.Parts {
		return &Unreadable{Reason: TooManyParts}
	}
	m := p.mediaOf(h, at)
	if strings.HasPrefix(m.kind, "multipart/") {
		return p.multipart(h, m, at, v)
	}
	return p.leaf(h, m, at, v)
}

func (p *parser) multipart(h *header, m media, at place, v *views) error {
	if at.depth >= p.lim.Depth {
		return &Unreadable{Reason: TooDeep}
	}
	parts, closed, err := p.children(h.body, m.params["boundary"])
	if err != nil {
		return err
	}
	if !closed {
		p.letter.problem(ProblemBoundary)
	}
	if parts == nil {
		if len(bytes.TrimSpace(h.body)) == 0 {
			return nil
		}
		m.kind = "text/plain"
		return p.leaf(h, m, at, v)
	}
	sub := strings.TrimPrefix(m.kind, "multipart/")
	inside := place{
		within:        sub,
		inAlternative: at.inAlternative || sub == "alternative",
		digest:        sub == "digest",
		depth:         at.depth + 1,
	}
	// A part here may end a view for its later siblings, not for those outside.
	local := *v
	mark := len(p.letter.Bodies)
	for i, raw := range parts {
		child := cutHeader(raw, p.lim.Header, false)
		if child.tooLarge {
			return &Unreadable{Reason: HeaderTooLarge}
		}
		if child.dropped {
			p.letter.problem(ProblemHeaderLine)
		}
		if !child.ended && len(child.body) == 0 {
			continue // no empty line, no body: nothing was sent
		}
		inside.first = i == 0
		if err := p.part(&child, inside, &local); err != nil {
			return err
		}
	}
	if sub == "alternative" && v.text && v.html {
		lendOnly(p.letter.Bodies[mark:])
	}
	return nil
}

// children splits a multipart; parts is nil when no boundary can be found.
func (p *parser) children(body []byte, boundary string) (parts [][]byte, closed bool, err error) {
	left := p.lim.Parts - p.parts
	if boundary != "" {
		parts, closed = splitMultipart(body, boundary, left)
	}
	if parts == nil && !closed {
		if guessed := guessBoundary(body); guessed != "" {
			parts, _ = splitMultipart(body, guessed, left)
			closed = false
		}
	}
	if len(parts) > left {
		return nil, false, &Unreadable{Reason: TooManyParts}
	}
	return parts, closed, nil
}

// lendOnly gives the view that found nothing what the other found.
func lendOnly(bodies []Body) {
	text, html := false, false
	for _, b := range bodies {
		text = text || b.View != HTMLView
		html = html || b.View != TextView
	}
	if text == html {
		return
	}
	for i := range bodies {
		bodies[i].View = BothViews
	}
}

// leaf sorts a part into bodies and attachments.
func (p *parser) leaf(h *header, m media, at place, v *views) error {
	readable := m.kind == "text/plain" || m.kind == "text/html"
	shown := readable || isMedia(m.kind)
	inline := m.disposition != "attachment" && shown &&
		(at.depth == 0 || at.first || at.within != "related" && (isMedia(m.kind) || m.name == ""))
	if !inline || !readable {
		related := at.within == "related" && h.has("Content-ID") && m.disposition != "attachment"
		if inline && at.inAlternative && at.within != "alternative" {
			inline = true
		}
		return p.attach(h, m, inline || related)
	}
	view := BothViews
	switch {
	case at.within == "alternative" && m.kind == "text/plain":
		view = TextView
	case at.within == "alternative":
		view = HTMLView
	case at.inAlternative && m.kind == "text/plain":
		v.html = false
	case at.inAlternative:
		v.text = false
	}
	switch {
	case view == TextView && !v.text, view == HTMLView && !v.html, !v.text && !v.html:
		// The other alternative already speaks: kept, but as an attachment.
		return p.attach(h, m, true)
	case view == BothViews && !v.html:
		view = TextView
	case view == BothViews && !v.text:
		view = HTMLView
	}
	return p.body(h, m, view)
}

// body decodes a readable part.
func (p *parser) body(h *header, m media, view View) error {
	raw, mended, unknown := transferDecode(h.body, h.get("Content-Transfer-Encoding"))
	if mended {
		p.letter.problem(ProblemCTE)
	}
	if unknown && bytes.IndexByte(raw, 0) >= 0 {
		return p.attach(h, m, false)
	}
	label := m.params["charset"]
	if label == "" && m.kind == "text/html" && !utf8.Valid(raw) {
		label = metaCharset(raw)
	}
	text, ok := toUTF8(raw, label)
	if mended && isNoBase64(h.body, text) && strings.EqualFold(strings.TrimSpace(h.get("Content-Transfer-Encoding")), "base64") {
		text, ok = string(h.body), true
	}
	if !ok {
		p.letter.problem(ProblemCharset)
	}
	text = lineEnds(text)
	if err := p.count(len(text)); err != nil {
		return err
	}
	flowed := m.kind == "text/plain" && strings.EqualFold(m.params["format"], "flowed")
	p.letter.Bodies = append(p.letter.Bodies, Body{
		HTML:   m.kind == "text/html",
		Text:   text,
		View:   view,
		Flowed: flowed,
		DelSp:  flowed && strings.EqualFold(m.params["delsp"], "yes"),
	})
	return nil
}

func (p *parser) attach(h *header, m media, inline bool) error {
	raw, mended, _ := transferDecode(h.body, h.get("Content-Transfer-Encoding"))
	if mended {
		p.letter.problem(ProblemCTE)
	}
	if err := p.count(len(raw)); err != nil {
		return err
	}
	p.letter.Attachments = append(p.letter.Attachments, Attachment{
		Name:        m.name,
		ContentType: m.kind,
		ContentID:   cleanText(strings.Trim(h.get("Content-ID"), "<> \t")),
		Inline:      inline,
		Bytes:       raw,
	})
	return nil
}

func (p *parser) count(n int) error {
	if p.decoded += n; p.lim.Decoded > 0 && p.decoded > p.lim.Decoded {
		return &Unreadable{Reason: TooLarge}
	}
	return nil
}

// absurd reports whether no person's mail can be of that time.
func absurd(t time.Time) bool { return t.Year() < 1980 || t.Year() > 2100 }
