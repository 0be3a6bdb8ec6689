package chat

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

// Learn changes what the desk knows of the person a ticket concerns.
func (r *Room) Learn(ctx context.Context, s *staff.Session, ticket helpdesk.ID, change func(*tickets.Facts)) error {
	return r.db.Write(ctx, "learn about a person", func(tx *store.Tx) error {
		return r.tickets.SetFacts(ctx, tx, s, ticket, change)
	})
}

// Recode gives the person of a ticket a new code to claim, to be told by
// phone, in place of one they lost, or a first one to somebody known by mail:
// that invites them into the conversation. What s can open is wrapped to the
// new key in the same transaction; the old code, their sessions and what they
// posted too late end. Reissued.Noted: a second counsellor has to want it, too.
//
// Errors as for people.Reissue; helpdesk.ErrNotFound for somebody else's
// ticket.
func (r *Room) Recode(ctx context.Context, s *staff.Session, ticket helpdesk.ID) (people.Reissued, error) {
	conversation, _, err := r.tickets.PersonConversation(ctx, s, ticket)
	if err != nil {
		return people.Reissued{}, err
	}
	facts, err := r.tickets.Facts(ctx, s, ticket)
	if err != nil {
		return people.Reissued{}, err
	}
	claim, err := r.people.DrawClaim(ctx) // costs its Argon2, so before the transaction
	if err != nil {
		return people.Reissued{}, err
	}
	var made people.Reissued
	err = r.db.Write(ctx, "give a person a new code", func(tx *store.Tx) error {
		person, err := r.tickets.PersonOf(ctx, tx, s, ticket)
		if err != nil {
			return err
		}
		teams, err := r.tickets.TeamsOf(ctx, tx, person)
		if err != nil {
			return err
		}
		if len(teams) == 0 {
			teams = []helpdesk.ID{facts.Team} // they read nothing here yet
		}
		if made, err = r.people.Reissue(ctx, tx, s, person, teams, claim); err != nil || made.Noted {
			return err
		}
		if err := r.tickets.Readdress(ctx, tx, s, person, made.Key); err != nil {
			return err
		}
		return r.tickets.AddPerson(ctx, tx, conversation, made.Key)
	})
	if err != nil {
		return people.Reissued{}, fmt.Errorf("new code for the person of ticket %s: %w", ticket, err)
	}
	return made, nil
}
