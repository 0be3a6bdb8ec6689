package frontend

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

func TestALostSignIsSaidOnceAndItsReturnOnce(t *testing.T) {
	var log bytes.Buffer
	var lost error
	v := &Visit{site: &Site{Options: Options{
		Log: slog.New(slog.NewTextHandler(&log, nil)), PublicName: "Talk",
		Sign: func(context.Context, string) (Sign, error) { return Sign{Name: "From the office"}, lost },
	}}}
	v.look.lang = "en"
	for _, step := range []struct {
		err                  error
		name                 string
		errors, infos, pages int
	}{
		{errors.New("no database"), "Talk", 1, 0, 3},
		{nil, "From the office", 1, 1, 3},
		{errors.New("no database"), "From the office", 2, 1, 3},
		{nil, "From the office", 2, 2, 3},
	} {
		lost = step.err
		for range step.pages {
			if got := v.sign().Name; got != step.name {
				t.Errorf("%v: the sign says %q", step.err, got)
			}
		}
		if e, i := strings.Count(log.String(), "level=ERROR"), strings.Count(log.String(), "level=INFO"); e != step.errors || i != step.infos {
			t.Errorf("%v: %d errors and %d infos in the log, want %d and %d", step.err, e, i, step.errors, step.infos)
		}
	}
}
