package branches

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// namedBody is who stands beside a branch, under the office key.
type namedBody struct {
	Org  helpdesk.ID    `json:"org"`
	User helpdesk.ID    `json:"user"`
	Days []time.Weekday `json:"days,omitempty"`
}

func namedAt(org []byte) vault.Context { return vault.At("branches.named", org) }

// named finds who stands beside a branch; zero for nobody. A row that does not
// open counts for nothing.
func (d *Desk) named(ctx context.Context, org helpdesk.ID) (Named, error) {
	var sealed []byte
	mark := d.orgMark(org)
	err := d.DB.QueryRow(ctx, selectNamed, mark).Scan(&sealed)
	if isNotFound(err) {
		return Named{}, nil
	}
	if err != nil {
		return Named{}, fmt.Errorf("find who stands beside branch %s: %w", org, err)
	}
	var b namedBody
	plain, err := d.Secrets.OpenOffice(namedAt(mark), sealed)
	if err != nil || json.Unmarshal(plain, &b) != nil || b.Org != org {
		d.Journal.Alarm(ctx, "branches_named", org)
		return Named{}, nil
	}
	return Named{User: b.User, Name: d.Staff.Alias(ctx, b.User), Days: b.Days}, nil
}

// NameCounsellor says who stands beside a branch and on which days; user "" takes
// the name away. Only a coordinator may. ErrNotFound for who is no active
// colleague.
func (d *Desk) NameCounsellor(ctx context.Context, s *staff.Session, org, user helpdesk.ID, days []time.Weekday) error {
	if !s.Coordinator() {
		return fmt.Errorf("name a counsellor: %w", helpdesk.ErrDenied)
	}
	mark := d.orgMark(org)
	if user == "" {
		return d.DB.Write(ctx, "name no counsellor", func(tx *store.Tx) error {
			if _, err := tx.Exec(ctx, deleteNamed, mark); err != nil {
				return err
			}
			d.ring(tx, TopicBranch, org)
			return d.note(ctx, tx, s.User.ID, VerbNamed, org)
		})
	}
	users, err := d.Staff.Users(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(users, func(u staff.User) bool { return u.ID == user && u.State == staff.Active }) {
		return fmt.Errorf("name counsellor %s: %w", user, helpdesk.ErrNotFound)
	}
	days = slices.Clone(days)
	slices.SortFunc(days, func(a, b time.Weekday) int { return cmp.Compare((a+6)%7, (b+6)%7) })
	plain, err := json.Marshal(namedBody{org, user, slices.Compact(days)})
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, "name a counsellor", func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, upsertNamed, mark, d.Secrets.SealOffice(namedAt(mark), plain), d.Now().UnixMicro()); err != nil {
			return fmt.Errorf("name a counsellor for branch %s: %w", org, err)
		}
		d.ring(tx, TopicBranch, org)
		return d.note(ctx, tx, s.User.ID, VerbNamed, org)
	})
}

// Counsellor is who stands beside the volunteer's branch, zero for nobody, with
// the standing talk.
func (d *Desk) Counsellor(ctx context.Context, o *staff.Outsider) (Named, helpdesk.ID, error) {
	if err := works(o); err != nil {
		return Named{}, "", err
	}
	n, err := d.named(ctx, o.Org)
	if err != nil {
		return Named{}, "", err
	}
	id := d.idOf(standing, string(o.Org))
	if _, err := d.talkRow(ctx, d.DB, id); isNotFound(err) {
		err = d.DB.Write(ctx, "begin a standing talk", func(tx *store.Tx) error {
			_, err := d.begin(ctx, tx, o, "", "", false, standing)
			return err
		})
		if err != nil {
			return Named{}, "", err
		}
	} else if err != nil {
		return Named{}, "", err
	}
	return n, id, nil
}

// Standing is the standing talk with a branch, to write to it first. Refusal
// "branches.nobody" while nobody of it has ever signed in.
func (d *Desk) Standing(ctx context.Context, s *staff.Session, org helpdesk.ID) (helpdesk.ID, error) {
	id := d.idOf(standing, string(org))
	_, err := d.teamKey(ctx, d.DB, s, id)
	if isNotFound(err) {
		return "", helpdesk.Refuse("branches.nobody")
	}
	return id, err
}

// Beside lists the branches with accounts, the one silent longest first. Who is
// in a team, and every coordinator, may: it tells of nobody who seeks help.
func (d *Desk) Beside(ctx context.Context, s *staff.Session) ([]Beside, error) {
	if len(s.Teams()) == 0 && !s.Coordinator() {
		return nil, fmt.Errorf("look at the branches: %w", helpdesk.ErrDenied)
	}
	return d.beside(ctx)
}

