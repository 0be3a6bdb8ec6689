package letter

import (
	"log/slog"
	"time"
)

// Limits bound what Parse accepts. A zero field means no limit of that kind,
// except Depth, Parts and Header, which then take the default: without them
// parsing is not linear.
type Limits struct {
	Size    int           // bytes of the raw mail
	Header  int           // bytes of one header block
	Depth   int           // nested multiparts
	Parts   int           // parts in all, multiparts included
	Decoded int           // bytes of all parts after decoding
	Time    time.Duration // wall time of one Parse
}

// DefaultLimits are generous to people and closed to attacks: no mail program
// nests twenty levels or writes five hundred parts.
func DefaultLimits() Limits {
	return Limits{
		Size:    25 << 20,
		Header:  256 << 10,
		Depth:   20,
		Parts:   500,
		Decoded: 60 << 20,
		Time:    10 * time.Second,
	}
}

func (lim Limits) orDefaults() Limits {
	d := DefaultLimits()
	if lim.Header <= 0 {
		lim.Header = d.Header
	}
	if lim.Depth <= 0 {
		lim.Depth = d.Depth
	}
	if lim.Parts <= 0 {
		lim.Parts = d.Parts
	}
	return lim
}

// The reasons of Unreadable.
const (
	TooLarge       = "too-large"
	TooDeep        = "too-deep"
	TooManyParts   = "too-many-parts"
	HeaderTooLarge = "header-too-large"
	NoMail         = "no-mail"
	TooSlow        = "too-slow"
	Broken         = "broken"
)

// Unreadable is the error of Parse: this letter can't become a Letter, and
// Reason says why. Headers are as far as readable, so that a page can show
// them; the error's text holds no content.
type Unreadable struct {
	Reason  string
	Headers []Field
}

func (u *Unreadable) Error() string { return "unreadable letter: " + u.Reason }

// LogValue keeps the headers out of logs.
func (u *Unreadable) LogValue() slog.Value { return slog.StringValue(u.Error()) }
