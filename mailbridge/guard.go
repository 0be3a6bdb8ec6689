package mailbridge

import (
	"errors"
	"net"
)

// errHostile ends a connection whose server sends what would make the parser
// eat the machine: the parser recurses per parenthesis, allocates a literal
// before reading it, and builds atoms one character at a time.
var errHostile = errors.New("server response exceeds limits")

// limits bound one server response (RFC 3501 section 9, response).
type limits struct {
	depth   int   // nested parentheses
	literal int64 // bytes in all literals of one command
	line    int64 // bytes outside literals
	atom    int   // bytes of one atom; the parser takes the square of them
	talk    int64 // bytes outside literals, in all that is said to one command
}

var imapLimits = limits{depth: 64, literal: 64 << 20, line: 1 << 20, atom: 1 << 10, talk: 4 << 20}

const (
	// perResponse is what a response costs beyond its bytes: many tiny ones keep
	// the parser as busy as few large ones.
	perResponse = 64
	// perMail is what a server may say of each mail it lists, up to listedMost.
	perMail    = 384
	listedMost = 1 << 20
)

// guard sits between TLS and the parser and closes the connection at the
// first byte that breaks a limit.
type guard struct {
	net.Conn
	reply reply
}

func newGuard(c net.Conn, l limits) *guard {
	return &guard{Conn: c, reply: reply{limits: l, allowance: l.literal, talk: l.talk}}
}

// Read hands bytes on only after they were followed through the grammar.
func (g *guard) Read(p []byte) (int, error) {
	if g.reply.broken {
		return 0, errHostile
	}
	n, err := g.Conn.Read(p)
	if !g.reply.follow(p[:n]) {
		g.Conn.Close()
		return 0, errHostile
	}
	return n, err
}

// refill gives the next command what may be said to it, of so many mails beside
// the usual. Only the goroutine that reads may call it.
func (g *guard) refill(mails uint32) {
	g.reply.allowance = g.reply.limits.literal
	g.reply.talk = g.reply.limits.talk + perMail*int64(min(mails, listedMost))
}
