//go:build unix

package main

import (
	"os/signal"
	"syscall"
)

// surviveFullDisk: a file that may not grow (setrlimit(2), RLIMIT_FSIZE; some
// quotas) is a full disk, which the store knows. The signal that comes with it
// would end the process.
func surviveFullDisk() { signal.Ignore(syscall.SIGXFSZ) }
