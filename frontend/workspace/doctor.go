package workspace

import (
	"time"

	"returnsupport/frontend"
)

// Checkup is what was found, and when.
type Checkup struct {
	At    time.Time
	Found []Ailment // the grave ones first
}

// Ailment is one kind of thing that is not well: the key of its words, and
// whether something does not do what was promised. Which address, file or host it
// is, the command says to who runs the machine.
type Ailment struct {
	Kind  string
	Grave bool
}

// Ailing is what the page says of the machine: to coordinators alone.
type Ailing struct {
	frontend.Words
	At, Exact   string
	Grave, Mind []AilingRow
}

// AilingRow is one kind, and what to do.
type AilingRow struct {
	What, Do string
}

// ailing is nil for whoever is no coordinator, and before anything was looked at.
func (d *desk) ailing(v *frontend.Visit, w frontend.Words) *Ailing {
	if d.Doctor == nil || !v.Session.Coordinator() {
		return nil
	}
	last := d.Doctor(v.Context)
	if last == nil {
		return nil
	}
	out := &Ailing{Words: w, At: w.Near(last.At), Exact: w.Exact(last.At)}
	for _, a := range last.Found {
		row := AilingRow{What: w.Say("doctor.about." + a.Kind), Do: w.Say("doctor.todo." + a.Kind)}
		if a.Grave {
			out.Grave = append(out.Grave, row)
			continue
		}
		out.Mind = append(out.Mind, row)
	}
	return out
}
