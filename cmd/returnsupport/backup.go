package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"returnsupport/consent"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/backup"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

// runBackup copies the database into two files while the house works.
func runBackup(ctx context.Context, c console, args []string) error {
	var folder string
	return administration(ctx, c, args, func(f *flag.FlagSet) { f.StringVar(&folder, "to", "", "") }, func(h *house, words []string) error {
		if len(words) > 0 || folder == "" {
			return usageError("backup needs --to, a folder")
		}
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return fmt.Errorf("make the backup's folder: %w", err)
		}
		left, err := halves(folder, h.now())
		if err != nil {
			return err
		}
		for _, name := range left {
			fmt.Fprintf(c.out, "deleted, of a backup that was broken off: %s\n", name)
		}
		if c.env("GOMAXPROCS") == "" {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // the house has the other processors
		}
		began := time.Now()
		r, files, err := backup.Write(ctx, h.db, h.secrets, backupPlan(), folder, h.now())
		if err != nil {
			return err
		}
		if err := stampBackup(h.set.data, h.now()); err != nil {
			return fmt.Errorf("note that a backup was made: %w", err)
		}
		fmt.Fprintf(c.out, "%d rows of %d tables, %.1f MB, in %s\ncontent: %s\nkeys:    %s\n", r.Rows, r.Tables, float64(r.Bytes)/1e6,
			time.Since(began).Round(time.Millisecond), files[0], files[1])
		gone, err := oldKeys(folder, h.now())
		if err != nil {
			return err
		}
		for _, name := range gone {
			fmt.Fprintf(c.out, "deleted, older than %d days: %s\n", int(backup.KeysLast.Hours()/24), name)
		}
		fmt.Fprintf(c.out, `
Keep the content as long as you like. The keys must not get older than %d days
anywhere: what was erased would open again with them. This folder is tidied by
each backup; copies elsewhere are yours to tidy.
Not in them, and needed to restore: %s and, as it is on the day of the restore, %s.
`, int(backup.KeysLast.Hours()/24), h.set.secrets, h.aftermath())
		return nil
	})
}

// aftermath is where what must outlive every backup is written.
func (h *house) aftermath() string { return filepath.Join(h.set.data, aftermathLog) }

const aftermathLog = "aftermath.log"

// unfinished is how old a file must be that no backup can be writing any more.
const unfinished = 24 * time.Hour

// halves deletes what backups left that were killed, before another needs the
// room.
func halves(folder string, now time.Time) ([]string, error) {
	content, err := tidied(folder, "-content.backup.part", unfinished, now)
	keys, e := tidied(folder, "-keys.backup.part", unfinished, now)
	return append(content, keys...), errors.Join(err, e)
}

// oldKeys deletes files of keys that have had their time.
func oldKeys(folder string, now time.Time) ([]string, error) {
	return tidied(folder, "-keys.backup", backup.KeysLast, now)
}

// tidied deletes files of backups that were begun longer ago than that.
func tidied(folder, ending string, old time.Duration, now time.Time) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "returnsupport-*"+ending))
	if err != nil {
		return nil, err
	}
	var gone []string
	for _, path := range files {
		name := strings.TrimPrefix(filepath.Base(path), "returnsupport-")
		made, err := time.Parse("20060102T150405000Z", strings.TrimSuffix(name, ending))
		if err != nil || now.Sub(made) <= old {
			continue
		}
		if err := os.Remove(path); err != nil {
			return gone, fmt.Errorf("delete an old file of a backup: %w", err)
		}
		gone = append(gone, path)
	}
	return gone, nil
}

// restoring is what restore and rehearse are told.
type restoring struct{ content, keys, aftermath string }

func (r *restoring) flags(f *flag.FlagSet) {
	f.StringVar(&r.content, "content", "", "")
	f.StringVar(&r.keys, "keys", "", "")
	f.StringVar(&r.aftermath, "aftermath", "", "")
}

