package consent

import (
	"bytes"
	"strings"
	"testing"

	"returnsupport/consent/internal/ledger"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

// powerful takes the triggers away, as somebody with the database's password
// would.
func (w *world) powerful() {
	w.t.Helper()
	drop := []string{`ALTER TABLE ledger_event DISABLE TRIGGER ALL`, `ALTER TABLE ledger_body DISABLE TRIGGER ALL`}
	if w.DB.Engine() == store.SQLite {
		drop = []string{`DROP TRIGGER ledger_event_change`, `DROP TRIGGER ledger_event_loss`, `DROP TRIGGER ledger_body_change`}
	}
	for _, q := range drop {
		w.must(w.write(func(tx *store.Tx) error { _, err := tx.Exec(w.ctx, q); return err }))
	}
}

func (w *world) exec(queries ...string) {
	w.t.Helper()
	w.must(w.write(func(tx *store.Tx) error {
		for _, q := range queries {
			if n, err := tx.Exec(w.ctx, q); err != nil || n == 0 {
				w.t.Fatalf("%s: %d rows, %v", q, n, err)
			}
		}
		return nil
	}))
}

// fill writes steps about nobody until the book has so many.
func (w *world) fill(until int64) {
	w.t.Helper()
	w.must(w.write(func(tx *store.Tx) error {
		for {
			id := helpdesk.NewID()
			p, err := w.ledger.Append(w.ctx, tx, ledger.Event{ID: id, Kind: ledger.Referral, Subject: id, State: "sent", Body: []byte("sealed " + id)})
			if err != nil || p.Seq >= until {
				return err
			}
		}
	}))
}

// receipt is what a person got of a consent: step 1 and 2 of the book, with its
// head at step 2.
func (w *world) receipt() []byte {
	w.t.Helper()
	maria := w.hire("maria", w.team)
	g, ticket := w.comes()
	id := w.asked(maria, w.share(ticket, w.organisation("Shelter", "partner", "SE")))
	w.must(w.Answer(w.ctx, g, id, yes("phone")))
	r, err := w.Receipt(w.ctx, g, id)
	w.must(err)
	return r.JSON
}

func (w *world) known(file []byte) Known {
	w.t.Helper()
	k, err := w.ReadKnown(file)
	w.must(err)
	return k
}

func TestLedgerAgainstReceipts(t *testing.T) {
	for _, c := range []struct {
		what  string
		do    func(w *world)
		fault ledger.Fault
		place int64
	}{
		{"nothing", func(*world) {}, "", 0},
		{"a changed state", func(w *world) { w.exec(`UPDATE ledger_event SET state = 'done' WHERE seq = 5`) }, ledger.Changed, 5},
		{"a changed end", func(w *world) { w.exec(`UPDATE ledger_event SET until = until + 1 WHERE seq = 2`) }, ledger.Changed, 2},
		{"a changed hash", func(w *world) { w.exec(`UPDATE ledger_event SET hash = previous WHERE seq = 5`) }, ledger.Changed, 5},
		{"a changed hash at the end", func(w *world) { w.exec(`UPDATE ledger_event SET hash = previous WHERE seq = 12`) }, ledger.Changed, 12},
		{"a changed link", func(w *world) { w.exec(`UPDATE ledger_event SET previous = hash WHERE seq = 5`) }, ledger.Changed, 5},
		{"a changed MAC", func(w *world) { w.exec(`UPDATE ledger_event SET mac = hash WHERE seq = 5`) }, ledger.Changed, 5},
		{"a changed body", func(w *world) {
			w.exec(`UPDATE ledger_body SET sealed = (SELECT hash FROM ledger_event WHERE seq = 1) WHERE seq = 6`)
		}, ledger.Changed, 6},
		{"a removed row", func(w *world) { w.exec(`DELETE FROM ledger_event WHERE seq = 5`) }, ledger.Removed, 5},
		{"many removed rows", func(w *world) { w.exec(`DELETE FROM ledger_event WHERE seq < 12`) }, ledger.Removed, 1},
		{"two swapped rows", func(w *world) {
			w.exec(`UPDATE ledger_event SET seq = -1 WHERE seq = 4`, `UPDATE ledger_event SET seq = 4 WHERE seq = 5`, `UPDATE ledger_event SET seq = 5 WHERE seq = -1`)
		}, ledger.Swapped, 4},
		{"two swapped rows, each with the links of its place", func(w *world) {
			w.exec(`UPDATE ledger_event SET seq = -1 WHERE seq = 4`, `UPDATE ledger_event SET seq = 4 WHERE seq = 5`, `UPDATE ledger_event SET seq = 5 WHERE seq = -1`,
				`UPDATE ledger_event SET previous = (SELECT hash FROM ledger_event WHERE seq = 3), hash = (SELECT hash FROM ledger_event WHERE seq = 5) WHERE seq = 4`,
				`UPDATE ledger_event SET previous = hash, hash = (SELECT previous FROM ledger_event WHERE seq = 6) WHERE seq = 5`)
		}, ledger.Swapped, 4},
		{"an appended row", func(w *world) { w.exec(appendRow(w)) }, ledger.Appended, 13},
		{"an appended row, and the head moved to it", func(w *world) {
			w.exec(appendRow(w), `UPDATE ledger_head SET seq = 13, hash = (SELECT hash FROM ledger_event WHERE seq = 13)`)
		}, ledger.Appended, 13},
		{"a tail cut off", func(w *world) { w.exec(`DELETE FROM ledger_event WHERE seq > 8`) }, ledger.Cut, 9},
		{"everything cut off", func(w *world) { w.exec(`DELETE FROM ledger_event`) }, ledger.Cut, 1},
		{"a head nobody signed", func(w *world) {
			w.exec(`UPDATE ledger_head SET seq = 8, hash = (SELECT hash FROM ledger_event WHERE seq = 8)`)
		}, ledger.Resigned, 8},
	} {
		t.Run(c.what, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				w := newWorld(t, db)
				file := w.receipt()
				w.fill(12)
				w.powerful()
				c.do(w)
				r, err := w.Verify(w.ctx, w.known(file))
				w.must(err)
				got := Finding{}
				if r.Bad != nil {
					got = *r.Bad
				}
				if got.Fault != string(c.fault) || got.Place != c.place {
					t.Errorf("found %q at %d, want %q at %d", got.Fault, got.Place, c.fault, c.place)
				}
			})
		})
	}
}

