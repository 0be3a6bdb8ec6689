package mailbridge

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// fake is an IMAP server that says what a test wants.
type fake struct {
	greeting string
	caps     string
	// answer says everything to a command but its tagged OK; done = false
	// keeps that back, too. Commands it does not care for answer as usual.
	answer func(w io.Writer, tag, command string) (handled, done bool)
}

func (f fake) start(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var conns sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(func() { cancel(); l.Close(); conns.Wait() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conns.Add(1)
			go func() {
				defer conns.Done()
				defer c.Close()
				defer context.AfterFunc(ctx, func() { c.Close() })()
				f.serve(c)
			}()
		}
	}()
	return l.Addr().String()
}

func (f fake) serve(c net.Conn) {
	if f.greeting == "" {
		f.greeting = "* OK ready\r\n"
	}
	if f.caps == "" {
		f.caps = "IMAP4rev1"
	}
	fmt.Fprint(c, f.greeting)
	lines := bufio.NewReader(c)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		tag, command, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		if f.answer != nil {
			handled, done := f.answer(c, tag, command)
			if handled {
				if done {
					fmt.Fprintf(c, "%s OK done\r\n", tag)
				}
				continue
			}
		}
		switch verb, _, _ := strings.Cut(command, " "); verb {
		case "CAPABILITY":
			fmt.Fprintf(c, "* CAPABILITY %s\r\n", f.caps)
		case "SELECT":
			fmt.Fprint(c, "* 1 EXISTS\r\n* OK [UIDVALIDITY 1] v\r\n")
		}
		fmt.Fprintf(c, "%s OK done\r\n", tag)
	}
}

// onList answers the first look into the folder.
func onList(say func(w io.Writer, tag string)) func(io.Writer, string, string) (bool, bool) {
	return func(w io.Writer, tag, command string) (bool, bool) {
		if !strings.HasPrefix(command, "UID FETCH") {
			return false, false
		}
		say(w, tag)
		return true, false
	}
}

// troubled waits for a mailbox to rest and answers why.
func troubled(t *testing.T, c *Collector) Code {
	t.Helper()
	eventually(t, "trouble", func() bool { return c.Status()[0].State == Resting })
	return c.Status()[0].Trouble
}

// slowly keeps a mailbox resting once it has failed.
var slowly = WithClock(time.Now, func(time.Duration) <-chan time.Time { return nil })
