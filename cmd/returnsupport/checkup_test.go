package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"returnsupport/frontend/locale"
	"returnsupport/frontend/workspace"
)

// Who asks waits for nobody, and however many ask, one look serves a while.
func TestTheDoctorLooksInNoMoreOftenThanSensible(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var looks atomic.Int32
		c := newCheckup(func(context.Context) []finding {
			looks.Add(1)
			return []finding{mind("swap", "/dev/sda2 is swap", ""), mind("names", "a", ""), broken("names", "stod.example", ""), fine("disk", "roomy")}
		}, time.Now)
		ctx, end := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- c.run(ctx) }()
		if c.found(ctx) != nil {
			t.Error("found before a look")
		}
		synctest.Wait()
		for range 10 {
			c.found(ctx)
			synctest.Wait()
		}
		got := c.found(ctx)
		if want := []workspace.Ailment{{Kind: "names", Grave: true}, {Kind: "swap"}}; got == nil || !slices.Equal(got.Found, want) {
			t.Errorf("found %+v", got)
		}
		if n := looks.Load(); n != 1 {
			t.Errorf("looked %d times", n)
		}
		time.Sleep(checkupRest)
		if n := looks.Load(); n != 1 {
			t.Errorf("looked though nobody asked")
		}
		c.found(ctx)
		synctest.Wait()
		if n := looks.Load(); n != 2 {
			t.Errorf("%d looks after a while", n)
		}
		end()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

var aboutOf = regexp.MustCompile(`(?:fine|mind|broken)\("([^"]+)"`)

// Whatever a finding is about has words for the page, in both languages.
func TestEveryFindingHasWordsForThePage(t *testing.T) {
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("doctor*.go")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, name := range files {
		if name == "doctor_test.go" {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range aboutOf.FindAllStringSubmatch(string(text), -1) {
			seen++
			if len(ailments([]finding{mind(m[1], "", "")})) != 1 {
				t.Errorf("%s finds something about %q, which no page knows", name, m[1])
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d findings: the pattern is wrong", seen)
	}
	for _, k := range kinds {
		for _, lang := range []string{"sv", "en"} {
			if !words.Knows(lang, "doctor.about."+k.key) || !words.Knows(lang, "doctor.todo."+k.key) {
				t.Errorf("%s has no words for %s", lang, k.key)
			}
		}
	}
}

// A house that serves is looked at without a word of a finding reaching the page:
// the page is handed kinds it has words for.
func TestTheHouseLooksItselfOver(t *testing.T) {
	d, err := newDemo(t.Context(), demoSettings(t.TempDir()), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	defer d.world.Close()
	found := d.lookOver(t.Context(), names{})
	for _, about := range []string{"database", "disk", "keys", "backup", "settings", "swap"} {
		if !slices.ContainsFunc(found, func(f finding) bool { return f.about == about }) {
			t.Errorf("it did not look at %s", about)
		}
	}
}
