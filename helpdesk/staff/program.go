package staff

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// ProgramKind is a program elsewhere that works here with a token: a reader with
// a key pair of its own, let into teams by their members as a colleague is. It
// has no words, comes in at no door of people, and is in no list of them.
const ProgramKind Kind = "program"

// programs is the door tokens open.
const programs door = "program"

// tokenMark begins each token, so that who finds one in a file knows what it is.
const tokenMark = "rst_"

// programMonths is the longest a token is good for.
const programMonths = 12

// What the journal calls it. That one ended is VerbDisabled.
const VerbProgram = "staff.program_made"

// programRow is what a program may do, beside its user's row.
type programRow struct {
	user, session, maker helpdesk.ID
	scopes               string
	made, expires, used  int64
	mac                  []byte
}

func (p *programRow) dest() []any {
	return []any{&p.user, &p.session, &p.scopes, &p.maker, &p.made, &p.expires, &p.used, &p.mac}
}

// origin binds what it may do, and until when, to the one session its token
// opens. Who holds a token and writes to the database still gains nothing.
func (p *programRow) origin() vault.Context {
	return vault.At("staff.program.origin", p.user, p.session, p.scopes, p.maker, p.made, p.expires)
}

// factor stands in the session's row, whose seal binds it a second time.
func (p *programRow) factor() string { return "program " + p.scopes }

func (d *Desk) vouchedProgram(ctx context.Context, p *programRow) bool {
	if d.secrets.Vouched(p.mac, p.origin()) {
		return true
	}
	d.alarm(ctx, "program_forged", p.user)
	return false
}

// NewProgram is what a token is made for.
type NewProgram struct {
	Name   string // "the municipality's own system", as the journal names it
	Scopes []Scope
	// Teams whose tickets it reads or writes. Those the maker is a member of let it
	// in at once; the members of the others are asked, as for a colleague. Never a
	// restricted one.
	Teams []helpdesk.ID
	Until time.Time // at most twelve months away
}

// LogValue keeps the name out of logs.
func (NewProgram) LogValue() slog.Value { return slog.StringValue(sealedText) }

// Program is one as a coordinator sees it.
type Program struct {
	ID     helpdesk.ID
	Name   string
	Scopes []Scope
	Maker  helpdesk.ID
	Made   time.Time
	Until  time.Time
	Used   time.Time // the day it last came; zero for never
	// Opens: its token still does. Not after it ended or expired, and not in a
	// database that was put back, because no session is in a backup.
	Opens bool
	Teams []helpdesk.ID // it has the keys of
}

// LogValue keeps the name out of logs.
func (p Program) LogValue() slog.Value { return slog.StringValue(string(p.ID)) }

// MakeProgram makes a program and returns its token, shown once and kept nowhere.
// Only a coordinator may, who has proven who they are (ErrProof).
//
// Refusals: "program.name", "program.scopes", "program.until", "program.teams"
// where the scopes need a team and there is none, or the other way about,
// "program.restricted".
func (d *Desk) MakeProgram(ctx context.Context, by *Session, n NewProgram) (id helpdesk.ID, token string, err error) {
	if !by.Coordinator() {
		return "", "", fmt.Errorf("make a program: %w", helpdesk.ErrDenied)
	}
	if err := by.Proof(); err != nil {
		return "", "", err
	}
	p, err := d.checkProgram(by, &n)
	if err != nil {
		return "", "", err
	}
	for try := 0; ; try++ {
		token, err = d.makeProgram(ctx, by, n, p)
		if !errors.Is(err, helpdesk.ErrConflict) || try == 5 || by.console {
			break
		}
		// A team's key went on meanwhile: take the new one, if we still may.
		if err := d.load(ctx, by); err != nil {
			return "", "", err
		}
	}
	if err != nil {
		return "", "", err
	}
	return p.user, token, nil
}

func (d *Desk) checkProgram(by *Session, n *NewProgram) (*programRow, error) {
	if n.Name = strings.TrimSpace(n.Name); !fitting(n.Name, 60) {
		return nil, helpdesk.Refuse("program.name")
	}
	text, err := scopesText(n.Scopes)
	if err != nil {
		return nil, err
	}
	slices.Sort(n.Teams)
	n.Teams = slices.Compact(n.Teams)
	if slices.ContainsFunc(n.Scopes, Scope.aboutTickets) != (len(n.Teams) > 0) {
		return nil, helpdesk.Refuse("program.teams")
	}
	now := d.now()
	if !n.Until.After(now) || n.Until.After(now.AddDate(0, programMonths, 1)) {
		return nil, helpdesk.Refuse("program.until", programMonths)
	}
	return &programRow{user: helpdesk.NewID(), session: helpdesk.NewID(), maker: by.User.ID, scopes: text, made: now.UnixMicro(), expires: n.Until.UnixMicro()}, nil
}

