package office_test

import (
	"log/slog"
	"testing"
	"time"

	"returnsupport/helpdesk/office"
)

func TestOnesOwnChangeShowsAtOnceAndAnothersSoon(t *testing.T) {
	each(t, func(w *world) {
		h := office.House{DB: w.db, Secrets: w.secrets, Journal: w.book, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
		here, there := office.New(h), office.New(h)
		for n, name := range []string{"one", "two", "three"} {
			if before, err := there.Setting(w.ctx, office.PublicName); err != nil || before == name {
				w.t.Fatalf("%q, %v", before, err)
			}
			w.must(here.Set(w.ctx, "", office.PublicName, name))
			if got, err := here.Setting(w.ctx, office.PublicName); err != nil || got != name {
				w.t.Errorf("change %d here: %q, %v", n, got, err)
			}
			began := time.Now()
			for {
				got, err := there.Setting(w.ctx, office.PublicName)
				if err == nil && got == name {
					break
				}
				if time.Since(began) > 10*time.Second {
					w.t.Fatalf("change %d there: %q, %v", n, got, err)
				}
				time.Sleep(20 * time.Millisecond)
			}
		}
	})
}
