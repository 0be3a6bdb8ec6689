package letter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestWhatBrokenMailBecomes: each mail breaks something others' parsers died
// of or lost words over.
func TestWhatBrokenMailBecomes(t *testing.T) {
	head := "From: a@example.org\n"
	for name, c := range map[string]struct{ raw, want string }{
		"no boundary":               {head + "Content-Type: multipart/mixed\n\nhello\n", "hello"},
		"empty boundary":            {head + "Content-Type: multipart/mixed; boundary=\"\"\n\nhello\n", "hello"},
		"boundary never comes":      {head + "Content-Type: multipart/mixed; boundary=x\n\nhello\n", "hello"},
		"another boundary comes":    {head + "Content-Type: multipart/mixed; boundary=X\n\n--x\nContent-Type: text/plain\n\nhello\n--x--\n", "hello"},
		"never closed":              {head + "Content-Type: multipart/mixed; boundary=x\n\n--x\n\nhello\n", "hello"},
		"closed by the outer":       {head + "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\nhello\n--o\n\nworld\n--o--\n", "hello\n\nworld"},
		"inner opens as outer ends": {head + "Content-Type: multipart/mixed; boundary=\"a--\"\n\n--a--\nContent-Type: multipart/mixed; boundary=\"a----\"\n\n--a----\n\nhello\n--a----\n\nworld\n--a------\n--a----\n", "hello\n\nworld"},
		"closed within a line":      {head + "Content-Type: multipart/mixed; boundary=xyz\n\n--xyz\n\nhello--xyz--\n", "hello"},
		"its own boundary in words": {head + "Content-Type: multipart/mixed; boundary=xyz\n\n--xyz\n\na --xyz-- b\n--xyz--\n", "a --xyz-- b"},
		"base64 that is none":       {head + "Content-Transfer-Encoding: base64\n\nHej, jag vill resa hem. När går nästa flyg?\n", "Hej, jag vill resa hem. När går nästa flyg?"},
		"base64 that is ASCII":      {head + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nHello I want to go home\nplease call me\n", "Hello I want to go home\nplease call me"},
		"words in the header":       {head + "hello\nSubject: x\n", "hello\nSubject: x"},
		"a line without colon":      {head + "nonsense here\nSubject: x\n\nhello\n", "hello"},
		"mbox":                      {"From a@example.org Tue Feb  3 10:30:00 2026\n" + head + "\nhello\n", "hello"},
		"no empty line":             {head + "Content-Type: multipart/mixed; boundary=x\n--x\n\nhello\n--x--\n", "hello"},
		"part without header":       {head + "Content-Type: multipart/mixed; boundary=x\n\n--x\nhello there\n--x--\n", "hello there"},
		"part without type":         {head + "Content-Type: multipart/mixed; boundary=x\n\n--x\n\nhello\n--x\nContent-Type:\n\nworld\n--x--\n", "hello\n\nworld"},
		"type is nonsense":          {head + "Content-Type: ;;;=\n\nhello\n", "hello"},
		"type without subtype":      {head + "Content-Type: text\n\nhello\n", "hello"},
		"unknown encoding":          {head + "Content-Transfer-Encoding: x-new\n\nhello\n", "hello"},
		"8 bit with a blank":        {head + "Content-Transfer-Encoding: 8 bit\n\nhello\n", "hello"},
		"base64 with garbage":       {head + "Content-Transfer-Encoding: base64\n\naGVs!bG8g\n*d29ybGQ=\n-- \nfooter\n", "hello world"},
		"base64 without padding":    {head + "Content-Transfer-Encoding: base64\n\naGVsbG8\n", "hello"},
		"base64 and a list footer":  {head + "Content-Transfer-Encoding: base64\n\naGVsbG8g\n-- \nlist footer\n", "hello "},
		"quoted with garbage":       {head + "Content-Transfer-Encoding: quoted-printable\n\nh=65llo=ZZ =\nworld=\n", "hello=ZZ world"},
		"latin-1 called UTF-8":      {head + "Content-Type: text/plain; charset=utf-8\n\nG\xf6teborg\n", "Göteborg"},
		"latin-1 called ASCII":      {head + "Content-Type: text/plain; charset=us-ascii\n\nG\xf6teborg \x96 \x93x\x94\n", "Göteborg – “x”"},
		"no charset at all":         {head + "\nGöteborg\n", "Göteborg"},
		"unknown charset":           {head + "Content-Type: text/plain; charset=x-klingon\n\nGöteborg\n", "Göteborg"},
		"one bad byte in UTF-8":     {head + "Content-Type: text/plain; charset=utf-8\n\nåäö åäö åäö \xff\n", "åäö åäö åäö \ufffd"},
		"iso-2022-jp":               {head + "Content-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B$3$s$K$A$O\x1b(B\n", "こんにちは"},
		"gb2312":                    {head + "Content-Type: text/plain; charset=gb2312\n\n\xc4\xe3\xba\xc3\n", "你好"},
		"windows-1256":              {head + "Content-Type: text/plain; charset=windows-1256\n\n\xe3\xd1\xcd\xc8\xc7\n", "مرحبا"},
		"koi8-r":                    {head + "Content-Type: text/plain; charset=koi8-r\n\n\xf0\xd2\xc9\xd7\xc5\xd4\n", "Привет"},
		"utf-7":                     {head + "Content-Type: text/plain; charset=utf-7\n\nG+APY-teborg +- 1\n", "Göteborg + 1"},
		"utf-16":                    {head + "Content-Type: text/plain; charset=utf-16le\nContent-Transfer-Encoding: base64\n\naABlAGoA\n", "hej"},
		"NUL":                       {head + "\nhe\x00llo\n", "hello"},
		"bare CR":                   {head + "\nhello\rworld\n", "hello\nworld"},
		"nothing but CR":            {strings.ReplaceAll(head+"\nhello\nworld\n", "\n", "\r"), "hello\nworld"},
		"flowed":                    {head + "Content-Type: text/plain; format=flowed\n\nhello \nworld\n> a \n> b\n-- \nme\n", "hello world\n> a b\n-- \nme"},
		"flowed with delsp":         {head + "Content-Type: text/plain; format=flowed; delsp=yes\n\nhel \nlo\n", "hello"},
		"HTML only":                 {head + "Content-Type: text/html\n\n<style>p{}</style><p>Hello<br>world<script>x()</script></p><img src=http://x/y alt=cat>\n", "Hello\nworld\n\n[cat]"},
		"blank text, full HTML":     {head + "Content-Type: multipart/alternative; boundary=x\n\n--x\n\n \n--x\nContent-Type: text/html\n\n<b>hello</b>\n--x--\n", "hello"},
		"HTML names its charset":    {head + "Content-Type: text/html\n\n<meta http-equiv=Content-Type content=\"text/html; charset=windows-1256\"><p>\xe3\xd1\xcd\xc8\xc7</p>\n", "مرحبا"},
		"empty":                     {head + "\n", ""},
	} {
		for _, ends := range []string{"\n", "\r\n"} {
			if strings.Contains(c.raw, "\r") && ends == "\r\n" {
				continue
			}
			l, err := Parse(context.Background(), []byte(strings.ReplaceAll(c.raw, "\n", ends)), DefaultLimits())
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if got := l.Readable(); got != c.want {
				t.Errorf("%s with %q: %q, want %q", name, ends, got, c.want)
			}
		}
	}
}

func TestRawHeadersAreInTheBodysCharset(t *testing.T) {
	l := parsed(t, "From: \xc0\xed\xed\xe0 <a@example.org>\nSubject: \xcf\xf0\xe8\xe2\xe5\xf2\nTo: =?iso-8859-1?Q?J\xfcrgen?= <j@example.org>\n"+
		"Content-Type: text/plain; charset=windows-1251\n\n\xcf\xf0\xe8\xe2\xe5\xf2\n")
	if got := l.From[0].Name + " " + l.Subject + " " + l.To[0].Name + " " + l.Readable(); got != "Анна Привет Jürgen Привет" {
		t.Error(got)
	}
}

func TestWhatWasMendedIsSaid(t *testing.T) {
	date := "From: a@example.org\nDate: Tue, 3 Feb 2026 10:30:00 +0100\n"
	for raw, want := range map[string]string{
		date + "\nhej\n":                                          "[]",
		date + "nonsense\n\nhej\n":                                "[header-line]",
		"From: a@example.org\n\nhej\n":                            "[date]",
		date + "Content-Transfer-Encoding: x\n\nhej\n":            "[cte]",
		date + "\nh\xe4j\n":                                       "[charset]",
		date + "Content-Type: multipart/mixed; boundary=x\n\nhej": "[boundary torn]",
		date + "Content-Type: nonsense\n\nhej":                    "[type]",
		date + "To: ,Anna\n\nhej":                                 "[address]",
		date + "Message-ID: <>\n\nhej":                            "[message-id]",
		date + "Message-ID: <a b@c>\nTo: x@y\nTo: z@y\n\nhej":     "[]",
	} {
		if got := fmt.Sprint(parsed(t, raw).Problems); got != want {
			t.Errorf("%q: %s, want %s", raw, got, want)
		}
	}
}

func TestWhatIsTooMuchIsRefusedQuickly(t *testing.T) {
	head := "From: a@example.org\nSubject: =?utf-8?q?L=C3=A5ngt?=\n"
	var nested strings.Builder
	nested.WriteString(head)
	for i := range 5000 {
		fmt.Fprintf(&nested, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	nested.WriteString("\nhello\n")
	var same strings.Builder
	same.WriteString(head + "Content-Type: multipart/mixed\n\n")
	for range 5000 {
		same.WriteString("--b\nContent-Type: multipart/mixed; boundary=b\n\n")
	}
	for name, c := range map[string]struct{ raw, reason string }{
		"100,000 parts":         {head + "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 100000), TooManyParts},
		"5,000 levels":          {nested.String(), TooDeep},
		"5,000 times itself":    {same.String(), TooManyParts},
		"a header of 10 MB":     {head + strings.Repeat("X-Long: "+strings.Repeat("x", 990)+"\n", 10000) + "\nhello", HeaderTooLarge},
		"one line of 10 MB":     {head + "X: " + strings.Repeat("x", 10<<20) + "\n\nhello", HeaderTooLarge},
		"one fold of 10 MB":     {head + "X: " + strings.Repeat("x\n ", 3<<20) + "\n\nhello", HeaderTooLarge},
		"a part's header":       {head + "Content-Type: multipart/mixed; boundary=b\n\n--b\n" + strings.Repeat("X: y\n", 1<<20) + "\nhello\n--b--", HeaderTooLarge},
		"26 MB":                 {head + "\n" + strings.Repeat("x", 26<<20), TooLarge},
		"nothing":               {"", NoMail},
		"empty lines":           {strings.Repeat("\n", 1000), NoMail},
		"no header":             {"hello there\nhow are you\n", NoMail},
		"bytes":                 {strings.Repeat("\x00\xff\x1b", 1000), NoMail},
		"an mbox line and text": {"From a@b Tue\nhello\n", NoMail},
	} {
		var err error
		quick(t, name, 5000, func() { _, err = Parse(context.Background(), []byte(c.raw), DefaultLimits()) })
		var bad *Unreadable
		if !errors.As(err, &bad) || bad.Reason != c.reason {
			t.Errorf("%s: %v, want %s", name, err, c.reason)
			continue
		}
		if strings.HasPrefix(c.raw, head) && (len(bad.Headers) < 2 || bad.Headers[1] != Field{"Subject", "Långt"}) {
			t.Errorf("%s: headers to show %v", name, bad.Headers[:min(2, len(bad.Headers))])
		}
	}
}

func TestHostileHeadersCostNoMoreThanTheirLength(t *testing.T) {
	const size = 250 << 10
	for name, unit := range map[string]string{
		"openings":  "=?a?Q?",
		"words":     "=?utf-8?q?x?= ",
		"comments":  "(",
		"angles":    "<",
		"quotes":    `"`,
		"commas":    "a,",
		"groups":    "a:",
		"params":    "; a*0*=x",
		"percent":   "; a*=''%41",
		"semicolon": ";",
		"ids":       "<a@b>",
	} {
		value := strings.Repeat(unit, size/len(unit)/4)
		var raw strings.Builder
		for _, f := range []string{"From", "Subject", "References", "Content-Type"} {
			raw.WriteString(f + ": x " + value[:len(value)-4] + "\n")
		}
		raw.WriteString("\nhello\n")
		quick(t, name, 5000, func() { Parse(context.Background(), []byte(raw.String()), DefaultLimits()) })
	}
	lines := "From: a@b\nContent-Type: multipart/mixed; boundary=" + strings.Repeat("x", 100<<10) + "\n" + strings.Repeat("--y\nA: b\n", 15<<10) + "\nhello\n"
	quick(t, "dropped lines", 5000, func() { Parse(context.Background(), []byte(lines), DefaultLimits()) })
}

// quick fails when f is slow three times: one slow run may be a busy machine's.
// The limit is in times of an ordinary text's folding, about 0.2 ms; what is not
// linear here takes many times as long.
func quick(t *testing.T, name string, times int, f func()) {
	t.Helper()
	limit := max(time.Second, time.Duration(times)*ordinaryFold())
	var took time.Duration
	for range 3 {
		start := time.Now()
		f()
		if took = time.Since(start); took < limit {
			return
		}
	}
	t.Errorf("%s: %s, over %s", name, took, limit)
}

// ordinaryFold measures this machine, with or without the race detector.
var ordinaryFold = sync.OnceValue(func() time.Duration {
	text := strings.Repeat("Jag har fått ett beslut och vet inte vad jag ska göra nu.\n", 100) +
		"\nDen mån 2 feb. 2026 kl 10:00 skrev Anna <anna@example.org>:\n" + strings.Repeat("> Tack för ditt brev.\n", 200)
	best := time.Hour
	for range 10 {
		start := time.Now()
		Fold(text)
		best = min(best, time.Since(start))
	}
	return best
})

func TestHostileTextCostsNoMoreThanItsLength(t *testing.T) {
	for _, unit := range []string{"> ", ">\n", "On 1 2026 ", "On 2026 wrote\n", "From: a@b\n", "<a@b ", "--\n", "---- x ", "|", "```\n", ":\n", "2026-01-01 <a@b\n", "A> \n", "a@", "--\nx\n", "____________________\nx\n", "On 1 May 2026 10:00 A wrote:\n> x\n"} {
		text := strings.Repeat(unit, 1<<20/len(unit))
		quick(t, unit, 20000, func() { Fold("words\n" + text + "\nwords\n") })
	}
	for _, unit := range []string{"<blockquote>", "<blockquote>x", "<a href=http://x>", "<a href=http://x>y</a>", "<p>", "<pre>\n", "<", "<!--", "&#", "<td>", "</p>", "<script>"} {
		html := strings.Repeat(unit, 1<<20/len(unit))
		text := ""
		quick(t, unit, 20000, func() { text = TextFromHTML(html) })
		if len(text) > 8<<20 {
			t.Errorf("text from %q has %d bytes", unit, len(text))
		}
	}
}

func TestALargeAttachmentIsHeldOnce(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("From: a@example.org\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	picture(&b, 18<<20)
	raw := b.Bytes()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	l, err := Parse(context.Background(), raw, DefaultLimits())
	runtime.ReadMemStats(&after)
	if err != nil || len(l.Attachments) != 1 || len(l.Attachments[0].Bytes) != 18<<20 {
		t.Fatal(err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > uint64(len(raw)) {
		t.Errorf("%d bytes allocated for %d raw ones", used, len(raw))
	}
}

func TestAnUncodedAttachmentIsNotCopied(t *testing.T) {
	raw := []byte("From: a@example.org\nContent-Type: application/pdf\n\n" + strings.Repeat("x", 1<<20))
	l, err := Parse(context.Background(), raw, DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Attachments[0].Bytes; len(got) != 1<<20 || &got[0] != &raw[len(raw)-1<<20] {
		t.Error("the bytes were copied")
	}
}

func TestParseStopsWhenTheCallerDoes(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Parse(ctx, []byte("From: a@b\n\nx"), DefaultLimits()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	lim := DefaultLimits()
	lim.Time = 1
	var bad *Unreadable
	if _, err := Parse(context.Background(), []byte("From: a@b\n\nx"), lim); !errors.As(err, &bad) || bad.Reason != TooSlow {
		t.Errorf("got %v", err)
	}
}

func TestFileNamesAreMadeSafe(t *testing.T) {
	for in, want := range map[string]string{
		`a.pdf`: "a.pdf", `../../etc/passwd`: "passwd", `C:\Temp\brev.doc`: "brev.doc", ".bashrc": "bashrc", "..": "", "": "",
		"a\x00b\r\nc.txt": "abc.txt", "x\u202efdp.exe": "xfdp.exe", "con:x|y?.txt": "con_x_y_.txt", "brev. . .": "brev",
		strings.Repeat("å", 200) + ".pdf": strings.Repeat("å", 98) + ".pdf", "beslut från verket.pdf": "beslut från verket.pdf",
	} {
		if got := safeName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for header, want := range map[string]string{
		`attachment; filename="=?utf-8?q?f=C3=A5ga.pdf?="`:                              "fåga.pdf",
		`attachment; filename*=UTF-8''fr%C3%A5ga.pdf; filename="fraga.pdf"`:             "fråga.pdf",
		`attachment; filename*0*=iso-8859-1'sv'fr%E5; filename*1="ga"; filename*2=.pdf`: "fråga.pdf",
		`attachment; filename*1*=ga.pdf; filename*0*=UTF-8''fr%C3%A5`:                   "fråga.pdf",
		`attachment; filename=my file.pdf`:                                              "my file.pdf",
		`attachment filename="a.pdf"`:                                                   "a.pdf",
		"attachment; filename=\"fr\xe5ga.pdf\"":                                         "fråga.pdf",
		`attachment; filename="a \"b\".pdf"`:                                            "a _b_.pdf",
		`attachment; filename="unfinished.pdf`:                                          "unfinished.pdf",
	} {
		l := parsed(t, "From: a@b\nContent-Type: application/pdf\nContent-Disposition: "+header+"\n\nx")
		if got := l.Attachments[0].Name; got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
}

func TestContentStaysOutOfLogs(t *testing.T) {
	var b bytes.Buffer
	log := slog.New(slog.NewTextHandler(&b, nil))
	l := parsed(t, "From: Secret <secret@example.org>\nSubject: secret\n\nsecret\n")
	log.Info("x", "a", *l, "b", l.From[0], "c", l.Bodies[0], "d", Attachment{Name: "secret"}, "e", Fold("secret")[0],
		"f", Outgoing{Subject: "secret"}, "i", &Unreadable{NoMail, []Field{{"secret", "secret"}}}, "g", Field{"secret", "secret"}, "h", l)
	if strings.Contains(strings.ToLower(b.String()), "secret") {
		t.Error(b.String())
	}
}
