package staff

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Kind is what somebody is here.
type Kind string

// The kinds of staff. A coordinator runs the house and reads nothing by that.
const (
	Counsellor  Kind = "counsellor"
	Coordinator Kind = "coordinator"
	// Interpreter belongs to no team: they read what somebody lent to them, for
	// as long as it was lent.
	Interpreter Kind = "interpreter"
)

// State is how far somebody has come.
type State string

// The states of a user.
const (
	Invited  State = "invited"  // has a link, no keys yet
	Waiting  State = "waiting"  // has keys, waits for a member to admit them
	Active   State = "active"   // works
	Disabled State = "disabled" // has left
)

// User is somebody who works here. Only the ID shows in logs.
type User struct {
	ID      helpdesk.ID
	Login   string
	Name    string
	Address string // work address
	Kind    Kind
	State   State
	Locale  string // "sv" or "en"
}

// LogValue keeps names and addresses out of logs.
func (u User) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", string(u.ID)), slog.String("user", sealedText))
}

// String and GoString keep them out of fmt, too.
func (u User) String() string   { return "user " + string(u.ID) + " " + sealedText }
func (u User) GoString() string { return u.String() }

const sealedText = "[sealed]"

type userRow struct {
	id                   helpdesk.ID
	login, address, card []byte
	kind, state, locale  string
	generation           int
	version              int64
	salt                 []byte
	cost                 vault.Cost
	locked               []byte
	codeSalt, codeLocked []byte
	public, mac          []byte
	former               string // teams they left, ids with spaces between
	factor               []byte // see factor; nil without one
	unlocks              []byte // see unlock; nil without one
}

func (u *userRow) dest() []any {
	return []any{&u.id, &u.login, &u.address, &u.card, &u.kind, &u.state, &u.locale, &u.generation, &u.version,
		&u.salt, &u.cost.MiB, &u.cost.Passes, &u.locked, &u.codeSalt, &u.codeLocked, &u.public, &u.former, &u.factor, &u.unlocks, &u.mac}
}

// origin is what our MAC speaks for: with the parts everything but the profile,
// which is sealed under the user's own key.
func (u *userRow) origin() vault.Context {
	return vault.At("staff.user.origin", u.id, u.kind, u.state, u.locale, u.generation, u.version, u.cost.MiB, u.cost.Passes)
}

func (u *userRow) parts() [][]byte {
	all := [][]byte{u.login, u.address, u.card, u.salt, u.locked, u.codeSalt, u.codeLocked, u.public}
	// Rows older than these columns carry a mark without them.
	switch {
	case u.unlocks != nil:
		all = append(all, []byte(u.former), u.factor, u.unlocks)
	case u.factor != nil:
		all = append(all, []byte(u.former), u.factor)
	case u.former != "":
		all = append(all, []byte(u.former))
	}
	return all
}

func (u *userRow) key() vault.KeyID {
	return vault.KeyID{Kind: vault.User, Owner: u.id, Version: u.generation}
}

func (u *userRow) inside() vault.InsideKey { return vault.InsideKey{ID: u.key(), Public: u.public} }

// hasKeys tells whether something may be sealed to the user at all.
func (u *userRow) hasKeys() bool {
	return len(u.public) > 0 && (u.state == string(Waiting) || u.state == string(Active))
}

// dropKeys leaves nothing of the user's pair behind.
func (u *userRow) dropKeys() {
	u.salt, u.locked, u.codeSalt, u.codeLocked, u.public, u.factor, u.unlocks = nil, nil, nil, nil, nil, nil, nil
}

// leaves remembers that the user was in these teams.
func (u *userRow) leaves(teams ...helpdesk.ID) {
	for _, team := range teams {
		if !u.was(team) {
			u.former = strings.TrimSpace(u.former + " " + string(team))
		}
	}
}

// was tells whether the user left this team once.
func (u *userRow) was(team helpdesk.ID) bool {
	return slices.Contains(strings.Fields(u.former), string(team))
}

func wordsPlace(id helpdesk.ID) vault.Context   { return vault.At("staff.user.words", id) }
func cardPlace(id helpdesk.ID) vault.Context    { return vault.At("staff.user.card", id) }
func profilePlace(id helpdesk.ID) vault.Context { return vault.At("staff.user.profile", id) }

// card is what the server may read of a user by itself.
type card struct{ Login, Name, Address string }