func (d *Desk) makeProgram(ctx context.Context, by *Session, n NewProgram, p *programRow) (token string, err error) {
	u := &userRow{id: p.user, kind: string(ProgramKind), state: string(Active), locale: known(by.User.Locale), generation: 1}
	// No login and no address, and an index that none is ever looked up by.
	u.login = d.secrets.Index("staff.program", string(u.id))
	u.address = u.login
	if u.card, err = d.sealCard(u.id, card{Name: n.Name}); err != nil {
		return "", err
	}
	own := vault.NewPair(u.key())
	u.public = own.Public().Public
	key := vault.NewSessionKey()
	// It is never idle: its last deed lies where its end does.
	s := &sessionRow{id: p.session, user: u.id, factor: p.factor(), created: p.made, touched: p.expires, expires: p.expires}
	err = d.db.Write(ctx, "make a program", func(tx *store.Tx) error {
		if free, err := d.addUser(ctx, tx, u); err != nil || !free {
			return errors.Join(err, helpdesk.ErrConflict)
		}
		for _, team := range n.Teams {
			if err := d.proposeProgram(ctx, tx, by, u.id, team); err != nil {
				return err
			}
		}
		p.mac = d.secrets.Vouch(p.origin())
		if _, err := tx.Exec(ctx, insertProgram, string(p.user), string(p.session), p.scopes, string(p.maker), p.made, p.expires, 0, p.mac); err != nil {
			return fmt.Errorf("make program %s: %w", p.user, err)
		}
		if err := d.saveSession(ctx, tx, key, s, own); err != nil {
			return err
		}
		return d.note(ctx, tx, by, VerbProgram, p.user)
	})
	if err != nil {
		return "", err
	}
	return tokenMark + key.Cookie(), nil
}

// proposeProgram lets it into a team whose key the maker holds; the members of
// another are asked.
func (d *Desk) proposeProgram(ctx context.Context, tx *store.Tx, by *Session, program, team helpdesk.ID) error {
	t, err := d.team(ctx, tx, team)
	if err != nil {
		return err
	}
	if t.restricted {
		return helpdesk.Refuse("program.restricted")
	}
	if err := d.addCandidate(ctx, tx, team, program, false); err != nil {
		return err
	}
	pair, err := by.TeamPair(team, 0)
	if errors.Is(err, helpdesk.ErrDenied) {
		d.ring(tx, program)
		return nil
	}
	if err != nil {
		return err
	}
	return d.admit(ctx, tx, by, pair, program)
}

// Programs lists all there ever were, the newest first. A forged row is left out,
// with an alarm. For coordinators.
func (d *Desk) Programs(ctx context.Context, by *Session) ([]Program, error) {
	if !by.Coordinator() {
		return nil, fmt.Errorf("list the programs: %w", helpdesk.ErrDenied)
	}
	rows, err := d.db.Query(ctx, selectPrograms)
	if err != nil {
		return nil, fmt.Errorf("list the programs: %w", err)
	}
	defer rows.Close()
	var all []Program
	for rows.Next() {
		var p programRow
		var u userRow
		var open int
		if err := rows.Scan(append(append(p.dest(), &open), u.dest()...)...); err != nil {
			return nil, fmt.Errorf("list the programs: %w", err)
		}
		if !d.vouchedProgram(ctx, &p) || !d.vouchedUser(ctx, &u) {
			continue
		}
		shown, err := d.shown(&u)
		if err != nil {
			return nil, err
		}
		one := Program{ID: p.user, Name: shown.Name, Scopes: scopesOf(p.scopes), Maker: p.maker, Made: time.UnixMicro(p.made), Until: time.UnixMicro(p.expires),
			Opens: open > 0 && shown.State == Active && d.now().UnixMicro() < p.expires}
		if p.used > 0 {
			one.Used = time.UnixMicro(p.used)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list the programs: %w", err)
	}
	rows.Close()
	for i := range all {
		if all[i].Teams, err = store.IDs(ctx, d.db, selectTeamsOf, string(all[i].ID)); err != nil {
			return nil, fmt.Errorf("list the teams of program %s: %w", all[i].ID, err)
		}
	}
	return all, nil
}

// EndProgram ends a token at once, on every replica, and its teams get new keys.
// A coordinator may, at any time: who ends one too many makes another. Ending
// twice is no error; ErrNotFound for what is no program.
func (d *Desk) EndProgram(ctx context.Context, by *Session, id helpdesk.ID) error {
	if !by.Coordinator() {
		return fmt.Errorf("end program %s: %w", id, helpdesk.ErrDenied)
	}
	return d.stepping(ctx, "end a program", func(tx *store.Tx) error {
		u, err := d.user(ctx, tx, id)
		if err != nil {
			return err
		}
		if u.kind != string(ProgramKind) {
			return fmt.Errorf("program %s: %w", id, helpdesk.ErrNotFound)
		}
		if u.state == string(Disabled) {
			return nil
		}
		return d.endAccount(ctx, tx, by.User.ID, id)
	})
}

// endPrograms ends those whose day has come: they are refused from that instant
// already, and here their keys go.
func (d *Desk) endPrograms(ctx context.Context) error {
	ids, err := store.IDs(ctx, d.db, selectOverPrograms, d.now().UnixMicro())
	if err != nil {
		return fmt.Errorf("look which programs end: %w", err)
	}
	var failed []error
	for _, id := range ids {
		err := d.stepping(ctx, "end a program", func(tx *store.Tx) error {
			var p programRow
			if err := tx.QueryRow(ctx, selectProgram, string(id)).Scan(p.dest()...); err != nil {
				return fmt.Errorf("find program %s: %w", id, err)
			}
			if !d.vouchedProgram(ctx, &p) {
				return fmt.Errorf("program %s: %w", id, errForged)
			}
			u, err := d.user(ctx, tx, id)
			if err != nil || u.state == string(Disabled) {
				return err
			}
			return d.endAccount(ctx, tx, "", id)
		})
		if err != nil {
			failed = append(failed, fmt.Errorf("end program %s: %w", id, err))
		}
	}
	return errors.Join(failed...)
}
