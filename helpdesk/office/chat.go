package office

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// Chat are the limits and habits of live talk.
type Chat struct {
	QueueLong    int           // so many waiting is too long: a message is taken instead
	Idle         time.Duration // without a deed of the person's own; never while they wait
	SharedIdle   time.Duration // the same where others use the computer
	Absence      time.Duration // a counsellor who lost the net keeps the chat so long
	Accept       time.Duration // a chat nobody took for so long becomes a ticket
	Typing, Read bool          // marks that somebody types, that something was read
	Hint         time.Duration // active time until the first quiet hint
	LastHint     time.Duration // and until the second; nothing is ever cut off
}

// Chat returns the limits as they stand.
func (o *Office) Chat(ctx context.Context) (Chat, error) {
	v, err := o.values(ctx, ChatQueueLong, ChatIdleMinutes, ChatSharedIdleMinutes, ChatAbsenceMinutes,
		ChatAcceptMinutes, ChatTyping, ChatRead, ChatHintMinutes, ChatLastHintMinutes)
	if err != nil {
		return Chat{}, err
	}
	c := Chat{Typing: v[ChatTyping] == yes, Read: v[ChatRead] == yes}
	for _, s := range []struct {
		name string
		to   *time.Duration
	}{
		{ChatIdleMinutes, &c.Idle}, {ChatSharedIdleMinutes, &c.SharedIdle}, {ChatAbsenceMinutes, &c.Absence},
		{ChatAcceptMinutes, &c.Accept}, {ChatHintMinutes, &c.Hint}, {ChatLastHintMinutes, &c.LastHint},
	} {
		n, err := strconv.Atoi(v[s.name])
		if err != nil {
			return Chat{}, fmt.Errorf("setting %s is no number", s.name)
		}
		*s.to = time.Duration(n) * time.Minute
	}
	if c.QueueLong, err = strconv.Atoi(v[ChatQueueLong]); err != nil {
		return Chat{}, fmt.Errorf("setting %s is no number", ChatQueueLong)
	}
	return c, nil
}
