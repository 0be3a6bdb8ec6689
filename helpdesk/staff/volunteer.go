package staff

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Volunteer is somebody of a local branch. As partners they are no colleagues:
// no Session is ever theirs.
const Volunteer Kind = "volunteer"

const (
	volunteerMonths = 12              // an account's longest time without being renewed
	lockTime        = 5 * time.Minute // without a deed, and a volunteer's screen locks
	lockTouch       = 10 * time.Second
)

// ErrLocked: the session lives, and asks for the six words again (Unlock). It is
// a helpdesk.ErrDenied besides.
var ErrLocked = fmt.Errorf("locked: %w", helpdesk.ErrDenied)

// door is where a kind of user signs in.
type door string

const (
	ours       door = ""
	partners   door = "partner"
	volunteers door = "volunteer"
)

func doorOf(kind string) door {
	if outside(kind) || kind == string(ProgramKind) {
		return door(kind)
	}
	return ours
}

// outside tells the kinds who do not work here.
func outside(kind string) bool { return kind == string(Partner) || kind == string(Volunteer) }

func (d door) locked(s *sessionRow, now time.Time) bool {
	return d == volunteers && now.UnixMicro() >= s.touched+lockTime.Microseconds()
}

// touch is how exact the door's idle clock is.
func (d door) touch() time.Duration {
	if d == volunteers {
		return lockTouch
	}
	return touchEvery
}

// over tells whether an account's day has come.
func (b *belonging) over(now time.Time) bool { return b.until > 0 && now.UnixMicro() >= b.until }

// VolunteerUser is a volunteer as their branch's lead and our coordinators see
// them.
type VolunteerUser struct {
	User  User
	Org   helpdesk.ID // the directory's
	Lead  bool
	Until time.Time // the account ends then
	// ForMemberToSay: they have keys, and wait for somebody of their own branch.
	ForMemberToSay bool
}

// LogValue keeps names out of logs.
func (v VolunteerUser) LogValue() slog.Value { return v.User.LogValue() }

// Volunteers returns those of a branch, or of all with "", by branch. A forged
// row is left out, with an alarm.
func (d *Desk) Volunteers(ctx context.Context, org helpdesk.ID) ([]VolunteerUser, error) {
	var all []VolunteerUser
	err := d.eachOutside(ctx, func(b *belonging, u *userRow, shown User) {
		if u.kind != string(Volunteer) || org != "" && b.org != org {
			return
		}
		if b.over(d.now()) {
			shown.State = Disabled
		}
		all = append(all, VolunteerUser{User: shown, Org: b.org, Lead: b.lead, Until: time.UnixMicro(b.until),
			ForMemberToSay: shown.State == Waiting && u.hasKeys()})
	})
	return all, err
}

// InviteBranchLead makes an account for the coordinator of a branch and returns
// the token of their first visit, as InvitePartner. org is the directory's. The
// account ends at until, in at most twelve months. Only a coordinator of ours may.
// Refusals "staff.until", "staff.kind" (the organisation has staff of another
// kind), and those of Invite; ErrProof as Remove.
func (d *Desk) InviteBranchLead(ctx context.Context, by *Session, org helpdesk.ID, login, name, address, locale string, until time.Time) (token string, err error) {
	if !by.Coordinator() {
		return "", fmt.Errorf("invite the lead of a branch: %w", helpdesk.ErrDenied)
	}
	if err := by.Proof(); err != nil {
		return "", err
	}
	return d.inviteVolunteer(ctx, by.User.ID, belonging{org: org, lead: true, until: until.UnixMicro()}, login, name, address, locale)
}

// InviteVolunteer is the same for a volunteer of the lead's own branch, ErrProof
// included.
func (d *Desk) InviteVolunteer(ctx context.Context, by *Outsider, login, name, address, locale string, until time.Time) (token string, err error) {
	if !by.leads(by.Org) {
		return "", fmt.Errorf("invite a volunteer: %w", helpdesk.ErrDenied)
	}
	if err := by.Proof(); err != nil {
		return "", err
	}
	return d.inviteVolunteer(ctx, by.User.ID, belonging{org: by.Org, until: until.UnixMicro()}, login, name, address, locale)
}

func (d *Desk) inviteVolunteer(ctx context.Context, by helpdesk.ID, b belonging, login, name, address, locale string) (string, error) {
	if b.org == "" {
		return "", fmt.Errorf("invite a volunteer: %w", helpdesk.ErrNotFound)
	}
	if err := d.untilFits(b.until); err != nil {
		return "", err
	}
	u, err := d.newUser(login, name, address, Volunteer, locale)
	if err != nil {
		return "", err
	}
	b.user = u.id
	return d.inviteOutside(ctx, by, u, b)
}

func (d *Desk) untilFits(until int64) error {
	now := d.now()
	if until <= now.UnixMicro() || until > now.AddDate(0, volunteerMonths, 1).UnixMicro() {
		return helpdesk.Refuse("staff.until", volunteerMonths)
	}
	return nil
}