// appendRow is the statement that puts a row of one's own behind the last.
func appendRow(*world) string {
	return `INSERT INTO ledger_event (seq, id, kind, subject, state, outcome, purpose, version, age, at, until, body, previous, hash, mac, signature)
		SELECT 13, 'forged', kind, subject, 'given', outcome, purpose, version, age, at, until, body, hash, hash, mac, signature FROM ledger_event WHERE seq = 2`
}

func TestAChainWrittenAnewIsToldByAReceiptAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		file := w.receipt()
		w.fill(12)
		early, err := w.ledger.Head(w.ctx)
		w.must(err)
		mail := []byte("Keep this mail:\r\n\r\n" + headText(early) + "\r\n")
		w.fill(20)
		w.powerful()
		// Somebody with the database and the server's secrets puts back an old
		// head with the tail cut off: everything fits together.
		w.exec(`DELETE FROM ledger_event WHERE seq > 1`, `DELETE FROM ledger_body WHERE seq > 1`)
		var hash []byte
		w.must(w.DB.QueryRow(w.ctx, `SELECT hash FROM ledger_event WHERE seq = 1`).Scan(&hash))
		w.must(w.write(func(tx *store.Tx) error {
			_, err := tx.Exec(w.ctx, `UPDATE ledger_head SET seq = 1, hash = $1, signature = $2`, hash, w.Secrets.SignLedger(headBytes(1, hash)))
			return err
		}))
		if r := w.verified(); r.Bad != nil {
			t.Fatalf("the database alone tells %+v", r.Bad)
		}
		for what, kept := range map[string][]byte{"the receipt": file, "the mail": mail} {
			r, err := w.Verify(w.ctx, w.known(kept))
			w.must(err)
			if r.Bad == nil || r.Bad.Fault != string(ledger.Cut) || r.Bad.Place != 2 {
				t.Errorf("cut, against %s: %+v", what, r.Bad)
			}
		}
		// And writes it anew, with our own signatures, differently.
		w.fill(20)
		if r := w.verified(); r.Bad != nil {
			t.Fatalf("the database alone tells %+v", r.Bad)
		}
		for what, c := range map[string]struct {
			kept  []byte
			place int64
		}{"the receipt": {file, 2}, "the mail": {mail, 12}} {
			r, err := w.Verify(w.ctx, w.known(c.kept))
			w.must(err)
			if r.Bad == nil || r.Bad.Fault != string(ledger.Resigned) || r.Bad.Place != c.place {
				t.Errorf("written anew, against %s: %+v", what, r.Bad)
			}
		}
		// Two things that were both kept can't both be true.
		later, err := w.ledger.Head(w.ctx)
		w.must(err)
		if r, err := w.Verify(w.ctx, w.known(file), Known{[]ledger.Anchor{{Seq: 2, Hash: later.Hash}}}); err != nil || r.Bad == nil {
			t.Errorf("against two that differ: %+v, %v", r.Bad, err)
		}
	})
}