func (r *restoring) check(command string, words []string) error {
	if len(words) > 0 || r.content == "" || r.keys == "" {
		return usageError(command + " needs --content and --keys, the two files of one backup")
	}
	return nil
}

// runRestore puts a backup into an empty database.
func runRestore(ctx context.Context, c console, args []string) error {
	var from restoring
	set, words, err := readSettings(args, c.env, from.flags)
	if err != nil {
		return err
	}
	if err := from.check("restore", words); err != nil {
		return err
	}
	return restore(ctx, c, set, from)
}

// A rehearsal's folder, and how old one is that nobody is at any more.
const (
	rehearsal     = "rehearsal-"
	rehearsalOver = 6 * time.Hour
)

// sweepRehearsals throws away what rehearsals left that were killed: a copy of
// everything, with its keys.
func sweepRehearsals(data string, now time.Time) error {
	folders, err := filepath.Glob(filepath.Join(data, rehearsal+"*"))
	for _, folder := range folders {
		info, e := os.Stat(folder)
		if e == nil && now.Sub(info.ModTime()) > rehearsalOver {
			e = os.RemoveAll(folder)
		}
		if e != nil && !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, fmt.Errorf("throw away an old rehearsal: %w", e))
		}
	}
	return err
}

// runRehearse restores into a folder of its own, looks at it and throws it away.
func runRehearse(ctx context.Context, c console, args []string) error {
	var from restoring
	set, words, err := readSettings(args, c.env, from.flags)
	if err != nil {
		return err
	}
	if err := from.check("rehearse", words); err != nil {
		return err
	}
	if err := sweepRehearsals(set.data, time.Now()); err != nil {
		return err
	}
	folder, err := os.MkdirTemp(set.data, rehearsal)
	if err != nil {
		return fmt.Errorf("make the rehearsal's folder: %w", err)
	}
	defer os.RemoveAll(folder)
	if from.aftermath == "" {
		if _, err := os.Stat(filepath.Join(set.data, aftermathLog)); err == nil {
			from.aftermath = filepath.Join(set.data, aftermathLog)
		}
	}
	set.data, set.database, set.redis = folder, "sqlite:"+filepath.Join(folder, "returnsupport.db"), ""
	if err := restore(ctx, c, set, from); err != nil {
		return err
	}
	fmt.Fprintln(c.out, "The rehearsal went well; its copy is deleted.")
	return nil
}

// restore lets nobody in before what was ended since the backup is ended again:
// broken off anywhere on the way, the database is thrown away and restored anew.
func restore(ctx context.Context, c console, set settings, from restoring) error {
	log, err := c.logger(set.logLevel)
	if err != nil {
		return err
	}
	secrets, err := readSecrets(set.secrets)
	if err != nil {
		return err
	}
	known, err := layAftermath(set, from.aftermath)
	if err != nil {
		return err
	}
	set.opens = store.OpenRestored
	began := time.Now()
	_, err = backup.Restore(ctx, set.database, secrets, from.content, from.keys, log, func(r backup.Report) error {
		fmt.Fprintf(c.out, "%d rows of %d tables, as they were on %s, in %s\n", r.Rows, r.Tables, r.At.Format("2 January 2006 15:04 UTC"), time.Since(began).Round(time.Millisecond))
		return settle(ctx, c, set, known, log)
	})
	return err
}

