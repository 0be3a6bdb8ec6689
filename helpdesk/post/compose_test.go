package post

import (
	"errors"
	"strings"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/tickets"
)

func TestTheSubjectOfAnAnswerHasOneReplyMark(t *testing.T) {
	p := &Postroom{words: saying{}}
	for _, c := range []struct{ typed, answered, want string }{
		{"Own words", "Question", "Own words"},
		{"", "Question", "Re: Question"},
		{"", "Re: Question", "Re: Question"},
		{"", "RE: sv: AW: Question", "Re: Question"},
		{"", "Re[4]: Question", "Re: Question"},
		{"", "Sv: Sv: ", "Re: Sv:"},
		{"", "Regarding: this", "Re: Regarding: this"},
		{"", "سؤال", "Re: سؤال"},
		{"", "line\r\nBcc: x@y.example", "Re: lineBcc: x@y.example"},
		{"", "  ", "post.mail.subject"},
		{"", "", "post.mail.subject"},
	} {
		d := draft{subject: c.typed, parent: &tickets.Content{Subject: c.answered}}
		if got := p.subjectOf(d); got != c.want {
			t.Errorf("%q answering %q: got %q, want %q", c.typed, c.answered, got, c.want)
		}
	}
}

type saying struct{}

func (saying) Say(_, key string, _ ...any) string { return key }

func TestUndoGivesBackWhatWasTyped(t *testing.T) {
	for _, c := range []struct{ text, signature, want string }{
		{"Hello", "", "Hello"},
		{"Hello\n\n", "The desk\nPhone", "Hello"},
		{"a\n\n-- \nb", "S", "a\n\n-- \nb"},
	} {
		if got := unsigned(signed(c.text, c.signature), c.signature); got != c.want {
			t.Errorf("%q with signature %q: got %q", c.text, c.signature, got)
		}
	}
}

func TestARecipientThatCannotBeIsNamedByItsPlaceAndNeverByItsAddress(t *testing.T) {
	boxes := &mailboxes{all: []*mailbox{{letterbox: letterboxOf("help@desk.example", true)}}}
	for _, c := range []struct {
		typed []string
		want  string // the refusal's key, or the addresses
		at    int
	}{
		{[]string{"anna@x.example"}, "anna@x.example", 0},
		{[]string{"Anna <anna@x.example>", "", "b@y.example"}, "anna@x.example b@y.example", 0},
		{[]string{`"Müller, Jörg" <j@x.example>, b@y.example`}, "j@x.example b@y.example", 0},
		{[]string{"آنا <anna@x.example>"}, "anna@x.example", 0},
		{[]string{"anna@smörgås.example"}, "anna@smörgås.example", 0},
		{[]string{"anna@x.example", "ANNA@x.example"}, "anna@x.example", 0},
		{[]string{"b@y.example", "anna"}, "post.address", 2},
		{[]string{"Müller, Jörg <j@x.example>"}, "post.address", 1},
		{[]string{"a@x.example\r\nBcc: e@x.example"}, "post.address", 1},
		{[]string{"a@x.example\x00"}, "post.address", 1},
		{[]string{`"a b"@x.example`}, "post.address", 1},
		{[]string{"a@[127.0.0.1]"}, "post.address.domain", 1},
		{[]string{"a@localhost"}, "post.address.domain", 1},
		{[]string{"a@x..example"}, "post.address", 1},
		{[]string{"ånna@x.example"}, "post.address.local", 1},
		{[]string{strings.Repeat("a", 65) + "@x.example"}, "post.address", 1},
		{[]string{"help@desk.example"}, "post.address.ours", 1},
		{[]string{"help+" + strings.Repeat("a", secretLength) + "@desk.example"}, "post.address.ours", 1},
		{[]string{strings.Repeat("a@x.example,", 3) + "b@x.example"}, "a@x.example b@x.example", 0},
	} {
		list, err := recipients("cc", c.typed, boxes, map[string]bool{})
		var no helpdesk.Refusal
		if errors.As(err, &no) {
			if no.Key != c.want || len(no.Args) != 2 || no.Args[0] != "cc" || no.Args[1] != c.at {
				t.Errorf("%q: refused with %s %v, want %s at %d", c.typed, no.Key, no.Args, c.want, c.at)
			}
			continue
		}
		var got []string
		for _, a := range list {
			got = append(got, a.Addr)
		}
		if s := strings.Join(got, " "); err != nil || s != c.want {
			t.Errorf("%q: got %q, error %v, want %s", c.typed, s, err, c.want)
		}
	}
	many := strings.Repeat("x", 1)
	var typed []string
	for i := range maxRecipients + 1 {
		typed = append(typed, many+string(rune('a'+i%26))+string(rune('a'+i/26))+"@x.example")
	}
	var no helpdesk.Refusal
	if _, err := recipients("to", typed, boxes, map[string]bool{}); !errors.As(err, &no) || no.Key != "post.recipients" {
		t.Errorf("too many recipients: %v", err)
	}
}

func TestAddressesShownInADraftAreReadAgainAsTheyWere(t *testing.T) {
	list := []tickets.Address{{Name: `Müller, "J" \ x`, Addr: "j@x.example"}, {Addr: "b@y.example"}, {Name: "آنا", Addr: "c@z.example"}}
	got, err := recipients("to", typed(list), &mailboxes{}, map[string]bool{})
	if err != nil || len(got) != 3 || got[0].Name != list[0].Name || got[2].Name != list[2].Name || got[1].Addr != "b@y.example" {
		t.Errorf("got %q, error %v", got, err)
	}
}
