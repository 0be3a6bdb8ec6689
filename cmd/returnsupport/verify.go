package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"

	"returnsupport/helpdesk/journal"
)

// errChain ends `verify` with exit code 1; the finding stands above it.
var errChain = errors.New("the journal is not what it was")

// runVerify reads the whole journal. Heads printed by earlier runs and kept
// outside the database show what the database alone can't: that the chain was
// put back as a whole.
func runVerify(ctx context.Context, c console, args []string) error {
	var against list
	return administration(ctx, c, args, func(f *flag.FlagSet) { f.Var(&against, "against", "") }, func(h *house, words []string) error {
		if len(words) > 0 {
			return usageError("verify takes no words, only flags")
		}
		heads, err := readHeads(against)
		if err != nil {
			return err
		}
		r, err := h.journal.Verify(ctx, heads...)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.out, "journal: %d entries linked and right, %d wait to be linked, %d with erased details\n", r.Linked, r.Waiting, r.Erased)
		fmt.Fprintf(c.out, "head: %d:%x\nKeep this head outside the database; later `verify --against HEAD` shows that nothing before it changed.\n", r.Head.Number, r.Head.Link)
		if r.Bad != nil {
			fmt.Fprintf(c.out, "NOT RIGHT: %s at number %d, entry %s\n", r.Bad.Kind, r.Bad.Number, r.Bad.Entry)
			return errChain
		}
		return nil
	})
}

// readHeads reads NUMBER:LINK as verify prints them.
func readHeads(texts []string) ([]journal.Head, error) {
	var heads []journal.Head
	for _, t := range texts {
		number, link, _ := strings.Cut(t, ":")
		n, err := strconv.ParseInt(number, 10, 64)
		b, bad := hex.DecodeString(link)
		if err != nil || bad != nil || len(b) != sha256.Size {
			return nil, usageError("a head is NUMBER:LINK, as verify prints it")
		}
		heads = append(heads, journal.Head{Number: n, Link: b})
	}
	return heads, nil
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
