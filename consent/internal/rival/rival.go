// Package rival lets a test race against another process of its own: the test's
// binary, started once more, on the same database and with the same secrets.
//
// Never: in the program. Tests alone import it.
package rival

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"testing"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

const (
	addressVar = "RETURNSUPPORT_RIVAL_DATABASE"
	secretsVar = "RETURNSUPPORT_RIVAL_SECRETS"
)

// Main is a package's TestMain. In the second process it does what it is told,
// one order after the other, with what begin made of database and secrets; each
// answer is "" or what went wrong.
func Main[T any](m *testing.M, begin func(db *store.DB, secrets *vault.Secrets) func(order T) error) {
	address := os.Getenv(addressVar)
	if address == "" {
		os.Exit(m.Run())
	}
	if err := serve(address, begin); err != nil {
		fmt.Fprintln(os.Stderr, "the second process:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func serve[T any](address string, begin func(*store.DB, *vault.Secrets) func(T) error) error {
	secrets, err := vault.ParseSecrets([]byte(os.Getenv(secretsVar)))
	if err != nil {
		return err
	}
	db, err := store.Open(context.Background(), address, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer db.Close()
	do := begin(db, secrets)
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var order T
		if err := in.Decode(&order); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		said := ""
		if err := do(order); err != nil {
			said = err.Error()
		}
		if err := out.Encode(said); err != nil {
			return err
		}
	}
}

// Process is the second process, as the test sees it.
type Process struct {
	t   *testing.T
	in  *json.Encoder
	out *json.Decoder
}

// Start starts it; it ends with the test.
func Start(t *testing.T, address string, secrets *vault.Secrets) *Process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), addressVar+"="+address, secretsVar+"="+string(secrets.Marshal()))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
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
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the second process: %v", err)
		}
	})
	return &Process{t, json.NewEncoder(in), json.NewDecoder(bufio.NewReader(out))}
}

// Race has it begin with an order while the test goes on; wait returns when it
// is done, "" when all went well.
func (p *Process) Race(order any) (wait func() string) {
	p.t.Helper()
	if err := p.in.Encode(order); err != nil {
		p.t.Fatal(err)
	}
	return func() string {
		p.t.Helper()
		var said string
		if err := p.out.Decode(&said); err != nil {
			p.t.Fatal(err)
		}
		return said
	}
}
