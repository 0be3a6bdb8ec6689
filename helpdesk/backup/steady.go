package backup

import (
	"os"
	"sync"
	"time"

	"returnsupport/helpdesk/store"
)

// steadyBytes are brought to the disk at once, and twice as many wait at most.
const steadyBytes = 8 << 20

// steady brings a growing file to the disk as it grows. Left to the system,
// seconds of it gather, and whoever commits meanwhile waits until all of that is
// written (ext4 and others write files in order): pages took seven times as long.
type steady struct {
	f     *os.File
	turns *turns
	since int
	due   chan struct{}
	done  sync.WaitGroup
	once  sync.Once
	err   error // the first; read once done
}

func newSteady(f *os.File, turns *turns) *steady {
	s := &steady{f: f, turns: turns, due: make(chan struct{}, 1)}
	s.done.Go(func() {
		for range s.due {
			if err := f.Sync(); s.err == nil {
				s.err = err // a file says so once alone
			}
		}
	})
	return s
}

func (s *steady) Write(b []byte) (int, error) {
	n, err := s.f.Write(b)
	if s.since += n; s.since >= steadyBytes {
		s.since = 0
		s.due <- struct{}{}
		s.turns.rest()
	}
	return n, err
}

// end waits for what is on its way, and tells what went wrong.
func (s *steady) end() error {
	s.once.Do(func() { close(s.due) })
	s.done.Wait()
	return s.err
}

// A copy works so many times as long as it rests: disk and database read for us
// as eagerly as for a page, whatever our own priority is. PostgreSQL also puts
// every value together for us, on the processors that the pages need.
const (
	worksSQLite   = 10
	worksPostgres = 1
)

// turns are the working and the resting of one copy, whichever file it fills.
type turns struct {
	works int
	since time.Time // works since
}

func newTurns(engine string) *turns {
	if engine == store.Postgres {
		return &turns{worksPostgres, time.Now()}
	}
	return &turns{worksSQLite, time.Now()}
}

func (t *turns) rest() {
	time.Sleep(time.Since(t.since) / time.Duration(t.works))
	t.since = time.Now()
}
