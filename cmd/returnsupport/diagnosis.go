package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"returnsupport/helpdesk/office"
	"returnsupport/mailbridge"
)

// errDiagnosis ends `mailbox test` with exit code 1; the page above it says why.
var errDiagnosis = errors.New("the mailbox does not work yet")

// testMailbox tries both servers step by step and changes nothing.
func (h *house) testMailbox(ctx context.Context, w io.Writer, m office.Mailbox) error {
	in, out, err := h.tryMailbox(ctx, m)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "Collecting, %s\n", m.IMAP)
	collects := printSteps(w, in)
	fmt.Fprintf(w, "Sending, %s\n", m.SMTP)
	sends := printSteps(w, out)
	if !collects || !sends {
		return errDiagnosis
	}
	fmt.Fprintln(w, "All is well.")
	return nil
}

// tryMailbox goes through the steps of collecting and of sending.
func (h *house) tryMailbox(ctx context.Context, m office.Mailbox) (in, out []mailbridge.Step, err error) {
	box, err := h.bridgeMailbox(m)
	if err != nil {
		return nil, nil, err
	}
	smtp, err := mailbridge.ParseSMTP(m.SMTP)
	if err != nil {
		return nil, nil, err
	}
	smtp.Password, smtp.Tokens = mailbridge.Secret(m.Password), h.tokens(m)
	if m.SMTPPassword != "" {
		smtp.Password = mailbridge.Secret(m.SMTPPassword)
	}
	return mailbridge.Diagnose(ctx, box), mailbridge.DiagnoseSMTP(ctx, smtp), nil
}

var stepNames = map[string]string{
	"lookup": "find the server's address", "connect": "reach it", "tls": "protect the connection", "sign_in": "sign in",
	"select": "open the folder", "abilities": "what it can do", "after": "what to do with collected letters",
}

// advice says what to do about each code.
var advice = map[mailbridge.Code]string{
	mailbridge.NameLookup:      "no name server knows this host: look for a typing mistake, or ask whoever runs the mail server for its name",
	mailbridge.Unreachable:     "nobody answers at this port: a firewall, the wrong port, or the server is down",
	mailbridge.TimedOut:        "it stopped answering: a firewall that swallows packets, or a server under load; try again",
	mailbridge.Closed:          "it hung up: often a limit on sign-ins, or a port that wants another kind of protection",
	mailbridge.CertUntrusted:   "its certificate is signed by nobody this machine trusts: install the authority's certificate here, never switch the check off",
	mailbridge.CertExpired:     "its certificate is not valid today: whoever runs the server must renew it; look also at this machine's clock",
	mailbridge.CertName:        "its certificate was made for another name: use the name in the certificate, shown above",
	mailbridge.TLSFailed:       "no TLS there: imaps and smtps speak TLS from the first byte, imap and smtp by STARTTLS; perhaps the port is that of the other kind",
	mailbridge.StartTLSMissing: "it does not offer STARTTLS, or somebody between us and it removed the offer: use imaps or smtps",
	mailbridge.Protocol:        "what answers there does not speak the protocol: the wrong port?",
	mailbridge.Hostile:         "it sends what no honest server sends; we hung up",
	mailbridge.SignIn:          "it refused the user name or the password; some providers want a password made for programs",
	mailbridge.SignInMethod:    "it offers no way to sign in that this program knows",
	mailbridge.TokenRefused:    "the issuer gives no token for it: sign in for the mailbox once more on its page in the workspace",
	mailbridge.TokenLater:      "the issuer of its tokens can't be asked now: is it down, or does a firewall stop us?",
	mailbridge.NoFolder:        "there is no such folder, or it may not be opened; names are case-sensitive",
	mailbridge.NoUIDs:          "the folder has no UIDVALIDITY, so no bookmark can be kept in it",
	mailbridge.AfterFailed:     "letters could not be marked, moved or deleted: the folder is read-only, or the target folder is missing",
}

func printSteps(w io.Writer, steps []mailbridge.Step) bool {
	well := true
	for _, s := range steps {
		mark := "ok  "
		if !s.OK {
			mark, well = "FAIL", false
		}
		var facts []string
		for k, v := range s.Detail {
			if v != "" {
				facts = append(facts, k+" "+v)
			}
		}
		slices.Sort(facts)
		fmt.Fprintf(w, "  %s  %-26s %s\n", mark, stepNames[s.Code], strings.Join(facts, " · "))
		if !s.OK {
			fmt.Fprintf(w, "        %s: %s\n", s.Cause, advice[s.Cause])
		}
	}
	return well
}
