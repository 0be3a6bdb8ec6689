// Package dovecot gives tests mailboxes on a real Dovecot, started once per
// `go test` run by the keeper.
//
// Never: linked into the program; the demo's mail world is mailtest itself,
// which stays free of package testing and of the keeper.
package dovecot

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"returnsupport/mailbridge/mailtest"
	"returnsupport/mailbridge/mailtest/keeper"
)

const (
	service  = "dovecot"
	password = "secret"
)

func init() {
	keeper.Register(keeper.Service{Name: service, Missing: missing, Start: start})
}

func missing() string {
	if program() == "" {
		return "apt-get install dovecot-imapd"
	}
	return ""
}

func program() string {
	for _, p := range []string{"/usr/sbin/dovecot", "/usr/local/sbin/dovecot"} {
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	p, err := exec.LookPath("dovecot")
	if err != nil {
		return ""
	}
	return p
}

// Account is a fresh user with an empty INBOX.
type Account struct {
	User, Password string
	Addr           string // plain IMAP on loopback, STARTTLS offered
	TLSAddr        string // IMAP under implicit TLS
	Roots          *x509.CertPool
	maildir        string
}

// Require ends the test where Dovecot is not installed.
func Require(t testing.TB) {
	t.Helper()
	keeper.Require(t, service)
}

// Fresh makes a new user.
func Fresh(t testing.TB) Account {
	t.Helper()
	at := strings.Fields(keeper.Address(t, service))
	if len(at) != 3 {
		t.Fatalf("dovecot published %q", at)
	}
	ca, err := os.ReadFile(filepath.Join(at[2], "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	a := Account{
		User: "u" + random() + "@return.test", Password: password,
		Addr: "127.0.0.1:" + at[0], TLSAddr: "127.0.0.1:" + at[1], Roots: x509.NewCertPool(),
	}
	a.Roots.AppendCertsFromPEM(ca)
	a.maildir = filepath.Join(at[2], "mail", a.User, "Maildir")
	a.client(t).Close() // the first sign-in makes the Maildir
	return a
}

func random() string {
	var b [6]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func (a Account) client(t testing.TB) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialInsecure(a.Addr, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Login(a.User, a.Password).Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	return c
}

// Append lays mails into a folder by IMAP APPEND.
func (a Account) Append(t testing.TB, folder string, flags []imap.Flag, date time.Time, raws ...[]byte) {
	t.Helper()
	c := a.client(t)
	defer c.Close()
	for _, raw := range raws {
		cmd := c.Append(folder, int64(len(raw)), &imap.AppendOptions{Flags: flags, Time: date})
		if _, err := cmd.Write(raw); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
	}
}

var delivered atomic.Int64

// Deliver lays mails into the INBOX as a local delivery agent does, straight
// into the Maildir: thousands in a second.
func (a Account) Deliver(t testing.TB, raws ...[]byte) {
	t.Helper()
	for _, raw := range raws {
		name := fmt.Sprintf("%d.M%09dP%d.test", time.Now().Unix(), delivered.Add(1), os.Getpid())
		tmp := filepath.Join(a.maildir, "tmp", name)
		// 0644: the file is ours and Dovecot runs as somebody else.
		if err := os.WriteFile(tmp, raw, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(tmp, filepath.Join(a.maildir, "new", name)); err != nil {
			t.Fatal(err)
		}
	}
}

// Letters lists a folder in UID order.
func (a Account) Letters(t testing.TB, folder string) []mailtest.Letter {
	t.Helper()
	c := a.client(t)
	defer c.Close()
	sel, err := c.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		t.Fatal(err)
	}
	letters := []mailtest.Letter{}
	if sel.NumMessages == 0 {
		return letters
	}
	whole := &imap.FetchItemBodySection{Peek: true}
	msgs, err := c.Fetch(imap.SeqSet{{Start: 1, Stop: 0}}, &imap.FetchOptions{
		UID: true, Flags: true, InternalDate: true, BodySection: []*imap.FetchItemBodySection{whole},
	}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range msgs {
		l := mailtest.Letter{UID: uint32(m.UID), Internal: m.InternalDate, Raw: m.FindBodySection(whole)}
		for _, f := range m.Flags {
			l.Flags = append(l.Flags, string(f))
		}
		letters = append(letters, l)
	}
	return letters
}

// Relocate moves one mail between folders, as a mail program would.
func (a Account) Relocate(t testing.TB, from string, uid uint32, to string) {
	t.Helper()
	c := a.client(t)
	defer c.Close()
	if _, err := c.Select(from, nil).Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Move(imap.UIDSetNum(imap.UID(uid)), to).Wait(); err != nil {
		t.Fatal(err)
	}
}

// Create makes a folder.
func (a Account) Create(t testing.TB, folder string) {
	t.Helper()
	c := a.client(t)
	defer c.Close()
	if err := c.Create(folder, nil).Wait(); err != nil {
		t.Fatal(err)
	}
}

// Renumber gives the INBOX a new UIDVALIDITY, as losing the server's index
// does. Nobody should be connected.
func (a Account) Renumber(t testing.TB) {
	t.Helper()
	list := filepath.Join(a.maildir, "dovecot-uidlist")
	b, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	// First line: "3 V1234567890 N5 G<guid>".
	head, rest, _ := bytes.Cut(b, []byte("\n"))
	words := strings.Fields(string(head))
	for i, w := range words {
		if v, err := strconv.ParseUint(strings.TrimPrefix(w, "V"), 10, 32); err == nil && strings.HasPrefix(w, "V") {
			words[i] = fmt.Sprintf("V%d", v+1)
		}
	}
	fresh := append([]byte(strings.Join(words, " ")+"\n"), rest...)
	for _, index := range []string{"dovecot.index", "dovecot.index.log", "dovecot.index.cache"} {
		if err := os.Remove(filepath.Join(a.maildir, index)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(list, fresh, 0o644); err != nil {
		t.Fatal(err)
	}
}

func start(dir string) (keeper.Running, error) {
	certs, err := mailtest.NewCertificates(mailtest.GoodCertificate)
	if err != nil {
		return keeper.Running{}, err
	}
	for name, pem := range map[string][]byte{"ca.pem": certs.Authority(), "cert.pem": certs.Chain(), "key.pem": certs.Key()} {
		if err := os.WriteFile(filepath.Join(dir, name), pem, 0o644); err != nil {
			return keeper.Running{}, fmt.Errorf("write certificate: %w", err)
		}
	}
	plain, err := keeper.FreePort()
	if err != nil {
		return keeper.Running{}, err
	}
	secure, err := keeper.FreePort()
	if err != nil {
		return keeper.Running{}, err
	}
	folders := []string{dir}
	for _, name := range []string{"mail", "run", "state"} {
		f := filepath.Join(dir, name)
		if err := os.Mkdir(f, 0o755); err != nil {
			return keeper.Running{}, fmt.Errorf("make folder: %w", err)
		}
		folders = append(folders, f)
	}
	for name, text := range tokenFiles(dir) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			return keeper.Running{}, fmt.Errorf("make folder: %w", err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return keeper.Running{}, fmt.Errorf("write %s: %w", name, err)
		}
	}
	conf := filepath.Join(dir, "dovecot.conf")
	cmd := exec.Command(program(), "-F", "-c", conf)
	if err := keeper.AsNobody(cmd, folders[1:]...); err != nil {
		return keeper.Running{}, err
	}
	who, err := runAs(cmd)
	if err != nil {
		return keeper.Running{}, err
	}
	if err := os.WriteFile(conf, []byte(configuration(dir, who, plain, secure)), 0o644); err != nil {
		return keeper.Running{}, fmt.Errorf("write configuration: %w", err)
	}
	// Dovecot's children follow their master's end on their own.
	p, err := keeper.Run(cmd, syscall.SIGTERM)
	if err != nil {
		return keeper.Running{}, err
	}
	for _, port := range []int{plain, secure} {
		if err := keeper.WaitTCP(fmt.Sprintf("127.0.0.1:%d", port), p, 20*time.Second); err != nil {
			p.Stop(syscall.SIGTERM)
			said, _ := os.ReadFile(filepath.Join(dir, "state", "log"))
			return keeper.Running{}, fmt.Errorf("%w\n%s", err, said)
		}
	}
	return keeper.Running{
		Address: fmt.Sprintf("%d %d %s", plain, secure, dir),
		Stop:    func() { p.Stop(syscall.SIGTERM) },
	}, nil
}

// Has tells whether a folder is there.
func (a Account) Has(t testing.TB, folder string) bool {
	t.Helper()
	c := a.client(t)
	defer c.Close()
	found, err := c.List("", folder, nil).Collect()
	if err != nil {
		t.Fatal(err)
	}
	return len(found) > 0
}
