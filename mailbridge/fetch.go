package mailbridge

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-imap"
	"github.com/emersion/go-imap/utf7"
)

const (
	tooLarge    = 25 << 20 // above, only the header is fetched, unless the mailbox says otherwise
	inPieces    = 8 << 20  // above, in pieces, for the parser holds each literal whole
	piece       = 2 << 20
	headerLimit = 1 << 20
	shortPieces = 16 // of one mail; a server that gives less each time is not asked for ever

	listKept = 50_000 // mails remembered of one listing; the next takes up the rest
)

// selected is what SELECT told.
type selected struct {
	validity uint32
	mails    uint32
	readOnly bool
}

func (s *session) selectFolder(folder string) (selected, error) {
	var got selected
	s.valid = 0
	status, err := s.command("SELECT "+mailboxName(folder), func(resp imap.Resp) error {
		if status, ok := resp.(*imap.StatusResp); ok && status.Code == imap.CodeUidValidity {
			got.validity = validityOf(status)
		}
		return nil
	})
	if CodeOf(err) == Declined {
		return selected{}, trouble(NoFolder, err)
	}
	if err != nil {
		return selected{}, err
	}
	got.readOnly, got.mails, s.valid = status.Code == imap.CodeReadOnly, s.mails, got.validity
	if got.validity == 0 {
		return selected{}, trouble(NoUIDs, errors.New("no UIDVALIDITY"))
	}
	return got, nil
}

func validityOf(resp *imap.StatusResp) uint32 {
	if len(resp.Arguments) == 0 {
		return 0
	}
	n, _ := imap.ParseNumber(resp.Arguments[0])
	return n
}

// mailboxName is a folder as commands write it: modified UTF-7 (RFC 3501
// section 5.1.3), quoted. The encoding leaves no byte that quoting could not
// carry, so a folder's name cannot smuggle in a command.
func mailboxName(folder string) string {
	encoded, err := utf7.Encoding.NewEncoder().String(folder)
	if err != nil || !quotable(encoded) {
		encoded = "?" // no server has it: the answer is NO, and a clear code
	}
	return quote(encoded)
}

// listing is one mail that waits in the folder.
type listing struct {
	uid      uint32
	size     int64
	internal time.Time
	deleted  bool
	seen     bool
}

// listed is what a listing found, in UID order: all of it, or of a very long one
// the first so many and the youngest.
type listed struct {
	mails []listing
	left  int    // how many were left out between
	gap   uint32 // the last UID before those
}

func (l *listed) highest() uint32 {
	if len(l.mails) == 0 {
		return 0
	}
	return l.mails[len(l.mails)-1].uid
}

// trim puts the mails in order and leaves out what is too much.
func (l *listed) trim(keep int) {
	// Of two answers about one mail, one may be a change of flags without its size.
	slices.SortFunc(l.mails, func(a, b listing) int { return cmp.Or(cmp.Compare(a.uid, b.uid), cmp.Compare(b.size, a.size)) })
	l.mails = slices.CompactFunc(l.mails, func(a, b listing) bool { return a.uid == b.uid })
	if over := len(l.mails) - keep - youngest; over > 0 {
		l.mails = slices.Delete(l.mails, keep, keep+over)
		l.left += over
		l.gap = l.mails[keep-1].uid
	}
}

// list tells what lies behind a UID.
func (s *session) list(from uint32, to string) (listed, error) {
	var found listed
	line := fmt.Sprintf("UID FETCH %d:%s (UID RFC822.SIZE FLAGS INTERNALDATE)", from, to)
	// A long list may take longer than one command, never longer than this.
	_, err := s.about(s.mails, 20*s.timeout, line, func(resp imap.Resp) error {
		m, ok := readFetch(resp)
		// "n:*" names the last mail even when its UID is below n (RFC 3501
		// section 6.4.8), and flag changes of other mails may slip in. A mail
		// without a size is there all the same.
		if !ok || m.uid < from {
			return nil
		}
		found.mails = append(found.mails, listing{m.uid, m.size, m.internal, m.deleted, m.seen})
		if len(found.mails) >= 2*s.keeps+youngest {
			found.trim(s.keeps)
		}
		return nil
	})
	if err != nil {
		return listed{}, err
	}
	found.trim(s.keeps)
	return found, nil
}