// AcceptVolunteer is a volunteer's first visit, as AcceptPartner: the first of a
// branch makes its pair, the next are admitted by one of the branch
// (AdmitPartner).
func (d *Desk) AcceptVolunteer(ctx context.Context, token, locale, issuer string) (Enrolment, error) {
	return d.acceptOutside(ctx, volunteers, token, locale, issuer)
}

// SignInVolunteer is SignInPartner at the branches' door. Also who has ended is
// staff.wrong.
func (d *Desk) SignInVolunteer(ctx context.Context, login, words, code string) (cookie string, err error) {
	return d.signInOutside(ctx, volunteers, login, words, code)
}

// Volunteer opens a volunteer's session for one request, or reports ErrDenied,
// and ErrLocked after five minutes without a deed. quiet is as in Session.
func (d *Desk) Volunteer(ctx context.Context, cookie string, quiet bool) (*Outsider, error) {
	return d.outsider(ctx, cookie, quiet, volunteers)
}

// Unlock opens a locked session with the six words. Refusals "staff.wrong" and
// "staff.busy"; ErrDenied when it has ended meanwhile: after half an hour, or
// because the account did.
func (d *Desk) Unlock(ctx context.Context, cookie, words string) error {
	in, err := d.look(ctx, cookie, volunteers)
	if err != nil {
		return err
	}
	b, err := d.belongs(ctx, d.db, in.user.id)
	if err != nil {
		return fmt.Errorf("unlock session %s: %w", in.row.id, err)
	}
	if b.over(d.now()) {
		return fmt.Errorf("unlock session %s: %w", in.row.id, helpdesk.ErrDenied)
	}
	at := string(in.user.login)
	if err := d.delays.wait(ctx, at); err != nil {
		return err
	}
	_, err = d.unlock(ctx, d.gate, at, in.user, words, byWords)
	if errors.Is(err, vault.ErrNotOpened) {
		d.wrong(ctx, at, in.user)
		return helpdesk.Refuse("staff.wrong")
	}
	if err != nil {
		return err
	}
	d.delays.success(at)
	return d.touch(ctx, in.row.id, d.now())
}

// ProveVolunteer is Prove at the branches' door, by a code of the authenticator:
// the words alone open a locked screen, and prove nothing here. Refusal
// "staff.code_wrong"; the sixth wrong one ends the session (ErrDenied), and keeps
// its owner out nowhere.
func (d *Desk) ProveVolunteer(ctx context.Context, cookie, code string) error {
	in, err := d.enterSession(ctx, cookie, false, volunteers)
	if err != nil {
		return err
	}
	b, err := d.belongs(ctx, d.db, in.user.id)
	if err != nil {
		return fmt.Errorf("prove session %s: %w", in.row.id, err)
	}
	if b.over(d.now()) {
		return fmt.Errorf("prove session %s: %w", in.row.id, helpdesk.ErrDenied)
	}
	seed, err := in.own.Open(factorPlace(in.user), b.seed)
	if err != nil {
		d.alarm(ctx, "factor_forged", in.user.id)
		return fmt.Errorf("second factor of %s: %w", in.user.id, errForged)
	}
	typed, err := digits(code)
	if err != nil {
		return helpdesk.Refuse("staff.code_wrong")
	}
	right, err := d.secondInside(ctx, outsideCounter, in, string(seed), typed)
	if err != nil {
		return err
	}
	if !right {
		return helpdesk.Refuse("staff.code_wrong")
	}
	return d.db.Write(ctx, "prove a session", func(tx *store.Tx) error { return d.proven(ctx, tx, in, d.now()) })
}

// Lock locks the session at once.
func (d *Desk) Lock(ctx context.Context, o *Outsider) error {
	return d.db.Write(ctx, "lock a session", func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, lockSession, d.now().Add(-lockTime).UnixMicro(), string(o.ID)); err != nil {
			return fmt.Errorf("lock session %s: %w", o.ID, err)
		}
		d.ringEnded(tx, o.ID)
		return nil
	})
}

// Steward may renew and end the accounts of a branch's volunteers: a *Session of
// a coordinator of ours, or the *Outsider who leads that branch.
type Steward interface {
	Proof() error
	leads(org helpdesk.ID) bool
	actor() helpdesk.ID
}

func (s *Session) leads(helpdesk.ID) bool { return s.Coordinator() }
func (s *Session) actor() helpdesk.ID     { return s.User.ID }

func (o *Outsider) leads(org helpdesk.ID) bool {
	return o != nil && o.Lead && o.Org == org && o.User.Kind == Volunteer && o.User.State == Active
}
func (o *Outsider) actor() helpdesk.ID { return o.User.ID }

