package staff

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Team has a key that its members hold. Version is that of its current key.
type Team struct {
	ID         helpdesk.ID
	Name       string
	Restricted bool // being in it is itself delicate; re-admission needs two members
	Version    int
}

// LogValue keeps the name out of logs: that of a restricted team says much.
func (t Team) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", string(t.ID)), slog.String("team", sealedText))
}

// String and GoString keep it out of fmt, too.
func (t Team) String() string   { return "team " + string(t.ID) + " " + sealedText }
func (t Team) GoString() string { return t.String() }

type teamRow struct {
	id         helpdesk.ID
	name       []byte
	restricted bool
	version    int
	mac        []byte
}

func (t *teamRow) dest() []any {
	return []any{&t.id, &t.name, &t.restricted, &t.version, &t.mac}
}

func (t *teamRow) origin() vault.Context {
	return vault.At("staff.team.origin", t.id, t.restricted, t.version)
}

func teamNamePlace(id helpdesk.ID) vault.Context { return vault.At("staff.team.name", id) }

type keyRow struct {
	version     int
	public, mac []byte
}

func (k *keyRow) dest() []any { return []any{&k.version, &k.public, &k.mac} }

func teamKeyID(team helpdesk.ID, version int) vault.KeyID {
	return vault.KeyID{Kind: vault.Team, Owner: team, Version: version}
}

func keyOrigin(team helpdesk.ID, version int) vault.Context {
	return vault.At("staff.teamkey.origin", team, version)
}

func (d *Desk) vouchedTeam(ctx context.Context, t *teamRow) bool {
	if d.secrets.Vouched(t.mac, t.origin(), t.name) {
		return true
	}
	d.alarm(ctx, "team_forged", t.id)
	return false
}

func (d *Desk) vouchedKey(ctx context.Context, team helpdesk.ID, k *keyRow) bool {
	if d.secrets.Vouched(k.mac, keyOrigin(team, k.version), k.public) {
		return true
	}
	d.alarm(ctx, "team_key_forged", team)
	return false
}

func (d *Desk) shownTeam(t *teamRow) (Team, error) {
	name, err := d.secrets.OpenOffice(teamNamePlace(t.id), t.name)
	if err != nil {
		return Team{}, fmt.Errorf("open name of team %s: %w", t.id, err)
	}
	return Team{ID: t.id, Name: string(name), Restricted: t.restricted, Version: t.version}, nil
}

// team reads one team; errForged when the row is not ours.
func (d *Desk) team(ctx context.Context, r store.Reader, id helpdesk.ID) (*teamRow, error) {
	var t teamRow
	if err := r.QueryRow(ctx, selectTeam, string(id)).Scan(t.dest()...); err != nil {
		return nil, fmt.Errorf("find team %s: %w", id, err)
	}
	if !d.vouchedTeam(ctx, &t) {
		return nil, fmt.Errorf("team %s: %w", id, errForged)
	}
	return &t, nil
}

// Teams returns all teams. A forged row is left out, with an alarm.
func (d *Desk) Teams(ctx context.Context) ([]Team, error) {
	rows, err := d.db.Query(ctx, selectTeams)
	if err != nil {
		return nil, fmt.Errorf("read the teams: %w", err)
	}
	defer rows.Close()
	var all []Team
	for rows.Next() {
		var t teamRow
		if err := rows.Scan(t.dest()...); err != nil {
			return nil, fmt.Errorf("read the teams: %w", err)
		}
		if !d.vouchedTeam(ctx, &t) {
			continue
		}
		shown, err := d.shownTeam(&t)
		if err != nil {
			return nil, err
		}
		all = append(all, shown)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the teams: %w", err)
	}
	return all, nil
}

// TeamKey returns the team's current public key, to seal to. A row that our
// origin key does not vouch for, or that is older than one already seen, is an
// error and an alarm.
func (d *Desk) TeamKey(ctx context.Context, r store.Reader, team helpdesk.ID) (vault.InsideKey, error) {
	key, err := d.currentKey(ctx, r, team)
	if errors.Is(err, errOld) {
		// Another request may have seen a newer one between our look and now.
		if key, err = d.currentKey(ctx, r, team); errors.Is(err, errOld) {
			d.alarm(ctx, "team_key_back", team)
		}
	}
	return key, err
}

var errOld = errors.New("older than was seen before")

func (d *Desk) currentKey(ctx context.Context, r store.Reader, team helpdesk.ID) (vault.InsideKey, error) {
	var t teamRow
	var k keyRow
	if err := r.QueryRow(ctx, selectCurrentKey, string(team)).Scan(append(t.dest(), k.dest()...)...); err != nil {
		return vault.InsideKey{}, fmt.Errorf("find the key of team %s: %w", team, err)
	}
	if !d.vouchedTeam(ctx, &t) || !d.vouchedKey(ctx, team, &k) {
		return vault.InsideKey{}, fmt.Errorf("key of team %s: %w", team, errForged)
	}
	_, inside := r.(*store.Tx)
	d.mu.Lock()
	defer d.mu.Unlock()
	if k.version < d.seen[team] {
		return vault.InsideKey{}, fmt.Errorf("key of team %s: %w", team, errOld)
	}
	if !inside { // what a transaction sees may yet be given up
		d.seen[team] = k.version
	}
	return vault.InsideKey{ID: teamKeyID(team, k.version), Public: k.public}, nil
}
