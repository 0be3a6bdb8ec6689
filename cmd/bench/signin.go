package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/vault"
)

const (
	atOnce  = 50
	signIns = 15 // one after the other
	mostOne = 600 * time.Millisecond
)

// comer is a colleague at a browser in which they came in before.
type comer struct {
	login, words, mark string
	spares             []string
}

// signInScenario signs in with words that cost what they cost in earnest, and a
// second factor, until the first page's session is open.
func signInScenario(b *bench) {
	bare := b.bareWords()
	also("bare: six words tried", spread(bare))
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		i := b.install("signin-"+engine, b.fresh(engine))
		r := i.open(time.Now)
		desk := r.earnest()
		crew := b.crowd(desk, atOnce)
		var one []time.Duration
		for n := range signIns {
			began := time.Now()
			b.check(crew[n%len(crew)].comesIn(desk))
			one = append(one, time.Since(began))
		}
		row(engine+": one sign-in, p50", ms(percentile(one, 50)), "≤ "+ms(mostOne))
		also(engine+": one sign-in", spread(one)+fmt.Sprintf(", %.2f times the bare words", float64(percentile(one, 50))/float64(percentile(bare, 50))))

		took := make([]time.Duration, len(crew))
		errs := make([]error, len(crew))
		var all sync.WaitGroup
		for n := range crew {
			all.Go(func() {
				began := time.Now()
				errs[n] = crew[n].comesIn(desk)
				took[n] = time.Since(began)
			})
		}
		all.Wait()
		failed := 0
		for _, err := range errs {
			if err != nil {
				failed++
			}
		}
		row(fmt.Sprintf("%s: %d at once, failed", engine, atOnce), fmt.Sprint(failed), "0")
		also(engine+": until they were in", spread(took))
		r.close()
	}
}

func (b *bench) bareWords() []time.Duration {
	secrets, id := vault.NewSecrets(), vault.KeyID{Kind: vault.User, Owner: "bare", Version: 1}
	salt := make([]byte, 16)
	rand.Read(salt)
	words, err := vault.NewWords("en")
	b.check(err)
	locked := secrets.LockWithWords(vault.NewPair(id), words, salt, vault.StaffCost, vault.At("bench.words"))
	var all []time.Duration
	for range signIns {
		began := time.Now()
		_, err := secrets.UnlockWithWords(id, locked, words, salt, vault.StaffCost, vault.At("bench.words"))
		b.check(err)
		all = append(all, time.Since(began))
	}
	return all
}

// earnest is the staff's room at the price of a real house.
func (r *rooms) earnest() *staff.Desk {
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	book := journal.New(r.db, r.secrets, r.now, log)
	settings := office.New(office.House{DB: r.db, Secrets: r.secrets, Journal: book, Now: r.now, Log: log})
	return staff.New(staff.House{DB: r.db, Secrets: r.secrets, Bus: bus.InProcess(), Journal: book, Office: settings, Now: r.now, Log: log, Cost: vault.StaffCost})
}

// crowd makes n colleagues with a second factor.
func (b *bench) crowd(desk *staff.Desk, n int) []*comer {
	ctx := context.Background()
	var all []*comer
	for k := range n {
		p := &comer{login: fmt.Sprintf("colleague%d", k)}
		token, err := desk.Invite(ctx, desk.Console(), p.login, p.login, p.login+"@stod.example", staff.Counsellor)
		b.check(err)
		words, cookie, err := desk.Accept(ctx, token, "en")
		b.check(err)
		p.words = words
		seed, err := staff.NewSeed("Bench", p.login)
		b.check(err)
		code, err := staff.FactorCode(seed.Secret, time.Now())
		b.check(err)
		p.spares, cookie, err = desk.KeepFactor(ctx, cookie, seed.Secret, code)
		b.check(err)
		s, err := desk.Session(ctx, cookie, false)
		b.check(err)
		p.mark = desk.Mark(s)
		all = append(all, p)
	}
	return all
}

// comesIn takes a spare code: a code of the authenticator is good once in half a
// minute, and a spare one costs more.
func (p *comer) comesIn(desk *staff.Desk) error {
	ctx := context.Background()
	cookie, err := desk.SignInAt(ctx, p.mark, p.login, p.words)
	if err != nil {
		return err
	}
	cookie, err = desk.GiveFactor(ctx, cookie, p.spares[0])
	if err != nil {
		return err
	}
	p.spares = p.spares[1:]
	_, err = desk.Session(ctx, cookie, false)
	return err
}
