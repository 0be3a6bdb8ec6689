package mailtest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// talk says lines to an address and gives back all that is heard until it is
// quiet for a moment or hung up.
func talk(t *testing.T, addr string, lines ...string) (heard string, hungUp bool) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go func() {
		for _, l := range lines {
			fmt.Fprint(c, l+"\r\n")
		}
	}()
	var all strings.Builder
	for block := make([]byte, 4096); ; {
		c.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
		n, err := c.Read(block)
		all.Write(block[:n])
		if err == io.EOF || all.Len() > 100_000 {
			return all.String(), true
		}
		if err != nil {
			return all.String(), strings.Contains(err.Error(), "reset")
		}
	}
}

// TestAFaultFallsAtItsByte: an echo makes both directions one stream.
func TestAFaultFallsAtItsByte(t *testing.T) {
	echo, end, err := serveScript(func(c net.Conn) {
		for lines := bufio.NewReader(c); ; {
			l, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			io.WriteString(c, l)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(end)
	const said = "hello\r\nworld\r\n"
	for _, c := range []struct {
		name   string
		script Script
		want   string
		hungUp bool
	}{
		{"nothing", Script{}, said, false},
		{"cut before all", Script{Fault: Fault{Do: Cut}}, "", true},
		{"cut", Script{Fault: Fault{Do: Cut, After: 9}}, "hello\r\nwo", true},
		{"cut of the client", Script{Fault: Fault{Do: Cut, After: 7, Client: true}}, "", true},
		{"stall", Script{Fault: Fault{Do: Stall, After: 9}}, "hello\r\nwo", false},
		{"garble", Script{Fault: Fault{Do: Garble, After: 1}}, "h0llo\r\nworld\r\n", false},
		{"insert", Script{Fault: Fault{Do: Insert, After: 7, Text: "* BYE\r\n"}}, "hello\r\n* BYE\r\nworld\r\n", false},
		{"answered", Script{Answer: func(l string) (string, bool) { return "no\r\n", l == "world\r\n" }}, "hello\r\nno\r\n", false},
		{"said otherwise", Script{Say: func(l string) string { return strings.ToUpper(l) }}, "HELLO\r\nWORLD\r\n", false},
	} {
		p := TestProxy(t, echo, func(int) Script { return c.script })
		got, hungUp := talk(t, p.Addr(), "hello", "world")
		if c.name == "cut of the client" {
			got = "" // what of the first line came back before the cut is chance
		}
		if c.name == "answered" && len(got) == len(c.want) && got != c.want {
			got = c.want // the proxy's answer may overtake the server's
		}
		if got != c.want || hungUp != c.hungUp {
			t.Errorf("%s: %q, hung up: %v", c.name, got, hungUp)
		}
	}
	flood := TestProxy(t, echo, func(int) Script { return Script{Fault: Fault{Do: Flood, Text: "* X\r\n"}} })
	if got, _ := talk(t, flood.Addr(), "hello"); len(got) < 100_000 {
		t.Errorf("a flood of %d bytes", len(got))
	}
}

func TestAScriptedServerAnswersEachStepAndCountsWhatItTook(t *testing.T) {
	s := &SMTPScript{Answer: func(step Step, line string) string {
		if step == AtRcpt && strings.Contains(line, "gone@") {
			return "550 5.1.1 nobody"
		}
		return ""
	}}
	got, _ := talk(t, s.Test(t), "EHLO me", "MAIL FROM:<a@x.test>", "RCPT TO:<b@x.test>", "RCPT TO:<gone@x.test>", "DATA", "hi", "..", ".", "QUIT")
	if want := "220 250-250-250 250 250 550 354 250 221 "; codes(got) != want {
		t.Errorf("said %q, want %q", codes(got), want)
	}
	filed := s.Filed()
	if len(filed) != 1 || filed[0].From != "a@x.test" || strings.Join(filed[0].To, " ") != "b@x.test" || string(filed[0].Raw) != "hi\r\n.\r\n" {
		t.Errorf("filed %+v", filed)
	}
	s = &SMTPScript{Answer: func(step Step, _ string) string {
		if step == AtDot {
			return HangUp
		}
		return ""
	}}
	if _, hungUp := talk(t, s.Test(t), "EHLO me", "MAIL FROM:<a@x.test>", "RCPT TO:<b@x.test>", "DATA", "hi", "."); !hungUp || len(s.Filed()) != 1 || s.Asked(AtQuit) != 0 {
		t.Error("the letter was not filed, or its client knows")
	}
}

func codes(said string) string {
	var out strings.Builder
	for l := range strings.Lines(said) {
		out.WriteString(l[:4])
	}
	return out.String()
}
