package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/backup"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// releasing keeps a house as the program of today leaves it, under a version:
//
//	go test ./cmd/returnsupport -run TestKeepARelease -release 0.2
//
// Do that at each release, and commit the folder. What lies there is never
// changed: nobody can change what a released version has written.
var releasing = flag.String("release", "", "keep a house of today under testdata/released/VERSION")

const released = "testdata/released"

// keepEverything is a backup without exceptions: sessions, links and what waits
// are upgraded, too.
var keepEverything = backup.Plan{}

// TestKeepARelease is no test but with -release.
func TestKeepARelease(t *testing.T) {
	if *releasing == "" {
		return
	}
	folder := filepath.Join(released, *releasing)
	if _, err := os.Stat(folder); err == nil {
		t.Fatalf("%s is kept already, and never changed", *releasing)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	d, err := newDemo(t.Context(), demoSettings(t.TempDir()), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer d.world.Close()
	defer d.Close()
	mail, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	living, end := context.WithCancel(t.Context())
	out, said := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := d.run(living, said, mail)
		said.CloseWithError(err)
		done <- err
	}()
	waitFor(t, out, "week of letters is there")
	end()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := d.journal.Chain(t.Context()); err != nil {
		t.Fatal(err)
	}
	words := ""
	for _, s := range d.signIns {
		if s.Login == "maria" {
			words = s.Words
		}
	}
	_, files, err := backup.Write(t.Context(), d.db, d.secrets, keepEverything, t.TempDir(), d.now())
	if err != nil {
		t.Fatal(err)
	}
	keep := func(name string, text []byte) {
		t.Helper()
		var packed bytes.Buffer
		z, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		z.Write(text)
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name+".gz"), packed.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for i, name := range []string{"content", "keys"} {
		text, err := os.ReadFile(files[i])
		if err != nil {
			t.Fatal(err)
		}
		keep(name, text)
	}
	keep("secrets", d.secrets.Marshal())
	keep("words", []byte(words))
}

// TestEveryReleasedVersionIsUpgraded: a house as each version left it, with its
// sessions and all, is put into both engines as it was, opened by the program of
// today, and nothing of it is lost.
func TestEveryReleasedVersionIsUpgraded(t *testing.T) {
	versions, err := os.ReadDir(released)
	if err != nil || len(versions) == 0 {
		t.Fatalf("no released version is kept: %v", err)
	}
	for _, v := range versions {
		t.Run(v.Name(), func(t *testing.T) {
			storetest.EachAddress(t, func(t *testing.T, address string) { upgrade(t, filepath.Join(released, v.Name()), address) })
		})
	}
}

func upgrade(t *testing.T, folder, address string) {
	data := t.TempDir()
	unpack := func(name string) (path string, text []byte) {
		t.Helper()
		f, err := os.Open(filepath.Join(folder, name+".gz"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		if text, err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
		path = filepath.Join(data, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path, text
	}
	kept, text := unpack("secrets")
	secrets, err := vault.ParseSecrets(text)
	if err != nil {
		t.Fatal(err)
	}
	content, _ := unpack("content")
	keys, _ := unpack("keys")
	_, words := unpack("words")
	log := slog.New(slog.DiscardHandler)
	then, err := backup.Restore(t.Context(), address, secrets, content, keys, log, nil)
	if err != nil {
		t.Fatal(err)
	}
	if then.Rows < 100 {
		t.Fatalf("the house of %s holds %d rows: too few to prove anything", folder, then.Rows)
	}
	waits(t, operator{t: t, data: data, database: address}, kept)
	set := settings{data: data, database: address, secrets: kept, listen: "127.0.0.1:0"}
	h, err := build(t.Context(), set, secrets, demoCost, time.Now, log)
	if err != nil {
		t.Fatalf("the program of today does not open it: %v", err)
	}
	defer h.Close()
	stepsAre(t, h.db)
	var out bytes.Buffer
	if err := h.verifyBooks(t.Context(), &out, nil, nil); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
	cookie, err := h.staff.SignIn(t.Context(), "maria", string(words))
	if err != nil {
		t.Fatalf("maria's words of then open nothing: %v", err)
	}
	s, err := h.staff.Session(t.Context(), cookie, false)
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, queue := range []tickets.Queue{tickets.QueueTeam, tickets.QueueClosed} {
		page, err := h.tickets.Queue(t.Context(), s, tickets.Filter{Queue: queue}, "", tickets.PageMost)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range page.Rows {
			sheet, err := h.tickets.Page(t.Context(), s, row.Ticket.ID)
			if err != nil {
				t.Fatalf("ticket %s: %v", row.Ticket.ID, err)
			}
			for _, m := range sheet.Messages {
				if m.Content.Text != "" {
					read++
				}
			}
		}
	}
	if read < 5 {
		t.Errorf("%d messages of then can be read", read)
	}
}

// waits checks that no command but the server's touches an older database: the
// old program may still be running on it, and the backup before the new one is the
// only way back.
func waits(t *testing.T, o operator, secrets string) {
	t.Helper()
	if err := os.Symlink(secrets, filepath.Join(o.data, "server.secrets")); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"backup", "--to", t.TempDir()}, {"doctor"}, {"verify"}, {"user", "list"}, {"rotate"}, {"settings", "set", "second_factor", "no"}} {
		if code, out, complaint := o.do("", args...); code != 1 || !strings.Contains(out+complaint, "older than this program") {
			t.Errorf("%v on a database of before: exit %d, %s%s", args, code, out, complaint)
		}
	}
	if _, err := store.OpenCurrent(t.Context(), o.database, slog.New(slog.DiscardHandler)); !errors.Is(err, store.ErrOlder) {
		t.Errorf("a command brought it up to date: %v", err)
	}
}

// stepsAre checks that the database has gone through every migration of today.
func stepsAre(t *testing.T, db *store.DB) {
	t.Helper()
	files, err := filepath.Glob("../../helpdesk/store/migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, f := range files {
		want = append(want, strings.TrimSuffix(filepath.Base(f), ".sql"))
	}
	err = db.Snapshot(t.Context(), func(s *store.Snapshot) error {
		for _, step := range s.Steps {
			got = append(got, step.Name)
		}
		return nil
	})
	slices.Sort(got)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("it went through %d migrations of %d, %v", len(got), len(want), err)
	}
}

// releasedName is a version, as its folder is called.
var releasedName = regexp.MustCompile(`^[0-9]+\.[0-9]+(\.[0-9]+)?$`)

func TestReleasedVersionsHaveNamesOfVersions(t *testing.T) {
	versions, err := os.ReadDir(released)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range versions {
		if !releasedName.MatchString(v.Name()) {
			t.Errorf("%s is no version", v.Name())
		}
	}
}
