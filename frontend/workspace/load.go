package workspace

import (
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk/office"
)

// much is from when on the desk says a quiet word. Nothing is ever held back for
// it.
type much struct {
	open int64 // tickets of one's own that are open
	hard int   // hard talks on one day
	here time.Duration
}

// load is how much somebody carries at this moment.
type load struct {
	open int64
	hard int
	here time.Duration // a session ends after half an hour without anything: so long without a pause
}

// say is the one sentence that matters most, "" on an ordinary day.
func (l load) say(w frontend.Words, m much, since time.Time) string {
	switch {
	case l.hard >= m.hard:
		return w.Say("load.hard", l.hard)
	case l.here >= m.here:
		return w.Say("load.long", w.Clock(since))
	case l.open >= m.open:
		return w.Say("load.open", l.open)
	}
	return ""
}

// loadHint is what the lists say of the visitor's own load.
func (d *desk) loadHint(v *frontend.Visit, w frontend.Words, open int64, hard int) (string, error) {
	m, err := d.much(v)
	if err != nil {
		return "", err
	}
	l := load{open: open, hard: hard, here: v.Now().Sub(v.Session.Started)}
	return l.say(w, m, v.Session.Started), nil
}

// much is what the house says it is.
func (d *desk) much(v *frontend.Visit) (m much, err error) {
	var open, hours int
	for name, to := range map[string]*int{office.LoadOpen: &open, office.LoadHard: &m.hard, office.LoadHours: &hours} {
		if *to, err = d.Office.Number(v.Context, name); err != nil {
			return much{}, err
		}
	}
	m.open, m.here = int64(open), time.Duration(hours)*time.Hour
	return m, nil
}
