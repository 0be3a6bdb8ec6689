package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"returnsupport/helpdesk/store/storetest"
)

// installation is a data folder, a database and the first counsellor.
type installation struct {
	b                     *bench
	binary, dir, database string
	redis                 string // "" for one process
	login, words          string
	sheets                []string // the three of the recovery key, as they are now
}

// program builds the binary as it is shipped: stripped, without cgo.
func (b *bench) program() string {
	path := filepath.Join(b.dir, "returnsupport")
	if _, err := os.Stat(path); err == nil {
		return path
	}
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, "returnsupport/cmd/returnsupport")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.Fatal("build: ", string(out))
	}
	return path
}

// engines are both databases, fresh: SQLite with FULL, PostgreSQL with fsync.
func (b *bench) engines() map[string]string {
	return map[string]string{"SQLite": "", "PostgreSQL": b.cluster().Address("postgres")}
}

// cluster is a PostgreSQL that waits for the disk at every commit.
func (b *bench) cluster() *storetest.Cluster {
	c, err := storetest.NewCluster(b.folder("postgres"+strconv.Itoa(len(b.ends))), true)
	b.check(err)
	b.Cleanup(c.Stop)
	return c
}

// atWork is where who works in a measured house is told of their sign-in.
const atWork = "bench@stod.example"

// install runs `init` in an empty folder.
func (b *bench) install(name, database string) *installation {
	i := &installation{b: b, binary: b.program(), dir: b.folder(name), database: database, login: "bench"}
	out := i.command("", "init", "--login", i.login, "--name", "Bench", "--address", atWork, "--words", "en", "--words-alone", "--team", "Returnsupport")
	for _, line := range strings.Split(out, "\n") {
		if words, ok := strings.CutPrefix(strings.TrimSpace(line), "words "); ok {
			i.words = strings.TrimSpace(words)
		}
	}
	if i.sheets = sheetsOf(out); i.words == "" || len(i.sheets) != 3 {
		b.Fatal("init gave no words, or no sheets")
	}
	i.command("", "settings", "set", "leave_accepted", "yes")
	i.command("", "settings", "set", "undo_seconds", "0")
	i.command("", "settings", "set", "acknowledge", "no") // the bare parts answer nobody either
	return i
}

// command runs the program once and returns what it said.
func (i *installation) command(stdin string, args ...string) string {
	cmd := exec.Command(i.binary, args...)
	cmd.Env = i.env()
	cmd.Stdin = strings.NewReader(stdin)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		i.b.Fatalf("returnsupport %s: %v: %s", strings.Join(args[:2], " "), err, errs.String())
	}
	return string(out)
}

// export takes out everything, as one may who holds two of the sheets.
func (i *installation) export(to string) {
	said := i.command(strings.Join([]string{i.words, i.sheets[0], i.sheets[1], "yes", ""}, "\n"), "export", "--login", i.login, "--sheets", "--to", to)
	i.sheets = sheetsOf(said)
}

var sheet = regexp.MustCompile(`(?m)^ {4}([ABC] [0-9A-Z-]{20,})$`)

// sheetsOf are those on a page that shows them once.
func sheetsOf(page string) (all []string) {
	for _, found := range sheet.FindAllStringSubmatch(page, -1) {
		all = append(all, found[1])
	}
	return all
}

func (i *installation) env() []string {
	env := append(os.Environ(), "RETURNSUPPORT_DATA="+i.dir, "RETURNSUPPORT_LISTEN=127.0.0.1:0")
	if i.database != "" {
		env = append(env, "RETURNSUPPORT_DATABASE="+i.database)
	}
	if i.redis != "" {
		env = append(env, "RETURNSUPPORT_REDIS="+i.redis)
	}
	return env
}

// address is the database as the program sees it.
func (i *installation) address() string {
	if i.database != "" {
		return i.database
	}
	return "sqlite:" + filepath.Join(i.dir, "returnsupport.db")
}

func (i *installation) addMailbox(address, imap, smtp, password, after string) {
	i.command(password+"\n", "mailbox", "add", address, "--team", "Returnsupport", "--imap", imap, "--smtp", smtp, "--plus", "--after", after)
}

// running is a started `serve`.
type running struct {
	*exec.Cmd
	base  string
	ready time.Duration // from exec until it said where it listens
	said  chan string   // where it listens, or nothing
	gone  chan struct{} // closed when it has ended
}

var listening = regexp.MustCompile(`http://[0-9.]+:\d+`)

// serve starts the program and waits until it says where the desk is.
func (i *installation) serve() *running {
	r := i.launch(os.Stderr)
	if !r.up() {
		i.b.Fatal("the program did not start")
	}
	return r
}

// launch starts the program, with more in its environment.
func (i *installation) launch(stderr io.Writer, more ...string) *running {
	r := &running{Cmd: exec.Command(i.binary, "serve", "--log-level", "error"), said: make(chan string, 1), gone: make(chan struct{})}
	r.Env = append(i.env(), more...)
	r.Stderr = stderr
	out, err := r.StdoutPipe()
	i.b.check(err)
	began := time.Now()
	i.b.check(r.Start())
	i.b.Cleanup(func() { r.kill() })
	go func() {
		line, _ := bufio.NewReader(out).ReadString('\n')
		r.ready = time.Since(began)
		r.said <- listening.FindString(line)
		r.Wait()
		close(r.gone)
	}()
	return r
}

// up waits until the program serves; false when it ended before.
func (r *running) up() bool {
	r.base = <-r.said
	return r.base != ""
}

func (r *running) kill() {
	r.Process.Kill()
	<-r.gone
}

// cpu is the processor time the program has used so far.
func (r *running) cpu() time.Duration { return cpuOf(r.Process.Pid) }

var selfPID = os.Getpid()

// cpuOf reads utime and stime, fields 14 and 15 of proc(5), in 1/100 s.
func cpuOf(pid int) time.Duration {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// memory reads a line of /proc/PID/status such as VmHWM (peak) or VmRSS, in MB.
func memory(pid int, field string) float64 {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for _, line := range strings.Split(string(b), "\n") {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			kB, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kB / 1024
		}
	}
	return 0
}
