// Package redistest gives tests a real Redis: one for the whole test run, and
// private ones that a test may kill.
//
// Never: part of the program.
package redistest

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"returnsupport/mailbridge/mailtest/keeper"
)

const service = "redis"

func init() {
	keeper.Register(keeper.Service{Name: service, Missing: missing, Start: start})
}

func missing() string {
	if _, err := exec.LookPath("redis-server"); err != nil {
		return "apt-get install redis-server"
	}
	return ""
}

// Require ends the test where Redis is not installed.
func Require(t testing.TB) {
	t.Helper()
	keeper.Require(t, service)
}

// Here tells whether Redis is installed.
func Here(t testing.TB) bool {
	t.Helper()
	return keeper.Here(t, service)
}

// Address is the run's own Redis. Other packages use it at the same time: keep
// to names of your own.
func Address(t testing.TB) string {
	t.Helper()
	return keeper.Address(t, service)
}

func start(dir string) (keeper.Running, error) {
	port, err := keeper.FreePort()
	if err != nil {
		return keeper.Running{}, err
	}
	p, err := keeper.Run(command(dir, "--bind", "127.0.0.1", "--port", strconv.Itoa(port)), syscall.SIGTERM)
	if err != nil {
		return keeper.Running{}, err
	}
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	if err := keeper.WaitTCP(address, p, 20*time.Second); err != nil {
		p.Stop(syscall.SIGTERM)
		return keeper.Running{}, err
	}
	return keeper.Running{Address: "redis://" + address, Stop: func() { p.Stop(syscall.SIGTERM) }}, nil
}

// command is a Redis that keeps nothing and reads no configuration file.
func command(dir string, more ...string) *exec.Cmd {
	cmd := exec.Command("redis-server", append([]string{"--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", dir}, more...)...)
	cmd.Dir = dir
	return cmd
}

// Server is a private Redis behind a socket in a folder.
type Server struct {
	dir  string
	more []string
	p    *keeper.Process
}

// Start runs a private Redis until the test ends; more are its own options.
func Start(t testing.TB, more ...string) *Server {
	t.Helper()
	Require(t)
	s := &Server{dir: keeper.Folder(t), more: more}
	s.Restart(t)
	t.Cleanup(func() {
		s.Resume()
		s.Kill()
	})
	return s
}

func (s *Server) socket() string { return filepath.Join(s.dir, "redis.sock") }

// Address stays the same over restarts.
func (s *Server) Address() string { return "unix://" + s.socket() }

// Restart starts it again after Kill, with nothing remembered.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	os.Remove(s.socket())
	p, err := keeper.Run(command(s.dir, append([]string{"--port", "0", "--unixsocket", s.socket()}, s.more...)...), syscall.SIGTERM)
	if err != nil {
		t.Fatal(err)
	}
	s.p = p
	for range 1000 {
		if c, err := net.Dial("unix", s.socket()); err == nil {
			c.Close()
			return
		}
		select {
		case <-p.Done():
			t.Fatal(fmt.Errorf("redis-server ended: %w", p.Wait()))
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Fatal("redis-server does not answer")
}

// Overhear returns a function that tells every command Redis has been given
// since, with its arguments.
func (s *Server) Overhear(t testing.TB) func() []byte {
	t.Helper()
	c, err := net.Dial("unix", s.socket())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := c.Write([]byte("MONITOR\r\n")); err != nil {
		t.Fatal(err)
	}
	var (
		mu  sync.Mutex
		all []byte
	)
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := c.Read(b)
			mu.Lock()
			all = append(all, b[:n]...)
			mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return func() []byte {
		mu.Lock()
		defer mu.Unlock()
		return bytes.Clone(all)
	}
}

// Kill ends it as a power cut would.
func (s *Server) Kill() { s.p.KillAll() }

// Pause lets it hang: connections stand and nobody answers.
func (s *Server) Pause() { s.p.Signal(syscall.SIGSTOP) }

// Resume ends Pause.
func (s *Server) Resume() { s.p.Signal(syscall.SIGCONT) }
