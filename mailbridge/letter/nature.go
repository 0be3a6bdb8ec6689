package letter

import (
	"strings"
)

// Nature is what kind of letter this is, told by its header alone.
type Nature int

const (
	Person    Nature = iota // somebody wrote it
	Automatic               // a program answered or announced something (RFC 3834)
	Bounce                  // delivery of one of our letters failed or is delayed (RFC 3464)
	Report                  // a read receipt or an abuse report (RFC 8098, RFC 5965)
	List                    // a mailing list handed it on
)

func (n Nature) String() string {
	return [...]string{"person", "automatic", "bounce", "report", "list"}[n]
}

// Nature tells whether a person wrote the letter. No automatic letter may ever
// be answered automatically; "Auto-Submitted: no" is a person's.
func (l *Letter) Nature() Nature {
	switch l.ReportType {
	case "delivery-status":
		return Bounce
	case "disposition-notification", "feedback-report":
		return Report
	}
	if l.Delivery != nil || len(l.Failed) > 0 || l.ReturnPath == "<>" && (l.fromMailer() || saysUndelivered(l.Subject)) {
		return Bounce
	}
	auto, _, _ := strings.Cut(l.AutoSubmitted, ";")
	auto = strings.ToLower(strings.TrimSpace(auto))
	auto, _, _ = strings.Cut(auto, " ")
	switch {
	case auto != "" && auto != "no":
		return Automatic
	case l.AutoReply, l.Precedence == "auto_reply", l.ReturnPath == "<>", auto == "" && saysAutomatic(l.Subject):
		return Automatic
	case l.ListID != "", l.Precedence == "list", l.Unsubscribe:
		return List
	case l.Precedence == "bulk", l.Precedence == "junk":
		return Automatic
	case l.fromMailer():
		return Bounce
	}
	return Person
}

// fromMailer reports whether a mail server signs as sender, as it does in
// bounces older than RFC 3464.
func (l *Letter) fromMailer() bool {
	for _, a := range l.From {
		local, _, _ := strings.Cut(strings.ToLower(a.Addr), "@")
		if local == "mailer-daemon" || local == "mailerdaemon" || local == "mail-daemon" || local == "postmaster" {
			return true
		}
	}
	return false
}
