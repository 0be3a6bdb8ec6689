package staff

import (
	"context"
	"strings"

	"returnsupport/helpdesk"
)

// Alias is what a person is told a colleague is called: the first word of their
// name, which is also what somebody who wants another name there enters first.
// "" when nobody knows.
func (d *Desk) Alias(ctx context.Context, user helpdesk.ID) string {
	first, _, _ := strings.Cut(strings.TrimSpace(d.Names(ctx, user)[user]), " ")
	return first
}
