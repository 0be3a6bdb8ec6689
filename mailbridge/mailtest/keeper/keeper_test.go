package keeper

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The tests play whole runs: this binary is a go command, the test processes
// it starts, and the keepers those start.
const envRole = "KEEPER_TEST_ROLE"

func init() {
	Register(Service{Name: "probe", Missing: func() string { return "" }, Start: startProbe})
	Register(Service{Name: "broken", Missing: func() string { return "" }, Start: func(string) (Running, error) {
		return Running{}, errors.New("the cable is cut")
	}})
	Register(Service{Name: "panics", Missing: func() string { return "" }, Start: func(string) (Running, error) {
		panic("head over heels")
	}})
	Register(Service{Name: "absent", Missing: func() string { return "apt-get install unicorn" }})
}

// startProbe answers each connection with its keeper's number and that of a
// program it has started.
func startProbe(dir string) (Running, error) {
	sleep := exec.Command("sleep", "1000")
	if err := AsNobody(sleep, dir); err != nil {
		return Running{}, err
	}
	child, err := Run(sleep, syscall.SIGTERM)
	if err != nil {
		return Running{}, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return Running{}, err
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			fmt.Fprintf(c, "%d %d\n", os.Getpid(), child.cmd.Process.Pid)
			c.Close()
		}
	}()
	return Running{Address: l.Addr().String(), Stop: func() {
		l.Close()
		child.Stop(syscall.SIGTERM)
	}}, nil
}

func TestMain(m *testing.M) {
	role, service, _ := strings.Cut(os.Getenv(envRole), " ")
	switch role {
	case "":
		os.Exit(m.Run())
	case "user": // a test process: asks, tells, and stays until its input ends
		parent := family{os.Getppid(), birth(os.Getppid())}
		address, err := place{meetingPlace(parent, service)}.find(parent, service)
		fmt.Println(address, err)
		io.Copy(io.Discard, os.Stdin)
	case "go": // a go command: starts four of them
		for range 4 {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), envRole+"=user "+service)
			cmd.Stdin, cmd.Stdout = os.Stdin, os.Stdout
			if cmd.Start() != nil {
				os.Exit(1)
			}
		}
		io.Copy(io.Discard, os.Stdin)
	}
}

// run is a process of a played run.
type run struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner
	input io.WriteCloser
}

func play(t *testing.T, role string, env ...string) *run {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), envRole+"="+role), env...)
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := &run{cmd, bufio.NewScanner(out), input}
	t.Cleanup(r.end)
	return r
}

func (r *run) end() {
	r.input.Close()
	r.cmd.Process.Kill()
	r.cmd.Wait()
}

// heard is the next line: an address and an error.
func (r *run) heard(t *testing.T) string {
	t.Helper()
	if !r.lines.Scan() {
		t.Fatal("the process said nothing")
	}
	return r.lines.Text()
}

// answer asks a probe and returns the numbers of its keeper and its child.
func answer(t *testing.T, line string) (keeperID, childID int) {
	t.Helper()
	address, found := strings.CutSuffix(line, " <nil>")
	if !found {
		t.Fatal(line)
	}
	c, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := fmt.Fscan(c, &keeperID, &childID); err != nil {
		t.Fatal(err)
	}
	return keeperID, childID
}

