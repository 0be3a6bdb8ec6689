package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"returnsupport/helpdesk/store"
	"returnsupport/mailbridge/mailtest/dovecot"
)

const (
	mails    = 5000
	mailSize = 46_000 // mean bytes: 230 MB in all
	runs     = 3
)

// ingest compares the program with the bare parts, each in its own process,
// alternating, on the same mailbox. Processor time is the process' own; the
// mail server's and PostgreSQL's are theirs.
func ingest(b *bench) {
	account := dovecot.Fresh(b)
	mix, total := newMailMix("samtal@stod.example", mailSize), 0
	for n := range mails {
		raw := mix.letter(n)
		total += len(raw)
		account.Deliver(b, raw)
	}
	also("mails", fmt.Sprintf("%d, %.0f MB", mails, float64(total)/1e6))
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		var ours, bare []time.Duration
		var ratios, peaks []float64
		var took time.Duration
		for n := range runs {
			base := b.bareIngest(engine, n, account)
			house, peak, wall := b.houseIngest(engine, n, account)
			ours, bare = append(ours, house/mails), append(bare, base/mails)
			ratios, peaks, took = append(ratios, float64(house)/float64(base)), append(peaks, peak), wall
		}
		slices.Sort(ratios)
		slices.Sort(peaks)
		row(engine+": processor time a mail, median of 3", fmt.Sprintf("%.2f ms", percentile(ours, 50).Seconds()*1e3), "≤ 4 ms")
		row(engine+": beside the bare parts", fmt.Sprintf("%.2f ms, ratio %.2f", percentile(bare, 50).Seconds()*1e3, ratios[runs/2]), "ratio ≤ 2")
		row(engine+": peak memory", fmt.Sprintf("%.0f MB", peaks[runs/2]), "≤ 150 MB")
		also(engine+": wall clock, last run", took.Round(100*time.Millisecond).String())
	}
}

// houseIngest lets the program collect the mailbox and stops when every mail
// is committed. What it took to start is not counted.
func (b *bench) houseIngest(engine string, n int, account dovecot.Account) (cpu time.Duration, peak float64, wall time.Duration) {
	i := b.install(fmt.Sprintf("ingest-%s-%d", engine, n), b.fresh(engine))
	r := i.serve()
	defer r.kill()
	time.Sleep(time.Second)
	before := r.cpu()
	i.addMailbox("samtal@stod.example", imapAddress(account), "smtp://127.0.0.1:9", account.Password, "leave")
	began := time.Now()
	db, err := store.Open(context.Background(), i.address(), slog.New(slog.DiscardHandler))
	b.check(err)
	defer db.Close()
	for {
		var got int
		b.check(db.QueryRow(context.Background(), "SELECT COUNT(*) FROM post_seen").Scan(&got))
		if got >= mails {
			break
		}
		if time.Since(began) > 5*time.Minute {
			b.Fatal("only ", got, " mails in five minutes")
		}
		time.Sleep(100 * time.Millisecond)
	}
	return r.cpu() - before, memory(r.Process.Pid, "VmHWM"), time.Since(began)
}

// bareJob is what the bare child is told.
type bareJob struct{ IMAP, User, Password, Database string }

func (b *bench) bareIngest(engine string, n int, account dovecot.Account) time.Duration {
	job := bareJob{IMAP: account.Addr, User: account.User, Password: account.Password, Database: b.fresh(engine)}
	if job.Database == "" {
		job.Database = "sqlite:" + b.folder(fmt.Sprintf("bare-%d", n)) + "/bare.db"
	}
	text, err := json.Marshal(job)
	b.check(err)
	self, err := os.Executable()
	b.check(err)
	cmd := exec.Command(self, "bare", string(text))
	cmd.Stderr = os.Stderr
	b.check(cmd.Run())
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

// fresh is an empty database of the engine: "" for SQLite, whose file lies in
// the data folder.
func (b *bench) fresh(engine string) string {
	if engine == "SQLite" {
		return ""
	}
	return b.engines()["PostgreSQL"]
}

func imapAddress(a dovecot.Account) string {
	return "imap://" + strings.ReplaceAll(a.User, "@", "%40") + "@" + a.Addr
}
