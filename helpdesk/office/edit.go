package office

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/vault"
)

// Edit is what a journal entry of this room holds sealed: what stood before
// and what stands after, as text; "" where there was nothing, or is nothing
// any more.
type Edit struct{ Before, After string }

func editPlace(verb string, object helpdesk.ID) vault.Context {
	return vault.At("office.edit", verb, object)
}

// sealEdit seals an edit for its entry. The entry's own mark goes over the
// sealed bytes, so an edit can't be hung on another entry of the same object.
func (o *Office) sealEdit(verb string, object helpdesk.ID, e Edit) ([]byte, error) {
	plain, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("seal what changed about %s: %w", object, err)
	}
	return o.secrets.SealOffice(editPlace(verb, object), plain), nil
}

// OpenEdit opens what an entry of this room holds sealed, for the page that
// shows the journal.
func (o *Office) OpenEdit(verb string, object helpdesk.ID, sealed []byte) (Edit, error) {
	plain, err := o.secrets.OpenOffice(editPlace(verb, object), sealed)
	if err != nil {
		return Edit{}, fmt.Errorf("open what changed about %s: %w", object, err)
	}
	var e Edit
	if json.Unmarshal(plain, &e) != nil {
		// The decoder's words could quote the content.
		return Edit{}, fmt.Errorf("read what changed about %s: not what was sealed", object)
	}
	return e, nil
}

// text is a mailbox for the journal, without its passwords.
func (m Mailbox) text() string {
	if m.ID == "" {
		return ""
	}
	var b strings.Builder
	for _, row := range [...][2]string{
		{"team", string(m.Team)}, {"address", m.Address}, {"name", m.Name}, {"imap", m.IMAP}, {"smtp", m.SMTP}, {"folder", m.Folder},
		{"oauth", m.OAuth.Kind}, {"tenant", m.OAuth.Tenant}, {"client", m.OAuth.ClientID}, {"authorize", m.OAuth.AuthorizeURL}, {"token", m.OAuth.TokenURL}, {"scopes", m.OAuth.Scopes},
		{"after", strings.TrimSpace(m.After + " " + m.AfterFolder)}, {"since", day(m.Since)}, {"plus_tokens", strconv.FormatBool(m.PlusTokens)},
		{"authserv", m.Authserv}, {"signature", m.Signature}, {"secure", strconv.FormatBool(m.Secure)}, {"state", m.State},
	} {
		if row[1] != "" {
			b.WriteString(row[0] + " = " + row[1] + "\n")
		}
	}
	return b.String()
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// text is a closure for the journal.
func (s sealedClosure) text() string {
	if s.Until == 0 {
		return ""
	}
	stamp := func(micro int64) string { return time.UnixMicro(micro).UTC().Format(time.RFC3339) }
	return strings.TrimSpace(stamp(s.From) + ".." + stamp(s.Until) + " " + s.Reason + "\n" + s.Note)
}
