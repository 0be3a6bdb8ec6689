package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"returnsupport/helpdesk/staff"
)

// runExport writes what somebody may open, once they signed in: keys come from
// their six words, from nowhere else.
func runExport(ctx context.Context, c console, args []string) error {
	var login, folder string
	return administration(ctx, c, args, func(f *flag.FlagSet) {
		f.StringVar(&login, "login", "", "")
		f.StringVar(&folder, "to", "", "")
	}, func(h *house, words []string) error {
		if len(words) > 0 || login == "" || folder == "" {
			return usageError("export needs --login and --to")
		}
		return h.signedIn(ctx, c, login, func(s *staff.Session) error { return h.export(ctx, c, s, folder) })
	})
}

// signedIn asks for the words, and ends the session afterwards.
func (h *house) signedIn(ctx context.Context, c console, login string, do func(*staff.Session) error) (err error) {
	words, err := c.secret("", "Six words of "+login)
	if err != nil {
		return err
	}
	cookie, err := h.staff.SignIn(ctx, login, words)
	if err != nil {
		return err
	}
	s, err := h.staff.Session(ctx, cookie, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.staff.SignOut(context.WithoutCancel(ctx), s)) }()
	return do(s)
}

func (h *house) export(ctx context.Context, c console, s *staff.Session, folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("make the export's folder: %w", err)
	}
	lines, err := create(filepath.Join(folder, "tickets.jsonl"))
	if err != nil {
		return err
	}
	letters, err := create(filepath.Join(folder, "letters.mbox"))
	if err != nil {
		return errors.Join(err, lines.Close())
	}
	broken, err := h.post.Export(ctx, s, lines, letters)
	if err = errors.Join(err, lines.Sync(), letters.Sync(), lines.Close(), letters.Close()); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s and %s are written. They are not sealed: keep them as carefully as what is in them.\n", lines.Name(), letters.Name())
	if broken > 0 {
		fmt.Fprintf(c.out, "%d letters could not be written as they came: somebody changed what is stored of them. Their lines say so under \"original\".\n", broken)
	}
	return nil
}

// create makes a private file and never replaces one.
func create(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("write the export: %w", err)
	}
	return f, nil
}
