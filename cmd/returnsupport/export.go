package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"returnsupport/helpdesk/staff"
)

// runExport writes what somebody may open, once they signed in: keys come from
// their six words, from nowhere else. Everything takes two more eyes: another
// coordinator, or two of the sheets, which are then replaced.
func runExport(ctx context.Context, c console, args []string) error {
	var login, second, folder string
	var sheets bool
	return administration(ctx, c, args, func(f *flag.FlagSet) {
		f.StringVar(&login, "login", "", "")
		f.StringVar(&second, "second", "", "")
		f.BoolVar(&sheets, "sheets", false, "")
		f.StringVar(&folder, "to", "", "")
	}, func(h *house, words []string) error {
		if len(words) > 0 || login == "" || folder == "" || sheets && second != "" {
			return usageError("export needs --login and --to, and one of --second and --sheets at most")
		}
		return h.signedIn(ctx, c, login, func(s *staff.Session) error {
			switch {
			case sheets:
				return h.exportWithSheets(ctx, c, s, folder)
			case second == "":
				return h.export(ctx, c, folder, s)
			}
			return h.signedIn(ctx, c, second, func(other *staff.Session) error {
				if err := h.staff.Together(ctx, s, other); err != nil {
					return err
				}
				return h.exportAll(ctx, c, folder, s, other)
			})
		})
	})
}

func (h *house) exportWithSheets(ctx context.Context, c console, s *staff.Session, folder string) error {
	a, b, err := twoSheets(c)
	if err != nil {
		return err
	}
	if err := h.staff.WithSheets(ctx, s, a, b); err != nil {
		return err
	}
	// The sheets were typed in: they are replaced, whatever becomes of the rest.
	return errors.Join(h.exportAll(ctx, c, folder, s), h.newSheets(ctx, c, a, b))
}

// exportAll says of which teams it has nothing.
func (h *house) exportAll(ctx context.Context, c console, folder string, sessions ...*staff.Session) error {
	teams, err := h.staff.Teams(ctx)
	if err != nil {
		return err
	}
	for _, t := range teams {
		if !slices.ContainsFunc(sessions, func(s *staff.Session) bool { return s.Member(t.ID) }) {
			fmt.Fprintf(c.out, "None of you is in the team %q: nothing of it is written. See `returnsupport help recover`.\n", t.Name)
		}
	}
	return h.export(ctx, c, folder, sessions...)
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
	if errors.Is(err, staff.ErrFactor) {
		s, err = h.withFactor(ctx, c, cookie)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.staff.SignOut(context.WithoutCancel(ctx), s)) }()
	return do(s)
}

// withFactor asks for the second factor of somebody whose words were right.
func (h *house) withFactor(ctx context.Context, c console, cookie string) (*staff.Session, error) {
	half, err := h.staff.Halfway(ctx, cookie)
	if err != nil {
		return nil, err
	}
	if !half.Made {
		return nil, usageError("sign in with a browser first: there the second factor is made")
	}
	code, err := c.secret("", "Code of the authenticator, or a spare code")
	if err != nil {
		return nil, err
	}
	if cookie, err = h.staff.GiveFactor(ctx, cookie, code); err != nil {
		return nil, err
	}
	return h.staff.Session(ctx, cookie, false)
}

func (h *house) export(ctx context.Context, c console, folder string, sessions ...*staff.Session) error {
	for _, s := range sessions {
		if err := h.staff.MayExport(ctx, s); err != nil { // before there are files
			return err
		}
	}
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
	broken, err := h.post.Export(ctx, sessions[0], lines, letters, sessions[1:]...)
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
