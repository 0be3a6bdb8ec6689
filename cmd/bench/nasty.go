package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"time"

	"returnsupport/helpdesk/post"
	"returnsupport/mailbridge/letter"
)

const (
	nastySizes    = 10
	nastySmallest = 48 << 10 // doubled nine times: 24 MB, just below the limit of a letter
	nastyRuns     = 3
)

// nasty reads hostile mail of every kind in ten sizes, as the postroom does:
// parse, readable text, folded quotes, harmless HTML, language. What is refused
// must be refused as quickly.
func nasty(b *bench) {
	worst, most, steepest := nastyFigure{}, nastyFigure{}, nastyFigure{}
	for _, kind := range nastyKinds {
		var figures []nastyFigure
		for n := range nastySizes {
			f := nastyFigure{kind: kind.name, size: nastySmallest << n}
			f.read(kind.make(f.size))
			figures = append(figures, f)
			if f.took > worst.took {
				worst = f
			}
			if f.memory > most.memory {
				most = f
			}
		}
		last := figures[nastySizes-1]
		last.growth = growthOf(figures)
		if last.growth > steepest.growth {
			steepest = last
		}
		also(kind.name, fmt.Sprintf("24 MB: %s, %.0f MB, grows with size^%.2f, %s", last.took.Round(100*time.Microsecond), last.memory/1e6, last.growth, last.became))
	}
	row(fmt.Sprintf("%d kinds × %d sizes: the slowest (%s, %d kB)", len(nastyKinds), nastySizes, worst.kind, worst.size>>10), worst.took.Round(time.Millisecond).String(), "≤ 1 s")
	row(fmt.Sprintf("the most memory (%s, %d kB)", most.kind, most.size>>10), fmt.Sprintf("%.0f MB", most.memory/1e6), "≤ 100 MB")
	row("the steepest cost ("+steepest.kind+")", fmt.Sprintf("size^%.2f", steepest.growth), "≤ size^1.15")
	b.judged(fault{worst.took > time.Second, worst.kind + " takes too long"}, fault{most.memory > 100e6, most.kind + " takes too much memory"},
		fault{steepest.growth > 1.15, steepest.kind + " grows too fast"})
}

type nastyFigure struct {
	kind   string
	size   int
	took   time.Duration // median
	least  time.Duration // the quickest, which knows least of who else is on this machine
	memory float64       // bytes on the heap beyond the mail itself, at the most
	growth float64
	became string
}

// read reads one mail a few times.
func (f *nastyFigure) read(raw []byte) {
	took := make([]time.Duration, nastyRuns)
	for i := range took {
		runtime.GC()
		peak := watchHeap()
		begin := time.Now()
		f.became = readNasty(raw)
		took[i] = time.Since(begin)
		f.memory = max(f.memory, peak())
	}
	slices.Sort(took)
	f.took, f.least = took[nastyRuns/2], took[0]
}

// readNasty does what the postroom does with a letter, and says what it became.
func readNasty(raw []byte) string {
	l, err := letter.Parse(context.Background(), raw, letter.DefaultLimits())
	var bad *letter.Unreadable
	if errors.As(err, &bad) {
		return bad.Reason
	}
	if err != nil {
		return err.Error()
	}
	text := l.Readable()
	letter.Fold(text)
	letter.Tongue(text)
	size := 0
	for _, body := range l.Rich() {
		if size += len(body.Text); body.HTML && size <= 2<<20 { // what the postroom makes harmless
			post.Harmless(body.Text)
		}
	}
	return "read"
}

// watchHeap samples the heap until its answer is asked for: the highest it stood
// above where it began.
func watchHeap() func() float64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	begin := float64(sample[0].Value.Uint64())
	stop, peak := make(chan struct{}), make(chan float64)
	go func() {
		high := begin
		for {
			metrics.Read(sample)
			high = max(high, float64(sample[0].Value.Uint64()))
			select {
			case <-stop:
				peak <- high - begin
				return
			case <-time.After(500 * time.Microsecond):
			}
		}
	}()
	return func() float64 { close(stop); return <-peak }
}

