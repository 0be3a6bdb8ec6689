package grants

import (
	"time"

	"returnsupport/helpdesk"
)

// Move is one step to be written down.
type Move struct {
	State   State
	Outcome string
}

// Path lists the steps from where a consent stands to an answer (Given,
// Refused, Deferred): what time made of it is written down first, and where the
// person comes back to a question of before, that they asked. started tells
// that they did; helpdesk.ErrConflict where the table knows no way, or only one
// that they have to begin. Nothing is to be written where it stands there.
func Path(events []Event, to State, outcome string, started bool, t time.Time) ([]Move, error) {
	var moves []Move
	at := Last(events, t)
	if Now(events, t) == Expired && at != Expired {
		moves, at = append(moves, Move{Expired, OutcomeTime}), Expired
	}
	if at == to {
		return nil, nil
	}
	switch at {
	case Refused, Deferred, Withdrawn, Expired:
		if !started {
			return nil, helpdesk.ErrConflict
		}
		moves, at = append(moves, Move{Requested, string(Self)}), Requested
	}
	if _, err := Next(at, to); err != nil {
		return nil, err
	}
	return append(moves, Move{to, outcome}), nil
}

// Stop lists the steps by which a person ends whatever there is: a yes is
// withdrawn, a question is refused, and where nothing holds nothing is written.
// There is always a way.
func Stop(events []Event, outcome string, t time.Time) []Move {
	switch Last(events, t) {
	case Given, Renewed:
		return []Move{{Withdrawn, outcome}}
	case Requested:
		if Now(events, t) == Requested {
			return []Move{{Refused, outcome}}
		}
	case Deferred:
		return []Move{{Requested, string(Self)}, {Refused, outcome}}
	}
	return nil
}

// End lists the steps by which we end whatever there is, for good.
func End(events []Event, as State, outcome string, t time.Time) []Move {
	switch Last(events, t) {
	case Given, Renewed:
		return []Move{{as, outcome}}
	case Requested:
		return []Move{{Expired, outcome}}
	}
	return nil
}
