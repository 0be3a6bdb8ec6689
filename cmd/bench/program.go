package main

import (
	"bufio"
	"bytes"
	"fmt"
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

// install runs `init` in an empty folder.
func (b *bench) install(name, database string) *installation {
	i := &installation{b: b, binary: b.program(), dir: b.folder(name), database: database, login: "bench"}
	out := i.command("", "init", "--login", i.login, "--name", "Bench", "--address", "bench@stod.example", "--words", "en", "--team", "Returnsupport")
	for _, line := range strings.Split(out, "\n") {
		if words, ok := strings.CutPrefix(strings.TrimSpace(line), "words "); ok {
			i.words = strings.TrimSpace(words)
		}
	}
	if i.words == "" {
		b.Fatal("init gave no words")
	}
	i.command("", "settings", "set", "leave_accepted", "yes")
	i.command("", "settings", "set", "undo_seconds", "0")
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
	gone  chan struct{} // closed when it has ended
}

var listening = regexp.MustCompile(`http://[0-9.]+:\d+`)

// serve starts the program and waits until it says where the desk is.
func (i *installation) serve() *running {
	r := &running{Cmd: exec.Command(i.binary, "serve", "--log-level", "error"), gone: make(chan struct{})}
	r.Env = i.env()
	r.Stderr = os.Stderr
	out, err := r.StdoutPipe()
	i.b.check(err)
	began := time.Now()
	i.b.check(r.Start())
	i.b.Cleanup(func() { r.kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	go func() {
		r.Wait()
		close(r.gone)
	}()
	if err != nil {
		i.b.Fatal("the program did not start")
	}
	r.ready = time.Since(began)
	r.base = listening.FindString(line)
	return r
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
