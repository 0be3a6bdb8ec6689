package staff

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// NewTeam names a team to make.
type NewTeam struct {
	Name       string
	Restricted bool
}

// InitOptions names the first coordinator and the first teams. As a person,
// not by office, the first coordinator is also the first member of those
// teams: somebody has to be there to admit the others.
type InitOptions struct {
	Login, Name, Address, Locale string
	Teams                        []NewTeam
	// WordsAlone: staff sign in without a second factor, until somebody changes
	// the setting. For the demo and for trials.
	WordsAlone bool
}

// InitResult is shown once and kept nowhere.
type InitResult struct {
	User        helpdesk.ID
	Words       string    // the first coordinator's
	Sheets      [3]string // to be printed; any two open everything
	Fingerprint string    // of the recovery key, hexadecimal
	Teams       []Team
}

// Format keeps words and sheets out of logs.
func (r InitResult) Format(f fmt.State, _ rune) { fmt.Fprint(f, "init result ", sealedText) }

// Init makes the recovery key, the first coordinator and the first teams, in
// one transaction. A house that has them refuses with staff.initialised.
func (d *Desk) Init(ctx context.Context, o InitOptions) (InitResult, error) {
	u, err := d.newUser(o.Login, o.Name, o.Address, Coordinator, o.Locale)
	if err != nil {
		return InitResult{}, err
	}
	words, own, err := d.giveKeys(ctx, u)
	if err != nil {
		return InitResult{}, err
	}
	u.state = string(Active)
	result := InitResult{User: u.id, Words: words}
	err = d.db.Write(ctx, "begin the house", func(tx *store.Tx) error {
		by := d.Console()
		sheets, recovery, err := d.makeRecovery(ctx, tx, by)
		if err != nil {
			return err
		}
		result.Sheets, result.Fingerprint = sheets, hex.EncodeToString(recovery.Fingerprint())
		if free, err := d.addUser(ctx, tx, u); err != nil || !free {
			return fmt.Errorf("add the first coordinator: %w", orConflict(err))
		}
		if err := d.firstProfile(ctx, tx, u, own); err != nil {
			return err
		}
		if o.WordsAlone {
			if err := d.office.WordsAlone(ctx, tx, by.User.ID); err != nil {
				return err
			}
		}
		result.Teams = nil
		for _, n := range o.Teams {
			t, err := d.addTeam(ctx, tx, by, recovery, n, u)
			if err != nil {
				return err
			}
			result.Teams = append(result.Teams, t)
		}
		return d.note(ctx, tx, by, VerbInitialised, u.id)
	})
	if err != nil {
		return InitResult{}, err
	}
	return result, nil
}

func orConflict(err error) error {
	if err == nil {
		return helpdesk.ErrConflict
	}
	return err
}

// newUser makes a row without keys.
func (d *Desk) newUser(login, name, address string, kind Kind, locale string) (*userRow, error) {
	login, name, address = strings.TrimSpace(login), strings.TrimSpace(name), strings.TrimSpace(address)
	if !fitting(login, 64) || strings.ContainsAny(login, " \t") {
		return nil, helpdesk.Refuse("staff.login")
	}
	if !fitting(name, 100) {
		return nil, helpdesk.Refuse("staff.name")
	}
	if !fitting(address, 254) || !strings.Contains(address, "@") {
		return nil, helpdesk.Refuse("staff.address")
	}
	if kind != Counsellor && kind != Coordinator && kind != Interpreter && !outside(string(kind)) {
		return nil, helpdesk.Refuse("staff.kind")
	}
	u := &userRow{
		id: helpdesk.NewID(), login: d.loginIndex(login), address: d.addressIndex(address),
		kind: string(kind), state: string(Invited), locale: known(locale), generation: 1, cost: d.cost,
	}
	var err error
	u.card, err = d.sealCard(u.id, card{Login: login, Name: name, Address: address})
	return u, err
}

func fitting(s string, most int) bool {
	n := utf8.RuneCountInString(s)
	return utf8.ValidString(s) && n > 0 && n <= most && !strings.ContainsAny(s, "\r\n\x00")
}

