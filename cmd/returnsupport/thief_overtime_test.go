package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/backup"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// TestThiefOverTime: somebody took every backup there was, before and after a
// letter was settled, a referral recalled, a code replaced, a ticket erased, a
// colleague gone, and later got the server's secrets, drawn anew by then, and
// whatever each of them knew. They put the parts together as they like, and read
// what was theirs on the day of the part that opens it, and nothing later, and
// nothing of which the keys of that day are gone.
func TestThiefOverTime(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		cheap, log := vault.Cost{MiB: 1, Passes: 1}, slog.New(slog.DiscardHandler)
		secrets := vault.NewSecrets()
		h, err := build(t.Context(), settings{data: t.TempDir(), database: address, listen: "127.0.0.1:0"}, secrets, cheap, time.Now, log)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { h.Close() })
		w := &routes{house: h, t: t, canaries: map[string]string{}}
		th := &overTime{routes: w, cost: cheap, log: log, folder: t.TempDir()}
		th.story()
		th.attacks()
	})
}

// overTime is a thief's collection.
type overTime struct {
	*routes
	cost   vault.Cost
	log    *slog.Logger
	folder string
	stolen [][2]string // content and keys

	team               helpdesk.ID
	stays, goes        helpdesk.ID // tickets
	conversation       helpdesk.ID
	adaWords, leoWords string
	adaCookie, code    string
	link, linkCode     string
	first, left, last  int // backups
	said, erased       string
	elsewhere          string // said since leo left, in a new conversation
	old                []old  // conversations leo had, each later written into in one way
}

// old is a conversation, and what was written into it since leo left.
type old struct {
	name                 string
	guest                *people.Guest
	ticket, conversation helpdesk.ID
	later                string
}

func (o *overTime) laterOn() []string {
	out := []string{}
	for _, c := range o.old {
		out = append(out, c.later)
	}
	return out
}

func (o *overTime) steal() int {
	o.t.Helper()
	_, files, err := backup.Write(o.t.Context(), o.db, o.secrets, backupPlan(), o.folder, time.Now())
	o.must(err)
	o.stolen = append(o.stolen, files)
	return len(o.stolen) - 1
}

func (o *overTime) in(login, words string) (string, *staff.Session) {
	o.t.Helper()
	cookie, err := o.staff.SignIn(o.t.Context(), login, words)
	o.must(err)
	s, err := o.staff.Session(o.t.Context(), cookie, false)
	o.must(err)
	return cookie, s
}

func (o *overTime) story() {
	ctx, t := o.t.Context(), o.t
	t.Helper()
	made, err := o.staff.Init(ctx, staff.InitOptions{WordsAlone: true, Login: "ada", Name: "Ada", Address: "ada@desk.example", Locale: "en", Teams: []staff.NewTeam{{Name: "return"}}})
	o.must(err)
	o.adaWords, o.team = made.Words, made.Teams[0].ID
	token, err := o.staff.Invite(ctx, o.staff.Console(), "leo", "Leo", "leo@desk.example", staff.Counsellor, o.team)
	o.must(err)
	words, cookie, err := o.staff.Accept(ctx, token, "en")
	o.must(err)
	leo, err := o.staff.Session(ctx, cookie, false)
	o.must(err)
	o.leoWords = words
	var ada *staff.Session
	o.adaCookie, ada = o.in("ada", o.adaWords)
	o.must(o.staff.Admit(ctx, ada, leo.User.ID, o.team))

	o.said, o.erased, o.elsewhere = o.canary("said"), o.canary("erased"), o.canary("elsewhere")
	_, g, stays, conversation, _ := o.comes(o.team, o.said, "paper")
	o.stays, o.conversation = stays, conversation
	o.code, err = o.people.NewCode(ctx, g)
	o.must(err)
	_, _, o.goes, _, _ = o.comes(o.team, o.erased, "paper")
	_, out, shared, _, _ := o.comes(o.team, "shared", "paper")
	for _, name := range []string{"answer", "letter", "message", "word", "note", "title", "facts", "own facts", "card"} {
		c := old{name: name, later: o.canary("later " + name)}
		_, c.guest, c.ticket, c.conversation, _ = o.comes(o.team, "shared", "paper")
		_, err := o.tickets.Note(ctx, ada, c.ticket, "a note", "early")
		o.must(err)
		o.old = append(o.old, c)
	}
	o.first = o.steal()

	sheet, err := o.tickets.Page(ctx, ada, o.stays)
	o.must(err)
	o.must(o.tickets.Settle(ctx, ada, sheet.Settle))
	var id helpdesk.ID
	id, o.linkCode = o.refers(ada, out, shared, o.organisation("Shelter"), "A bed", "They have beds", &o.link)
	if _, err := o.door.OpenLink(ctx, o.link, o.linkCode); err != nil {
		t.Fatalf("the link opens nothing while it should: %v", err)
	}
	o.left = o.steal()

	o.must(o.door.Recall(ctx, ada, id))
	_, err = o.people.NewCode(ctx, g)
	o.must(err)
	o.must(o.db.Write(ctx, "erase", func(tx *store.Tx) error {
		if _, err := o.tickets.EraseAgain(ctx, tx, o.goes); err != nil {
			return err
		}
		return lettingGo{o.post, o.door, o.side}.Forget(ctx, tx, []helpdesk.ID{o.goes})
	}))
	o.must(o.staff.Disable(ctx, ada, leo.User.ID))
	_, ada = o.in("ada", o.adaWords) // chains the keys
	o.comes(o.team, o.elsewhere, "paper")
	for n := range o.old {
		o.writesOn(ada, &o.old[n])
	}
	before, err := o.staff.Session(ctx, o.adaCookie, false)
	o.must(err)
	o.must(o.staff.SignOut(ctx, before))
	for _, p := range vault.Yearly {
		o.must(o.secrets.Rotate(p))
	}
	o.last = o.steal()
}