// settle ends again what was ended since the backup, and checks both books.
func settle(ctx context.Context, c console, set settings, known bool, log *slog.Logger) (err error) {
	h, err := open(ctx, set, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	if err := h.afterRestore(ctx, c.out, known); err != nil {
		return err
	}
	if err := h.verifyBooks(ctx, c.out, nil, nil); err != nil {
		return err
	}
	return h.journal.Chain(ctx)
}

// layAftermath puts the log where the house looks for it; false when there is
// none.
func layAftermath(set settings, given string) (bool, error) {
	place := filepath.Join(set.data, aftermathLog)
	if given == "" {
		_, err := os.Stat(place)
		return err == nil, nil
	}
	text, err := os.ReadFile(given)
	if err != nil {
		return false, fmt.Errorf("read the aftermath log: %w", err)
	}
	if same, err := os.Stat(place); err == nil {
		if other, err := os.Stat(given); err == nil && os.SameFile(same, other) {
			return true, nil
		}
		return false, fmt.Errorf("there is another aftermath log at %s: put both into one, and name none", place)
	}
	if err := os.WriteFile(place, text, 0o600); err != nil {
		return false, fmt.Errorf("lay the aftermath log: %w", err)
	}
	return true, nil
}

// afterRestore stops again what was stopped since the backup, before anybody is
// let in.
func (h *house) afterRestore(ctx context.Context, out io.Writer, known bool) error {
	if known {
		lost, err := h.door.LostSteps(ctx)
		if err != nil {
			return err
		}
		ended, err := h.replay(ctx)
		if err != nil {
			return err
		}
		again, asked, err := h.eraseAgain(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "By the aftermath log: what was withdrawn since is stopped again, and %d tickets are erased again.\n", again)
		ended.print(out)
		if lost > 0 {
			fmt.Fprintf(out, "%d steps of the consents' book were made since the backup and are lost. What of them ended something is done again; a yes of that time is asked for again.\n", lost)
		}
		for _, id := range asked {
			fmt.Fprintf(out, "Their person had asked to have it erased, and may come back no more: ticket %s\n", id)
		}
	} else {
		n, err := h.door.CloseOutside(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "There is no aftermath log, so nobody knows what was withdrawn since: %d referrals and branches are closed to whoever read them.\nWho left since, or was taken out of a team, is back in: see `returnsupport user list`. A return code that was replaced since opens again, an address for notices that was taken away is told again, and who lost their seat among a conversation's readers since, as a colleague or a person set apart, reads it again.\n", n)
	}
	// What went by its age since has come back, too, and its time is still over.
	if _, err := h.keep.RunAged(ctx); err != nil {
		return err
	}
	if err := h.db.Scrub(ctx, slices.Concat(unscrubbed, scrubbedTables())...); err != nil {
		return err
	}
	fmt.Fprint(out, `Everybody signs in anew. Letters that came since the backup are fetched again as far
as the mail server still has them: move those of the folder they were moved to back.
Answers that were being sent at that moment are in no backup: look through the
last hour's. What somebody had asked to have erased goes in the first night that is
half a day away: whoever took that back since takes it back again, under Office,
What goes next.
`)
	return nil
}

// eraseAgain erases what the aftermath log says was erased, and lists what was
// only asked for: who asked could still take it back, so a colleague decides.
func (h *house) eraseAgain(ctx context.Context) (again int, asked []helpdesk.ID, err error) {
	erased, asked, err := h.door.Gone()
	if err != nil {
		return 0, nil, err
	}
	forget := lettingGo{h.post, h.door, h.side}
	for _, id := range erased {
		err := h.db.Write(ctx, "erase again after a restore", func(tx *store.Tx) error {
			gone, err := h.tickets.EraseAgain(ctx, tx, id)
			if err != nil {
				return err
			}
			if err := h.people.Drop(ctx, tx, gone.Persons, gone.Writers); err != nil {
				return err
			}
			if err := forget.Forget(ctx, tx, []helpdesk.ID{id}); err != nil {
				return err
			}
			return h.chat.Forget(ctx, tx, []helpdesk.ID{id})
		})
		switch {
		case errors.Is(err, helpdesk.ErrNotFound):
		case err != nil:
			return again, nil, err
		default:
			again++
		}
	}
	if again > 0 {
		err = h.db.Scrub(ctx, append(tickets.ErasedTables(), consent.ErasedTables()...)...)
	}
	return again, asked, err
}
