package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// wrapLike are the names of columns that open something.
var wrapLike = regexp.MustCompile(`^(wrap|keywrap|locked|code_locked|kept|previous|recovery|sheet_.|seed|secrets|profile)$`)

func TestEveryWrapIsAmongTheKeysOfABackup(t *testing.T) {
	plan := backupPlan()
	err := storetest.SQLite(t).Snapshot(t.Context(), func(s *store.Snapshot) error {
		for _, table := range s.Tables {
			if slices.Contains(plan.Neither, table.Name) || slices.Contains(plan.Keys, table.Name) {
				continue
			}
			for _, c := range table.Columns {
				if table.Name == "ledger_event" {
					continue // its previous one is a hash
				}
				if c.Kind == store.Bytes && wrapLike.MatchString(c.Name) && !slices.Contains(plan.KeyColumns[table.Name], c.Name) {
					t.Errorf("%s.%s opens something and would be kept for ever: name it in backupPlan", table.Name, c.Name)
				}
			}
		}
		return plan.Check(s.Tables)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAHouseThatBurntDownIsPutBackByTheCommandsAlone(t *testing.T) {
	o := operator{t: t, data: t.TempDir()}
	words, sheets := o.begin()
	folder := t.TempDir()
	o.must("", "user", "invite", "yusuf", "--name", "Yusuf", "--address", "yusuf@stod.example", "--team", "returnsupport")
	files := regexp.MustCompile(`(?m)^(?:content|keys):\s+(\S+)$`).FindAllStringSubmatch(o.must("", "backup", "--to", folder), -1)
	if len(files) != 2 {
		t.Fatal("backup names no two files")
	}
	content, keys := files[0][1], files[1][1]
	if code, _, complaint := o.do("", "restore", "--content", content, "--keys", keys); code != 1 || !strings.Contains(complaint, "empty") {
		t.Fatalf("restored over a living house: exit %d, %q", code, complaint)
	}
	if out := o.must("", "rehearse", "--content", content, "--keys", keys); !strings.Contains(out, "went well") {
		t.Fatalf("the rehearsal says %q", out)
	}
	if left, _ := filepath.Glob(filepath.Join(o.data, "rehearsal-*")); len(left) > 0 {
		t.Errorf("the rehearsal left %v", left)
	}

	anew := operator{t: t, data: t.TempDir()}
	secrets, err := os.ReadFile(filepath.Join(o.data, "server.secrets"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(anew.data, "server.secrets"), secrets, 0o600); err != nil {
		t.Fatal(err)
	}
	out := anew.must("", "restore", "--content", content, "--keys", keys)
	for _, want := range []string{"no aftermath log", "journal:", "consents:"} {
		if !strings.Contains(out, want) {
			t.Errorf("the restore does not say %q:\n%s", want, out)
		}
	}
	if out := anew.must("", "user", "list"); !strings.Contains(out, "maria") {
		t.Errorf("maria is not there:\n%s", out)
	}
	left := regexp.MustCompile(`yusuf .*disabled`)
	if out := anew.must("", "user", "list"); left.MatchString(out) {
		t.Fatalf("yusuf left before the backup: the rest would prove nothing\n%s", out)
	}
	// Her words still open her keys, so that she is told that it takes two; and so
	// do the sheets.
	if code, _, complaint := anew.do(words+"\n", "export", "--login", "maria", "--to", t.TempDir()); code != 1 || !strings.Contains(complaint, "alone") {
		t.Errorf("her words: exit %d, %q", code, complaint)
	}
	anew.must(words+"\n"+sheets[1]+"\n"+sheets[2]+"\nyes\n", "export", "--login", "maria", "--sheets", "--to", t.TempDir())
	if code, _, _ := anew.do("", "verify"); code != 0 {
		t.Error("the books of the restored house are not right")
	}

	// With the book of what was ended since, who left stays out.
	o.must("", "user", "disable", "yusuf")
	again := operator{t: t, data: t.TempDir()}
	if err := os.WriteFile(filepath.Join(again.data, "server.secrets"), secrets, 0o600); err != nil {
		t.Fatal(err)
	}
	out = again.must("", "restore", "--content", content, "--keys", keys, "--aftermath", filepath.Join(o.data, "aftermath.log"))
	if !regexp.MustCompile(`(?m)^ {4}yusuf$`).MatchString(out) {
		t.Errorf("the restore does not name who is shut out:\n%s", out)
	}
	if out := again.must("", "user", "list"); !left.MatchString(out) {
		t.Errorf("yusuf is back:\n%s", out)
	}
}

func TestKeysOlderThanAFortnightAreTidiedAway(t *testing.T) {
	folder, now := t.TempDir(), time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC)
	for _, name := range []string{
		"returnsupport-20260306T115959000Z-keys.backup", "returnsupport-20260306T115959000Z-content.backup",
		"returnsupport-20260306T120000000Z-keys.backup", "returnsupport-somebodys-keys.backup",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	gone, err := oldKeys(folder, now)
	if err != nil || len(gone) != 1 || filepath.Base(gone[0]) != "returnsupport-20260306T115959000Z-keys.backup" {
		t.Errorf("gone are %v, %v", gone, err)
	}
}

// A backup that was killed left half of two files; another may be on its way.
func TestHalfABackupIsTidiedAwayTheNextDay(t *testing.T) {
	folder, now := t.TempDir(), time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC)
	for _, name := range []string{
		"returnsupport-20260319T020000000Z-keys.backup.part", "returnsupport-20260319T020000000Z-content.backup.part",
		"returnsupport-20260320T020000000Z-content.backup.part", "returnsupport-20260101T020000000Z-content.backup", "somebodys.part",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	gone, err := halves(folder, now)
	if err != nil || len(gone) != 2 || !strings.Contains(gone[0], "20260319T020000000Z-content") || !strings.Contains(gone[1], "20260319T020000000Z-keys") {
		t.Errorf("gone are %v, %v", gone, err)
	}
}
