package post

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// exported is one line of an export: a message, or a letter set aside.
type exported struct {
	Kind         tickets.Kind      `json:"kind"`
	Ticket       helpdesk.ID       `json:"ticket,omitempty"`
	Number       int64             `json:"ticket_number,omitempty"`
	Conversation helpdesk.ID       `json:"conversation,omitempty"`
	Message      helpdesk.ID       `json:"message"`
	Position     int64             `json:"number,omitempty"` // in its conversation
	Direction    tickets.Direction `json:"direction,omitempty"`
	Author       helpdesk.ID       `json:"author,omitempty"`
	tickets.Content
	Aside     AsideKind `json:"aside,omitempty"`
	Reason    string    `json:"reason,omitempty"`
	Summary   *Summary  `json:"summary,omitempty"`
	Withdrawn bool      `json:"withdrawn,omitempty"`
	Broken    bool      `json:"broken,omitempty"`
	// Unproven: our own mark does not stand on it.
	Unproven bool `json:"unproven,omitempty"`
	// Mbox is which mail of the mbox, from 1, is this letter as it came; 0
	// when there is none.
	Mbox int `json:"mbox,omitempty"`
	// Original says what is wrong with the letter as it came: "" nothing,
	// originalPart or originalLost.
	Original string `json:"original,omitempty"`
}

const (
	originalPart = "part" // somebody changed what is stored: the mbox holds what came before that place
	originalLost = "lost" // none of it opens, and the mbox has nothing of it
)

// exporter writes while it reads; it holds one ticket at a time.
type exporter struct {
	*Postroom
	s     *staff.Session
	lines *json.Encoder
	mbox  *mboxWriter

	broken  int
	written map[helpdesk.ID]bool // messages and letters, where another session comes after
}

// Export writes everything the session may open: a JSON line for each message
// and each letter set aside, with the mailbox, UIDVALIDITY, UID and Message-ID
// it came under, and the letters as they came as mbox (mboxrd). It is written
// into the journal first. A letter whose stored bytes somebody changed is an
// alarm, says so in its line and holds up no other; broken counts them. Each of
// the further sessions adds what only it may open.
// Nobody takes everything alone: errors as staff.Desk.MayExport.
func (p *Postroom) Export(ctx context.Context, s *staff.Session, jsonl, mbox io.Writer, also ...*staff.Session) (broken int, err error) {
	x := &exporter{Postroom: p, lines: json.NewEncoder(jsonl), mbox: &mboxWriter{to: mbox}}
	x.lines.SetEscapeHTML(false)
	if len(also) > 0 {
		x.written = map[helpdesk.ID]bool{}
	}
	for _, x.s = range append([]*staff.Session{s}, also...) {
		if err := x.all(ctx); err != nil {
			return 0, err
		}
	}
	return x.broken, nil
}

// all writes what one session opens.
func (x *exporter) all(ctx context.Context) error {
	p, s := x.Postroom, x.s
	if err := p.staff.MayExport(ctx, s); err != nil {
		return err
	}
	err := p.db.Write(ctx, "begin an export", func(tx *store.Tx) error {
		return p.journal.Write(ctx, tx, journal.Entry{At: p.now(), Actor: s.User.ID, Verb: VerbExported, Object: s.User.ID})
	})
	if err != nil {
		return err
	}
	for after := helpdesk.ID(""); ; {
		ids, err := p.tickets.All(ctx, s, after)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			break
		}
		after = ids[len(ids)-1]
		for _, id := range ids {
			if err := x.ticket(ctx, id); err != nil {
				return fmt.Errorf("export ticket %s: %w", id, err)
			}
		}
	}
	return x.asides(ctx)
}

// twice tells whether a session before this one wrote it.
func (x *exporter) twice(id helpdesk.ID) bool {
	if x.written == nil {
		return false
	}
	was := x.written[id]
	x.written[id] = true
	return was
}

func (x *exporter) ticket(ctx context.Context, id helpdesk.ID) error {
	sheet, err := x.tickets.Page(ctx, x.s, id)
	if isNotFound(err) {
		return nil // listed for the team, sealed to others
	}
	if err != nil {
		return err
	}
	for i := range sheet.Messages {
		m := &sheet.Messages[i]
		if m.Ticket != id || x.twice(m.ID) {
			continue // of a ticket joined into this one, which has its own turn
		}
		line := exported{
			Kind: m.Kind, Ticket: id, Number: sheet.Ticket.Number, Conversation: m.Conversation, Message: m.ID,
			Position: m.Number, Direction: m.Direction, Author: m.Author, Content: m.Content,
			Withdrawn: m.Withdrawn, Broken: m.Broken, Unproven: !m.Proven,
		}
		if m.OriginalSize > 0 {
			_, original, err := x.tickets.Original(ctx, x.s, m.ID)
			if err != nil {
				return err
			}
			if err := x.asItCame(ctx, &line, m.At, original); err != nil {
				return err
			}
		}
		if err := x.lines.Encode(line); err != nil {
			return fmt.Errorf("write message %s: %w", m.ID, err)
		}
	}
	return nil
}

