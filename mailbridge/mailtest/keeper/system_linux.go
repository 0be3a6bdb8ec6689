package keeper

import (
	"os"
	"os/exec"
	"syscall"
)

// ground is where services lie: in memory where there is plenty, because a
// database server makes some hundred files for each database, and on some
// disks that takes half a second.
func ground() string {
	const memory, plenty = "/dev/shm", 4 << 30
	var free syscall.Statfs_t
	if syscall.Statfs(memory, &free) == nil && int64(free.Bavail)*free.Bsize > plenty {
		if probe, err := os.MkdirTemp(memory, folderPrefix()); err == nil {
			os.Remove(probe)
			return memory
		}
	}
	return os.TempDir()
}

// dieWith has the kernel send the program a signal when the thread that starts
// it ends (prctl(2), PR_SET_PDEATHSIG).
func dieWith(cmd *exec.Cmd, last syscall.Signal) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = last
}
