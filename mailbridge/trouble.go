package mailbridge

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
)

// Code names what went wrong. Servers' own words never travel: they may hold
// addresses, and nobody can translate them.
type Code string

// The codes of Trouble, Status and Step.
const (
	NameLookup      Code = "name_lookup"      // the host has no address
	Unreachable     Code = "unreachable"      // nobody answers there
	TimedOut        Code = "timed_out"        // it stopped answering
	Closed          Code = "closed"           // it hung up
	CertUntrusted   Code = "cert_untrusted"   // signed by nobody we know
	CertExpired     Code = "cert_expired"     // or not yet valid
	CertName        Code = "cert_name"        // made for another host
	TLSFailed       Code = "tls_failed"       // no common version, or no TLS there
	StartTLSMissing Code = "starttls_missing" // not offered, or somebody cut it out
	Protocol        Code = "protocol"         // it does not speak as the RFC says
	Hostile         Code = "hostile"          // beyond what any honest server sends
	SignIn          Code = "sign_in"          // user or password refused
	SignInMethod    Code = "sign_in_method"   // no way to sign in that we know
	TokenRefused    Code = "token_refused"    // the issuer gives no token any more: somebody must connect anew
	TokenLater      Code = "token_later"      // the issuer can't be asked now
	NoFolder        Code = "no_folder"        // SELECT refused
	NoUIDs          Code = "no_uids"          // the folder has no UIDVALIDITY
	Declined        Code = "declined"         // the server said no to a command
	Incomplete      Code = "incomplete"       // a mail is listed but not handed out
	AfterFailed     Code = "after_failed"     // received, but not marked, moved or deleted
	Receiving       Code = "receiving"        // the house could not store a letter
	Bookkeeping     Code = "bookkeeping"      // the house could not read or set the bookmark
)

// Trouble is an error with a Code. Its text holds the code and nothing a
// server said.
type Trouble struct {
	Code Code
	err  error
}

func (t *Trouble) Error() string { return "mail: " + string(t.Code) }
func (t *Trouble) Unwrap() error { return t.err }

func trouble(c Code, err error) error { return &Trouble{c, err} }

// CodeOf finds the Code in an error; the empty Code means it has none.
func CodeOf(err error) Code {
	var t *Trouble
	if errors.As(err, &t) {
		return t.Code
	}
	return ""
}

// dialTrouble names why no connection came about.
func dialTrouble(err error) error {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		return trouble(NameLookup, err)
	case slow(err):
		return trouble(TimedOut, err)
	}
	return trouble(Unreachable, err)
}

// tlsTrouble names why TLS did not come about.
func tlsTrouble(err error) error {
	var (
		unknown x509.UnknownAuthorityError
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &name):
		return trouble(CertName, err)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return trouble(CertExpired, err)
	case errors.As(err, &unknown), errors.As(err, &invalid):
		return trouble(CertUntrusted, err)
	case slow(err):
		return trouble(TimedOut, err)
	}
	return trouble(TLSFailed, err)
}

// lineTrouble names why reading or writing ended.
func lineTrouble(err error) error {
	var t *Trouble
	var verify *tls.CertificateVerificationError
	switch {
	case errors.As(err, &t):
		return err
	case errors.Is(err, errHostile):
		return trouble(Hostile, err)
	case errors.As(err, &verify):
		return tlsTrouble(err)
	case slow(err):
		return trouble(TimedOut, err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return trouble(Closed, err)
	}
	var network net.Error
	if errors.As(err, &network) {
		return trouble(Closed, err)
	}
	return trouble(Protocol, err)
}

func slow(err error) bool {
	var network net.Error
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) ||
		errors.As(err, &network) && network.Timeout()
}
