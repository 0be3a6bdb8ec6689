package backup

import (
	"bytes"
	"errors"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

var (
	quiet = slog.New(slog.DiscardHandler)
	when  = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	plan  = Plan{
		Neither:    []string{"staff_session", "post_outbox"},
		Keys:       []string{"ledger_wrap"},
		KeyColumns: map[string][]string{"tickets_message": {"keywrap"}},
	}
)

func newSecrets(t *testing.T) *vault.Secrets {
	t.Helper()
	return vault.NewSecrets()
}

// rowsOf writes rows of every kind of cell: empty and missing bytes, no, both
// signs, texts of several scripts.
func rowsOf(t *testing.T, db *store.DB, n int) {
	t.Helper()
	err := db.Write(t.Context(), "rows", func(tx *store.Tx) error {
		for i := range n {
			for _, q := range []struct {
				text string
				args []any
			}{
				{`INSERT INTO tickets_file (message, position, n, chunk) VALUES ($1, $2, $3, $4)`, []any{"m", 0, i, bytes.Repeat([]byte{byte(i)}, i*97)}},
				{`INSERT INTO journal_entry (id, at, actor, verb, object, details, once, mac) VALUES ($1, $2, $3, 'v', 'o', $4, NULL, $5)`,
					[]any{idOf("j", i), -int64(i) * 1e15, "ስም قلم", maybe(i%2 == 0, []byte{}), []byte{0}}},
				{`INSERT INTO ledger_wrap (subject, kind, reader, version, wrap, mac) VALUES ($1, 'team', 't', 1, $2, $3)`,
					[]any{idOf("c", i), []byte("wrap-secret"), []byte("mac")}},
				{`INSERT INTO tickets_message (id, conversation, number, serial, epoch, kind, direction, at, author, form, keywrap, content, size,
					client_index, state, before_state, before_waiting, mac)
					VALUES ($1, 'c', $2, 1, 1, 'mail', 'in', 1, '', 'settled', $3, $4, 1, $5, '', '', 0, $4)`,
					[]any{idOf("m", i), i, []byte("keywrap-secret-" + idOf("", i)), []byte("content"), []byte(idOf("", i))}},
				{`INSERT INTO staff_session (place, id, user_id, seed, created, touched, expires) VALUES ($1, $2, 'u', $3, 1, 1, 1)`,
					[]any{[]byte(idOf("s", i)), idOf("s", i), []byte("session-secret")}},
				{`INSERT INTO staff_team (id, name, restricted, version, mac) VALUES ($1, $2, $3, 1, $2)`, []any{idOf("t", i), []byte("name"), i%2 == 0}},
			} {
				if _, err := tx.Exec(t.Context(), q.text, q.args...); err != nil {
					return err
				}
			}
		}
		_, err := tx.Exec(t.Context(), `UPDATE tickets_number SET last = 4711`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func maybe(is bool, b []byte) []byte {
	if is {
		return b
	}
	return nil
}

func idOf(kind string, i int) string { return kind + string(rune('a'+i/26)) + string(rune('a'+i%26)) }

// contents of every table, for comparing.
func contents(t *testing.T, db *store.DB) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	err := db.Snapshot(t.Context(), func(s *store.Snapshot) error {
		for _, table := range s.Tables {
			var rows [][]byte
			if err := s.Rows(t.Context(), table, func(row []any) error {
				rows = append(rows, appendRow(nil, row))
				return nil
			}); err != nil {
				return err
			}
			sortRows(rows)
			all[table.Name] = bytes.Join(rows, nil)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestWhatIsCopiedWhileOthersWriteIsPutBackOnEitherEngine(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		secrets, folder := newSecrets(t), t.TempDir()
		rowsOf(t, db, 40)
		before := contents(t, db)
		stop := make(chan struct{})
		go func() { // somebody works meanwhile
			for {
				select {
				case <-stop:
					return
				default:
					db.Write(t.Context(), "beside", func(tx *store.Tx) error {
						_, err := tx.Exec(t.Context(), `UPDATE staff_team SET version = version + 1`)
						return err
					})
				}
			}
		}()
		report, files, err := Write(t.Context(), db, secrets, plan, folder, when)
		close(stop)
		if err != nil {
			t.Fatal(err)
		}
		if report.Rows < 200 {
			t.Fatalf("%d rows copied", report.Rows)
		}
		for _, address := range []string{storetest.SQLiteAddress(t), storetest.EmptyPostgresAddress(t)} {
			if _, err := Restore(t.Context(), address, secrets, files[0], files[1], quiet, nil); err != nil {
				t.Fatal(err)
			}
			back, err := store.Open(t.Context(), address, quiet)
			if err != nil {
				t.Fatal(err)
			}
			after := contents(t, back)
			for table, rows := range before {
				switch {
				case table == "staff_session" && len(after[table]) > 0:
					t.Error("sessions came back")
				case table == "staff_session" || table == "staff_team":
				case !bytes.Equal(rows, after[table]):
					t.Errorf("%s is not as it was: %d and %d bytes", table, len(rows), len(after[table]))
				}
			}
			back.Close()
			if _, err := Restore(t.Context(), address, secrets, files[0], files[1], quiet, nil); !errors.Is(err, store.ErrNotEmpty) {
				t.Errorf("restored over what is there: %v", err)
			}
		}
	})
}

func TestTheContentAloneHoldsNoKeyAndNeitherHoldsASession(t *testing.T) {
	db, secrets := storetest.SQLite(t), newSecrets(t)
	rowsOf(t, db, 20)
	_, files, err := Write(t.Context(), db, secrets, plan, t.TempDir(), when)
	if err != nil {
		t.Fatal(err)
	}
	content, keys := read(t, files[0]), read(t, files[1])
	for _, wrap := range []string{"wrap-secret", "keywrap-secret"} {
		if bytes.Contains(content, []byte(wrap)) {
			t.Errorf("the content holds %s", wrap)
		}
		if !bytes.Contains(keys, []byte(wrap)) {
			t.Errorf("the keys lack %s", wrap)
		}
	}
	if bytes.Contains(content, []byte("session-secret")) || bytes.Contains(keys, []byte("session-secret")) {
		t.Error("a session is in a backup")
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", f, info.Mode(), err)
		}
	}
}

func TestADamagedFileIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	db, secrets, folder := storetest.SQLite(t), newSecrets(t), t.TempDir()
	rowsOf(t, db, 20)
	_, files, err := Write(t.Context(), db, secrets, plan, folder, when)
	if err != nil {
		t.Fatal(err)
	}
	_, other, err := Write(t.Context(), db, secrets, plan, folder, when.Add(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(folder, "bad")
	for part, whole := range [][]byte{read(t, files[0]), read(t, files[1])} {
		try := func(what string, b []byte) {
			t.Helper()
			if err := os.WriteFile(bad, b, 0o600); err != nil {
				t.Fatal(err)
			}
			now, address := files, storetest.SQLiteAddress(t)
			now[part] = bad
			if _, err := Restore(t.Context(), address, secrets, now[0], now[1], quiet, nil); !errors.Is(err, ErrDamaged) {
				t.Errorf("%s: %s: %v", files[part], what, err)
			}
			if _, err := os.Stat(address[len("sqlite:"):]); err == nil {
				t.Errorf("%s: %s: a database was made", files[part], what)
			}
		}
		for range 60 {
			b := bytes.Clone(whole)
			b[rand.IntN(len(b))] ^= 1 << rand.IntN(8)
			try("a bit turned", b)
		}
		for _, n := range []int{0, 5, len(whole) / 2, len(whole) - 1} {
			try("cut short", whole[:n])
		}
		try("something behind", append(bytes.Clone(whole), 0))
	}
	if _, err := Restore(t.Context(), storetest.SQLiteAddress(t), secrets, files[0], other[1], quiet, nil); !errors.Is(err, ErrNotOne) {
		t.Errorf("content and keys of two backups: %v", err)
	}
	if _, err := Restore(t.Context(), storetest.SQLiteAddress(t), secrets, files[1], files[0], quiet, nil); !errors.Is(err, ErrNotOne) {
		t.Errorf("content and keys exchanged: %v", err)
	}
	if _, err := Restore(t.Context(), storetest.SQLiteAddress(t), newSecrets(t), files[0], files[1], quiet, nil); !errors.Is(err, ErrDamaged) {
		t.Errorf("another house's secrets: %v", err)
	}
}

func TestARestoreThatBreaksOffOpensForNobody(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		r, err := store.OpenEmpty(t.Context(), address, nil, quiet)
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		if db, err := store.Open(t.Context(), address, quiet); !errors.Is(err, store.ErrHalf) {
			if err == nil {
				db.Close()
			}
			t.Fatalf("half a database opened: %v", err)
		}
		if _, err := store.OpenEmpty(t.Context(), address, nil, quiet); !errors.Is(err, store.ErrHalf) {
			t.Fatalf("whoever tries again hears %v", err)
		}
	})
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