func eventually(t *testing.T, what string, true func() bool) {
	t.Helper()
	for range 500 {
		if true() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}

func gone(pid int) bool {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err != nil || strings.Contains(string(b), ") Z ")
}

func folderOf(r *run, service string) string {
	return meetingPlace(family{r.cmd.Process.Pid, birth(r.cmd.Process.Pid)}, service)
}

func TestAllTestProcessesOfARunShareOneServiceAndNothingIsLeft(t *testing.T) {
	for what, end := range map[string]func(*run){
		"the run ends in order": func(r *run) { r.input.Close() },
		"the run is killed":     func(r *run) { r.cmd.Process.Kill() },
	} {
		t.Run(what, func(t *testing.T) {
			r := play(t, "go probe")
			keeperID, childID := answer(t, r.heard(t))
			for range 3 {
				if other, _ := answer(t, r.heard(t)); other != keeperID {
					t.Errorf("keepers %d and %d", keeperID, other)
				}
			}
			folder := folderOf(r, "probe")
			if _, err := os.Stat(folder); err != nil {
				t.Fatal(err)
			}
			end(r)
			r.cmd.Wait()
			eventually(t, "the keeper ends", func() bool { return gone(keeperID) })
			if !gone(childID) {
				t.Error("the service's program lives on")
			}
			if _, err := os.Stat(folder); !os.IsNotExist(err) {
				t.Errorf("the folder is still there: %v", err)
			}
		})
	}
}

func TestAnIdleServiceEndsAndALaterTestStartsAnother(t *testing.T) {
	// Both users are children of this process, so they are of one run.
	first := play(t, "user probe", envIdle+"=300ms")
	one, _ := answer(t, first.heard(t))
	time.Sleep(time.Second) // used, however long
	if gone(one) {
		t.Fatal("a service in use was stopped")
	}
	first.end()
	eventually(t, "the idle keeper ends", func() bool { return gone(one) })
	second := play(t, "user probe", envIdle+"=300ms")
	two, _ := answer(t, second.heard(t))
	if one == two {
		t.Error("the dead keeper answered")
	}
	second.end()
	eventually(t, "the second keeper ends", func() bool { return gone(two) })
}

func TestAKilledKeeperTakesItsProgramsAlongAndIsReplaced(t *testing.T) {
	first := play(t, "user probe", envIdle+"=300ms")
	one, child := answer(t, first.heard(t))
	syscall.Kill(one, syscall.SIGKILL)
	eventually(t, "the keeper's program ends", func() bool { return gone(child) })
	second := play(t, "user probe", envIdle+"=300ms")
	two, _ := answer(t, second.heard(t))
	if gone(two) || one == two {
		t.Errorf("keepers %d and %d", one, two)
	}
	first.end()
	second.end()
	eventually(t, "the second keeper ends", func() bool { return gone(two) })
}

func TestEveryTestProcessReadsWhyAServiceDidNotStart(t *testing.T) {
	for service, why := range map[string]string{"broken": "the cable is cut", "panics": "head over heels"} {
		r := play(t, "go "+service)
		for range 4 {
			if line := r.heard(t); !strings.Contains(line, why) {
				t.Errorf("%s: %s", service, line)
			}
		}
		folder := folderOf(r, service)
		r.end()
		eventually(t, "the folder is removed", func() bool { _, err := os.Stat(folder); return os.IsNotExist(err) })
	}
}

func TestWhatAKilledKeeperLeftIsSweptAway(t *testing.T) {
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	left := meetingPlace(family{dead.Process.Pid, "12345"}, "probe")
	if err := os.MkdirAll(left+"/files/deep", 0o700); err != nil {
		t.Fatal(err)
	}
	mine := meetingPlace(family{os.Getpid(), birth(os.Getpid())}, "other")
	if err := os.MkdirAll(mine, 0o700); err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(mine)
	sweep()
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("a dead run's folder is still there: %v", err)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Errorf("a living run's folder is gone: %v", err)
	}
}

func TestAFolderThatIsNotOursIsRefused(t *testing.T) {
	target := t.TempDir()
	link := target + "/link"
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if gate, err := (place{link}).enter(); err == nil {
		gate.Close()
		t.Error("followed a link")
	}
	if os.Getuid() == 0 {
		foreign := target + "/foreign"
		if err := os.Mkdir(foreign, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(foreign, 65534, 65534); err != nil {
			t.Fatal(err)
		}
		if gate, err := (place{foreign}).enter(); err == nil {
			gate.Close()
			t.Error("entered a folder of somebody else's")
		}
	}
}

// witness is a test that only notes how it would have ended.
type witness struct {
	testing.TB
	skipped, failed string
}

func (w *witness) Helper()        {}
func (w *witness) Name() string   { return "TestOfTheWitness" }
func (w *witness) Skip(a ...any)  { w.skipped = fmt.Sprint(a...) }
func (w *witness) Fatal(a ...any) { w.failed = fmt.Sprint(a...) }

func TestAnAbsentServiceSkipsAtHomeAndFailsInCI(t *testing.T) {
	for ci, fails := range map[string]bool{"": false, "true": true} {
		t.Setenv("CI", ci)
		w := &witness{}
		var told strings.Builder
		voice = &told
		Require(w, "absent")
		voice = os.Stderr
		if told.Len() == 0 && !fails {
			t.Error("nothing was said on standard error")
		}
		if (w.failed != "") != fails || (w.skipped != "") == fails {
			t.Errorf("CI=%q: skipped %q, failed %q", ci, w.skipped, w.failed)
		}
		if !strings.Contains(w.failed+w.skipped, "apt-get install unicorn") {
			t.Errorf("CI=%q: no word how to get it", ci)
		}
	}
	if Here(&witness{}, "absent") || !Here(&witness{}, "probe") {
		t.Error("Here is wrong")
	}
}

func TestRootStartsProgramsAsNobodyAndOthersAsThemselves(t *testing.T) {
	cmd := exec.Command("id", "-u")
	folder := Folder(t) + "/its"
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := AsNobody(cmd, folder); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	id := strings.TrimSpace(string(out))
	if own := strconv.Itoa(os.Getuid()); id == "0" || os.Getuid() != 0 && id != own {
		t.Errorf("started by %s, the program ran as %s", own, id)
	}
	info, err := os.Stat(folder)
	if err != nil {
		t.Fatal(err)
	}
	if owner := info.Sys().(*syscall.Stat_t).Uid; strconv.Itoa(int(owner)) != id {
		t.Errorf("the folder belongs to %d", owner)
	}
}

func TestWaitTCPTellsWhenTheProgramEndsFirst(t *testing.T) {
	port, err := FreePort()
	if err != nil {
		t.Fatal(err)
	}
	p, err := Run(exec.Command("false"), syscall.SIGTERM)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := WaitTCP("127.0.0.1:"+strconv.Itoa(port), p, time.Minute); err == nil || !strings.Contains(err.Error(), "ended") {
		t.Errorf("got %v", err)
	}
	if time.Since(began) > 10*time.Second {
		t.Error("waited on though the program had ended")
	}
}
