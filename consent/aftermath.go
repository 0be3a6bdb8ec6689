package consent

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"returnsupport/consent/internal/grants"
	"returnsupport/consent/internal/ledger"
	"returnsupport/consent/internal/referrals"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
)

// Aftermath is what must outlive every backup: which consents and referrals were
// stopped, which tickets were let go of, and, for other rooms, whom a door was
// shown to. Ids and versions alone, each line on the disk before the person reads
// that it is done. It lies outside the database, so that one that is put back
// does not resurrect what was ended since.
type Aftermath struct {
	path    string
	mu      sync.Mutex
	file    *os.File // nil until the first line
	torn    bool     // the last line was cut short
	waiting bool     // lines that are not on the disk yet
}

// NewAftermath keeps it in a file, made when the first line is written, that
// only this user may read. Each process has its own; to put a database back, the
// logs of all are laid beside each other under names that begin alike
// (aftermath.log, aftermath-2.log).
func NewAftermath(path string) *Aftermath { return &Aftermath{path: path} }

// What a line says was done.
const (
	afterConsent  = "consent"  // stopped
	afterReferral = "referral" // cut off
	afterStop     = "stopped"  // everything of a ticket
	afterForget   = "forgotten"
	afterHead     = "head" // how far the book went, as verify takes it
)

// Afterwards notes what a transaction ends: written now, on the disk once it is
// committed and before its caller hears so. A line of what was then not
// committed ends it after all, when a backup is put back. Where it can't be
// written failed is told, to raise an alarm, and the ending goes on: nobody is
// kept from withdrawing, or from showing somebody the door, by a full disk.
func (a *Aftermath) Afterwards(tx *store.Tx, failed func(error), lines ...string) {
	tell := func(err error) {
		if err != nil {
			failed(err)
		}
	}
	tell(a.note(lines))
	tx.After(func() { tell(a.keep()) })
}

// Ended is Afterwards for what must not happen by a line alone: the line is
// written once the transaction is committed, before its caller hears so.
func (a *Aftermath) Ended(tx *store.Tx, failed func(error), lines ...string) {
	tx.After(func() {
		if err := errors.Join(a.note(lines), a.keep()); err != nil {
			failed(err)
		}
	})
}

// note appends lines, and keep waits until they are on the disk.
func (a *Aftermath) note(lines []string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.file == nil {
		f, err := os.OpenFile(a.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			return fmt.Errorf("open the aftermath log: %w", err)
		}
		a.file, a.torn = f, isTorn(f)
	}
	text := strings.Join(lines, "\n") + "\n"
	if a.torn { // or the next line would be lost with the last
		text = "\n" + text
	}
	if _, err := a.file.WriteString(text); err != nil {
		a.torn = true
		return fmt.Errorf("write the aftermath log: %w", err)
	}
	a.torn, a.waiting = false, true
	return nil
}

func isTorn(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false
	}
	last := make([]byte, 1)
	_, err = f.ReadAt(last, info.Size()-1)
	return err != nil || last[0] != '\n'
}

func (a *Aftermath) keep() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.waiting {
		return nil // a line before this one took it along
	}
	a.waiting = false
	if err := a.file.Sync(); err != nil {
		return fmt.Errorf("write the aftermath log: %w", err)
	}
	return nil
}

// afterwards is Aftermath.Afterwards for what the door stops.
func (d *Door) afterwards(ctx context.Context, tx *store.Tx, what string, ids ...helpdesk.ID) {
	if d.Aftermath == nil || len(ids) == 0 {
		return
	}
	d.Aftermath.Afterwards(tx, d.unnoted(ctx), aftermathLines(what, ids)...)
}

// forgotten is Aftermath.Ended for tickets that are let go of: by a line alone,
// of a transaction that then was not committed, a living ticket's consents would
// be destroyed at the next start. Whose process is killed right after the commit
// has no line: rules of keeping take such a ticket again, and what its person
// asked for has its line from that day (Stop).
func (d *Door) forgotten(ctx context.Context, tx *store.Tx, tickets []helpdesk.ID) {
	if d.Aftermath == nil || len(tickets) == 0 {
		return
	}
	d.Aftermath.Ended(tx, d.unnoted(ctx), aftermathLines(afterForget, tickets)...)
}

// headMoved notes how far the book goes, so that a database that is put back
// tells how many of its steps are lost.
func (d *Door) headMoved(ctx context.Context, tx *store.Tx, head ledger.Anchor) {
	if d.Aftermath == nil {
		return
	}
	d.Aftermath.Ended(tx, func(err error) {
		d.Log.WarnContext(ctx, "the consent ledger's head is not in the aftermath log", "error", err)
	}, afterHead+" "+headText(head))
}

// LostSteps counts the steps of the book that the aftermath logs know of and the
// database does not: it was put back, and they were made since.
func (d *Door) LostSteps(ctx context.Context) (int64, error) {
	head, err := d.ledger.Head(ctx)
	if err != nil || d.Aftermath == nil {
		return 0, err
	}
	furthest := head.Seq
	err = d.Aftermath.Lines(func(words []string) error {
		if len(words) == 2 && words[0] == afterHead {
			furthest = max(furthest, headSeq(words[1]))
		}
		return nil
	})
	return furthest - head.Seq, err
}

