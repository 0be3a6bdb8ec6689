package mailbridge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/emersion/go-imap"
)

const (
	gonePatience = time.Minute
	goneStep     = 2_000 // heads asked for, and mails flagged, in one command
)

// EraseGone deletes on the server the mails of a mailbox whose head the caller
// knows to be gone: it walks through the folder in which collected mails lie
// (where they came, or where After moved them) and hands over each one's header
// field Message-ID as the server has it, some at a time. It tells how many mails
// it deleted. With After Delete none lies there, and nothing is asked.
//
// Without UIDPLUS the mails stay flagged \Deleted, as after collecting.
func EraseGone(ctx context.Context, m Mailbox, gone func(heads [][]byte) ([]bool, error)) (int, error) {
	return eraseGone(ctx, m, nil, gone)
}

func eraseGone(ctx context.Context, m Mailbox, dial DialFunc, gone func(heads [][]byte) ([]bool, error)) (int, error) {
	folder := m.folder()
	if m.After == Delete {
		return 0, nil
	}
	if f := m.After.folder(); f != "" {
		folder = f
	}
	s, err := open(ctx, m.IMAP, dial, gonePatience)
	if err != nil {
		return 0, err
	}
	defer s.close()
	at, err := s.selectFolder(folder)
	if CodeOf(err) == NoFolder && m.After.folder() != "" {
		return 0, nil // nothing was ever moved there
	}
	if err != nil {
		return 0, err
	}
	if at.readOnly {
		return 0, trouble(AfterFailed, errors.New("the folder is read-only"))
	}
	n := 0
	var flagged []imap.SeqSet // ended after the walk: until then numbers must not move
	for first := uint32(1); first <= at.mails; first += goneStep {
		some, err := s.goneAmong(first, min(first+goneStep-1, at.mails), gone)
		if err != nil {
			return n, err
		}
		if len(some) == 0 {
			continue
		}
		var set imap.SeqSet
		set.AddNum(some...)
		if err := s.flag(set, `\Deleted`); err != nil {
			return n, err
		}
		n, flagged = n+len(some), append(flagged, set)
	}
	for _, set := range flagged {
		if err := s.expunge(set); err != nil {
			return n, err
		}
	}
	return n, nil
}

// goneAmong asks for the heads of the mails with these numbers and tells the
// UIDs of those that are gone.
func (s *session) goneAmong(first, last uint32, gone func([][]byte) ([]bool, error)) ([]uint32, error) {
	var uids []uint32
	var heads [][]byte
	line := fmt.Sprintf("FETCH %d:%d (UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])", first, last)
	_, err := s.within(20*s.timeout, line, func(resp imap.Resp) error {
		if m, ok := readFetch(resp); ok && m.body != nil {
			uids, heads = append(uids, m.uid), append(heads, m.body)
		}
		return nil
	})
	if err != nil || len(uids) == 0 {
		return nil, err
	}
	which, err := gone(heads)
	if err != nil {
		return nil, err
	}
	var out []uint32
	for i, is := range which {
		if is {
			out = append(out, uids[i])
		}
	}
	return out, nil
}
