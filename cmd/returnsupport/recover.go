package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/backup"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// runRecover is what two of the three sheets are kept for. Sheets that were used
// are replaced at once by three new ones: somebody held both.
func runRecover(ctx context.Context, c console, args []string) error {
	if len(args) > 0 && args[0] == "secrets" {
		return recoverSecrets(ctx, c, args[1:])
	}
	var into string
	return administration(ctx, c, args, func(f *flag.FlagSet) {
		f.StringVar(&into, "team", "", "")
	}, func(h *house, words []string) error {
		switch {
		case len(words) == 1 && words[0] == "sheets":
			a, b, err := twoSheets(c)
			if err != nil {
				return err
			}
			return h.newSheets(ctx, c, a, b)
		case len(words) == 2 && words[0] == "member" && into != "":
			return h.recoverMember(ctx, c, words[1], into)
		}
		return usageError("recover takes member LOGIN --team NAME, sheets, or secrets")
	})
}

// twoSheets asks for them, one after the other.
func twoSheets(c console) (a, b string, err error) {
	if a, err = c.secret("", "First sheet"); err == nil {
		b, err = c.secret("", "Second sheet, another one")
	}
	return a, b, err
}

func (h *house) recoverMember(ctx context.Context, c console, login, into string) error {
	u, err := h.userNamed(ctx, login)
	if err != nil {
		return err
	}
	teams, err := h.teamsNamed(ctx, []string{into})
	if err != nil {
		return err
	}
	a, b, err := twoSheets(c)
	if err != nil {
		return err
	}
	if err := h.staff.Recover(ctx, a, b, u.ID, teams[0]); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s is in the team now. The journal says so.\n", u.Login)
	// The sheets were typed in: they are replaced, whatever becomes of the rest.
	return errors.Join(h.staff.RecoverOlder(ctx, a, b, teams[0]), h.newSheets(ctx, c, a, b))
}

// newSheets prints them before the old ones open nothing any more: a line that
// drops meanwhile takes nobody's last way back.
func (h *house) newSheets(ctx context.Context, c console, a, b string) error {
	err := h.staff.RenewSheets(ctx, a, b, func(sheets [3]string, fingerprint string) error {
		if _, err := fmt.Fprintf(c.out, `
Three new sheets. They are shown once and kept nowhere. Print each on its own paper
and give them to three people. The old ones count until you say that it is done.

    %s

    %s

    %s

    fingerprint of the recovery key: %s

`, sheets[0], sheets[1], sheets[2], fingerprint); err != nil {
			return err
		}
		fmt.Fprint(c.err, "Are all three on paper? Type yes: ")
		if said, err := oneLine(c.in); err != nil || strings.TrimSpace(said) != "yes" {
			return errNotOnPaper
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("make new sheets: %w", err)
	}
	_, err = fmt.Fprintln(c.out, "The new sheets count now, and the old ones open nothing any more.")
	return err
}

var errNotOnPaper = errors.New("the sheets above are void, and the old ones count; make others with `returnsupport recover sheets`")

// recoverSecrets writes the server's secrets from the copy in the database, or in
// a backup's two files where that is lost, too. It never replaces a file that is
// there.
func recoverSecrets(ctx context.Context, c console, args []string) error {
	var from restoring
	set, rest, err := readSettings(args, c.env, func(f *flag.FlagSet) {
		f.StringVar(&from.content, "content", "", "")
		f.StringVar(&from.keys, "keys", "", "")
	})
	if err != nil {
		return err
	}
	if len(rest) > 0 || (from.content == "") != (from.keys == "") {
		return usageError("recover secrets takes nothing, or --content and --keys, the two files of one backup")
	}
	if _, err := os.Stat(set.secrets); err == nil {
		return fmt.Errorf("%s is there already: move it away first, if you are sure that it is not the right one: %w", set.secrets, helpdesk.ErrConflict)
	}
	log, err := c.logger(set.logLevel)
	if err != nil {
		return err
	}
	a, b, err := twoSheets(c)
	if err != nil {
		return err
	}
	if from.content != "" {
		return secretsFromBackup(c, set, from, a, b)
	}
	db, err := store.Open(ctx, set.database, log)
	if err != nil {
		return err
	}
	secrets, err := staff.LostSecrets(ctx, db, a, b)
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	if err := noteSecretsBack(ctx, set, secrets, log); err != nil {
		return err
	}
	if err := writeSecrets(set.secrets, secrets); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s is written. Back it up, apart from the database. Then make new sheets: returnsupport recover sheets\n", set.secrets)
	return nil
}

// secretsFromBackup is for a house that lost everything but a backup and two
// sheets. The files are proven with the secrets that come out of them.
func secretsFromBackup(c console, set settings, from restoring, a, b string) error {
	fmt.Fprintln(c.err, "Both files are read to their ends: a minute for each 20 GB.")
	row, err := backup.Single(from.content, from.keys, staff.RecoveryTable)
	if err != nil {
		return err
	}
	secrets, err := staff.SecretsOf(row, a, b)
	if err != nil {
		return err
	}
	for _, file := range []string{from.content, from.keys} {
		if _, err := backup.Prove(file, secrets); err != nil {
			return err
		}
	}
	if err := writeSecrets(set.secrets, secrets); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s is written. Now restore the same two files, and then make new sheets: returnsupport recover sheets\n", set.secrets)
	return nil
}

// noteSecretsBack is done before the file is there: killed between the two, the
// coordinators hear of what did not come to pass, and not the other way about.
func noteSecretsBack(ctx context.Context, set settings, secrets *vault.Secrets, log *slog.Logger) (err error) {
	h, err := build(ctx, set, secrets, vault.StaffCost, time.Now, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	if err := h.staff.NoteSecretsBack(ctx); err != nil {
		return err
	}
	return h.journal.Chain(ctx)
}

// runRotate draws the secrets anew. The file is written before the copy in the
// database: killed between the two, the copy is a year old, and the next start of
// the server makes it anew (staff.KeepCopy).
func runRotate(ctx context.Context, c console, args []string) error {
	set, rest, err := readSettings(args, c.env, nil)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError("rotate takes no words")
	}
	// Does it open? Otherwise nothing is drawn.
	if err := administration(ctx, c, args, nil, func(*house, []string) error { return nil }); err != nil {
		return err
	}
	secrets, err := readSecrets(set.secrets)
	if err != nil {
		return err
	}
	for _, p := range vault.Yearly {
		if err := secrets.Rotate(p); err != nil {
			return err
		}
	}
	if err := replaceSecrets(set.secrets, secrets); err != nil {
		return err
	}
	return administration(ctx, c, args, nil, func(h *house, _ []string) error {
		if err := h.staff.CopySecrets(ctx); err != nil {
			return err
		}
		_, err := fmt.Fprintf(c.out, "%s holds new secrets beside the old ones. Back it up, and start the server again: one that ran meanwhile does not know them.\n", set.secrets)
		return err
	})
}

// replaceSecrets writes the file anew, whole or not at all.
func replaceSecrets(path string, s *vault.Secrets) error {
	next := path + ".next"
	if err := os.Remove(next); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("replace server secrets: %w", err)
	}
	if err := writeSecrets(next, s); err != nil {
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return fmt.Errorf("replace server secrets: %w", err)
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("replace server secrets: %w", err)
	}
	return errors.Join(folder.Sync(), folder.Close())
}
