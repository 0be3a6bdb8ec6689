package staff

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// candidateRow says that a coordinator wants a user in a team.
type candidateRow struct {
	team, user helpdesk.ID
	again      bool        // they were in it before and lost their key
	voice      helpdesk.ID // the first of two members who said yes
	mac        []byte
}

func (c *candidateRow) dest() []any { return []any{&c.team, &c.user, &c.again, &c.voice, &c.mac} }

func (c *candidateRow) origin() vault.Context {
	return vault.At("staff.candidate.origin", c.team, c.user, c.again, c.voice)
}

// needsTwo tells whether two members have to say yes. That somebody was in the
// team stands in their own row as well: taking the candidacy back and proposing
// them afresh makes nobody new.
func (c *candidateRow) needsTwo(t *teamRow, u *userRow) bool {
	return t.restricted && (c.again || u.was(t.id))
}

func (d *Desk) vouchedCandidate(ctx context.Context, c *candidateRow) bool {
	if d.secrets.Vouched(c.mac, c.origin()) {
		return true
	}
	d.alarm(ctx, "candidate_forged", c.user)
	return false
}

func (d *Desk) addCandidate(ctx context.Context, tx *store.Tx, team, user helpdesk.ID, again bool) error {
	c := candidateRow{team: team, user: user, again: again}
	c.mac = d.secrets.Vouch(c.origin())
	if _, err := tx.Exec(ctx, insertCandidate, string(team), string(user), again, "", c.mac); err != nil {
		return fmt.Errorf("propose %s for team %s: %w", user, team, err)
	}
	return nil
}

// Propose asks the members of a team to admit a user who is here already. Only
// a coordinator may. ErrProof as Invite.
func (d *Desk) Propose(ctx context.Context, by *Session, user, team helpdesk.ID) error {
	if !by.Coordinator() {
		return fmt.Errorf("propose %s: %w", user, helpdesk.ErrDenied)
	}
	if err := by.Proof(); err != nil {
		return err
	}
	return d.db.Write(ctx, "propose for a team", func(tx *store.Tx) error {
		u, err := d.user(ctx, tx, user)
		if err != nil {
			return err
		}
		if u.kind == string(Interpreter) {
			return helpdesk.Refuse("staff.interpreter_team")
		}
		if outside(u.kind) || u.kind == string(ProgramKind) {
			return helpdesk.Refuse("staff.kind")
		}
		t, err := d.team(ctx, tx, team)
		if err != nil {
			return err
		}
		members, err := d.members(ctx, tx, team, t.version)
		if err != nil {
			return err
		}
		for _, m := range members {
			if m.id == user {
				return nil
			}
		}
		if err := d.addCandidate(ctx, tx, team, user, false); err != nil {
			return err
		}
		d.ring(tx, user)
		return d.note(ctx, tx, by, VerbProposed, user)
	})
}

// Candidate is somebody a team's members are asked to admit.
type Candidate struct {
	User       User
	Team       Team
	HasKeys    bool        // their first sign-in is done; before it nobody can admit them
	NeedsTwo   bool        // two members have to say yes
	Voice      helpdesk.ID // who of them has
	ForMeToSay bool        // this session may admit them now
}

// Waiting lists the candidates of the session's teams; for a coordinator those
// of all teams. No program is asked about anybody.
func (d *Desk) Waiting(ctx context.Context, s *Session) ([]Candidate, error) {
	if s.program() {
		return nil, fmt.Errorf("list who waits: %w", helpdesk.ErrDenied)
	}
	rows, err := d.db.Query(ctx, selectCandidates)
	if err != nil {
		return nil, fmt.Errorf("list who waits: %w", err)
	}
	defer rows.Close()
	var all []Candidate
	for rows.Next() {
		var c candidateRow
		var u userRow
		var t teamRow
		if err := rows.Scan(append(append(c.dest(), u.dest()...), t.dest()...)...); err != nil {
			return nil, fmt.Errorf("list who waits: %w", err)
		}
		if !s.Member(c.team) && !s.Coordinator() || u.state == string(Disabled) {
			continue
		}
		if !d.vouchedCandidate(ctx, &c) || !d.vouchedUser(ctx, &u) || !d.vouchedTeam(ctx, &t) {
			continue
		}
		one := Candidate{HasKeys: u.hasKeys(), NeedsTwo: c.needsTwo(&t, &u), Voice: c.voice}
		if one.User, err = d.shown(&u); err != nil {
			return nil, err
		}
		if one.Team, err = d.shownTeam(&t); err != nil {
			return nil, err
		}
		one.ForMeToSay = one.HasKeys && s.Member(c.team) && c.voice != s.User.ID
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list who waits: %w", err)
	}
	return all, nil
}