func (d *Desk) sealCard(id helpdesk.ID, c card) ([]byte, error) {
	plain, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("seal card of %s: %w", id, err)
	}
	return d.secrets.SealOffice(cardPlace(id), plain), nil
}

func (d *Desk) openCard(id helpdesk.ID, sealed []byte) (card, error) {
	plain, err := d.secrets.OpenOffice(cardPlace(id), sealed)
	if err != nil {
		return card{}, fmt.Errorf("open card of %s: %w", id, err)
	}
	var c card
	if json.Unmarshal(plain, &c) != nil {
		// The decoder's own words could quote the card.
		return card{}, fmt.Errorf("read card of %s: not what was sealed", id)
	}
	return c, nil
}

func (d *Desk) loginIndex(login string) []byte {
	return d.secrets.Index("staff.login", strings.ToLower(strings.TrimSpace(login)))
}

func (d *Desk) addressIndex(address string) []byte {
	return d.secrets.Index("staff.address", strings.ToLower(strings.TrimSpace(address)))
}

// vouchedUser checks the row's MAC and raises the alarm.
func (d *Desk) vouchedUser(ctx context.Context, u *userRow) bool {
	if d.secrets.Vouched(u.mac, u.origin(), u.parts()...) {
		return true
	}
	d.alarm(ctx, "user_forged", u.id)
	return false
}

// user reads one user; errForged when the row is not ours.
func (d *Desk) user(ctx context.Context, r store.Reader, id helpdesk.ID) (*userRow, error) {
	var u userRow
	if err := r.QueryRow(ctx, selectUser, string(id)).Scan(u.dest()...); err != nil {
		return nil, fmt.Errorf("find user %s: %w", id, err)
	}
	if !d.vouchedUser(ctx, &u) {
		return nil, fmt.Errorf("user %s: %w", id, errForged)
	}
	return &u, nil
}

// fresh tells whether a vouched row is as new as this process has ever seen
// it: an old one, put back, would let somebody in who has left. It may replace
// the row by a newer one that was written since it was read.
func (d *Desk) fresh(ctx context.Context, u *userRow) (bool, error) {
	if d.newest(u) {
		return true, nil
	}
	now, err := d.user(ctx, d.db, u.id)
	if err != nil {
		return false, err
	}
	*u = *now
	if d.newest(u) {
		return true, nil
	}
	d.alarm(ctx, "user_back", u.id)
	return false, nil
}

func (d *Desk) newest(u *userRow) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if u.version < d.seenUser[u.id] {
		return false
	}
	d.seenUser[u.id] = u.version
	return true
}

// addUser inserts a new row; false when the login is taken.
func (d *Desk) addUser(ctx context.Context, tx *store.Tx, u *userRow) (bool, error) {
	u.version = 1
	u.mac = d.secrets.Vouch(u.origin(), u.parts()...)
	n, err := tx.Exec(ctx, insertUser, string(u.id), u.login, u.address, u.card, u.kind, u.state, u.locale, u.generation,
		u.version, u.salt, u.cost.MiB, u.cost.Passes, u.locked, u.codeSalt, u.codeLocked, u.public, u.mac)
	if err != nil {
		return false, fmt.Errorf("add user %s: %w", u.id, err)
	}
	return n == 1, nil
}

// saveUser writes a row that user() read; ErrConflict when somebody was faster.
func (d *Desk) saveUser(ctx context.Context, tx *store.Tx, u *userRow) error {
	was := u.version
	u.version++
	u.mac = d.secrets.Vouch(u.origin(), u.parts()...)
	n, err := tx.Exec(ctx, updateUser, u.kind, u.state, u.locale, u.generation, u.version,
		u.salt, u.cost.MiB, u.cost.Passes, u.locked, u.codeSalt, u.codeLocked, u.public, u.former, u.factor, u.unlocks, u.mac, string(u.id), was)
	if err != nil {
		return fmt.Errorf("change user %s: %w", u.id, err)
	}
	if n == 0 {
		return fmt.Errorf("change user %s: %w", u.id, helpdesk.ErrConflict)
	}
	return nil
}

// shown is the row as others see it.
func (d *Desk) shown(u *userRow) (User, error) {
	c, err := d.openCard(u.id, u.card)
	if err != nil {
		return User{}, err
	}
	return User{ID: u.id, Login: c.Login, Name: c.Name, Address: c.Address,
		Kind: Kind(u.kind), State: State(u.state), Locale: u.locale}, nil
}
