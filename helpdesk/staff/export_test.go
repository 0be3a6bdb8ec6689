package staff

import "context"

// Load reads a session's memberships afresh, as Admit does when the team's key
// went on.
func Load(ctx context.Context, d *Desk, s *Session) error { return d.load(ctx, s) }
