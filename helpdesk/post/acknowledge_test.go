package post

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/mailbridge/letter"
)

// speaking says a sentence as its language, key and arguments.
type speaking struct{}

func (speaking) Say(lang, key string, args ...any) string {
	s := lang + "/" + key
	for _, a := range args {
		s += fmt.Sprintf(" [%v]", a)
	}
	return s
}

// acknowledging is a house that tells writers that their letter came.
func acknowledging(t *testing.T, db *store.DB) *house {
	h := newHouse(t, db)
	h.must(h.office.Set(h.ctx, "", office.Acknowledge, "yes"))
	h.post.words = speaking{}
	return h
}

// told are the automatic mails that went out since it was last asked.
func (h *house) told() (out []*letter.Letter) {
	h.t.Helper()
	h.deliverAll()
	h.server.mu.Lock()
	defer h.server.mu.Unlock()
	for _, m := range h.server.taken {
		l, err := letter.Parse(h.ctx, m.raw, letter.DefaultLimits())
		h.must(err)
		out = append(out, l)
	}
	h.server.taken = nil
	return out
}

func TestATicketIsAcknowledgedOnceInTheWritersLanguage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := acknowledging(t, db)
		h.receive("a", write("from:anna id:m1 subject:My_secret_matter body:Hej,_jag_har_fått_avslag_och_vet_inte_vad_jag_ska_göra.", nil))
		all := h.told()
		if len(all) != 1 {
			t.Fatalf("%d mails went out", len(all))
		}
		l := all[0]
		if l.Subject != "sv/letter.ack.subject" || l.From[0].Name != "" || l.From[0].Addr != "a@desk.example" || l.To[0].Addr != "anna@x.example" ||
			l.AutoSubmitted != "auto-replied" || l.InReplyTo[0] != "m1@x.example" || l.Nature() != letter.Automatic {
			t.Errorf("%+v", *l)
		}
		text := l.Readable()
		for _, word := range []string{"secret", "avslag", "Hello", "desk"} {
			if strings.Contains(text+l.Subject, word) {
				t.Errorf("it quotes %q", word)
			}
		}
		// Monday 10:41 in Stockholm, and nobody is rostered to write.
		for _, line := range []string{"sv/letter.ack.body", "sv/letter.ack.nodue", "sv/letter.ack.sooner", "sv/door.call.open [0771-19 95 00] [12:00]", "sv/door.danger", "sv/letter.secure.end"} {
			if !strings.Contains(text, line) {
				t.Errorf("%q is missing in\n%s", line, text)
			}
		}
		// The same letter again, an answer to the acknowledgement, a second one in
		// the same matter: one ticket, no further mail.
		h.clock.Pass(time.Hour)
		h.receive("a", write("from:anna id:m1 subject:My_secret_matter body:Hej,_jag_har_fått_avslag_och_vet_inte_vad_jag_ska_göra.", nil))
		h.receive("a", write("from:anna id:m2 irt:A", map[string]string{"A": l.MessageID}))
		h.receive("a", write("from:anna id:m3 to:T", map[string]string{"T": l.ReplyTo[0].Addr}))
		if n := h.count(`SELECT COUNT(*) FROM tickets_ticket`); n != 1 {
			t.Errorf("%d tickets", n)
		}
		if again := h.told(); len(again) != 0 {
			t.Errorf("%d more mails", len(again))
		}
	})
}

