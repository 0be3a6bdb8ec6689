package mailbridge

import (
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"returnsupport/mailbridge/mailtest"
	"returnsupport/mailbridge/mailtest/dovecot"
)

// site is a mailbox on a server of some kind.
type site interface {
	server() Server
	put(t *testing.T, date time.Time, flags []string, raws ...[]byte)
	letters(t *testing.T, folder string) []mailtest.Letter
	relocate(t *testing.T, from string, uid uint32, to string)
	renumber(t *testing.T)
}

type inMemory struct{ w *mailtest.World }

func (p inMemory) server() Server { return at(p.w.IMAPAddr()) }

func (p inMemory) put(t *testing.T, date time.Time, flags []string, raws ...[]byte) {
	t.Helper()
	for _, raw := range raws {
		if err := p.w.Append("house@return.test", "INBOX", raw, flags, date); err != nil {
			t.Fatal(err)
		}
	}
}

func (p inMemory) letters(t *testing.T, folder string) []mailtest.Letter {
	t.Helper()
	all, err := p.w.Letters("house@return.test", folder)
	if err != nil {
		return nil // the folder is not there yet
	}
	return all
}

func (p inMemory) relocate(t *testing.T, from string, uid uint32, to string) {
	t.Helper()
	if err := p.w.Relocate("house@return.test", from, uid, to); err != nil {
		t.Fatal(err)
	}
}

func (p inMemory) renumber(t *testing.T) {
	t.Helper()
	if err := p.w.Renumber("house@return.test", "INBOX"); err != nil {
		t.Fatal(err)
	}
}

type onDovecot struct{ dovecot.Account }

func (p onDovecot) server() Server {
	s := at(p.Addr)
	s.User, s.Password = p.User, Secret(p.Password)
	return s
}

func (p onDovecot) put(t *testing.T, date time.Time, flags []string, raws ...[]byte) {
	t.Helper()
	var f []imap.Flag
	for _, flag := range flags {
		f = append(f, imap.Flag(flag))
	}
	p.Append(t, "INBOX", f, date, raws...)
}

func (p onDovecot) letters(t *testing.T, folder string) []mailtest.Letter {
	t.Helper()
	if folder != "INBOX" && !p.Has(t, folder) {
		return nil
	}
	return p.Letters(t, folder)
}

func (p onDovecot) relocate(t *testing.T, from string, uid uint32, to string) {
	t.Helper()
	for _, f := range []string{from, to} {
		if f != "INBOX" && !p.Has(t, f) {
			p.Create(t, f)
		}
	}
	p.Relocate(t, from, uid, to)
}

func (p onDovecot) renumber(t *testing.T) {
	t.Helper()
	p.Renumber(t)
}

// everywhere tells a story on each kind of server.
func everywhere(t *testing.T, story func(*testing.T, site)) {
	t.Run("memory", func(t *testing.T) { story(t, inMemory{world(t, mailtest.Options{})}) })
	t.Run("dovecot", func(t *testing.T) { story(t, onDovecot{dovecot.Fresh(t)}) })
}
