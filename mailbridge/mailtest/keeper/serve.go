package keeper

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// idle is how long a service outlives its last user. A variable for the
// keeper's own tests.
var idle = 60 * time.Second

// keep is the whole life of a keeper process.
func keep(s Service) {
	p := place{os.Getenv(envFolder)}
	parent := parseFamily(os.Getenv(envParent))
	if d, err := time.ParseDuration(os.Getenv(envIdle)); err == nil {
		idle = d
	}
	for _, name := range []string{envService, envFolder, envParent, envIdle} {
		os.Unsetenv(name) // the service's own children are no keepers
	}
	sweep()
	sign, err := lock(p.path(fileKeeper), syscall.LOCK_EX)
	if err != nil {
		return // who started us sees that we are gone
	}
	defer sign.Close()
	running, err := start(s, filepath.Join(p.folder, "files"))
	if err == nil {
		err = p.publish(fileAddress, running.Address)
	}
	if err != nil {
		// Stay, so that the next package reads why and does not try again.
		p.publish(fileFailed, err.Error())
	}
	gate := p.waitForEnd(parent)
	p.withdraw()
	if running.Stop != nil {
		running.Stop()
	}
	os.RemoveAll(p.folder)
	if gate != nil {
		gate.Close()
	}
}

func start(s Service, dir string) (r Running, err error) {
	// A panic would be lost with the closed streams.
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	os.RemoveAll(dir) // of a keeper that was killed
	if err := os.Mkdir(dir, 0o711); err != nil {
		return Running{}, fmt.Errorf("make the service's folder: %w", err)
	}
	return s.Start(dir)
}

// waitForEnd returns, with the gate held, when the go command is gone or when
// nobody has used the service for the idle time.
func (p place) waitForEnd(parent family) (gate *os.File) {
	last := time.Now()
	for parent.lives() {
		time.Sleep(200 * time.Millisecond)
		if p.used() {
			last = time.Now()
		}
		if time.Since(last) < idle {
			continue
		}
		gate, err := p.enter()
		if err != nil {
			return nil
		}
		if !p.used() { // asked again: with the gate held nobody can begin
			return gate
		}
		gate.Close()
	}
	// The tests of a go command that is gone may run on for a moment; they
	// have lost their parent and end, too.
	gate, err := tryLock(p.path(fileGate))
	if err != nil {
		return nil
	}
	return gate
}
