package staff_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/mailbridge/mailtest"
)

// silent is a way to an issuer that takes the first question and says nothing
// until it is let go; then the issuer is away once, and back for the next.
type silent struct {
	asked atomic.Int32
	let   chan struct{}
}

func (s *silent) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.asked.Add(1) > 1 {
		return http.DefaultTransport.RoundTrip(r)
	}
	select {
	case <-s.let:
		return nil, net.ErrClosed
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// Whoever comes while a silent issuer is asked waits for that answer and for no
// other, leaves when their browser does, and keeps nobody else.
func TestASilentIssuerKeepsAMorningsColleaguesOnce(t *testing.T) {
	organisation(t, func(w *world, i *mailtest.Issuer) {
		w.linked("ada", w.init.Words)
		half := w.halfway("ada", w.init.Words)
		s := &silent{let: make(chan struct{})}
		w.sso.HTTP = &http.Client{Transport: s}
		w.restart()

		begin := func(ctx context.Context) chan error {
			said := make(chan error, 1)
			go func() {
				_, err := w.desk.BeginSSO(ctx, half, back, "", false)
				said <- err
			}()
			return said
		}
		hear := func(from chan error) {
			t.Helper()
			select {
			case err := <-from:
				var no helpdesk.Refusal
				if !errors.As(err, &no) || no.Key != "staff.sso_later" {
					t.Errorf("said %v", err)
				}
			case <-time.After(15 * time.Second):
				t.Fatal("still waiting")
			}
		}
		leaves, leave := context.WithCancel(w.ctx)
		first := begin(leaves)
		for end := time.Now().Add(10 * time.Second); s.asked.Load() == 0; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("nobody asked")
			}
		}
		second, third := begin(w.ctx), begin(w.ctx)
		impatient, stop := context.WithTimeout(w.ctx, 200*time.Millisecond)
		defer stop()
		hear(begin(impatient))
		leave()
		hear(first)
		select {
		case err := <-second:
			t.Fatalf("ended by another's leaving: %v", err)
		case <-time.After(100 * time.Millisecond):
		}
		close(s.let)
		hear(second)
		hear(third)
		if n := s.asked.Load(); n != 1 {
			t.Errorf("asked %d times", n)
		}
		_, err := w.desk.BeginSSO(w.ctx, half, back, "", false)
		w.must(err)
	})
}