func TestAnAcknowledgementSaysWhenByTheRosterAndHowToReachSomebodySooner(t *testing.T) {
	h := acknowledging(t, storetest.SQLite(t))
	today := hours.DateOf(h.clock.Now())
	h.must(h.office.Set(h.ctx, "", office.Roster, hours.WriteRoster(hours.Roster{Shifts: []hours.Shift{
		{Who: h.session().User.ID, Line: "mail", From: today, To: today.Add(3), At: []hours.Interval{{From: 600, To: 960}}},
	}})))
	h.receive("a", write("from:anna id:m1 body:السلام_عليكم_أريد_مساعدة_من_فضلكم_وصلني_قرار", nil))
	h.clock.Pass(8 * time.Hour)
	h.receive("a", write("from:bo id:m2 body:Здравствуйте,_я_получил_отказ_и_не_знаю,_что_делать", nil))
	all := h.told()
	if len(all) != 2 {
		t.Fatalf("%d mails", len(all))
	}
	// Both are due at once, and none goes before the other.
	slices.SortFunc(all, func(a, b *letter.Letter) int { return strings.Compare(a.To[0].Addr, b.To[0].Addr) })
	if got := all[0].Readable(); !strings.Contains(got, "ar/letter.ack.due [ar/moment.date [ar/weekday.long.tue]") {
		t.Errorf("the first says\n%s", got)
	}
	if got := all[1].Readable(); !strings.Contains(got, "ru/letter.ack.") || !strings.Contains(got, "ru/door.call.closed [0771-19 95 00] [ru/moment.date") {
		t.Errorf("the second says\n%s", got)
	}
}

func TestWhoWritesInNoLanguageOfOursIsToldInBothOfTheHouse(t *testing.T) {
	for _, c := range []struct{ text, label, want string }{
		{"Guten Tag, ich habe einen Bescheid bekommen und weiß nicht was ich tun soll", "", "[sv en]"},
		{"?", "so", "[so]"},
		{"?", "zz", "[sv en]"},
		{"Salaan, waxaan helay go'aan diidmo ah", "sv", "[so]"},
	} {
		if got := fmt.Sprint(writersLanguages(c.text, c.label)); got != c.want {
			t.Errorf("%q with %q: %s, want %s", c.text, c.label, got, c.want)
		}
	}
}

func TestNoMailGoesByItselfWhereItMayNot(t *testing.T) {
	h := acknowledging(t, storetest.SQLite(t))
	letters := map[string]string{
		"a list":                    write("from:anna id:l list:talk.example", nil),
		"an automatic answer":       write("from:anna id:a auto:auto-replied", nil),
		"a bounce":                  write("from:mailer-daemon id:b return:<> report:bounce failed:x about:y", nil),
		"an abuse report":           write("from:anna id:f report:feedback", nil),
		"a null sender":             write("from:anna id:n return:<>", nil),
		"our own mailbox":           write("from:a2 id:o", nil),
		"a colleague":               write("from:kim@staff.example id:c", nil),
		"an address nobody reads":   write("from:no-reply id:r", nil),
		"a filter's junk":           "X-Spam-Flag: YES\r\n" + write("from:s1 id:s1", nil),
		"another filter's junk":     "X-Spam-Status: Yes, score=12\r\n" + write("from:s2 id:s2", nil),
		"DMARC failed":              "Authentication-Results: mx.any.example; spf=fail; dkim=none; dmarc=fail\r\n" + write("from:d1 id:d1", nil),
		"SPF failed, nothing holds": "Authentication-Results: mx.any.example; spf=fail smtp.mailfrom=d2; dkim=none\r\n" + write("from:d2 id:d2", nil),
		"two senders":               strings.Replace(write("from:e1 id:e1", nil), "From: ", "From: <eve@x.example>, ", 1),
		"our own words come back":   write("from:w id:w subject:[Ticket_77]_Re:_sv/letter.ack.subject", nil),
	}
	for name, raw := range letters {
		h.receive("a", raw)
		if n := len(h.told()); n != 0 {
			t.Errorf("%s: %d mails", name, n)
		}
	}
	h.receive("strict", write("from:unchecked to:strict id:u", nil))
	old := h.arrival("a", write("from:old id:old", nil))
	old.Internal = h.clock.Now().Add(-30 * 24 * time.Hour)
	h.must(h.post.Receive(h.ctx, string(h.boxes["a"]), old))
	if n := len(h.told()); n != 0 {
		t.Errorf("a letter without its check, or a month old: %d mails", n)
	}
	for _, raw := range []string{
		write("from:p1 id:p1 auto:no", nil), write("from:p2 id:p2 return:<p2@x.example>", nil), write("from:p3 to:strict id:p3 auth:pass", nil),
		"X-Spam-Flag: NO\r\n" + write("from:p4 id:p4", nil), "Authentication-Results: mx; dkim=fail; dkim=pass; spf=fail\r\n" + write("from:p5 id:p5", nil),
	} {
		box := "a"
		if strings.Contains(raw, "strict@") {
			box = "strict"
		}
		h.receive(box, raw)
		if n := len(h.told()); n != 1 {
			t.Errorf("a person: %d mails for\n%s", n, raw)
		}
	}
}

