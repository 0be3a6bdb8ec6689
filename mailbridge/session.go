package mailbridge

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/emersion/go-imap"
	"github.com/emersion/go-sasl"
)

// session is one IMAP connection. It uses the library's parser, not its
// client: that one parses in a goroutine of its own, where a malformed
// response such as "* EXPUNGE" without a number is a panic nobody can recover.
// Here all parsing happens in the caller's goroutine, one command at a time.
type session struct {
	line    *hurried
	guard   *guard
	buffer  *bufio.Reader
	parser  *imap.Reader
	timeout time.Duration
	caps    map[string]bool
	tag     int
	rung    bool   // EXISTS was heard since it was last cleared
	mails   uint32 // as EXISTS last said, true or not
	valid   uint32 // UIDVALIDITY of the selected folder
	unhook  func() bool
	largest int64 // above, only the header of a mail is fetched
	keeps   int   // mails of one listing
}

// errPanic is what a parser's panic becomes.
var errPanic = errors.New("the parser gave up")

// open connects, protects the connection as the server's scheme demands, and
// signs in.
func open(ctx context.Context, srv Server, dial DialFunc, timeout time.Duration) (*session, error) {
	s, err := greet(ctx, srv, dial, timeout)
	if err != nil {
		return nil, err
	}
	if err := s.signIn(ctx, srv); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// greet connects and ends where signing in may begin.
func greet(ctx context.Context, srv Server, dial DialFunc, timeout time.Duration) (*session, error) {
	raw, err := dial.dial(ctx, srv, timeout)
	if err != nil {
		return nil, err
	}
	var c net.Conn = raw
	if srv.security() == implicitTLS {
		if c, err = srv.shake(ctx, raw, timeout); err != nil {
			return nil, err
		}
	}
	s := newSession(ctx, c, timeout)
	preauth, err := s.greeting()
	if err != nil {
		s.close()
		return nil, err
	}
	if srv.security() != startTLS {
		return s, nil
	}
	// PREAUTH before STARTTLS would let somebody in the middle keep us in
	// plain text for good (RFC 9051 section 11.1).
	if preauth || !s.has("STARTTLS") {
		s.close()
		return nil, trouble(StartTLSMissing, errors.New("STARTTLS is not offered"))
	}
	if err := s.simple("STARTTLS"); err != nil {
		s.close()
		return nil, err
	}
	if s.buffer.Buffered() > 0 {
		// Said before TLS, to be believed after it (CVE-2011-0411 and kin).
		s.close()
		return nil, trouble(Protocol, errors.New("bytes behind STARTTLS"))
	}
	s.unhook()
	secure, err := srv.shake(ctx, raw, timeout)
	if err != nil {
		return nil, err
	}
	s = newSession(ctx, secure, timeout)
	if err := s.simple("CAPABILITY"); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func newSession(ctx context.Context, c net.Conn, timeout time.Duration) *session {
	line := &hurried{Conn: c}
	line.allow(timeout, timeout)
	g := newGuard(line, imapLimits)
	buffer := bufio.NewReaderSize(g, 64<<10)
	return &session{
		line: line, guard: g, buffer: buffer, parser: imap.NewReader(buffer), timeout: timeout, largest: tooLarge, keeps: listKept,
		unhook: context.AfterFunc(ctx, func() { c.Close() }),
	}
}

func (s *session) close() {
	s.unhook()
	s.line.Close()
}

func (s *session) greeting() (preauth bool, err error) {
	resp, err := s.read()
	if err != nil {
		return false, err
	}
	status, ok := resp.(*imap.StatusResp)
	if !ok || status.Tag != "*" || status.Type != imap.StatusRespOk && status.Type != imap.StatusRespPreauth {
		return false, trouble(Protocol, errors.New("no greeting"))
	}
	if s.caps == nil {
		if err := s.simple("CAPABILITY"); err != nil {
			return false, err
		}
	}
	return status.Type == imap.StatusRespPreauth, nil
}

func (s *session) has(capability string) bool { return s.caps[capability] }

func (s *session) signIn(ctx context.Context, srv Server) error {
	user, password := srv.User, string(srv.Password)
	if user == "" {
		return trouble(SignIn, errors.New("no user"))
	}
	var err error
	switch {
	case srv.Tokens != nil:
		err = bear(ctx, srv, func(m string) bool { return s.has("AUTH=" + m) }, s.authenticate)
	case s.has("AUTH=PLAIN"):
		// RFC 4616: UTF-8 survives here, unlike in LOGIN.
		err = s.authenticate(sasl.NewPlainClient("", user, password))
	case s.has("LOGINDISABLED") || !quotable(user) || !quotable(password):
		return trouble(SignInMethod, errors.New("neither PLAIN nor LOGIN will do"))
	default:
		if err = s.simple("LOGIN " + quote(user) + " " + quote(password)); CodeOf(err) == Declined {
			return trouble(SignIn, err)
		}
	}
	if err != nil {
		return err
	}
	return s.simple("CAPABILITY") // it differs once we are somebody
}

// simple runs a command whose untagged responses do not matter beyond what
// every command notices.
func (s *session) simple(line string) error {
	_, err := s.command(line, nil)
	return err
}

// command sends a line and reads up to its tagged answer. NO and BAD are
// Trouble with the code Declined. Any other error ends the connection: the
// parser is then somewhere within a response.
func (s *session) command(line string, each func(imap.Resp) error) (*imap.StatusResp, error) {
	return s.within(s.timeout, line, each)
}

func (s *session) within(whole time.Duration, line string, each func(imap.Resp) error) (*imap.StatusResp, error) {
	return s.about(0, whole, line, each)
}

// about is within, for a command whose answer speaks of so many mails.
func (s *session) about(mails uint32, whole time.Duration, line string, each func(imap.Resp) error) (*imap.StatusResp, error) {
	s.line.allow(s.timeout, whole)
	tag, err := s.begin(line)
	if err != nil {
		return nil, err
	}
	s.guard.refill(mails)
	return s.finish(tag, each)
}

func (s *session) begin(line string) (string, error) {
	s.guard.refill(0)
	s.tag++
	tag := fmt.Sprintf("r%d", s.tag)
	return tag, s.send(tag + " " + line + "\r\n")
}

func (s *session) send(text string) error {
	if _, err := s.line.Write([]byte(text)); err != nil {
		return lineTrouble(err)
	}
	return nil
}

func (s *session) finish(tag string, each func(imap.Resp) error) (_ *imap.StatusResp, err error) {
	defer rescue(&err)
	for {
		resp, err := s.read()
		if err != nil {
			return nil, err
		}
		if status := tagged(resp, tag); status != nil {
			if status.Type != imap.StatusRespOk {
				return nil, trouble(Declined, errors.New("the server said no"))
			}
			return status, nil
		}
		if each == nil {
			continue
		}
		if err := each(resp); err != nil {
			return nil, err
		}
	}
}

// tagged finds the answer to a command; "r1 OK" without any text, which some
// servers send against the grammar, reaches us as data.
func tagged(resp imap.Resp, tag string) *imap.StatusResp {
	switch resp := resp.(type) {
	case *imap.StatusResp:
		if resp.Tag == tag {
			return resp
		}
	case *imap.DataResp:
		if resp.Tag != tag {
			return nil
		}
		kind := "BAD"
		if len(resp.Fields) == 1 {
			kind, _ = resp.Fields[0].(string)
		}
		return &imap.StatusResp{Tag: tag, Type: imap.StatusRespType(strings.ToUpper(kind))}
	}
	return nil
}

// read takes one response and notes what any response may bring.
func (s *session) read() (resp imap.Resp, err error) {
	defer rescue(&err)
	resp, err = imap.ReadResp(s.parser)
	if err != nil {
		return nil, lineTrouble(err)
	}
	switch resp := resp.(type) {
	case *imap.StatusResp:
		switch resp.Code {
		case imap.CodeCapability:
			s.noteCapabilities(resp.Arguments)
		case imap.CodeUidValidity:
			// Against RFC 3501 section 2.3.1.1, within a session. Under the old
			// numbers we would fetch, move and delete other mails than we mean.
			if now := validityOf(resp); s.valid != 0 && now != s.valid {
				return nil, trouble(Protocol, errors.New("the folder was renumbered meanwhile"))
			}
		}
		if resp.Tag == "*" && resp.Type == imap.StatusRespBye {
			return nil, trouble(Closed, errors.New("the server said goodbye"))
		}
	case *imap.DataResp:
		if name, fields, _ := imap.ParseNamedResp(resp); name == "CAPABILITY" {
			s.noteCapabilities(fields)
		}
		// "* 5 EXISTS", whatever stands for the 5: that there is news is true even so.
		if what, ok := second(resp.Fields); ok && strings.EqualFold(what, "EXISTS") {
			s.rung = true
			s.mails, _ = imap.ParseNumber(resp.Fields[0])
		}
	}
	return resp, nil
}

func second(fields []any) (string, bool) {
	if len(fields) < 2 {
		return "", false
	}
	word, ok := fields[1].(string)
	return word, ok
}

func (s *session) noteCapabilities(fields []any) {
	s.caps = make(map[string]bool, len(fields))
	for _, f := range fields {
		if name, ok := f.(string); ok {
			s.caps[strings.ToUpper(name)] = true
		}
	}
}

// rescue turns a panic of the parser into an error. It is safe to go on: the
// parser holds nothing but this connection, which is closed next.
func rescue(err *error) {
	if recover() != nil {
		*err = trouble(Protocol, errPanic)
	}
}

// quotable reports whether a string can be an IMAP quoted string.
func quotable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
