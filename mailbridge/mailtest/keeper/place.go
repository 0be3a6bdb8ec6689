package keeper

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// place is the folder where a service's users and its keeper meet. Who holds
// the gate may change anything in it; whoever uses the service holds a shared
// lock on the users' file, and the keeper an exclusive one on its own, each as
// long as the process lives. So a process that is killed leaves no claim.
type place struct{ folder string }

const (
	fileGate    = "gate"
	fileUsers   = "users"
	fileKeeper  = "keeper"
	fileAddress = "address"
	fileFailed  = "failed"
)

// patience bounds how long a service may take to start.
const patience = 90 * time.Second

// claims are the shared locks of this process; they stand until it ends.
var claims []*os.File

func (p place) path(file string) string { return filepath.Join(p.folder, file) }

// find returns the service's address and starts a keeper when there is none.
func (p place) find(parent family, name string) (string, error) {
	gate, err := p.enter()
	if err != nil {
		return "", err
	}
	defer gate.Close()
	claim, err := lock(p.path(fileUsers), syscall.LOCK_SH)
	if err != nil {
		return "", err
	}
	claims = append(claims, claim)
	if free, err := tryLock(p.path(fileKeeper)); err == nil {
		free.Close()
		p.withdraw() // of a keeper that was killed
		gone, err := p.spawn(parent, name)
		if err != nil {
			return "", err
		}
		return p.await(gone)
	}
	return p.await(nil)
}

// enter makes the folder and takes the gate. The keeper removes the folder
// with the gate inside, so having the lock is not enough: it must still be the
// one that stands there.
func (p place) enter() (*os.File, error) {
	for {
		if err := os.Mkdir(p.folder, 0o711); err != nil && !errors.Is(err, os.ErrExist) {
			return nil, fmt.Errorf("make the meeting place: %w", err)
		}
		// The folder's name can be guessed; one that somebody else made or
		// that leads elsewhere is not ours.
		info, err := os.Lstat(p.folder)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("look at the meeting place: %w", err)
		}
		if owner, ok := info.Sys().(*syscall.Stat_t); !info.IsDir() || !ok || int(owner.Uid) != os.Getuid() {
			return nil, fmt.Errorf("%s is not ours", p.folder)
		}
		gate, err := lock(p.path(fileGate), syscall.LOCK_EX)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		mine, err := gate.Stat()
		if err == nil {
			if there, err := os.Stat(p.path(fileGate)); err == nil && os.SameFile(mine, there) {
				return gate, nil
			}
		}
		gate.Close()
	}
}

// spawn runs this test binary again as the keeper; gone is closed when that
// process ends.
func (p place) spawn(parent family, name string) (gone <-chan struct{}, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find the test binary: %w", err)
	}
	cmd := exec.Command(self)
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), envService+"="+name, envFolder+"="+p.folder, envParent+"="+parent.String())
	// Its own session, so that ^C in the terminal reaches the tests and the
	// keeper ends in order. Standard streams stay closed: `go test` waits a
	// minute for whoever holds them.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the keeper: %w", err)
	}
	ended := make(chan struct{})
	go func() {
		cmd.Wait()
		close(ended)
	}()
	return ended, nil
}

// await reads the keeper's word. The caller holds the gate, so nobody else
// starts a keeper meanwhile.
func (p place) await(gone <-chan struct{}) (string, error) {
	deadline := time.After(patience)
	for {
		if b, err := os.ReadFile(p.path(fileAddress)); err == nil {
			return string(b), nil
		}
		if b, err := os.ReadFile(p.path(fileFailed)); err == nil {
			return "", fmt.Errorf("did not start: %s", strings.TrimSpace(string(b)))
		}
		select {
		case <-gone:
			return "", errors.New("its keeper ended without a word")
		case <-deadline:
			return "", fmt.Errorf("did not start within %v", patience)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// publish writes a whole file or none: others poll for it.
func (p place) publish(file, text string) error {
	if err := os.WriteFile(p.path(file+".new"), []byte(text), 0o600); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	return os.Rename(p.path(file+".new"), p.path(file))
}

func (p place) withdraw() {
	os.Remove(p.path(fileAddress))
	os.Remove(p.path(fileFailed))
}

// used tells whether a living test process claims the service.
func (p place) used() bool {
	f, err := tryLock(p.path(fileUsers))
	if err != nil {
		return true
	}
	f.Close()
	return false
}

// lock waits for flock(2) on a file, which it makes when it is absent. Closing
// the file ends it.
func lock(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	for {
		err = syscall.Flock(int(f.Fd()), how)
		if err == nil {
			return f, nil
		}
		if err != syscall.EINTR {
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", filepath.Base(path), err)
		}
	}
}

func tryLock(path string) (*os.File, error) { return lock(path, syscall.LOCK_EX|syscall.LOCK_NB) }
