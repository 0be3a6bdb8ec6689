package public

import (
	"context"
	"errors"
	"strings"
	"time"

	"returnsupport/frontend"
	"returnsupport/frontend/uploads"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/people"
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
	var number int64
	files, err := uploads.Clean(v.Form.Files)
	if err == nil {
		id := v.Form.Value("client")
		if !clientID(id) {
			id = newClientID()
		}
		number, err = h.Chat.Say(v.Context, v.Guest, here.Conversation, chat.Words{ClientID: id, Text: text, Files: files})
	}
	if wantsJSON(v) {
		return h.acknowledge(v, number, personal(err))
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

// acknowledge tells a script under which number its message is kept, or why it
// is not.
func (h *hall) acknowledge(v *frontend.Visit, number int64, err error) error {
	var no helpdesk.Refusal
	switch {
	case errors.As(err, &no):
		return v.JSON(200, news{No: v.Say(no.Key, no.Args...)})
	case err != nil:
		return err
	}
	return v.JSON(200, news{Kept: true, N: number})
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
	if text := v.Form.Value("text"); text != "" || len(v.Form.Files) > 0 {
		words, file, err := h.keepLate(v, text)
		if err != nil {
			return err
		}
		path += "?kept=" + words + "&file=" + file
	}
	if wantsJSON(v) {
		return v.JSON(401, news{Then: path})
	}
	return v.Go(path)
}

// keepLate tells what became of the words and of the files: a word of keptWords,
// and one of keptFiles where files had to be left out. Words are not lost for
// the sake of files.
func (h *hall) keepLate(v *frontend.Visit, text string) (words, file string, err error) {
	person, err := h.People.Author(v.Context, v.GuestCookie())
	if errors.Is(err, helpdesk.ErrDenied) {
		return "no", "", nil // nobody knows any more whose it was
	}
	if err != nil {
		return "", "", err
	}
	client := v.Form.Value("client")
	if !clientID(client) {
		client = ""
	}
	if client != "" { // said while they were here, and its answer was lost
		if said, err := h.Tickets.Said(v.Context, person, client); err != nil || said {
			return "sent", "", err
		}
	}
	taken, err := uploads.Clean(v.Form.Files)
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		file = strings.TrimPrefix(no.Key, "upload.")
	} else if err != nil {
		return "", "", err
	}
	if text == "" && len(taken) == 0 {
		return "", file, nil
	}
	var files []people.LateFile
	for _, u := range taken {
		files = append(files, people.LateFile{Name: u.Name, Type: u.Type, Tells: u.Tells, Data: u.Data})
	}
	err = h.People.KeepLate(v.Context, person, client, text, files...)
	if refused(err, "late.full") && text != "" && len(files) > 0 {
		file = "full"
		err = h.People.KeepLate(v.Context, person, client, text)
	}
	switch {
	case err == nil:
		return "yes", file, nil
	case errors.As(err, &no):
		return strings.TrimPrefix(no.Key, "late."), "", nil
	case errors.Is(err, helpdesk.ErrDenied):
		return "no", "", nil
	}
	return "", "", err
}

// keptWords say what became of words that came too late, by the word that
// stands for it in the address.
var keptWords = map[string]string{
	"yes": "enter.kept", "sent": "mine.told", "no_code": "late.no_code", "full": "late.full", "long": "late.long", "no": "trouble.proof.safe",
}

// keptFiles say why files that came too late were left out, alike.
var keptFiles = map[string]string{
	"count": "upload.count", "large": "upload.large", "kind": "upload.kind", "pixels": "upload.pixels",
	"broken": "upload.broken", "empty": "upload.empty", "full": "late.full",
}
