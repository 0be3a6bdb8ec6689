package office

import (
	"context"
	"fmt"
)

// kept is what was read of a setting or closure. It holds as long as the
// database has no newer version: pages ask often, and opening costs more than
// asking for versions. Plaintext of the office key only, never a person's.
type kept struct {
	version int64
	value   string  // of a setting
	closure Closure // of a line
}

// versions asks for the newest version of everything at once.
func (o *Office) versions(ctx context.Context) (map[string]int64, error) {
	rows, err := o.db.Query(ctx, selectVersions)
	if err != nil {
		return nil, fmt.Errorf("read the versions of settings: %w", err)
	}
	defer rows.Close()
	all := map[string]int64{}
	for rows.Next() {
		var kind, name string
		var version int64
		if err := rows.Scan(&kind, &name, &version); err != nil {
			return nil, fmt.Errorf("read the versions of settings: %w", err)
		}
		all[kind+" "+name] = version
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the versions of settings: %w", err)
	}
	return all, nil
}

// setting is a setting at a version that was just asked for. Where it is not
// the one kept, the row is read with all its checks; so a version put back
// raises the alarm here, too.
func (o *Office) setting(ctx context.Context, versions map[string]int64, name string) (kept, error) {
	what := "setting " + name
	if k, ok := o.keeps(what, versions[what]); ok {
		return k, nil
	}
	v, err := o.read(ctx, o.db, name)
	if err != nil {
		return kept{}, err
	}
	return o.keep(what, kept{version: v.Version, value: v.Value}), nil
}

func (o *Office) closure(ctx context.Context, versions map[string]int64, line string) (kept, error) {
	what := "closure " + line
	if k, ok := o.keeps(what, versions[what]); ok {
		return k, nil
	}
	c, err := o.readClosure(ctx, line)
	if err != nil {
		return kept{}, err
	}
	return o.keep(what, kept{version: c.Version, closure: c}), nil
}

func (o *Office) keeps(what string, version int64) (kept, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	k, ok := o.kept[what]
	return k, ok && k.version == version
}

func (o *Office) keep(what string, k kept) kept {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.kept[what] = k
	return k
}

// values reads some settings at one look.
func (o *Office) values(ctx context.Context, names ...string) (map[string]string, error) {
	versions, err := o.versions(ctx)
	if err != nil {
		return nil, err
	}
	all := make(map[string]string, len(names))
	for _, name := range names {
		k, err := o.setting(ctx, versions, name)
		if err != nil {
			return nil, err
		}
		all[name] = k.value
	}
	return all, nil
}
