package consent

import (
	"context"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// Voidable is a version of a purpose, or of the sentences in which one is asked
// for, and how many consents rest on it.
type Voidable struct {
	Key                helpdesk.ID // of the notice; of a purpose its code and version
	Purpose            string
	Version            int
	Language, Modality string // "" of a purpose
	Lines              []Line // none of a purpose
	Void               time.Time
	Stand              int // yeses that hold now, and would end; 0 for fewer than Fewest
}

// Voidables lists them for a coordinator, by purpose; ErrDenied for others.
func (d *Door) Voidables(ctx context.Context, s *staff.Session) ([]Voidable, error) {
	if !s.Coordinator() {
		return nil, fmt.Errorf("list the notices: %w", helpdesk.ErrDenied)
	}
	purposes, err := d.ledger.Purposes(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	notices, err := d.ledger.Notices(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	standing, err := d.ledger.Standing(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	var all []Voidable
	for _, p := range purposes {
		all = append(all, Voidable{Key: purposeSubject(p.Purpose, p.Version), Purpose: p.Purpose, Version: p.Version})
	}
	for _, n := range notices {
		v := Voidable{Key: n.ID, Purpose: n.Purpose, Version: n.Version, Language: n.Language, Modality: n.Modality}
		if err := strict(n.Text, &v.Lines); err != nil {
			return nil, fmt.Errorf("read notice %s: %w", n.ID, err)
		}
		all = append(all, v)
	}
	void := map[helpdesk.ID]bool{}
	for i := range all {
		steps, err := d.ledger.Events(ctx, d.DB, all[i].Key)
		if err != nil {
			return nil, err
		}
		all[i].Void = voidSince(steps, all[i].Key)
		void[all[i].Key] = !all[i].Void.IsZero()
	}
	for _, s := range standing {
		purpose := purposeSubject(s.Purpose, s.Version)
		if void[purpose] || void[s.Notice] {
			continue // it has ended with the other
		}
		for i := range all {
			if all[i].Key == purpose || all[i].Key == s.Notice {
				all[i].Stand += s.Many
			}
		}
	}
	for i := range all {
		all[i].Stand = figure(all[i].Stand)
	}
	return all, nil
}

// Fewest is the smallest figure about persons that anybody is shown: in a smaller
// one somebody could be recognised (CONSENT.md, invariant 15). A coordinator, who
// may read none of these tickets, would else learn that one person who reads
// Tigrinya said yes to an authority.
const Fewest = 5

func figure(n int) int {
	if n < Fewest {
		return 0
	}
	return n
}

// Void declares one void, as VoidNotice and VoidPurpose do.
func (d *Door) Void(ctx context.Context, s *staff.Session, v Voidable) error {
	if v.Language == "" {
		return d.VoidPurpose(ctx, s, v.Purpose, v.Version)
	}
	return d.VoidNotice(ctx, s, v.Key)
}
