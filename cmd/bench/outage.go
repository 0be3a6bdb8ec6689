package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"returnsupport/helpdesk/store"
)

// outageSize is how much is going on while a service is away.
type outageSize struct {
	chat           cutsSize
	mails, answers int
	every          time.Duration // between two mails
	calm, away     time.Duration // before each outage, and its length
}

var wholeOutage = outageSize{
	chat:  cutsSize{talks: 40, each: 60, pause: 1500 * time.Millisecond, cut: time.Hour, patience: 8 * time.Minute},
	mails: 2000, answers: 80, every: 40 * time.Millisecond, calm: 10 * time.Second, away: 20 * time.Second,
}

// outage kills PostgreSQL, and then Redis, while people write and talk.
func outage(b *bench) {
	o := b.outageOf(wholeOutage)
	for _, e := range o.ends {
		e.print()
	}
	o.letters.print()
	o.talk.print("chat")
	var faults []fault
	for _, e := range o.ends {
		back := max(e.page, e.chat, e.mails)
		faults = append(faults, fault{e.otherwise > 0, "pages were not calm without " + e.service},
			fault{min(e.page, e.chat, e.mails) == 0 || back > 5*time.Second, "all was not back soon after " + e.service})
	}
	l, t := o.letters, o.talk
	b.judged(append(faults,
		fault{l.lost+l.doubled+l.misplaced+l.half+l.wrong+l.twice > 0 || l.once != o.size.answers, "letters or answers are lost or doubled"},
		fault{t.lost+t.doubled+t.order+t.unheard+t.heardTwice+t.mixed+t.strange > 0 || t.said != 2*t.t.size.talks*t.t.size.each, "messages are lost or doubled"},
		fault{t.t.wrong.err() != nil, "somebody was turned away"},
		fault{o.ended > 0, "a process ended by itself"})...)
}

type outageTest struct {
	*cutTest
	size    outageSize
	mail    *crashTest
	ends    []*ending
	letters letterVerdict
	talk    cutVerdict
}

// ending is how one outage went.
type ending struct {
	service           string
	must              int // status of a page meanwhile
	asked, otherwise  int // pages asked meanwhile; answered otherwise than calmly
	odd               string
	worst             time.Duration // until a page answered
	page, chat, mails time.Duration // until they worked again
}

func (b *bench) outageOf(size outageSize) *outageTest {
	o := &outageTest{cutTest: b.torn("outage"), size: size}
	o.mail = newCrashTest(b, o.i, size.mails, size.answers)
	o.mail.every = size.every
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var working sync.WaitGroup
	size.chat.instead = func(done <-chan struct{}) {
		working.Go(func() { o.mail.feed(ctx) })
		go o.mail.answerBack(ctx)
		w := b.signIn(o.replicas[0].running, o.i)
		working.Go(func() {
			for ctx.Err() == nil && len(o.mail.answered) < size.answers {
				o.mail.answer(ctx, w)
				time.Sleep(200 * time.Millisecond)
			}
		})
		o.breaks()
		<-done
		working.Wait()
		last, end := context.WithTimeout(ctx, 2*time.Minute)
		defer end()
		o.mail.settleDown(last)
		for n := range o.replicas {
			select {
			case <-o.replicas[n].gone:
				o.ended++
			default:
			}
		}
	}
	o.talk = b.cutsOn(o.cutTest, size.chat)
	o.letters = letterVerdict{o.mail.judge(), o.mail}
	return o
}

func (o *outageTest) breaks() {
	time.Sleep(o.size.calm)
	o.ends = append(o.ends, o.without("PostgreSQL", http.StatusServiceUnavailable, o.cluster.Kill, func() { o.check(o.cluster.Start()) }))
	time.Sleep(o.size.calm)
	o.ends = append(o.ends, o.without("Redis", http.StatusOK, o.redis.Kill, func() { o.redis.Restart(o.bench) }))
}

// calm is what pages say while the database is away, to a person and at the
// desk.
var calm = []string{"What you have sent is kept.", "Everything that was saved is safe.", "Allt som var sparat är kvar."}

func (o *outageTest) without(service string, must int, end, begin func()) *ending {
	e := &ending{service: service, must: must}
	fmt.Fprintf(os.Stderr, "  … %s is away\n", service)
	end()
	client := (&wires{}).client(40 * time.Second)
	pages := [][2]string{{"/en/talk", personCookie(o.sides[0].talk)}, {"/w/queue", memberCookie(o.sides[0].talk.by)}}
	for over, n := time.Now().Add(o.size.away), 0; time.Now().Before(over); n++ {
		path, cookie := pages[n%2][0], pages[n%2][1]
		base, err := o.somewhere(context.Background())
		o.check(err)
		began := time.Now()
		status, text, err := ask(context.Background(), client, "GET", base+path, cookie, nil)
		e.worst = max(e.worst, time.Since(began))
		e.asked++
		said := must == http.StatusOK
		for _, words := range calm {
			said = said || strings.Contains(text, words)
		}
		if status != must || !said {
			e.otherwise++
			e.odd = fmt.Sprintf("%s: %d %v", path, status, err)
		}
		time.Sleep(200 * time.Millisecond)
	}
	_, heard, _ := o.progress()
	begin()
	back := time.Now()
	fmt.Fprintf(os.Stderr, "  … %s is back\n", service)
	db, err := store.Open(context.Background(), o.i.address(), slog.New(slog.DiscardHandler))
	o.check(err)
	defer db.Close()
	letters := func() (n int) {
		o.check(db.QueryRow(context.Background(), "SELECT COUNT(*) FROM post_letter").Scan(&n))
		return n
	}
	had := letters()
	for time.Since(back) < time.Minute && (e.page == 0 || e.chat == 0 || e.mails == 0) {
		base, err := o.somewhere(context.Background())
		o.check(err)
		if status, _, err := ask(context.Background(), client, "GET", base+pages[0][0], pages[0][1], nil); e.page == 0 && err == nil && status == http.StatusOK {
			e.page = time.Since(back)
		}
		if _, now, _ := o.progress(); e.chat == 0 && now > heard {
			e.chat = time.Since(back)
		}
		if e.mails == 0 && (letters() > had || letters() >= o.size.mails) {
			e.mails = time.Since(back)
		}
		time.Sleep(20 * time.Millisecond)
	}
	return e
}

func (e *ending) print() {
	row(e.service+" away: pages otherwise than calm, of those asked", fmt.Sprintf("%d of %d %s", e.otherwise, e.asked, e.odd), "0")
	also(e.service+" away: slowest page", ms(e.worst))
	row(e.service+" back: page / chat / mail again after", fmt.Sprintf("%s / %s / %s", ms(e.page), ms(e.chat), ms(e.mails)), "≤ 5 s")
}

// letterVerdict is what became of the letters.
type letterVerdict struct {
	verdict
	of *crashTest
}

func (v letterVerdict) print() {
	row("mail: lost / doubled / misplaced / half-made", fmt.Sprintf("%d / %d / %d / %d", v.lost, v.doubled, v.misplaced, v.half), "0 / 0 / 0 / 0")
	row("mail: answers accepted once / twice with one Message-ID / otherwise", fmt.Sprintf("%d / %d / %d", v.once, v.twice, v.wrong), fmt.Sprintf("%d in all, 0 otherwise", v.of.answers))
}
