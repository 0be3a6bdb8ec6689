package letter

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestQuotesFoldAsReadersExpect holds Fold against replies nobody here wrote:
// the visible part must be the expected one, and no word may be lost.
func TestQuotesFoldAsReadersExpect(t *testing.T) {
	dir := corpora(t, "quotes")
	files, err := filepath.Glob(filepath.Join(dir, "emails", "*.txt"))
	if err != nil || len(files) < 60 {
		t.Fatalf("%d mails in %s: %v", len(files), dir, err)
	}
	right := 0
	for _, file := range files {
		name := filepath.Base(file)
		text := read(t, file)
		want := read(t, filepath.Join(dir, "trimmed", name))
		blocks := Fold(text)
		var all strings.Builder
		for _, b := range blocks {
			all.WriteString(b.Text)
		}
		if all.String() != text {
			t.Errorf("%s: the blocks are not the text", name)
		}
		if words(Visible(blocks)) == words(want) {
			right++
			continue
		}
		t.Logf("%s differs:\n  want %.300q\n  got  %.300q", name, words(want), words(Visible(blocks)))
	}
	t.Logf("%d of %d fold as expected", right, len(files))
	if right < 58 {
		t.Errorf("%d of %d fold as expected, want 58", right, len(files))
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func words(s string) string { return strings.Join(strings.Fields(s), " ") }

// TestAttributionsInManyLanguagesFold: the line above a quote goes with it,
// also where a program broke it.
func TestAttributionsInManyLanguagesFold(t *testing.T) {
	for _, attribution := range []string{
		"On Tue, Feb 3, 2026 at 10:30 AM Anna Ek <anna@example.org> wrote:",
		"On 3 Feb 2026, at 10:30, Anna Ek <anna@example.org> wrote:",
		"On Tuesday, February 3, 2026, 10:30:00 AM GMT+1, Anna\nEk <anna@example.org> wrote:",
		"Den tis 3 feb. 2026 kl 10:30 skrev Anna Ek <anna@example.org>:",
		"3 feb. 2026 kl. 10:30 skrev Anna Ek <anna@example.org>:",
		"Den 3 feb. 2026 kl. 10:30 skrev Anna Ek:",
		"Am Di., 3. Feb. 2026 um 10:30 Uhr schrieb Anna Ek <\nanna@example.org>:",
		"Le mar. 3 févr. 2026 à 10:30, Anna Ek <anna@example.org> a\nécrit :",
		"El mar, 3 feb 2026 a las 10:30, Anna Ek (<anna@example.org>) escribió:",
		"Il giorno mar 3 feb 2026 alle ore 10:30 Anna Ek <anna@example.org>\nha scritto:",
		"ti 3. helmik. 2026 klo 10.30 Anna Ek (anna@example.org) kirjoitti:",
		"wt., 3 lut 2026 o 10:30 Anna Ek\n<anna@example.org> napisał(a):",
		"вт, 3 февр. 2026 г. в 10:30, Anna Ek <anna@example.org>:",
		"вт, 3 лют. 2026 р. о 10:30 Anna Ek <anna@example.org> пише:",
		"في الثلاثاء، 3 فبراير 2026 في 10:30 ص تمت كتابة ما يلي بواسطة Anna Ek <\nanna@example.org>:",
		"در تاریخ سه\u200cشنبه ۳ فوریهٔ ۲۰۲۶،\u200f ۱۰:۳۰ Anna Ek <anna@example.org> نوشت:",
		"Anna Ek <anna@example.org>, 3 Şub 2026 Sal, 10:30 tarihinde şunu yazdı:",
		"Anna Ek <anna@example.org> shkroi më 3.2.2026 10:30:",
		"2026年2月3日(火) 10:30 Anna Ek <anna@example.org>:",
		"2026-02-03 10:30 GMT+01:00 Anna Ek <anna@example.org>:",
	} {
		for _, quote := range []string{"> Frågan.\n> Mer.\n", "Frågan.\n\nMer.\n"} {
			text := "Svar.\n\n" + attribution + "\n\n" + quote
			if got := words(Visible(Fold(text))); got != "Svar." {
				t.Errorf("visible of %q: %q", text, got)
			}
		}
		text := "So be it.\n1. On that I agree.\nOn that I agree with you on 2 counts.\n" + attribution + "\n> Frågan.\n"
		if got := words(Visible(Fold(text))); got != "So be it. 1. On that I agree. On that I agree with you on 2 counts." {
			t.Errorf("visible of %q: %q", text, got)
		}
		below := attribution + "\n> Frågan.\n\nSvar.\n"
		if got := words(Visible(Fold(below))); got != "Svar." {
			t.Errorf("visible of %q: %q", below, got)
		}
	}
}

// TestTheSendersOwnWordsStayVisible: what looks like a quote's beginning and is
// none must fold nothing.
func TestTheSendersOwnWordsStayVisible(t *testing.T) {
	for _, text := range []string{
		"Hej!\n\nDen 3 februari 2026 skrev Migrationsverket:\n\nDu ska lämna landet.\n\nVad betyder det?",
		"Hello.\n\nOn 3 May 2026 I wrote:\n\nPlease help me.\n\nNobody answered.",
		"Jag har tre frågor:\n\n--- Fråga 1 ---\nVar?\n--- Fråga 2 ---\nNär?",
		"From: the heart\nTo: all of you\nThank you",
		"Ring mig på telefon:\n070-1234567\n\nMvh\nAnna",
		"I asked anna@example.org and she said:\n\nno.",
		"> Var bor du?\nI Malmö.\n\n> Hur länge?\nTvå år.",
		"Mitt namn: Anna\nFödd: 1980\nMål: 123\n\nJag behöver hjälp.",
		"1. Var är ni?\n2. När öppnar ni?\n3. Kan jag komma?",
		"2026-02-03 fick jag beslutet.\nVad gör jag nu?",
		"Sent from a friend's computer because mine is broken and I need an answer.\nPlease write soon.",
		"--\nJag har skrivit länge.\n" + strings.Repeat("En rad till.\n", 30),
		"Hej\n--\n" + strings.Repeat("Det här är hela mitt brev.\n", 30),
	} {
		if got := words(Visible(Fold(text))); got != words(text) {
			t.Errorf("visible of %q: %q", text, got)
		}
	}
}

func TestKindsAreTold(t *testing.T) {
	var got []string
	for _, b := range Fold("Hej!\n\n-- \nAnna\n\nDen tis 3 feb. 2026 kl 10:30 skrev Bo <bo@example.org>:\n> Hej\n") {
		got = append(got, []string{"written", "quote", "signature", "header"}[b.Kind])
	}
	if s := strings.Join(got, " "); s != "written signature header quote" {
		t.Error(s)
	}
}
