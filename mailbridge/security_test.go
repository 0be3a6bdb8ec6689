package mailbridge

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"returnsupport/mailbridge/mailtest"
	"returnsupport/mailbridge/mailtest/dovecot"
)

// elsewhere is a server under a name that is not loopback; to says where it
// really is.
func elsewhere(scheme string, w *mailtest.World) Server {
	return Server{Scheme: scheme, Host: "mail.example.test", Port: 1, User: "house@return.test", Password: "secret", RootCAs: w.CertPool()}
}

func to(address string) DialFunc {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
}

func TestCertificatesAreChecked(t *testing.T) {
	strange := world(t, mailtest.Options{})
	cases := []struct {
		name   string
		world  mailtest.Options
		change func(*Server)
		want   Code
	}{
		{"good", mailtest.Options{}, func(*Server) {}, ""},
		{"unknown authority", mailtest.Options{}, func(s *Server) { s.RootCAs = strange.CertPool() }, CertUntrusted},
		{"expired", mailtest.Options{Certificate: mailtest.ExpiredCertificate}, func(*Server) {}, CertExpired},
		{"other name", mailtest.Options{Certificate: mailtest.WrongNameCertificate}, func(*Server) {}, CertName},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := world(t, c.world)
			put(t, w, "one")
			for scheme, address := range map[string]string{"imaps": w.IMAPSAddr(), "imap": w.IMAPAddr()} {
				srv := elsewhere(scheme, w)
				c.change(&srv)
				h := newHouse()
				col, end := collect(t, h, []Mailbox{{ID: "m", IMAP: srv}}, WithDial(to(address)), slowly)
				if c.want == "" {
					h.waitFor(t, 1)
				} else if got := troubled(t, col); got != c.want {
					t.Errorf("%s: %q, want %q", scheme, got, c.want)
				}
				end()
			}
		})
	}
	// TLS spoken to somebody who does not.
	w := world(t, mailtest.Options{})
	col, _ := collect(t, newHouse(), []Mailbox{{ID: "m", IMAP: elsewhere("imaps", w)}}, WithDial(to(w.IMAPAddr())), slowly)
	if got := troubled(t, col); got != TLSFailed {
		t.Errorf("no TLS there: %q", got)
	}
}

func TestDovecotUnderTLS(t *testing.T) {
	a := dovecot.Fresh(t)
	a.Deliver(t, mail("one"))
	for scheme, address := range map[string]string{"imaps": a.TLSAddr, "imap": a.Addr} {
		srv := Server{Scheme: scheme, Host: "mail.example.test", Port: 1, User: a.User, Password: Secret(a.Password), RootCAs: a.Roots}
		h := newHouse()
		_, end := collect(t, h, []Mailbox{{ID: "m", IMAP: srv}}, WithDial(to(address)))
		h.waitFor(t, 1)
		end()
	}
}

func TestWithoutStartTLSNothingIsSaid(t *testing.T) {
	w := world(t, mailtest.Options{NoStartTLS: true})
	col, _ := collect(t, newHouse(), []Mailbox{{ID: "m", IMAP: elsewhere("imap", w)}}, WithDial(to(w.IMAPAddr())), slowly)
	if got := troubled(t, col); got != StartTLSMissing {
		t.Errorf("STARTTLS cut out: %q", got)
	}
	h := newHouse()
	put(t, w, "one")
	collect(t, h, []Mailbox{{ID: "m", IMAP: elsewhere("imap+insecure", w)}}, WithDial(to(w.IMAPAddr())))
	h.waitFor(t, 1) // by explicit wish

	for name, f := range map[string]mailtest.IMAPScript{
		"PREAUTH":               {Greeting: "* PREAUTH welcome back\r\n", Capabilities: "IMAP4rev1 STARTTLS"},
		"capabilities by force": {Greeting: "* OK [CAPABILITY IMAP4rev1] hi\r\n"},
	} {
		said := make(chan string, 10)
		f.Answer = func(_ io.Writer, _, command string) (bool, bool) {
			said <- command
			return false, false
		}
		col, end := collect(t, newHouse(), []Mailbox{{ID: "m", IMAP: elsewhere("imap", w)}}, WithDial(to(f.Test(t))), slowly)
		if got := troubled(t, col); got != StartTLSMissing {
			t.Errorf("%s: %q", name, got)
		}
		end()
		close(said)
		for command := range said {
			if !strings.HasPrefix(command, "CAPABILITY") {
				t.Errorf("%s: in plain text we said %q", name, command)
			}
		}
	}
}

