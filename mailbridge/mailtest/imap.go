package mailtest

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"net"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

func newIMAP(w *World, o Options) *imapserver.Server {
	caps := imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapNamespace: {}, imap.CapESearch: {}}
	if !o.NoMove {
		caps[imap.CapMove] = struct{}{}
	}
	if !o.NoUIDPlus {
		caps[imap.CapUIDPlus] = struct{}{}
	}
	var conf *tls.Config
	if !o.NoStartTLS {
		conf = w.certs.config
	}
	return imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &session{world: w}, nil, nil
		},
		Caps:         caps,
		TLSConfig:    conf,
		InsecureAuth: true, // loopback only, by Start
		Logger:       quiet,
	})
}

// session finds its user at sign-in; until then the embedded one is nil, and
// the server lets no command through that would need it.
type session struct {
	*imapmemserver.UserSession
	world *World
}

var _ imapserver.SessionIMAP4rev2 = (*session)(nil)

func (s *session) Login(name, password string) error {
	u := s.world.user(name)
	if u == nil || u.box.Login(fold(name), password) != nil {
		return imapserver.ErrAuthFailed
	}
	s.UserSession = imapmemserver.NewUserSession(u.box)
	return nil
}

// Idle closes a gap in the library: what arrives between its "+ idling" and
// its first look at the queue would ring only with the next arrival.
func (s *session) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	done := make(chan error, 1)
	go func() { done <- s.UserSession.Idle(w, stop) }()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-look.C:
			if err := s.Poll(w, true); err != nil {
				return err
			}
		}
	}
}

// withoutIdle takes IDLE out of what the library always announces.
type withoutIdle struct{ net.Listener }

func (l withoutIdle) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return mute{c}, nil
}

type mute struct{ net.Conn }

func (m mute) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("CAPABILITY ")) {
		if _, err := m.Conn.Write(bytes.ReplaceAll(p, []byte(" IDLE"), nil)); err != nil {
			return 0, err
		}
		return len(p), nil
	}
	return m.Conn.Write(p)
}

// Letter is one mail as it lies in a folder.
type Letter struct {
	UID      uint32
	Flags    []string
	Internal time.Time
	Raw      []byte
}

// Letters lists a folder in UID order, without marking anything as seen.
func (w *World) Letters(addr, folder string) ([]Letter, error) {
	u := w.user(addr)
	if u == nil {
		return nil, fmt.Errorf("list letters: no mailbox %s", addr)
	}
	c, err := imapclient.DialInsecure(w.IMAPAddr(), nil)
	if err != nil {
		return nil, fmt.Errorf("list letters: %w", err)
	}
	defer c.Close()
	if err := c.Login(fold(addr), u.password).Wait(); err != nil {
		return nil, fmt.Errorf("list letters: %w", err)
	}
	sel, err := c.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		return nil, fmt.Errorf("list letters: %w", err)
	}
	if sel.NumMessages == 0 {
		return []Letter{}, nil
	}
	whole := &imap.FetchItemBodySection{Peek: true}
	msgs, err := c.Fetch(imap.SeqSet{imap.SeqRange{Start: 1, Stop: 0}}, &imap.FetchOptions{
		UID: true, Flags: true, InternalDate: true, BodySection: []*imap.FetchItemBodySection{whole},
	}).Collect()
	if err != nil {
		return nil, fmt.Errorf("list letters: %w", err)
	}
	letters := make([]Letter, 0, len(msgs))
	for _, m := range msgs {
		l := Letter{UID: uint32(m.UID), Internal: m.InternalDate, Raw: m.FindBodySection(whole)}
		for _, f := range m.Flags {
			l.Flags = append(l.Flags, string(f))
		}
		letters = append(letters, l)
	}
	return letters, nil
}

// Mails is the raw bytes of Letters; a folder that cannot be read is empty.
func (w *World) Mails(addr, folder string) [][]byte {
	letters, err := w.Letters(addr, folder)
	if err != nil {
		return nil
	}
	raws := make([][]byte, len(letters))
	for i, l := range letters {
		raws[i] = l.Raw
	}
	return raws
}

// Renumber gives a folder a new UIDVALIDITY and its mails new UIDs, as a
// restored or migrated server does, and cuts all connections.
func (w *World) Renumber(addr, folder string) error {
	letters, err := w.Letters(addr, folder)
	if err != nil {
		return err
	}
	u := w.user(addr)
	if err := u.box.Delete(folder); err != nil {
		return fmt.Errorf("renumber %s: %w", folder, err)
	}
	if err := u.box.Create(folder, nil); err != nil {
		return fmt.Errorf("renumber %s: %w", folder, err)
	}
	for _, l := range letters {
		if err := w.Append(addr, folder, l.Raw, l.Flags, l.Internal); err != nil {
			return err
		}
	}
	w.Disconnect()
	return nil
}

// MakeFolder adds an empty folder.
func (w *World) MakeFolder(addr, folder string) error {
	u := w.user(addr)
	if u == nil {
		return fmt.Errorf("make folder: no mailbox %s", addr)
	}
	if err := u.box.Create(folder, nil); err != nil {
		return fmt.Errorf("make folder %s: %w", folder, err)
	}
	return nil
}

// RemoveFolder deletes a folder with its mails and hangs up on everybody, as
// servers do on whoever has it open.
func (w *World) RemoveFolder(addr, folder string) error {
	u := w.user(addr)
	if u == nil {
		return fmt.Errorf("remove folder: no mailbox %s", addr)
	}
	if err := u.box.Delete(folder); err != nil {
		return fmt.Errorf("remove folder %s: %w", folder, err)
	}
	w.Disconnect()
	return nil
}

// Relocate moves one mail between folders of one user as a mail program would.
func (w *World) Relocate(addr, from string, uid uint32, to string) error {
	u := w.user(addr)
	if u == nil {
		return fmt.Errorf("relocate mail: no mailbox %s", addr)
	}
	c, err := imapclient.DialInsecure(w.IMAPAddr(), nil)
	if err != nil {
		return fmt.Errorf("relocate mail: %w", err)
	}
	defer c.Close()
	if err := c.Login(fold(addr), u.password).Wait(); err != nil {
		return fmt.Errorf("relocate mail: %w", err)
	}
	if _, err := c.Select(from, nil).Wait(); err != nil {
		return fmt.Errorf("relocate mail: %w", err)
	}
	if _, err := c.Move(imap.UIDSetNum(imap.UID(uid)), to).Wait(); err != nil {
		return fmt.Errorf("relocate mail: %w", err)
	}
	return nil
}

type literal struct {
	*bytes.Reader
}

func newLiteral(raw []byte) literal {
	// A copy: the mailbox keeps the bytes and the caller may reuse theirs.
	return literal{bytes.NewReader(append([]byte(nil), raw...))}
}

func (l literal) Size() int64 { return l.Reader.Size() }