func known(locale string) string {
	if locale == "sv" {
		return "sv"
	}
	return "en"
}

// giveKeys draws a pair and six words for a user. The words exist only in the
// answer.
func (d *Desk) giveKeys(ctx context.Context, u *userRow) (words string, own *vault.Pair, err error) {
	own = vault.NewPair(u.key())
	words, err = d.giveWords(ctx, u, own)
	u.public = own.Public().Public
	return words, own, err
}

// giveWords waits in no strangers' line: it takes a session, a recovery code or an
// invitation to come here, and whoever guesses at a login must not keep its owner
// from other words.
func (d *Desk) giveWords(ctx context.Context, u *userRow, own *vault.Pair) (string, error) {
	words, err := vault.NewWords(u.locale)
	if err != nil {
		return "", fmt.Errorf("draw words for %s: %w", u.id, err)
	}
	leave, err := d.known.Enter(ctx, string(u.login)+"words")
	if err != nil {
		return "", err
	}
	defer leave()
	u.salt = make([]byte, 16)
	rand.Read(u.salt)
	u.cost = d.cost
	u.locked = d.secrets.LockWithWords(own, words, u.salt, u.cost, wordsPlace(u.id))
	return words, nil
}

// firstProfile remembers no team yet, but is there: an absent one is an alarm.
func (d *Desk) firstProfile(ctx context.Context, tx *store.Tx, u *userRow, own *vault.Pair) error {
	sealed, err := d.sealProfile(&Session{User: User{ID: u.id}, own: own}, profile{})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, updateProfile, sealed, string(u.id), u.generation); err != nil {
		return fmt.Errorf("keep the profile of %s: %w", u.id, err)
	}
	return nil
}

// AddTeam makes a team with its first members: nobody else could admit anyone
// to it, and there is nothing in it yet to read. They must have keys. ErrProof as
// Invite.
func (d *Desk) AddTeam(ctx context.Context, by *Session, n NewTeam, first ...helpdesk.ID) (Team, error) {
	if !by.Coordinator() {
		return Team{}, fmt.Errorf("add a team: %w", helpdesk.ErrDenied)
	}
	if err := by.Proof(); err != nil {
		return Team{}, err
	}
	if len(first) == 0 {
		return Team{}, helpdesk.Refuse("staff.team_needs_member")
	}
	var made Team
	err := d.db.Write(ctx, "add a team", func(tx *store.Tx) error {
		recovery, err := d.holdRecovery(ctx, tx)
		if err != nil {
			return err
		}
		var members []*userRow
		for _, id := range first {
			u, err := d.user(ctx, tx, id)
			if err != nil {
				return err
			}
			members = append(members, u)
		}
		made, err = d.addTeam(ctx, tx, by, recovery, n, members...)
		return err
	})
	if err != nil {
		return Team{}, err
	}
	return made, nil
}

func (d *Desk) addTeam(ctx context.Context, tx *store.Tx, by *Session, recovery vault.InsideKey, n NewTeam, first ...*userRow) (Team, error) {
	name := strings.TrimSpace(n.Name)
	if !fitting(name, 100) {
		return Team{}, helpdesk.Refuse("staff.team_name")
	}
	t := teamRow{id: helpdesk.NewID(), restricted: n.Restricted, version: 1}
	t.name = d.secrets.SealOffice(teamNamePlace(t.id), []byte(name))
	t.mac = d.secrets.Vouch(t.origin(), t.name)
	if _, err := tx.Exec(ctx, insertTeam, string(t.id), t.name, t.restricted, t.version, t.mac); err != nil {
		return Team{}, fmt.Errorf("add team %s: %w", t.id, err)
	}
	pair, err := d.newVersion(ctx, tx, recovery, t.id, t.version)
	if err != nil {
		return Team{}, err
	}
	for _, u := range first {
		if !u.hasKeys() {
			return Team{}, helpdesk.Refuse("staff.no_keys")
		}
		if err := d.take(ctx, tx, by, pair, u); err != nil {
			return Team{}, err
		}
	}
	return Team{ID: t.id, Name: name, Restricted: t.restricted, Version: t.version}, d.note(ctx, tx, by, VerbTeamAdded, t.id)
}
