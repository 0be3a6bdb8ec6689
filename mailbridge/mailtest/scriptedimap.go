package mailtest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
)

// IMAPScript is an IMAP server without mails that says what it is told. The zero
// one is honest: an INBOX of one mail that no command finds.
type IMAPScript struct {
	Greeting     string // "* OK ready\r\n" by default
	Capabilities string // "IMAP4rev1" by default
	// Answer says everything to a command but its tagged OK; done = false keeps
	// that back, too. Commands it does not handle are answered as usual.
	Answer func(w io.Writer, tag, command string) (handled, done bool)
}

// Start serves the script on a free port of this machine until end is called.
func (s IMAPScript) Start() (address string, end func(), err error) {
	if s.Greeting == "" {
		s.Greeting = "* OK ready\r\n"
	}
	if s.Capabilities == "" {
		s.Capabilities = "IMAP4rev1"
	}
	return serveScript(s.serve)
}

// Test serves the script until the test ends and answers where.
func (s IMAPScript) Test(t TB) (address string) {
	t.Helper()
	return testScript(t, s.Start)
}

func (s IMAPScript) serve(c net.Conn) {
	fmt.Fprint(c, s.Greeting)
	lines := bufio.NewReader(c)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		tag, command, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		if s.Answer != nil {
			if handled, done := s.Answer(c, tag, command); handled {
				if done {
					fmt.Fprintf(c, "%s OK done\r\n", tag)
				}
				continue
			}
		}
		switch verb, _, _ := strings.Cut(command, " "); verb {
		case "CAPABILITY":
			fmt.Fprintf(c, "* CAPABILITY %s\r\n", s.Capabilities)
		case "SELECT":
			fmt.Fprint(c, "* 1 EXISTS\r\n* OK [UIDVALIDITY 1] v\r\n")
		}
		fmt.Fprintf(c, "%s OK done\r\n", tag)
	}
}

func testScript(t TB, start func() (address string, end func(), err error)) string {
	t.Helper()
	address, end, err := start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(end)
	return address
}

// serveScript gives each connection to serve. end hangs up and waits.
func serveScript(serve func(net.Conn)) (address string, end func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("serve a script: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var working sync.WaitGroup
	working.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			working.Go(func() {
				defer c.Close()
				defer context.AfterFunc(ctx, func() { c.Close() })()
				serve(c)
			})
		}
	})
	return l.Addr().String(), func() { cancel(); l.Close(); working.Wait() }, nil
}
