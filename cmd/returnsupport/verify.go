package main

import (
	"context"
	"errors"
	"fmt"
)

// errChain ends `verify` with exit code 1; the finding stands above it.
var errChain = errors.New("the journal is not what it was")

func runVerify(ctx context.Context, c console, args []string) error {
	return administration(ctx, c, args, nil, func(h *house, words []string) error {
		if len(words) > 0 {
			return usageError("verify takes no words, only flags")
		}
		r, err := h.journal.Verify(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.out, "journal: %d entries linked and right, %d wait to be linked, %d with erased details\nhead: %d %x\n", r.Linked, r.Waiting, r.Erased, r.Head.Number, r.Head.Link)
		if r.Bad != nil {
			fmt.Fprintf(c.out, "NOT RIGHT: %s at number %d, entry %s\n", r.Bad.Kind, r.Bad.Number, r.Bad.Entry)
			return errChain
		}
		return nil
	})
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
