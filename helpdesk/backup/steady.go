package backup

import (
	"os"
	"sync"
	"time"
)

// steadyBytes are brought to the disk at once, and twice as many wait at most.
const steadyBytes = 8 << 20

// steady brings a growing file to the disk as it grows. Left to the system,
// seconds of it gather, and whoever commits meanwhile waits until all of that is
// written (ext4 and others write files in order): pages took seven times as long.
type steady struct {
	f     *os.File
	since int
	last  time.Time // when the last of them was due
	due   chan struct{}
	done  sync.WaitGroup
	once  sync.Once
	err   error // the first; read once done
}

// newSteady rests for an eleventh of the time: disk and database read for us as
// eagerly as for a page, whatever our own priority is.
func newSteady(f *os.File) *steady {
	s := &steady{f: f, due: make(chan struct{}, 1), last: time.Now()}
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
		time.Sleep(time.Since(s.last) / 10)
		s.last = time.Now()
	}
	return n, err
}

// end waits for what is on its way, and tells what went wrong.
func (s *steady) end() error {
	s.once.Do(func() { close(s.due) })
	s.done.Wait()
	return s.err
}
