package public

import (
	"errors"
	"slices"
	"time"

	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/tickets"
)

// Talk is the conversation. It is complete without scripts: a frame with what
// was said, which refreshes itself, beside a form that never does.
type Talk struct {
	Page
	Marks    bool // typing marks are on
	Notes    []Note
	Late     []LateWords
	Seat     []string
	State    string
	CanSit   bool
	CanLater bool // waits in the queue, and may give the place up
	Warn     bool
	Closes   string
	ClientID string
	Text     Input
	Files    Files
	HasCode  bool
	Others   []Other
	CanAllow bool  // there is a page of what they allowed
	Asked    *Note // a question of ours; a script shows it when it comes
	Asks     bool  // it waits for them now
}

// LateWords are what somebody posted after their page had been closed.
type LateWords struct {
	frontend.Words
	Text  string
	Files []LateFile
	Which Hidden
}

// LateFile is one they posted with them.
type LateFile struct{ Name, Size string }

// Other is another conversation of theirs.
type Other struct {
	frontend.Words
	When  string
	Which Hidden
}

// current is the conversation the person is in, and all they have.
func (h *hall) current(v *frontend.Visit) (tickets.Thread, []tickets.Thread, error) {
	all, err := h.Tickets.Mine(v.Context, v.Guest)
	if err != nil {
		return tickets.Thread{}, nil, err
	}
	for _, t := range all {
		if t.Conversation == v.Guest.Conversation {
			return t, all, nil
		}
	}
	if len(all) == 0 {
		return tickets.Thread{}, nil, helpdesk.ErrNotFound
	}
	return all[0], all, nil
}

func (h *hall) talk(v *frontend.Visit) error { return h.talkPage(v, "", nil) }

func (h *hall) talkPage(v *frontend.Visit, text string, wrong error) error {
	if !v.Guest.Erasing.IsZero() {
		return showErased(v, v.Guest.Erasing, true)
	}
	here, all, err := h.current(v)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return h.nowhere(v)
	}
	if err != nil {
		return err
	}
	p := page(v, "", "/talk")
	page := Talk{Page: p, ClientID: newClientID(), HasCode: v.Guest.Code == people.OwnCode,
		Text:  Input{Name: "text", Label: p.Say("talk.label"), Rows: 3, Value: text},
		Files: p.files("")}
	page.Title, page.Scripts = p.Say("talk.title"), []string{"talk.js"}
	page.Warn, page.Closes = closing(v, p)
	if err := h.around(v, &page, here, all); err != nil {
		return err
	}
	status := 200
	if wrong != nil {
		if err := beside(v, personal(wrong), &page.Text, &page.Files); err != nil {
			return err
		}
		status = refusedStatus
	}
	return v.ShowAs(status, &page)
}

// nowhere leads on who reads no conversation: to what they have by a link, or
// to begin.
func (h *hall) nowhere(v *frontend.Visit) error {
	handed, err := h.Tickets.HandedTo(v.Context, v.Guest)
	if err != nil {
		return err
	}
	if len(handed) > 0 {
		return v.Go("/" + v.Lang() + "/l/read")
	}
	return v.Go("/" + v.Lang() + "/start")
}

// around fills what stands around the log: how they sit, what was said too
// late, when an answer comes, and their other conversations.
func (h *hall) around(v *frontend.Visit, page *Talk, here tickets.Thread, all []tickets.Thread) error {
	marks, err := h.Office.Chat(v.Context)
	if err != nil {
		return err
	}
	page.Marks = marks.Typing
	seat, err := h.Chat.Seat(v.Context, v.Guest, here.Conversation)
	if err != nil {
		return err
	}
	page.Seat, page.State = seatWords(page.Words.Words, seat), seatState(seat)
	page.CanLater = seat.State == chat.Waiting
	page.CanSit = seat.State != chat.Waiting && seat.State != chat.Talking && seat.State != chat.Away
	if h.Consent != nil {
		note := askedNote(page.Page)
		page.CanAllow, page.Asked = true, &note
	}
	if page.Asks, err = h.asks(v.Context, v.Guest); err != nil {
		return err
	}
	if page.Notes, err = h.talkNotes(v, page.Page, here, seat); err != nil {
		return err
	}
	late, err := h.People.Late(v.Context, v.Guest)
	if err != nil {
		return err
	}
	for _, d := range late {
		words := LateWords{Words: page.Words, Text: d.Text, Which: Hidden{"which", string(d.ID)}}
		for _, f := range d.Files {
			words.Files = append(words.Files, LateFile{f.Name, page.Size(f.Size)})
		}
		page.Late = append(page.Late, words)
	}
	for _, t := range all {
		if t.Conversation != here.Conversation {
			page.Others = append(page.Others, Other{page.Words, page.Say("talk.mine.last", page.Short(t.At)), Hidden{"conversation", string(t.Conversation)}})
		}
	}
	return nil
}

// talkNotes begin with what we owe: a late answer says so first.
func (h *hall) talkNotes(v *frontend.Visit, p Page, here tickets.Thread, seat chat.Seat) ([]Note, error) {
	var notes []Note
	if note := saidNote(p, v.Query("said")); note != nil {
		notes = append(notes, *note)
	}
	handed, err := h.Tickets.HandedTo(v.Context, v.Guest)
	if err != nil {
		return nil, err
	}
	if len(handed) > 0 {
		notes = append(notes, Note{Icon: "info", Text: p.Say("link.here"), Href: "/" + p.Lang + "/l/read", Go: p.Say("link.open")})
	}
	if here.Closed {
		notes = append(notes, Note{Icon: "info", Text: p.Say("talk.closed")})
	}
	if here.State != tickets.StateOpen || seat.State == chat.Talking || seat.State == chat.Waiting {
		return notes, nil
	}
	_, facts, err := h.Tickets.FactsAsPerson(v.Context, v.Guest, here.Conversation)
	if err != nil {
		return nil, err
	}
	due, ok, err := h.promise(v.Context, facts.Whose(), here.At)
	switch {
	case err != nil:
		return nil, err
	case ok && due.Before(v.Now()):
		notes = append([]Note{{Kind: "warn", Icon: "clock", Text: p.Say("talk.overdue")}}, notes...)
	case ok:
		notes = append(notes, Note{Icon: "clock", Text: p.Say("talk.answer", moment(p.Words.Words, due))})
	}
	return notes, nil
}

