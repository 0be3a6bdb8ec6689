package main

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/staff"
)

// demoVolunteer is somebody of a local branch, with an account at its own door.
const demoVolunteer = "lena"

// volunteer invites and enrols the demo's volunteer: of the directory's branch,
// and its coordinator, so that whoever tries it can invite others.
func (d *demo) volunteer(ctx context.Context) error {
	found, err := d.places.Find(ctx, directory.Query{View: directory.ForCounsellors, Limit: 100})
	if err != nil {
		return err
	}
	for _, hit := range found.Hits {
		if hit.Kind != directory.Branch {
			continue
		}
		token, err := d.staff.InviteBranchLead(ctx, d.staff.Console(), hit.Organisation, demoVolunteer, "Lena Ström", demoVolunteer+"@stod.example", "en", d.clock.now().AddDate(1, 0, 0))
		if err != nil {
			return err
		}
		account, err := d.staff.AcceptVolunteer(ctx, token, "en", "Samtalsstöd")
		if err != nil {
			return err
		}
		d.signIns = append(d.signIns, demoSignIn{Name: "Lena Ström, volunteer of " + hit.By, Login: demoVolunteer, Words: account.Words, Secret: account.Secret})
		return nil
	}
	return fmt.Errorf("find a branch for the demo's volunteer: %w", helpdesk.ErrNotFound)
}

// handOn has the volunteer hand somebody on and ask something, so that both
// sides have something to look at.
func (d *demo) handOn(ctx context.Context) error {
	o, err := d.signInVolunteer(ctx)
	if err != nil {
		return err
	}
	_, err = d.side.HandOn(ctx, o, branches.HandOn{Client: string(helpdesk.NewID()), Knows: true, Urgent: true, Language: "ti", Reach: branches.ReachBranch, Need: branches.NeedDecision,
		Line: "Got a paper yesterday, and nobody could read it with her."})
	if err != nil {
		return fmt.Errorf("hand on in the demo: %w", err)
	}
	_, err = d.side.Consult(ctx, o, string(helpdesk.NewID()), "somebody i meet says they would rather sleep outside than open the next letter. what can i say without pushing?")
	return err
}

func (d *demo) signInVolunteer(ctx context.Context) (*staff.Outsider, error) {
	for _, s := range d.signIns {
		if s.Login != demoVolunteer {
			continue
		}
		code, err := staff.FactorCode(s.Secret, d.clock.now())
		if err != nil {
			return nil, err
		}
		cookie, err := d.staff.SignInVolunteer(ctx, s.Login, s.Words, code)
		if err != nil {
			return nil, err
		}
		return d.staff.Volunteer(ctx, cookie, false)
	}
	return nil, helpdesk.ErrNotFound
}
