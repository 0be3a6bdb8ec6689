package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

const manySteps = 120

// ladder is n steps; each makes a table and puts a row into it.
func ladder(n int) fstest.MapFS {
	steps := fstest.MapFS{}
	for i := 1; i <= n; i++ {
		steps[fmt.Sprintf("%04d_store_rung%d.sql", i, i)] = &fstest.MapFile{Data: fmt.Appendf(nil,
			"CREATE TABLE store_rung%d (id TEXT PRIMARY KEY, b BYTEA);\nINSERT INTO store_rung%d (id) VALUES ('x');\n", i, i)}
	}
	return steps
}

// climbed checks that exactly n steps are recorded and each ran once.
func climbed(t *testing.T, db *store.DB, n int) {
	t.Helper()
	var recorded int
	if err := db.QueryRow(context.Background(), `SELECT count(*) FROM store_migrations`).Scan(&recorded); err != nil {
		t.Fatal(err)
	}
	if recorded != n {
		t.Errorf("%d steps are recorded, want %d", recorded, n)
	}
	for i := 1; i <= n; i++ {
		var rows int
		if err := db.QueryRow(context.Background(), fmt.Sprintf(`SELECT count(*) FROM store_rung%d`, i)).Scan(&rows); err != nil || rows != 1 {
			t.Errorf("step %d: %d rows, %v", i, rows, err)
		}
	}
}

func childMigrates(address string) error {
	fmt.Println("begins")
	db, err := store.OpenWith(context.Background(), address, ladder(manySteps))
	if err != nil {
		return err
	}
	return db.Close()
}

func TestTheShippedMigrationsRunFromVersionZeroAndOnlyOnce(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		for range 2 {
			db := reopen(t, address)
			var n int
			if err := db.QueryRow(context.Background(), `SELECT count(*) FROM store_migrations`).Scan(&n); err != nil {
				t.Fatal(err)
			}
			shipped, err := filepath.Glob("migrations/*.sql")
			if err != nil || n != len(shipped) {
				t.Fatalf("%d migrations ran of %d, %v", n, len(shipped), err)
			}
		}
	})
}

func TestALaterAndALowerStepAreBothMadeUpFor(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		some := ladder(5)
		delete(some, "0002_store_rung2.sql")
		if db, err := store.OpenWith(context.Background(), address, some); err != nil {
			t.Fatal(err)
		} else {
			db.Close()
		}
		climbed(t, openWith(t, address, ladder(7)), 7)
	})
}

func TestADatabaseNewerThanTheProgramIsRefused(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		openWith(t, address, ladder(3))
		_, err := store.OpenWith(context.Background(), address, ladder(2))
		if !errors.Is(err, store.ErrNewer) || !strings.Contains(err.Error(), "0003_store_rung3") {
			t.Fatalf("got %v", err)
		}
	})
}

func TestAChangedPastIsRefused(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		openWith(t, address, ladder(3))
		changed := ladder(3)
		changed["0002_store_rung2.sql"].Data = append(changed["0002_store_rung2.sql"].Data, '\n')
		_, err := store.OpenWith(context.Background(), address, changed)
		if !errors.Is(err, store.ErrChanged) || !strings.Contains(err.Error(), "0002_store_rung2") {
			t.Fatalf("got %v", err)
		}
	})
}

func TestAStepThatFailsLeavesNothingOfItself(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		broken := ladder(3)
		broken["0003_store_rung3.sql"].Data = []byte("CREATE TABLE store_rung3 (id TEXT PRIMARY KEY);\nINSERT INTO store_nowhere (id) VALUES ('x');\n")
		if _, err := store.OpenWith(context.Background(), address, broken); err == nil || !strings.Contains(err.Error(), "0003_store_rung3") {
			t.Fatalf("got %v", err)
		}
		climbed(t, openWith(t, address, ladder(3)), 3)
	})
}

func TestNamesOfStepsAreChecked(t *testing.T) {
	for _, names := range [][]string{
		{"1_store_x.sql"}, {"0001_Store_x.sql"}, {"0001_store.sql"},
		{"0001_store_x.sql", "0001_tickets_x.sql"},
	} {
		t.Run(strings.Join(names, " "), func(t *testing.T) {
			steps := fstest.MapFS{}
			for _, name := range names {
				steps[name] = &fstest.MapFile{Data: []byte("SELECT 1;")}
			}
			if db, err := store.OpenWith(context.Background(), storetest.SQLiteAddress(t), steps); err == nil {
				db.Close()
				t.Fatal("accepted")
			}
		})
	}
}

func TestOneTextServesBothEngines(t *testing.T) {
	text := "CREATE TABLE a (b BYTEA, BYTEAS TEXT);\n-- postgres: ALTER TABLE a SET (fillfactor = 70);\n-- a remark\n"
	if got, want := store.Dialect(text, store.Postgres), "CREATE TABLE a (b BYTEA, BYTEAS TEXT);\n ALTER TABLE a SET (fillfactor = 70);\n-- a remark\n"; got != want {
		t.Errorf("postgres: %q", got)
	}
	if got, want := store.Dialect(text, store.SQLite), "CREATE TABLE a (b BLOB, BYTEAS TEXT);\n-- postgres: ALTER TABLE a SET (fillfactor = 70);\n-- a remark\n"; got != want {
		t.Errorf("sqlite: %q", got)
	}
}

func TestSeveralProcessesThatStartAtOnceMigrateOnce(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if err := child("migrate", address).Run(); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		climbed(t, openWith(t, address, ladder(manySteps)), manySteps)
	})
}

func TestAStarterKilledBetweenStepsIsFinishedByTheNext(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		broken := 0
		for range 8 {
			cmd := child("migrate", address)
			cmd.Stderr = nil
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			out.Read(make([]byte, 1))
			time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
			cmd.Process.Kill()
			if cmd.Wait() != nil {
				broken++
			}
		}
		db := openWith(t, address, ladder(manySteps))
		climbed(t, db, manySteps)
		wholeSQLite(t, db)
		if broken == 0 {
			t.Error("no starter was killed before it had ended: the test proves nothing")
		}
	})
}

func TestTheFilesAreClosedToOthers(t *testing.T) {
	for _, name := range []string{"plain.db", "a b?c#d%41.db"} {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "new", "folder")
			openWith(t, "sqlite:"+filepath.Join(folder, name), playground)
			for path, want := range map[string]os.FileMode{
				folder: 0o700, filepath.Join(folder, name): 0o600,
				filepath.Join(folder, name+"-wal"): 0o600, filepath.Join(folder, name+"-shm"): 0o600,
			} {
				info, err := os.Stat(path)
				if err != nil {
					t.Fatal(err)
				}
				if info.Mode().Perm() != want {
					t.Errorf("%s has mode %o, want %o", filepath.Base(path), info.Mode().Perm(), want)
				}
			}
		})
	}
}

func TestAnAddressIsRefusedWithoutRepeatingIt(t *testing.T) {
	for _, address := range []string{"", "mysql://root:hunter2@x/y", "sqlite:", "postgres://u:hunter2@%zz/", "hunter2"} {
		if _, err := store.OpenWith(context.Background(), address, playground); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", address, err)
		}
	}
}
