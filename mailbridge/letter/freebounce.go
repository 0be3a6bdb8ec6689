package letter

import (
	"regexp"
	"strings"
)

// Bounces in free form: mail servers that write no RFC 3464 report, or wrote
// before there was one, tell a human instead. What they say is read only far
// enough to find who was not reached and which letter it was; a false address
// does no harm, because it must be one the letter went to.

// undelivered are words such subjects begin with, lower case.
var undelivered = []string{
	"undelivered", "undeliverable", "undelivery", "delivery failure", "delivery failed", "delivery status notification",
	"delivery notification", "delivery report", "mail delivery fail", "mail delivery problem", "mail delivery system", "mail system error",
	"mail status report", "message delivery fail", "message status - undeliverable", "failure notice", "failed mail", "failure delivery",
	"returned mail", "returned to sender", "returned message", "could not send message", "warning: could not send", "warning: message",
	"non remis", "non-delivery", "nondelivery", "non delivery", "email not delivered", "mail could not be delivered", "unzustellbar",
	"nicht zustellbar", "olevererbart", "oleverbart", "kunde inte levereras", "kan ikke leveres", "ikke leveret", "onbestelbaar",
	"no se puede entregar", "no entregado", "mensaje no entregado", "non recapitabile", "recapito non riuscito", "impossibile recapitare",
	"échec de la remise", "échec de remise", "não é possível entregar", "não foi possível entregar", "não entregue", "niet te bezorgen",
	"kunne ikke leveres", "meddelandet kunde inte levereras", "ei voida toimittaa", "ei voitu toimittaa", "nie można dostarczyć", "niedostarczon",
	"teslim edilemedi", "iletilemedi", "недоставлен", "не доставлен", "не удалось доставить", "не вдалося доставити",
	"تعذر التسليم", "تعذر تسليم", "لم يتم التسليم", "message delayed", "delivery delayed", "delayed mail",
}

func saysUndelivered(subject string) bool {
	s := strings.ToLower(strings.TrimLeft(subject, " *[(\"'"))
	for _, words := range undelivered {
		if strings.HasPrefix(s, words) {
			return true
		}
	}
	return false
}

// automatic are what programs put before a subject when their owner is away.
// A person who answers one has "Re:" before it.
var automatic = []string{
	"automatic reply", "auto reply", "auto-reply", "autoreply", "auto response", "auto-response", "automatic response", "out of office",
	"out of office autoreply", "autosvar", "automatiskt svar", "automatisk svar", "frånvaro", "abwesenheitsnotiz", "automatische antwort",
	"réponse automatique", "respuesta automática", "risposta automatica", "automatisch antwoord", "автоответ", "автоматический ответ",
	"автоматична відповідь", "otomatik yanıt", "përgjigje automatike", "resposta automática", "automaattinen vastaus", "odpowiedź automatyczna",
	"automatická odpověď", "رد تلقائي", "پاسخ خودکار",
}

func saysAutomatic(subject string) bool {
	s := strings.ToLower(strings.TrimSpace(subject))
	for _, words := range automatic {
		if rest, ok := strings.CutPrefix(s, words); ok && (rest == "" || strings.HasPrefix(strings.TrimSpace(rest), ":")) {
			return true
		}
	}
	return false
}

// failedAddresses reads X-Failed-Recipients, as Exim and Gmail write it.
func failedAddresses(value string) []string {
	var out []string
	list, _ := parseAddresses(value)
	for _, a := range list {
		if strings.Contains(a.Addr, "@") && len(out) < maxRecipients {
			out = append(out, a.Addr)
		}
	}
	return out
}

// maxBounceText bounds how much of a bounce is read: what matters comes first.
const maxBounceText = 64 << 10

var (
	addressIn = regexp.MustCompile(`[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}`)
	enhanced  = regexp.MustCompile(`(?:^|[^\d.])([245]\.\d{1,3}\.\d{1,3})(?:$|[^\d.]|\.\D|\.$)`)
	replyCode = regexp.MustCompile(`(?:^|[^\d.])([45])[0-5]\d(?:$|[\s#:;,-])`)
	copyBelow = regexp.MustCompile(`(?i)^[-=_*\s]*(?:.{0,40}(?:below this line|copy of the (?:message|original|body)|copy of your message|original message|returned message|undelivered message|unsent message|message headers|original-nachricht|ursprungligt meddelande|message follows|headers follow)).{0,80}$`)
)

