package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// filledQueue is a house of many tickets.
type filledQueue struct {
	r          *rooms
	s          *staff.Session // of somebody in all teams
	stranger   *staff.Session // of somebody who is not in the restricted one
	teams      []helpdesk.ID  // the last one is restricted
	size, open int
	took       time.Duration
}

var (
	queueTopics    = []string{"reintegration", "return_process", "readmission", "authorities"}
	queueLanguages = []string{"sv", "en", "ar", "fa", "prs", "ps", "ckb", "so", "ti", "sq", "ru", "uz"}
)

// fillQueue writes tickets as they stand after their first letter was read:
// really sealed, each under a key of its own, wrapped settled to its team, with
// our MAC on every row, and of the newest hundreds as a night leaves them,
// blind. A letter's own bytes are left out: no queue reads them. Every page
// that is measured is looked at, so a row that did not open would be noticed.
//
// Rows go in by the hundred with one statement, which takes a tenth of the
// time of a million letters.
func (b *bench) fillQueue(i *installation, size int) *filledQueue {
	ctx := context.Background()
	began := time.Now()
	r := i.open(time.Now)
	h := &filledQueue{r: r, size: size, open: max(size/50, 2_000)}
	first := r.session(r.signIn(i.login, i.words))
	for _, t := range first.Teams() {
		h.teams = append(h.teams, t.ID)
	}
	h.stranger = r.session(r.hire(1)[0].cookie) // into the only team there is yet
	for n := range 3 {
		team, err := r.staff.AddTeam(ctx, r.staff.Console(), staff.NewTeam{Name: fmt.Sprintf("Team %d", n), Restricted: n == 2}, first.User.ID)
		b.check(err)
		h.teams = append(h.teams, team.ID)
	}
	h.s = r.session(r.signIn(i.login, i.words))
	w := &queueWriter{h: h, now: time.Now(), secrets: secretsOf(b, i)}
	for _, team := range h.teams {
		pair, err := h.s.TeamPair(team, 0)
		b.check(err)
		w.pairs = append(w.pairs, pair)
	}
	const batch, atOnce = 200, 10
	jobs := make([]queueRows, (size+batch-1)/batch)
	var next atomic.Int64
	ready := make(chan int, 2*atOnce)
	go r.each(len(jobs), func(context.Context, int) error { // sealing takes the other core
		n := int(next.Add(1)) - 1
		jobs[n] = w.seal(n*batch, min((n+1)*batch, size))
		ready <- n
		return nil
	})
	for done := 0; done < len(jobs); {
		b.check(r.db.Write(ctx, "fill", func(tx *store.Tx) error {
			for range min(atOnce, len(jobs)-done) {
				n := <-ready
				if err := jobs[n].insert(ctx, tx); err != nil {
					return err
				}
				jobs[n] = queueRows{}
				done++
			}
			return nil
		}))
	}
	b.check(r.db.Write(ctx, "fill", w.tally))
	r.analyse()
	h.took = time.Since(began)
	return h
}

// queueWriter knows how the desk's rows look and what they are bound to. When
// it knows wrong, nothing it writes opens.
type queueWriter struct {
	h       *filledQueue
	now     time.Time
	secrets *vault.Secrets
	pairs   []*vault.Pair
}

// queueRows are a batch, sealed.
type queueRows struct{ tickets, talks, readers []any }

func (q queueRows) insert(ctx context.Context, tx *store.Tx) error {
	for _, t := range []struct {
		into  string
		width int
		args  []any
	}{
		{"tickets_ticket (id, number, conversation, team, owner, state, priority, due_day, channel, language, writer, person, opened_at, waiting_since, last_at, rank, serial, version, joined_into, joined_state, mac)", 21, q.tickets},
		{"tickets_conversation (id, ticket, kind, epoch, last_number, head_epoch, head, mac)", 8, q.talks},
		{"tickets_reader (conversation, epoch, kind, reader, reader_version, form, wrap, mac, expires)", 9, q.readers},
	} {
		if _, err := tx.Exec(ctx, "INSERT INTO "+t.into+" VALUES "+values(len(t.args)/t.width, t.width), t.args...); err != nil {
			return err
		}
	}
	return nil
}

func values(rows, width int) string {
	var out strings.Builder
	for n := range rows * width {
		switch {
		case n == 0:
			out.WriteString("(")
		case n%width == 0:
			out.WriteString("), (")
		default:
			out.WriteString(", ")
		}
		fmt.Fprintf(&out, "$%d", n+1)
	}
	return out.String() + ")"
}

// blindNight is how many letters of the last night nobody has opened.
const blindNight = 1_100

// seal makes the tickets from one number to another. The open ones lie among
// the closed ones as they would after years: most of them lately.
func (w *queueWriter) seal(from, to int) queueRows {
	var q queueRows
	h := w.h
	for n := from; n < to; n++ {
		left := h.size - n // counted from the newest
		open := left <= h.open/2 || n%((h.size-h.open/2)/(h.open/2)+1) == 0
		night := left <= min(blindNight, h.open/3)
		team := [...]int{0, 0, 0, 0, 1, 1, 2, 2, 2, 3}[n/7%10]
		f := tickets.Facts{Topic: queueTopics[n/3%4], Spoken: queueLanguages[n/5%12], Child: team == 3}
		if n%23 == 0 {
			f.Audience, f.Centre = "detained", "marsta"
		}
		if n%50 == 0 {
			f.Tags = []string{"papers"}
		}
		at := w.now.Add(-time.Duration(left) * time.Minute).UnixMicro()
		state, owner, since, due, priority := "closed", h.s.User.ID, int64(0), int64(0), n%5%3
		switch {
		case night:
			state, owner, since, priority, team = "open", "", at, 3, 0
		case open && n%5 < 3:
			state, since = "open", at
			if n%3 == 0 {
				owner = ""
			}
		case open:
			state = "waiting"
		}
		if state != "closed" && n%9 == 0 {
			day := w.now.AddDate(0, 0, n/9%90-30)
			due = time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC).UnixMicro()
		}
		w.one(&q, n, h.teams[team], w.pairs[team], night, sealedTicket{
			state: state, owner: owner, since: since, due: due, priority: priority, at: at, language: queueLanguages[n/5%12],
			channel: "mail", head: tickets.Head{Title: fmt.Sprintf("title-of-ticket-%d", n), Name: "Amina Karimi", Address: fmt.Sprintf("p%d@post.example", n), Facts: f},
		})
	}
	return q
}

