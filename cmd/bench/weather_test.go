package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk/bus/redistest"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/mailbridge/mailtest"
)

// heard is what a program complains of.
type heard struct {
	mu sync.Mutex
	b  strings.Builder
}

func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.b.Write(p)
}

func (h *heard) times(words string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Count(h.b.String(), words)
}

func TestAHouseStartedBeforeItsDatabaseServesWhenThatComes(t *testing.T) {
	redistest.Require(t)
	storetest.PostgresAddress(t) // not installed: skipped with a sentence
	b := fewFor(t)
	cluster, redis := b.cluster(), redistest.Start(b)
	i := b.install("early", cluster.Address("postgres"))
	i.redis = redis.Address()
	cluster.Kill()
	redis.Kill()
	var said heard
	r := i.launch(&said)
	select {
	case line := <-r.said:
		t.Fatalf("without its database it says %q", line)
	case <-time.After(5 * time.Second):
	}
	if n := said.times("waiting for it"); n != 1 {
		t.Errorf("the log says %d times why it waits", n)
	}
	b.check(cluster.Start())
	back := time.Now()
	if !r.up() {
		t.Fatal("it ended")
	}
	if took := time.Since(back); took > 15*time.Second {
		t.Errorf("it served after %v", took)
	}
	if _, err := b.signIn(r, i).get("/w/queue"); err != nil {
		t.Error(err)
	}
}

// TestAFullDiskLosesNothing: no file may grow any more, which is what a full disk
// is to a program (setrlimit(2)); on SQLite the program's, log and all, on
// PostgreSQL the server's.
func TestAFullDiskLosesNothingAndPagesStayCalm(t *testing.T) {
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		t.Run(engine, func(t *testing.T) {
			b := fewFor(t)
			var fill func(r *running, bytes string)
			i := (*installation)(nil)
			bytes := "1"
			if engine == "SQLite" {
				i = b.install("full", "")
				fill = func(r *running, bytes string) {
					out, err := exec.Command("prlimit", "--pid", strconv.Itoa(r.Process.Pid), "--fsize="+bytes+":").CombinedOutput()
					if err != nil {
						t.Fatalf("%v: %s", err, out)
					}
				}
			} else {
				storetest.PostgresAddress(t) // not installed: skipped with a sentence
				cluster := b.cluster()
				i = b.install("full", cluster.Address("postgres"))
				fill = func(_ *running, bytes string) { b.check(cluster.Fill(bytes)) }
				// Room for its log, whose files have 16 MB, and no block more.
				bytes = strconv.Itoa(16<<20 + 4096)
			}
			mail := newCrashTest(b, i, 30, 4)
			mail.every = 150 * time.Millisecond
			if engine == "PostgreSQL" {
				// Letters enough that the limit is felt.
				lay := make([]byte, 700_000)
				for n := range lay {
					lay[n] = "abcdefghijklmnopqrstuvwxyz \n"[(n*n+n/7)%28]
				}
				mail.more = string(lay)
			}
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			r := i.serve()
			w := b.signIn(r, i)
			go mail.answerBack(ctx)
			fed := make(chan struct{})
			go func() { defer close(fed); mail.feed(ctx) }()
			for len(mail.answered) < 1 {
				mail.answer(brief(ctx, time.Second), w)
			}

			fill(r, bytes)
			refused, answers := 0, len(mail.answered)
			for over := time.Now().Add(5 * time.Second); time.Now().Before(over); time.Sleep(100 * time.Millisecond) {
				status, page, _ := w.do("GET", "/w/queue?q=unassigned", nil, "")
				switch {
				case status == http.StatusServiceUnavailable && strings.Contains(page, calm[1]):
					refused++
				case status != http.StatusOK:
					t.Fatalf("a page said %d\n%s", status, page)
				}
				mail.answer(brief(ctx, 200*time.Millisecond), w) // some of them are refused, and given again later
			}
			db, err := store.Open(ctx, i.address(), slog.New(slog.DiscardHandler))
			if engine == "SQLite" {
				b.check(err) // this process's files may grow
				defer db.Close()
				var seen int
				b.check(db.QueryRow(ctx, "SELECT COUNT(*) FROM post_letter").Scan(&seen))
				if seen >= mail.mails || len(mail.answered) > answers+1 {
					t.Errorf("with a full disk %d letters were taken and %d answers given", seen, len(mail.answered)-answers)
				}
			}
			t.Logf("%d pages refused while it was full", refused)

			fill(r, "unlimited")
			<-fed
			last, end := context.WithTimeout(ctx, 2*time.Minute)
			defer end()
			for len(mail.answered) < mail.answers && last.Err() == nil {
				mail.answer(brief(last, time.Second), w)
			}
			mail.settleDown(last)
			select {
			case <-r.gone:
				t.Error("the program ended")
			default:
			}
			// An answer that left while nobody could write so leaves again, the same
			// bytes under the same Message-ID.
			if v := mail.judge(); v.lost+v.doubled+v.misplaced+v.half+v.wrong > 0 {
				t.Errorf("%+v", v)
			}
		})
	}
}

