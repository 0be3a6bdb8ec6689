package public_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/answers"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/vault"
)

// tells puts a shelf of public information beside the pages.
func (h *house) tells(t *testing.T) *answers.Shelf {
	t.Helper()
	secrets := vault.NewSecrets()
	shelf, err := answers.New(answers.House{
		DB: h.db, Secrets: secrets, Journal: journal.New(h.db, secrets, h.now, slog.New(slog.DiscardHandler)), Now: h.now,
	})
	ok(t, err)
	h.shelf = shelf
	h.serve(t)
	return shelf
}

func TestWhatTheHouseTellsEverybodyIsShownInDateWithItsSource(t *testing.T) {
	h := build(t)
	shelf := h.tells(t)
	ada := h.signIn(t, "ada", h.words)
	b := h.browser(t)
	b.get("/en/").seesNot("Good to know")
	b.get("/en/helper").seesNot("Good to know")
	if b.get("/en/info"); b.code != 404 {
		t.Errorf("nothing is told, and the page says %d", b.code)
	}
	_, err := shelf.Put(t.Context(), ada, answers.Answer{
		Kind: answers.Public, Title: "Appeal", Source: "Aliens Act 2005:716", Owner: ada.User.ID, Review: "2026-05-01",
		Texts: map[string]string{"en": "You can appeal.\n\nWrite within three weeks.", "ar": "يمكنك الاستئناف."},
	})
	ok(t, err)
	for _, path := range []string{"/en/", "/en/helper"} {
		b.get(path).sees(`href="/en/info"`, "Good to know")
	}
	b.get("/en/info").sees("<p class=\"plainly\" dir=\"auto\">You can appeal.</p>", "Write within three weeks.", "Source: Aliens Act 2005:716", "Checked: 4 Mar").
		seesNot("<b>Appeal")
	b.get("/ar/info").sees("يمكنك الاستئناف.")
	b.get("/so/").seesNot("/so/info")

	// What is too much for one page goes on on the next.
	_, err = shelf.Put(t.Context(), ada, answers.Answer{
		Kind: answers.Public, Title: "B", Source: "S", Owner: ada.User.ID, Review: "2026-06-01", Texts: map[string]string{"en": strings.Repeat("é", 8000)},
	})
	ok(t, err)
	_, err = shelf.Put(t.Context(), ada, answers.Answer{
		Kind: answers.Public, Title: "C", Source: "S", Owner: ada.User.ID, Review: "2026-06-01", Texts: map[string]string{"en": "The last. " + strings.Repeat("ö", 7900)},
	})
	ok(t, err)
	b.get("/en/info").sees(`href="/en/info/2"`).seesNot("The last.")
	b.get("/en/info/2").sees("The last.")

	// Past its day it is gone.
	h.pass(60 * 24 * time.Hour)
	b.get("/en/info").seesNot("You can appeal.")
}
