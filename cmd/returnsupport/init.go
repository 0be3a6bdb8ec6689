package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/vault"
)

// runInit begins an installation. What it prints is printed once: the sheets
// and the words are kept nowhere.
func runInit(ctx context.Context, c console, args []string) error {
	var o staff.InitOptions
	var teams list
	set, rest, err := readSettings(args, c.env, func(f *flag.FlagSet) {
		f.StringVar(&o.Login, "login", "", "")
		f.StringVar(&o.Name, "name", "", "")
		f.StringVar(&o.Address, "address", "", "")
		f.StringVar(&o.Locale, "words", "sv", "")
		f.BoolVar(&o.WordsAlone, "words-alone", false, "")
		f.Var(&teams, "team", "")
	})
	if err != nil {
		return err
	}
	if len(rest) > 0 || o.Login == "" || o.Name == "" || o.Address == "" {
		return usageError("init needs --login, --name and --address of the first coordinator")
	}
	if len(teams) == 0 {
		teams = list{"Returnsupport"}
	}
	for _, t := range teams {
		o.Teams = append(o.Teams, staff.NewTeam{Name: t})
	}
	log, err := c.logger(set.logLevel)
	if err != nil {
		return err
	}
	// An init that was killed halfway has secrets and no staff: it goes on.
	secrets, err := readSecrets(set.secrets)
	if errors.Is(err, errNotInitialised) {
		secrets = vault.NewSecrets()
		err = writeSecrets(set.secrets, secrets)
	}
	if err != nil {
		return err
	}
	if err := os.MkdirAll(set.data, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	h, err := build(ctx, set, secrets, vault.StaffCost, time.Now, log)
	if err != nil {
		return err
	}
	defer h.Close()
	result, err := h.staff.Init(ctx, o)
	if err != nil {
		return err
	}
	printInit(c.out, set, o, result)
	return nil
}

func printInit(w io.Writer, set settings, o staff.InitOptions, r staff.InitResult) {
	fmt.Fprintf(w, `
Write this down now. It is shown once and kept nowhere.

FIRST SIGN-IN
    name   %s
    words  %s

RECOVERY: three sheets for three people. Any two of them open everything, one
alone opens nothing. Print each on its own paper and keep them in three places.

    %s

    %s

    %s

    fingerprint of the recovery key: %s

SERVER SECRETS
    %s
    Back this file up, apart from the database and its backups.

Next: returnsupport mailbox add, then returnsupport serve.
`, o.Login, r.Words, r.Sheets[0], r.Sheets[1], r.Sheets[2], r.Fingerprint, set.secrets)
}
