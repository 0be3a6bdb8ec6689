package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"returnsupport/helpdesk/store"
	"returnsupport/mailbridge/mailtest"
)

const (
	kills       = 20
	firstMails  = 1800 // persons who write for the first time
	answersSent = 200  // each answered once, and each answers back: 2,000 mails in
	house       = "samtal@stod.example"
)

// crash feeds mails and answers while the program is killed again and again,
// then lets it finish and counts.
func crash(b *bench) {
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		t := newCrashTest(b, b.install("crash-"+engine, b.fresh(engine)), firstMails, answersSent)
		t.run()
		got := t.judge()
		row(engine+": lost / doubled / misplaced / half-made", fmt.Sprintf("%d / %d / %d / %d", got.lost, got.doubled, got.misplaced, got.half), "0 / 0 / 0 / 0")
		row(engine+": answers accepted once / twice with one Message-ID / otherwise", fmt.Sprintf("%d / %d / %d", got.once, got.twice, got.wrong), fmt.Sprintf("%d in all, 0 otherwise", answersSent))
	}
}

type crashTest struct {
	*bench
	i              *installation
	world          *mailtest.World
	mails, answers int           // first letters, and how many of them are answered
	every          time.Duration // between two of them
	more           string        // that each first letter says

	mu       sync.Mutex
	answered map[int]string  // person -> ticket path, once the desk said it was sent
	replied  map[string]bool // Message-IDs of our answers that were answered back
}

// newCrashTest gives the house a mailbox in a mail world in memory.
func newCrashTest(b *bench, i *installation, mails, answers int) *crashTest {
	t := &crashTest{bench: b, i: i, mails: mails, answers: answers, every: 8 * time.Millisecond, answered: map[int]string{}, replied: map[string]bool{}}
	var err error
	t.world, err = mailtest.Start(mailtest.Options{})
	b.check(err)
	b.Cleanup(t.world.Close)
	b.check(t.world.AddUser(house, "bench"))
	i.addMailbox(house, "imap://"+house+"@"+t.world.IMAPAddr(), "smtp://"+t.world.SMTPAddr(), "bench", "move:Archive")
	return t
}

func (t *crashTest) run() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go t.feed(ctx)
	go t.answerBack(ctx)
	for n := range kills {
		r := t.i.serve()
		life, end := context.WithTimeout(ctx, time.Duration(300+rand.IntN(1200))*time.Millisecond)
		t.answer(life, t.signIn(r, t.i))
		<-life.Done()
		end()
		r.kill() // SIGKILL
		if n == kills/2 {
			fmt.Fprintf(os.Stderr, "  … %d of %d kills\n", n, kills)
		}
	}
	r := t.i.serve()
	life, end := context.WithTimeout(ctx, 4*time.Minute)
	defer end()
	t.answer(life, t.signIn(r, t.i))
	t.settleDown(life)
	r.kill()
}

// feed lays first letters into the mailbox, spread over the whole test.
func (t *crashTest) feed(ctx context.Context) {
	for n := range t.mails {
		raw := fmt.Appendf(nil, "From: Person %d <p%d@post.example>\r\nTo: <%s>\r\nSubject: first-letter-%d\r\nMessage-ID: <first-%d@post.example>\r\nDate: %s\r\n\r\nHello %d\r\n%s\r\n",
			n, n, house, n, n, time.Now().Format(time.RFC1123Z), n, t.more)
		t.check(t.world.Append(house, "INBOX", raw, nil, time.Now()))
		select {
		case <-ctx.Done():
			return
		case <-time.After(t.every):
		}
	}
}

