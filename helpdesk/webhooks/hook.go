package webhooks

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

const (
	active = "active"
	broken = "broken"

	mostHooks  = 10
	nameMost   = 60
	lengthMost = 500 // of an address
)

// secretMark begins each secret, as the scheme has it.
const secretMark = "whsec_"

// told is what lies sealed of an address: the server must read it alone.
type told struct {
	Name    string  `json:"name"`
	Address string  `json:"address"`
	Secret  []byte  `json:"secret"`
	Events  []Event `json:"events"`
	// Teams are whose tickets it is rung for; none for all that are not restricted.
	Teams []helpdesk.ID `json:"teams,omitempty"`
}

// sees tells whether it is rung for a team's tickets. open are the teams that are
// not restricted: those ring nowhere, whoever named them, and a team that became
// one since rings no more.
func (t *told) sees(team helpdesk.ID, open map[helpdesk.ID]bool) bool {
	return open[team] && (len(t.Teams) == 0 || slices.Contains(t.Teams, team))
}

// hook is one as it is stored, opened.
type hook struct {
	told
	id      helpdesk.ID
	version int64
	sealed  []byte
	state   string
	maker   helpdesk.ID
	made    int64
	mac     []byte
}

func (h *hook) dest() []any {
	return []any{&h.id, &h.version, &h.sealed, &h.state, &h.maker, &h.made, &h.mac}
}

func (h *hook) place() vault.Context { return vault.At("webhooks.hook", h.id) }

func (h *hook) origin() vault.Context {
	return vault.At("webhooks.hook.origin", h.id, h.version, h.state, h.maker, h.made)
}

// NewHook is an address to be rung.
type NewHook struct {
	Name    string
	Address string // https
	Events  []Event
	Teams   []helpdesk.ID // whose tickets it is rung for; none for all that are not restricted
}

// LogValue keeps the address out of logs.
func (NewHook) LogValue() slog.Value { return slog.StringValue("[sealed]") }

