package staff_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"returnsupport/helpdesk/store/storetest"
)

// TestThief: what the room keeps and logs tells no name, address, word or key.
func TestThief(t *testing.T) {
	each(t, func(w *world) {
		bo := w.hire("bo")
		open := w.invite("new", w.team)
		w.must(w.desk.Remove(w.ctx, w.desk.Console(), w.init.User, w.team))
		s := w.open(bo.cookie)
		words, err := w.desk.NewWords(w.ctx, s)
		w.must(err)
		_, err = w.desk.SignIn(w.ctx, "canarylogin", "Canaryguess canaryguess")
		w.refused(err, "staff.wrong")
		code, err := w.desk.RecoveryCode(w.ctx, s)
		w.must(err)
		pair, err := s.TeamPair(w.team, 1)
		w.must(err)
		w.must(w.book.Chain(w.ctx))
		// What a careless line in the log would show.
		fmt.Fprintf(w.log, "%v %+v %#v %+v %#v %v %+v", s, s, s.User, s.Teams(), s.Teams(), pair, w.init)

		dump := storetest.Dump(t, w.db)
		if !bytes.Contains(dump, []byte(bo.id)) {
			t.Fatal("the dump does not show what is plain")
		}
		dump = bytes.ToLower(append(dump, w.log.String()...))
		canaries := [][]byte{
			[]byte("anaryname"), []byte("canary.example"), []byte("anaryteam"), []byte("anarylogin"), []byte("anaryguess"),
			[]byte(bo.cookie), raw(t, bo.cookie), []byte(open.token), raw(t, open.token),
			[]byte(code), []byte(strings.ReplaceAll(code, "-", "")), []byte(code[:14]),
		}
		for _, six := range []string{words, bo.words, w.init.Words} {
			// Two beside each other: one alone may stand in a column's name.
			for i, f := 1, strings.Fields(six); i < len(f); i++ {
				canaries = append(canaries, []byte(f[i-1]+" "+f[i]), []byte(f[i-1]+f[i]))
			}
		}
		for _, sheet := range w.init.Sheets {
			canaries = append(canaries, []byte(sheet), []byte(sheet[2:13]))
		}
		canaries = append(canaries, secretsOf(w)...)
		for i, c := range canaries {
			if bytes.Contains(dump, bytes.ToLower(c)) {
				t.Errorf("found canary %d, %q", i, c)
			}
		}
	})
}

func raw(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) != 32 {
		t.Fatalf("not 32 bytes: %v", err)
	}
	return b
}

// secretsOf are the server's secrets as they are and as they are written.
func secretsOf(w *world) [][]byte {
	w.t.Helper()
	var file struct {
		Secrets map[string]struct {
			All map[string]string `json:"all"`
		} `json:"secrets"`
	}
	w.must(json.Unmarshal(w.secrets.Marshal(), &file))
	var all [][]byte
	for _, ring := range file.Secrets {
		for _, text := range ring.All {
			b, err := base64.StdEncoding.DecodeString(text)
			w.must(err)
			all = append(all, b, []byte(text))
		}
	}
	if len(all) < 12 {
		w.t.Fatalf("only %d secrets", len(all))
	}
	return all
}
