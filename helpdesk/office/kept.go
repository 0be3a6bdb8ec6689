package office

import (
	"context"
	"fmt"
	"time"
)

// hold is how long this process takes for true what it read of settings. A page
// asks a dozen times, a chat at each word; another process's change shows half a
// second later, one's own at once.
const hold = 500 * time.Millisecond

// keptVersions is what the database was asked last.
type keptVersions struct {
	all map[string]int64 // never changed once it stands here
	at  time.Time        // of the asking, by the machine's clock: a rule's may stand still
}

// kept is what was read of a setting or closure. It holds as long as the
// database has no newer version: pages ask often, and opening costs more than
// asking for versions. Plaintext of the office key only, never a person's.
type kept struct {
	version int64
	value   string  // of a setting
	closure Closure // of a line
	// read is when its row was looked at, with nothing of ours changed since;
	// zero where only its version was.
	read time.Time
}

// versions are the newest of everything; the caller must not change the map.
// Nobody waits for another's asking: a database that hangs would make them wait
// one after the other.
func (o *Office) versions(ctx context.Context) (map[string]int64, error) {
	now := time.Now()
	o.mu.Lock()
	k, changes := o.newestVersions, o.changes
	o.mu.Unlock()
	if k.all != nil && now.Sub(k.at) < o.hold {
		return k.all, nil
	}
	all, err := o.askVersions(ctx)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.changes == changes {
		o.newestVersions = keptVersions{all, now}
	}
	return all, nil
}

// changed forgets what was read, once a change of ours is committed; what is
// being read meanwhile is not kept either.
func (o *Office) changed() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.changes++
	o.newestVersions = keptVersions{}
	for what, k := range o.kept {
		k.read = time.Time{}
		o.kept[what] = k
	}
}

func (o *Office) askVersions(ctx context.Context) (map[string]int64, error) {
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

// lately is Setting for who asks often: a row looked at a moment ago is not
// looked at again.
func (o *Office) lately(ctx context.Context, name string) (string, error) {
	what, now := "setting "+name, time.Now()
	o.mu.Lock()
	k, changes := o.kept[what], o.changes
	o.mu.Unlock()
	if now.Sub(k.read) < o.hold {
		return k.value, nil
	}
	v, err := o.read(ctx, o.db, name)
	if err != nil {
		return "", err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.changes == changes {
		o.kept[what] = kept{version: v.Version, value: v.Value, read: now}
	}
	return v.Value, nil
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
