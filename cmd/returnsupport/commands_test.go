package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"returnsupport/mailbridge/mailtest"
)

// operator runs commands as at a shell, in one empty data folder.
type operator struct {
	t        *testing.T
	data     string
	database string // its address; none for SQLite in the data folder
}

// do runs a command and returns its exit code, what it said, and what it
// complained about.
func (o operator) do(stdin string, args ...string) (code int, out, complaint string) {
	o.t.Helper()
	var said, errs bytes.Buffer
	env := map[string]string{"RETURNSUPPORT_DATA": o.data, "RETURNSUPPORT_DATABASE": o.database, "RETURNSUPPORT_LISTEN": "127.0.0.1:0", "RETURNSUPPORT_LOG_LEVEL": "error"}
	c := console{strings.NewReader(stdin), &said, &errs, func(name string) string { return env[name] }}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	code = dispatch(ctx, c, args)
	return code, said.String(), errs.String()
}

// must expects the command to succeed.
func (o operator) must(stdin string, args ...string) string {
	o.t.Helper()
	code, out, complaint := o.do(stdin, args...)
	if code != 0 {
		o.t.Fatalf("%v: exit %d: %s", args, code, complaint)
	}
	return out
}

func (o operator) init() (words string) {
	o.t.Helper()
	words, _ = o.begin()
	return words
}

// begin is init with the three sheets it shows.
func (o operator) begin() (words string, sheets []string) {
	o.t.Helper()
	out := o.must("", "init", "--login", "maria", "--name", "Maria Sund", "--address", "maria@stod.example", "--words", "en", "--words-alone")
	found := regexp.MustCompile(`words\s+(\S+ \S+ \S+ \S+ \S+ \S+)\n`).FindStringSubmatch(out)
	if found == nil || strings.Count(out, "\n") < 15 || !strings.Contains(out, "fingerprint") {
		o.t.Fatalf("init shows no words or sheets:\n%s", out)
	}
	return found[1], o.sheets(out)
}

func TestAnOrganisationBeginsWithTheCommandsAlone(t *testing.T) {
	o := operator{t: t, data: t.TempDir()}
	if code, _, complaint := o.do("", "serve"); code != 1 || !strings.Contains(complaint, "init") {
		t.Fatalf("serve before init: exit %d, %q", code, complaint)
	}
	words, sheets := o.begin()
	if info, err := os.Stat(filepath.Join(o.data, "server.secrets")); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("server secrets: %v %v", info, err)
	}
	if code, _, complaint := o.do("", "init", "--login", "m2", "--name", "M", "--address", "m2@stod.example"); code != 1 || complaint == "" {
		t.Fatalf("a second init: exit %d, %q", code, complaint)
	}

	world := mailtest.Test(t, mailtest.Options{RequireAuth: true})
	if err := world.AddUser("samtal@stod.example", "pass word"); err != nil {
		t.Fatal(err)
	}
	imap, smtp := "imap://samtal@stod.example@"+world.IMAPAddr(), "smtp://samtal@stod.example@"+world.SMTPAddr()
	o.must("pass word\n", "mailbox", "add", "samtal@stod.example", "--team", "Returnsupport", "--imap", imap, "--smtp", smtp, "--plus")
	if out := o.must("", "mailbox", "list"); !strings.Contains(out, "move:Archive") || strings.Contains(out, "pass word") {
		t.Errorf("mailbox list:\n%s", out)
	}
	if out := o.must("", "mailbox", "test", "samtal@stod.example"); !strings.Contains(out, "All is well") {
		t.Errorf("mailbox test:\n%s", out)
	}

	if out := o.must("", "user", "invite", "yusuf", "--name", "Yusuf", "--address", "yusuf@stod.example", "--team", "returnsupport"); !strings.Contains(out, "/w/invitation/") {
		t.Errorf("invitation:\n%s", out)
	}
	if out := o.must("", "user", "list"); !strings.Contains(out, "invited") || !strings.Contains(out, "maria@stod.example") {
		t.Errorf("user list:\n%s", out)
	}
	o.must("", "team", "add", "Children's line", "--member", "maria", "--restricted")
	if out := o.must("", "team", "list"); !strings.Contains(out, "Children's line") {
		t.Errorf("team list:\n%s", out)
	}

	to := filepath.Join(t.TempDir(), "out")
	if code, _, complaint := o.do(words+"\n", "export", "--login", "maria", "--to", to); code != 1 || !strings.Contains(complaint, "alone") {
		t.Errorf("one person took everything: exit %d, %q", code, complaint)
	}
	to = filepath.Join(t.TempDir(), "out")
	made := o.sheets(o.must(words+"\n"+sheets[0]+"\n"+sheets[2]+"\nyes\n", "export", "--login", "maria", "--sheets", "--to", to))
	if made[0] == sheets[0] {
		t.Error("the sheets are not replaced")
	}
	for _, name := range []string{"tickets.jsonl", "letters.mbox"} {
		if _, err := os.Stat(filepath.Join(to, name)); err != nil {
			t.Error(err)
		}
	}
	head := regexp.MustCompile(`head: (\d+:[0-9a-f]{64})`).FindStringSubmatch(o.must("", "verify"))
	if head == nil {
		t.Fatal("verify shows no head")
	}
	o.must("", "verify", "--against", head[1])
	forged := head[1][:len(head[1])-4] + "0000"
	if code, _, _ := o.do("", "verify", "--against", forged); code != 1 {
		t.Errorf("verify against a head that never was: exit %d", code)
	}
}

