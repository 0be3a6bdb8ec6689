package mailtest

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"strings"
	"sync"
)

// Step is a point of an SMTP session at which a server speaks.
type Step string

// The steps, in their order.
const (
	AtGreeting Step = "greeting"
	AtEHLO     Step = "EHLO"
	AtStartTLS Step = "STARTTLS"
	AtAuth     Step = "AUTH"
	AtMail     Step = "MAIL"
	AtRcpt     Step = "RCPT"
	AtData     Step = "DATA"
	AtDot      Step = "." // the end of the letter
	AtQuit     Step = "QUIT"
)

// Hang instead of an answer: the server hangs up, or says nothing more.
const (
	HangUp = "hang up"
	Hang   = "hang"
)

// SMTPScript is an SMTP server that says what it is told at each step, and counts
// what it took in.
type SMTPScript struct {
	// Answer is what is said at a step to a line: whole lines without the last
	// line end, HangUp or Hang; "" is what a friendly server says.
	Answer func(step Step, line string) string
	// Offers are the lines of EHLO behind the first: AUTH PLAIN by default.
	Offers []string

	mu    sync.Mutex
	filed []Accepted
	asked map[Step]int
}

// Start serves the script on a free port of this machine until end is called.
func (s *SMTPScript) Start() (address string, end func(), err error) {
	s.asked = map[Step]int{}
	if s.Offers == nil {
		s.Offers = []string{"AUTH PLAIN"}
	}
	return serveScript(s.serve)
}

// Test serves the script until the test ends and answers where.
func (s *SMTPScript) Test(t TB) (address string) {
	t.Helper()
	return testScript(t, s.Start)
}

// Filed are the letters whose last byte was answered with 2xx, or with HangUp or
// Hang: the server has them, and its client can't know.
func (s *SMTPScript) Filed() []Accepted {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Accepted(nil), s.filed...)
}

// Asked counts how often a step was reached.
func (s *SMTPScript) Asked(step Step) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[step]
}

var friendly = map[Step]string{
	AtGreeting: "220 ready", "HELO": "250 friendly", AtStartTLS: "454 not today", AtAuth: "235 welcome", AtMail: "250 ok", AtRcpt: "250 ok",
	AtData: "354 go on", AtDot: "250 filed", AtQuit: "221 bye",
}

// say answers a step; false ends the session.
func (s *SMTPScript) say(c net.Conn, step Step, line string) (said string, on bool) {
	s.mu.Lock()
	s.asked[step]++
	s.mu.Unlock()
	if s.Answer != nil {
		said = s.Answer(step, line)
	}
	switch {
	case said == HangUp:
		return said, false
	case said == Hang:
		io.Copy(io.Discard, c) // until the client has enough
		return said, false
	case said == "" && step == AtEHLO:
		said = "250-friendly\r\n250-" + strings.Join(append(s.Offers, "ENHANCEDSTATUSCODES"), "\r\n250-")
		last := strings.LastIndex(said, "250-")
		said = said[:last] + "250 " + said[last+4:]
	case said == "":
		said = friendly[step]
	}
	_, err := io.WriteString(c, said+"\r\n")
	return said, err == nil && !strings.HasPrefix(said, "421")
}

func (s *SMTPScript) serve(c net.Conn) {
	_, on := s.say(c, AtGreeting, "")
	var letter Accepted
	for lines := bufio.NewReader(c); on; {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
		step, said := Step(verb), ""
		if said, on = s.say(c, step, line); !strings.HasPrefix(said, "2") && step != AtData {
			continue
		}
		switch step {
		case AtMail:
			letter = Accepted{From: address(line)}
		case AtRcpt:
			letter.To = append(letter.To, address(line))
		case AtData:
			if strings.HasPrefix(said, "354") {
				if letter.Raw, err = body(lines); err != nil {
					return
				}
				on = s.file(c, letter)
			}
		case AtQuit:
			return
		}
	}
}

// file answers the end of a letter.
func (s *SMTPScript) file(c net.Conn, letter Accepted) bool {
	said, on := s.say(c, AtDot, "")
	if strings.HasPrefix(said, "2") || said == HangUp || said == Hang {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.filed = append(s.filed, letter)
	}
	return on
}

func address(line string) string {
	_, rest, _ := strings.Cut(line, "<")
	addr, _, _ := strings.Cut(rest, ">")
	return addr
}

// body reads up to the line with the dot alone (RFC 5321 section 4.5.2).
func body(lines *bufio.Reader) ([]byte, error) {
	var raw bytes.Buffer
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return nil, err
		}
		if line == ".\r\n" {
			return raw.Bytes(), nil
		}
		raw.WriteString(strings.TrimPrefix(line, "."))
	}
}
