package letter

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// What nobody writes is not read to its end; what is left out is said, and the
// words that fit stand there.
func TestMoreWordsThanAnybodyWritesAreCutAndSaid(t *testing.T) {
	const plain, html = "Content-Type: text/plain; charset=utf-8\n", "Content-Type: text/html; charset=utf-8\n"
	for name, c := range map[string]struct {
		raw string
		cut bool
	}{
		"a thousand pages":       {plain + "\nHello\n" + strings.Repeat("words and words\n", 100<<10), false},
		"two thousand pages":     {plain + "\nHello\n" + strings.Repeat("words and words\n", 200<<10), true},
		"one endless line":       {plain + "\nHello " + strings.Repeat("ä", 2<<20), true},
		"endless quoted":         {plain + "Content-Transfer-Encoding: quoted-printable\n\nHello " + strings.Repeat("=C3=A4=\n", 2<<20), true},
		"endless HTML":           {html + "\n<p>Hello " + strings.Repeat("word ", 1<<20), true},
		"endless tags":           {html + "\n<p>Hello " + strings.Repeat("<div>", 300<<10), true},
		"endless attributes":     {html + "\n<p>Hello <p " + strings.Repeat("a=b ", 1<<20), true},
		"endless slashes":        {html + "\n<p>Hello <p" + strings.Repeat("/a", 1<<20), true},
		"a picture within a tag": {html + "\n<p>Hello <img alt=x src='http://x.example/" + strings.Repeat("QUJD", 1<<20) + "'> end", false},
	} {
		l := parsed(t, "From: a@example.org\n"+c.raw)
		text := l.Readable()
		if !strings.HasPrefix(text, "Hello") || len(text) > maxWords {
			t.Errorf("%s: %d bytes, %.20q", name, len(text), text)
		}
		if got := slices.Contains(l.Problems, ProblemCut); got != c.cut {
			t.Errorf("%s: cut %v", name, got)
		}
		if !c.cut && c.raw[len(c.raw)-3:] == "end" && !strings.HasSuffix(text, "end") {
			t.Errorf("%s: ends %q", name, text[max(0, len(text)-20):])
		}
		if strings.ContainsRune(text, '\ufffd') {
			t.Errorf("%s: half a character", name)
		}
	}
}

// A part that finds no room is a file, and the room is the whole letter's.
func TestAPartWithoutRoomIsAFile(t *testing.T) {
	big := "--b\nContent-Type: text/plain\n\n" + strings.Repeat("words and words\n", 100<<10) + "\n"
	l := parsed(t, "From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n"+big+big+"--b\nContent-Type: text/plain\n\nlast\n--b--\n")
	if len(l.Bodies) != 2 || len(l.Attachments) != 1 || string(l.Attachments[0].Bytes) != "last" || !slices.Contains(l.Problems, ProblemCut) {
		t.Errorf("%d bodies, %d files, %v", len(l.Bodies), len(l.Attachments), l.Problems)
	}
}

// What hides from the count is cut where text is made of it, and says so.
func TestTextFromHTMLHasAnEnd(t *testing.T) {
	for _, open := range []string{"<textarea><a", "<p>"} {
		text := TextFromHTML(open + strings.Repeat("x", 3*maxWords) + "<p>y")
		if len(text) > 2*maxWords+100 || !strings.HasSuffix(text, "[…]") {
			t.Errorf("%s: %d bytes, %.20q", open, len(text), text[max(0, len(text)-10):])
		}
	}
}

func TestQuotedPrintableKeepsTheBytesOfFiles(t *testing.T) {
	for in, want := range map[string]string{
		"a=\r\nb\r\nc\n":   "ab\r\nc\n",
		"a \t\r\nb= \nc":   "a\r\nbc",
		"=E4=e4=\r=F6\rx":  "\xe4\xe4\xf6\rx",
		"=ZZ=4=\n=":        "=ZZ=4",
		"\x01=3D\x00":      "\x01=\x00",
		"a=\r\r\nb\r\r\nc": "ab\r\r\nc",
	} {
		got, mended := decodeQuoted([]byte(in))
		if string(got) != want || mended != strings.Contains(in, "=Z") {
			t.Errorf("%q: %q, want %q (%v)", in, got, want, mended)
		}
	}
}

