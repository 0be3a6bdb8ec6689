package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// collectLater is the garbage collector's target (GOGC) over a small live heap.
// Taking in letters makes much garbage over a few megabytes, so the default of
// 100 spends a seventh of the processor on it; this costs some 20 MB at the
// peak.
const collectLater = 400

// garbageLeast is about what may lie about uncollected over a small heap, and
// garbageMost over the largest. Between them it may be as much as is alive: at a
// quarter of that, hundreds of talks at once spent a quarter of the processor on
// collecting, and over thousands of quiet ones four times as much would be
// hundreds of megabytes.
//
// Open lines are told by their stacks, a kilobyte or two each, and every byte of
// stack takes eight from what may lie about: what thousands of lines keep for as
// long as they are open would else be strewn between the garbage of their
// arrival, in pages that can't be given back.
const garbageLeast, garbageMost = 32 << 20, 128 << 20

// giveBack is from how many bytes on memory that nobody uses any more goes back
// to the system, twice a minute: what a rush of people left behind.
const giveBack = 8 << 20

// keepTidy lets the collector's target follow the live heap, and gives back
// what a rush left behind, until ctx ends.
func keepTidy(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	m := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/scan/stack:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/free:bytes"}}
	target := collectLater
	for turn := 1; ; turn++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		metrics.Read(m)
		live, stacks, objects, free := m[0].Value.Uint64(), m[1].Value.Uint64(), m[2].Value.Uint64(), m[3].Value.Uint64()
		if wanted := collectAt(live, stacks); wanted != target {
			target = wanted
			debug.SetGCPercent(target)
		}
		if turn%30 == 0 && objects+free > live+giveBack {
			debug.FreeOSMemory()
		}
	}
}

// collectAt is the target for so many bytes alive beside so many of stacks.
func collectAt(live, stacks uint64) int {
	most := garbageMost - min(8*stacks, garbageMost-garbageLeast)
	percent := min(max(live+stacks, garbageLeast), most) * 100 / max(live+stacks, 1)
	return int(min(max(percent, 25), collectLater))
}
