package workspace

import (
	"slices"
	"strings"
	"testing"
	"time"

	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/tickets"
)

func TestRecipientsAreCutWhereOneEnds(t *testing.T) {
	for field, want := range map[string][]string{
		"":                                   nil,
		" a@b.example ":                      {"a@b.example"},
		"a@b.example, c@d.example":           {"a@b.example", "c@d.example"},
		"a@b.example;c@d.example\ne@f":       {"a@b.example", "c@d.example", "e@f"},
		`"Doe, John" <j@d.example>, x@y`:     {`"Doe, John" <j@d.example>`, "x@y"},
		"Müller; Jörg <a@b.example>,,  ,c@d": {"Müller", "Jörg <a@b.example>", "c@d"},
	} {
		if got := recipients(field); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", field, got, want)
		}
	}
}

func FuzzRecipients(f *testing.F) {
	f.Add(`"Doe, John" <j@d.example>, x@y;`)
	f.Fuzz(func(t *testing.T, field string) {
		whole := strings.NewReplacer(",", "", ";", "", "\n", "", " ", "").Replace(field)
		var parts string
		for _, r := range recipients(field) {
			if strings.TrimSpace(r) != r || r == "" {
				t.Fatalf("%q gives %q", field, r)
			}
			parts += r
		}
		parts = strings.NewReplacer(",", "", ";", "", "\n", "", " ", "").Replace(parts)
		if strings.Map(letters, whole) != strings.Map(letters, parts) {
			t.Fatalf("%q lost something: %q", field, parts)
		}
	})
}

// letters drops what trimming may drop besides blanks.
func letters(r rune) rune {
	if strings.TrimSpace(string(r)) == "" {
		return -1
	}
	return r
}

func about(head tickets.Head, messages ...tickets.Opened) *showing {
	return &showing{sheet: &tickets.Sheet{Head: head, Messages: messages}, boxes: []office.Mailbox{{Address: "Stod@help.example"}}}
}

func from(text string, addrs ...string) tickets.Opened {
	m := tickets.Opened{Kind: tickets.KindLetter, Content: tickets.Content{Text: text}}
	m.Content.From = []tickets.Address{{Addr: addrs[0]}}
	for _, a := range addrs[1:] {
		m.Content.To = append(m.Content.To, tickets.Address{Addr: a})
	}
	return m
}

func TestAnAnswerGoesToWhoWroteLastAndNeverToOurselves(t *testing.T) {
	s := about(tickets.Head{Address: "a@x.example"}, from("", "a@x.example", "stod@help.example", "lawyer@y.example", "A@x.example"))
	to, others := s.replyTo()
	if !slices.Equal(to, []string{"a@x.example"}) || !slices.Equal(others, []string{"lawyer@y.example"}) {
		t.Error(to, others)
	}
	// A colleague forwarded it, and the ticket was made the first sender's.
	s = about(tickets.Head{Address: "person@z.example"}, from("", "colleague@help.example", "stod@help.example"))
	if to, _ := s.replyTo(); !slices.Equal(to, []string{"person@z.example"}) {
		t.Error(to)
	}
	reply := from("", "a@x.example")
	reply.Content.ReplyTo = []tickets.Address{{Addr: "b@x.example"}}
	if to, _ := about(tickets.Head{Address: "a@x.example"}, reply).replyTo(); !slices.Equal(to, []string{"b@x.example"}) {
		t.Error(to)
	}
}

func TestAnAnswerNeverGoesToAnAddressThatWasGivenUp(t *testing.T) {
	s := about(tickets.Head{Address: "new@x.example"}, from("", "new@x.example"), from("", "old@x.example", "stod@help.example", "OLD2@x.example", "lawyer@y.example"))
	if to, _ := s.replyTo(); !slices.Equal(to, []string{"old@x.example"}) {
		t.Error(to)
	}
	s.former = []tickets.Former{{Address: "Old@x.example"}, {Address: "old2@x.example"}}
	if to, others := s.replyTo(); !slices.Equal(to, []string{"new@x.example"}) || !slices.Equal(others, []string{"lawyer@y.example"}) {
		t.Error(to, others)
	}
	answer := tickets.Opened{Kind: tickets.KindAnswer, Content: tickets.Content{To: []tickets.Address{{Addr: "old@x.example"}}}}
	s = about(tickets.Head{Address: "new@x.example"}, answer)
	s.former = []tickets.Former{{Address: "old@x.example"}}
	if to, _ := s.replyTo(); !slices.Equal(to, []string{"new@x.example"}) {
		t.Error(to)
	}
}

func TestAForwardedLetterOffersItsFirstSender(t *testing.T) {
	for text, want := range map[string]string{
		"Kan du ta den?\n\n-----Ursprungligt meddelande-----\nFrån: Farid <farid@p.example>\nTill: oss\n": "Farid <farid@p.example>",
		"> From: farid@p.example\n> Subject: x":    "farid@p.example",
		"From: Stod <stod@help.example>\n":         "",
		"I come from a@b.example, yes":             "",
		"Från: den som skrev (ingen adress här)\n": "",
	} {
		got := ""
		if f := about(tickets.Head{Address: "colleague@help.example"}, from(text, "colleague@help.example")).forwarded(); f != nil {
			got = f.Sender
		}
		if got != want {
			t.Errorf("%q offers %q, want %q", text, got, want)
		}
	}
}

func TestADeliverysCodeIsSaidInWords(t *testing.T) {
	for code, want := range map[string]string{
		"expired": "expired", "no-server": "noserver", "550": "nobody", "5.1.1": "nobody", "5.2.2": "full", "554": "refused",
		"451": "later", "4.2.2": "full", "535": "auth", "unreachable": "link", "": "link",
	} {
		if got := why(code); got != "outbox.why."+want {
			t.Errorf("%s: %s, want %s", code, got, want)
		}
	}
}

func TestAPaperThatMayTellWhoMadeItIsShownAsSuch(t *testing.T) {
	catalogues, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{"en": "may tell who made it and when: \u2068beslut.pdf\u2069", "sv": "vem som har gjort den och när: \u2068beslut.pdf\u2069"} {
		s := &showing{Words: frontend.Words{Words: catalogues.Words(lang, time.Now(), time.UTC)}}
		var out Message
		s.enclosed(&out, tickets.Opened{OriginalSize: -1, Content: tickets.Content{Files: []tickets.File{{Name: "a.pdf"}, {Name: "beslut.pdf", Tells: true}}}})
		if len(out.Files) != 2 || len(out.Notices) != 1 || !strings.HasSuffix(out.Notices[0].Text, want) {
			t.Errorf("%s: %+v", lang, out.Notices)
		}
	}
}
