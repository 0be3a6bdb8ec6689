package mailbridge

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strconv"
	"strings"
	"time"
)

// Step is one finding of a diagnosis, in the order they were made. A step that
// is not OK is the last.
type Step struct {
	Code   string            // what was tried: "lookup", "connect", "tls", "sign_in", "select", "abilities", "after"
	OK     bool              //
	Cause  Code              // why not; empty when OK
	Detail map[string]string // facts for the sentence; keys as below
}

// The details of steps: "host", "port", "addresses" (comma separated),
// "security" (implicit, starttls, plain), "names", "issuer",
// "not_before" and "not_after" (RFC 3339) of the certificate, "user",
// "folder", "mails", "read_only", "idle", "move", "uidplus" ("yes" or "no").

const diagnosisPatience = 15 * time.Second

// Diagnose tries a mailbox step by step and changes nothing in it. It is what
// `mailbox test` shows.
func Diagnose(ctx context.Context, m Mailbox) []Step {
	return diagnose(ctx, m, nil, diagnosisPatience)
}

func diagnose(ctx context.Context, m Mailbox, dial DialFunc, patience time.Duration) []Step {
	d := &diagnosis{}
	if !d.reach(ctx, m.IMAP, dial, patience) {
		return d.steps
	}
	s, err := greet(ctx, m.IMAP, dial, patience)
	if !d.step("tls", err, d.security(m.IMAP, err)) {
		return d.steps
	}
	defer s.close()
	if !d.step("sign_in", s.signIn(ctx, m.IMAP), map[string]string{"user": m.IMAP.User}) {
		return d.steps
	}
	folder, err := s.selectFolder(m.folder())
	if !d.step("select", err, map[string]string{
		"folder": m.folder(), "mails": strconv.FormatUint(uint64(folder.mails), 10), "read_only": yes(folder.readOnly),
	}) {
		return d.steps
	}
	d.step("abilities", nil, map[string]string{
		"idle": yes(s.has("IDLE")), "move": yes(s.has("MOVE")), "uidplus": yes(s.has("UIDPLUS")),
	})
	if folder.readOnly && m.After != Leave {
		d.step("after", trouble(AfterFailed, errors.New("the folder is read-only")), map[string]string{"folder": m.folder()})
	}
	s.simple("LOGOUT")
	return d.steps
}

// DiagnoseSMTP tries a server up to the sign-in; it sends nothing.
func DiagnoseSMTP(ctx context.Context, srv Server) []Step {
	d := &diagnosis{}
	if !d.reach(ctx, srv, nil, diagnosisPatience) {
		return d.steps
	}
	anonymous := srv
	anonymous.User = ""
	c, err := Sender{Timeout: diagnosisPatience}.connect(ctx, anonymous)
	if !d.step("tls", err, d.security(srv, err)) {
		return d.steps
	}
	defer c.close()
	if srv.User != "" {
		d.step("sign_in", c.signIn(ctx, srv), map[string]string{"user": srv.User})
	}
	return d.steps
}

type diagnosis struct{ steps []Step }

func (d *diagnosis) step(code string, err error, detail map[string]string) bool {
	d.steps = append(d.steps, Step{Code: code, OK: err == nil, Cause: CodeOf(err), Detail: detail})
	return err == nil
}

// reach looks the name up and knocks.
func (d *diagnosis) reach(ctx context.Context, srv Server, dial DialFunc, patience time.Duration) bool {
	if dial == nil {
		lookup, cancel := context.WithTimeout(ctx, patience)
		addresses, err := net.DefaultResolver.LookupHost(lookup, srv.Host)
		cancel()
		if err != nil {
			err = trouble(NameLookup, err)
		}
		if !d.step("lookup", err, map[string]string{"host": srv.Host, "addresses": strings.Join(addresses, ", ")}) {
			return false
		}
	}
	c, err := dial.dial(ctx, srv, patience)
	if err == nil {
		c.Close()
	}
	return d.step("connect", err, map[string]string{"host": srv.Host, "port": strconv.Itoa(srv.Port)})
}

// security tells how the connection is protected and, when a certificate was
// refused, what stands in it.
func (d *diagnosis) security(srv Server, err error) map[string]string {
	detail := map[string]string{"host": srv.Host, "security": map[security]string{
		implicitTLS: "implicit", startTLS: "starttls", plaintext: "plain",
	}[srv.security()]}
	var refused *tls.CertificateVerificationError
	if errors.As(err, &refused) && len(refused.UnverifiedCertificates) > 0 {
		describe(refused.UnverifiedCertificates[0], detail)
	}
	return detail
}

func describe(c *x509.Certificate, detail map[string]string) {
	names := c.DNSNames
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	detail["names"] = strings.Join(names, ", ")
	detail["issuer"] = c.Issuer.CommonName
	detail["not_before"] = c.NotBefore.UTC().Format(time.RFC3339)
	detail["not_after"] = c.NotAfter.UTC().Format(time.RFC3339)
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
