package mailbridge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestAddresses(t *testing.T) {
	for address, want := range map[string]struct {
		s      Server
		folder string
		how    security
	}{
		"imaps://info%40return.test@mail.return.test":                {Server{Scheme: "imaps", Host: "mail.return.test", Port: 993, User: "info@return.test"}, "INBOX", implicitTLS},
		"imaps://info@return.test@mail.return.test:1993/Barn/%C3%85": {Server{Scheme: "imaps", Host: "mail.return.test", Port: 1993, User: "info@return.test"}, "Barn/Å", implicitTLS},
		"imap://u@mail.return.test/":                                 {Server{Scheme: "imap", Host: "mail.return.test", Port: 143, User: "u"}, "INBOX", startTLS},
		"imap://u@localhost:1143":                                    {Server{Scheme: "imap", Host: "localhost", Port: 1143, User: "u"}, "INBOX", plaintext},
		"imap://u@[::1]:1143":                                        {Server{Scheme: "imap", Host: "::1", Port: 1143, User: "u"}, "INBOX", plaintext},
		"imap://u@127.0.0.1.evil.test":                               {Server{Scheme: "imap", Host: "127.0.0.1.evil.test", Port: 143, User: "u"}, "INBOX", startTLS},
		"imap+insecure://u@10.0.0.7":                                 {Server{Scheme: "imap+insecure", Host: "10.0.0.7", Port: 143, User: "u"}, "INBOX", plaintext},
	} {
		s, folder, err := ParseIMAP(address)
		if err != nil || s != want.s || folder != want.folder || s.security() != want.how {
			t.Errorf("%s: %+v %q %v, %v", address, s, folder, s.security(), err)
		}
	}
	s, err := ParseSMTP("smtp://u@relay.return.test")
	if err != nil || s.Port != 587 || s.security() != startTLS {
		t.Errorf("%+v, %v", s, err)
	}
	for _, bad := range []string{"", "mail.return.test", "https://mail", "imaps://", "smtps://mail", "imaps://mail:0", "imaps://mail:99999", "imaps://mail?x=1", "imaps://u:hush@mail", "imaps://u:hu%zzsh@mail"} {
		_, _, err := ParseIMAP(bad)
		if err == nil {
			t.Errorf("%q passed", bad)
		} else if strings.Contains(err.Error(), "hu") && strings.Contains(err.Error(), "sh@") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
	if _, _, err := ParseIMAP("imaps://u:hush@mail"); !errors.Is(err, ErrPasswordInAddress) {
		t.Errorf("%v", err)
	}
	if _, err := ParseSMTP("smtps://mail/folder"); err == nil {
		t.Error("an SMTP folder passed")
	}
	if (Server{Scheme: "gopher"}).security() != implicitTLS {
		t.Error("an unknown scheme is not strict")
	}
}

func TestNoLogAndNoErrorShowsAPasswordOrALetter(t *testing.T) {
	srv := Server{Scheme: "imaps", Host: "h", Port: 1, User: "u", Password: "hush"}
	m := Mailbox{ID: "m", IMAP: srv}
	a := Arrival{Raw: []byte("hush")}
	var out bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).Info("x", "server", srv, "mailbox", m, "arrival", a, "password", srv.Password)
	}
	fmt.Fprintf(&out, "%v %+v %#v %s %q %v", srv, srv, srv, srv.Password, srv.Password, srv.String())
	j, err := json.Marshal(struct{ P Secret }{srv.Password})
	if err != nil {
		t.Fatal(err)
	}
	out.Write(j)
	if strings.Contains(out.String(), "hush") || strings.Contains(out.String(), fmt.Sprintf("%x", "hush")) {
		t.Error(out.String())
	}
}

func TestWhatToDoAfterwards(t *testing.T) {
	for text, want := range map[string]After{"": Leave, "leave": Leave, "seen": MarkSeen, "delete": Delete, "move:Done": Move("Done")} {
		if got, err := ParseAfter(text); err != nil || got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, bad := range []string{"move:", "Delete!", "move"} {
		if _, err := ParseAfter(bad); err == nil {
			t.Errorf("%q passed", bad)
		}
	}
}
