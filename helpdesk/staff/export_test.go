package staff

import (
	"context"
	"time"
)

// Load reads a session's memberships afresh, as Admit does when the team's key
// went on.
func Load(ctx context.Context, d *Desk, s *Session) error { return d.load(ctx, s) }

// NoDelays lets a test fail often without waiting.
func NoDelays(d *Desk) { d.delays.pause = func(context.Context, time.Duration) error { return nil } }

// EndDue ends the accounts whose day has come, as Run does.
func EndDue(ctx context.Context, d *Desk) error { return d.endDue(ctx) }

// Known tells whether a mark lets a sign-in stand in the line of known browsers.
func Known(d *Desk, login, mark string) bool {
	_, g := d.line(d.loginIndex(login), mark)
	return g == d.known
}