// fetch gets mails in as few commands as their sizes allow. What was deleted
// in between is missing from the answer; what is still there and not handed
// out is an error.
func (s *session) fetch(want []listing) ([]Arrival, error) {
	if len(want) == 1 && want[0].size > min(inPieces, s.largest) {
		return s.fetchLarge(want[0])
	}
	bodies := make(map[uint32][]byte, len(want))
	var set imap.SeqSet
	for _, l := range want {
		bodies[l.uid] = nil
		set.AddNum(l.uid)
	}
	_, err := s.within(20*s.timeout, "UID FETCH "+set.String()+" (UID BODY.PEEK[])", func(resp imap.Resp) error {
		if m, ok := readFetch(resp); ok && m.body != nil {
			if _, wanted := bodies[m.uid]; wanted {
				bodies[m.uid] = m.body
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	arrivals := make([]Arrival, 0, len(want))
	for _, l := range want {
		raw := bodies[l.uid]
		if raw == nil {
			if err := s.gone(l.uid); err != nil {
				return nil, err
			}
			continue
		}
		a := Arrival{Mark: Mark{UID: l.uid}, Raw: raw, Internal: l.internal, Size: int64(len(raw))}
		if a.Size > s.largest {
			a.TooLarge, a.Raw = true, header(raw)
		}
		arrivals = append(arrivals, a)
	}
	return arrivals, nil
}

func (s *session) fetchLarge(l listing) ([]Arrival, error) {
	a := Arrival{Mark: Mark{UID: l.uid}, Internal: l.internal, Size: l.size, TooLarge: l.size > s.largest}
	if a.TooLarge {
		raw, err := s.piece(l.uid, "BODY.PEEK[HEADER]", 0, headerLimit)
		if err != nil || raw == nil {
			return nil, err
		}
		a.Raw = raw
		return []Arrival{a}, nil
	}
	a.Raw = make([]byte, 0, l.size)
	for short := 0; ; {
		raw, err := s.piece(l.uid, "BODY.PEEK[]", len(a.Raw), piece)
		if err != nil || raw == nil {
			return nil, err
		}
		a.Raw = append(a.Raw, raw...)
		if int64(len(a.Raw)) > s.largest {
			a.TooLarge, a.Raw = true, header(a.Raw)
			return []Arrival{a}, nil
		}
		if len(raw) == piece {
			continue
		}
		// Sizes are often wrong, and a short piece is the end only where the
		// size says so, too, or nothing follows.
		if int64(len(a.Raw)) == l.size || len(raw) == 0 {
			a.Size = int64(len(a.Raw))
			return []Arrival{a}, nil
		}
		if short++; short > shortPieces {
			return nil, trouble(Incomplete, errors.New("the mail comes in crumbs"))
		}
	}
}

// piece fetches length bytes of a section from an offset; nil means that the
// mail is gone.
func (s *session) piece(uid uint32, section string, offset, length int) (raw []byte, err error) {
	line := fmt.Sprintf("UID FETCH %d (UID %s<%d.%d>)", uid, section, offset, length)
	_, err = s.within(4*s.timeout, line, func(resp imap.Resp) error {
		if m, ok := readFetch(resp); ok && m.uid == uid && m.body != nil {
			raw = m.body
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if raw == nil {
		return nil, s.gone(uid)
	}
	if len(raw) > length {
		return nil, trouble(Protocol, errors.New("more than was asked for"))
	}
	return raw, nil
}

// gone makes sure that a mail that was listed but not handed out was deleted
// meanwhile, so that no mail is ever skipped by mistake.
func (s *session) gone(uid uint32) error {
	there := false
	_, err := s.command(fmt.Sprintf("UID FETCH %d (UID)", uid), func(resp imap.Resp) error {
		if m, ok := readFetch(resp); ok && m.uid == uid {
			there = true
		}
		return nil
	})
	if err == nil && there {
		err = trouble(Incomplete, errors.New("the mail is listed but not handed out"))
	}
	return err
}

// fetched is one FETCH response.
type fetched struct {
	uid           uint32
	size          int64
	internal      time.Time
	deleted, seen bool
	body          []byte
}

func readFetch(resp imap.Resp) (fetched, bool) {
	name, fields, ok := imap.ParseNamedResp(resp)
	if !ok || name != "FETCH" || len(fields) < 2 {
		return fetched{}, false
	}
	items, _ := fields[1].([]any)
	var m fetched
	for i := 0; i+1 < len(items); i += 2 {
		key, _ := items[i].(string)
		switch key = strings.ToUpper(key); {
		case key == "UID":
			m.uid, _ = imap.ParseNumber(items[i+1])
		case key == "RFC822.SIZE":
			size, _ := items[i+1].(string)
			var err error
			if m.size, err = strconv.ParseInt(size, 10, 64); err != nil || m.size < 0 {
				m.size = inPieces + 1 // beyond all numbers, or none: to be fetched with care
			}
		case key == "INTERNALDATE":
			date, _ := items[i+1].(string)
			m.internal, _ = time.Parse(imap.DateTimeLayout, date)
		case key == "FLAGS":
			flags, _ := items[i+1].([]any)
			for _, f := range flags {
				flag, _ := f.(string)
				m.deleted = m.deleted || strings.EqualFold(flag, imap.DeletedFlag)
				m.seen = m.seen || strings.EqualFold(flag, imap.SeenFlag)
			}
		case strings.HasPrefix(key, "BODY["):
			m.body = content(items[i+1])
		}
	}
	return m, m.uid != 0
}

// content is a section's bytes: a literal, or a quoted string when it is
// short. NIL stays nil: the server did not hand it out.
func content(value any) []byte {
	switch v := value.(type) {
	case *bytes.Buffer:
		if v.Len() == 0 {
			return []byte{} // an empty section, not a missing one
		}
		return v.Bytes() // made for this literal alone
	case imap.Literal:
		raw, err := io.ReadAll(v)
		if err != nil {
			return nil
		}
		return raw
	case string:
		return []byte(v)
	}
	return nil
}

func header(raw []byte) []byte {
	end := len(raw)
	if i := bytes.Index(raw, []byte("\r\n\r\n")); i >= 0 {
		end = i + 4
	}
	return bytes.Clone(raw[:min(end, headerLimit)])
}
