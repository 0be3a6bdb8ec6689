package post

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/store"
	"returnsupport/mailbridge/letter"
)

const (
	automaticDaily = 3                  // automatic mails an address gets in a day
	automaticPause = 15 * time.Minute   // between two acknowledgements: an answer this quick is a program's
	staleLetter    = 3 * 24 * time.Hour // older ones were collected late, or with a mailbox that was new to us
)

// acknowledgement is what must be known before the transaction to tell a writer
// that their letter has arrived.
type acknowledgement struct {
	plan hours.Plan
	text string // the writer's own words, for their language
}

// acknowledgeable prepares an acknowledgement; false where none may go: not to a
// program or to whose address was only borrowed (RFC 3834 section 2), not to
// colleagues, and not where the house wants none.
func (p *Postroom) acknowledgeable(ctx context.Context, in *incoming) (acknowledgement, bool, error) {
	var none acknowledgement
	l := in.letter
	if in.kind != "" || l == nil || in.from == "" || l.Spam || in.sender.proof == disproven || fails(l.AuthResults) {
		return none, false, nil
	}
	if len(l.From) != 1 || sendable(l.From[0]) != "" || nobodyReads(in.from) || p.now().Sub(in.at) > staleLetter || p.answersOurs(l.Subject) {
		return none, false, nil
	}
	wanted, err := p.office.Setting(ctx, office.Acknowledge)
	if err != nil || wanted != "yes" {
		return none, false, err
	}
	ours, err := p.staff.StaffAddress(ctx, p.db, in.from)
	if err != nil || ours {
		return none, false, err
	}
	plan, err := p.office.Hours(ctx)
	if err != nil {
		return none, false, err
	}
	return acknowledgement{plan: plan, text: in.own}, true, nil
}

// answersOurs: a program that keeps neither headers nor threads still repeats our
// subject.
func (p *Postroom) answersOurs(subject string) bool {
	for _, lang := range letter.Tongues {
		if strings.Contains(subject, p.words.Say(lang, "letter.ack.subject")) {
			return true
		}
	}
	return false
}

// acknowledge lays the acknowledgement of a new ticket into the outbox: once a
// ticket, to the address that wrote, quoting nothing. It belongs to the ticket,
// so that an answer to it finds its way there.
func (p *Postroom) acknowledge(ctx context.Context, tx *store.Tx, in *incoming, at place) error {
	to := in.letter.From[0].Addr
	ok, err := p.mayTell(ctx, tx, in.from, automaticPause)
	if err != nil || !ok {
		return err
	}
	id := in.box.newMessageID()
	langs := writersLanguages(in.ack.text, in.letter.Language)
	raw, err := letter.Build(letter.Outgoing{
		// The sender has no name, which might say what we are to whoever sees it.
		From: letter.Address{Addr: in.box.address}, To: []letter.Address{{Addr: to}},
		ReplyTo: letter.Address{Addr: in.box.replyAddress(id)},
		Subject: p.acknowledgedSubject(langs), Text: p.acknowledgedText(langs, in.ack.plan, p.now()),
		InReplyTo: in.letter.MessageID, MessageID: id, Date: p.now().Truncate(time.Second), Language: langs[0], AutoSubmitted: true,
	})
	if err != nil {
		return fmt.Errorf("build an acknowledgement: %w", err)
	}
	o := outgoing{team: in.box.team, mailbox: in.box.id, conversation: at.conversation, ticket: at.ticket}
	if err := p.layNotice(ctx, tx, o, in.box.address, to, id, raw, p.now()); err != nil {
		return err
	}
	return p.note(ctx, tx, []threadNote{{p.idIndex(id), p.addressIndex(in.from), own}}, at, in.box.team)
}

// mayTell takes one of the few automatic mails an address gets in a day; false
// when they are used up, or one went a moment ago. Each is a row of its own that
// one claimant alone can take, so that two at once are not one too many.
func (p *Postroom) mayTell(ctx context.Context, tx *store.Tx, key string, pause time.Duration) (bool, error) {
	index := p.secrets.Index("post.automatic", key)
	now := p.now()
	var last int64
	if err := tx.QueryRow(ctx, selectAutomatic, index).Scan(&last); err != nil {
		return false, fmt.Errorf("look for automatic mails: %w", err)
	}
	if last > now.Add(-pause).UnixMicro() {
		return false, nil
	}
	for slot := range automaticDaily {
		n, err := tx.Exec(ctx, claimAutomatic, index, slot, now.UnixMicro(), now.Add(-24*time.Hour).UnixMicro())
		if err != nil {
			return false, fmt.Errorf("count an automatic mail: %w", err)
		}
		if n > 0 {
			return true, nil
		}
	}
	return false, nil
}

