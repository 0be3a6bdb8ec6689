package tickets

import (
	"encoding/json"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/vault"
)

// about is which ticket a row speaks of that says by name who does what in it:
// whom a note names, whom a question asks, to whom a draft went. The server must
// know it without a member's key, to count what waits for somebody, so it lies
// in the row under the office key; the row itself calls the ticket by a mark.
// Whoever reads the database finds no such row beside a ticket.
type about struct {
	Ticket  helpdesk.ID `json:"ticket"`
	Message helpdesk.ID `json:"message,omitempty"`
	Talk    helpdesk.ID `json:"talk,omitempty"`
}

// aboutFloor is more than two ids and their names take.
const aboutFloor = 120

// aside is what such rows call a ticket, or a note of somebody's. Index keys
// are one per thing: nothing else is called alike, in no team.
func (d *Desk) aside(kind string, of ...helpdesk.ID) helpdesk.ID {
	return d.mark("aside."+kind, of[0], of[1:]...)
}

// calls are the names under which a ticket's rows are found: its mark, and its
// id as rows from before have it.
func (d *Desk) calls(ticket helpdesk.ID) (mark, id helpdesk.ID) {
	return d.aside("ticket", ticket), ticket
}

func (d *Desk) sealAbout(at vault.Context, a about) ([]byte, error) {
	plain, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("encode what a row is about: %w", err)
	}
	return d.secrets.SealOffice(at, floor(plain, aboutFloor)), nil
}

// openAbout reads what a row is about; one from before says so itself.
func (d *Desk) openAbout(at vault.Context, body []byte, a *about) error {
	if len(body) == 0 {
		return nil
	}
	plain, err := d.secrets.OpenOffice(at, body)
	if err != nil {
		return fmt.Errorf("open what a row is about: %w", err)
	}
	if json.Unmarshal(plain, a) != nil {
		return fmt.Errorf("decode what a row is about: not what was sealed")
	}
	return nil
}
