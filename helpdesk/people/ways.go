package people

import (
	"log/slog"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"returnsupport/helpdesk"
)

// The ways somebody is reached.
const (
	WayMail  = "mail"
	WayPhone = "phone"
	WayText  = "text"  // a text message or a messenger
	WayHere  = "here"  // their conversation with us, by code
	WayVisit = "visit" // where they can be met
	WayPaper = "paper" // a letter, or what a visitor carries in
)

// Ways lists them in the order in which they are shown.
var Ways = []string{WayPhone, WayText, WayMail, WayHere, WayVisit, WayPaper}

// Way is how somebody can, or must not, be reached.
type Way struct {
	ID       helpdesk.ID `json:"id"`
	By       string      `json:"by"`              // one of Ways
	Where    string      `json:"where,omitempty"` // the number, the address, the place
	From     int         `json:"from,omitempty"`  // the safe hours of their day, [From, To); alike for any hour
	To       int         `json:"to,omitempty"`
	Language string      `json:"language,omitempty"` // one of the house's, "ar"; "" for theirs
	// Leave: a message may be left, on a machine or with whoever answers.
	Leave bool `json:"leave,omitempty"`
	// Never: this way harms them; it is kept so that nobody takes it.
	Never bool   `json:"never,omitempty"`
	Note  string `json:"note,omitempty"` // "not on Fridays"
}

// LogValue keeps the way out of logs.
func (Way) LogValue() slog.Value { return slog.StringValue(sealedText) }

// Safe tells whether an hour of their day, 0 to 23, is a safe one; never for a
// way that harms.
func (w Way) Safe(hour int) bool {
	return !w.Never && Notice{From: w.From, To: w.To}.Safe(hour)
}

// How long what is written about a person may be, in characters.
const (
	mostWhere = 254
	mostNote  = 500
	mostName  = 120
)

// Fit refuses what can not be used: "way.by", "way.where", "way.hours",
// "way.long".
func (w Way) Fit() error {
	known := false
	for _, by := range Ways {
		known = known || w.By == by
	}
	if !known {
		return helpdesk.Refuse("way.by")
	}
	if w.From < 0 || w.From > 24 || w.To < 0 || w.To > 24 {
		return helpdesk.Refuse("way.hours")
	}
	if tooLong(w.Where, mostWhere) || tooLong(w.Note, mostNote) || len(w.Language) > 8 {
		return helpdesk.Refuse("way.long")
	}
	switch w.By {
	case WayMail:
		if a, err := mail.ParseAddress(w.Where); err != nil || a.Address != w.Where {
			return helpdesk.Refuse("way.where")
		}
	case WayPhone, WayText:
		// A messenger may go by a name; a phone never does.
		if w.By == WayPhone && !dials(w.Where) || strings.TrimSpace(w.Where) == "" {
			return helpdesk.Refuse("way.where")
		}
	case WayHere:
	default:
		if strings.TrimSpace(w.Where) == "" {
			return helpdesk.Refuse("way.where")
		}
	}
	return nil
}

// dials tells whether a text is a number to call, in any script's digits.
func dials(s string) bool {
	digits := 0
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			digits++
		case !strings.ContainsRune("+-() /.", r):
			return false
		}
	}
	return digits >= 3 && digits <= 20
}

func tooLong(s string, most int) bool { return utf8.RuneCountInString(s) > most }
