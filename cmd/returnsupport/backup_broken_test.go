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

// whole makes a backup, restores it elsewhere and looks for who was there.
func (o operator) whole(folder string) {
	o.t.Helper()
	files := regexp.MustCompile(`(?m)^(?:content|keys):\s+(\S+)$`).FindAllStringSubmatch(o.must("", "backup", "--to", folder), -1)
	if len(files) != 2 {
		o.t.Fatal("backup names no two files")
	}
	anew := operator{o.t, o.t.TempDir()}
	secrets, err := os.ReadFile(filepath.Join(o.data, "server.secrets"))
	if err != nil {
		o.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(anew.data, "server.secrets"), secrets, 0o600); err != nil {
		o.t.Fatal(err)
	}
	anew.must("", "restore", "--content", files[0][1], "--keys", files[1][1])
	if out := anew.must("", "user", "list"); !strings.Contains(out, "maria") {
		o.t.Errorf("maria is not there:\n%s", out)
	}
}

func TestABackupThatFindsNoRoomSaysSoAndLeavesNothing(t *testing.T) {
	o, folder := operator{t, t.TempDir()}, t.TempDir()
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
	o.whole(folder)
}

func TestABackupKilledOnItsWayIsNoBackupAndTheNextOneIsWhole(t *testing.T) {
	o, folder := operator{t, t.TempDir()}, t.TempDir()
	o.init()
	o.heavy(1_000)
	cmd := o.program("", "backup", "--to", folder)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		half, _ := filepath.Glob(filepath.Join(folder, "*-content.backup.part"))
		if len(half) == 1 {
			if at, err := os.Stat(half[0]); err == nil && at.Size() > 1<<20 {
				break
			}
		}
		if time.Now().After(until) {
			t.Fatal("the backup began nothing within a minute")
		}
	}
	cmd.Process.Kill()
	cmd.Wait()
	half, _ := filepath.Glob(filepath.Join(folder, "*.part"))
	named, _ := filepath.Glob(filepath.Join(folder, "*.backup"))
	if len(half) != 2 || len(named) != 0 {
		t.Fatalf("killed on its way it left %v and %v", half, named)
	}
	empty := operator{t, t.TempDir()}
	secrets, err := os.ReadFile(filepath.Join(o.data, "server.secrets"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(empty.data, "server.secrets"), secrets, 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, complaint := empty.do("", "restore", "--content", half[0], "--keys", half[1])
	if code != 1 || !strings.Contains(complaint, "damaged") {
		t.Errorf("half a backup: exit %d, %q", code, complaint)
	}
	if _, out, _ := empty.do("", "user", "list"); strings.Contains(out, "maria") {
		t.Errorf("half a backup was put back: %s", out)
	}
	o.whole(folder)
}
