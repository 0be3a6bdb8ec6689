package post

import (
	"bytes"
	"testing"

	"returnsupport/mailbridge/letter"
)

func TestTheSameLetterIsKnownAgainAndAnotherIsNot(t *testing.T) {
	base := func() *letter.Letter {
		return &letter.Letter{
			MessageID: "m@x", Subject: "s",
			From:        []letter.Address{{Name: "Anna", Addr: "anna@x.example"}},
			Bodies:      []letter.Body{{Text: "one two\nthree"}},
			Attachments: []letter.Attachment{{Name: "a.pdf", Bytes: []byte("pdf")}},
		}
	}
	for _, c := range []struct {
		name   string
		change func(*letter.Letter)
		raw    string
		same   bool
	}{
		{"unchanged", func(l *letter.Letter) {}, "raw", true},
		{"other transport lines", func(l *letter.Letter) { l.DeliveredTo = []string{"b@x"} }, "other raw", true},
		{"re-wrapped by a relay", func(l *letter.Letter) { l.Bodies[0].Text = "one\r\ntwo three  \n\n" }, "raw", true},
		{"subject tagged by a relay", func(l *letter.Letter) { l.Subject = "[extern] s" }, "raw", true},
		{"sender's name re-coded", func(l *letter.Letter) { l.From[0].Name = "A." }, "raw", true},
		{"sender's address in capitals", func(l *letter.Letter) { l.From[0].Addr = "ANNA@X.example" }, "raw", true},
		{"reused id, other words", func(l *letter.Letter) { l.Bodies[0].Text = "one two four" }, "raw", false},
		{"reused id, other sender", func(l *letter.Letter) { l.From[0].Addr = "b@x.example" }, "raw", false},
		{"reused id, other attachment", func(l *letter.Letter) { l.Attachments[0].Bytes = []byte("PDF") }, "raw", false},
		{"reused id, one attachment more", func(l *letter.Letter) { l.Attachments = append(l.Attachments, letter.Attachment{}) }, "raw", false},
		{"other id", func(l *letter.Letter) { l.MessageID = "n@x" }, "raw", false},
		{"without id", func(l *letter.Letter) { l.MessageID = "" }, "raw", false},
		{"words moved from one body to the next", func(l *letter.Letter) {
			l.Bodies = []letter.Body{{Text: "one"}, {Text: "two three"}}
		}, "raw", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed := base()
			c.change(changed)
			if same := bytes.Equal(identityOf(base(), []byte("raw")), identityOf(changed, []byte(c.raw))); same != c.same {
				t.Errorf("same: %v, want %v", same, c.same)
			}
		})
	}

	none := &letter.Letter{Bodies: []letter.Body{{Text: "hello"}}}
	if !bytes.Equal(identityOf(none, []byte("a")), identityOf(none, []byte("a"))) || bytes.Equal(identityOf(none, []byte("a")), identityOf(none, []byte("b"))) {
		t.Error("without Message-ID the raw bytes decide, and nothing else")
	}
	only := func(subject string) []byte {
		return identityOf(&letter.Letter{MessageID: "m@x", Subject: subject}, nil)
	}
	if bytes.Equal(only("call me"), only("do not call")) {
		t.Error("two letters that are subject only, under one reused id, are two")
	}
}
