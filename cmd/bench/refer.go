package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"returnsupport/consent"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// What is referred: twenty things, five of them files.
const (
	referRounds = 60
	referTexts  = 15
	referFiles  = 5
	referFile   = 100 << 10 // bytes of each
)

// referScenario measures a referral from the person's yes to sent, and its
// opening by the recipient, beside the seals and commits alone that it can't be
// done without.
func referScenario(b *bench) {
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		if *onFlag != "" && !strings.HasPrefix(strings.ToLower(engine), *onFlag) {
			continue
		}
		i := b.install("refer-"+engine, b.fresh(engine))
		r := i.open(time.Now)
		d := r.door(bus.InProcess())
		var sent, opened, files []time.Duration
		for range referRounds {
			h := d.handOver()
			sent = append(sent, h.sent)
			o := d.partner()
			b.check(d.Agree(d.ctx, o, h.id))
			began := time.Now()
			got, err := d.Released(d.ctx, o, h.id)
			opened = append(opened, time.Since(began))
			b.check(err)
			if len(got.Handed.Items) != referTexts+referFiles {
				b.Fatal("bench: ", len(got.Handed.Items), " things were opened")
			}
			began = time.Now()
			_, file, err := d.ReleasedFile(d.ctx, o, h.id, referTexts)
			files = append(files, time.Since(began))
			b.check(err)
			if len(file) != referFile {
				b.Fatal("bench: a file of ", len(file), " bytes")
			}
		}
		bareSend, bareOpen := r.bareRefer()
		row(engine+": from yes to sent, 20 things, 5 files", spread(sent), "be ≤ 60 ms")
		also(engine+": beside one HPKE seal and two commits", fmt.Sprintf("%.2f times (%s)", ratio(sent, bareSend, 50), spread(bareSend)))
		row(engine+": opened by the recipient", spread(opened), "be ≤ 30 ms")
		also(engine+": beside one HPKE open, a read and a commit", fmt.Sprintf("%.2f times (%s)", ratio(opened, bareOpen, 50), spread(bareOpen)))
		also(engine+": one of its files", spread(files))
		r.close()
	}
}

// referDoor is the consent wing over an installation, with a team and a partner.
type referDoor struct {
	*consent.Door
	r       *rooms
	ctx     context.Context
	session *staff.Session
	team    helpdesk.ID
	target  helpdesk.ID
	account staff.Enrolment
	login   string
	outside *consent.Outside
}

// door makes the wing and one organisation whose staff have an account.
func (r *rooms) door(bells bus.Bus) *referDoor {
	d := &referDoor{r: r, ctx: context.Background(), target: helpdesk.NewID(), login: "partner"}
	d.Door = r.wing(bells, d.target)
	d.session = r.session(r.signIn(r.i.login, r.i.words))
	teams, err := r.staff.Teams(d.ctx)
	r.b.check(err)
	d.team = teams[0].ID
	token, err := r.staff.InvitePartner(d.ctx, r.staff.Console(), d.target, d.login, "Pia", "pia@partner.example", "en")
	r.b.check(err)
	d.account, err = r.staff.AcceptPartner(d.ctx, token, "en", "Desk")
	r.b.check(err)
	code, err := staff.FactorCode(d.account.Secret, time.Now())
	r.b.check(err)
	cookie, err := r.staff.SignInPartner(d.ctx, d.login, d.account.Words, code)
	r.b.check(err)
	o, err := r.staff.Outsider(d.ctx, cookie, false)
	r.b.check(err)
	d.outside = d.Partner(o)
	return d
}

// wing is the consent wing of one process.
func (r *rooms) wing(bells bus.Bus, target helpdesk.ID) *consent.Door {
	words, err := locale.Load()
	r.b.check(err)
	secrets := r.i.secrets()
	book := journal.New(r.db, secrets, r.now, r.log())
	postroom := post.New(post.House{DB: r.db, Secrets: secrets, Bus: bells, Journal: book, Office: r.office, Staff: r.staff, People: r.people,
		Tickets: r.tickets, Words: words, Now: r.now, Log: r.log()})
	return consent.New(consent.House{DB: r.db, Secrets: secrets, Bus: bells, Journal: book, Office: r.office, Staff: r.staff, People: r.people,
		Tickets: r.tickets, Post: postroom, Words: words, Now: r.now, Log: r.log(),
		Target: func(_ context.Context, id helpdesk.ID) (consent.Target, error) {
			if id != target {
				return consent.Target{}, helpdesk.ErrNotFound
			}
			return consent.Target{ID: id, Name: "Shelter", Kind: "partner", Country: "SE", Vetted: true, Takes: "package"}, nil
		}})
}

func (d *referDoor) partner() *consent.Outside { return d.outside }

// handed is a referral that was sent, and how long that took from the last yes.
type handed struct {
	g    *people.Guest
	id   helpdesk.ID
	out  consent.Submitted
	sent time.Duration
}

