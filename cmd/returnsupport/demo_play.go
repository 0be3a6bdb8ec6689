package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
	"returnsupport/mailbridge/letter"
)

// demoThread is what the next letter of a conversation answers.
type demoThread struct {
	title      string // of the first letter: what the desk's queue shows
	last       string // Message-ID
	references []string
	replyTo    string // where our answer asked to be answered
}

// demoStory plays letters in order and remembers their threads.
type demoStory struct {
	*demo
	threads map[string]*demoThread
}

// playWeek lets a week pass in a moment: each letter travels the real way,
// through SMTP, IMAP and the postroom, with the clock standing where it was.
func (d *demo) playWeek(ctx context.Context) error {
	// Letters of last week are no news to who wrote them.
	if err := d.letters(ctx, "0", "no"); err != nil {
		return err
	}
	s := d.story()
	for _, l := range demoWeek {
		d.clock.before(l.before)
		if err := s.play(ctx, l); err != nil {
			return fmt.Errorf("play the demo's week: %w", err)
		}
	}
	d.clock.before(0)
	return d.letters(ctx, "10", "yes")
}

// letters sets how long answers wait and whether letters are acknowledged.
func (d *demo) letters(ctx context.Context, undo, acknowledge string) error {
	if err := d.office.Set(ctx, "", office.UndoSeconds, undo); err != nil {
		return err
	}
	return d.office.Set(ctx, "", office.Acknowledge, acknowledge)
}

// laterEvery is time enough to read a letter, and short enough to stay for the
// next one.
const laterEvery = 25 * time.Second

// playLater lets further letters arrive while one watches.
func (d *demo) playLater(ctx context.Context) error {
	s := d.story()
	for _, l := range demoLater {
		select {
		case <-ctx.Done():
			return nil
		case <-d.pause(laterEvery):
		}
		if err := s.play(ctx, l); err != nil {
			return fmt.Errorf("play the demo's letters: %w", err)
		}
	}
	<-ctx.Done()
	return nil
}

func (d *demo) story() *demoStory {
	if d.told == nil {
		d.told = &demoStory{demo: d, threads: map[string]*demoThread{}}
	}
	return d.told
}

func (s *demoStory) play(ctx context.Context, l demoLetter) error {
	if l.answerBy != "" {
		return s.answer(ctx, l)
	}
	raw, from, to, err := s.write(l)
	if err != nil {
		return err
	}
	before := s.received()
	if from != "" {
		if err := s.world.Append(from, "Sent", raw, []string{`\Seen`}, s.clock.now()); err != nil {
			return err
		}
	}
	ours := 0
	for _, address := range to {
		if err := s.world.Append(address, "INBOX", raw, nil, s.clock.now()); err != nil {
			return err
		}
		if strings.HasSuffix(address, "@stod.example") {
			ours++
		}
	}
	return s.until(ctx, func() (bool, error) { return s.received() >= before+ours, nil })
}

// write builds the letter of an event as a mail program would.
func (s *demoStory) write(l demoLetter) (raw []byte, from string, to []string, err error) {
	now := s.clock.now()
	switch {
	case l.raw == "broken":
		// A letter that no reader can make sense of: nested far too deep.
		var b strings.Builder
		b.WriteString("From: okand@post.example\r\nTo: " + demoLine + "\r\nSubject: (trasigt)\r\nDate: " + now.Format(time.RFC1123Z) + "\r\n")
		for i := range 40 {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
		}
		return []byte(b.String()), "", []string{demoLine}, nil
	case l.raw != "":
		return []byte(strings.ReplaceAll(l.raw, "{{date}}", now.Format(time.RFC1123Z))), "", []string{demoLine}, nil
	}
	t := s.threads[l.thread]
	if t == nil {
		t = &demoThread{title: l.subject}
		s.threads[l.thread] = t
	}
	o := letter.Outgoing{
		From: letter.Address{Name: nameOf(l.from), Addr: l.from}, To: addresses(l.to), Cc: addresses(l.cc),
		Subject: l.subject, Text: l.text, MessageID: string(helpdesk.NewID()) + "@program.example", Date: now,
		InReplyTo: t.last, References: t.references, AutoSubmitted: l.auto,
	}
	if t.replyTo != "" {
		o.To = addresses(t.replyTo)
	}
	if l.file != "" {
		o.Attachments = []letter.Attachment{{Name: l.file, ContentType: "application/pdf", Bytes: []byte(demoPaper)}}
	}
	raw, err = letter.Build(o)
	if err != nil {
		return nil, "", nil, err
	}
	if l.html != "" {
		raw = htmlOnly(raw, l.html)
	}
	t.last, t.references = o.MessageID, append(t.references, o.MessageID)
	for _, a := range append(o.To, o.Cc...) {
		to = append(to, a.Addr)
	}
	return raw, l.from, to, nil
}