// RenewVolunteer lets an account end later, or sooner. ErrDenied for who may not,
// ErrNotFound for whom is no volunteer of theirs, ErrProof as Remove. Refusals "staff.until", and
// "staff.ended" for an account that has ended: invite them again.
func (d *Desk) RenewVolunteer(ctx context.Context, by Steward, user helpdesk.ID, until time.Time) error {
	if err := d.untilFits(until.UnixMicro()); err != nil {
		return err
	}
	return d.db.Write(ctx, "renew an account", func(tx *store.Tx) error {
		u, b, err := d.stewarded(ctx, tx, by, user)
		if err != nil {
			return err
		}
		if b.over(d.now()) || u.state == string(Disabled) {
			return helpdesk.Refuse("staff.ended")
		}
		b.until = until.UnixMicro()
		if _, err := tx.Exec(ctx, renewBelonging, b.until, d.secrets.Vouch(b.origin(), b.seed), string(user)); err != nil {
			return fmt.Errorf("renew %s: %w", user, err)
		}
		d.ring(tx, user)
		return d.note(ctx, tx, &Session{User: User{ID: by.actor()}}, VerbRenewed, user)
	})
}

// EndVolunteer ends an account now: no session, no sign-in, and a new pair for the
// branch. Errors as RenewVolunteer; ending twice is no error.
func (d *Desk) EndVolunteer(ctx context.Context, by Steward, user helpdesk.ID) error {
	return d.stepping(ctx, "end an account", func(tx *store.Tx) error {
		u, _, err := d.stewarded(ctx, tx, by, user)
		if err != nil || u.state == string(Disabled) {
			return err
		}
		return d.endAccount(ctx, tx, by.actor(), user)
	})
}

// InviteAgain gives a volunteer who lost their words, or whose account has ended,
// the token of another first visit. What they held is gone; somebody of their
// branch admits them again. Errors as RenewVolunteer.
func (d *Desk) InviteAgain(ctx context.Context, by Steward, user helpdesk.ID, until time.Time) (token string, err error) {
	if err := d.untilFits(until.UnixMicro()); err != nil {
		return "", err
	}
	err = d.stepping(ctx, "invite a volunteer again", func(tx *store.Tx) error {
		_, b, err := d.stewarded(ctx, tx, by, user)
		if err != nil {
			return err
		}
		if _, err := d.leaveAll(ctx, tx, user, false); err != nil {
			return err
		}
		u, err := d.user(ctx, tx, user)
		if err != nil {
			return err
		}
		u.state = string(Invited)
		u.generation++ // what was sealed to the old key opens no more
		u.dropKeys()
		if err := d.saveUser(ctx, tx, u); err != nil {
			return err
		}
		d.afterLeaving(ctx, tx, u)
		b.until = until.UnixMicro()
		if _, err := tx.Exec(ctx, renewBelonging, b.until, d.secrets.Vouch(b.origin(), b.seed), string(user)); err != nil {
			return fmt.Errorf("invite %s again: %w", user, err)
		}
		if token, err = d.addInvitation(ctx, tx, u); err != nil {
			return err
		}
		return d.changed(ctx, tx, by.actor(), u, VerbReissued)
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// stewarded is a volunteer whom by may decide about, and has proven of late who
// they are.
func (d *Desk) stewarded(ctx context.Context, tx *store.Tx, by Steward, user helpdesk.ID) (*userRow, *belonging, error) {
	b, err := d.belongs(ctx, tx, user)
	if err != nil {
		return nil, nil, err
	}
	u, err := d.user(ctx, tx, user)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case u.kind != string(Volunteer):
		return nil, nil, fmt.Errorf("volunteer %s: %w", user, helpdesk.ErrNotFound)
	case !by.leads(b.org):
		// A lead learns nothing of who is in another branch.
		if _, session := by.(*Session); session {
			return nil, nil, fmt.Errorf("volunteer %s: %w", user, helpdesk.ErrDenied)
		}
		return nil, nil, fmt.Errorf("volunteer %s: %w", user, helpdesk.ErrNotFound)
	}
	return u, b, by.Proof()
}

func (d *Desk) endAccount(ctx context.Context, tx *store.Tx, by, user helpdesk.ID) error {
	if _, err := d.leaveAll(ctx, tx, user, false); err != nil {
		return err
	}
	u, err := d.user(ctx, tx, user)
	if err != nil {
		return err
	}
	u.state = string(Disabled)
	u.dropKeys()
	if err := d.saveUser(ctx, tx, u); err != nil {
		return err
	}
	d.afterLeaving(ctx, tx, u)
	d.ring(tx, user)
	return d.note(ctx, tx, &Session{User: User{ID: by}}, VerbDisabled, user)
}

// endDue ends accounts and programs whose day has come. They are refused from that instant
// already; here their keys go, and their branch gets a new one.
func (d *Desk) endDue(ctx context.Context) error {
	ids, err := store.IDs(ctx, d.db, selectEnded, d.now().UnixMicro())
	if err != nil {
		return fmt.Errorf("look which accounts end: %w", err)
	}
	var failed []error
	for _, id := range ids {
		err := d.stepping(ctx, "end an account", func(tx *store.Tx) error {
			u, err := d.user(ctx, tx, id)
			if err != nil || u.state == string(Disabled) {
				return err
			}
			b, err := d.belongs(ctx, tx, id)
			if err != nil || !b.over(d.now()) {
				return err
			}
			return d.endAccount(ctx, tx, "", id)
		})
		if err != nil {
			failed = append(failed, fmt.Errorf("end account %s: %w", id, err))
		}
	}
	return errors.Join(append(failed, d.endPrograms(ctx))...)
}
