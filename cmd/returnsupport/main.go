// Command returnsupport is the one binary of the house: it reads the
// environment, makes the rooms, wires them and runs them.
//
// Never: a rule. What may be done, and by whom, is decided in the rooms.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
)

// console is what a command talks to; tests hand their own.
type console struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) string
}

// command is one word of the program.
type command struct {
	name, usage, help string
	run               func(context.Context, console, []string) error
}

var commands []command

func init() { // a variable would refer to itself through help
	commands = []command{
		{"demo", "demo [--data FOLDER] [--port N]", "everything in one process: an invented organisation, a week of letters, a mail program for the persons", runDemo},
		{"init", "init --login NAME --name NAME --address MAIL [--team NAME]... [--words sv|en] [--words-alone]", "make the keys, three recovery sheets, the first teams and the first sign-in; --words-alone asks staff for no second factor, for trials", runInit},
		{"serve", "serve", "collect mail, send answers, show the counsellors' desk", runServe},
		{"user", "user list | invite LOGIN --name N --address MAIL [--kind counsellor|coordinator] --team T... | reissue LOGIN | disable LOGIN", "the people who work here", runUser},
		{"team", "team list | add NAME --member LOGIN... [--restricted] | propose LOGIN --team NAME", "teams and who is asked to admit whom", runTeam},
		{"mailbox", "mailbox list | add ADDRESS --team T --imap URL --smtp URL ... | test ADDRESS | pause ADDRESS | resume ADDRESS | remove ADDRESS", "mailboxes to collect, and a diagnosis of each step", runMailbox},
		{"directory", "directory import FILE|FOLDER [--dry] [--whole] | export FILE [--format json|csv]", "organisations and services in the shape of HSDS: JSON, or a tabular data package as folder or zip", runDirectory},
		{"export", "export --login NAME [--second NAME | --sheets] --to FOLDER", "what the signed-in may open: tickets.jsonl and letters.mbox; everything takes two coordinators, or two recovery sheets beside one of them", runExport},
		{"backup", "backup --to FOLDER", "copy the database while it is used: the content, and the keys to it, which may be kept for fourteen days", runBackup},
		{"restore", "restore --content FILE --keys FILE [--aftermath FILE]", "put a backup into an empty database, stop again what was withdrawn since, and verify both books", runRestore},
		{"rehearse", "rehearse --content FILE --keys FILE [--aftermath FILE]", "restore into a folder of its own, verify, and throw it away: once a month, before you need it", runRehearse},
		{"recover", "recover member LOGIN --team NAME | sheets | secrets", "with two of the three sheets: let somebody into a team without members, make new sheets, bring back lost server secrets", runRecover},
		{"rotate", "rotate", "draw the server's secrets anew, once a year and with the server stopped; what the old ones made still opens", runRotate},
		{"doctor", "doctor", "look at this house and its machine: settings, keys, clock, mail, names, database, swap, dumps, logs, limits; with what to do", runDoctor},
		{"ready", "ready", "ask the process that serves here whether visitors may be sent to it (setting watch); for the health check of a container", runReady},
		{"verify", "verify [--against HEAD|FILE]...", "recompute the journal's and the consents' chains and signatures, also against a kept head or a receipt", runVerify},
		{"settings", "settings [set NAME VALUE]", "every setting, explained; secrets show only that they are set", runSettings},
		{"version", "version", "what this program was built from", runVersion},
		{"help", "help [COMMAND]", "this page, or a command's own", runHelp},
	}
}

func main() {
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // a line that dropped; nohup ignores it
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	defer stop()
	c := console{os.Stdin, os.Stdout, os.Stderr, environment}
	os.Exit(dispatch(ctx, c, os.Args[1:]))
}

// dispatch answers the exit code: 0 done, 1 it failed or was refused, 2 the
// words were not understood.
func dispatch(ctx context.Context, c console, args []string) int {
	if len(args) == 0 {
		args = []string{"help"}
	}
	for _, cmd := range commands {
		if cmd.name != args[0] {
			continue
		}
		err := cmd.run(ctx, c, args[1:])
		var wrong usageError
		switch {
		case err == nil:
			return 0
		case errors.Is(err, context.Canceled) && ctx.Err() != nil:
			fmt.Fprintln(c.err, "returnsupport: broken off")
			return 1
		case errors.Is(err, flag.ErrHelp):
			fmt.Fprintf(c.out, "returnsupport %s\n    %s\n", cmd.usage, cmd.help)
			return 0
		case errors.As(err, &wrong):
			fmt.Fprintf(c.err, "returnsupport: %s\nUse: returnsupport %s\n", wrong, cmd.usage)
			return 2
		default:
			fmt.Fprintln(c.err, "returnsupport:", sentence(err))
			return 1
		}
	}
	fmt.Fprintf(c.err, "returnsupport: there is no command %q; see `returnsupport help`\n", args[0])
	return 2
}

// usageError is a command that was not understood.
type usageError string

func (u usageError) Error() string { return string(u) }

// sentence turns a room's refusal into words; everything else already is.
func sentence(err error) string {
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		if words, loadErr := locale.Load(); loadErr == nil {
			return words.Say("en", no.Key, no.Args...)
		}
	}
	return err.Error()
}

func runHelp(_ context.Context, c console, args []string) error {
	fmt.Fprintln(c.out, "Returnsupport, a helpdesk for return counselling.")
	for _, cmd := range commands {
		if len(args) == 0 || args[0] == cmd.name {
			fmt.Fprintf(c.out, "\n  returnsupport %s\n      %s\n", cmd.usage, cmd.help)
		}
	}
	fmt.Fprintln(c.out, "\nSettings of the process are flags or environment variables: `returnsupport settings`.")
	return nil
}

func runVersion(_ context.Context, c console, _ []string) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return errors.New("built without module information")
	}
	revision := "unknown revision"
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			revision = s.Value
		}
	}
	fmt.Fprintf(c.out, "returnsupport %s, %s, %s\n", info.Main.Version, revision, info.GoVersion)
	return nil
}

// logger writes ids and codes, never content, to standard error.
func (c console) logger(level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, usageError("log-level is debug, info, warn or error")
	}
	return slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: l})), nil
}

// list is a flag that may be given several times.
type list []string

func (l *list) String() string     { return strings.Join(*l, ", ") }
func (l *list) Set(v string) error { *l = append(*l, v); return nil }
