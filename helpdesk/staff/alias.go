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
	return d.Aliases(ctx, user)[user]
}

// Aliases is Alias of several at once.
func (d *Desk) Aliases(ctx context.Context, users ...helpdesk.ID) map[helpdesk.ID]string {
	names := d.Names(ctx, users...)
	for id, name := range names {
		names[id], _, _ = strings.Cut(strings.TrimSpace(name), " ")
	}
	return names
}
