package keeper

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// Process is a program a test has started.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error
}

// Run starts the program and sees to it that it does not outlive this process:
// the kernel then sends it the signal last (on Linux).
func Run(cmd *exec.Cmd, last syscall.Signal) (*Process, error) {
	dieWith(cmd, last)
	p := &Process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The kernel's "parent" is the thread that forked. Go ends threads as
		// it likes, so this one is kept until the program has ended.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			p.err = cmd.Wait()
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(cmd.Path), err)
	}
	return p, nil
}

// Done is closed when the program has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Wait waits for the program's end and returns its error, if any.
func (p *Process) Wait() error {
	<-p.done
	return p.err
}

// Signal sends it a signal; one that has ended ignores it.
func (p *Process) Signal(s syscall.Signal) { p.cmd.Process.Signal(s) }

// Stop asks with a signal, waits, and kills what has not ended after ten
// seconds.
func (p *Process) Stop(s syscall.Signal) {
	p.Signal(s)
	select {
	case <-p.done:
	case <-time.After(10 * time.Second):
		p.cmd.Process.Kill()
		<-p.done
	}
}

// KillAll kills the program and the processes it has started at once, as a
// power cut would, and returns when all are gone.
func (p *Process) KillAll() {
	p.Signal(syscall.SIGSTOP) // or it would start others meanwhile
	children := childrenOf(p.cmd.Process.Pid)
	p.cmd.Process.Kill()
	for _, child := range children {
		syscall.Kill(child.pid, syscall.SIGKILL)
	}
	<-p.done
	for _, child := range children {
		for child.lives() {
			time.Sleep(time.Millisecond)
		}
	}
}

// AsNobody makes the program run as the user nobody when this process is root,
// and hands the named folders to that user: PostgreSQL and Dovecot refuse to
// work as root. Any other user runs everything as itself.
func AsNobody(cmd *exec.Cmd, folders ...string) error {
	if os.Getuid() != 0 {
		return nil
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		return fmt.Errorf("find the user nobody: %w", err)
	}
	uid, err := strconv.Atoi(nobody.Uid)
	if err != nil {
		return fmt.Errorf("read nobody's number: %w", err)
	}
	gid, err := strconv.Atoi(nobody.Gid)
	if err != nil {
		return fmt.Errorf("read nobody's group: %w", err)
	}
	for _, folder := range folders {
		if err := os.Chown(folder, uid, gid); err != nil {
			return fmt.Errorf("hand a folder to nobody: %w", err)
		}
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	cmd.Dir = "/" // the caller's own may be closed to nobody
	return nil
}

// Folder is a temporary folder that, unlike t.TempDir, another user may cross:
// what a program that runs as nobody works in can lie below it.
func Folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "returnsupport-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

// FreePort returns a TCP port on 127.0.0.1 that nobody listens on right now.
func FreePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// WaitTCP returns when somebody listens on address, with an error when nobody
// does in time or the program that should ends before. The program may be nil.
func WaitTCP(address string, p *Process, patience time.Duration) error {
	var ended <-chan struct{}
	if p != nil {
		ended = p.done
	}
	for deadline := time.Now().Add(patience); ; {
		c, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			return c.Close()
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("nobody listens on %s after %v", address, patience)
		}
		select {
		case <-ended:
			return fmt.Errorf("the program for %s ended before it listened: %v", address, p.err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