func TestWhatIsSaidBehindStartTLSIsNotBelieved(t *testing.T) {
	f := mailtest.IMAPScript{Capabilities: "IMAP4rev1 STARTTLS", Answer: func(w io.Writer, tag, command string) (bool, bool) {
		if command == "STARTTLS" {
			fmt.Fprintf(w, "%s OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n", tag)
			return true, false
		}
		return false, false
	}}
	srv := Server{Scheme: "imap", Host: "mail.example.test", Port: 1, User: "u", Password: "p"}
	col, _ := collect(t, newHouse(), []Mailbox{{ID: "m", IMAP: srv}}, WithDial(to(f.Test(t))), slowly)
	if got := troubled(t, col); got != Protocol && got != TLSFailed {
		t.Errorf("code %q", got)
	}
}

func TestSigningInFailsWithACode(t *testing.T) {
	w := world(t, mailtest.Options{})
	wrong := at(w.IMAPAddr())
	wrong.Password = "guess"
	nowhere := at(w.IMAPAddr())
	nowhere.Port = 1
	unknown := at(w.IMAPAddr())
	unknown.Host = "mail.invalid"
	for name, c := range map[string]struct {
		m    Mailbox
		want Code
	}{
		"password": {Mailbox{ID: "m", IMAP: wrong}, SignIn},
		"folder":   {Mailbox{ID: "m", IMAP: at(w.IMAPAddr()), Folder: "Nowhere"}, NoFolder},
		"injected": {Mailbox{ID: "m", IMAP: at(w.IMAPAddr()), Folder: "a\"\r\nx LOGOUT"}, NoFolder},
		"port":     {Mailbox{ID: "m", IMAP: nowhere}, Unreachable},
	} {
		col, end := collect(t, newHouse(), []Mailbox{c.m}, slowly)
		if got := troubled(t, col); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		end()
	}
	f := mailtest.IMAPScript{Capabilities: "IMAP4rev1 LOGINDISABLED"}
	col, _ := collect(t, newHouse(), []Mailbox{{ID: "m", IMAP: at(f.Test(t))}}, slowly)
	if got := troubled(t, col); got != SignInMethod {
		t.Errorf("LOGINDISABLED: %q", got)
	}
}

func TestDiagnosisNamesTheStepThatFails(t *testing.T) {
	w := world(t, mailtest.Options{})
	put(t, w, "one", "two")
	expired := world(t, mailtest.Options{Certificate: mailtest.ExpiredCertificate})
	codes := func(steps []Step) string {
		var all []string
		for _, s := range steps {
			all = append(all, strings.TrimSuffix(s.Code+":"+string(s.Cause), ":"))
			if s.OK != (s.Cause == "") {
				t.Errorf("step %+v contradicts itself", s)
			}
		}
		return strings.Join(all, " ")
	}
	wrong := elsewhere("imaps", w)
	wrong.Password = "guess"
	for _, c := range []struct {
		name string
		m    Mailbox
		dial DialFunc
		want string
	}{
		{"all well", Mailbox{IMAP: elsewhere("imaps", w)}, to(w.IMAPSAddr()), "connect tls sign_in select abilities"},
		{"plain on loopback", Mailbox{IMAP: at(w.IMAPAddr())}, nil, "lookup connect tls sign_in select abilities"},
		{"nobody there", Mailbox{IMAP: elsewhere("imaps", w)}, to("127.0.0.1:1"), "connect:unreachable"},
		{"expired", Mailbox{IMAP: elsewhere("imap", expired)}, to(expired.IMAPAddr()), "connect tls:cert_expired"},
		{"wrong password", Mailbox{IMAP: wrong}, to(w.IMAPSAddr()), "connect tls sign_in:sign_in"},
		{"no such folder", Mailbox{IMAP: elsewhere("imaps", w), Folder: "Nowhere"}, to(w.IMAPSAddr()), "connect tls sign_in select:no_folder"},
	} {
		steps := diagnose(context.Background(), c.m, c.dial, 5*time.Second)
		if got := codes(steps); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		last := steps[len(steps)-1].Detail
		switch c.name {
		case "all well":
			if steps[3].Detail["mails"] != "2" || last["idle"] != "yes" || last["move"] != "yes" {
				t.Errorf("details %+v", steps)
			}
		case "expired":
			if last["issuer"] != "mailtest authority" || !strings.Contains(last["names"], "mail.example.test") || last["not_after"] == "" {
				t.Errorf("details %+v", last)
			}
		}
		for _, s := range steps {
			for _, v := range s.Detail {
				if strings.Contains(v, "secret") || strings.Contains(v, "guess") {
					t.Errorf("%s shows the password", c.name)
				}
			}
		}
	}
}
