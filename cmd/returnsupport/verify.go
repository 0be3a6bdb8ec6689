package main

import (
	"context"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"

	"returnsupport/consent"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
)

// errChain ends `verify` with exit code 1; the finding stands above it.
var errChain = errors.New("the books are not what they were")

// runVerify reads the journal and the book of consents to their ends. What was
// kept outside the database (heads that earlier runs printed, the daily mail,
// a line of the log, somebody's receipt) shows what the database alone can't:
// that a chain was put back or written anew as a whole.
func runVerify(ctx context.Context, c console, args []string) error {
	var against list
	return administration(ctx, c, args, func(f *flag.FlagSet) { f.Var(&against, "against", "") }, func(h *house, words []string) error {
		if len(words) > 0 {
			return usageError("verify takes no words, only flags")
		}
		heads, known, err := h.readKept(against)
		if err != nil {
			return err
		}
		return h.verifyBooks(ctx, c.out, heads, known)
	})
}

// verifyBooks recomputes both chains and says what it found.
func (h *house) verifyBooks(ctx context.Context, out io.Writer, heads []journal.Head, known []consent.Known) error {
	r, err := h.journal.Verify(ctx, heads...)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "journal: %d entries linked and right, %d wait to be linked, %d with erased details\n", r.Linked, r.Waiting, r.Erased)
	fmt.Fprintf(out, "head: %d:%x\n", r.Head.Number, r.Head.Link)
	book, err := h.door.Verify(ctx, known...)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "consents: %d steps right, %d with erased content\nhead of the consents: %s\n", book.Right, book.Erased, book.Head)
	fmt.Fprintln(out, "Keep both heads outside the database; later `verify --against HEAD` shows that nothing before them changed.")
	if r.Bad != nil {
		fmt.Fprintf(out, "NOT RIGHT in the journal: %s at number %d, entry %s\n", r.Bad.Kind, r.Bad.Number, r.Bad.Entry)
	}
	if book.Bad != nil {
		fmt.Fprintf(out, "NOT RIGHT in the consents: %s at number %d, step %s\n", book.Bad.Fault, book.Bad.Place, book.Bad.Event)
	}
	if r.Bad != nil || book.Bad != nil {
		return errChain
	}
	return nil
}

// maxKept bounds a file that is verified against.
const maxKept = 4 << 20

// readKept reads what --against names: a head as verify prints it, or a file
// that holds heads or is a receipt.
func (h *house) readKept(given []string) (heads []journal.Head, known []consent.Known, err error) {
	for _, text := range given {
		kept := []byte(text)
		if f, err := os.Open(text); err == nil {
			kept, err = io.ReadAll(io.LimitReader(f, maxKept))
			if err = errors.Join(err, f.Close()); err != nil {
				return nil, nil, fmt.Errorf("read %s: %w", text, err)
			}
		}
		ours := readHeads(kept)
		heads = append(heads, ours...)
		k, err := h.door.ReadKnown(kept)
		var refusal helpdesk.Refusal
		switch {
		case err == nil:
			known = append(known, k)
		case !errors.As(err, &refusal):
			return nil, nil, err
		case refusal.Key == "verify.none" && len(ours) > 0:
		case refusal.Key == "verify.none":
			return nil, nil, usageError("a head is NUMBER:LINK or ledger:NUMBER:HASH, as verify prints it; or name a file with heads, or a receipt")
		default:
			return nil, nil, errors.New(h.locale.Say("en", refusal.Key, refusal.Args...))
		}
	}
	return heads, known, nil
}

// journalHead is a head of the journal in a text; that of the consents has a
// word before it.
var journalHead = regexp.MustCompile(`(^|[^:0-9a-zA-Z])([0-9]{1,18}):([0-9a-f]{64})\b`)

func readHeads(text []byte) []journal.Head {
	var heads []journal.Head
	for _, m := range journalHead.FindAllSubmatch(text, -1) {
		n, err := strconv.ParseInt(string(m[2]), 10, 64)
		link, bad := hex.DecodeString(string(m[3]))
		if err == nil && bad == nil {
			heads = append(heads, journal.Head{Number: n, Link: link})
		}
	}
	return heads
}

// runSettings shows the settings of the process and of the organisation.
func runSettings(ctx context.Context, c console, args []string) error {
	set, words, err := readSettings(args, c.env, nil)
	if err != nil {
		return err
	}
	if len(words) == 3 && words[0] == "set" {
		return administration(ctx, c, args, nil, func(h *house, words []string) error {
			return h.office.Set(ctx, h.staff.Console().User.ID, words[1], words[2])
		})
	}
	if len(words) > 0 {
		return usageError("settings takes nothing, or set NAME VALUE")
	}
	fmt.Fprintln(c.out, "Of the process (flag, environment variable):")
	printSettings(c.out, c.env, set)
	err = administration(ctx, c, args, nil, func(h *house, _ []string) error {
		all, err := h.office.Settings(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintln(c.out, "\nOf the organisation (`returnsupport settings set NAME VALUE`):")
		for _, v := range all {
			fmt.Fprintf(c.out, "  %s = %q\n      %s\n", v.Name, v.Value, h.locale.Say("en", v.Explained))
		}
		return nil
	})
	if errors.Is(err, errNotInitialised) {
		fmt.Fprintln(c.out, "\nThose of the organisation are shown once `returnsupport init` has run.")
		return nil
	}
	return err
}
