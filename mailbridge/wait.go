package mailbridge

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-imap"
)

// idleFor restarts IDLE well below the 30 minutes after which servers log out
// (RFC 2177) and below the patience of most address translators.
const idleFor = 10 * time.Minute

// listen idles until new mail is announced, somebody wakes us, or it is time
// to look anyway. With a glance, IDLE is ended and begun anew that often:
// ending it makes the server look for itself, and Dovecot otherwise waits half
// a second before it rings.
func (s *session) listen(ctx context.Context, wake <-chan struct{}, glance time.Duration) error {
	if glance <= 0 {
		glance = idleFor
	}
	for end := time.Now().Add(idleFor); ; {
		woken, err := s.idle(ctx, wake, min(glance, time.Until(end)))
		if err != nil || woken || s.rung || !time.Now().Before(end) {
			return err
		}
	}
}

// idle is one IDLE command (RFC 2177) of at most span.
func (s *session) idle(ctx context.Context, wake <-chan struct{}, span time.Duration) (bool, error) {
	s.line.allow(span+s.timeout, span+s.timeout)
	tag, err := s.begin("IDLE")
	if err != nil {
		return false, err
	}
	var (
		woken atomic.Bool
		once  sync.Once
		left  = make(chan struct{})
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

	_, err = s.finish(tag, func(resp imap.Resp) error {
		if _, started := resp.(*imap.ContinuationReq); started {
			if s.rung {
				done()
				return nil
			}
			go func() {
				alarm := time.NewTimer(span)
				defer alarm.Stop()
				select {
				case <-alarm.C:
				case <-wake:
					woken.Store(true)
				case <-ctx.Done():
					woken.Store(true)
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
		return nil
	})
	return woken.Load(), err
}

// nap waits the polling interval where IDLE is not offered.
func nap(ctx context.Context, after func(time.Duration) <-chan time.Time, interval time.Duration, wake <-chan struct{}) {
	select {
	case <-after(interval):
	case <-wake:
	case <-ctx.Done():
	}
}