func (d *Desk) beside(ctx context.Context) ([]Beside, error) {
	all, err := d.Staff.Volunteers(ctx, "")
	if err != nil {
		return nil, err
	}
	days, err := d.Office.Number(ctx, office.BranchSilentDays)
	if err != nil {
		return nil, err
	}
	out := []Beside{}
	for _, v := range all {
		i := slices.IndexFunc(out, func(b Beside) bool { return b.Org == v.Org })
		if i < 0 {
			b, err := d.branch(ctx, v.Org, days)
			if err != nil {
				return nil, err
			}
			out = append(out, b)
			i = len(out) - 1
		}
		if v.User.State != staff.Active {
			continue
		}
		load, err := d.load(ctx, v.User.ID)
		if err != nil {
			return nil, err
		}
		out[i].Loads = append(out[i].Loads, load)
	}
	// A branch without anybody left is no silent one.
	out = slices.DeleteFunc(out, func(b Beside) bool { return len(b.Loads) == 0 })
	slices.SortStableFunc(out, func(a, b Beside) int { return a.Last.Compare(b.Last) })
	return out, nil
}

func (d *Desk) branch(ctx context.Context, org helpdesk.ID, days int) (Beside, error) {
	b := Beside{Org: org}
	var err error
	if b.Named, err = d.named(ctx, org); err != nil {
		return b, err
	}
	var last int64
	if err := d.DB.QueryRow(ctx, selectLastDeed, d.orgMark(org)).Scan(&last); err != nil {
		return b, fmt.Errorf("look what branch %s did last: %w", org, err)
	}
	b.Last = instant(last)
	// Where nobody has come in yet, nobody can be written to.
	b.Silent = last > 0 && d.Now().Sub(time.UnixMicro(last)) >= time.Duration(days)*24*time.Hour
	if err := d.DB.QueryRow(ctx, countOpenOf, d.orgMark(org)).Scan(&b.Open); err != nil {
		return b, fmt.Errorf("count the hand-ons of branch %s: %w", org, err)
	}
	return b, nil
}

func (d *Desk) load(ctx context.Context, user helpdesk.ID) (Load, error) {
	l, now, who := Load{User: user}, d.Now(), d.whoMark(user)
	for _, q := range []struct {
		query string
		args  []any
		into  *int
	}{
		{countOpenBy, []any{who}, &l.Open},
		{countTasks, []any{who}, &l.Tasks},
		{countMonthBy, []any{who, now.AddDate(0, 0, -30).UnixMicro()}, &l.Month},
		{countDebriefs, []any{who, now.AddDate(0, 0, -90).UnixMicro()}, &l.Debriefs},
	} {
		if err := d.DB.QueryRow(ctx, q.query, q.args...).Scan(q.into); err != nil {
			return Load{}, fmt.Errorf("count what %s carries: %w", user, err)
		}
	}
	return l, nil
}

// Silent are those the session's user should write a friendly word to: it is
// their branch and has been silent too long, or nobody is named for it and they
// are a coordinator.
func (d *Desk) Silent(ctx context.Context, s *staff.Session) ([]Beside, error) {
	all, err := d.beside(ctx)
	if err != nil {
		return nil, err
	}
	out := []Beside{}
	for _, b := range all {
		mine := b.Named.User == s.User.ID || b.Named.User == "" && s.Coordinator()
		if !b.Silent || !mine {
			continue
		}
		// Written to since, and no answer yet: not again at once.
		wrote, err := d.wroteTo(ctx, b)
		if err != nil {
			return nil, err
		}
		if !wrote {
			out = append(out, b)
		}
	}
	return out, nil
}

// wroteTo tells whether we have written to a silent branch since it fell silent,
// within the last fortnight.
func (d *Desk) wroteTo(ctx context.Context, b Beside) (bool, error) {
	var ours, theirs int64
	if err := d.DB.QueryRow(ctx, selectTurns, d.idOf(standing, string(b.Org))).Scan(&ours, &theirs); err != nil {
		return false, fmt.Errorf("look who wrote to branch %s: %w", b.Org, err)
	}
	return ours > theirs && d.Now().Sub(time.UnixMicro(ours)) < 14*24*time.Hour, nil
}

// Loads is how much the volunteers of the lead's own branch carry. ErrDenied for
// who does not lead it.
func (d *Desk) Loads(ctx context.Context, o *staff.Outsider) ([]Load, error) {
	if err := works(o); err != nil {
		return nil, err
	}
	if !o.Lead {
		return nil, fmt.Errorf("look at a branch's load: %w", helpdesk.ErrDenied)
	}
	all, err := d.Staff.Volunteers(ctx, o.Org)
	if err != nil {
		return nil, err
	}
	out := []Load{}
	for _, v := range all {
		if v.User.State != staff.Active {
			continue
		}
		l, err := d.load(ctx, v.User.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}
