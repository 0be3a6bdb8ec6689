package staff

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// pin is what a member last saw of a team's key.
type pin struct {
	Version     int
	Fingerprint []byte
}

// profile lies sealed under the user's own key, so that nobody who writes to
// the database can change what its owner remembers.
type profile struct {
	Pins map[helpdesk.ID]pin
}

// errPins: a team's key is not the one this member remembers.
var errPins = errors.New("team keys differ from what the member remembers")

func (d *Desk) sealProfile(s *Session, p profile) ([]byte, error) {
	plain, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("seal profile of %s: %w", s.User.ID, err)
	}
	return s.own.Seal(profilePlace(s.User.ID), plain), nil
}

// checkPins compares the keys of all teams this member remembers with what
// stands in the database now, and remembers what went forward. Anything else
// is an alarm, and errPins stops the sign-in.
func (d *Desk) checkPins(ctx context.Context, s *Session) error {
	var sealed []byte
	if err := d.db.QueryRow(ctx, selectProfile, string(s.User.ID)).Scan(&sealed); err != nil {
		return fmt.Errorf("read profile of %s: %w", s.User.ID, err)
	}
	// Also an empty profile was sealed once: without one, somebody took it away.
	plain, err := s.own.Open(profilePlace(s.User.ID), sealed)
	if err != nil {
		d.alarm(ctx, "profile_forged", s.User.ID)
		return errPins
	}
	var p profile
	if json.Unmarshal(plain, &p) != nil {
		return fmt.Errorf("read profile of %s: not what was sealed", s.User.ID)
	}
	if p.Pins == nil {
		p.Pins = map[helpdesk.ID]pin{}
	}
	changed := false
	for team, remembered := range p.Pins {
		now, err := d.pinNow(ctx, s, team)
		if err != nil {
			return err
		}
		switch {
		case now.Version < remembered.Version:
			d.alarm(ctx, "pin_back", team)
			return errPins
		case now.Version == remembered.Version && !bytes.Equal(now.Fingerprint, remembered.Fingerprint):
			d.alarm(ctx, "pin_differs", team)
			return errPins
		case now.Version > remembered.Version:
			p.Pins[team], changed = now, true
		}
	}
	for _, t := range s.Teams() {
		if _, known := p.Pins[t.ID]; known {
			continue
		}
		now, err := d.pinNow(ctx, s, t.ID)
		if err != nil {
			return err
		}
		p.Pins[t.ID], changed = now, true
	}
	if !changed {
		return nil
	}
	return d.saveProfile(ctx, s, p)
}

// pinNow is a team's key as it stands, vouched for, and the very pair the
// member holds where they hold it.
func (d *Desk) pinNow(ctx context.Context, s *Session, team helpdesk.ID) (pin, error) {
	key, err := d.TeamKey(ctx, d.db, team)
	if errors.Is(err, errForged) || errors.Is(err, errOld) {
		return pin{}, errPins // the alarm is raised already
	}
	if errors.Is(err, helpdesk.ErrNotFound) {
		d.alarm(ctx, "pin_back", team)
		return pin{}, errPins
	}
	if err != nil {
		return pin{}, err
	}
	now := pin{Version: key.ID.Version, Fingerprint: key.Fingerprint()}
	if held := s.held(team, now.Version); held != nil && !bytes.Equal(held.Fingerprint(), now.Fingerprint) {
		d.alarm(ctx, "pin_differs", team)
		return pin{}, errPins
	}
	return now, nil
}

func (d *Desk) saveProfile(ctx context.Context, s *Session, p profile) error {
	sealed, err := d.sealProfile(s, p)
	if err != nil {
		return err
	}
	return d.db.Write(ctx, "remember team keys", func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, updateProfile, sealed, string(s.User.ID), s.own.ID().Version)
		return err
	})
}