// saidNote says what was just done. The address names it by one word of ours.
func saidNote(p Page, what string) *Note {
	key := map[string]string{
		"notice": "notice.saved", "dropped": "notice.dropped", "callback": "callback.saved", "hidden": "hide.hidden",
		"undone": "hide.undone", "wait": "chat.crowded", "closed": "chat.closed", "link": "link.read", "wished": "mine.wished",
	}[what]
	if key == "" {
		return nil
	}
	note := &Note{Kind: "ok", Icon: "circle-check", Text: p.Say(key)}
	if what == "link" {
		note.More = []string{p.Say("link.code")}
	}
	return note
}

// personal turns what rooms say to the desk into what they say to a person.
func personal(err error) error {
	if refused(err, "ticket.erasing") {
		return helpdesk.Refuse("chat.erasing")
	}
	return err
}

// seatState is the seat in one word, for the script.
func seatState(s chat.Seat) string {
	if s.State == chat.None {
		return "none"
	}
	return string(s.State)
}

// seatWords say how the person sits, honestly.
func seatWords(w locale.Words, s chat.Seat) []string {
	switch s.State {
	case chat.Waiting:
		out := []string{w.Say("seat.waiting")}
		if s.Place <= 1 {
			out = append(out, w.Say("seat.first"))
		} else {
			out = append(out, w.Say("seat.place", s.Place-1))
		}
		if s.Wait > 0 {
			return append(out, w.Say("seat.wait", w.Span(s.Wait)))
		}
		return append(out, w.Say("seat.wait.unknown"))
	case chat.Talking:
		if s.Typing {
			return []string{w.Say("talk.typing", s.Alias)}
		}
		if s.Seen {
			return []string{w.Say("seat.talking", s.Alias), w.Say("talk.seen")}
		}
		return []string{w.Say("seat.talking", s.Alias)}
	case chat.Away:
		return []string{w.Say("seat.away", s.Alias)}
	case chat.Missed:
		return []string{w.Say("seat.missed")}
	case chat.Ended:
		return []string{w.Say("seat.ended")}
	}
	return []string{w.Say("seat.none")}
}

// closing tells whether the page must warn that it closes soon, and when.
func closing(v *frontend.Visit, p Page) (bool, string) {
	g := v.Guest
	left := max(g.Ends.Sub(v.Now()), 0)
	minutes := int((left + time.Minute - 1) / time.Minute)
	return !g.Held && !g.Warn.IsZero() && !v.Now().Before(g.Warn), p.Say("idle.text", p.Say("idle.left.minutes", max(minutes, 1)))
}

// sit joins the queue again.
func (h *hall) sit(v *frontend.Visit) error {
	here, _, err := h.current(v)
	if err != nil {
		return err
	}
	switch err := h.Chat.Sit(v.Context, v.Guest, here.Conversation); {
	case refused(err, "chat.closed"):
		return v.Go("/" + v.Lang() + "/talk?said=closed")
	case refused(err, "chat.crowded"):
		return v.Go("/" + v.Lang() + "/talk?said=wait")
	default:
		return orGo(v, personal(err), "/talk")
	}
}

// turn goes to another conversation of theirs.
func (h *hall) turn(v *frontend.Visit) error {
	id, err := helpdesk.ParseID(v.Form.Value("conversation"))
	if err != nil {
		return err
	}
	return orGo(v, h.Chat.TurnTo(v.Context, v.Guest, id), "/talk")
}

// awake: they are still here.
func (h *hall) awake(v *frontend.Visit) error {
	if err := h.People.Awake(v.Context, v.Guest); err != nil {
		return err
	}
	if wantsJSON(v) {
		return h.seated(v)
	}
	return v.Go("/" + v.Lang() + "/talk")
}

// late sends, or throws away, one text that was posted too late, with its files;
// the others stay.
func (h *hall) late(v *frontend.Visit) error {
	drafts, err := h.People.Late(v.Context, v.Guest)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(drafts, func(d people.Draft) bool { return string(d.ID) == v.Form.Value("which") })
	if at < 0 {
		return v.Go("/" + v.Lang() + "/talk") // done already: pressed twice
	}
	d := drafts[at]
	if v.Form.Value("do") == "send" {
		here, _, err := h.current(v)
		if err != nil {
			return err
		}
		files, err := h.People.LateFiles(v.Context, v.Guest, d.ID)
		if err != nil {
			return err
		}
		// Its own id makes it one message, however often it is pressed.
		words := chat.Words{ClientID: "late-" + string(d.ID), Text: d.Text}
		for _, f := range files {
			words.Files = append(words.Files, tickets.Upload{Name: f.Name, Type: f.Type, Tells: f.Tells, Data: f.Data})
		}
		if _, err := h.Chat.Say(v.Context, v.Guest, here.Conversation, words); err != nil {
			return h.talkPage(v, d.Text, err)
		}
	}
	return orGo(v, h.People.DropLate(v.Context, v.Guest, d.ID), "/talk")
}
