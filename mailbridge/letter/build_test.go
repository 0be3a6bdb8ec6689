package letter

import (
	"bytes"
	"context"
	"errors"
	"net/mail"
	"reflect"
	"strings"
	"testing"
	"time"
)

var sent = time.Date(2026, 2, 3, 10, 30, 0, 0, time.FixedZone("", 3600))

func reply() Outgoing {
	return Outgoing{
		From:      Address{Name: "Rådgivningen", Addr: "help@example.org"},
		To:        []Address{{Name: "Müller, Jörg", Addr: "joerg@example.org"}},
		Subject:   "Re: Fråga",
		Text:      "Hej!\n\nVi hjälper dig gärna.\n",
		MessageID: "1.2@example.org",
		Date:      sent,
	}
}

func built(t *testing.T, o Outgoing) (*Letter, []byte) {
	t.Helper()
	raw, err := Build(o)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(raw) {
		if !bytes.HasSuffix(line, []byte("\r\n")) || len(line) > 1000 {
			t.Fatalf("line of %d bytes: %.80q", len(line), line)
		}
		for _, c := range line {
			if c >= 0x80 {
				t.Fatalf("8-bit byte in %.80q", line)
			}
		}
	}
	l, err := Parse(context.Background(), raw, DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Problems) > 0 {
		t.Fatalf("what Build made had to be mended: %v\n%s", l.Problems, raw)
	}
	return l, raw
}

func TestWhatIsBuiltReadsBack(t *testing.T) {
	o := reply()
	o.ReplyTo = Address{Addr: "reply+abc@example.org"}
	o.To = append(o.To, Address{Name: `O"Neill \ Sons`, Addr: "o@example.org"}, Address{Name: strings.Repeat("ለ", 80), Addr: "t@example.org"})
	o.Cc = []Address{{Addr: "cc@müller.example"}}
	o.Subject = "Fråga om återresa: العودة الطوعية " + strings.Repeat("ნახვამდის ", 20)
	o.InReplyTo = "parent@example.net"
	o.References = []string{"root@example.net", "parent@example.net", "other@example.net"}
	o.AutoSubmitted = true
	o.Language = "sv"
	o.Attachments = []Attachment{
		{Name: "beslut från Migrationsverket.pdf", ContentType: "application/pdf", Bytes: []byte("%PDF")},
		{Name: "../../etc/passwd", ContentType: "text/plain; x=\"y\"", Bytes: []byte("åäö")},
		{ContentType: "image/png", Inline: true, ContentID: "logo@example.org", Bytes: []byte{0, 1, 2}},
		{Name: "old.eml", ContentType: "message/rfc822", Bytes: []byte("From: a@b\r\n\r\nx")},
	}
	l, raw := built(t, o)
	check := func(what string, got, want any) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %q, want %q", what, got, want)
		}
	}
	check("from", l.From, []Address{o.From})
	check("reply-to", l.ReplyTo, []Address{o.ReplyTo})
	check("to", l.To, o.To)
	check("cc", l.Cc, []Address{{Addr: "cc@xn--mller-kva.example"}})
	check("subject", l.Subject, strings.TrimSpace(o.Subject))
	check("message id", l.MessageID, o.MessageID)
	check("in reply to", l.InReplyTo, []string{"parent@example.net"})
	check("references", l.References, []string{"root@example.net", "other@example.net", "parent@example.net"})
	check("date", l.Date.Equal(sent), true)
	check("nature", l.Nature(), Automatic)
	check("language", l.Language, "sv")
	check("text", l.Readable(), strings.Trim(o.Text, "\n"))
	check("names", []string{l.Attachments[0].Name, l.Attachments[1].Name, l.Attachments[2].Name, l.Attachments[3].Name},
		[]string{"beslut från Migrationsverket.pdf", "passwd", "image.png", "old.eml"})
	check("types", []string{l.Attachments[0].ContentType, l.Attachments[1].ContentType, l.Attachments[2].ContentType, l.Attachments[3].ContentType},
		[]string{"application/pdf", "application/octet-stream", "image/png", "application/octet-stream"})
	check("inline", l.Attachments[2].Inline, true)
	check("content id", l.Attachments[2].ContentID, "logo@example.org")
	check("bytes", l.Attachments[1].Bytes, []byte("åäö"))
	for line := range strings.Lines(strings.Split(string(raw), "\r\n\r\n")[0]) {
		if len(strings.TrimSpace(line)) > 110 {
			t.Errorf("header line of %d bytes: %s", len(line), line)
		}
	}
}

