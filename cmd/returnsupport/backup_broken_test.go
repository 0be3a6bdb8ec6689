//go:build unix

package main

import (
	"crypto/rand"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// heavy gives the house so many letters of 64 KiB as they came. Nobody opens them.
func (o operator) heavy(letters int) {
	o.t.Helper()
	db, err := store.Open(o.t.Context(), "sqlite:"+filepath.Join(o.data, "returnsupport.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		o.t.Fatal(err)
	}
	defer db.Close()
	chunk := make([]byte, 64<<10)
	err = db.Write(o.t.Context(), "fill", func(tx *store.Tx) error {
		for range letters {
			rand.Read(chunk)
			if _, err := tx.Exec(o.t.Context(), `INSERT INTO tickets_original (message, n, chunk) VALUES ($1, 0, $2)`, helpdesk.NewID(), chunk); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

// program is a command in a process of its own, so that it can be killed.
func (o operator) program(shell string, args ...string) *exec.Cmd {
	o.t.Helper()
	self, err := os.Executable()
	if err != nil {
		o.t.Fatal(err)
	}
	cmd := exec.Command("sh", append([]string{"-c", shell + ` exec "$0" "$@"`, self}, args...)...)
	cmd.Env = append(os.Environ(), asProgram+"=1", "RETURNSUPPORT_DATA="+o.data, "RETURNSUPPORT_LISTEN=127.0.0.1:0")
	return cmd
}

// backup makes one, and says what restore is told of it.
func (o operator) backup(folder string) (restore []string) {
	o.t.Helper()
	files := regexp.MustCompile(`(?m)^(?:content|keys):\s+(\S+)$`).FindAllStringSubmatch(o.must("", "backup", "--to", folder), -1)
	if len(files) != 2 {
		o.t.Fatal("backup names no two files")
	}
	return []string{"restore", "--content", files[0][1], "--keys", files[1][1]}
}

// anew is an empty place with the house's secrets.
func (o operator) anew() operator {
	o.t.Helper()
	anew := operator{t: o.t, data: o.t.TempDir()}
	secrets, err := os.ReadFile(filepath.Join(o.data, "server.secrets"))
	if err != nil {
		o.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(anew.data, "server.secrets"), secrets, 0o600); err != nil {
		o.t.Fatal(err)
	}
	return anew
}

// back restores, and looks for who was there.
func (o operator) back(restore []string) {
	o.t.Helper()
	o.must("", restore...)
	if out := o.must("", "user", "list"); !strings.Contains(out, "maria") {
		o.t.Errorf("maria is not there:\n%s", out)
	}
}

// killed kills a command once a file that fits has grown to a size.
func killed(t *testing.T, cmd *exec.Cmd, pattern string, size int64) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		if half, _ := filepath.Glob(pattern); len(half) == 1 {
			if at, err := os.Stat(half[0]); err == nil && at.Size() > size {
				break
			}
		}
		if time.Now().After(until) {
			t.Fatal("it began nothing within a minute")
		}
	}
	cmd.Process.Kill()
	if cmd.Wait() == nil {
		t.Fatal("it ended before it was killed")
	}
}

func TestABackupThatFindsNoRoomSaysSoAndLeavesNothing(t *testing.T) {
	o, folder := operator{t: t, data: t.TempDir()}, t.TempDir()
	o.init()
	o.heavy(100)
	// A file that may have two MiB at most is a disk that fills up on the way.
	out, err := o.program("ulimit -f 4096;", "backup", "--to", folder).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "file too large") || strings.Contains(string(out), "goroutine") {
		t.Fatalf("%v: %s", err, out)
	}
	if left, _ := filepath.Glob(filepath.Join(folder, "*")); len(left) > 0 {
		t.Errorf("it left %v", left)
	}
	if _, found, _ := o.do("", "doctor"); !strings.Contains(found, "none was made from this data folder yet") {
		t.Errorf("the doctor takes it for a backup:\n%s", found)
	}
	o.anew().back(o.backup(folder))
}

func TestABackupKilledOnItsWayIsNoBackupAndTheNextOneIsWhole(t *testing.T) {
	o, folder := operator{t: t, data: t.TempDir()}, t.TempDir()
	o.init()
	o.heavy(1_000)
	killed(t, o.program("", "backup", "--to", folder), filepath.Join(folder, "*-content.backup.part"), 1<<20)
	half, _ := filepath.Glob(filepath.Join(folder, "*.part"))
	named, _ := filepath.Glob(filepath.Join(folder, "*.backup"))
	if len(half) != 2 || len(named) != 0 {
		t.Fatalf("killed on its way it left %v and %v", half, named)
	}
	empty := o.anew()
	code, _, complaint := empty.do("", "restore", "--content", half[0], "--keys", half[1])
	if code != 1 || !strings.Contains(complaint, "damaged") {
		t.Errorf("half a backup: exit %d, %q", code, complaint)
	}
	if _, out, _ := empty.do("", "user", "list"); strings.Contains(out, "maria") {
		t.Errorf("half a backup was put back: %s", out)
	}
	o.anew().back(o.backup(folder))
}

func TestARestoreKilledOnItsWayOpensForNobodyAndIsDoneAgain(t *testing.T) {
	o := operator{t: t, data: t.TempDir()}
	o.init()
	o.heavy(1_000)
	restore, anew := o.backup(t.TempDir()), o.anew()
	killed(t, anew.program("", restore...), filepath.Join(anew.data, "returnsupport.db-wal"), 8<<20)
	for _, args := range [][]string{{"user", "list"}, {"serve"}, restore} {
		if code, _, complaint := anew.do("", args...); code != 1 || !strings.Contains(complaint, "not finished") {
			t.Errorf("%s: exit %d, %q", args[0], code, complaint)
		}
	}
	anew.empties()
	anew.back(restore)
}

// empties the place of a restore that broke off, as the notes say.
func (o operator) empties() {
	o.t.Helper()
	left, err := filepath.Glob(filepath.Join(o.data, "returnsupport.db*"))
	if err != nil {
		o.t.Fatal(err)
	}
	for _, path := range left {
		if err := os.Remove(path); err != nil {
			o.t.Fatal(err)
		}
	}
}

// What was ended since the backup must be ended again before anybody is let in.
func TestARestoreThatCannotReadWhatWasEndedSinceOpensForNobody(t *testing.T) {
	o := operator{t: t, data: t.TempDir()}
	o.init()
	restore, anew := o.backup(t.TempDir()), o.anew()

	// Its name is mistyped: nothing has happened yet.
	code, _, complaint := anew.do("", append(restore, "--aftermath", filepath.Join(o.data, "aftermth.log"))...)
	if code != 1 || !strings.Contains(complaint, "aftermath log") {
		t.Fatalf("mistyped: exit %d, %q", code, complaint)
	}
	if left, _ := filepath.Glob(filepath.Join(anew.data, "returnsupport.db*")); len(left) > 0 {
		t.Fatalf("mistyped: %v are there", left)
	}

	// It can't be read once all rows are there.
	log := filepath.Join(anew.data, aftermathLog)
	if err := os.Mkdir(log, 0o700); err != nil {
		t.Fatal(err)
	}
	if code, _, complaint := anew.do("", restore...); code != 1 {
		t.Fatalf("unreadable: exit %d, %q", code, complaint)
	}
	for _, args := range [][]string{{"user", "list"}, {"serve"}, restore} {
		if code, _, complaint := anew.do("", args...); code != 1 || !strings.Contains(complaint, "not finished") {
			t.Errorf("%s: exit %d, %q", args[0], code, complaint)
		}
	}
	if err := os.Remove(log); err != nil {
		t.Fatal(err)
	}
	anew.empties()
	anew.back(restore)
}

// A rehearsal that was killed leaves an openable copy of everything.
func TestWhatAKilledRehearsalLeftIsThrownAway(t *testing.T) {
	o := operator{t: t, data: t.TempDir()}
	o.init()
	restore := o.backup(t.TempDir())
	old, young := filepath.Join(o.data, "rehearsal-1"), filepath.Join(o.data, "rehearsal-2")
	for _, folder := range []string{old, young} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "returnsupport.db"), []byte("all of it"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	then := time.Now().Add(-7 * time.Hour)
	if err := os.Chtimes(old, then, then); err != nil {
		t.Fatal(err)
	}
	o.must("", append([]string{"rehearse"}, restore[1:]...)...)
	if left, _ := filepath.Glob(filepath.Join(o.data, "rehearsal-*")); len(left) != 1 || left[0] != young { // one may be under way
		t.Errorf("left are %v", left)
	}
}
