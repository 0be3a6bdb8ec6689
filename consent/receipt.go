package consent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"returnsupport/consent/internal/grants"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// Receipt is what somebody gets to keep: first for people, one page of who gets
// what, until when and how to stop, by Lines and Terms; and for machines as
// JSON, signed.
type Receipt struct {
	Allowed
	Notice Shown
	// Head is where the book stood when this was written, as `verify --against`
	// takes it.
	Head string
	JSON []byte // for machines and auditors; see WriteReceipt
}

// Receipt makes the receipt of one of the person's own consents. Refusal
// "consent.closed" while it does not open with their key.
func (d *Door) Receipt(ctx context.Context, g *people.Guest, id helpdesk.ID) (Receipt, error) {
	m, err := d.own(ctx, g, id)
	if err != nil {
		return Receipt{}, err
	}
	return d.receipt(ctx, m)
}

// ReceiptFor makes it for a colleague who reads the ticket, to print for the
// person. Errors as Of.
func (d *Door) ReceiptFor(ctx context.Context, s *staff.Session, id helpdesk.ID) (Receipt, error) {
	var m *matter
	err := d.DB.Write(ctx, "read a consent", func(tx *store.Tx) error {
		var err error
		m, err = d.oursLocked(ctx, tx, s, id)
		return err
	})
	if err != nil {
		return Receipt{}, err
	}
	return d.receipt(ctx, m)
}

// Paper is the paper that the last yes on paper was signed on, for a colleague who
// reads the ticket. ErrNotFound where there is none, or it does not open.
func (d *Door) Paper(ctx context.Context, s *staff.Session, id helpdesk.ID) (Scan, error) {
	m, err := d.matter(ctx, d.DB, id)
	if err == nil {
		_, err = d.Tickets.Facts(ctx, s, m.subject.Ticket)
	}
	if err == nil {
		err = d.open(ctx, d.DB, m, asStaff(s))
	}
	if err != nil && !errors.Is(err, errClosed) {
		return Scan{}, fmt.Errorf("paper of consent %s: %w", id, err)
	}
	for _, step := range slices.Backward(m.steps) {
		if !m.opened || step.State != string(Given) || !step.HasBody {
			continue
		}
		said, err := d.answer(ctx, d.DB, m, step)
		if err != nil && !errors.Is(err, errClosed) {
			return Scan{}, err
		}
		if said.Scan != nil {
			return *said.Scan, nil
		}
	}
	return Scan{}, fmt.Errorf("paper of consent %s: %w", id, helpdesk.ErrNotFound)
}

func (d *Door) receipt(ctx context.Context, m *matter) (Receipt, error) {
	if !m.opened {
		return Receipt{}, helpdesk.Refuse("consent.closed")
	}
	shown, err := d.Notice(ctx, m.subject.Notice)
	if err != nil {
		return Receipt{}, fmt.Errorf("notice of consent %s: %w", m.subject.ID, err)
	}
	head, err := d.ledger.Head(ctx)
	if err != nil {
		return Receipt{}, err
	}
	r := Receipt{Allowed: d.allowed(m), Notice: shown, Head: headText(head)}
	doc := d.document(m, shown)
	doc.Head = anchor{head.Seq, hexed(head.Hash)}
	r.JSON, err = d.sign(doc)
	return r, err
}

// document says a consent in the terms of ISO/IEC TS 27560:2023, with the
// values of the Data Privacy Vocabulary.
func (d *Door) document(m *matter, shown Shown) document {
	p, _ := grants.PurposeOf(m.purpose)
	t := m.terms
	basis := "dpv:Consent"
	if p.Explicit {
		basis = "eu-gdpr:A9-2-a-explicit-consent"
	} else {
		basis = "eu-gdpr:A6-1-a-consent"
	}
	doc := document{
		Context: receiptContext, Type: "dpv:ConsentReceipt", Schema: receiptSchema,
		Record: t.ID, Receipt: helpdesk.NewID(), Created: d.Now().UTC().Truncate(time.Second), Principal: t.Person,
		Controllers: []party{{ID: "controller", Name: t.Controller, Role: "dpv:DataController"}},
	}
	proc := processing{
		Notice:   notice{ID: shown.ID, Version: shown.Version, Language: shown.Language, Modality: shown.Modality, SHA256: hexed(shown.Hash)},
		Language: t.Language, Purpose: p.Code, PurposeVersion: m.version, PurposeType: p.DPV, Basis: basis, Article: p.Basis,
		Use: t.Use, Restrictions: t.Restrictions, Jurisdictions: t.Countries,
		Withdrawal: "With the return code, at any hour, or by telling any of us.", Sharing: "dpv:MakeAvailable",
	}
	if t.Retention > 0 {
		proc.Retention = fmt.Sprintf("P%dD", t.Retention)
	}
	for _, r := range t.Recipients {
		role := "dpv:ThirdParty"
		if r.Authority {
			role = "dpv:Authority"
		}
		proc.Recipients = append(proc.Recipients, party{ID: r.ID, Name: r.Name, Role: role, Country: r.Country})
	}
	allowed := map[string]bool{}
	for _, key := range m.said.Items {
		allowed[key] = true
	}
	for _, it := range t.Items {
		i := information{Key: it.Key, Type: it.Label, Allowed: allowed[it.Key], Updating: it.Updating, Category: "dpv:PersonalData"}
		if it.Special {
			i.Category = "dpv:SpecialCategoryPersonalData"
		}
		proc.Information = append(proc.Information, i)
	}
	doc.Processing = []processing{proc}
	for _, s := range m.steps {
		e := happened{Seq: s.Seq, SHA256: hexed(s.Hash), At: s.At.UTC(), State: dpvState(grants.State(s.State)), Outcome: s.Outcome}
		if e.Entity = "dpv:DataSubject"; s.Outcome == string(grants.Guardian) || s.Outcome == string(grants.Representative) {
			e.Entity = "dpv:" + map[string]string{"guardian": "GuardianOfDataSubject", "representative": "Representative"}[s.Outcome]
		}
		if !s.Until.IsZero() {
			e.Until = s.Until.UTC()
		}
		doc.Events = append(doc.Events, e)
	}
	return doc
}
