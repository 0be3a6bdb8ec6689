package storetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"returnsupport/mailbridge/mailtest/keeper"
)

// Cluster is a PostgreSQL server of our own.
type Cluster struct {
	bin, data, log string
	port           int
	durable        bool
	process        *keeper.Process
}

const role = "returnsupport"

// binaries is the folder of the newest PostgreSQL on this machine, or "".
func binaries() string {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	newest, best := "", 0
	for _, path := range found {
		version, wrong := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		if wrong == nil && version > best {
			newest, best = filepath.Dir(path), version
		}
	}
	if err == nil && newest != "" {
		return newest
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		return filepath.Dir(path)
	}
	return ""
}

// NewCluster makes and starts a server whose files lie in dir, which other
// users may cross (keeper.Folder). A durable one waits for the disk at every
// commit, for crash tests; else it is as fast as it can be.
func NewCluster(dir string, durable bool) (*Cluster, error) {
	port, err := keeper.FreePort()
	if err != nil {
		return nil, err
	}
	c := &Cluster{
		bin: binaries(), data: filepath.Join(dir, "postgres"), log: filepath.Join(dir, "postgres.log"),
		port: port, durable: durable,
	}
	if err := os.Mkdir(c.data, 0o700); err != nil {
		return nil, fmt.Errorf("make the server's folder: %w", err)
	}
	init := exec.Command(filepath.Join(c.bin, "initdb"), "-D", c.data, "--no-sync", "--no-instructions",
		"-A", "trust", "-U", role, "--locale=C", "--encoding=UTF8")
	if err := keeper.AsNobody(init, c.data); err != nil {
		return nil, err
	}
	if out, err := init.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	return c, c.Start()
}

// Start runs the server, also again after Kill, on the same port and files.
func (c *Cluster) Start() error {
	args := []string{
		"-D", c.data, "-p", strconv.Itoa(c.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
		// In the server's own folder, so that a killed one leaves nothing in /dev/shm.
		"-c", "dynamic_shared_memory_type=mmap",
		"-c", "max_connections=300", "-c", "shared_buffers=64MB", "-c", "max_wal_size=128MB",
	}
	if !c.durable {
		args = append(args, "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
	}
	log, err := os.OpenFile(c.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open the server's log: %w", err)
	}
	defer log.Close()
	cmd := exec.Command(filepath.Join(c.bin, "postgres"), args...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := keeper.AsNobody(cmd); err != nil {
		return err
	}
	if c.process, err = keeper.Run(cmd, syscall.SIGINT); err != nil {
		return err
	}
	if err := keeper.WaitTCP("127.0.0.1:"+strconv.Itoa(c.port), c.process, time.Minute); err != nil {
		said, _ := os.ReadFile(c.log)
		return fmt.Errorf("%w: %s", err, said)
	}
	return c.welcome()
}

// welcome waits until the server lets somebody in: it listens before it has
// recovered.
func (c *Cluster) welcome() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, c.Address("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the server: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Address is the address of one of its databases.
func (c *Cluster) Address(database string) string {
	return (&url.URL{
		Scheme: "postgres", User: url.User(role), Host: "127.0.0.1:" + strconv.Itoa(c.port),
		Path: database, RawQuery: "sslmode=disable",
	}).String()
}

// Fill lets no file of a running server grow beyond so many bytes, as a disk
// does that is full; "unlimited" makes room again.
func (c *Cluster) Fill(bytes string) error {
	said, err := os.ReadFile(filepath.Join(c.data, "postmaster.pid"))
	if err != nil {
		return fmt.Errorf("fill the disk: %w", err)
	}
	parent, _, _ := strings.Cut(string(said), "\n")
	all, err := os.ReadFile("/proc/" + parent + "/task/" + parent + "/children")
	if err != nil {
		return fmt.Errorf("fill the disk: %w", err)
	}
	for _, pid := range append([]string{parent}, strings.Fields(string(all))...) {
		limit := exec.Command("prlimit", "--pid", pid, "--fsize="+bytes+":")
		if err := keeper.AsNobody(limit); err != nil { // only a process's own user may, or who may everything
			return err
		}
		// One that has ended meanwhile writes nothing any more.
		if out, err := limit.CombinedOutput(); err != nil && pid == parent {
			return fmt.Errorf("fill the disk: %w: %s", err, out)
		}
	}
	return nil
}

// Stop ends the server in order (fast shutdown).
func (c *Cluster) Stop() { c.process.Stop(syscall.SIGINT) }

// Kill ends all its processes at once, as a power cut would.
func (c *Cluster) Kill() { c.process.KillAll() }
