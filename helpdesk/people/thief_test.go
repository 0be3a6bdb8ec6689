package people_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
)

// TestThief: what the room keeps and logs tells no code, address, text, cookie
// or seed, in any way of writing them.
func TestThief(t *testing.T) {
	each(t, func(w *world) {
		cookie, g, code := w.withCode()
		w.must(w.people.SetNotice(w.ctx, g, people.Notice{Kind: people.ByMail, Address: "canary.kanin@canary.example", Language: "ti"}))
		phoned, h, changed := w.withCode()
		w.must(w.people.SetNotice(w.ctx, h, people.Notice{Kind: people.ByPhone, Address: "+46 70-987 65 43"}))
		second, err := w.people.NewCode(w.ctx, h)
		w.must(err)
		w.must(w.people.KeepLate(w.ctx, g.Person, "", "canaryword canaryword",
			people.LateFile{Name: "canaryname.txt", Type: "text/canarykind", Data: bytes.Repeat([]byte("canarypaper "), 20_000)}))
		back, _, _ := w.comeBack(code)
		lost, _, forgotten := w.withCode()
		w.end(lost)
		w.must(w.people.Sweep(w.ctx))
		r := w.reissue(h.Person)
		claimed, owner, _ := w.comeBack(r.Code)
		own, _, err := w.people.Code(w.ctx, owner)
		w.must(err)
		_, _, _, err = w.people.Return(w.ctx, "canaryguess", false)
		w.refused(err, "code.typo")
		_, _, _, err = w.people.Return(w.ctx, "11111111111111111111"[:19]+"0", false)
		if err == nil {
			t.Error("somebody came in")
		}
		w.must(w.book.Chain(w.ctx))

		dump := storetest.Dump(t, w.db)
		if !bytes.Contains(dump, []byte(g.Person)) {
			t.Fatal("the dump does not show what is plain")
		}
		dump = append(dump, w.log.String()...)
		canaries := map[string][]byte{
			"address": []byte("canary.kanin"), "host": []byte("canary.example"), "phone": []byte("987 65 43"), "phone's digits": []byte("9876543"),
			"late text": []byte("canaryword"),
			"late file": []byte("canarypaper"), "late file's name": []byte("canaryname"), "late file's kind": []byte("canarykind"), "guess": []byte("canaryguess"),
		}
		for name, code := range map[string]string{"code": code, "replaced": changed, "second": second, "lost": forgotten, "claim": r.Code, "own": own} {
			canaries[name] = []byte(code)
			canaries[name+" in groups"] = []byte(people.Groups(code))
			canaries[name+" in half"] = []byte(code[:12])
		}
		for name, cookie := range map[string]string{"first": cookie, "phoned": phoned, "back": back, "lost": lost, "claimed": claimed} {
			secret, err := base64.RawURLEncoding.DecodeString(cookie)
			w.must(err)
			canaries["cookie "+name], canaries["cookie's bytes "+name] = []byte(cookie), secret
		}
		for i, secret := range secretsOf(w) {
			canaries[fmt.Sprint("secret ", i)] = secret
		}
		for name, c := range canaries {
			if bytes.Contains(dump, c) || bytes.Contains(bytes.ToLower(dump), bytes.ToLower(c)) {
				t.Errorf("found %s", name)
			}
		}
		if strings.Contains(w.log.String(), string(g.Person)) {
			t.Error("the log tells of a person")
		}
		// With the whole database but not our secrets, the right code opens
		// nothing: the pepper is missing.
		thief := newThief(w)
		if _, _, _, err := thief.Return(w.ctx, own, false); err == nil {
			t.Error("the code opens without our secrets")
		}
	})
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

// newThief is somebody who runs the program on a copy of the database with
// secrets of their own.
func newThief(w *world) *people.Registry {
	stolen := *w
	stolen.secrets = vault.NewSecrets()
	stolen.restart()
	return stolen.people
}

// An ended session's seed and an erased
// person's row are overwritten, not only forgotten.
func TestWhatIsGoneIsNotInTheFiles(t *testing.T) {
	each(t, func(w *world) {
		cookie, g, _ := w.withCode()
		var seed, locked []byte
		w.must(w.db.QueryRow(w.ctx, `SELECT seed FROM people_guest WHERE id = $1`, string(g.ID)).Scan(&seed))
		w.must(w.db.QueryRow(w.ctx, `SELECT locked FROM people_key WHERE person = $1`, string(g.Person)).Scan(&locked))
		if dump := storetest.Dump(t, w.db); !bytes.Contains(dump, seed) || !bytes.Contains(dump, locked) {
			t.Fatal("the dump does not show what is there")
		}
		w.end(cookie)
		w.must(w.askErase(g))
		w.clock.pass(72 * time.Hour)
		w.must(w.forget(g.Person))
		w.must(w.db.Scrub(w.ctx, "people_key", "people_guest"))
		dump := storetest.Dump(t, w.db)
		for name, gone := range map[string][]byte{"seed": seed, "locked seed": locked} {
			if bytes.Contains(dump, gone) {
				t.Errorf("the %s is still there", name)
			}
		}
	})
}
