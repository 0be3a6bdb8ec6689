package chat

import (
	"context"
	"errors"
	"fmt"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

// Step is one of the steps when a life is in danger, in their order.
type Step string

// The steps. None needs the one before: what was done is noted as it is done.
const (
	AskWhere  Step = "ask-where"     // where are you, are you alone
	Emergency Step = "emergency"     // 112 was called
	Second    Step = "second-person" // a colleague is beside you; the first call asks for one
	Told      Step = "told"          // the person knows what we did
	Aftercare Step = "aftercare"     // who looks after them, and after you
)

// Steps lists them in order.
var Steps = []Step{AskWhere, Emergency, Second, Told, Aftercare}

// dangerPrefix begins the keys of the notes that record steps.
const dangerPrefix = "chat.danger."

// Danger notes, for colleagues alone, that a step was done, by whom and when;
// remark may be empty. The first step calls for a second person, whom every
// member of the team sees; a colleague's own Second answers it.
func (r *Room) Danger(ctx context.Context, s *staff.Session, ticket helpdesk.ID, step Step, remark, clientID string) error {
	if !known(step) {
		return fmt.Errorf("step: %w", helpdesk.ErrNotFound)
	}
	facts, err := r.tickets.Facts(ctx, s, ticket)
	if err != nil {
		return err
	}
	if err := r.tickets.NoteFact(ctx, s, ticket, dangerPrefix+string(step), []string{remark}, clientID); err != nil {
		return err
	}
	return r.db.Write(ctx, "note a danger", func(tx *store.Tx) error {
		tx.After(func() { r.watch() })
		var call Call
		var at int64
		err := tx.QueryRow(ctx, selectCall, ticket).Scan(&call.Who, &at)
		switch {
		case err == nil && step == Second && call.Who != s.User.ID, err == nil && step == Aftercare:
			_, err = tx.Exec(ctx, deleteCall, ticket)
			return err
		case errors.Is(err, helpdesk.ErrNotFound) && step != Aftercare && step != Second:
			_, err = tx.Exec(ctx, upsertCall, ticket, facts.Team, s.User.ID, r.now().UnixMicro())
			return err
		case errors.Is(err, helpdesk.ErrNotFound):
			return nil
		}
		return err
	})
}

func known(step Step) bool {
	for _, s := range Steps {
		if s == step {
			return true
		}
	}
	return false
}

// Done is a step that was done.
type Done struct {
	By     helpdesk.ID
	At     time.Time
	Remark string
}

// StepsDone reads the steps out of a ticket's messages, the latest of each.
func StepsDone(messages []tickets.Opened) map[Step]Done {
	done := map[Step]Done{}
	for _, m := range messages {
		for _, s := range Steps {
			if m.Content.Key == dangerPrefix+string(s) {
				d := Done{By: m.Author, At: m.At}
				if len(m.Content.Args) > 0 {
					d.Remark = m.Content.Args[0]
				}
				done[s] = d
			}
		}
	}
	return done
}

// Calls lists the colleagues of the session's teams who ask for a second
// person, the longest wait first.
func (r *Room) Calls(ctx context.Context, s *staff.Session) ([]Call, error) {
	teams := teamArgs(s)
	if len(teams) == 0 {
		return nil, nil
	}
	all, err := r.calls(ctx, teams)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	ids := make([]helpdesk.ID, len(all))
	for i, c := range all {
		ids[i] = c.Ticket
	}
	heads, err := r.tickets.Heads(ctx, s, ids)
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Head = heads[all[i].Ticket]
	}
	return all, nil
}

func (r *Room) calls(ctx context.Context, teams []any) ([]Call, error) {
	rows, err := r.db.Query(ctx, selectCalls+store.Places(len(teams), 1)+orderCalls, teams...)
	if err != nil {
		return nil, fmt.Errorf("read calls for a second person: %w", err)
	}
	defer rows.Close()
	var all []Call
	for rows.Next() {
		var c Call
		var at int64
		if err := rows.Scan(&c.Ticket, &c.Who, &at); err != nil {
			return nil, fmt.Errorf("read calls for a second person: %w", err)
		}
		c.At = instant(at)
		all = append(all, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read calls for a second person: %w", err)
	}
	return all, nil
}

func topic(t string) func(*tickets.Facts) { return func(f *tickets.Facts) { f.Topic = t } }
