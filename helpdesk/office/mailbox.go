package office

import (
	"cmp"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"returnsupport/helpdesk"
)

// What becomes of a mail on its server once it is stored here.
const (
	AfterLeave  = "leave"  // untouched and unseen
	AfterSeen   = "seen"   // left, marked as seen
	AfterMove   = "move"   // into AfterFolder
	AfterDelete = "delete" // gone from the server
)

// The states of a mailbox.
const (
	Collecting = "collecting"
	Paused     = "paused"
)

// Mailbox is one address of the house and the team it feeds. Only its ID shows
// in logs.
type Mailbox struct {
	ID           helpdesk.ID
	Version      int64 `json:"-"` // as it was read; 0 for one that was not
	Team         helpdesk.ID
	Address      string // what people write to
	Name         string // what recipients see beside the address
	IMAP         string // imaps://user@host/, imap:// with STARTTLS; no password
	SMTP         string // smtps://user@host, smtp://; no password
	Password     string
	SMTPPassword string // "" means Password
	OAuth        OAuth  // instead of passwords
	Folder       string // "" means INBOX
	After        string // AfterLeave, AfterSeen, AfterMove or AfterDelete
	AfterFolder  string // with AfterMove
	Since        time.Time
	PlusTokens   bool   // the server takes local+token@domain
	Authserv     string // authserv-id our own MX writes (RFC 8601 §2.2), "" when it writes none
	Signature    string
	Secure       bool   // answers stay here, and a mail says only that they wait, unless the person wishes otherwise
	State        string // Collecting or Paused
}

// LogValue keeps everything but the id out of logs.
func (m Mailbox) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", string(m.ID)), slog.String("mailbox", sealedText))
}

// String and GoString keep it out of fmt, too.
func (m Mailbox) String() string   { return "mailbox " + string(m.ID) + " " + sealedText }
func (m Mailbox) GoString() string { return m.String() }

const sealedText = "[sealed]"

// check refuses what could not work, and what erasure would not reach unless
// somebody accepted that.
func (m *Mailbox) check(leaveAccepted bool) error {
	m.Address = strings.TrimSpace(m.Address)
	if !address(m.Address) {
		return helpdesk.Refuse("mailbox.address")
	}
	if _, err := helpdesk.ParseID(string(m.Team)); err != nil {
		return helpdesk.Refuse("mailbox.team")
	}
	if !server(m.IMAP, "imap") {
		return helpdesk.Refuse("mailbox.imap")
	}
	if !server(m.SMTP, "smtp") {
		return helpdesk.Refuse("mailbox.smtp")
	}
	if err := m.OAuth.check(); err != nil {
		return err
	}
	if m.State == "" {
		m.State = Collecting
	}
	if m.State != Collecting && m.State != Paused {
		return helpdesk.Refuse("mailbox.state")
	}
	switch m.After {
	case AfterDelete:
	case AfterMove:
		if m.AfterFolder == "" {
			return helpdesk.Refuse("mailbox.after_folder")
		}
	case AfterLeave, AfterSeen:
		if !leaveAccepted {
			return helpdesk.Refuse("mailbox.leave_not_accepted")
		}
	default:
		return helpdesk.Refuse("mailbox.after")
	}
	return nil
}

// keepSecrets gives a mailbox the secrets it had and that nobody typed anew, where
// they go to whom they were given for: else whoever may change a mailbox, and sees
// no secret, could have each brought to a server of their own.
func (m *Mailbox) keepSecrets(had Mailbox) error {
	moved := !sameServer(m.IMAP, had.IMAP)
	sentElsewhere := !sameServer(m.SMTP, had.SMTP)
	collects := m.Password != "" || !moved || had.Password == ""
	sends := m.SMTPPassword != "" || !sentElsewhere || had.SMTPPassword == "" && (m.Password != "" || had.Password == "")
	switch {
	case collects && sends:
		m.Password = cmp.Or(m.Password, had.Password)
		m.SMTPPassword = cmp.Or(m.SMTPPassword, had.SMTPPassword)
	case m.OAuth.Kind == "":
		return helpdesk.Refuse("mailbox.password_again")
	}
	switch {
	case m.OAuth.ClientSecret != "" || had.OAuth.ClientSecret == "" || m.OAuth.Kind != had.OAuth.Kind:
	case !m.OAuth.sameIssuer(had.OAuth):
		return helpdesk.Refuse("mailbox.secret_again")
	default:
		m.OAuth.ClientSecret = had.OAuth.ClientSecret
	}
	return nil
}

// sameServer tells whether two addresses lead to one account at one server, in one
// way.
func sameServer(a, b string) bool {
	x, errA := url.Parse(a)
	y, errB := url.Parse(b)
	return a == b || errA == nil && errB == nil &&
		x.Scheme == y.Scheme && strings.EqualFold(x.Host, y.Host) && x.User.Username() == y.User.Username()
}

// address tells whether s is one bare mail address.
func address(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && local != "" && domain != "" && !strings.ContainsAny(s, " ,;<>\r\n\x00") && !strings.Contains(domain, "@")
}

// server tells whether an address names a server of the family and holds no
// password: addresses are shown.
func server(address, family string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return false
	}
	if _, has := u.User.Password(); has {
		return false
	}
	return u.Scheme == family || u.Scheme == family+"s" || u.Scheme == family+"+insecure"
}