type sealedTicket struct {
	state, language string
	owner           helpdesk.ID
	since, due, at  int64
	priority        int
	channel, writer string
	head            tickets.Head
	hidden          *hiddenFacts
}

func (w *queueWriter) one(q *queueRows, n int, team helpdesk.ID, pair *vault.Pair, blind bool, t sealedTicket) {
	ticket, conversation, key := helpdesk.NewID(), helpdesk.NewID(), vault.NewKey()
	head := w.head(t.head, nil)
	version, form := pair.ID().Version, "settled"
	place := vault.At("tickets.reader", conversation, int64(1), "team", team, version)
	wrap := pair.Wrap(place, key)
	if blind {
		form = "blind"
		wrap, _ = pair.Public().Wrap(place, key)
	}
	rank := int64(3-t.priority)<<60 + 1<<59 + t.at
	switch t.state {
	case "closed":
		rank = 1<<62 - t.at
	case "open":
		rank = int64(3-t.priority)<<60 + t.since
	}
	number := int64(n + 1)
	if pair == w.pairs[3] {
		number, rank = w.veil(&t, ticket, team, number)
		head = w.head(t.head, t.hidden)
	}
	q.tickets = append(q.tickets, ticket, number, conversation, team, t.owner, t.state, t.priority, t.due, t.channel, t.language, t.writer, "",
		t.at, t.since, t.at, rank, int64(1), int64(1), "", "",
		w.secrets.Vouch(vault.At("tickets.ticket", ticket, number, conversation, team, t.writer, "", "")))
	q.talks = append(q.talks, conversation, ticket, "person", int64(1), int64(1), int64(1),
		key.Seal(vault.At("tickets.head", conversation, int64(1)), head),
		w.secrets.Vouch(vault.At("tickets.conversation", conversation, ticket, "person", int64(1))))
	q.readers = append(q.readers, conversation, int64(1), "team", team, version, form, wrap,
		w.secrets.Vouch(vault.At("tickets.reader.origin", conversation, int64(1), "team", team, version, form, int64(0)), wrap), int64(0))
}

// hiddenFacts is how the desk writes what a restricted team's row does not say.
type hiddenFacts struct {
	Owner    helpdesk.ID `json:"owner,omitempty"`
	Priority int         `json:"priority,omitempty"`
	Channel  string      `json:"channel"`
	Language string      `json:"language,omitempty"`
	Opened   int64       `json:"opened,omitempty"`
	Waiting  int64       `json:"waiting,omitempty"`
	Last     int64       `json:"last,omitempty"`
	State    string      `json:"state"`
	Serial   int64       `json:"serial"`
}

// veil takes out of the row of a restricted team what its head says instead.
func (w *queueWriter) veil(t *sealedTicket, ticket, team helpdesk.ID, number int64) (veiled, rank int64) {
	t.hidden = &hiddenFacts{t.owner, t.priority, t.channel, t.language, t.at, t.since, t.at, t.state, 1}
	if t.due > 0 {
		t.head.Facts.Dates = []tickets.Date{{ID: "due", Kind: tickets.DateOther, Day: time.UnixMicro(t.due).UTC().Format(time.DateOnly)}}
	}
	if t.state == "closed" {
		at := time.UnixMicro(t.at).UTC()
		rank = 1<<62 - time.Date(at.Year(), (at.Month()-1)/6*6+1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	}
	sum := w.secrets.Index("tickets.owner "+string(team), string(ticket)+" "+string(t.owner))
	t.owner = helpdesk.ID("~" + base64.RawURLEncoding.EncodeToString(sum[:16]))
	t.priority, t.due, t.channel, t.language, t.since, t.at = 0, 0, "", "", 0, 0
	return 5_000_000_000 + number, rank
}

// head is a sealed head's plain form, before it is sealed.
func (w *queueWriter) head(h tickets.Head, hidden *hiddenFacts) []byte {
	out, _ := json.Marshal(struct {
		tickets.Head
		Hidden *hiddenFacts `json:"hidden,omitempty"`
	}{h, hidden})
	return append(out, strings.Repeat(" ", max(0, 888-len(out)))...)
}

// tally sets the standing counts and the next number.
func (w *queueWriter) tally(tx *store.Tx) error {
	ctx := context.Background()
	if _, err := tx.Exec(ctx, `UPDATE tickets_number SET last = $1`, int64(w.h.size)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO tickets_tally (team, owner, state, part, n)
		SELECT team, whose, state, 0, COUNT(*) FROM (SELECT team, CASE WHEN channel = '' THEN '' ELSE owner END AS whose, state
		FROM tickets_ticket WHERE team <> $1) AS t GROUP BY team, whose, state`, "")
	return err
}

// secretsOf are the installation's own, for the MACs of rows.
func secretsOf(b *bench, i *installation) *vault.Secrets {
	text, err := os.ReadFile(filepath.Join(i.dir, "server.secrets"))
	b.check(err)
	secrets, err := vault.ParseSecrets(text)
	b.check(err)
	return secrets
}
