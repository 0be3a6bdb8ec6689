package main

import (
	"testing"
	"time"

	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/tasks"
	"returnsupport/mailbridge"
)

// TestToBeConnectedIsNotToWork: a server that holds the line and says nothing
// fetches nothing.
func TestToBeConnectedIsNotToWork(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	box := office.Mailbox{ID: "m", State: office.Collecting}
	for what, c := range map[string]struct {
		s     mailbridge.Status
		works bool
		good  time.Time
		why   string
	}{
		"listening":            {mailbridge.Status{State: mailbridge.Listening, LastLook: now.Add(-9 * time.Minute)}, true, now.Add(-9 * time.Minute), ""},
		"asked now and then":   {mailbridge.Status{State: mailbridge.Polling}, true, time.Time{}, ""},
		"noted and well":       {mailbridge.Status{State: mailbridge.Listening, Trouble: mailbridge.AfterFailed}, true, time.Time{}, ""},
		"a long backlog":       {mailbridge.Status{State: mailbridge.Collecting, LastMail: now.Add(-time.Second)}, true, now.Add(-time.Second), ""},
		"connected and silent": {mailbridge.Status{State: mailbridge.Collecting, LastLook: now.Add(-5 * time.Minute)}, false, now.Add(-5 * time.Minute), "timed_out"},
		"resting":              {mailbridge.Status{State: mailbridge.Resting, Trouble: mailbridge.SignIn}, false, time.Time{}, "sign_in"},
		"not begun":            {mailbridge.Status{}, false, time.Time{}, "timed_out"},
	} {
		c.s.Mailbox = "m"
		got := linesOf([]office.Mailbox{box}, []mailbridge.Status{c.s}, nil, now)
		if want := (tasks.Line{Mailbox: "m", Way: tasks.In, Works: c.works, Good: c.good, Why: c.why}); len(got) != 2 || got[0] != want || !got[1].Works {
			t.Errorf("%s: %+v, want %+v", what, got, want)
		}
	}
	paused := office.Mailbox{ID: "p", State: office.Paused}
	got := linesOf([]office.Mailbox{paused}, nil, []post.Unsent{{Mailbox: "p", Since: now, Code: "auth"}}, now)
	if want := (tasks.Line{Mailbox: "p", Way: tasks.Out, Good: now, Why: "auth"}); len(got) != 1 || got[0] != want {
		t.Errorf("paused, and can't send: %+v", got)
	}
}
