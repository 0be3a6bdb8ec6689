package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"returnsupport/helpdesk/chat"
)

const (
	idleSockets = 15_000
	idleRuns    = 3
	// quietFor is how long they stay open: longer than two rounds of pings.
	quietFor = 60 * time.Second
)

// idle holds open websockets of persons, each of another session, and measures
// what each costs the whole program.
func idle(b *bench) {
	if need, hard := uint64(idleSockets+spareFiles), raiseFiles(); hard < need {
		b.Fatalf("bench: the hard limit of open files is %d, and %d sockets need %d in this process and in the program: raise it (ulimit -Hn, or LimitNOFILE= for systemd)", hard, idleSockets, need)
	}
	cookies, i := b.quietPersons(idleSockets)
	var ours, bare []float64
	for range idleRuns {
		bare = append(bare, b.bareIdle(len(cookies)))
		each, open := b.houseIdle(i, cookies, quietFor)
		if open < len(cookies) {
			b.Fatalf("bench: %d of %d sockets stayed open", open, len(cookies))
		}
		ours = append(ours, each)
	}
	slices.Sort(ours)
	slices.Sort(bare)
	row(fmt.Sprintf("%d open: memory each, whole program, median of 3", idleSockets), fmt.Sprintf("%.1f kB (%.1f to %.1f)", ours[idleRuns/2], ours[0], ours[idleRuns-1]), "≤ 10 kB")
	also("tuned bare gorilla in its own process", fmt.Sprintf("%.1f kB (%.1f to %.1f)", bare[idleRuns/2], bare[0], bare[idleRuns-1]))
}

// spareFiles are the descriptors a client needs beside its sockets.
const spareFiles = 100

// quietPersons are sessions of persons who left a message.
func (b *bench) quietPersons(n int) ([]string, *installation) {
	i := b.install("idle", "")
	r := i.open(time.Now)
	defer r.close()
	r.hire(2)
	cookies := make([]string, n)
	r.each(n, func(ctx context.Context, k int) error {
		begun, err := r.chat.Start(ctx, chat.First{Lang: "en", ClientID: fmt.Sprintf("idle-%d", k), Text: "Hello"})
		cookies[k] = "talk=" + begun.Cookie
		return err
	})
	return cookies, i
}

// houseIdle returns kB each and how many stayed open.
func (b *bench) houseIdle(i *installation, cookies []string, during time.Duration) (float64, int) {
	r := i.serve()
	defer r.kill()
	for range 20 { // what a program does once it does before
		resp, err := http.Get(r.base + "/en/")
		b.check(err)
		resp.Body.Close()
	}
	time.Sleep(2 * time.Second)
	return b.hold(r.Process.Pid, holdJob{Base: r.base, Path: "/en/talk/live", Cookies: cookies, Hello: `{"after":0,"ping":1}`}, during)
}

// bareIdle is the same without a house.
func (b *bench) bareIdle(n int) float64 {
	cmd, base := b.child("sockets")
	defer func() {
		cmd.Process.Kill()
		cmd.Wait()
	}()
	time.Sleep(time.Second)
	each, open := b.hold(cmd.Process.Pid, holdJob{Base: base, Path: "/", Cookies: make([]string, n), Hello: "hello"}, 10*time.Second)
	if open < n {
		b.Fatalf("bench: %d of %d bare sockets stayed open", open, n)
	}
	return each
}

// child starts this program as something else, and reads its first line.
func (b *bench) child(what string) (*exec.Cmd, string) {
	self, err := os.Executable()
	b.check(err)
	cmd := exec.Command(self, "bare", what)
	cmd.Env = append(os.Environ(), childName+"="+what)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	b.check(err)
	b.check(cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	b.check(err)
	return cmd, strings.TrimSpace(line)
}

// hold has a client process of its own open sockets and keep them, and returns
// by how many kB each the server grew, and how many were open at the end.
func (b *bench) hold(server int, job holdJob, during time.Duration) (each float64, open int) {
	self, err := os.Executable()
	b.check(err)
	text, err := json.Marshal(job)
	b.check(err)
	cmd := exec.Command(self, "bare", "hold")
	cmd.Env = append(os.Environ(), childName+"=hold")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	b.check(err)
	out, err := cmd.StdoutPipe()
	b.check(err)
	before := memory(server, "VmRSS")
	b.check(cmd.Start())
	_, err = in.Write(append(text, '\n'))
	b.check(err)
	said := bufio.NewReader(out)
	_, err = fmt.Fscan(said, &open)
	b.check(err)
	time.Sleep(during)
	after := memory(server, "VmRSS")
	in.Close()
	_, err = fmt.Fscan(said, &open)
	b.check(err)
	b.check(cmd.Wait())
	return (after - before) * 1024 / float64(len(job.Cookies)), open
}
