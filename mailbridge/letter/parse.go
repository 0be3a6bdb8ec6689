package letter

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
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
	words   int // bytes of text taken so far, see fitting
	tags    int
	// unended are the boundaries of multiparts that never came to their end:
	// that of the one around them came first.
	unended map[string]bool
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
	if err := p.part(&h, place{within: "mixed", open: true}, &v); err != nil {
		return err
	}
	p.letter.Delivery = readDelivery(p.letter)
	if d := p.letter.Delivery; p.letter.Nature() == Bounce && (d == nil || len(d.Recipients) == 0) {
		if free := readFreeBounce(p.letter); free != nil {
			if d != nil && d.Original != "" {
				free.Original = d.Original
			}
			p.letter.Delivery = free
		}
	}
	return nil
}

// place is where a part stands.
type place struct {
	within        string // the subtype of the multipart around it
	first         bool   // it is the first part there
	inAlternative bool   // some multipart around it is multipart/alternative
	digest        bool   // no Content-Type means message/rfc822
	open          bool   // nothing but the end of the mail ends it
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
	boundary := m.params["boundary"]
	parts, closed, err := p.children(h.body, boundary)
	if parts == nil && err == nil {
		// RFC 2045 section 6.4 forbids to encode a multipart as a whole; gateways do.
		if raw, _, unknown := transferDecode(h.body, h.get("Content-Transfer-Encoding")); !unknown && len(raw) != len(h.body) {
			if err := p.count(len(raw)); err != nil {
				return err
			}
			parts, closed, err = p.children(raw, boundary)
		}
	}
	if err != nil {
		return err
	}
	if !closed && !at.open && boundary != "" {
		p.remember(boundary)
	}
	if parts == nil {
		if len(bytes.TrimSpace(h.body)) == 0 {
			return nil
		}
		m.kind, m.torn = "text/plain", m.kind
		return p.leaf(h, m, at, v)
	}
	sub := strings.TrimPrefix(m.kind, "multipart/")
	p.carriesMultipart(sub, m.params["protocol"])
	inside := place{
		within:        sub,
		inAlternative: at.inAlternative || sub == "alternative",
		digest:        sub == "digest",
		depth:         at.depth + 1,
	}
	// A part here may end a view for its later siblings, not for those outside.
	local := *v
	mark := len(p.letter.Bodies)
	for i := 0; i < len(parts); i++ {
		child := cutHeader(parts[i], p.lim.Header, false)
		if child.tooLarge {
			return &Unreadable{Reason: HeaderTooLarge}
		}
		if child.dropped {
			p.letter.problem(ProblemHeaderLine)
		}
		inside.open = at.open && !closed && i == len(parts)-1
		if len(child.body) == 0 && (!child.ended || inside.open && len(child.fields) == 0) {
			continue // nothing was sent
		}
		if rest := p.cutLate(&child); rest != nil {
			parts = slices.Insert(parts, i+1, rest)
			inside.open = false
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

// children splits a multipart; parts is nil when no boundary can be found, and
// closed tells whether its last part has an end.
func (p *parser) children(body []byte, boundary string) (parts [][]byte, closed bool, err error) {
	left := p.lim.Parts - p.parts
	if boundary != "" {
		parts, closed = splitMultipart(body, boundary, left)
	}
	if bare := strings.Trim(boundary, "'"); parts == nil && !closed && bare != "" && bare != boundary {
		parts, closed = splitMultipart(body, bare, left)
	}
	if parts == nil && !closed {
		p.letter.problem(ProblemBoundary)
		if guessed := guessBoundary(body); guessed != "" {
			parts, closed = splitMultipart(body, guessed, left)
		}
	}
	if !closed {
		p.letter.problem(ProblemBoundary)
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
		text = text || !b.Torn && b.View != HTMLView
		html = html || !b.Torn && b.View != TextView
	}
	if text == html {
		return
	}
	for i := range bodies {
		if b := &bodies[i]; !b.Torn && b.View != BothViews {
			b.View, b.lent = BothViews, true
		}
	}
}