func (n *NewHook) check(allowed func(netip.Addr) bool) error {
	n.Name, n.Address = strings.TrimSpace(n.Name), strings.TrimSpace(n.Address)
	if n.Name == "" || utf8.RuneCountInString(n.Name) > nameMost || !utf8.ValidString(n.Name) || strings.ContainsAny(n.Name, "\r\n\x00") {
		return helpdesk.Refuse("webhook.name")
	}
	u, err := url.Parse(n.Address)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.Opaque != "" || len(n.Address) > lengthMost {
		return helpdesk.Refuse("webhook.address")
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !allowed(ip) {
		return helpdesk.Refuse("webhook.private")
	}
	slices.Sort(n.Events)
	n.Events = slices.Compact(n.Events)
	for _, e := range n.Events {
		if !slices.Contains(Events(), e) {
			return helpdesk.Refuse("webhook.events")
		}
	}
	if len(n.Events) == 0 {
		return helpdesk.Refuse("webhook.events")
	}
	return nil
}

// openTeams are those that are not restricted. A team that is not known, or whose
// row is not ours, counts as restricted.
func (r *Room) openTeams(ctx context.Context) (map[helpdesk.ID]bool, error) {
	all, err := r.staff.Teams(ctx)
	open := map[helpdesk.ID]bool{}
	for _, t := range all {
		open[t.ID] = !t.Restricted
	}
	return open, err
}

// limit refuses a restricted team: that something moved there, and when, would
// lie in plain beside the bells, and no token opens what it was.
func (r *Room) limit(ctx context.Context, n *NewHook) error {
	slices.Sort(n.Teams)
	n.Teams = slices.Compact(n.Teams)
	open, err := r.openTeams(ctx)
	if err != nil {
		return err
	}
	for _, team := range n.Teams {
		if !open[team] {
			return helpdesk.Refuse("webhook.restricted")
		}
	}
	return nil
}

// may lets coordinators alone in.
func may(by *staff.Session) error {
	if !by.Coordinator() {
		return fmt.Errorf("webhooks: %w", helpdesk.ErrDenied)
	}
	return nil
}

// Make adds an address and returns the secret it checks signatures with, shown
// once; the address is rung with Test. For coordinators who have proven who they
// are (staff.ErrProof). Refusals: "webhook.name", "webhook.address",
// "webhook.private", "webhook.events", "webhook.restricted", "webhook.most".
func (r *Room) Make(ctx context.Context, by *staff.Session, n NewHook) (id helpdesk.ID, secret string, err error) {
	if err := may(by); err != nil {
		return "", "", err
	}
	if err := by.Proof(); err != nil {
		return "", "", err
	}
	if err := n.check(r.allowed); err != nil {
		return "", "", err
	}
	if err := r.limit(ctx, &n); err != nil {
		return "", "", err
	}
	h := &hook{told: told{Name: n.Name, Address: n.Address, Secret: make([]byte, 32), Events: n.Events, Teams: n.Teams},
		id: helpdesk.NewID(), version: 1, state: active, maker: by.User.ID, made: r.now().UnixMicro()}
	rand.Read(h.Secret)
	plain, err := json.Marshal(h.told)
	if err != nil {
		return "", "", fmt.Errorf("seal webhook %s: %w", h.id, err)
	}
	h.sealed = r.secrets.SealOffice(h.place(), plain)
	h.mac = r.secrets.Vouch(h.origin(), h.sealed)
	err = r.db.Write(ctx, "make a webhook", func(tx *store.Tx) error {
		var have int
		if err := tx.QueryRow(ctx, countHooks).Scan(&have); err != nil {
			return fmt.Errorf("count the webhooks: %w", err)
		}
		if have >= mostHooks {
			return helpdesk.Refuse("webhook.most", mostHooks)
		}
		if _, err := tx.Exec(ctx, insertHook, string(h.id), h.version, h.sealed, h.state, string(h.maker), h.made, h.mac); err != nil {
			return fmt.Errorf("make webhook %s: %w", h.id, err)
		}
		if err := r.lay(ctx, tx, h.id, Test, "", waiting, 0); err != nil {
			return err
		}
		return r.journal.Write(ctx, tx, journal.Entry{At: r.now(), Actor: by.User.ID, Verb: VerbMade, Object: h.id})
	})
	if err != nil {
		return "", "", err
	}
	return h.id, secretMark + base64.StdEncoding.EncodeToString(h.Secret), nil
}

// Hook is one as a coordinator sees it.
type Hook struct {
	ID      helpdesk.ID
	Name    string
	Address string
	Events  []Event
	Teams   []helpdesk.ID // none for all that are not restricted
	Maker   helpdesk.ID
	Made    time.Time
	Broken  bool // given up: it is not rung until a coordinator says again
	Waiting int  // bells on their way
	Bells   []Bell
}

// LogValue keeps the address out of logs.
func (h Hook) LogValue() slog.Value { return slog.StringValue(string(h.ID)) }

// Bell is one time an address was rung, or is to be.
type Bell struct {
	Kind   Event
	At     time.Time // when it happened
	Tries  int
	Heard  bool
	GaveUp bool
	Due    time.Time // the next try, while it waits
	Answer string    // a status, or a word: name, private, certificate, slow, unreachable, ours
}

// bellsShown is how many a page shows of each.
const bellsShown = 10

// Hooks lists all addresses with their last bells, the newest first. For
// coordinators.
func (r *Room) Hooks(ctx context.Context, by *staff.Session) ([]Hook, error) {
	if err := may(by); err != nil {
		return nil, err
	}
	all, err := r.hooks(ctx, r.db)
	if err != nil {
		return nil, err
	}
	out := make([]Hook, 0, len(all))
	for _, h := range all {
		shown := Hook{ID: h.id, Name: h.Name, Address: h.Address, Events: h.Events, Teams: h.Teams, Maker: h.maker, Made: time.UnixMicro(h.made), Broken: h.state == broken}
		if err := r.db.QueryRow(ctx, countBells, string(h.id), waiting).Scan(&shown.Waiting); err != nil {
			return nil, fmt.Errorf("count the bells of webhook %s: %w", h.id, err)
		}
		if shown.Bells, err = r.bells(ctx, h.id); err != nil {
			return nil, err
		}
		out = append(out, shown)
	}
	return out, nil
}

// hooks are those that are ours. A forged one is left out, with an alarm.
func (r *Room) hooks(ctx context.Context, from store.Reader) ([]*hook, error) {
	rows, err := from.Query(ctx, selectHooks)
	if err != nil {
		return nil, fmt.Errorf("read the webhooks: %w", err)
	}
	defer rows.Close()
	var all []*hook
	for rows.Next() {
		var h hook
		if err := rows.Scan(h.dest()...); err != nil {
			return nil, fmt.Errorf("read the webhooks: %w", err)
		}
		plain, err := r.secrets.OpenOffice(h.place(), h.sealed)
		if err != nil || !r.secrets.Vouched(h.mac, h.origin(), h.sealed) || json.Unmarshal(plain, &h.told) != nil {
			r.journal.Alarm(ctx, "webhook_forged", h.id)
			continue
		}
		all = append(all, &h)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the webhooks: %w", err)
	}
	return all, nil
}

// Broken counts the addresses that were given up, for who looks whether the house
// is well.
func (r *Room) Broken(ctx context.Context) (n int, err error) {
	all, err := r.hooks(ctx, r.db)
	for _, h := range all {
		if h.state == broken {
			n++
		}
	}
	return n, err
}

// End forgets an address, with all that was to be rung there. For coordinators;
// ErrNotFound when there is none.
func (r *Room) End(ctx context.Context, by *staff.Session, id helpdesk.ID) error {
	if err := may(by); err != nil {
		return err
	}
	return r.db.Write(ctx, "end a webhook", func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, deleteHook, string(id))
		if err != nil {
			return fmt.Errorf("end webhook %s: %w", id, err)
		}
		if n == 0 {
			return fmt.Errorf("end webhook %s: %w", id, helpdesk.ErrNotFound)
		}
		if _, err := tx.Exec(ctx, deleteBells, string(id)); err != nil {
			return fmt.Errorf("end webhook %s: %w", id, err)
		}
		return r.journal.Write(ctx, tx, journal.Entry{At: r.now(), Actor: by.User.ID, Verb: VerbEnded, Object: id})
	})
}