func TestADiagnosisNamesWhatIsWrongAndWhatToDo(t *testing.T) {
	o := operator{t: t, data: t.TempDir()}
	o.init()
	world := mailtest.Test(t, mailtest.Options{})
	if err := world.AddUser("samtal@stod.example", "right"); err != nil {
		t.Fatal(err)
	}
	add := func(address, imap string) {
		o.must("wrong\n", "mailbox", "add", address, "--team", "Returnsupport", "--imap", imap, "--smtp", "smtp://"+world.SMTPAddr())
	}
	add("a@stod.example", "imap://samtal@stod.example@"+world.IMAPAddr())
	add("b@stod.example", "imaps://samtal@stod.example@"+world.IMAPSAddr())
	for address, want := range map[string]string{"a@stod.example": "sign_in: it refused", "b@stod.example": "cert_untrusted: its certificate"} {
		code, out, _ := o.do("", "mailbox", "test", address)
		if code != 1 || !strings.Contains(out, want) || !strings.Contains(out, "FAIL") {
			t.Errorf("test %s: exit %d, want %q in:\n%s", address, code, want, out)
		}
	}
	for _, imap := range []string{"imap://u:secret@mail.example", "http://mail.example", "imaps://"} {
		code, _, complaint := o.do("x\n", "mailbox", "add", "c@stod.example", "--team", "Returnsupport", "--imap", imap, "--smtp", "smtp://"+world.SMTPAddr())
		if code == 0 || strings.Contains(complaint, "secret") {
			t.Errorf("%s: exit %d, %q", imap, code, complaint)
		}
	}
}

func TestSettingsAreAllExplainedAndSecretsShowOnlyThatTheyAreSet(t *testing.T) {
	o := operator{t: t, data: t.TempDir()}
	env := map[string]string{"RETURNSUPPORT_DATABASE": "postgres://user:hunter2@127.0.0.1:1/x"}
	var out, errs bytes.Buffer
	c := console{strings.NewReader(""), &out, &errs, func(name string) string { return env[name] }}
	dispatch(context.Background(), c, []string{"settings", "--data", o.data})
	if strings.Contains(out.String()+errs.String(), "hunter2") {
		t.Error("a password is shown")
	}
	for _, k := range known {
		if k.help == "" || !strings.Contains(out.String(), "--"+k.name) {
			t.Errorf("setting %s is not explained", k.name)
		}
	}
	o.init()
	page := o.must("", "settings")
	for _, name := range []string{"public_name", "undo_seconds", "leave_accepted"} {
		if !regexp.MustCompile(name + ` = .*\n +\S.{15}`).MatchString(page) {
			t.Errorf("setting %s is not explained in\n%s", name, page)
		}
	}
	o.must("", "settings", "set", "undo_seconds", "20")
	if page := o.must("", "settings"); !strings.Contains(page, `undo_seconds = "20"`) {
		t.Error("the setting did not change")
	}
	if code, _, complaint := o.do("", "settings", "set", "undo_seconds", "many"); code != 1 || strings.Contains(complaint, "setting.invalid") {
		t.Errorf("a wrong value: exit %d, %q", code, complaint)
	}
}

func TestWordsThatAreNotUnderstoodAreExitTwo(t *testing.T) {
	o := operator{t: t, data: t.TempDir()}
	for _, args := range [][]string{{"nonsense"}, {"init"}, {"serve", "now"}, {"export"}} {
		if code, _, complaint := o.do("", args...); code != 2 && args[0] != "export" || complaint == "" {
			t.Errorf("%v: exit %d, %q", args, code, complaint)
		}
	}
	for _, cmd := range commands {
		if cmd.help == "" || !strings.HasPrefix(cmd.usage, cmd.name) {
			t.Errorf("command %s lacks its page", cmd.name)
		}
	}
}
