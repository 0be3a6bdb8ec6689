package mailbridge

import (
	"fmt"

	"github.com/emersion/go-imap"
)

// dispose applies After to mails that are received. It never uses a plain
// EXPUNGE, which would take other people's deleted mails along: without
// UIDPLUS the mails stay flagged \Deleted, which the next listing skips.
func (s *session) dispose(after After, uids []uint32) error {
	if after == Leave || len(uids) == 0 {
		return nil
	}
	var set imap.SeqSet
	set.AddNum(uids...)
	switch {
	case after == MarkSeen:
		return s.flag(set, `\Seen`)
	case after == Delete:
		return s.erase(set)
	case s.has("MOVE"):
		return s.into(after.folder(), "UID MOVE "+set.String())
	}
	if err := s.into(after.folder(), "UID COPY "+set.String()); err != nil {
		return err
	}
	return s.erase(set)
}

// into runs UID MOVE or UID COPY, making the folder when it is missing.
func (s *session) into(folder, line string) error {
	line += " " + mailboxName(folder)
	err := s.simple(line)
	if CodeOf(err) != Declined {
		return err
	}
	// Not only on TRYCREATE: some servers forget to say it.
	if s.simple("CREATE "+mailboxName(folder)) != nil {
		return err
	}
	return s.simple(line)
}

func (s *session) erase(set imap.SeqSet) error {
	if err := s.flag(set, `\Deleted`); err != nil {
		return err
	}
	return s.expunge(set)
}

// expunge ends mails that are flagged \Deleted, these alone (RFC 4315 section
// 2.1), and none where the server can't do that.
func (s *session) expunge(set imap.SeqSet) error {
	if !s.has("UIDPLUS") {
		return nil
	}
	return s.simple("UID EXPUNGE " + set.String())
}

func (s *session) flag(set imap.SeqSet, flag string) error {
	return s.simple(fmt.Sprintf("UID STORE %s +FLAGS.SILENT (%s)", set.String(), flag))
}