// Again rings an address that was given up: of what happened since it is told which
// tickets are gone, as far as keptFor goes back, and else what happens from now on.
// For coordinators; ErrNotFound when there is none.
func (r *Room) Again(ctx context.Context, by *staff.Session, id helpdesk.ID) error {
	if err := may(by); err != nil {
		return err
	}
	return r.db.Write(ctx, "ring a webhook again", func(tx *store.Tx) error {
		if err := r.turn(ctx, tx, id, active); err != nil {
			return err
		}
		if err := r.lay(ctx, tx, id, Test, "", waiting, 0); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, tellGone, waiting, r.now().UnixMicro(), string(id), gaveUp, string(TicketGone)); err != nil {
			return fmt.Errorf("tell webhook %s what is gone: %w", id, err)
		}
		return r.journal.Write(ctx, tx, journal.Entry{At: r.now(), Actor: by.User.ID, Verb: VerbAgain, Object: id})
	})
}

// turn gives an address another state.
func (r *Room) turn(ctx context.Context, tx *store.Tx, id helpdesk.ID, state string) error {
	all, err := r.hooks(ctx, tx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(h *hook) bool { return h.id == id })
	if i < 0 {
		return fmt.Errorf("webhook %s: %w", id, helpdesk.ErrNotFound)
	}
	h := all[i]
	if h.state == state {
		return nil
	}
	was := h.version
	h.state, h.version = state, was+1
	n, err := tx.Exec(ctx, updateHook, h.state, h.version, r.secrets.Vouch(h.origin(), h.sealed), string(id), was)
	if err != nil {
		return fmt.Errorf("change webhook %s: %w", id, err)
	}
	if n == 0 {
		return fmt.Errorf("change webhook %s: %w", id, helpdesk.ErrConflict)
	}
	return nil
}
