// Package staff keeps the people who work here: who they are, their teams and
// the teams' keys, signing in, and the session that holds the keys while one
// request runs.
//
// Never: a team key handed out by office. Only a member can open the team's
// key to another; a coordinator without membership reads nothing.
package staff

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Topics of the events that leave after commit.
const (
	TopicStaff   bus.Topic = "staff"   // Subject: the user whose standing changed
	TopicSession bus.Topic = "session" // Subject: the session that ended
)

// What the journal calls the room's deeds.
const (
	VerbInitialised = "staff.initialised"
	VerbInvited     = "staff.invited"
	VerbCoordinator = "staff.coordinator_invited" // may be the second who opens everything, in a week
	VerbAccepted    = "staff.accepted"
	VerbSignedIn    = "staff.signed_in"
	VerbSignedOut   = "staff.signed_out"
	VerbTeamAdded   = "staff.team_added"
	VerbProposed    = "staff.proposed"
	VerbVoiced      = "staff.voiced"
	VerbAdmitted    = "staff.admitted"
	VerbRemoved     = "staff.removed"
	VerbDisabled    = "staff.disabled"
	VerbReissued    = "staff.reissued"
	VerbWords       = "staff.words_changed"
	VerbCode        = "staff.code_made"
	VerbTeamKey     = "staff.team_key" // a new version; Object is the team
	VerbPartnerKey  = "staff.partner_key"
	VerbRenewed     = "staff.renewed"
	VerbRecovered   = "staff.recovered"    // by two sheets; Object is the team
	VerbSheets      = "staff.sheets_made"  // another recovery key
	VerbSecrets     = "staff.secrets_kept" // the server's, sealed to recovery anew
	VerbSecretsBack = "staff.secrets_back" // the server's, by two sheets
	VerbFactor      = "staff.factor_made"  // a second factor, the first or another
	VerbSpares      = "staff.spares_made"
	VerbSpare       = "staff.spare_used"
	VerbWrongCode   = "staff.wrong_code" // a second factor behind right words
	VerbPasskey     = "staff.passkey_made"
	VerbPasskeyGone = "staff.passkey_removed"
	VerbCopied      = "staff.passkey_copied" // refused: two of one passkey are about
	VerbLinked      = "staff.linked"         // to the organisation's own sign-in
	VerbUnlinked    = "staff.unlinked"
	VerbNewBrowser  = "staff.new_browser" // right words in a browser in which nobody of ours came in before
	VerbTried       = "staff.tried"       // several tries were wrong
)

const (
	idleTime       = 30 * time.Minute
	sessionTime    = 12 * time.Hour
	invitationTime = 7 * 24 * time.Hour
	touchEvery     = time.Minute // how exact the idle clock is
)

// errForged: a row that our origin key does not vouch for. It counts for
// nothing, and nothing is sealed to it.
var errForged = errors.New("row without our mark")

// House is what the room is built from.
type House struct {
	DB        *store.DB
	Secrets   *vault.Secrets
	Bus       bus.Bus
	Journal   *journal.Book
	Office    *office.Office
	Now       func() time.Time
	Log       *slog.Logger
	Cost      vault.Cost // of a guess at six words; zero means vault.StaffCost
	SSO       SSO        // the organisation's own sign-in, a second factor; the zero value is none
	Aftermath Aftermath  // nil keeps no such book
	Teller    Teller     // nil tells nobody what was done about their sign-in
}

// Desk is the room. Its methods may be called from many goroutines.
type Desk struct {
	db      *store.DB
	secrets *vault.Secrets
	bus     bus.Bus
	journal *journal.Book
	office  *office.Office
	now     func() time.Time
	log     *slog.Logger
	cost    vault.Cost
	gate    *Gate
	known   *Gate // of browsers in which somebody came in before
	delays  *delays
	sso     *sso

	aftermath Aftermath
	teller    Teller

	mu       sync.Mutex
	seen     map[helpdesk.ID]int   // highest committed key version seen of a team
	seenUser map[helpdesk.ID]int64 // highest committed row version seen of a user
}

// New makes the room.
func New(h House) *Desk {
	if h.Cost == (vault.Cost{}) {
		h.Cost = vault.StaffCost
	}
	if h.Aftermath == nil {
		h.Aftermath = NoAftermath{}
	}
	return &Desk{
		aftermath: h.Aftermath, teller: h.Teller,
		db: h.DB, secrets: h.Secrets, bus: h.Bus, journal: h.Journal, office: h.Office,
		now: h.Now, log: h.Log, cost: h.Cost, sso: &sso{SSO: h.SSO},
		gate: newGate(), known: NewGate(gateWork, gateKnown, gateAtLogin, "staff.busy"), delays: newDelays(h.Now), seen: map[helpdesk.ID]int{}, seenUser: map[helpdesk.ID]int64{},
	}
}

// alarm tells the operator that somebody wrote to the database who is not this
// program.
func (d *Desk) alarm(ctx context.Context, code string, id helpdesk.ID) {
	d.journal.Alarm(ctx, code, id)
}

func (d *Desk) note(ctx context.Context, tx *store.Tx, by *Session, verb string, object helpdesk.ID) error {
	return d.journal.Write(ctx, tx, journal.Entry{At: d.now(), Actor: by.User.ID, Verb: verb, Object: object})
}

// ring tells after commit that the standing of these users changed.
func (d *Desk) ring(tx *store.Tx, users ...helpdesk.ID) {
	tx.After(func() {
		for _, id := range users {
			d.bus.Publish(bus.Event{Topic: TopicStaff, Subject: id})
		}
	})
}
