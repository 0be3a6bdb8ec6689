package hours

import "time"

// ParseDate reads 2026-11-23, a day that exists.
func ParseDate(s string) (Date, bool) { return readDate(s) }

// ParseInterval reads 09:00-12:00 or 22:00-02:00.
func ParseInterval(s string) (Interval, bool) { return readInterval(s) }

// ParseDuration reads whole hours or minutes of open time: 6h or 90min.
func ParseDuration(s string) (time.Duration, bool) { return readDuration(s) }