// brief ends after a while, whatever else does.
func brief(ctx context.Context, d time.Duration) context.Context {
	short, cancel := context.WithTimeout(ctx, d)
	context.AfterFunc(short, cancel)
	return short
}

// TestUnderASmallMemoryLimitHostileMailEndsNothing: three mailboxes bring mail of
// every hostile kind at once while somebody looks at the queue and an honest
// person writes.
func TestUnderASmallMemoryLimitHostileMailEndsNothing(t *testing.T) {
	const most = 400 // MB, of which the garbage collector is told less than half
	b := fewFor(t)
	i := b.install("narrow", "")
	world, err := mailtest.Start(mailtest.Options{})
	b.check(err)
	t.Cleanup(world.Close)
	boxes := []string{house, "two@stod.example", "three@stod.example"}
	for _, box := range boxes {
		b.check(world.AddUser(box, "bench"))
		i.addMailbox(box, "imap://"+box+"@"+world.IMAPAddr(), "smtp://"+world.SMTPAddr(), "bench", "delete")
	}
	r := i.launch(&heard{}, "GOMEMLIMIT=160MiB")
	if !r.up() {
		t.Fatal("it did not start")
	}
	w := b.signIn(r, i)
	sent := 0
	for n, kind := range nastyKinds {
		size := nastySmallest << 7 // 6 MB
		if n%6 == 0 {
			size = nastySmallest << 9
		}
		raw := kind.make(size)
		for box, address := range boxes {
			b.check(world.Append(address, "INBOX", append(fmt.Appendf(nil, "X-Kind: %d in %d\r\n", n, box), raw...), nil, time.Now()))
			sent++
		}
		b.check(world.Append(house, "INBOX", fmt.Appendf(nil, "From: <p%d@post.example>\r\nSubject: honest\r\nMessage-ID: <h%d@post.example>\r\n\r\nHello\r\n", n, n), nil, time.Now()))
		sent++
		for left := 1; left > 0; time.Sleep(20 * time.Millisecond) {
			left = 0
			for _, address := range boxes {
				all, err := world.Letters(address, "INBOX")
				b.check(err)
				left += len(all)
			}
			select {
			case <-r.gone:
				t.Fatalf("ended by %s", kind.name)
			default:
			}
			if _, err := w.get("/w/queue"); err != nil {
				t.Fatalf("%s: %v", kind.name, err)
			}
		}
		if peak := memory(r.Process.Pid, "VmHWM"); peak > most {
			t.Fatalf("%s: %.0f MB", kind.name, peak)
		}
	}
	db, err := store.Open(t.Context(), i.address(), slog.New(slog.DiscardHandler))
	b.check(err)
	defer db.Close()
	var seen int
	b.check(db.QueryRow(t.Context(), "SELECT COUNT(*) FROM post_seen").Scan(&seen))
	if seen != sent {
		t.Errorf("%d of %d mails were received", seen, sent)
	}
	t.Logf("%d mails, at the most %.0f MB", sent, memory(r.Process.Pid, "VmHWM"))
}
