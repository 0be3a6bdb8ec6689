// Package keeper starts real services for tests, each once per `go test` run,
// and makes sure that nothing of them is left behind.
//
// Never: part of the program. Only tests and packages that serve tests import
// it.
//
// All test processes of one `go test` are children of one go command. Those
// that need a service meet in a folder named after both; the first runs its own
// binary again, detached, as the service's keeper. The keeper publishes the
// address and stops the service when the go command is gone, or when for a
// minute no test process has used it.
package keeper

import (
	"fmt"
	"io"
	"os"
	"sync"
	"testing"
)

// Service is something real that tests talk to.
type Service struct {
	// Name is one lower-case word.
	Name string
	// Missing is "" when the service's programs are on this machine, else a
	// sentence how to get them, such as "apt-get install postgresql".
	Missing func() string
	// Start runs it with its files under dir, which exists, may be crossed by
	// other users, and is removed in the end. It returns when the service
	// answers.
	Start func(dir string) (Running, error)
}

// Running is a started service.
type Running struct {
	Address string // what Address hands to the tests, in the service's own form
	Stop    func() // ends it and waits until it has ended
}

const (
	envService = "RETURNSUPPORT_KEEPER"        // name of the service this process keeps
	envFolder  = "RETURNSUPPORT_KEEPER_FOLDER" // where its users meet
	envParent  = "RETURNSUPPORT_KEEPER_PARENT" // the go command, as family.String
	envIdle    = "RETURNSUPPORT_KEEPER_IDLE"   // another idle time, for the keeper's own tests
)

// voice is where skips are told.
var voice io.Writer = os.Stderr

var (
	mu       sync.Mutex
	services = map[string]Service{}
	known    = map[string]string{} // addresses this process has asked for
)

// Register makes a service known; the init of the service's package calls it.
// In a process that was started as the service's keeper it does not return.
func Register(s Service) {
	if os.Getenv(envService) == s.Name {
		keep(s)
		os.Exit(0)
	}
	mu.Lock()
	defer mu.Unlock()
	if _, twice := services[s.Name]; twice {
		panic("keeper: service " + s.Name + " registered twice")
	}
	services[s.Name] = s
}

// Require ends the test unless the service's programs are here: it skips with
// a sentence how to get them, and fails where CI=true, because there
// everything must run.
func Require(t testing.TB, name string) {
	t.Helper()
	if why := missing(t, name); why != "" {
		Absent(t, name, why)
	}
}

// Here tells whether the service's programs are on this machine.
func Here(t testing.TB, name string) bool {
	t.Helper()
	return missing(t, name) == ""
}

// Absent skips the test, or fails it where CI=true, because what is not here.
// It is the only skip of the house.
func Absent(t testing.TB, what, howToGet string) {
	t.Helper()
	sentence := fmt.Sprintf("%s is not here: %s", what, howToGet)
	if os.Getenv("CI") == "true" {
		t.Fatal(sentence)
		return
	}
	fmt.Fprintf(voice, "skipped %s: %s\n", t.Name(), sentence)
	t.Skip(sentence)
}

func missing(t testing.TB, name string) string {
	t.Helper()
	mu.Lock()
	s, ok := services[name]
	mu.Unlock()
	if !ok {
		t.Fatalf("keeper: no service %q is registered", name)
	}
	return s.Missing()
}

// Address returns what the service's Start published, starting it when this
// run has not yet. Without the service's programs it does as Require.
func Address(t testing.TB, name string) string {
	t.Helper()
	Require(t, name)
	mu.Lock()
	defer mu.Unlock()
	if address, ok := known[name]; ok {
		return address
	}
	parent := family{pid: os.Getppid(), born: birth(os.Getppid())}
	address, err := place{meetingPlace(parent, name)}.find(parent, name)
	if err != nil {
		t.Fatalf("keeper: %s: %v", name, err)
	}
	known[name] = address
	return address
}
