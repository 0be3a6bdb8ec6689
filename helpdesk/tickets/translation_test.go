package tickets_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// interpreter is somebody who belongs to no team.
func (h *house) interpreter(t testing.TB) *staff.Session {
	t.Helper()
	h.made++
	login := fmt.Sprintf("user%d", h.made)
	token, err := h.staff.Invite(t.Context(), h.staff.Console(), login, login, login+"@example.org", staff.Interpreter)
	h.ok(t, err)
	words, _, err := h.staff.Accept(t.Context(), token, "en")
	h.ok(t, err)
	h.given[login] = words
	return h.signIn(t, login, words)
}

func (h *house) translations(t testing.TB, s *staff.Session, ticket helpdesk.ID) []string {
	t.Helper()
	var out []string
	for _, m := range h.page(t, s, ticket).Messages {
		for _, x := range m.Translations {
			out = append(out, fmt.Sprintf("%s %s %s %v", x.Language, x.By, x.Text, x.Proven))
		}
	}
	return out
}

func first(h *house, t testing.TB, s *staff.Session, ticket helpdesk.ID) helpdesk.ID {
	t.Helper()
	return h.page(t, s, ticket).Messages[0].ID
}

func TestATranslationStandsBesideItsMessage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team := h.team(t)
		anna := h.session(t, team)
		c := h.arrive(t, team, "من باید بروم")
		m := first(h, t, anna, c.Ticket)
		if _, err := h.desk.AddTranslation(ctx, anna, m, "sv", "  Jag måste åka\n", tickets.ByStaff); err != nil {
			t.Fatal(err)
		}
		h.clock.pass(time.Minute)
		_, err := h.desk.AddTranslation(ctx, anna, m, "en", "I must leave", tickets.ByMachine)
		h.ok(t, err)
		same(t, "both", h.translations(t, anna, c.Ticket), []string{"sv staff Jag måste åka true", "en machine I must leave true"})

		before, err := h.desk.TranslationMark(ctx, anna, c.Ticket)
		h.ok(t, err)

		// Doing it again corrects it; the machine's stays beside a human's.
		h.clock.pass(time.Minute)
		_, err = h.desk.AddTranslation(ctx, anna, m, "en", "I have to travel", tickets.ByMachine)
		h.ok(t, err)
		h.clock.pass(time.Second)
		_, err = h.desk.AddTranslation(ctx, anna, m, "en", "I have to go", tickets.ByStaff)
		h.ok(t, err)
		same(t, "corrected", h.translations(t, anna, c.Ticket),
			[]string{"sv staff Jag måste åka true", "en machine I have to travel true", "en staff I have to go true"})

		after, err := h.desk.TranslationMark(ctx, anna, c.Ticket)
		h.ok(t, err)
		if before == "" || before == after {
			t.Errorf("the mark stays %q", before)
		}

		// It comes with what is new, too, and goes when it is dropped.
		h.later(t, c.ID, h.letter("another"))
		news, err := h.desk.Since(ctx, anna, c.Ticket, 0)
		h.ok(t, err)
		same(t, "with the news", len(news.Messages[0].Translations), 3)
		h.ok(t, h.desk.DropTranslation(ctx, anna, m, news.Messages[0].Translations[1].ID))
		same(t, "dropped", len(h.translations(t, anna, c.Ticket)), 2)
		if err := h.desk.DropTranslation(ctx, anna, m, news.Messages[0].Translations[1].ID); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("dropped twice: %v", err)
		}
	})
}

func TestWhatIsNoTranslationIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team := h.team(t)
		anna, other := h.session(t, team), h.session(t, h.team(t))
		c := h.arrive(t, team, "help")
		m := first(h, t, anna, c.Ticket)
		for _, x := range []struct{ language, text, key string }{
			{"", "text", "beside.language"}, {"what a language", "text", "beside.language"},
			{"sv", " \n", "beside.empty"}, {"sv", "\xff", "beside.empty"},
			{"sv", strings.Repeat("a", 64<<10+1), "beside.large"},
		} {
			_, err := h.desk.AddTranslation(ctx, anna, m, x.language, x.text, tickets.ByStaff)
			var no helpdesk.Refusal
			if !errors.As(err, &no) || no.Key != x.key {
				t.Errorf("%q: %v, want %s", x.language, err, x.key)
			}
		}
		if _, err := h.desk.AddTranslation(ctx, other, m, "sv", "text", tickets.ByStaff); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("by another team: %v", err)
		}
		if _, err := h.desk.AddTranslation(ctx, anna, m, "sv", "text", "oracle"); err == nil {
			t.Error("by whom nobody knows")
		}
		for i := range 12 {
			_, err := h.desk.AddTranslation(ctx, anna, m, "a"+string(rune('a'+i)), "text", tickets.ByStaff)
			h.ok(t, err)
		}
		_, err := h.desk.AddTranslation(ctx, anna, m, "sv", "text", tickets.ByStaff)
		var no helpdesk.Refusal
		if !errors.As(err, &no) || no.Key != "beside.full" {
			t.Errorf("a thirteenth: %v", err)
		}
	})
}

func TestAnInterpreterReadsWhatIsLentAndNothingElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team := h.team(t)
		anna, lela := h.session(t, team), h.interpreter(t)
		c, secret := h.arrive(t, team, "გამარჯობა"), h.arrive(t, team, "another case")
		m := first(h, t, anna, c.Ticket)
		if _, err := h.desk.AddTranslation(ctx, lela, m, "sv", "Hej", tickets.ByInterpreter); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Fatalf("before it was lent: %v", err)
		}
		_, err := h.desk.Note(ctx, anna, c.Ticket, "only us", "n1")
		h.ok(t, err)
		h.ok(t, h.desk.AddReader(ctx, anna, c.Ticket, lela.User.ID, h.clock.now().Add(24*time.Hour)))

		loans, err := h.desk.Loans(ctx, lela)
		h.ok(t, err)
		if len(loans) != 1 || loans[0].Ticket != c.Ticket || !loans[0].Until.Equal(h.clock.now().Add(24*time.Hour)) {
			t.Fatalf("lent: %+v", loans)
		}
		seen, err := h.desk.Interpret(ctx, lela, c.Ticket)
		h.ok(t, err)
		same(t, "what they see", texts(seen.Messages), []string{"გამარჯობა"})
		if said := fmt.Sprintf("%+v", seen.Messages[0].Content); strings.Contains(said, "amina") || strings.Contains(said, "Amina") {
			t.Errorf("the sender is in it: %s", said)
		}
		if _, err := h.desk.Interpret(ctx, lela, secret.Ticket); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("another ticket: %v", err)
		}
		if _, err := h.desk.Interpret(ctx, anna, c.Ticket); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("whom it was not lent to: %v", err)
		}

		for _, by := range []tickets.By{tickets.ByStaff, tickets.ByMachine} {
			if _, err := h.desk.AddTranslation(ctx, lela, m, "sv", "Hej", by); !errors.Is(err, helpdesk.ErrDenied) {
				t.Errorf("an interpreter as %s: %v", by, err)
			}
		}
		mine, err := h.desk.AddTranslation(ctx, lela, m, "sv", "Hej", tickets.ByInterpreter)
		h.ok(t, err)
		h.clock.pass(time.Second)
		hers, err := h.desk.AddTranslation(ctx, anna, m, "en", "Hello", tickets.ByStaff)
		h.ok(t, err)
		same(t, "both read", h.translations(t, anna, c.Ticket), []string{"sv interpreter Hej true", "en staff Hello true"})
		if err := h.desk.DropTranslation(ctx, lela, m, hers.ID); !errors.Is(err, helpdesk.ErrDenied) {
			t.Errorf("somebody else's is dropped: %v", err)
		}
		h.ok(t, h.desk.DropTranslation(ctx, lela, m, mine.ID))
		mine, err = h.desk.AddTranslation(ctx, lela, m, "sv", "Hej hej", tickets.ByInterpreter)
		h.ok(t, err)

		h.clock.pass(24*time.Hour + time.Second)
		lela = h.signInAgain(t, lela)
		if _, err := h.desk.Interpret(ctx, lela, c.Ticket); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("after their time: %v", err)
		}
		if _, err := h.desk.AddTranslation(ctx, lela, m, "sv", "late", tickets.ByInterpreter); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("translated after their time: %v", err)
		}
		if err := h.desk.DropTranslation(ctx, lela, m, mine.ID); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("dropped after their time: %v", err)
		}
		if loans, err := h.desk.Loans(ctx, lela); err != nil || len(loans) > 0 {
			t.Errorf("still lent: %+v, %v", loans, err)
		}
	})
}