func TestAThreadOfHundredsKeepsItsRootAndItsEnd(t *testing.T) {
	o := reply()
	for range 300 {
		o.References = append(o.References, "0."+strings.Repeat("x", 60)+"@example.org")
	}
	o.References[0], o.References[299] = "root@example.org", "last@example.org"
	o.InReplyTo = "last@example.org"
	l, _ := built(t, o)
	if n := len(l.References); n != maxReferences || l.References[0] != "root@example.org" || l.References[n-1] != "last@example.org" {
		t.Errorf("%d references, from %s to %s", n, l.References[0], l.References[n-1])
	}
}

// TestNoValueBecomesAHeader puts line ends and their relatives into every value
// Build takes: it must refuse, or the built mail must have no other fields than
// one without them.
func TestNoValueBecomesAHeader(t *testing.T) {
	fields := map[string]func(*Outgoing, string){
		"from name":       func(o *Outgoing, s string) { o.From.Name = s },
		"from addr":       func(o *Outgoing, s string) { o.From.Addr = "a@example.org" + s },
		"from local":      func(o *Outgoing, s string) { o.From.Addr = s + "a@example.org" },
		"reply-to name":   func(o *Outgoing, s string) { o.ReplyTo = Address{s, "a@example.org"} },
		"reply-to addr":   func(o *Outgoing, s string) { o.ReplyTo.Addr = s },
		"to name":         func(o *Outgoing, s string) { o.To[0].Name = s },
		"to addr":         func(o *Outgoing, s string) { o.To[0].Addr = "\"" + s + "\"@example.org" },
		"to domain":       func(o *Outgoing, s string) { o.To[0].Addr = "a@" + s },
		"cc name":         func(o *Outgoing, s string) { o.Cc = []Address{{s, "a@example.org"}} },
		"cc addr":         func(o *Outgoing, s string) { o.Cc = []Address{{"x", "a@example.org" + s}} },
		"subject":         func(o *Outgoing, s string) { o.Subject = s },
		"in-reply-to":     func(o *Outgoing, s string) { o.InReplyTo = "a" + s + "@b" },
		"references":      func(o *Outgoing, s string) { o.References = []string{"a@b", s} },
		"message-id":      func(o *Outgoing, s string) { o.MessageID = "a" + s + "@b" },
		"language":        func(o *Outgoing, s string) { o.Language = "sv" + s },
		"attachment name": func(o *Outgoing, s string) { o.Attachments[0].Name = s },
		"attachment type": func(o *Outgoing, s string) { o.Attachments[0].ContentType = "text/plain" + s },
		"attachment id":   func(o *Outgoing, s string) { o.Attachments[0].ContentID = "a" + s },
		"text":            func(o *Outgoing, s string) { o.Text = s },
	}
	evil := []string{
		"\r\nBcc: evil@example.net", "\nBcc: evil@example.net", "\rBcc: evil@example.net", "\x00\r\n\r\nbody", "\r\n\r\nbody",
		"x\r\n Bcc: evil@example.net", "\u0085Bcc: evil@example.net", "\u2028Bcc: evil@example.net", "\vBcc: evil@example.net",
		"=?utf-8?q?=0D=0ABcc:_evil@example.net?=", "\"; x=y\r\nBcc: evil@example.net", "å\r\nBcc: evil@example.net", ", evil@example.net", "\xff\r\nBcc: e@x",
	}
	plainKeys := headerKeys(t, mustBuild(t, withAttachment(func(*Outgoing, string) {}, "")))
	for name, set := range fields {
		for _, s := range evil {
			raw, err := Build(withAttachment(set, s))
			if err != nil {
				var unfit *Unfit
				if !errors.As(err, &unfit) {
					t.Errorf("%s %q: %v", name, s, err)
				}
				if strings.Contains(err.Error(), "evil") {
					t.Errorf("%s: the error tells content: %v", name, err)
				}
				continue
			}
			if strings.ContainsAny(s, "\r\n\x00") && name != "text" {
				t.Errorf("%s accepted %q", name, s)
			}
			for key := range headerKeys(t, raw) {
				if !plainKeys[key] && key != "Reply-To" && key != "Cc" && key != "References" && key != "In-Reply-To" && key != "Content-Language" {
					t.Errorf("%s %q made the header %s", name, s, key)
				}
			}
			l, err := Parse(context.Background(), raw, DefaultLimits())
			if err != nil {
				t.Errorf("%s %q: %v", name, s, err)
				continue
			}
			if len(l.To) != 1 || len(l.Cc) > 1 {
				t.Errorf("%s %q made another recipient: %v %v", name, s, l.To, l.Cc)
			}
		}
	}
}