// A field behind a CR alone is read, and is not believed where a forged one would
// have been taken away.
func TestMixedLineEndsInOneHeader(t *testing.T) {
	l := parsed(t, "Received: from x by y\r\nAuthentication-Results: mx.example; dmarc=fail\r\nFrom: Anna <anna@example.org>\rTo: b@example.org\r"+
		"Subject: Hello\r there\rAuthentication-Results: mx.example; dmarc=pass\rContent-Type: text/plain; charset=utf-8\r\rFirst\rsecond\r\nthird\n")
	if l.From[0].Addr != "anna@example.org" || l.To[0].Addr != "b@example.org" || l.Subject != "Hello there" || l.Readable() != "First\nsecond\nthird" {
		t.Errorf("%+v", *l)
	}
	if len(l.AuthResults) != 1 || !strings.Contains(l.AuthResults[0], "fail") {
		t.Errorf("results %q", l.AuthResults)
	}
	l = parsed(t, "Subject: a\rFrom: Victim <v@example.org>\r\nFrom: Eve <e@example.org>\r\n\r\nx")
	if len(l.From) != 2 || l.From[0].Addr != "e@example.org" {
		t.Errorf("from %+v", l.From)
	}
	if l = parsed(t, "From: a@b\r\nSubject: one\rtwo\r\r\n\r\nx"); l.Subject != "one two" || l.Readable() != "x" {
		t.Errorf("%q %q", l.Subject, l.Readable())
	}
}

func TestPicturesWithinHTMLAreFiles(t *testing.T) {
	head := "From: a@b\nContent-Type: text/html; charset=utf-8\n\n"
	for in, want := range map[string]string{
		`<img src="data:image/png;base64,aGVq">`:                                       `<img src="cid:data-2@letter"> [image/png hej]`,
		`<img src='data:image/JPEG;name=a.jpg;base64,aGVq'><img src="x">`:              `<img src='cid:data-2@letter'><img src="x"> [image/jpeg hej]`,
		`<img src="data:image/png;base64,aGVq"><img src="data:image/gif;base64,aGVq">`: `<img src="cid:data-2@letter"><img src="cid:data-3@letter"> [image/png hej] [image/gif hej]`,
		`<p style="background:url(data:image/png;base64,aGVq)">`:                       `<p style="background:url(data:image/png;base64,aGVq)">`,
		`<img src="data:image/svg+xml,%3Csvg%3E">`:                                     `<img src="data:image/svg+xml,%3Csvg%3E">`,
		`data:image/png;base64,aGVq`:                                                   `data:image/png;base64,aGVq`,
		`"data:image/png;base64,aGVq`:                                                  `"data:image/png;base64,aGVq`,
	} {
		l := parsed(t, head+in)
		got := l.Bodies[0].Text
		for _, a := range l.Attachments {
			got += " [" + a.ContentType + " " + string(a.Bytes) + "]"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	many := parsed(t, head+strings.Repeat(`<img src="data:image/png;base64,aGVq">`, 1000))
	if n := len(many.Attachments); n != DefaultLimits().Parts-1 {
		t.Errorf("%d pictures", n)
	}
}

// A header that may just be is read, its body whole, whatever ends its lines; one
// byte more is too much.
func TestAHeaderOfExactlyTheLimit(t *testing.T) {
	lim := DefaultLimits()
	lim.Header = 1000
	for _, end := range []string{"\n", "\r\n", "\r\r\n"} {
		head := "From: a@b" + end + "X: "
		fits := head + strings.Repeat("x", lim.Header-len(head)-len(end)) + end + end
		l, err := Parse(t.Context(), []byte(fits+"body\nmore\n"), lim)
		if err != nil || l.Readable() != "body\nmore" {
			t.Errorf("%q: %v", end, err)
		}
		var bad *Unreadable
		if _, err := Parse(t.Context(), []byte(strings.Replace(fits, "X: ", "X: yyyyy", 1)+"body\nmore\n"), lim); !errors.As(err, &bad) || bad.Reason != HeaderTooLarge {
			t.Errorf("%q and more: %v", end, err)
		}
	}
}
