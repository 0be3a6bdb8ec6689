package mailtest

import "github.com/emersion/go-smtp"

// Forever makes a fault last as long as the world.
const Forever = -1

type faults struct {
	rcpt map[string]*fault
	data *fault
	drop int
}

type fault struct {
	code  int
	times int
}

// RefuseRecipient answers RCPT TO:<addr> with code (4xx or 5xx) the given
// number of times.
func (w *World) RefuseRecipient(addr string, code, times int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.faults.rcpt == nil {
		w.faults.rcpt = map[string]*fault{}
	}
	w.faults.rcpt[fold(addr)] = &fault{code, times}
}

// Greylist answers the first RCPT TO:<addr> with 451 and takes the next.
func (w *World) Greylist(addr string) { w.RefuseRecipient(addr, 451, 1) }

// RefuseData answers the end of DATA with code the given number of times.
func (w *World) RefuseData(code, times int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults.data = &fault{code, times}
}

// DropAfterData files the next mails but cuts the connection instead of
// answering, so that the sender cannot know.
func (w *World) DropAfterData(times int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults.drop = times
}

func (w *World) refusal(addr string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.faults.rcpt[fold(addr)]
	if !f.spend() {
		return nil
	}
	return reply(f.code)
}

type dataFault struct {
	refuse error
	drop   bool
}

func (w *World) dataFault() dataFault {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.faults.data.spend() {
		return dataFault{refuse: reply(w.faults.data.code)}
	}
	if w.faults.drop == 0 {
		return dataFault{}
	}
	if w.faults.drop > 0 {
		w.faults.drop--
	}
	return dataFault{drop: true}
}

func (f *fault) spend() bool {
	if f == nil || f.times == 0 {
		return false
	}
	if f.times > 0 {
		f.times--
	}
	return true
}

func reply(code int) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: "by order of the test"}
}
