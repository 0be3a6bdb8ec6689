package office

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// longestClosure: what lasts longer belongs into the hours.
const longestClosure = 92 * 24 * time.Hour

// Closure is a line closed for capacity, and who closed it. A line that was
// reopened, or never closed, has a zero Until.
type Closure struct {
	hours.Closure
	Note    string // for colleagues; never shown outside
	By      helpdesk.ID
	At      time.Time
	Version int64
}

type sealedClosure struct {
	From, Until int64 // microseconds UTC; 0: none
	Reason      string
	Note        string
}

func (c Closure) sealable() sealedClosure {
	if c.Until.IsZero() {
		return sealedClosure{}
	}
	return sealedClosure{c.From.UnixMicro(), c.Until.UnixMicro(), c.Reason, c.Note}
}

func closurePlace(line string, version int64) vault.Context {
	return vault.At("office.closure", line, version)
}

// CloseLine closes a line for capacity until an instant, from c.From or, when
// that is zero, from now. It takes the place of the closure the line had.
// Refusals: closure.line, closure.reason, closure.until, closure.note.
func (o *Office) CloseLine(ctx context.Context, actor helpdesk.ID, c hours.Closure, note string) error {
	now := o.now()
	if c.From.IsZero() {
		c.From = now
	}
	switch {
	case !slices.Contains(hours.Reasons, c.Reason):
		return helpdesk.Refuse("closure.reason")
	case !c.Until.After(now) || !c.Until.After(c.From) || c.Until.Sub(now) > longestClosure:
		return helpdesk.Refuse("closure.until")
	case !utf8.ValidString(note) || utf8.RuneCountInString(note) > 300:
		return helpdesk.Refuse("closure.note")
	}
	plan, err := o.Hours(ctx)
	if err != nil {
		return err
	}
	if _, ok := plan.Line(c.Line); !ok {
		return helpdesk.Refuse("closure.line")
	}
	s := sealedClosure{c.From.UnixMicro(), c.Until.UnixMicro(), c.Reason, note}
	return o.writeClosure(ctx, actor, c.Line, s, VerbLineClosed)
}

// ReopenLine ends a line's closure; one that is not closed stays as it is.
func (o *Office) ReopenLine(ctx context.Context, actor helpdesk.ID, line string) error {
	c, err := o.readClosure(ctx, line)
	if err != nil || c.Until.IsZero() {
		return err
	}
	return o.writeClosure(ctx, actor, line, sealedClosure{}, VerbLineReopened)
}

func (o *Office) writeClosure(ctx context.Context, actor helpdesk.ID, line string, s sealedClosure, verb string) error {
	plain, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("close line %s: %w", line, err)
	}
	return o.db.Write(ctx, "close or reopen a line", func(tx *store.Tx) error {
		old, err := o.newestClosure(ctx, tx, line)
		if err != nil {
			return err
		}
		version := old.Version + 1
		sealed := o.secrets.SealOffice(closurePlace(line, version), plain)
		if _, err := tx.Exec(ctx, insertClosure, line, version, o.now().UnixMicro(), string(actor), sealed); err != nil {
			return fmt.Errorf("close line %s: %w", line, err)
		}
		tx.After(o.changed)
		edit, err := o.sealEdit(verb, helpdesk.ID(line), Edit{old.sealable().text(), s.text()})
		if err != nil {
			return err
		}
		return o.journal.Write(ctx, tx, journal.Entry{Actor: actor, Verb: verb, Object: helpdesk.ID(line), Sealed: edit})
	})
}

// Closures lists the closures that have not ended, in the order of the lines.
func (o *Office) Closures(ctx context.Context) ([]Closure, error) {
	plan, err := o.Hours(ctx)
	if err != nil {
		return nil, err
	}
	var all []Closure
	for _, l := range plan.Lines {
		c, err := o.readClosure(ctx, l.Key)
		if err != nil {
			return nil, err
		}
		if c.Until.After(o.now()) {
			all = append(all, c)
		}
	}
	return all, nil
}

// readClosure looks twice, as read does.
func (o *Office) readClosure(ctx context.Context, line string) (Closure, error) {
	what := "closure " + line
	c, err := o.newestClosure(ctx, o.db, line)
	if err != nil {
		return Closure{}, err
	}
	if !o.steppedBack(what, c.Version) {
		return c, nil
	}
	if c, err = o.newestClosure(ctx, o.db, line); err != nil {
		return Closure{}, err
	}
	if o.steppedBack(what, c.Version) {
		o.journal.Alarm(ctx, "closure_back", helpdesk.ID(line))
		return Closure{}, fmt.Errorf("closure of %s stepped back: %w", line, errForged)
	}
	return c, nil
}

func (o *Office) newestClosure(ctx context.Context, r store.Reader, line string) (Closure, error) {
	c := Closure{Closure: hours.Closure{Line: line}}
	var at int64
	var sealed []byte
	err := r.QueryRow(ctx, selectClosure, line).Scan(&c.Version, &at, &c.By, &sealed)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return c, nil
	}
	if err != nil {
		return Closure{}, fmt.Errorf("read the closure of %s: %w", line, err)
	}
	plain, err := o.secrets.OpenOffice(closurePlace(line, c.Version), sealed)
	if err != nil {
		o.journal.Alarm(ctx, "closure_forged", helpdesk.ID(line))
		return Closure{}, fmt.Errorf("open the closure of %s: %w", line, err)
	}
	var s sealedClosure
	if err := json.Unmarshal(plain, &s); err != nil {
		// The decoder's words could quote the content.
		return Closure{}, fmt.Errorf("read the closure of %s: not what was sealed", line)
	}
	c.At, c.Reason, c.Note = time.UnixMicro(at), s.Reason, s.Note
	if s.Until != 0 {
		c.From, c.Until = time.UnixMicro(s.From), time.UnixMicro(s.Until)
	}
	return c, nil
}