// handOver takes somebody who has just come through a whole referral.
func (d *referDoor) handOver() handed {
	check := d.r.b.check
	var h handed
	ticket, message := d.comes(&h)
	f := consent.Referring{Mode: consent.Package, Target: d.target, Priority: consent.PriorityNormal, Need: "a bed", Likely: true, Agreed: true}
	for n := range referTexts {
		f.Parts = append(f.Parts, consent.Part{Kind: consent.PartText, Label: fmt.Sprint("thing ", n), Text: strings.Repeat("Some sentences about it. ", 20)})
	}
	for n := range referFiles {
		f.Parts = append(f.Parts, consent.Part{Kind: consent.PartFile, Label: fmt.Sprint("file ", n), Message: message, File: n})
	}
	var err error
	h.id, err = d.Refer(d.ctx, d.session, ticket, f)
	check(err)
	h.out, err = d.Submit(d.ctx, d.session, h.id, 1, consent.Asking{Language: "en", Use: "find a bed"})
	check(err)
	check(d.Answer(d.ctx, h.g, h.out.Permission, consent.Reply{State: consent.Given, Method: consent.Web, Alone: true}))
	asked, err := d.One(d.ctx, h.g, h.out.Consent)
	check(err)
	yes := consent.Reply{State: consent.Given, Method: consent.Web, Alone: true}
	for _, i := range asked.Terms.Items {
		yes.Items = append(yes.Items, i.Key)
	}
	began := time.Now()
	check(d.Answer(d.ctx, h.g, h.out.Consent, yes))
	_, err = d.Send(d.ctx, d.session, h.id, 2, consent.Way{})
	h.sent = time.Since(began)
	check(err)
	return h
}

func (d *referDoor) comes(h *handed) (ticket, message helpdesk.ID) {
	message = helpdesk.NewID()
	d.r.b.check(d.r.db.Write(d.ctx, "somebody comes", func(tx *store.Tx) error {
		var err error
		if _, h.g, err = d.r.people.Begin(d.ctx, tx, false); err != nil {
			return err
		}
		c, err := d.r.tickets.Open(d.ctx, tx, tickets.Opening{Team: d.team, Channel: "chat", Person: h.g.Person, Readers: []*vault.Pair{h.g.Pair()}})
		if err != nil {
			return err
		}
		m := tickets.Message{ID: message, Kind: tickets.KindChat, Direction: tickets.In, Content: tickets.Content{Text: "Hello"}}
		for n := range referFiles {
			m.Files = append(m.Files, tickets.Upload{Name: fmt.Sprint("paper", n, ".pdf"), Type: "application/pdf", Data: make([]byte, referFile)})
		}
		_, err = c.Append(d.ctx, tx, m)
		ticket = c.Ticket
		return err
	}))
	return ticket, message
}

// bareRefer seals a key with HPKE and commits twice, as a yes and a sending must;
// and opens one, reads a row and commits once, as an opening does.
func (r *rooms) bareRefer() (send, open []time.Duration) {
	ctx := context.Background()
	kind := "BYTEA"
	if r.db.Engine() == store.SQLite {
		kind = "BLOB"
	}
	exec := func(query string, args ...any) {
		r.b.check(r.db.Write(ctx, "bare", func(tx *store.Tx) error { _, err := tx.Exec(ctx, query, args...); return err }))
	}
	exec(`CREATE TABLE bare_handed (n BIGINT PRIMARY KEY, wrap ` + kind + ` NOT NULL)`)
	exec(`CREATE TABLE bare_opening (n BIGINT PRIMARY KEY)`)
	// A user's pair: an outside key only the consent wing may name, and HPKE costs
	// the same for both.
	pair := vault.NewPair(vault.KeyID{Kind: vault.User, Owner: helpdesk.NewID(), Version: 1})
	seed := sha256.Sum256([]byte("bare"))
	key, err := vault.KeyFrom(seed[:])
	r.b.check(err)
	for n := range referRounds {
		began := time.Now()
		wrap, err := pair.Public().Wrap(vault.At("bare", n), key)
		r.b.check(err)
		exec(`INSERT INTO bare_handed (n, wrap) VALUES ($1, $2)`, n, wrap)
		exec(`INSERT INTO bare_opening (n) VALUES ($1)`, -n-1)
		send = append(send, time.Since(began))
		began = time.Now()
		var got []byte
		r.b.check(r.db.QueryRow(ctx, `SELECT wrap FROM bare_handed WHERE n = $1`, n).Scan(&got))
		_, err = pair.Unwrap(vault.At("bare", n), got)
		r.b.check(err)
		exec(`INSERT INTO bare_opening (n) VALUES ($1)`, n)
		open = append(open, time.Since(began))
	}
	return send, open
}