// answer signs in as a counsellor, takes the ticket and writes.
func (s *demoStory) answer(ctx context.Context, l demoLetter) error {
	session, err := s.signIn(ctx, l.answerBy)
	if err != nil {
		return err
	}
	t := s.threads[l.thread]
	ticket, err := s.ticketTitled(ctx, session, t.title)
	if err != nil {
		return err
	}
	if ticket.Owner == "" {
		if err := s.tickets.Take(ctx, session, ticket.ID, ticket.Version); err != nil {
			return err
		}
	}
	if l.note {
		_, err := s.tickets.Note(ctx, session, ticket.ID, l.text, string(helpdesk.NewID()))
		return err
	}
	to := demoLetterOf(l.thread).from
	before := len(s.world.Mails(to, "INBOX"))
	if _, err := s.post.Reply(ctx, session, post.Answer{Ticket: ticket.ID, To: []string{to}, Text: l.text, Seen: ticket.Last, ClientID: string(helpdesk.NewID())}); err != nil {
		return err
	}
	return s.until(ctx, func() (bool, error) {
		inbox := s.world.Mails(to, "INBOX")
		if len(inbox) == before {
			return false, nil
		}
		got, err := letter.Parse(ctx, inbox[len(inbox)-1], letter.DefaultLimits())
		if err != nil {
			return false, err
		}
		t.last, t.references = got.MessageID, append(t.references, got.MessageID)
		if len(got.ReplyTo) > 0 {
			t.replyTo = got.ReplyTo[0].Addr
		}
		// The clock must not jump while the outbox has the letter in hand. What else
		// waits there was made today, before the week began, and leaves after it.
		waiting, err := s.post.Outbox(ctx, session)
		return !slices.ContainsFunc(waiting, func(w post.Outgoing) bool { return w.Ticket == ticket.ID }), err
	})
}

func (s *demoStory) ticketTitled(ctx context.Context, session *staff.Session, title string) (tickets.Ticket, error) {
	page, err := s.tickets.Queue(ctx, session, tickets.Filter{Queue: tickets.QueueTeam}, "", tickets.PageMost)
	if err != nil {
		return tickets.Ticket{}, err
	}
	for _, row := range page.Rows {
		if row.Head.Title == title {
			return row.Ticket, nil
		}
	}
	return tickets.Ticket{}, fmt.Errorf("find the demo's ticket: %w", helpdesk.ErrNotFound)
}

// received is how many letters the house has taken in.
func (d *demo) received() int {
	n := 0
	for _, s := range d.bridge.Status() {
		n += s.Received
	}
	return n
}

// until waits for something that takes milliseconds; a demo that hangs says so.
func (d *demo) until(ctx context.Context, done func() (bool, error)) error {
	end := time.After(30 * time.Second)
	for {
		if ok, err := done(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-end:
			return errors.New("a letter of the demo did not arrive")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func demoLetterOf(thread string) demoLetter {
	for _, l := range demoWeek {
		if l.thread == thread {
			return l
		}
	}
	return demoLetter{}
}

func nameOf(address string) string {
	for _, p := range demoPersons {
		if p.address == address {
			return p.name
		}
	}
	return ""
}

// htmlOnly turns a built text letter into one that holds HTML alone, as many
// programs send them.
func htmlOnly(raw []byte, html string) []byte {
	head, _, _ := strings.Cut(string(raw), "\r\n\r\n")
	var kept []string
	for _, line := range strings.Split(head, "\r\n") {
		name := strings.ToLower(line)
		if !strings.HasPrefix(name, "content-") && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "\t") {
			kept = append(kept, line)
		}
	}
	return []byte(strings.Join(kept, "\r\n") + "\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + html + "\r\n")
}

// demoPaper is a page that says what it is.
const demoPaper = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
	"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 300]/Contents 4 0 R/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n" +
	"4 0 obj<</Length 56>>stream\nBT /F 18 Tf 40 200 Td (An invented paper of the demo) Tj ET\nendstream endobj\n" +
	"trailer<</Root 1 0 R>>\n%%EOF\n"
