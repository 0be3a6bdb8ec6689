package grants

import "time"

// Purpose is what a consent is for. A version's terms never change: another
// duration or basis is another version.
type Purpose struct {
	Code     string `json:"code"` // names its texts in the catalogues, too
	Version  int    `json:"version"`
	Basis    string `json:"basis"` // lawful basis: article of the GDPR
	Explicit bool   `json:"explicit"`
	Days     int    `json:"days"`            // how long it holds by default and at most
	Months   int    `json:"months,omitzero"` // instead, counted from Consent.Day
	Single   bool   `json:"single,omitzero"` // one use, and it is over
	Items    bool   `json:"items,omitzero"`  // it names what is shared, one by one
	To       bool   `json:"to,omitzero"`     // it names recipients
	// Own: for authorities and for recipients in the country of origin, who are
	// asked about alone.
	Own string `json:"own,omitzero"` // OwnAuthority or OwnOrigin
	DPV string `json:"dpv"`          // the nearest purpose of the W3C Data Privacy Vocabulary
}

// What a purpose is alone for.
const (
	OwnAuthority = "authority"
	OwnOrigin    = "origin"
)

// The purposes' codes. Permission to refer and consent to share are two.
const (
	Refer     = "refer"     // ask somebody whether they can help: nothing about the person leaves
	Share     = "share"     // give them these things
	Authority = "authority" // give these things to an authority, once
	Origin    = "origin"    // give these things to somebody in the country of origin
	FollowUp  = "follow_up" // write to the person after the return
	// BranchSupport lets a branch stay beside the person: it reads its own thread,
	// until thirty days after closing. It is asked aloud by a volunteer.
	BranchSupport = "branch_support"
)

// Purposes are those in force, in the order of their page.
var Purposes = []Purpose{
	{Code: Refer, Version: 1, Basis: "6(1)(a)", Days: 90, To: true, DPV: "dpv:ServiceProvision"},
	{Code: Share, Version: 1, Basis: "6(1)(a), 9(2)(a)", Explicit: true, Days: 90, Items: true, To: true, DPV: "dpv:ServiceProvision"},
	{Code: Authority, Version: 1, Basis: "6(1)(a), 9(2)(a)", Explicit: true, Days: 30, Single: true, Items: true, To: true, Own: OwnAuthority, DPV: "dpv:CommunicationManagement"},
	{Code: Origin, Version: 1, Basis: "6(1)(a), 9(2)(a), 49(1)(a)", Explicit: true, Days: 90, Items: true, To: true, Own: OwnOrigin, DPV: "dpv:ServiceProvision"},
	{Code: FollowUp, Version: 1, Basis: "6(1)(a)", Months: 14, DPV: "dpv:CommunicationForCustomerCare"},
	{Code: BranchSupport, Version: 1, Basis: "6(1)(a)", Days: 730, To: true, DPV: "dpv:ServiceProvision"},
}

// PurposeOf finds one in force.
func PurposeOf(code string) (Purpose, bool) {
	for _, p := range Purposes {
		if p.Code == code {
			return p, true
		}
	}
	return Purpose{}, false
}

// Ends is until when a yes to c said at an instant holds. A day that can't be
// read counts as the day of the yes.
func (p Purpose) Ends(c Consent, at time.Time) time.Time {
	end := at.AddDate(0, 0, p.Days)
	if p.Months > 0 {
		from, err := time.Parse(time.DateOnly, c.Day)
		if err != nil {
			from = at
		}
		end = from.AddDate(0, p.Months, 0)
	}
	if own := at.AddDate(0, 0, c.Days); c.Days > 0 && own.Before(end) {
		return own
	}
	return end
}