// writesOn writes into a conversation that leo had. Each way to do so has one of
// its own: what one begins, no other leans on.
func (o *overTime) writesOn(ada *staff.Session, c *old) {
	o.t.Helper()
	ctx := o.t.Context()
	append := func(tx *store.Tx, open *tickets.Conversation, err error, kind tickets.Kind, direction tickets.Direction) error {
		if err == nil {
			_, err = open.Append(ctx, tx, tickets.Message{ID: helpdesk.NewID(), Kind: kind, Direction: direction, Content: tickets.Content{Text: c.later}})
		}
		return err
	}
	within := func(f func(tx *store.Tx) error) { o.must(o.db.Write(ctx, "write on", f)) }
	now, err := o.tickets.Facts(ctx, ada, c.ticket)
	o.must(err)
	switch c.name {
	case "answer":
		within(func(tx *store.Tx) error {
			open, err := o.tickets.With(ctx, tx, ada, c.conversation)
			return append(tx, open, err, tickets.KindAnswer, tickets.Out)
		})
	case "letter":
		within(func(tx *store.Tx) error {
			open, err := o.tickets.Blind(ctx, tx, c.conversation)
			return append(tx, open, err, tickets.KindLetter, tickets.In)
		})
		sheet, err := o.tickets.Page(ctx, ada, c.ticket)
		o.must(err)
		o.must(o.tickets.Settle(ctx, ada, sheet.Settle))
	case "message":
		within(func(tx *store.Tx) error {
			open, err := o.tickets.AsPerson(ctx, tx, c.guest, c.conversation)
			return append(tx, open, err, tickets.KindLetter, tickets.In)
		})
	case "word":
		within(func(tx *store.Tx) error {
			_, _, err := o.tickets.Word(ctx, tx, c.guest, c.conversation, tickets.Message{Content: tickets.Content{Text: c.later}})
			return err
		})
	case "note":
		_, err := o.tickets.Note(ctx, ada, c.ticket, c.later, "later")
		o.must(err)
	case "title":
		o.must(o.tickets.Retitle(ctx, ada, c.ticket, now.Version, c.later))
	case "facts":
		within(func(tx *store.Tx) error {
			return o.tickets.SetFacts(ctx, tx, ada, c.ticket, func(f *tickets.Facts) { f.Topic = c.later })
		})
	case "own facts":
		within(func(tx *store.Tx) error {
			return o.tickets.SetFactsAsPerson(ctx, tx, c.guest, c.conversation, func(f *tickets.Facts) { f.Topic = c.later })
		})
	case "card":
		o.must(o.tickets.SetCard(ctx, ada, c.ticket, func(card *tickets.Card) error {
			card.Former = []tickets.Former{{Address: c.later, Day: "2026-01-01"}}
			return nil
		}))
	default:
		o.t.Fatalf("no way to write is called %s", c.name)
	}
}

// over is the house the thief runs over one of the backups, with all secrets.
func (o *overTime) over(n int) *house {
	o.t.Helper()
	ctx, dir := o.t.Context(), o.t.TempDir()
	address := "sqlite:" + filepath.Join(dir, "stolen.db")
	_, err := backup.Restore(ctx, address, o.secrets, o.stolen[n][0], o.stolen[n][1], o.log, nil)
	o.must(err)
	h, err := build(ctx, settings{data: dir, database: address, listen: "127.0.0.1:0"}, o.secrets, o.cost, time.Now, o.log)
	o.must(err)
	o.t.Cleanup(func() { h.Close() })
	return h
}

