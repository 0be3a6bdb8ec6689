package office

import (
	"encoding/hex"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The names of the settings.
const (
	PublicName          = "public_name"
	PublicNameEnglish   = "public_name_en"
	Signature           = "signature"
	UndoSeconds         = "undo_seconds"
	PollSeconds         = "poll_seconds"
	MaxLetterMiB        = "max_letter_mib"
	LeaveAccepted       = "leave_accepted"
	RecoveryFingerprint = "recovery_fingerprint"
)

const (
	yes = "yes"
	no  = "no"
)

// Known is one setting the house understands.
type Known struct {
	Name      string
	Default   string
	Explained string // catalogue key of its explanation
	Fixed     bool   // set by the house itself, shown to compare
	fits      func(string) bool
}

// known is all of them, in the order of the page.
var known = []Known{
	{Name: PublicName, Default: "Samtalsstöd", fits: line(1, 80)},
	{Name: PublicNameEnglish, Default: "Talk and support", fits: line(1, 80)},
	{Name: Signature, fits: text(2000)},
	{Name: UndoSeconds, Default: "10", fits: number(0, 120)},
	{Name: PollSeconds, Default: "60", fits: number(5, 3600)},
	{Name: MaxLetterMiB, Default: "25", fits: number(1, 100)},
	{Name: LeaveAccepted, Default: no, fits: func(s string) bool { return s == yes || s == no }},
	{Name: RecoveryFingerprint, Fixed: true, fits: fingerprint},
}

func init() {
	for i := range known {
		known[i].Explained = "setting." + known[i].Name
	}
}

func lookUp(name string) (Known, bool) {
	for _, k := range known {
		if k.Name == name {
			return k, true
		}
	}
	return Known{}, false
}

func line(least, most int) func(string) bool {
	return func(s string) bool {
		n := utf8.RuneCountInString(s)
		return utf8.ValidString(s) && n >= least && n <= most && !strings.ContainsAny(s, "\r\n\x00") && strings.TrimSpace(s) == s
	}
}

func text(most int) func(string) bool {
	return func(s string) bool {
		return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.Contains(s, "\x00")
	}
}

func number(least, most int) func(string) bool {
	return func(s string) bool {
		n, err := strconv.Atoi(s)
		return err == nil && n >= least && n <= most && strconv.Itoa(n) == s
	}
}

func fingerprint(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32
}
