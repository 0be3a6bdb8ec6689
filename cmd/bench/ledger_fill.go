package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

func (r *rooms) log() *slog.Logger { return slog.New(slog.DiscardHandler) }

func (i *installation) secrets() *vault.Secrets {
	text, err := os.ReadFile(filepath.Join(i.dir, "server.secrets"))
	i.b.check(err)
	secrets, err := vault.ParseSecrets(text)
	i.b.check(err)
	return secrets
}

const (
	ledgerColumns = `seq, id, kind, subject, state, outcome, purpose, version, age, at, until, body, previous, hash, mac, signature`
	ledgerBatch   = 5000 // a transaction
	ledgerRows    = 100  // a statement
)

// fillLedger writes steps behind the book's end as the house would, from the
// description of its format alone: where the two differ, verify says so.
func (r *rooms) fillLedger(many int) {
	ctx, secrets := context.Background(), r.i.secrets()
	var seq int64
	var last []byte
	r.b.check(r.db.QueryRow(ctx, `SELECT seq, hash FROM ledger_event ORDER BY seq DESC LIMIT 1`).Scan(&seq, &last))
	body := make([]byte, 737) // an answer of 700 bytes, sealed
	for done := 0; done < many; done += ledgerBatch {
		r.b.check(r.db.Write(ctx, "fill", func(tx *store.Tx) error {
			for range ledgerBatch / ledgerRows {
				var events, bodies []any
				for range ledgerRows {
					seq++
					id, subject, at := helpdesk.NewID(), helpdesk.NewID(), time.Now().UnixMicro()
					sum := []byte{}
					if seq%2 == 0 {
						binary.BigEndian.PutUint64(body, uint64(seq))
						s := sha256.Sum256(body)
						sum = s[:]
						bodies = append(bodies, seq, subject, append([]byte(nil), body...))
					}
					mac := secrets.Vouch(vault.At("ledger.event", id, "referral", subject, "sent", "", "share", 1, "adult", at, int64(0), sum))
					hash := ledgerLink(last, seq, []string{string(id), "referral", string(subject), "sent", "", "share", "adult"}, []int64{1, at, 0}, sum)
					signature := []byte{}
					if seq%1000 == 0 {
						signature = secrets.SignLedger(ledgerHead(seq, hash))
					}
					events = append(events, seq, id, "referral", subject, "sent", "", "share", 1, "adult", at, int64(0), sum, last, hash, mac, signature)
					last = hash
				}
				if _, err := tx.Exec(ctx, `INSERT INTO ledger_event (`+ledgerColumns+`) VALUES `+tuples(len(events)/16, 16), events...); err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, `INSERT INTO ledger_body (seq, subject, sealed) VALUES `+tuples(len(bodies)/3, 3), bodies...); err != nil {
					return err
				}
			}
			_, err := tx.Exec(ctx, `UPDATE ledger_head SET seq = $1, hash = $2, signature = $3`, seq, last, secrets.SignLedger(ledgerHead(seq, last)))
			return err
		}))
	}
}

func ledgerLink(previous []byte, seq int64, texts []string, numbers []int64, body []byte) []byte {
	h := sha256.New()
	number := func(n int64) { h.Write(binary.BigEndian.AppendUint64(nil, uint64(n))) }
	part := func(b []byte) {
		number(int64(len(b)))
		h.Write(b)
	}
	part([]byte("rs1 consent ledger"))
	part(previous)
	number(seq)
	for _, t := range texts {
		part([]byte(t))
	}
	for _, n := range numbers {
		number(n)
	}
	part(body)
	return h.Sum(nil)
}

func ledgerHead(seq int64, hash []byte) []byte {
	return append(binary.BigEndian.AppendUint64([]byte("rs1 consent ledger head\x00"), uint64(seq)), hash...)
}

// tuples are the placeholders of many rows.
func tuples(rows, width int) string {
	var s strings.Builder
	for n := range rows * width {
		switch {
		case n == 0:
			s.WriteString("(")
		case n%width == 0:
			s.WriteString("), (")
		default:
			s.WriteString(", ")
		}
		fmt.Fprintf(&s, "$%d", n+1)
	}
	return s.String() + ")"
}

// bareRead is what nobody can do without: every row and body read once, and
// SHA-256 over both.
func (r *rooms) bareRead() time.Duration {
	began := time.Now()
	ctx := context.Background()
	h := sha256.New()
	for after, more := int64(0), true; more; {
		rows, err := r.db.Query(ctx, `SELECT e.seq, e.id, e.kind, e.subject, e.state, e.outcome, e.purpose, e.version, e.age, e.at, e.until,
			e.body, e.previous, e.hash, e.mac, e.signature, b.sealed FROM ledger_event e LEFT JOIN ledger_body b ON b.seq = e.seq
			WHERE e.seq > $1 AND e.seq <= $2 ORDER BY e.seq`, after, after+2000)
		r.b.check(err)
		more = false
		for rows.Next() {
			more = true
			var texts [7]string
			var numbers [4]int64
			var parts [6][]byte
			r.b.check(rows.Scan(&numbers[0], &texts[0], &texts[1], &texts[2], &texts[3], &texts[4], &texts[5], &numbers[1], &texts[6], &numbers[2],
				&numbers[3], &parts[0], &parts[1], &parts[2], &parts[3], &parts[4], &parts[5]))
			h.Reset()
			for _, t := range texts {
				h.Write([]byte(t))
			}
			for _, p := range parts {
				h.Write(p)
			}
			h.Sum(nil)
		}
		r.b.check(rows.Err())
		rows.Close()
		after += 2000
	}
	return time.Since(began)
}
