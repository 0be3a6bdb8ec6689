package workspace

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk/bus"
)

// ringing says how processes tell each other that something is new; nil where
// there is nothing to say. Without Redis nothing is lost and everything is
// later, and whoever runs the house should know.
func ringing(w frontend.Words, h bus.Health) *frontend.Notice {
	switch {
	case !h.Shared:
		return nil
	case !h.Well:
		return &frontend.Notice{Kind: "warn", Text: w.Say("mail.bus.lost", w.Near(h.Since)), More: w.Say("mail.bus.asking")}
	case h.Silent > 0:
		return &frontend.Notice{Kind: "warn", Text: w.Say("mail.bus.silent", h.Silent), More: w.Say("mail.bus.asking")}
	}
	return &frontend.Notice{Kind: "ok", Text: w.Say("mail.bus.well", h.Replicas)}
}