// answerBack plays the persons: who gets an answer writes once more.
func (t *crashTest) answerBack(ctx context.Context) {
	for ctx.Err() == nil {
		for _, a := range t.world.Outbox() {
			m, err := mail.ReadMessage(bytes.NewReader(a.Raw))
			t.check(err)
			id := m.Header.Get("Message-Id")
			t.mu.Lock()
			done := t.replied[id]
			t.replied[id] = true
			t.mu.Unlock()
			if done {
				continue
			}
			to := m.Header.Get("Reply-To")
			if to == "" {
				to = m.Header.Get("From")
			}
			person := personOf(a.To[0])
			if person < 0 {
				continue // no person
			}
			raw := fmt.Appendf(nil, "From: Person %d <p%d@post.example>\r\nTo: %s\r\nSubject: Re: first-letter-%d\r\nMessage-ID: <back-%d@post.example>\r\nIn-Reply-To: %s\r\nReferences: %s\r\nDate: %s\r\n\r\nThank you %d\r\n",
				person, person, to, person, person, id, id, time.Now().Format(time.RFC1123Z), person)
			t.check(t.world.Append(house, "INBOX", raw, nil, time.Now()))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

var (
	personIn = regexp.MustCompile(`first-letter-(\d+)`)
	person   = regexp.MustCompile(`^p(\d+)@`)
)

func personOf(address string) int {
	n := -1
	if m := person.FindStringSubmatch(address); m != nil {
		fmt.Sscan(m[1], &n)
	}
	return n
}

// answer plays a counsellor who answers until the program dies. The same
// answer, with the same client id, is sent again until it was taken.
func (t *crashTest) answer(ctx context.Context, w *browser) {
	var err error
	for err == nil && ctx.Err() == nil && len(t.answered) < t.answers {
		var page string
		if page, err = w.get("/w/queue?q=unassigned"); err != nil {
			break
		}
		for _, m := range ticketLink.FindAllStringSubmatch(page, -1) {
			if ctx.Err() != nil || len(t.answered) >= t.answers {
				return
			}
			if err = t.answerOne(w, m[1]); err != nil {
				break
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (t *crashTest) answerOne(w *browser, ticket string) error {
	page, err := w.get(ticket)
	if err != nil {
		return err
	}
	m := personIn.FindStringSubmatch(page)
	if m == nil {
		return nil
	}
	n := 0
	fmt.Sscan(m[1], &n)
	if t.answered[n] != "" {
		return nil
	}
	form := fields(page, ticket+"/answer")
	form.Set("client", fmt.Sprintf("bench-answer-%d", n))
	form.Set("to", fmt.Sprintf("p%d@post.example", n))
	form.Set("text", fmt.Sprintf("answer-to-%d", n))
	form.Set("anyway", "1")
	status, text, err := w.post(ticket+"/answer", form)
	if err != nil {
		return err // not known whether it was taken: asked again later
	}
	if status != http.StatusSeeOther && status != http.StatusOK {
		t.Fatalf("answer %d: %d %.600s", n, status, text)
	}
	t.answered[n] = ticket
	return nil
}

// settleDown waits until every mail is in and every answer is out.
func (t *crashTest) settleDown(ctx context.Context) {
	db, err := store.Open(ctx, t.i.address(), slog.New(slog.DiscardHandler))
	t.check(err)
	defer db.Close()
	for ctx.Err() == nil {
		var seen, waiting int
		t.check(db.QueryRow(ctx, "SELECT COUNT(*) FROM post_letter").Scan(&seen))
		t.check(db.QueryRow(ctx, "SELECT COUNT(*) FROM post_outbox WHERE state NOT IN ('gone', 'failed', 'undone')").Scan(&waiting))
		if seen >= t.mails+t.answers && waiting == 0 && len(t.answered) == t.answers {
			time.Sleep(500 * time.Millisecond)
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	fmt.Fprintln(os.Stderr, "  not everything arrived in time")
}

type verdict struct{ lost, doubled, misplaced, half, once, twice, wrong int }

// judge reads everything a counsellor may open, and what the mail world took.
func (t *crashTest) judge() verdict {
	var v verdict
	out := filepath.Join(t.i.dir, "export-letters")
	t.i.export(out)
	f, err := os.Open(filepath.Join(out, "tickets.jsonl"))
	t.check(err)
	defer f.Close()
	count, place := map[string]int{}, map[string]string{} // by Message-ID, or "answer-N"
	firsts := map[string]int{}                            // first letters in a ticket
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var m struct {
			Kind, Ticket, Text string
			MessageID          string `json:"message_id"`
			Broken, Unproven   bool
		}
		t.check(json.Unmarshal(lines.Bytes(), &m))
		if m.Broken || m.Unproven {
			v.half++
		}
		key := m.MessageID
		if m.Kind == "answer" {
			key, _, _ = strings.Cut(strings.TrimSpace(m.Text), "\n")
		}
		count[key]++
		place[key] = m.Ticket
		if strings.HasPrefix(key, "first-") {
			firsts[m.Ticket]++
		}
	}
	t.check(lines.Err())
	v.expect(t.mails, count, place, t.answered)
	for _, n := range firsts {
		if n > 1 {
			v.misplaced += n - 1
		}
	}
	v.half += t.emptyTickets()
	t.delivered(&v)
	return v
}

// expect compares with what was sent.
func (v *verdict) expect(mails int, count map[string]int, place map[string]string, answered map[int]string) {
	tally := func(key string) {
		switch n := count[key]; {
		case n == 0:
			v.lost++
		case n > 1:
			v.doubled += n - 1
		}
	}
	for n := range mails {
		first := fmt.Sprintf("first-%d@post.example", n)
		tally(first)
		if answered[n] == "" {
			continue
		}
		for _, later := range []string{fmt.Sprintf("answer-to-%d", n), fmt.Sprintf("back-%d@post.example", n)} {
			tally(later)
			if count[later] > 0 && place[later] != place[first] {
				v.misplaced++
			}
		}
	}
}

// emptyTickets counts tickets or conversations without any message.
func (t *crashTest) emptyTickets() int {
	db, err := store.Open(context.Background(), t.i.address(), slog.New(slog.DiscardHandler))
	t.check(err)
	defer db.Close()
	var n int
	t.check(db.QueryRow(context.Background(), `SELECT COUNT(*) FROM tickets_ticket t WHERE NOT EXISTS (
		SELECT 1 FROM tickets_conversation c JOIN tickets_message m ON m.conversation = c.id WHERE c.ticket = t.id)`).Scan(&n))
	return n
}

// delivered counts what the persons' mail servers took.
func (t *crashTest) delivered(v *verdict) {
	ids, times := map[string]map[string]bool{}, map[string]int{}
	for _, a := range t.world.Outbox() {
		m, err := mail.ReadMessage(bytes.NewReader(a.Raw))
		t.check(err)
		to := a.To[0]
		if to == atWork {
			continue // no answer
		}
		if ids[to] == nil {
			ids[to] = map[string]bool{}
		}
		ids[to][m.Header.Get("Message-Id")] = true
		times[to]++
	}
	for n := range t.answered {
		to := fmt.Sprintf("p%d@post.example", n)
		switch {
		case times[to] == 1:
			v.once++
		case times[to] == 2 && len(ids[to]) == 1:
			v.twice++
		default:
			v.wrong++
		}
	}
	for to := range times {
		if t.answered[personOf(to)] == "" {
			v.wrong++ // an answer nobody gave
		}
	}
}