// growthOf is the exponent of cost over size: the slope through those sizes that
// take long enough to be told from noise.
func growthOf(figures []nastyFigure) float64 {
	var n, sx, sy, sxx, sxy float64
	for _, f := range figures {
		if f.least < 5*time.Millisecond {
			continue
		}
		x, y := math.Log(float64(f.size)), math.Log(float64(f.least))
		n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	if n < 3 {
		return 0
	}
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}

// nastyKind makes a mail of about so many bytes.
type nastyKind struct {
	name string
	make func(size int) []byte
}

const nastyHead = "From: eve@x.example\r\nSubject: nasty\r\n"

// filled is a head and as many copies of a unit as fit.
func filled(head, unit, tail string) func(int) []byte {
	return func(size int) []byte {
		return []byte(nastyHead + head + strings.Repeat(unit, max(1, (size-len(head)-len(tail))/len(unit))) + tail)
	}
}

// deep nests multiparts until the size is reached.
func deep(line func(i int) string) func(int) []byte {
	return func(size int) []byte {
		var s strings.Builder
		s.WriteString(nastyHead)
		for i := 0; s.Len() < size; i++ {
			s.WriteString(line(i))
		}
		return []byte(s.String() + "\r\nx\r\n")
	}
}

const (
	nastyText  = "Content-Type: text/plain; charset=utf-8\r\n\r\n"
	nastyHTML  = "Content-Type: text/html; charset=utf-8\r\n\r\n"
	nastyMixed = "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
)

var nastyKinds = []nastyKind{
	{"one endless line", filled(nastyText, "x", "")},
	{"empty lines", filled(nastyText, "\r\n", "")},
	{"lone CRs", filled(nastyText, "x\r", "")},
	{"NULs", filled(nastyText, "\x00", "")},
	{"bytes of no charset", filled(nastyText, "\xff\xc3\x28", "")},
	{"quotes in quotes", filled(nastyText, ">", "")},
	{"quoted lines", filled(nastyText, "> a\r\n>> b\r\n", "")},
	{"attributions", filled(nastyText, "On Mon, 2 Feb 2026 at 10:00 A <a@b.example> wrote:\r\n", "")},
	{"signatures", filled(nastyText, "-- \r\nme\r\n", "")},
	{"header blocks", filled(nastyText, "From: a@b.example\r\nSent: x\r\n", "")},
	{"flowed for ever", filled("Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\n", "a \r\n", "")},
	{"UTF-7", filled("Content-Type: text/plain; charset=utf-7\r\n\r\n", "+AOQ-", "")},
	{"ISO-2022-JP escapes", filled("Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n", "\x1b$B$3\x1b(B", "")},
	{"UTF-16 halves", filled("Content-Type: text/plain; charset=utf-16le\r\n\r\n", "\x00\xd8", "")},
	{"PGP armour", filled(nastyText, "-----BEGIN PGP x\r\n", "")},
	{"base64", filled("Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n", strings.Repeat("QUFB", 19)+"\r\n", "")},
	{"base64 with garbage", filled("Content-Transfer-Encoding: base64\r\n\r\n", "QU!F*B", "")},
	{"base64 of blanks", filled("Content-Transfer-Encoding: base64\r\n\r\n", "= \r\n", "")},
	{"quoted-printable", filled("Content-Transfer-Encoding: quoted-printable\r\n\r\n", "=C3=A4", "")},
	{"quoted-printable broken", filled("Content-Transfer-Encoding: quoted-printable\r\n\r\n", "=ZZ=\r\n", "")},
	{"tags opened", filled(nastyHTML, "<div>", "")},
	{"quotes opened", filled(nastyHTML, "<blockquote>x", "")},
	{"links", filled(nastyHTML, "<a href=\"http://x.example/\">y", "")},
	{"attributes", filled(nastyHTML+"<p ", "a=b ", ">")},
	{"comments", filled(nastyHTML, "<!--", "")},
	{"entities", filled(nastyHTML, "&#x41;&amp", "")},
	{"less than", filled(nastyHTML, "<", "")},
	{"tables in tables", filled(nastyHTML, "<table><tr><td>", "")},
	{"parts", filled(nastyMixed, "--b\r\n\r\nx\r\n", "--b--\r\n")},
	{"boundaries that are none", filled(nastyMixed, "--bx\r\n", "")},
	{"a boundary that never comes", filled("Content-Type: multipart/mixed; boundary=never\r\n\r\n", "--x\r\nA: b\r\n", "")},
	{"nesting", deep(func(i int) string {
		return fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	})},
	{"nesting in itself", deep(func(int) string {
		return "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
	})},
	{"mails in mails", deep(func(int) string { return "Content-Type: message/rfc822\r\n\r\nSubject: x\r\n" })},
	{"headers", filled("", "X-A: b\r\n", "\r\nx")},
	{"one header, folded", filled("X-A: b\r\n", " x\r\n", "\r\nx")},
	{"encoded words", filled("X-A: b", "\r\n =?utf-8?q?=C3=A4?=", "\r\n\r\nx")},
}
