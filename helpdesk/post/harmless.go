package post

import (
	"html"
	"net/url"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
)

// maxNesting bounds open elements in a sanitised body: deeper ones lose their
// tags, never their words. No mail program nests so deep, and browsers give up
// at a few hundred.
const maxNesting = 128

// policy is what may remain of a stranger's HTML: words, their order and
// emphasis. Nothing that loads, runs, submits or restyles: no style, class or
// id, because a letter could then dress up as part of our page.
var policy = harmlessPolicy()

func harmlessPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements(
		"p", "br", "hr", "div", "span", "center", "blockquote", "pre", "code", "tt", "kbd", "samp", "var",
		"b", "strong", "i", "em", "u", "s", "strike", "del", "ins", "small", "big", "sub", "sup", "q", "cite", "abbr", "dfn", "mark", "font",
		"h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "address",
		"section", "article", "header", "footer", "main", "aside", "figure", "figcaption",
		"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "bdi", "bdo", "ruby", "rt", "rp", "wbr",
	)
	p.AllowNoAttrs().OnElements("span", "font", "bdo")
	p.AllowAttrs("dir").Matching(regexp.MustCompile(`^(?i:rtl|ltr|auto)$`)).Globally()
	p.AllowAttrs("lang").Matching(regexp.MustCompile(`^[A-Za-z0-9-]{1,35}$`)).Globally()
	p.AllowAttrs("colspan", "rowspan").Matching(regexp.MustCompile(`^[0-9]{1,2}$`)).OnElements("td", "th")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^[0-9]{1,5}$`)).OnElements("ol")
	p.AllowAttrs("title").Matching(bluemonday.Paragraph).OnElements("abbr", "dfn")

	// The only source is a part of the same letter; the page turns it into a
	// link of our own. Everything else would tell the sender when and where
	// the letter was opened.
	p.AllowAttrs("src").Matching(regexp.MustCompile(`^(?i:cid):[^\s"'<>]+$`)).OnElements("img")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("width", "height").Matching(regexp.MustCompile(`^[0-9]{1,4}$`)).OnElements("img")

	p.AllowAttrs("href").Matching(regexp.MustCompile(`^(?i:https?://|mailto:)`)).OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto", "cid")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	p.RequireNoReferrerOnLinks(true)
	p.RequireNoFollowOnLinks(true)

	// What stands in for the elements we drop is read like any other words.
	p.AllowElementsContent("noscript", "noframes", "noembed", "object")
	return p
}

// Harmless makes a letter's HTML safe to stand inside one of our pages:
// nothing remote is loaded, nothing runs, a link that misleads is text, and every
// element opened is closed, so that a letter can't close ours. Inline images keep src="cid:…", which no
// browser loads; see Inline.
func Harmless(body string) string {
	if body == "" {
		return ""
	}
	return balanced(policy.Sanitize(body))
}

// balanced drops end tags without a start and adds those that are missing. It
// reads what the policy wrote, where "<" and ">" stand around tags and nowhere
// else: in texts and attributes they are escaped.
func balanced(body string) string {
	var out strings.Builder
	out.Grow(len(body) + 64)
	var open []string
	cut := 0 // start tags dropped for depth and still open
	for body != "" {
		lt := strings.IndexByte(body, '<')
		if lt < 0 {
			out.WriteString(body)
			break
		}
		out.WriteString(body[:lt])
		gt := strings.IndexByte(body[lt:], '>')
		if gt < 0 {
			break // no tag: nothing the policy writes
		}
		tag := body[lt : lt+gt+1]
		body = body[lt+gt+1:]
		name, end := nameOf(tag)
		switch {
		case end && cut > 0:
			cut--
		case end:
			open = closeTo(&out, open, name)
		case name == "a" && cut == 0:
			if to := hrefOf(tag); misleads(to, textOf(linkText(body))) {
				// Its end tag finds no start and falls away.
				out.WriteString("[" + html.EscapeString(to) + "] ")
				continue
			}
			out.WriteString(tag)
			open = append(open, name)
		case void(name):
			out.WriteString(tag)
		case len(open) >= maxNesting:
			cut++
		default:
			out.WriteString(tag)
			open = append(open, name)
		}
	}
	for i := len(open) - 1; i >= 0; i-- {
		out.WriteString("</" + open[i] + ">")
	}
	return out.String()
}

// linkText is what stands between a link's start and its end, or the next link's
// start: links do not nest, and each is read once.
func linkText(body string) string {
	body = body[:min(len(body), maxLinkText)]
	for at := 0; ; at++ {
		lt := strings.IndexByte(body[at:], '<')
		if lt < 0 {
			return body
		}
		at += lt
		if rest := body[at:]; strings.HasPrefix(rest, "</a") || strings.HasPrefix(rest, "<a ") {
			return body[:at]
		}
	}
}

// nameOf is the element's name in a tag with its angle brackets.
func nameOf(tag string) (name string, end bool) {
	name = tag[1 : len(tag)-1]
	name, end = strings.CutPrefix(name, "/")
	if i := strings.IndexAny(name, " /"); i >= 0 {
		name = name[:i]
	}
	return name, end
}

// closeTo closes the innermost open element of that name and what it contains.
func closeTo(out *strings.Builder, open []string, name string) []string {
	for i := len(open) - 1; i >= 0; i-- {
		if open[i] != name {
			continue
		}
		for j := len(open) - 1; j >= i; j-- {
			out.WriteString("</" + open[j] + ">")
		}
		return open[:i]
	}
	return open
}

func void(name string) bool {
	return name == "br" || name == "hr" || name == "img" || name == "wbr"
}

var cidSource = regexp.MustCompile(`src="(?i:cid):([^"]*)"`)

// Inline puts link's answer where a sanitised body shows one of the letter's
// own parts; an empty answer leaves the picture without a source. link gets
// the Content-ID without <>.
func Inline(body string, link func(contentID string) string) string {
	return cidSource.ReplaceAllStringFunc(body, func(src string) string {
		cid := html.UnescapeString(src[len(`src="cid:`) : len(src)-1])
		to := link(unescapeCID(cid))
		if to == "" {
			return ""
		}
		return `src="` + html.EscapeString(to) + `"`
	})
}

// unescapeCID undoes the percent-encoding that RFC 2392 asks of cid: URLs.
func unescapeCID(cid string) string {
	if plain, err := url.PathUnescape(cid); err == nil {
		return plain
	}
	return cid
}