// reads is all that a colleague's words open there.
func (o *overTime) reads(h *house, login, words string) string {
	o.t.Helper()
	ctx := o.t.Context()
	cookie, err := h.staff.SignIn(ctx, login, words)
	if err != nil {
		return ""
	}
	s, err := h.staff.Session(ctx, cookie, false)
	o.must(err)
	var all strings.Builder
	for after := helpdesk.ID(""); ; {
		ids, err := h.tickets.All(ctx, s, after)
		o.must(err)
		if len(ids) == 0 {
			return all.String()
		}
		after = ids[len(ids)-1]
		for _, id := range ids {
			sheet, err := h.tickets.Page(ctx, s, id)
			if err != nil {
				continue // what does not open
			}
			for _, m := range sheet.Messages {
				all.WriteString(m.Content.Text + "\n")
			}
			fmt.Fprintln(&all, sheet.Head.Title, sheet.Head.Facts.Topic)
			known, err := h.tickets.Careful(ctx, s, id)
			if err == nil {
				fmt.Fprintln(&all, known.Former)
			}
		}
	}
}

func (o *overTime) sees(what, text string, want ...string) {
	o.t.Helper()
	for _, c := range append([]string{o.said, o.erased, o.elsewhere}, o.laterOn()...) {
		if strings.Contains(text, c) != slices.Contains(want, c) {
			o.t.Errorf("%s: %q is read: %t", what, c, strings.Contains(text, c))
		}
	}
}

func (o *overTime) attacks() {
	ctx, t := o.t.Context(), o.t
	t.Helper()
	first, left, last := o.over(o.first), o.over(o.left), o.over(o.last)

	// What is right: a backup with its own keys opens to whose it was.
	o.sees("ada on the first day", o.reads(first, "ada", o.adaWords), o.said, o.erased)
	o.sees("ada on the last day", o.reads(last, "ada", o.adaWords), append([]string{o.said, o.elsewhere}, o.laterOn()...)...)
	o.sees("leo while he was here", o.reads(left, "leo", o.leoWords), o.said, o.erased)
	o.sees("leo afterwards", o.reads(last, "leo", o.leoWords))

	// Whoever signed out, or whose referral was recalled, is in no backup.
	for n, h := range []*house{first, left, last} {
		if _, err := h.staff.Session(ctx, o.adaCookie, true); err == nil {
			t.Errorf("backup %d: a cookie opens", n)
		}
		if _, err := h.door.OpenLink(ctx, o.link, o.linkCode); err == nil {
			t.Errorf("backup %d: a link opens", n)
		}
	}
	if _, _, _, err := first.people.Return(ctx, o.code, false); err != nil {
		t.Errorf("the code opened nothing on its day: %v", err)
	}
	if _, _, _, err := last.people.Return(ctx, o.code, false); err == nil {
		t.Error("a code that was replaced opens")
	}

	// The content of the first day, kept for ever, with the keys of the last: what
	// was erased since is gone, also to a colleague.
	old := o.over(o.first)
	o.take(old.db, last.db, "staff_", true)
	for _, table := range backupPlan().Keys {
		o.take(old.db, last.db, table, true)
	}
	o.must(old.db.Write(ctx, "keys of the last day", func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE tickets_message SET keywrap = $1 WHERE conversation <> $2`, []byte("gone"), string(o.conversation))
		return err
	}))
	o.sees("old content, new keys", o.reads(old, "ada", o.adaWords), o.said)

	// Leo's words, the staff and the keys of the day before he left, and the content
	// of the last: nothing written since, also into conversations that had begun.
	mixed := o.over(o.left)
	o.take(mixed.db, last.db, "tickets_", true)
	for _, table := range []string{"tickets_reader", "tickets_letterkey"} {
		o.take(mixed.db, left.db, table, false)
	}
	o.sees("leo with what came later", o.reads(mixed, "leo", o.leoWords), o.said)
}

// take replaces the rows of all tables that begin so by another database's, or
// adds those that are missing.
func (o *overTime) take(into, from *store.DB, begins string, replace bool) {
	o.t.Helper()
	ctx := o.t.Context()
	names := storetest.Rows(o.t, from, `SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`)
	found := false
	for _, n := range names {
		name := n["name"]
		if !strings.HasPrefix(name, begins) || strings.HasSuffix(name, "_session") {
			continue
		}
		found = true
		o.must(into.Write(ctx, "take", func(tx *store.Tx) error {
			if replace {
				if _, err := tx.Exec(ctx, `DELETE FROM `+name); err != nil {
					return err
				}
			}
			return o.copyRows(ctx, tx, from, name)
		}))
	}
	if !found {
		o.t.Fatalf("no table begins with %s", begins)
	}
}

func (o *overTime) copyRows(ctx context.Context, tx *store.Tx, from *store.DB, table string) error {
	rows, err := from.Query(ctx, `SELECT * FROM `+table)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, v := range values {
			if b, bytes := v.([]byte); v == nil || bytes && b == nil {
				values[i] = []byte{} // no column is without a value; the driver gives an empty one so
			}
		}
		insert := fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s) ON CONFLICT DO NOTHING`, table, strings.Join(columns, ", "), store.Places(len(columns), 1))
		if _, err := tx.Exec(ctx, insert, values...); err != nil {
			return err
		}
	}
	return rows.Err()
}