// full and patient are what servers say where a mailbox is full, or where they
// go on trying.
var (
	full    = []string{"quota exceeded", "over quota", "mailbox full", "mailbox is full", "mailbox size limit", "exceeded storage", "out of storage", "inbox is full", "brevlådan är full"}
	patient = []string{"will be retried", "still trying", "will keep trying", "will continue to", "no action is required", "do not need to resend", "not yet been delivered", "has been delayed", "delivery is delayed", "temporarily deferred", "this is a warning message only"}
)

// readFreeBounce reads what a server tells in its own words; nil when it names
// nobody.
func readFreeBounce(l *Letter) *Delivery {
	text := l.Readable()
	text = text[:min(len(text), maxBounceText)]
	told, copied := cutCopy(text)
	d := Delivery{Original: originalID(l, copied)}
	delayed := saysAny(told, patient)
	have := map[string]bool{}
	for _, a := range l.To {
		have[a.Key()] = true // the bounce itself went there
	}
	for _, a := range l.From {
		have[a.Key()] = true
	}
	spoken := strings.Split(told, "\n")
	var at []int // the line each recipient was found on
	for i, line := range spoken {
		if strings.Contains(strings.ToLower(line), "message-id") {
			continue // it looks like an address and is none
		}
		for _, addr := range addressIn.FindAllString(line, 5) {
			addr = strings.Trim(addr, "'")
			key := Address{Addr: addr}.Key()
			if have[key] || len(d.Recipients) == maxRecipients || isMailer(key) {
				continue
			}
			have[key] = true
			d.Recipients = append(d.Recipients, Recipient{Addr: addr})
			at = append(at, i)
		}
	}
	for i := range d.Recipients {
		end := len(spoken)
		if i+1 < len(at) {
			end = max(at[i+1], at[i]+1)
		}
		d.Recipients[i].told(strings.Join(spoken[at[i]:end], "\n"), delayed)
	}
	for _, addr := range l.Failed {
		if key := (Address{Addr: addr}).Key(); !have[key] {
			have[key] = true
			r := Recipient{Addr: addr}
			r.told(told, delayed)
			d.Recipients = append(d.Recipients, r)
		}
	}
	if len(d.Recipients) == 0 {
		if d.Original == "" {
			return nil
		}
		r := Recipient{}
		r.told(told, delayed)
		d.Recipients = append(d.Recipients, r)
	}
	return &d
}

// told fills in what the words about a recipient say of their fate.
func (r *Recipient) told(words string, delayed bool) {
	r.Action = "failed"
	if delayed {
		r.Action = "delayed"
	}
	switch m := enhanced.FindStringSubmatch(words); {
	case m != nil && m[1][0] != '2':
		r.Status = m[1]
	case saysAny(words, full):
		r.Status = "5.2.2"
	default:
		r.Status = "5.0.0"
		if m := replyCode.FindStringSubmatch(words); m != nil {
			r.Status = m[1] + ".0.0"
		} else if delayed {
			r.Status = "4.0.0"
		}
	}
}

// cutCopy parts what the server says from the copy of our letter below it.
func cutCopy(text string) (told, copied string) {
	at := 0
	for line := range strings.Lines(text) {
		trimmed := strings.TrimRight(line, "\r\n")
		if len(trimmed) < 200 && (copyBelow.MatchString(trimmed) || at > 0 && opensCopy(trimmed)) {
			return text[:at], text[at:]
		}
		at += len(line)
	}
	return text, text
}

// opensCopy reports whether a line begins a copied header.
func opensCopy(line string) bool {
	line = strings.ToLower(strings.TrimLeft(line, "> \t"))
	for _, name := range []string{"return-path: ", "received: from ", "received: by ", "message-id: ", "mime-version: "} {
		if strings.HasPrefix(line, name) {
			return true
		}
	}
	return false
}

// originalID finds the Message-ID of the letter that came back: in a part of
// its own, else in the copy below the words.
func originalID(l *Letter, copied string) string {
	for _, a := range l.Attachments {
		switch a.ContentType {
		case "message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers":
			h := cutHeader(a.Bytes, len(a.Bytes), true)
			if ids := messageIDs(h.get("Message-ID")); len(ids) > 0 {
				return ids[0]
			}
		}
	}
	for line := range strings.Lines(copied) {
		line = strings.TrimLeft(line, "> \t")
		if name, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(name, "Message-ID") {
			if ids := messageIDs(strings.TrimSpace(value)); len(ids) > 0 {
				return ids[0]
			}
		}
	}
	return ""
}

func isMailer(key string) bool {
	local, _, _ := strings.Cut(key, "@")
	switch local {
	case "mailer-daemon", "mailerdaemon", "mail-daemon", "postmaster", "abuse", "helpdesk", "support", "noreply", "no-reply":
		return true
	}
	return false
}

func saysAny(text string, words []string) bool {
	text = strings.ToLower(text)
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}
