package public

import (
	"context"
	"errors"
	"strings"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/chat"
)

// say takes a message, by form or by script. The client's id makes it one
// message, however often it comes.
func (h *hall) say(v *frontend.Visit) error {
	here, _, err := h.current(v)
	if err != nil {
		return err
	}
	text := v.Form.Value("text")
	if h.often(v.Context, here.Conversation) {
		if wantsJSON(v) {
			return v.JSON(429, news{})
		}
		return h.talkPage(v, text, helpdesk.Refuse("chat.often"))
	}
	files, err := uploads(v.Form.Files)
	if err == nil {
		id := v.Form.Value("client")
		if !clientID(id) {
			id = newClientID()
		}
		_, err = h.Chat.Say(v.Context, v.Guest, here.Conversation, chat.Words{ClientID: id, Text: text, Files: files})
	}
	if wantsJSON(v) {
		return h.acknowledge(v, personal(err))
	}
	if err != nil {
		return h.talkPage(v, text, err)
	}
	return v.Go("/" + v.Lang() + "/talk")
}

// sayRate bounds one conversation, not one address: a detention centre may be
// one address. Nobody types faster.
var sayRate = bus.Rate{Burst: 40, Every: 2 * time.Second}

// often tells that a conversation says too much at once.
func (h *hall) often(ctx context.Context, conversation helpdesk.ID) bool {
	l := h.site.Limiter
	fine, _ := l.Allow(ctx, l.Key("person-say", string(conversation)), sayRate)
	return !fine
}

// acknowledge tells a script that its message is kept, or why not.
func (h *hall) acknowledge(v *frontend.Visit, err error) error {
	var no helpdesk.Refusal
	switch {
	case errors.As(err, &no):
		return v.JSON(200, news{No: v.Say(no.Key, no.Args...)})
	case err != nil:
		return err
	}
	return v.JSON(200, news{Kept: true})
}

// clientID is 22 characters of base64url.
func clientID(s string) bool {
	if len(s) != 22 {
		return false
	}
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_') {
			return false
		}
	}
	return true
}

func wantsJSON(v *frontend.Visit) bool { return v.Asked("application/json") }

// tooLate keeps what was posted after the session had ended: sealed to its
// author, shown when they come back, never lost. Where it cannot be kept the
// page says so, and why.
func (h *hall) tooLate(v *frontend.Visit) error {
	path := "/" + v.Lang() + "/code/ended"
	if text := v.Form.Value("text"); text != "" {
		person, err := h.People.Author(v.Context, v.GuestCookie())
		if err == nil {
			err = h.People.KeepLate(v.Context, person, text)
		}
		var no helpdesk.Refusal
		switch {
		case err == nil:
			path += "?kept=yes"
		case errors.As(err, &no):
			path += "?kept=" + strings.TrimPrefix(no.Key, "late.")
		case errors.Is(err, helpdesk.ErrDenied):
			path += "?kept=no" // nobody knows any more whose it was
		default:
			return err
		}
	}
	if wantsJSON(v) {
		return v.JSON(401, news{Then: path})
	}
	return v.Go(path)
}

// keptWords say what became of words that came too late, by the word that
// stands for it in the address.
var keptWords = map[string]string{
	"yes": "enter.kept", "no_code": "late.no_code", "full": "late.full", "long": "late.long", "no": "trouble.proof.safe",
}
