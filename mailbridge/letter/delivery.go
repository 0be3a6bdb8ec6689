package letter

import "strings"

// Delivery is what a delivery status notification says (RFC 3464).
type Delivery struct {
	Original   string // Message-ID of the letter it is about, without <>; "" when not told
	Recipients []Recipient
}

// Recipient is the fate of one address.
type Recipient struct {
	Addr       string // Final-Recipient, else Original-Recipient; "" for whoever the letter went to
	Action     string // "failed", "delayed", "delivered", "relayed" or "expanded"
	Status     string // like "5.1.1" (RFC 3463)
	Diagnostic string // what the remote server said
}

// Soft reports whether the address itself may be good: the letter is late, the
// server had no time for it, or the mailbox is full (RFC 3463 section 3.3).
func (r Recipient) Soft() bool {
	return r.Action == "delayed" || strings.HasPrefix(r.Status, "4") || r.Status == "5.2.2"
}

// Permanent reports whether this letter will not arrive any more.
func (r Recipient) Permanent() bool {
	return r.Action == "failed" || r.Action == "" && strings.HasPrefix(r.Status, "5")
}

// readDelivery finds the status and the returned original among the
// attachments of a multipart/report; nil when there is neither.
func readDelivery(l *Letter) *Delivery {
	if l.ReportType != "" && l.ReportType != "delivery-status" {
		return nil
	}
	var d Delivery
	found := false
	for _, a := range l.Attachments {
		switch a.ContentType {
		case "message/delivery-status", "message/global-delivery-status":
			d.Recipients = append(d.Recipients, recipientsOf(a.Bytes)...)
			found = true
		case "message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers":
			h := cutHeader(a.Bytes, len(a.Bytes), true)
			if ids := messageIDs(h.get("Message-ID")); len(ids) > 0 && d.Original == "" {
				d.Original = ids[0]
			}
		}
	}
	if !found {
		return nil
	}
	return &d
}

// maxRecipients bounds what one report may say.
const maxRecipients = 200

// recipientsOf reads the blocks of message/delivery-status: the first is about
// the message, each following one about a recipient.
func recipientsOf(b []byte) []Recipient {
	var out []Recipient
	for len(b) > 0 && len(out) < maxRecipients {
		h := cutHeader(b, len(b), true)
		if len(h.body) == len(b) {
			break
		}
		b = h.body
		r := Recipient{
			Addr:       typed(h.get("Final-Recipient")),
			Action:     strings.ToLower(cleanText(rawText(h.get("Action")))),
			Diagnostic: typed(h.get("Diagnostic-Code")),
		}
		r.Status, _, _ = strings.Cut(cleanText(rawText(h.get("Status"))), " ")
		if r.Addr == "" {
			r.Addr = typed(h.get("Original-Recipient"))
		}
		if r.Addr != "" {
			out = append(out, r)
		}
	}
	return out
}

// typed takes the text of "rfc822; anna@example.org".
func typed(s string) string {
	if _, after, ok := strings.Cut(s, ";"); ok {
		s = after
	}
	return strings.Trim(cleanText(rawText(s)), "<> ")
}