func TestATranslationIsErasedWithItsMessage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team := h.team(t)
		anna := h.session(t, team)
		c := h.arrive(t, team, "help")
		m := h.reply(t, anna, c.ID, "we hear you")
		_, err := h.desk.AddTranslation(ctx, anna, m, "fa", "می شنویم", tickets.ByStaff)
		h.ok(t, err)
		h.write(t, func(tx *store.Tx) error { return h.desk.Withdraw(ctx, tx, anna, m) })
		same(t, "after undoing", h.number(t, `SELECT COUNT(*) FROM tickets_translation`), 0)
		if _, err := h.desk.AddTranslation(ctx, anna, m, "fa", "می شنویم", tickets.ByStaff); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("of what was undone: %v", err)
		}

		p := h.begin(t, team, "said")
		said := first(h, t, anna, p.talk.Ticket)
		_, err = h.desk.AddTranslation(ctx, anna, said, "sv", "sagt", tickets.ByStaff)
		h.ok(t, err)
		h.write(t, func(tx *store.Tx) error { return h.desk.EraseAll(ctx, tx, p.Guest) })
		if _, err := h.desk.AddTranslation(ctx, anna, said, "sv", "sagt igen", tickets.ByStaff); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("of what waits for its erasure: %v", err)
		}
		h.write(t, func(tx *store.Tx) error { return errOf(h.desk.EraseFor(ctx, tx, p.Guest.Person)) })
		same(t, "after erasing", h.number(t, `SELECT COUNT(*) FROM tickets_translation`), 0)
	})
}

// TestATranslationOpensForNobodyElse: what lies in the database is worth
// nothing in another row, and a row of somebody else's is marked.
func TestATranslationOpensForNobodyElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team := h.team(t)
		anna := h.session(t, team)
		c := h.arrive(t, team, "one")
		h.later(t, c.ID, h.letter("two"))
		sheet := h.page(t, anna, c.Ticket)
		one, two := sheet.Messages[0].ID, sheet.Messages[1].ID
		_, err := h.desk.AddTranslation(ctx, anna, one, "sv", "ett kanariefågel", tickets.ByStaff)
		h.ok(t, err)
		_, err = h.desk.AddTranslation(ctx, anna, two, "sv", "två", tickets.ByStaff)
		h.ok(t, err)
		same(t, "before", h.translations(t, anna, c.Ticket), []string{"sv staff ett kanariefågel true", "sv staff två true"})
		var body []byte
		h.ok(t, db.QueryRow(ctx, `SELECT body FROM tickets_translation WHERE message = $1`, one).Scan(&body))
		if strings.Contains(string(body), "kanarie") {
			t.Error("it lies in plain")
		}

		h.exec(t, `UPDATE tickets_translation SET mac = $1 WHERE message = $2`, []byte("none of ours"), one)
		same(t, "without our mark", h.translations(t, anna, c.Ticket), []string{"sv staff ett kanariefågel false", "sv staff två true"})

		h.exec(t, `UPDATE tickets_translation SET message = $1 WHERE message = $2`, two, one)
		broken := 0
		for _, m := range h.page(t, anna, c.Ticket).Messages {
			for _, x := range m.Translations {
				if x.Broken && x.Text == "" {
					broken++
				}
			}
		}
		same(t, "moved to another message", broken, 1)
	})
}
