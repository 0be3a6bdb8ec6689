package consent

import (
	"context"
	"errors"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/tickets"
)

type ctxType = context.Context

func asRefusal(err error, r *helpdesk.Refusal) bool { return errors.As(err, r) }

func giveTo(team helpdesk.ID) tickets.To { return tickets.To{Team: team} }