// nobodyReads tells an address that says of itself that nobody reads it.
func nobodyReads(key string) bool {
	local, _, _ := strings.Cut(key, "@")
	local = strings.NewReplacer("-", "", "_", "", ".", "").Replace(local)
	for _, word := range []string{"noreply", "donotreply", "dontreply", "nepasrepondre", "mailerdaemon", "bounce", "automatic", "autoreply", "notification", "ingetsvar", "svaraej"} {
		if strings.HasPrefix(local, word) || strings.HasSuffix(local, word) {
			return true
		}
	}
	return false
}

// maxOwnWords is more than a language needs to be told.
const maxOwnWords = 32 << 10

// ownWords are what the writer wrote, without what they quote; the subject helps
// where little is written.
func ownWords(l *letter.Letter, text string) string {
	var b strings.Builder
	if len(text) > maxOwnWords {
		text = strings.ToValidUTF8(text[:maxOwnWords], "")
	}
	for _, block := range letter.Fold(text) {
		if block.Kind == letter.Written {
			b.WriteString(block.Text)
		}
	}
	if b.Len() < 200 {
		b.WriteString("\n" + l.Subject)
	}
	return b.String()
}

// writersLanguages are the languages to tell a writer in: theirs, by their words
// or else by the mail's own label; both of the house's where nobody knows.
func writersLanguages(text, label string) []string {
	if lang := letter.Tongue(text); lang != "" {
		return []string{lang}
	}
	if lang := languageOf(label); lang != "" && slices.Contains(letter.Tongues, lang) {
		return []string{lang}
	}
	return []string{"sv", "en"}
}

func (p *Postroom) acknowledgedSubject(langs []string) string {
	var all []string
	for _, lang := range langs {
		all = append(all, p.words.Say(lang, "letter.ack.subject"))
	}
	return strings.Join(all, " / ")
}

// acknowledgedText says that it arrived, when an answer can be expected by the
// roster, and how to reach somebody sooner.
func (p *Postroom) acknowledgedText(langs []string, plan hours.Plan, now time.Time) string {
	var all []string
	for _, lang := range langs {
		say := func(key string, args ...any) string { return p.words.Say(lang, key, args...) }
		lines := []string{say("letter.ack.body")}
		if due, ok := p.promised(plan, now); ok {
			lines = append(lines, say("letter.ack.due", moment(say, now, due)))
		} else {
			lines = append(lines, say("letter.ack.nodue"))
		}
		if number := sooner(say, plan, now); number != "" {
			lines = append(lines, say("letter.ack.sooner")+"\n"+number)
		}
		lines = append(lines, say("door.danger"), say("letter.secure.end"))
		all = append(all, strings.Join(lines, "\n\n"))
	}
	return strings.Join(all, "\n\n---\n\n") + "\n"
}

// promised is when a letter that came now is answered at the latest, as far as
// the roster can keep it.
func (p *Postroom) promised(plan hours.Plan, now time.Time) (time.Time, bool) {
	line, ok := plan.AnswerLine(hours.Everyone)
	if !ok {
		return time.Time{}, false
	}
	return plan.Promise(line.Key, now)
}

// sooner is the phone line that is open, or opens first.
func sooner(say func(string, ...any) string, plan hours.Plan, now time.Time) string {
	s := plan.Door(hours.Phone, hours.Everyone, now, nil)
	line, ok := plan.Line(s.Line)
	switch {
	case !ok || line.Number == "":
		return ""
	case s.State == hours.Open && !s.Until.IsZero():
		return say("door.call.open", line.Number, s.Until.Format("15:04"))
	case s.State != hours.Open && !s.Next.IsZero():
		return say("door.call.closed", line.Number, moment(say, now, s.Next))
	}
	return say("door.call.number", line.Number)
}

var (
	dayKeys   = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	monthKeys = [12]string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
)

// moment says an instant of a line, in its zone: with the weekday, and from a
// week on with the date. A mail is read later than it was written, so it never
// says today.
func moment(say func(string, ...any) string, now, t time.Time) string {
	clock, day := t.Format("15:04"), say("weekday.long."+dayKeys[t.Weekday()])
	date := say("when.day", fmt.Sprint(t.Day()), say("month."+monthKeys[t.Month()-1]))
	if t.Sub(now) > 330*24*time.Hour {
		date = say("when.year", date, fmt.Sprint(t.Year()))
	}
	return say("moment.date", day, date, clock)
}