// Another desk answers everything at once, each in its own bad way.
func TestTwoDesksThatAnswerEachOtherStopAfterOneExchange(t *testing.T) {
	for name, answer := range map[string]func(ack *letter.Letter, n int) string{
		"marked and threaded": func(ack *letter.Letter, n int) string {
			return write(fmt.Sprintf("from:desk id:r%d irt:A auto:auto-replied", n), map[string]string{"A": ack.MessageID})
		},
		"threaded alone": func(ack *letter.Letter, n int) string {
			return write(fmt.Sprintf("from:desk id:r%d irt:A", n), map[string]string{"A": ack.MessageID})
		},
		"to the reply address": func(ack *letter.Letter, n int) string {
			return write(fmt.Sprintf("from:desk id:r%d to:T", n), map[string]string{"T": ack.ReplyTo[0].Addr})
		},
		"from another address of theirs": func(ack *letter.Letter, n int) string {
			return write(fmt.Sprintf("from:case%d id:r%d irt:A", n, n), map[string]string{"A": ack.MessageID})
		},
		"a new letter with our subject": func(ack *letter.Letter, n int) string {
			return write(fmt.Sprintf("from:case%d id:r%d subject:Case_%d:_%s", n, n, n, ack.Subject), nil)
		},
		"a new letter that remembers nothing": func(_ *letter.Letter, n int) string {
			return write(fmt.Sprintf("from:desk id:r%d subject:Case_%d_is_open body:We_got_your_letter_%d", n, n, n), nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := acknowledging(t, storetest.SQLite(t))
			h.receive("a", write("from:desk id:first body:please_help_me_with_this", nil))
			mails := h.told()
			total := len(mails)
			for n := 0; len(mails) > 0 && n < 20; n++ {
				h.clock.Pass(2 * time.Minute)
				h.receive("a", answer(mails[0], n))
				mails = h.told()
				total += len(mails)
			}
			if total != 1 {
				t.Errorf("%d mails of ours went to and fro", total)
			}
		})
	}
}

func TestAnAddressGetsAtMostThreeAutomaticMailsADay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := acknowledging(t, db)
		day := func() (n int) {
			for range 8 {
				h.clock.Pass(time.Hour)
				h.receive("a", write("from:anna id:"+string(helpdesk.NewID()), nil))
				n += len(h.told())
			}
			return n
		}
		if n := day(); n != automaticDaily {
			t.Errorf("%d mails in eight hours", n)
		}
		h.must(h.db.Write(h.ctx, "notice", func(tx *store.Tx) error {
			return h.post.Waiting(h.ctx, tx, "anna@x.example", "sv", h.clock.Now())
		}))
		if n := len(h.told()); n != 0 {
			t.Error("a notice went beyond them")
		}
		h.receive("a", write("from:bo id:another", nil))
		if n := len(h.told()); n != 1 {
			t.Error("another address is held to the first one's")
		}
		h.clock.Pass(24 * time.Hour)
		if n := day(); n != automaticDaily {
			t.Errorf("%d mails the next day", n)
		}
		h.clock.Pass(72 * time.Hour)
		h.must(h.post.Coarsen(h.ctx))
		if n := h.count(`SELECT COUNT(*) FROM post_automatic`); n != 0 {
			t.Errorf("%d rows tell when mail went to whom", n)
		}
	})
}

func TestOneLetterToTwoTeamsIsAcknowledgedOnce(t *testing.T) {
	h := acknowledging(t, storetest.SQLite(t))
	raw := write("from:anna to:a,b id:m1", nil)
	h.receive("a", raw)
	h.receive("b", raw)
	if n := h.count(`SELECT COUNT(*) FROM tickets_ticket`); n != 2 {
		t.Fatalf("%d tickets", n)
	}
	if n := len(h.told()); n != 1 {
		t.Errorf("%d mails", n)
	}
}
