package main

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"time"
)

func start(b *bench) {
	i := b.install("start", "")
	info, err := os.Stat(i.binary)
	b.check(err)
	var firsts []time.Duration
	var idle []float64
	for range 7 {
		began := time.Now()
		r := i.serve()
		resp, err := http.Get(r.base + "/w/sign-in")
		b.check(err)
		resp.Body.Close()
		firsts = append(firsts, time.Since(began))
		time.Sleep(2 * time.Second)
		idle = append(idle, memory(r.Process.Pid, "VmRSS"))
		r.kill()
	}
	slices.Sort(idle)
	row("from exec to first page, median of 7", ms(percentile(firsts, 50)), "≤ 400 ms")
	row("idle memory before sign-in, median of 7", fmt.Sprintf("%.0f MB", idle[len(idle)/2]), "≤ 60 MB")
	row("stripped program", fmt.Sprintf("%.1f MB", float64(info.Size())/1e6), "≤ 45 MB")
}
