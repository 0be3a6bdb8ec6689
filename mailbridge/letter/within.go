package letter

import (
	"fmt"
	"strings"
)

// pictures takes the pictures that lie within HTML (data URLs, RFC 2397) and puts
// them among the attachments, where a reader finds and can save them: our pages
// load none. The HTML names each by its Content-ID (RFC 2392) instead.
func (p *parser) pictures(html string) (string, error) {
	var out strings.Builder
	for {
		at := strings.Index(html, "data:image/")
		if at < 1 || p.parts >= p.lim.Parts {
			break
		}
		quote, end := html[at-1], -1
		if quote == '"' || quote == '\'' {
			end = strings.IndexByte(html[at:], quote)
		}
		if end < 0 {
			out.WriteString(html[:at+len("data:")])
			html = html[at+len("data:"):]
			continue
		}
		url := html[at : at+end]
		about, coded, _ := strings.Cut(url, ",")
		kind, _, _ := strings.Cut(strings.TrimPrefix(about, "data:"), ";")
		kind = strings.ToLower(strings.TrimSpace(kind))
		if !strings.HasSuffix(strings.TrimSpace(about), ";base64") || !validKind(kind) {
			out.WriteString(html[:at+end])
			html = html[at+end:]
			continue
		}
		raw := decodeBase64([]byte(coded)).data
		if err := p.count(len(raw)); err != nil {
			return "", err
		}
		p.parts++
		id := fmt.Sprintf("data-%d@letter", p.parts)
		p.letter.Attachments = append(p.letter.Attachments, Attachment{ContentType: kind, ContentID: id, Inline: true, Bytes: raw})
		out.WriteString(html[:at])
		out.WriteString("cid:" + id)
		html = html[at+end:]
	}
	if out.Len() == 0 {
		return html, nil
	}
	out.WriteString(html)
	return out.String(), nil
}
