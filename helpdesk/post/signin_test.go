package post

import (
	"log/slog"
	"strings"
	"testing"

	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
	"returnsupport/mailbridge/letter"
)

// Everything is done to sign-ins that anybody is told of, with the real words of
// both languages, and every byte that leaves is read: a thief of the mailbox learns
// neither what it was nor what for.
func TestWhatIsToldOfASignInTellsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		words, err := locale.Load()
		h.must(err)
		h.post.words = words
		desk := staff.New(staff.House{DB: db, Secrets: h.secrets, Bus: h.bus, Journal: h.journal, Office: h.office, Now: h.clock.Now,
			Log: slog.New(slog.NewTextHandler(h.log, nil)), Cost: vault.Cost{MiB: 1, Passes: 1}, Teller: h.post})
		token, err := desk.Invite(h.ctx, desk.Console(), "kanarie", "Stina Kanariefågel", "stina@staff.example", staff.Counsellor, h.teams[0].ID)
		h.must(err)
		hers, _, err := desk.Accept(h.ctx, token, "sv") // changed
		h.must(err)
		for range 3 {
			if _, err := desk.SignIn(h.ctx, "kanarie", "none of her words"); err == nil {
				t.Fatal("wrong words are right")
			}
		}
		_, err = desk.SignIn(h.ctx, "kanarie", hers) // tried
		h.must(err)
		_, err = desk.SignIn(h.ctx, "kanarie", hers) // new
		h.must(err)
		cookie, err := desk.SignIn(h.ctx, "kim", h.words) // new
		h.must(err)
		s, err := desk.Session(h.ctx, cookie, false)
		h.must(err)
		his, err := desk.NewWords(h.ctx, s) // changed
		h.must(err)
		token, err = desk.InvitePartner(h.ctx, desk.Console(), helpdesk.NewID(), "kanariegäst", "Pia Kanarie", "pia@partner.example", "en")
		h.must(err)
		theirs, err := desk.AcceptPartner(h.ctx, token, "en", "Desk") // changed
		h.must(err)
		h.deliverAll()

		got := map[string]int{}
		for _, out := range h.server.taken {
			l, err := letter.Parse(h.ctx, out.raw, letter.DefaultLimits())
			h.must(err)
			said := l.Subject
			for _, b := range l.Bodies {
				said += "\n" + b.Text
			}
			got[out.to[0]+": "+l.Subject]++
			raw := strings.ToLower(string(out.raw) + said)
			for _, word := range []string{
				hers, his, theirs.Words, "kanarie", "stina k", "kim ", "http", "return", "återvänd", "asyl", "samtal", "counsel", "rådgiv", "support",
				"ticket", "ärende", "passkey", "passnyckel", "the desk",
			} {
				if strings.Contains(raw, word) {
					t.Errorf("%q is in a notice:\n%s", word, said)
				}
			}
		}
		want := map[string]int{"stina@staff.example: Om hur du loggar in": 3, "kim@staff.example: About how you sign in": 2, "pia@partner.example: About how you sign in": 1}
		for k, n := range want {
			if got[k] != n {
				t.Errorf("%s: %d times, want %d (%v)", k, got[k], n, got)
			}
		}
		if n := h.count(`SELECT COUNT(*) FROM post_outbox WHERE LENGTH(mail) > 0`); n != 0 {
			t.Errorf("%d notices are kept", n)
		}
		for _, address := range []string{"stina@", "kim@", "pia@"} {
			if strings.Contains(h.log.String(), address) {
				t.Errorf("%s is in the log", address)
			}
		}

		// A name in letters of its own is reached; an address that takes no mail keeps
		// nobody out; and nobody else's gets any.
		for login, address := range map[string]string{"ola": "Ola@exämple.se", "odd": "odd@@"} {
			token, err := desk.Invite(h.ctx, desk.Console(), login, "Kanarie", address, staff.Counsellor)
			h.must(err)
			_, _, err = desk.Accept(h.ctx, token, "sv")
			h.must(err)
		}
		h.must(db.Write(h.ctx, "test", func(tx *store.Tx) error {
			return h.post.SignIn(h.ctx, tx, staff.User{ID: "u", Address: "amina@person.example", Locale: "sv"}, staff.ToldChanged)
		}))
		h.server.taken = nil
		h.deliverAll()
		if len(h.server.taken) != 1 || h.server.taken[0].to[0] != "Ola@exämple.se" {
			t.Errorf("%d are told", len(h.server.taken))
		}
		if log := h.log.String(); strings.Count(log, "can't be told of their sign-in") != 2 || strings.Contains(log, "odd@") || strings.Contains(log, "amina") {
			t.Errorf("the log: %s", log)
		}
	})
}

func TestAHouseWithoutAMailboxTellsOfNoSignInAndWarnsOfNone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		for _, id := range h.boxes {
			h.must(h.office.RemoveMailbox(h.ctx, "", id))
		}
		h.clock.Pass(boxesLive + 1)
		before := len(h.log.String())
		h.must(db.Write(h.ctx, "test", func(tx *store.Tx) error {
			return h.post.SignIn(h.ctx, tx, staff.User{ID: "u", Address: "kim@staff.example", Locale: "sv"}, staff.ToldChanged)
		}))
		if n := h.count(`SELECT COUNT(*) FROM post_outbox`); n != 0 {
			t.Errorf("%d notices are laid, and can't leave", n)
		}
		if log := h.log.String()[before:]; log != "" {
			t.Errorf("the log: %s", log)
		}
	})
}
