//go:build unix && !linux

package keeper

import (
	"os"
	"os/exec"
	"syscall"
)

func ground() string { return os.TempDir() }

// dieWith is Linux's alone: elsewhere a keeper that is killed leaves its
// programs behind.
func dieWith(*exec.Cmd, syscall.Signal) {}
