package main

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"returnsupport/frontend/workspace"
)

// checkup is the doctor who looks in while the house serves: when a coordinator
// asks how things stand, and not again for a while. Mail servers are not tried;
// how collecting goes stands on that page anyway.
//
// Never: what a finding says. It may name addresses, files and hosts, which are
// for who runs the machine; the page hears its kind alone.
type checkup struct {
	look  func(context.Context) []finding
	now   func() time.Time
	asked chan struct{}
	last  atomic.Pointer[workspace.Checkup]
}

// checkupRest is how long what was found stands.
const checkupRest = 15 * time.Minute

func newCheckup(look func(context.Context) []finding, now func() time.Time) *checkup {
	return &checkup{look: look, now: now, asked: make(chan struct{}, 1)}
}

// found is what the last look found, nil before the first. It waits for nobody:
// where that was long ago another look begins.
func (c *checkup) found(context.Context) *workspace.Checkup {
	select {
	case c.asked <- struct{}{}:
	default:
	}
	return c.last.Load()
}

// run looks whenever somebody asked, until ctx ends.
func (c *checkup) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-c.asked:
		}
		if last := c.last.Load(); last != nil && c.now().Sub(last.At) < checkupRest {
			continue
		}
		found := ailments(c.look(ctx))
		if ctx.Err() == nil {
			c.last.Store(&workspace.Checkup{At: c.now(), Found: found})
		}
	}
}

// ailments are the kinds of what is not well, each once, the grave ones first.
func ailments(all []finding) []workspace.Ailment {
	worst := map[string]verdict{}
	for _, f := range all {
		worst[f.about] = max(worst[f.about], f.is)
	}
	var out []workspace.Ailment
	for _, is := range []verdict{ill, heed} {
		for _, kind := range kinds {
			if worst[kind.about] == is {
				out = append(out, workspace.Ailment{Kind: kind.key, Grave: is == ill})
			}
		}
	}
	return out
}

// kinds are all that a finding is about, and what the pages call it.
var kinds = []struct{ about, key string }{
	{"database", "database"}, {"disk", "disk"}, {"keys", "keys"}, {"backup", "backup"}, {"certificate", "certificate"}, {"sign-in", "factor"},
	{"mail", "mail"}, {"names", "names"}, {"settings", "settings"}, {"proxy logs", "proxy"}, {"WAL", "wal"}, {"swap", "swap"}, {"dumps", "dumps"},
	{"clock", "clock"}, {"files", "files"}, {"memory", "memory"}, {"user", "account"}, {"redis", "redis"},
}

// lookOver is what the doctor sees from within a house that serves.
func (h *house) lookOver(ctx context.Context, ask resolver) []finding {
	now := h.now()
	all := examineMachine(environment, h.set)
	// What the unit keeps from us is no news for who coordinates.
	all = slices.DeleteFunc(all, func(f finding) bool { return f.about == "clock" && f.says == clockUntold })
	all = append(all, checkAddresses(h.set)...)
	all = append(all, checkCertificate(h.set, now)...)
	all = append(all, checkSecretFiles(h.set)...)
	all = append(all, h.examineHouse(ctx)...)
	if boxes, err := h.office.Mailboxes(ctx); err == nil { // else the database says so
		all = append(all, checkDomains(ctx, ask, boxes)...)
	}
	return append(all, checkNames(ctx, ask, hostOf(h.set.publicURL))...)
}
