package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// bench is one scenario's run. It stands in for a testing.TB, so that the
// services of the tests serve here, too; whatever fails ends the program.
type bench struct {
	testing.TB // of the test that tries a scenario; nil while measuring
	dir        string
	ends       []func()
}

func newBench() *bench {
	dir, err := os.MkdirTemp("", "returnsupport-bench-")
	if err != nil {
		panic(err)
	}
	// PostgreSQL runs as another user and must reach its folder.
	if err := os.Chmod(dir, 0o711); err != nil {
		panic(err)
	}
	b := &bench{dir: dir}
	b.Cleanup(func() { os.RemoveAll(dir) })
	return b
}

// end undoes what the run started, last things first.
func (b *bench) end() {
	for _, f := range slices.Backward(b.ends) {
		f()
	}
	b.ends = nil
}

func (b *bench) Helper()          {}
func (b *bench) Name() string     { return "bench" }
func (b *bench) Cleanup(f func()) { b.ends = append(b.ends, f) }
func (b *bench) Log(args ...any)  { fmt.Fprintln(os.Stderr, args...) }

func (b *bench) Fatal(args ...any) {
	if b.TB != nil {
		b.TB.Helper()
		b.TB.Fatal(args...)
	}
	fmt.Fprintln(os.Stderr, args...)
	b.end()
	os.Exit(1)
}

func (b *bench) Fatalf(format string, args ...any) { b.Fatal(fmt.Sprintf(format, args...)) }
func (b *bench) Skip(args ...any)                  { b.Fatal(args...) }

func (b *bench) check(err error) {
	if err != nil {
		b.Fatal("bench: ", err)
	}
}

// folder is a fresh one of this run.
func (b *bench) folder(name string) string {
	dir := filepath.Join(b.dir, name)
	b.check(os.MkdirAll(dir, 0o711))
	return dir
}

// row prints one figure beside its target.
func row(what, got, target string) { fmt.Printf("  %-58s %-28s must %s\n", what, got, target) }

// also prints a figure that has no target of its own.
func also(what, got string) { fmt.Printf("  %-58s %s\n", what, got) }

// judged ends a scenario: with what is not as it must be, or with the word that
// all is.
func (b *bench) judged(faults ...fault) {
	var all []string
	for _, f := range faults {
		if f.is {
			all = append(all, f.what)
		}
	}
	if len(all) > 0 {
		b.Fatal("  NOT as it must be: " + strings.Join(all, "; "))
	}
	fmt.Println("  all is as it must be")
}

type fault struct {
	is   bool
	what string
}

// percentile is the nearest-rank one, p between 0 and 100.
func percentile(all []time.Duration, p float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	s := slices.Clone(all)
	slices.Sort(s)
	i := int(p/100*float64(len(s))+0.9999) - 1
	return s[min(max(i, 0), len(s)-1)]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

func spread(all []time.Duration) string {
	return fmt.Sprintf("p50 %s, p99 %s", ms(percentile(all, 50)), ms(percentile(all, 99)))
}