func (d *Door) unnoted(ctx context.Context) func(error) {
	return func(err error) {
		d.Journal.Alarm(ctx, "consent_aftermath", "")
		d.Log.ErrorContext(ctx, "a withdrawal is not in the aftermath log: a backup put back would resurrect it", "error", err)
	}
}

func aftermathLines(what string, ids []helpdesk.ID) []string {
	lines := make([]string, len(ids))
	for i, id := range ids {
		lines[i] = what + " " + string(id)
	}
	return lines
}

// Replay does again what the aftermath logs say, for a database that was put
// back; before anybody is let in. What is over already stays as it is, and a
// line that was cut short, or of nothing that is there, is passed over.
func (d *Door) Replay(ctx context.Context) error {
	done := map[string]bool{}
	return d.aftermath(func(what string, id helpdesk.ID) error {
		if line := what + " " + string(id); !done[line] {
			done[line] = true
			return d.replay(ctx, what, id)
		}
		return nil
	})
}

// Gone lists the tickets that the aftermath logs say were erased, and those of
// which that was asked and not done yet.
func (d *Door) Gone() (erased, asked []helpdesk.ID, err error) {
	said := map[helpdesk.ID]string{}
	err = d.aftermath(func(what string, id helpdesk.ID) error {
		if what == afterForget || what == afterStop && said[id] == "" {
			said[id] = what
		}
		return nil
	})
	for _, id := range slices.Sorted(maps.Keys(said)) {
		if said[id] == afterForget {
			erased = append(erased, id)
		} else {
			asked = append(asked, id)
		}
	}
	return erased, asked, err
}

// aftermath reads the lines that are the door's.
func (d *Door) aftermath(each func(what string, id helpdesk.ID) error) error {
	if d.Aftermath == nil {
		return nil
	}
	return d.Aftermath.Lines(func(words []string) error {
		if len(words) != 2 {
			return nil // another room's
		}
		id, err := helpdesk.ParseID(words[1])
		if err != nil {
			return nil // cut short
		}
		return each(words[0], id)
	})
}

// Lines reads the logs of all processes, line by line; the last may have been
// cut short.
func (a *Aftermath) Lines(each func(words []string) error) error {
	ending := filepath.Ext(a.path)
	logs, err := filepath.Glob(strings.TrimSuffix(a.path, ending) + "*" + ending)
	if err != nil {
		return fmt.Errorf("look for aftermath logs: %w", err)
	}
	slices.Sort(logs)
	for _, log := range logs {
		if err := readAftermath(log, each); err != nil {
			return fmt.Errorf("read the aftermath log: %w", err)
		}
	}
	return nil
}

func readAftermath(path string, each func(words []string) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if err := each(strings.Fields(lines.Text())); err != nil {
			return err
		}
	}
	return lines.Err()
}

func (d *Door) replay(ctx context.Context, what string, id helpdesk.ID) error {
	if what == afterStop {
		return d.replayStop(ctx, id)
	}
	undone, err := d.undone(ctx, what, id)
	if err != nil || !undone {
		return err
	}
	return d.DB.Write(ctx, "replay the aftermath", func(tx *store.Tx) error {
		switch what {
		case afterReferral:
			return d.cut(ctx, tx, id, referrals.Revoke, "")
		case afterForget:
			return d.Forget(ctx, tx, []helpdesk.ID{id})
		}
		if err := d.ledger.Lock(ctx, tx); err != nil {
			return err
		}
		m, err := d.matter(ctx, tx, id)
		if err != nil {
			return err
		}
		return d.stop(ctx, tx, m, grants.Answer{Method: grants.Told, Role: grants.Self}, nil)
	})
}

// replayStop stops what a ticket had.
func (d *Door) replayStop(ctx context.Context, ticket helpdesk.ID) error {
	handed, err := d.book.OfTicket(ctx, d.DB, ticket)
	if err != nil {
		return err
	}
	for _, r := range handed {
		if err := d.replay(ctx, afterReferral, r.ID); err != nil {
			return err
		}
	}
	consents, err := d.ledger.OfTicket(ctx, d.DB, ticket)
	if err != nil {
		return err
	}
	for _, c := range consents {
		if err := d.replay(ctx, afterConsent, c.ID); err != nil {
			return err
		}
	}
	return nil
}

// undone tells whether the database knows nothing of what a line says.
func (d *Door) undone(ctx context.Context, what string, id helpdesk.ID) (bool, error) {
	switch what {
	case afterConsent:
		m, err := d.matter(ctx, d.DB, id)
		if isNotFound(err) {
			return false, nil
		}
		return err == nil && len(grants.Stop(m.events, grants.OutcomeTold, d.Now())) > 0, err
	case afterReferral:
		r, err := d.book.Load(ctx, d.DB, id)
		if isNotFound(err) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		_, err = d.book.Outside(ctx, d.DB, id)
		at := r.At(d.Now())
		return at.Live() || err == nil, nil
	case afterForget:
		consents, err := d.ledger.OfTicket(ctx, d.DB, id)
		if err != nil {
			return false, err
		}
		handed, err := d.book.OfTicket(ctx, d.DB, id)
		return len(consents)+len(handed) > 0, err
	}
	return false, nil
}
