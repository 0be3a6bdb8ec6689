package frontend

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// awaySeconds is when a page looks again whether what the house stands on is
// back.
const awaySeconds = 5

// Again is what somebody posted and the house could not take, to be posted once
// more: with the page it stood on it would be lost. Forms carry the id of what
// they say, so twice is once.
type Again struct {
	To     string
	Fields []AgainField
	Text   *AgainField // what they wrote, nil for none
	Label  string
}

// AgainField is one of its fields.
type AgainField struct{ Name, Value string }

// secretFields are typed again: no page holds them.
var secretFields = []string{"words", "code", "password", proveField}

// away prepares the answer to a request that waits for the store, and says once
// in the log that it is gone: each would say the same.
func (v *Visit) away(err error) *Again {
	v.c.Set(fiber.HeaderRetryAfter, strconv.Itoa(awaySeconds))
	if !v.site.storeLost.Swap(true) {
		v.site.Log.Error("requests can't be served for now", "err", err)
	}
	if v.Asked(fiber.MIMEApplicationJSON) || v.Partial() {
		return nil
	}
	if safeMethod(v.c.Method()) {
		v.c.Set("Refresh", strconv.Itoa(awaySeconds))
		return nil
	}
	if v.Form.values == nil {
		// The session is not known, so neither is whether the proof is true: it
		// goes back to where it came from, and is checked when it comes again.
		if v.readForm(Permission{unproven: true}, freely) != nil {
			return nil
		}
	}
	again := &Again{To: v.c.Path(), Label: v.Say("talk.label")}
	if !v.person {
		again.Label = v.Say("fault.away.text")
	}
	for name, values := range v.Form.values {
		if slices.Contains(secretFields, name) {
			return nil
		}
		for _, value := range values {
			f := AgainField{name, tidy(value)}
			if name == "text" && again.Text == nil {
				again.Text = &f
				continue
			}
			again.Fields = append(again.Fields, f)
		}
	}
	slices.SortStableFunc(again.Fields, func(a, b AgainField) int { return strings.Compare(a.Name, b.Name) })
	return again
}

// back says once in the log that requests are served again. Only one whose
// session was looked up knows.
func (v *Visit) back() {
	known := v.Session != nil || v.Guest != nil || v.Outsider != nil
	if known && v.site.storeLost.Load() && v.site.storeLost.Swap(false) {
		v.site.Log.Info("requests are served again")
	}
}
