package office

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Value is a setting as it stands.
type Value struct {
	Known
	Value   string
	Version int64 // 0: the default, never changed
}

// Change is one version of a setting.
type Change struct {
	Version int64
	At      time.Time
	Actor   helpdesk.ID
	Value   string
}

func settingPlace(name string, version int64) vault.Context {
	return vault.At("office.setting", name, version)
}

// Setting returns what holds now: the newest version, or the default. A name
// the house does not know is ErrNotFound. A value that does not open is an
// error and an alarm, never the default: who can damage a row must not choose.
func (o *Office) Setting(ctx context.Context, name string) (string, error) {
	return o.lately(ctx, name)
}

// SettingIn is Setting inside a transaction.
func (o *Office) SettingIn(ctx context.Context, r store.Reader, name string) (string, error) {
	v, err := o.read(ctx, r, name)
	return v.Value, err
}

// Number is a setting that counts something.
func (o *Office) Number(ctx context.Context, name string) (int, error) {
	v, err := o.Setting(ctx, name)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		return 0, fmt.Errorf("setting %s is no number", name)
	}
	return n, nil
}

// Read is a setting with its version, for who will Replace it.
func (o *Office) Read(ctx context.Context, name string) (Value, error) {
	return o.read(ctx, o.db, name)
}

// Settings returns all settings in the order of their page.
func (o *Office) Settings(ctx context.Context) ([]Value, error) {
	all := make([]Value, 0, len(known))
	for _, k := range known {
		v, err := o.read(ctx, o.db, k.Name)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// Set gives a setting a new value, as a new version, and notes it in the
// journal. ErrConflict when somebody else did so at this moment.
func (o *Office) Set(ctx context.Context, actor helpdesk.ID, name, value string) error {
	return o.Replace(ctx, actor, name, value, -1)
}

// Replace is Set for who has read a version: ErrConflict when it is no longer
// the newest. What several edit at once, like the roster, is changed by it.
func (o *Office) Replace(ctx context.Context, actor helpdesk.ID, name, value string, version int64) error {
	if k, ok := lookUp(name); ok && k.Fixed {
		return helpdesk.Refuse("setting.fixed")
	}
	return o.db.Write(ctx, "change a setting", func(tx *store.Tx) error {
		return o.set(ctx, tx, actor, name, value, version)
	})
}

// SetRecovery notes the recovery key's fingerprint, in the transaction that
// makes the key.
func (o *Office) SetRecovery(ctx context.Context, tx *store.Tx, actor helpdesk.ID, fingerprint string) error {
	return o.set(ctx, tx, actor, RecoveryFingerprint, fingerprint, -1)
}

// WordsAlone notes in the transaction that begins the house that its staff sign
// in without a second factor.
func (o *Office) WordsAlone(ctx context.Context, tx *store.Tx, actor helpdesk.ID) error {
	return o.set(ctx, tx, actor, SecondFactor, no, -1)
}

// AsksFactor tells whether who works here has to have a second factor.
func (o *Office) AsksFactor(ctx context.Context) (bool, error) {
	v, err := o.Setting(ctx, SecondFactor)
	return v == yes, err
}

// set with a version of -1 replaces whatever stands.
func (o *Office) set(ctx context.Context, tx *store.Tx, actor helpdesk.ID, name, value string, version int64) error {
	k, ok := lookUp(name)
	if !ok {
		return fmt.Errorf("change setting: %w", helpdesk.ErrNotFound)
	}
	if err := k.check(value); err != nil {
		return err
	}
	if err := o.agrees(ctx, tx, name, value); err != nil {
		return err
	}
	old, err := o.read(ctx, tx, name)
	if err != nil {
		return err
	}
	if version >= 0 && version != old.Version {
		return fmt.Errorf("replace setting %s: %w", name, helpdesk.ErrConflict)
	}
	if old.Value == value {
		return nil
	}
	version = old.Version + 1
	sealed := o.secrets.SealOffice(settingPlace(name, version), []byte(value))
	if _, err := tx.Exec(ctx, insertSetting, name, version, o.now().UnixMicro(), string(actor), sealed); err != nil {
		return fmt.Errorf("change setting %s: %w", name, err)
	}
	tx.After(o.changed)
	edit, err := o.sealEdit(VerbSetting, helpdesk.ID(name), Edit{old.Value, value})
	if err != nil {
		return err
	}
	return o.journal.Write(ctx, tx, journal.Entry{Actor: actor, Verb: VerbSetting, Object: helpdesk.ID(name), Sealed: edit})
}

// History returns every value a setting had, newest first.
func (o *Office) History(ctx context.Context, name string) ([]Change, error) {
	rows, err := o.db.Query(ctx, selectHistory, name)
	if err != nil {
		return nil, fmt.Errorf("read the history of %s: %w", name, err)
	}
	defer rows.Close()
	var all []Change
	for rows.Next() {
		var c Change
		var at int64
		var sealed []byte
		if err := rows.Scan(&c.Version, &at, &c.Actor, &sealed); err != nil {
			return nil, fmt.Errorf("read the history of %s: %w", name, err)
		}
		plain, err := o.secrets.OpenOffice(settingPlace(name, c.Version), sealed)
		if err != nil {
			return nil, fmt.Errorf("open setting %s, version %d: %w", name, c.Version, err)
		}
		c.At, c.Value = time.UnixMicro(at), string(plain)
		all = append(all, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the history of %s: %w", name, err)
	}
	return all, nil
}

// read looks twice before it says that a setting stepped back: somebody may
// have changed it between our look and another's.
func (o *Office) read(ctx context.Context, r store.Reader, name string) (Value, error) {
	v, err := o.newest(ctx, r, name)
	if err != nil {
		return Value{}, err
	}
	if _, inside := r.(*store.Tx); inside {
		return v, nil // what a transaction sees may yet be given up
	}
	if !o.steppedBack("setting "+name, v.Version) {
		return v, nil
	}
	if v, err = o.newest(ctx, r, name); err != nil {
		return Value{}, err
	}
	if o.steppedBack("setting "+name, v.Version) {
		o.journal.Alarm(ctx, "setting_back", helpdesk.ID(name))
		return Value{}, fmt.Errorf("setting %s stepped back: %w", name, errForged)
	}
	return v, nil
}

func (o *Office) newest(ctx context.Context, r store.Reader, name string) (Value, error) {
	k, ok := lookUp(name)
	if !ok {
		return Value{}, fmt.Errorf("read setting: %w", helpdesk.ErrNotFound)
	}
	v := Value{Known: k, Value: k.Default}
	var sealed []byte
	err := r.QueryRow(ctx, selectSetting, name).Scan(&v.Version, &sealed)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return v, nil
	}
	if err != nil {
		return Value{}, fmt.Errorf("read setting %s: %w", name, err)
	}
	plain, err := o.secrets.OpenOffice(settingPlace(name, v.Version), sealed)
	if err != nil {
		o.journal.Alarm(ctx, "setting_forged", helpdesk.ID(name))
		return Value{}, fmt.Errorf("open setting %s: %w", name, err)
	}
	v.Value = string(plain)
	return v, nil
}
