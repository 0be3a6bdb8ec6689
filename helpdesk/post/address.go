package post

import (
	"net/mail"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/tickets"
	"returnsupport/mailbridge/letter"
)

// maxRecipients of one letter of ours.
const maxRecipients = 50

// recipients reads the addresses somebody typed, each entry one address or
// several with commas. Refusals name the field (to, cc) and the entry's place,
// from 1, never the address, because refusals are logged:
// "post.address" (not an address), "post.address.domain" (its domain can't be),
// "post.address.local" (letters before the @ that mail can't carry
// everywhere), "post.address.ours" (one of our own mailboxes),
// "post.recipients" (more than maxRecipients).
func recipients(field string, typed []string, boxes *mailboxes, have map[string]bool) ([]letter.Address, error) {
	var out []letter.Address
	for i, s := range typed {
		if strings.TrimSpace(s) == "" {
			continue
		}
		if strings.ContainsFunc(s, control) || !utf8.ValidString(s) {
			return nil, helpdesk.Refuse("post.address", field, i+1)
		}
		list, err := mail.ParseAddressList(s)
		if err != nil {
			return nil, helpdesk.Refuse("post.address", field, i+1)
		}
		for _, m := range list {
			a := letter.Address{Name: m.Name, Addr: m.Address}
			if key := sendable(a); key != "" {
				return nil, helpdesk.Refuse(key, field, i+1)
			}
			if boxes.holds(a.Key()) {
				return nil, helpdesk.Refuse("post.address.ours", field, i+1)
			}
			if have[a.Key()] {
				continue // named twice: one copy
			}
			have[a.Key()] = true
			if len(have) > maxRecipients {
				return nil, helpdesk.Refuse("post.recipients", maxRecipients)
			}
			out = append(out, a)
		}
	}
	return out, nil
}

// sendable is "" or the key of the refusal.
func sendable(a letter.Address) string {
	at := strings.LastIndexByte(a.Addr, '@')
	if at < 1 || at > 64 || len(a.Addr) > 254 { // RFC 5321 section 4.5.3.1
		return "post.address"
	}
	for i := range at {
		// Quoted local parts are legal and seen only in attacks and typing
		// errors.
		if c := a.Addr[i]; c >= utf8.RuneSelf {
			return "post.address.local"
		} else if strings.IndexByte(" \"(),:;<>@[\\]", c) >= 0 {
			return "post.address"
		}
	}
	domain, err := idna.Lookup.ToASCII(a.Addr[at+1:])
	if err != nil || !strings.Contains(strings.Trim(domain, "."), ".") || strings.HasPrefix(domain, "[") {
		return "post.address.domain"
	}
	return ""
}

func control(r rune) bool {
	return r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == '\u2028' || r == '\u2029'
}

// shown writes an address for reading.
func shown(a tickets.Address) string {
	if a.Name == "" {
		return a.Addr
	}
	return clip(a.Name) + " <" + a.Addr + ">"
}

// clip shortens what strangers wrote for a list.
func clip(s string) string {
	if len(s) <= maxHeaderValue {
		return s
	}
	return strings.ToValidUTF8(s[:maxHeaderValue], "") + "…"
}

func lower(s string) string { return strings.ToLower(s) }
