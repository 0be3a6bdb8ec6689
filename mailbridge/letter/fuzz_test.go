package letter

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// seeds gives a fuzz test the corpora's files, where they are.
func seeds(f *testing.F, pattern string) {
	f.Helper()
	root := os.Getenv("RETURNSUPPORT_CORPORA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "corpora")
	}
	files, err := filepath.Glob(filepath.Join(root, pattern))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
}

// FuzzParse: whatever comes, Parse returns within its limits a letter whose
// texts are clean, or a reason.
func FuzzParse(f *testing.F) {
	seeds(f, "mime/*/*.eml")
	f.Add([]byte(bounceMail))
	lim := Limits{Size: 1 << 20, Header: 16 << 10, Depth: 5, Parts: 50, Decoded: 2 << 20, Time: 5 * time.Second}
	f.Fuzz(func(t *testing.T, raw []byte) {
		start := time.Now()
		l, err := Parse(context.Background(), raw, lim)
		if took := time.Since(start); took > 4*time.Second {
			t.Fatalf("%d bytes took %s", len(raw), took)
		}
		if err != nil {
			var bad *Unreadable
			if !errors.As(err, &bad) || bad.Reason == "" {
				t.Fatalf("no reason: %v", err)
			}
			if bad.Reason == Broken {
				t.Fatal("Parse panicked inside")
			}
			return
		}
		if n := len(l.Bodies) + len(l.Attachments); n > lim.Parts {
			t.Fatalf("%d parts", n)
		}
		size := 0
		for _, b := range l.Bodies {
			size += len(b.Text)
			if !utf8.ValidString(b.Text) || strings.ContainsAny(b.Text, "\x00\r") {
				t.Fatalf("text is not clean: %q", b.Text)
			}
		}
		for _, a := range l.Attachments {
			size += len(a.Bytes)
			if !utf8.ValidString(a.Name) || strings.ContainsAny(a.Name, "/\\\x00\r\n") || len(a.Name) > maxName {
				t.Fatalf("name %q", a.Name)
			}
			if !validKind(a.ContentType) || a.FileName() == "" {
				t.Fatalf("type %q", a.ContentType)
			}
		}
		if size > lim.Decoded {
			t.Fatalf("%d bytes decoded", size)
		}
		texts := []string{l.Subject, l.MessageID, l.Language, l.ListID, l.AutoSubmitted, l.ReturnPath, l.ReportType}
		for _, list := range [][]Address{l.From, l.Sender, l.ReplyTo, l.To, l.Cc} {
			for _, a := range list {
				texts = append(texts, a.Name, a.Addr, a.Key())
			}
		}
		texts = append(texts, l.AuthResults...)
		texts = append(texts, l.References...)
		texts = append(texts, l.DeliveredTo...)
		if l.Delivery != nil {
			texts = append(texts, l.Delivery.Original)
			for _, r := range l.Delivery.Recipients {
				texts = append(texts, r.Addr, r.Action, r.Status, r.Diagnostic)
			}
		}
		for _, s := range texts {
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\r\n") {
				t.Fatalf("header text is not clean: %q", s)
			}
		}
		_ = l.Nature().String()
		if s := l.Readable(); !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\r") {
			t.Fatalf("readable text is not clean: %q", s)
		}
		ForwardedOriginal(l)
		Headers(raw, lim.Header)
	})
}

// FuzzFold: the blocks are the text, byte for byte.
func FuzzFold(f *testing.F) {
	seeds(f, "quotes/emails/*.txt")
	f.Fuzz(func(t *testing.T, b []byte) {
		text := string(b)
		var all strings.Builder
		for _, block := range Fold(text) {
			if block.Text == "" {
				t.Fatal("an empty block")
			}
			all.WriteString(block.Text)
		}
		if all.String() != text {
			t.Fatalf("%q became %q", text, all.String())
		}
	})
}

// FuzzBuild: what Build accepts, Parse reads back as it was given.
func FuzzBuild(f *testing.F) {
	f.Add("Anna", "anna@example.org", "Hej", "Text\n", "a@b", "fil.pdf", []byte("x"))
	f.Add("Müller, Jörg", "j@müller.example", "  =?utf-8?q?x?= ", "> a\n-- \nb", "", "../å\".pdf", []byte{0, 13, 10})
	f.Add("\u0645\u0631\u062d\u0628\u0627", `"a b"@example.org`, strings.Repeat("ä ", 300), ".\n\n", "x y", "a\u202e.b", []byte{})
	f.Fuzz(func(t *testing.T, name, addr, subject, text, id, file string, data []byte) {
		o := Outgoing{
			From:        Address{name, "help@example.org"},
			To:          []Address{{name, addr}},
			Subject:     subject,
			Text:        text,
			InReplyTo:   id,
			MessageID:   "1@example.org",
			Date:        sent,
			Attachments: []Attachment{{Name: file, ContentType: "application/pdf", Bytes: data}},
		}
		raw, err := Build(o)
		if err != nil {
			return
		}
		l, err := Parse(context.Background(), raw, DefaultLimits())
		if err != nil {
			t.Fatalf("%v in %q", err, raw)
		}
		if len(l.Problems) > 0 || len(l.From) != 1 || len(l.To) != 1 || len(l.Cc) != 0 || len(l.Attachments) != 1 || len(l.Bodies) != 1 {
			t.Fatalf("%v: %+v in %q", l.Problems, *l, raw)
		}
		same := func(what, got, want string) {
			t.Helper()
			if want = clean(want); clean(got) != want {
				t.Errorf("%s: %q, want %q in %q", what, got, want, raw)
			}
		}
		same("from", l.From[0].Name, withoutQuotes(clean(name)))
		same("to", l.To[0].Name, withoutQuotes(clean(name)))
		same("subject", l.Subject, subject)
		same("file", l.Attachments[0].FileName(), Attachment{Name: safeName(strings.ToValidUTF8(file, "")), ContentType: "application/pdf"}.FileName())
		want := strings.ToValidUTF8(lineEnds(text), "\ufffd")
		if !strings.HasSuffix(want, "\n") {
			want += "\n"
		}
		if l.Bodies[0].Text != want {
			t.Errorf("text %q, want %q", l.Bodies[0].Text, want)
		}
		if string(l.Attachments[0].Bytes) != string(data) {
			t.Errorf("bytes %q, want %q", l.Attachments[0].Bytes, data)
		}
		for line := range strings.Lines(string(raw)) {
			if len(line) > 1000 || !strings.HasSuffix(line, "\r\n") {
				t.Errorf("line %q", line)
			}
		}
	})
}

// clean is what a name or subject may lose on its way: bytes that are no text
// and the blanks around it.
func clean(s string) string {
	return strings.TrimSpace(strings.ToValidUTF8(s, "\ufffd"))
}