func withAttachment(set func(*Outgoing, string), s string) Outgoing {
	o := reply()
	o.Attachments = []Attachment{{Name: "a.txt", ContentType: "text/plain", Bytes: []byte("x")}}
	set(&o, s)
	return o
}

func mustBuild(t *testing.T, o Outgoing) []byte {
	t.Helper()
	raw, err := Build(o)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func headerKeys(t *testing.T, raw []byte) map[string]bool {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%v in %q", err, raw)
	}
	keys := map[string]bool{}
	for k := range m.Header {
		keys[k] = true
	}
	return keys
}

func TestWhatCannotBeSentIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Outgoing)
		why    string
	}{
		"no date":           {func(o *Outgoing) { o.Date = time.Time{} }, WhyMissing},
		"no recipient":      {func(o *Outgoing) { o.To = nil }, WhyMissing},
		"no sender":         {func(o *Outgoing) { o.From = Address{} }, WhyMissing},
		"no id":             {func(o *Outgoing) { o.MessageID = "" }, WhyID},
		"half an id":        {func(o *Outgoing) { o.MessageID = "abc" }, WhyID},
		"no address":        {func(o *Outgoing) { o.To[0].Addr = "anna" }, WhyAddress},
		"two addresses":     {func(o *Outgoing) { o.To[0].Addr = "a@example.org, b@example.org" }, WhyAddress},
		"Unicode local":     {func(o *Outgoing) { o.To[0].Addr = "jörg@example.org" }, WhyLocal},
		"impossible domain": {func(o *Outgoing) { o.To[0].Addr = "a@" + strings.Repeat("ö", 80) + ".example" }, WhyDomain},
		"a language":        {func(o *Outgoing) { o.Language = "svenska språket" }, WhyLanguage},
		"a novel":           {func(o *Outgoing) { o.Subject = strings.Repeat("a ", 3000) }, WhyTooLong},
	} {
		o := reply()
		c.change(&o)
		_, err := Build(o)
		var unfit *Unfit
		if !errors.As(err, &unfit) || unfit.Why != c.why {
			t.Errorf("%s: got %v, want %s", name, err, c.why)
		}
	}
}

func TestABuiltLetterDoesNotNameThisMachine(t *testing.T) {
	_, raw := built(t, reply())
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Header.Get("Message-Id"); got != "<1.2@example.org>" {
		t.Errorf("Message-ID %s", got)
	}
	if got := m.Header.Get("Date"); got != "Tue, 03 Feb 2026 10:30:00 +0100" {
		t.Errorf("Date %s", got)
	}
	if len(m.Header["Message-Id"]) != 1 || len(m.Header["Date"]) != 1 {
		t.Error("doubled header")
	}
}
