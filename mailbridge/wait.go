package mailbridge

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/emersion/go-imap"
)

const (
	// idleFor restarts IDLE well below the 30 minutes after which servers log
	// out (RFC 2177) and below the patience of most address translators.
	idleFor = 10 * time.Minute
	// idleChatter is how much an honest server may say during one IDLE that
	// is not about new mail.
	idleChatter = 10_000
)

// idle waits until new mail is announced, somebody wakes us, or it is time to
// look anyway.
func (s *session) idle(ctx context.Context, wake <-chan struct{}) error {
	s.line.allow(idleFor+s.timeout, idleFor+s.timeout)
	tag, err := s.begin("IDLE")
	if err != nil {
		return err
	}
	var (
		once sync.Once
		left = make(chan struct{})
	)
	// DONE is written beside the reader: ending a read by deadline would leave
	// the parser inside a response.
	done := func() {
		once.Do(func() {
			s.line.allow(s.timeout, s.timeout)
			s.send("DONE\r\n") // a dead line is the reader's to notice
			s.line.Conn.SetReadDeadline(time.Now().Add(s.timeout))
		})
	}
	defer close(left)

	heard := 0
	_, err = s.finish(tag, func(resp imap.Resp) error {
		if _, started := resp.(*imap.ContinuationReq); started {
			if s.rung {
				done()
				return nil
			}
			go func() {
				alarm := time.NewTimer(idleFor)
				defer alarm.Stop()
				select {
				case <-alarm.C:
				case <-wake:
				case <-ctx.Done():
				case <-left:
					return
				}
				done()
			}()
			return nil
		}
		if s.rung {
			done()
		}
		if heard++; heard > idleChatter {
			return trouble(Hostile, errors.New("endless chatter during IDLE"))
		}
		return nil
	})
	return err
}

// nap waits the polling interval where IDLE is not offered.
func nap(ctx context.Context, after func(time.Duration) <-chan time.Time, interval time.Duration, wake <-chan struct{}) {
	select {
	case <-after(interval):
	case <-wake:
	case <-ctx.Done():
	}
}