// Admit gives a candidate the team's key. Only a member of that team can, and no
// program. Into a restricted team somebody who was in it before comes back when
// two members have said so: the first call is noted, the second admits. ErrProof
// as Invite.
func (d *Desk) Admit(ctx context.Context, s *Session, user, team helpdesk.ID) error {
	if s.program() {
		return fmt.Errorf("admit %s: %w", user, helpdesk.ErrDenied)
	}
	if err := s.Proof(); err != nil {
		return err
	}
	for try := 0; ; try++ {
		pair, err := s.TeamPair(team, 0)
		if err != nil {
			return fmt.Errorf("admit %s: %w", user, err)
		}
		err = d.db.Write(ctx, "admit to a team", func(tx *store.Tx) error {
			return d.admit(ctx, tx, s, pair, user)
		})
		if !errors.Is(err, helpdesk.ErrConflict) || try == 5 {
			return err
		}
		// The team's key went on meanwhile: take the new one, if we still may.
		if err := d.load(ctx, s); err != nil {
			return err
		}
	}
}

func (d *Desk) admit(ctx context.Context, tx *store.Tx, s *Session, pair *vault.Pair, user helpdesk.ID) error {
	team := pair.ID().Owner
	if err := d.lock(ctx, tx, team, pair.ID().Version); err != nil {
		return err
	}
	key, err := d.TeamKey(ctx, tx, team)
	if err != nil {
		return err
	}
	if !bytes.Equal(key.Fingerprint(), pair.Fingerprint()) {
		d.alarm(ctx, "team_key_forged", team)
		return fmt.Errorf("admit to team %s: %w", team, errForged)
	}
	var c candidateRow
	if err := tx.QueryRow(ctx, selectCandidate, string(team), string(user)).Scan(c.dest()...); err != nil {
		return fmt.Errorf("find candidate %s: %w", user, err)
	}
	if !d.vouchedCandidate(ctx, &c) {
		return fmt.Errorf("candidate %s: %w", user, errForged)
	}
	u, err := d.user(ctx, tx, user)
	if err != nil {
		return err
	}
	t, err := d.team(ctx, tx, team)
	if err != nil {
		return err
	}
	two := c.needsTwo(t, u)
	voiced := false
	if two && c.voice != "" {
		if voiced, err = d.speaksFor(ctx, tx, c.voice, t); err != nil {
			return err
		}
	}
	switch {
	case !u.hasKeys():
		return helpdesk.Refuse("staff.no_keys")
	case two && !voiced:
		return d.voice(ctx, tx, s, &c)
	case two && c.voice == s.User.ID:
		return helpdesk.Refuse("staff.second_member")
	}
	return d.take(ctx, tx, s, pair, u)
}

// speaksFor tells whether somebody is a member of a locked team now: the yes of
// who left it counts no more.
func (d *Desk) speaksFor(ctx context.Context, tx *store.Tx, user helpdesk.ID, t *teamRow) (bool, error) {
	members, err := d.members(ctx, tx, t.id, t.version)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(members, func(m *userRow) bool { return m.id == user && m.state == string(Active) }), nil
}

// voice notes the first of two.
func (d *Desk) voice(ctx context.Context, tx *store.Tx, s *Session, c *candidateRow) error {
	if err := d.saveVoice(ctx, tx, c, s.User.ID); err != nil {
		return fmt.Errorf("say yes to %s: %w", c.user, err)
	}
	return d.note(ctx, tx, s, VerbVoiced, c.user)
}

func (d *Desk) saveVoice(ctx context.Context, tx *store.Tx, c *candidateRow, by helpdesk.ID) error {
	before := c.voice
	c.voice = by
	n, err := tx.Exec(ctx, updateVoice, string(c.voice), d.secrets.Vouch(c.origin()), string(c.team), string(c.user), string(before))
	if err == nil && n == 0 {
		err = helpdesk.ErrConflict
	}
	return err
}

// unvoice takes back each yes to somebody who gets other keys: it was said of
// whoever held the ones before.
func (d *Desk) unvoice(ctx context.Context, tx *store.Tx, user helpdesk.ID) error {
	rows, err := tx.Query(ctx, selectVoiced, string(user))
	if err != nil {
		return fmt.Errorf("read who said yes to %s: %w", user, err)
	}
	defer rows.Close()
	var all []*candidateRow
	for rows.Next() {
		var c candidateRow
		if err := rows.Scan(c.dest()...); err != nil {
			return fmt.Errorf("read who said yes to %s: %w", user, err)
		}
		if d.vouchedCandidate(ctx, &c) {
			all = append(all, &c)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read who said yes to %s: %w", user, err)
	}
	rows.Close()
	for _, c := range all {
		if err := d.saveVoice(ctx, tx, c, ""); err != nil {
			return fmt.Errorf("take back the yes to %s: %w", user, err)
		}
	}
	return nil
}

// take makes a vouched user a member with the pair in hand.
func (d *Desk) take(ctx context.Context, tx *store.Tx, by *Session, pair *vault.Pair, u *userRow) error {
	if !u.hasKeys() || outside(u.kind) {
		return helpdesk.Refuse("staff.no_keys")
	}
	if err := d.addMember(ctx, tx, pair, u); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, deleteCandidate, string(pair.ID().Owner), string(u.id)); err != nil {
		return fmt.Errorf("admit %s: %w", u.id, err)
	}
	if u.state == string(Waiting) {
		u.state = string(Active)
		if err := d.saveUser(ctx, tx, u); err != nil {
			return err
		}
	}
	d.ring(tx, u.id)
	return d.note(ctx, tx, by, VerbAdmitted, u.id)
}
