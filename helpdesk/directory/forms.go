package directory

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	statuses   = []string{"active", "inactive", "defunct", "temporarily closed"}
	placeTypes = []string{"physical", "postal", "virtual"}
	freqs      = []string{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
)

// fits tells whether a value has the form its column asks for. Latitudes and
// longitudes are any number here: HSDS' own example lies beyond the pole, and
// such a place is kept and near to nothing.
func (f form) fits(v string) bool {
	switch f {
	case number:
		n, err := strconv.ParseFloat(v, 64)
		return err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
	case date:
		if _, err := time.Parse(time.DateOnly, v); err == nil {
			return true
		}
		return moment.fits(v)
	case moment:
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly} {
			if _, err := time.Parse(layout, v); err == nil {
				return true
			}
		}
		return false
	case clock:
		_, ok := readClock(v)
		return ok
	case address:
		at := strings.LastIndexByte(v, '@')
		return at > 0 && at < len(v)-1 && !strings.ContainsAny(v, " \r\n\t<>\"")
	case link:
		u, err := url.Parse(v)
		return err == nil && slices.Contains([]string{"", "http", "https", "mailto", "tel"}, strings.ToLower(u.Scheme))
	case status:
		return slices.Contains(statuses, v)
	case placeType:
		return slices.Contains(placeTypes, v)
	case frequency:
		return slices.Contains(freqs, strings.ToUpper(v))
	}
	return true
}

// clocked is a time of day, and how far it lies from UTC where it says so.
type clocked struct {
	at     time.Duration // since midnight
	zoned  bool
	offset time.Duration
}

// readClock reads 10:00, 10:00:00, 10:00Z and 10:00+01:00; 24:00 is the end of
// the day.
func readClock(v string) (clocked, bool) {
	if v == "24:00" || v == "24:00:00" {
		return clocked{at: 24 * time.Hour}, true
	}
	for _, layout := range []string{"15:04:05", "15:04", "15:04:05Z07:00", "15:04Z07:00"} {
		t, err := time.Parse(layout, v)
		if err != nil {
			continue
		}
		c := clocked{at: time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second}
		if strings.HasSuffix(layout, "07:00") {
			_, seconds := t.Zone()
			c.zoned, c.offset = true, time.Duration(seconds)*time.Second
		}
		return c, true
	}
	return clocked{}, false
}
