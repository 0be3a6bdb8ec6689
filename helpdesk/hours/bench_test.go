package hours_test

import (
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
)

func BenchmarkDoor(b *testing.B) {
	p := plan(b)
	at, here := wall("2026-12-23 19:00"), []helpdesk.ID{anna, bilal}
	for b.Loop() {
		p.Door(hours.Chat, hours.Detained, at, here)
	}
}

func BenchmarkPromise(b *testing.B) {
	p := plan(b)
	at := wall("2026-12-23 19:00")
	for b.Loop() {
		p.Promise("mail", at)
	}
}

func BenchmarkCheckFortnight(b *testing.B) {
	p := plan(b)
	from, to := wall("2026-12-21 00:00"), wall("2027-01-04 00:00")
	for b.Loop() {
		hours.Check(p, from, to)
	}
}
