package stories

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"returnsupport/mailbridge/mailtest"

	"returnsupport/helpdesk/housetest"
)

// notes are what an operator reads.
const notes = "../../cmd/returnsupport/README.md"

// keeper is somebody who runs the house by its notes: at a shell, with the
// program as it is built and an empty machine.
type keeper struct {
	t       *testing.T
	folder  string // the machine: the data folder, the copies elsewhere
	path    string // where the program lies
	mail    *mailtest.World
	serving *exec.Cmd
	log     *housetest.Log
}

func newKeeper(t *testing.T) *keeper {
	t.Helper()
	k := &keeper{t: t, folder: t.TempDir(), mail: mailtest.Test(t, mailtest.Options{RequireAuth: true}), log: &housetest.Log{}}
	k.path = filepath.Join(k.folder, "bin")
	build := exec.Command("go", "build", "-o", filepath.Join(k.path, "returnsupport"), "../../cmd/returnsupport")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	if err := k.mail.AddUser("samtal@stod.example", "a pass word"); err != nil {
		t.Fatal(err)
	}
	for _, elsewhere := range []string{"safe", "backups"} {
		if err := os.Mkdir(filepath.Join(k.folder, elsewhere), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(k.stops)
	return k
}

var (
	fenced = regexp.MustCompile("(?ms)^ *```sh\n(.*?)^ *```$")
	indent = regexp.MustCompile("(?m)^ +") // of a block within a list
)

// section is what the notes say to type under a heading, block by block. Only
// what differs from machine to machine is put in its place.
func (k *keeper) section(heading string, want int) []string {
	k.t.Helper()
	text, err := os.ReadFile(notes)
	if err != nil {
		k.t.Fatal(err)
	}
	_, below, found := strings.Cut(string(text), "\n## "+heading+"\n")
	below, _, _ = strings.Cut(below, "\n## ")
	var blocks []string
	for _, m := range fenced.FindAllStringSubmatch(below, -1) {
		blocks = append(blocks, strings.NewReplacer(
			"imaps://samtal@stod.example@imap.stod.example", "imap://samtal@stod.example@"+k.mail.IMAPAddr(),
			"smtps://samtal@stod.example@smtp.stod.example", "smtp://samtal@stod.example@"+k.mail.SMTPAddr(),
			"/mnt/safe", filepath.Join(k.folder, "safe"), "/var/backups/returnsupport", filepath.Join(k.folder, "backups"),
		).Replace(indent.ReplaceAllString(m[1], "")))
	}
	if !found || len(blocks) != want {
		k.t.Fatalf("the notes have %d blocks of commands under %q, and the story knows what to do with %d", len(blocks), heading, want)
	}
	return blocks
}

func (k *keeper) shell(block string) *exec.Cmd {
	cmd := exec.Command("sh", "-eu", "-c", block)
	cmd.Env = append(os.Environ(), "PATH="+k.path+":"+os.Getenv("PATH"), "RETURNSUPPORT_DATA="+filepath.Join(k.folder, "data"),
		"RETURNSUPPORT_LISTEN=127.0.0.1:0", "RETURNSUPPORT_LOG_LEVEL=warn", "MAILBOX_PASSWORD=a pass word")
	return cmd
}

// types a block at a shell and returns what it said.
func (k *keeper) types(block string) string {
	k.t.Helper()
	cmd := k.shell(block)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		k.t.Fatalf("%v from\n%s\nwhich said\n%s", err, block, said.String())
	}
	return said.String()
}

// starts the block that serves and returns the house as visitors see it.
func (k *keeper) starts(block string) *world {
	k.t.Helper()
	before, serve, found := strings.Cut("\n"+block, "\nreturnsupport serve")
	if !found || strings.TrimSpace(serve) != "" {
		k.t.Fatalf("the notes do not end with serving:\n%s", block)
	}
	if strings.TrimSpace(before) != "" {
		k.types(before)
	}
	// exec: what stops the shell stops the program.
	k.serving = k.shell("exec returnsupport serve")
	k.serving.Stderr = k.log
	out, err := k.serving.StdoutPipe()
	if err == nil {
		err = k.serving.Start()
	}
	if err != nil {
		k.t.Fatal(err)
	}
	line := make([]byte, 300)
	n, _ := out.Read(line)
	go io.Copy(io.Discard, out)
	address := regexp.MustCompile(`http://[0-9.]+:\d+`).FindString(string(line[:n]))
	if address == "" {
		k.t.Fatalf("it serves nowhere: %s", k.log)
	}
	return &world{t: k.t, mail: k.mail, url: address, log: k.log}
}

// stops the program as a machine that is switched off in order does.
func (k *keeper) stops() {
	if k.serving == nil {
		return
	}
	k.serving.Process.Signal(syscall.SIGTERM)
	if err := k.serving.Wait(); err != nil {
		k.t.Errorf("the program ended with %v\n%s", err, k.log)
	}
	k.serving = nil
}

// letter comes from outside.
func (k *keeper) letter(from, subject, text string) {
	k.t.Helper()
	raw := "From: " + from + "\r\nTo: samtal@stod.example\r\nSubject: " + subject + "\r\nDate: " + time.Now().Format(time.RFC1123Z) +
		"\r\nMessage-ID: <" + strings.ReplaceAll(subject, " ", "-") + "@persons.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text + "\r\n"
	if err := k.mail.Append("samtal@stod.example", "INBOX", []byte(raw), nil, time.Now()); err != nil {
		k.t.Fatal(err)
	}
}

// firstDay does what the notes say for it, and leaves the first answered letter.
func (k *keeper) firstDay() (w *world, words string, phone authenticator, spares []string) {
	t := k.t
	t.Helper()
	blocks := k.section("From nothing to the first letter", 4)
	init, mailbox, doctor, serve := blocks[0], blocks[1], blocks[2], blocks[3]
	said := k.types(init)
	given := regexp.MustCompile(`words\s+(\S+ \S+ \S+ \S+ \S+ \S+)\n`).FindStringSubmatch(said)
	if given == nil || !strings.Contains(said, "RECOVERY") {
		t.Fatalf("init gives no words:\n%s", said)
	}
	if said := k.types(mailbox); !strings.Contains(said, "All is well") {
		t.Fatalf("the mailbox: %s", said)
	}
	// stod.example has no MX record in any world: the doctor says so, and ends
	// with 1 where there are name servers to ask.
	checked, _ := k.shell(doctor).CombinedOutput()
	for _, want := range []string{"samtal@stod.example: collecting works", "samtal@stod.example: sending works", "sqlite opens", "stod.example"} {
		if !bytes.Contains(checked, []byte(want)) {
			t.Errorf("the doctor does not say %q:\n%s", want, checked)
		}
	}
	k.letter("Farid Ahmadi <farid@persons.example>", "Question about the decision", "Hello, how many days do I have?")
	w = k.starts(serve)
	v := visit(t, w, desk)
	v.signInto("maria", given[1], "/w/factor")
	phone, spares = v.enrols("en")
	v.click("main a.button.main")
	v.arrives("the desk", `location.pathname === "/w/queue"`)
	v.open("/w/queue?q=team")
	v.sees("Question about the decision")
	v.shot("notes-queue")
	v.click(".queue a")
	v.sees("how many days do I have?")
	v.typeInto("#text", "Hello Farid. Three weeks from the day you got the letter.")
	v.click("#answer button.main")
	var answer mailtest.Accepted
	w.soon("the answer left", func() bool {
		for _, m := range k.mail.Outbox() {
			if len(m.To) == 1 && m.To[0] == "farid@persons.example" && bytes.Contains(m.Raw, []byte("Three weeks from")) {
				answer = m
			}
		}
		return answer.Raw != nil
	})
	v.shot("notes-answered")
	return w, given[1], phone, spares
}

// A new organisation's first day, from init to the first answered letter, by
// the commands that stand in the notes and by no others.
func TestANewOrganisationsFirstDayByTheNotesAlone(t *testing.T) {
	t.Parallel()
	k := newKeeper(t)
	k.firstDay()
	k.stops()
	if strings.Contains(k.log.String(), "Farid") || strings.Contains(k.log.String(), "level=ERROR") {
		t.Errorf("the log:\n%s", k.log)
	}
}

// The house burns down the day after a backup. On a new machine the notes put it
// back, the same words and the same telephone open it, and the letter is there
// with its answer.
func TestAHouseThatBurntDownIsPutBackByTheNotesAlone(t *testing.T) {
	t.Parallel()
	k := newKeeper(t)
	_, words, _, spares := k.firstDay()
	blocks := k.section("Backup, and the day after a fire", 3)
	nightly, monthly, fire := blocks[0], blocks[1], blocks[2]
	k.types(nightly)
	if said := k.types(monthly); !strings.Contains(said, "went well") {
		t.Errorf("the rehearsal: %s", said)
	}
	k.stops()
	if err := os.RemoveAll(filepath.Join(k.folder, "data")); err != nil {
		t.Fatal(err)
	}
	w := k.starts(fire)
	v := visit(t, w, phone)
	v.signInto("maria", words, "/w/factor")
	v.typeInto("#code", strings.ToUpper(spares[0]))
	v.click(`form[action="/w/factor"] button.main`)
	v.arrives("the desk", `location.pathname === "/w/queue"`)
	for _, queue := range []string{"answered", "waiting", "mine"} {
		v.open("/w/queue?q=" + queue)
		if v.eval(`document.querySelector(".queue a") !== null`) == "true" {
			break
		}
	}
	v.sees("Question about the decision")
	v.shot("notes-after-the-fire")
	v.click(".queue a")
	v.sees("how many days do I have?")
	v.sees("Three weeks from the day you got the letter.")
	v.shot("notes-letter-after-the-fire")
	// And the house goes on: what comes now is fetched.
	k.letter("Maryam <maryam@persons.example>", "After the fire", "Are you there?")
	v.open("/w/queue?q=team")
	v.sees("After the fire")
}
