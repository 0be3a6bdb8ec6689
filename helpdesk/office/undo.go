package office

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
)

// Restore undoes what was changed since a version: its value becomes the
// newest version; 0 is the default. read is the version the caller saw last,
// ErrConflict when it is no longer the newest. ErrNotFound when there never was
// such a version. A value the house no longer understands is refused as when
// somebody writes it.
func (o *Office) Restore(ctx context.Context, actor helpdesk.ID, name string, version, read int64) error {
	k, ok := lookUp(name)
	if !ok {
		return fmt.Errorf("restore setting: %w", helpdesk.ErrNotFound)
	}
	if version == 0 {
		return o.Replace(ctx, actor, name, k.Default, read)
	}
	history, err := o.History(ctx, name)
	if err != nil {
		return err
	}
	for _, c := range history {
		if c.Version == version {
			return o.Replace(ctx, actor, name, c.Value, read)
		}
	}
	return fmt.Errorf("restore setting %s to version %d: %w", name, version, helpdesk.ErrNotFound)
}