func (x *exporter) asides(ctx context.Context) error {
	teams := x.s.Teams()
	for after := helpdesk.ID(""); len(teams) > 0; {
		rows, err := x.someAsides(ctx, after, teams)
		if err != nil || len(rows) == 0 {
			return err
		}
		after = rows[len(rows)-1].id
		for i := range rows {
			if x.twice(rows[i].id) {
				continue
			}
			if err := x.aside1(ctx, &rows[i]); err != nil {
				return fmt.Errorf("export letter %s: %w", rows[i].id, err)
			}
		}
	}
	return nil
}

func (x *exporter) someAsides(ctx context.Context, after helpdesk.ID, teams []staff.Team) ([]asideRow, error) {
	args := []any{after}
	for _, t := range teams {
		args = append(args, t.ID)
	}
	return x.asideRows(ctx, asideAll+store.Places(len(teams), 2)+asideAllOrder, args)
}

func (x *exporter) aside1(ctx context.Context, r *asideRow) error {
	a := x.shown(ctx, x.s, r)
	line := exported{
		Kind: tickets.KindLetter, Message: r.id, Conversation: r.conversation, Aside: a.Kind, Reason: a.Reason,
		Summary: &a.Summary, Broken: a.Broken, Unproven: !a.Proven,
	}
	line.At = a.At
	line.Source = &tickets.Source{Mailbox: r.mailbox, UIDValidity: uint32(r.validity), UID: uint32(r.uid)}
	line.MessageID = a.MessageID
	if !a.Broken && r.conversation == "" { // a recovered one is exported as the message it became
		laid, err := x.openAside(x.s, r)
		if err != nil {
			return err
		}
		original, err := x.original(ctx, r.id, laid)
		if err != nil {
			return err
		}
		if err := x.asItCame(ctx, &line, a.At, original); err != nil {
			return err
		}
	}
	if err := x.lines.Encode(line); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// asItCame adds the letter to the mbox. What opens before a changed
// place is authentic and is kept: a part of a letter is more than none.
func (x *exporter) asItCame(ctx context.Context, line *exported, at time.Time, mail io.Reader) error {
	whole := bufio.NewReader(mail)
	_, err := whole.Peek(1)
	lost := errors.Is(err, vault.ErrNotOpened)
	if !lost {
		line.Mbox, err = x.mbox.add(at, whole)
	}
	if !errors.Is(err, vault.ErrNotOpened) {
		return err
	}
	line.Original = originalPart
	if lost {
		line.Original = originalLost
	}
	x.broken++
	x.journal.Alarm(ctx, "original_forged", line.Message)
	return nil
}

// mboxWriter writes mails as mboxrd: lines end in LF, and every line of
// ">"s and "From " gets one more ">", so that reading gives back what came.
type mboxWriter struct {
	to io.Writer
	n  int
}

// add writes one mail and returns its number. The mail is closed properly, and
// counts, also when mail breaks off with vault.ErrNotOpened, which is returned.
func (w *mboxWriter) add(at time.Time, mail io.Reader) (int, error) {
	if _, err := io.WriteString(w.to, "From MAILER-DAEMON "+at.UTC().Format(time.ANSIC)+"\n"); err != nil {
		return 0, fmt.Errorf("write the mbox: %w", err)
	}
	q := &mboxQuoter{to: w.to}
	_, broken := io.Copy(q, mail)
	if broken != nil {
		broken = fmt.Errorf("write the mbox: %w", broken)
		if !errors.Is(broken, vault.ErrNotOpened) {
			return 0, broken
		}
	}
	if err := q.end(); err != nil {
		return 0, fmt.Errorf("write the mbox: %w", err)
	}
	w.n++
	return w.n, broken
}

// mboxQuoter holds back only what may become a From line or half a line end.
type mboxQuoter struct {
	to   io.Writer
	line []byte // the beginning of a line, while it may still be ">>From "
	deep bool   // inside a line that is none
	cr   bool   // a CR was held back
	out  []byte
}

const fromMark = "From "

func (q *mboxQuoter) Write(p []byte) (int, error) {
	q.out = q.out[:0]
	for _, c := range p {
		q.put(c)
	}
	if _, err := q.to.Write(q.out); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (q *mboxQuoter) put(c byte) {
	if q.cr {
		q.cr = false
		if c != '\n' {
			q.plain('\r')
		}
	}
	switch {
	case c == '\r':
		q.cr = true
	case c == '\n':
		q.flush()
		q.out = append(q.out, '\n')
		q.deep = false
	default:
		q.plain(c)
	}
}

func (q *mboxQuoter) plain(c byte) {
	if q.deep {
		q.out = append(q.out, c)
		return
	}
	q.line = append(q.line, c)
	marks := 0
	for marks < len(q.line) && q.line[marks] == '>' {
		marks++
	}
	rest := string(q.line[marks:])
	switch {
	case rest == fromMark:
		q.out = append(q.out, '>')
		q.flush()
	case rest != fromMark[:min(len(rest), len(fromMark))], marks > 1000:
		q.flush()
	}
}

func (q *mboxQuoter) flush() {
	q.out = append(q.out, q.line...)
	q.line = q.line[:0]
	q.deep = true
}

// end closes the mail with the empty line that stands between mails.
func (q *mboxQuoter) end() error {
	q.out = q.out[:0]
	if q.cr {
		q.cr = false
		q.plain('\r')
	}
	open := q.deep || len(q.line) > 0
	q.flush()
	if open {
		q.out = append(q.out, '\n')
	}
	q.out = append(q.out, '\n')
	_, err := q.to.Write(q.out)
	return err
}
