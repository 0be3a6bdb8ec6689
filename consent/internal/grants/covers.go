package grants

import (
	"slices"
	"time"

	"returnsupport/helpdesk"
)

// Use is what somebody wants to do.
type Use struct {
	Purpose   string
	Recipient helpdesk.ID // in the directory
	Country   string      // where it goes
	Items     []string    // keys of Consent.Items; none where nothing is shared
}

// Reason says why a consent does not cover a use; "" when it does. Each is a
// key in the catalogues behind "consent.why.".
type Reason string

// The reasons.
const (
	NotValid  Reason = "valid"     // not given, over, stopped
	Purposed  Reason = "purpose"   // for something else
	Stranger  Reason = "recipient" // not named
	Abroad    Reason = "country"   // not that country
	NotTicked Reason = "item"      // not everything was allowed
	NotAlone  Reason = "alone"     // something sensitive, and they were not alone
	Empty     Reason = "empty"     // nothing was allowed at all
)

// Covers tells whether a consent, as answered, covers a use at an instant.
func Covers(c Consent, a Answer, events []Event, void Void, u Use, t time.Time) (bool, Reason) {
	p, known := PurposeOf(u.Purpose)
	switch {
	case !Valid(events, c.Age, void, t):
		return false, NotValid
	case !known || c.Purpose != u.Purpose:
		return false, Purposed
	}
	if p.To {
		i := slices.IndexFunc(c.Recipients, func(r Recipient) bool { return r.ID == u.Recipient && r.ID != "" })
		switch {
		case i < 0:
			return false, Stranger
		case u.Country == "" || c.Recipients[i].Country != u.Country || !slices.Contains(c.Countries, u.Country):
			return false, Abroad
		}
	}
	if p.Items && len(u.Items) == 0 {
		return false, Empty
	}
	for _, key := range u.Items {
		i := slices.IndexFunc(c.Items, func(it Item) bool { return it.Key == key })
		switch {
		case i < 0 || !slices.Contains(a.Items, key):
			return false, NotTicked
		case c.Items[i].Special && !a.Alone:
			return false, NotAlone
		}
	}
	return true, ""
}