func TestAReceiptThatWasChangedIsNoReceipt(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	file := w.receipt()
	for _, want := range []string{"ISO/IEC TS 27560:2023", "dpv:ConsentGiven", "eu-gdpr:A9-2-a-explicit-consent", "Shelter", `"consented": true`, "ledger_head"} {
		if !bytes.Contains(file, []byte(want)) {
			t.Errorf("the receipt lacks %s", want)
		}
	}
	w.refused(second(w.ReadKnown(bytes.Replace(file, []byte("Shelter"), []byte("Another"), 1))), "verify.signature")
	w.refused(second(w.ReadKnown(bytes.Replace(file, []byte("dpv:ConsentGiven"), []byte("dpv:ConsentRefused"), 1))), "verify.signature")
	w.refused(second(w.ReadKnown([]byte("nothing of ours"))), "verify.none")
	w.refused(second(w.ReadKnown(nil)), "verify.none")
	stranger := New(House{DB: w.DB, Secrets: vault.NewSecrets(), Bus: bus.InProcess(), Journal: w.Journal, Now: w.Now, Log: w.Log})
	w.refused(second(stranger.ReadKnown(file)), "verify.signature")
	// White space is the mail program's.
	if _, err := w.ReadKnown([]byte(strings.ReplaceAll(string(file), "\n  ", "\r\n\t"))); err != nil {
		t.Errorf("laid out otherwise: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

func headBytes(seq byte, hash []byte) []byte {
	return append(append([]byte("rs1 consent ledger head\x00"), 0, 0, 0, 0, 0, 0, 0, seq), hash...)
}

func TestTheBookIsAppendOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		w.receipt()
		for _, q := range []string{
			`UPDATE ledger_event SET state = 'given'`, `DELETE FROM ledger_event WHERE seq = 1`,
			`UPDATE ledger_body SET sealed = sealed`, `UPDATE ledger_notice SET version = 9`, `DELETE FROM ledger_notice`,
			`UPDATE ledger_purpose SET version = 9`, `DELETE FROM ledger_purpose`,
		} {
			if err := w.write(func(tx *store.Tx) error { _, err := tx.Exec(w.ctx, q); return err }); err == nil {
				t.Errorf("the database lets pass: %s", q)
			}
		}
	})
}

func TestWithdrawingNeedsNoWholeBook(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		maria := w.hire("maria", w.team)
		for what, harm := range map[string][]string{
			"a head that is not ours":     {`UPDATE ledger_head SET signature = hash`},
			"a head put back":             {`UPDATE ledger_head SET seq = 1`},
			"a row that is not ours":      {`UPDATE ledger_subject SET mac = mark`},
			"keys that are not ours":      {`UPDATE ledger_wrap SET mac = wrap`},
			"no keys at all":              {`DELETE FROM ledger_wrap`},
			"no sealed content at all":    {`DELETE FROM ledger_body`},
			"bodies of others in the way": {`INSERT INTO ledger_body (seq, subject, sealed) SELECT MAX(seq) + 1, 'x', mac FROM ledger_event GROUP BY mac ORDER BY MAX(seq) DESC LIMIT 1`},
			"an event that is not ours":   {`UPDATE ledger_event SET mac = hash WHERE seq = (SELECT MIN(seq) FROM ledger_event)`},
		} {
			g, ticket := w.comes()
			id := w.asked(maria, w.share(ticket, w.organisation(what, "partner", "SE")))
			w.must(w.Answer(w.ctx, g, id, yes("phone")))
			if strings.HasPrefix(harm[0], "UPDATE ledger_event") {
				w.powerful()
			}
			w.exec(harm...)
			if err := w.Withdraw(w.ctx, g, id, Web); err != nil {
				t.Errorf("with %s: %v", what, err)
				continue
			}
			if holds, _, err := w.holds(w.ctx, w.DB, id); err != nil || holds {
				t.Errorf("with %s it still holds: %v", what, err)
			}
		}
	})
}
