package public

import (
	"context"
	"strings"
	"time"

	"returnsupport/frontend/locale"
	"returnsupport/helpdesk/hours"
)

// talkNow says on the door to the chat whether somebody is there, and when.
func (h *hall) talkNow(ctx context.Context, w locale.Words) (help []string, open bool, err error) {
	all, err := h.Chat.Door(ctx, hours.Everyone)
	if err != nil {
		return nil, false, err
	}
	if all.State == hours.Open {
		return []string{opened(w, "door.talk.open", all)}, true, nil
	}
	detained, err := h.Chat.Door(ctx, hours.Detained)
	if err != nil {
		return nil, false, err
	}
	switch {
	case all.State == hours.Few || all.State == hours.Capacity:
		help = append(help, w.Say("door.talk.busy"))
	case all.Next.IsZero():
		help = append(help, w.Say("door.talk.long"))
	}
	if !all.Next.IsZero() {
		help = append(help, w.Say("door.talk.closed", moment(w, all.Next)))
	}
	switch {
	case detained.State == hours.Open:
		help = append(help, opened(w, "door.talk.detained.open", detained))
	case !detained.Next.IsZero() && detained.Next.Before(all.Next):
		help = append(help, w.Say("door.talk.detained", moment(w, detained.Next)))
	}
	return help, false, nil
}

// opened says until when; of a line that never closes it says only that.
func opened(w locale.Words, key string, s hours.Status) string {
	if s.Until.IsZero() {
		return w.Say("moment.always")
	}
	return w.Say(key, ends(w, s))
}

func ends(w locale.Words, s hours.Status) string {
	if s.Until.IsZero() {
		return w.Say("moment.always")
	}
	return until(w, s.Until)
}

// promise is when an answer is due to what an audience asks at an instant, as
// the roster can keep it; false for no promise.
func (h *hall) promise(ctx context.Context, a hours.Audience, asked time.Time) (time.Time, bool, error) {
	plan, err := h.Office.Hours(ctx)
	if err != nil {
		return time.Time{}, false, err
	}
	line, ok := plan.AnswerLine(a)
	if !ok {
		return time.Time{}, false, nil
	}
	due, ok := plan.Promise(line.Key, asked)
	return due, ok, nil
}

// Line is one phone line on a page.
type Line struct {
	Name, Number, Dial, State string
	Short                     string // number and state in one
	Week                      []string
}

// phones lists the phone lines an audience may call, with how they stand.
func (h *hall) phones(ctx context.Context, w locale.Words) ([]Line, error) {
	plan, err := h.Office.Hours(ctx)
	if err != nil {
		return nil, err
	}
	var lines []Line
	for _, key := range plan.For(hours.Phone, hours.Everyone) {
		l, _ := plan.Line(key)
		s := plan.At(key, w.Now, nil)
		line := Line{Name: w.Line(key), Number: l.Number, Dial: dial(l.Number), Week: w.Week(plan.Week(key, w.Now))}
		switch {
		case s.State == hours.Open:
			line.State, line.Short = opened(w, "call.open", s), w.Say("door.call.open", ltr(l.Number), ends(w, s))
		case s.Next.IsZero():
			line.State, line.Short = w.Say("call.closed.long"), w.Say("door.call.number", ltr(l.Number))
		default:
			next := moment(w, s.Next)
			line.State, line.Short = w.Say("call.closed", next), w.Say("door.call.closed", ltr(l.Number), next)
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// dial is a number as a phone takes it.
func dial(number string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, number)
}

// ltr keeps a number in its order within a sentence that runs from right to
// left (UAX 9, isolates), and in one piece at the end of a line (UAX 14): who
// copies it by hand must not take half of it.
func ltr(number string) string {
	return "\u2066" + strings.NewReplacer(" ", "\u00a0", "-", "-\u2060").Replace(number) + "\u2069"
}
