package bus

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/redis/go-redis/v9"
)

// Trouble says in one word why Redis does not serve us. Its own errors stay
// here: they may quote addresses.
type Trouble string

// What may be wrong.
const (
	NoTrouble   Trouble = ""
	Unreachable Trouble = "unreachable" // nobody answers at the address
	NameLookup  Trouble = "name"        // no name server knows the host
	TimedOut    Trouble = "timeout"     // it stopped answering
	Closed      Trouble = "closed"      // it hung up
	SignIn      Trouble = "sign-in"     // it wants another user name or password
	Forbidden   Trouble = "forbidden"   // this user may not do what we need
	Insecure    Trouble = "tls"         // no TLS there, or a certificate we don't trust
	Starting    Trouble = "starting"    // it is loading, full, busy or read-only
	Strange     Trouble = "protocol"    // what answers there does not speak as Redis does
)

// answers are the first words of Redis's refusals.
var answers = map[string]Trouble{
	"NOAUTH": SignIn, "WRONGPASS": SignIn, "NOPERM": Forbidden,
	"LOADING": Starting, "BUSY": Starting, "OOM": Starting, "READONLY": Starting, "MISCONF": Starting, "MASTERDOWN": Starting,
}

func troubleOf(err error) Trouble {
	var (
		said   redis.Error
		lookup *net.DNSError
		wire   net.Error
		record tls.RecordHeaderError
		verify *tls.CertificateVerificationError
		alert  tls.AlertError
		author x509.UnknownAuthorityError
	)
	switch {
	case err == nil:
		return NoTrouble
	case errors.As(err, &said):
		first, _, _ := strings.Cut(said.Error(), " ")
		if t, known := answers[first]; known {
			return t
		}
		if strings.Contains(said.Error(), "AUTH") { // ERR AUTH called without any password configured
			return SignIn
		}
		return Strange
	case errors.As(err, &record), errors.As(err, &verify), errors.As(err, &alert), errors.As(err, &author):
		return Insecure
	case errors.As(err, &lookup):
		return NameLookup
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, redis.ErrPoolTimeout), errors.As(err, &wire) && wire.Timeout():
		return TimedOut
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), errors.Is(err, redis.ErrClosed),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, context.Canceled):
		return Closed
	case errors.As(err, &wire):
		return Unreachable
	}
	return Strange
}
