package letter

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// leaf sorts a part into bodies and attachments.
func (p *parser) leaf(h *header, m media, at place, v *views) error {
	if at.open && at.depth > 0 && m.torn == "" {
		m.torn = m.kind
	}
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
	html := m.kind == "text/html"
	label := m.params["charset"]
	if label == "" && html && !utf8.Valid(raw) {
		label = metaCharset(raw)
	}
	words, tags := p.words, p.tags
	fitting := p.fitting(raw, html)
	text, ok := toUTF8(fitting, label)
	if mended && isNoBase64(h.body, text) && strings.EqualFold(strings.TrimSpace(h.get("Content-Transfer-Encoding")), "base64") {
		raw, p.words, p.tags = h.body, words, tags
		fitting = p.fitting(raw, html)
		text, ok = string(fitting), true
		m.torn = m.kind
	}
	if len(fitting) < len(raw) {
		p.letter.problem(ProblemCut)
		if len(fitting) == 0 {
			return p.attach(h, m, false)
		}
	}
	if !ok {
		p.letter.problem(ProblemCharset)
	}
	text = lineEnds(text)
	p.carriesText(text)
	if html {
		var err error
		if text, err = p.pictures(text); err != nil {
			return err
		}
	}
	if err := p.count(len(text)); err != nil {
		return err
	}
	torn := m.torn != "" && !(html && endsPage(text))
	if torn {
		p.letter.problem(ProblemTorn)
		kept := m
		kept.kind = m.torn
		if err := p.keep(h, kept, Attachment{Torn: true, Bytes: raw}); err != nil {
			return err
		}
	}
	flowed := m.kind == "text/plain" && strings.EqualFold(m.params["format"], "flowed")
	p.letter.Bodies = append(p.letter.Bodies, Body{
		HTML:   html,
		Text:   text,
		View:   view,
		Flowed: flowed,
		DelSp:  flowed && strings.EqualFold(m.params["delsp"], "yes"),
		Torn:   torn,
	})
	return nil
}

// endsPage reports whether nothing of a page can be missing.
func endsPage(html string) bool {
	const end = "</html>"
	html = strings.TrimSpace(html)
	return len(html) >= len(end) && strings.EqualFold(html[len(html)-len(end):], end)
}

func (p *parser) attach(h *header, m media, inline bool) error {
	raw, mended, _ := transferDecode(h.body, h.get("Content-Transfer-Encoding"))
	if mended {
		p.letter.problem(ProblemCTE)
	}
	p.carriesPart(m, raw)
	if m.torn != "" {
		p.letter.problem(ProblemTorn)
	}
	return p.keep(h, m, Attachment{Inline: inline, Bytes: raw})
}

// keep puts a part among the attachments.
func (p *parser) keep(h *header, m media, a Attachment) error {
	if err := p.count(len(a.Bytes)); err != nil {
		return err
	}
	a.Name, a.ContentType = m.name, m.kind
	a.ContentID = cleanText(strings.Trim(h.get("Content-ID"), "<> \t"))
	p.letter.Attachments = append(p.letter.Attachments, a)
	return nil
}

func (p *parser) count(n int) error {
	if p.decoded += n; p.lim.Decoded > 0 && p.decoded > p.lim.Decoded {
		return &Unreadable{Reason: TooLarge}
	}
	return nil
}
