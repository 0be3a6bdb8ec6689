package api

import (
	"context"
	"net/http"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/tickets"
	"returnsupport/mailbridge/letter"
)

// Token is what a token is.
type Token struct {
	Name    string        `json:"name"`
	Scopes  []string      `json:"scopes"`
	Expires time.Time     `json:"expires"`
	Teams   []helpdesk.ID `json:"teams" doc:"those that let it in so far"`
}

func (d *desk) token(v *frontend.Visit) (Token, error) {
	t := Token{Name: v.Program.User.Name, Scopes: []string{}, Expires: v.Program.Expires.UTC(), Teams: []helpdesk.ID{}}
	for _, s := range v.Program.Scopes {
		t.Scopes = append(t.Scopes, string(s))
	}
	for _, team := range v.Program.Teams() {
		t.Teams = append(t.Teams, team.ID)
	}
	return t, nil
}

// Team is one whose tickets the token opens.
type Team struct {
	ID       helpdesk.ID `json:"id"`
	Name     string      `json:"name"`
	Waiting  int64       `json:"waiting" doc:"wait for us"`
	Answered int64       `json:"answered" doc:"wait for the person"`
	Closed   int64       `json:"closed"`
}

// Teams are they.
type Teams struct {
	Items []Team `json:"items"`
}

func (d *desk) teams(v *frontend.Visit) (Teams, error) {
	over, err := d.Tickets.Overview(v.Context, v.Program.Session)
	if err != nil {
		return Teams{}, err
	}
	out := Teams{Items: []Team{}}
	for _, t := range v.Program.Teams() {
		c := over.Teams[t.ID]
		out.Items = append(out.Items, Team{ID: t.ID, Name: t.Name, Waiting: c.Waiting, Answered: c.Answered, Closed: c.Closed})
	}
	return out, nil
}

// Ticket is one matter of one person.
type Ticket struct {
	ID       helpdesk.ID `json:"id"`
	Number   int64       `json:"number"`
	Team     helpdesk.ID `json:"team"`
	State    string      `json:"state" one:"open waiting closed joined" doc:"open waits for us, waiting for the person"`
	Priority int         `json:"priority" doc:"0 to 3"`
	Due      string      `json:"due,omitempty" doc:"a day"`
	Channel  string      `json:"channel"`
	Language string      `json:"language,omitempty"`
	Title    string      `json:"title,omitempty"`
	Name     string      `json:"name,omitempty" doc:"of who wrote"`
	Address  string      `json:"address,omitempty" doc:"of who wrote"`
	Tags     []string    `json:"tags,omitempty"`
	Opened   time.Time   `json:"opened" doc:"a day once it is closed"`
	Last     time.Time   `json:"last" doc:"when a letter, an answer or a word was last added"`
	Serial   int64       `json:"serial" doc:"grows with each"`
	Version  int64       `json:"version" doc:"as in its ETag"`
	Unproven bool        `json:"unproven,omitempty" doc:"somebody other than this house wrote in its row"`
	Unopened bool        `json:"unopened,omitempty" doc:"it does not open for the token now"`
	JoinedTo helpdesk.ID `json:"joined_to,omitempty"`
	Messages []Message   `json:"messages,omitempty" doc:"of one ticket alone, oldest first"`
}

func (t Ticket) tag() string { return versionTag(t.Version) }

// Message is one that the person or we wrote to the other.
type Message struct {
	ID        helpdesk.ID `json:"id"`
	Serial    int64       `json:"serial"`
	Kind      string      `json:"kind" one:"letter answer chat"`
	Direction string      `json:"direction" one:"in out"`
	At        time.Time   `json:"at"`
	Subject   string      `json:"subject,omitempty"`
	Text      string      `json:"text,omitempty"`
	Unproven  bool        `json:"unproven,omitempty"`
	Unopened  bool        `json:"unopened,omitempty"`
	Withdrawn bool        `json:"withdrawn,omitempty"`
	Files     []File      `json:"files,omitempty"`
}

// File is an attachment.
type File struct {
	Position int    `json:"position"`
	Name     string `json:"name,omitempty"`
	Type     string `json:"type,omitempty" doc:"as its sender says"`
	Size     int64  `json:"size" doc:"bytes"`
}

// Tickets is a page of them.
type Tickets struct {
	Items []Ticket `json:"items"`
	Next  string   `json:"next,omitempty" doc:"for after; absent on the last page"`
}

// queues are those a program may list; mine is nobody's here.
var queues = []string{
	string(tickets.QueueTeam), string(tickets.QueueUnassigned), string(tickets.QueueWaiting), string(tickets.QueueAnswered),
	string(tickets.QueueDue), string(tickets.QueueLate), string(tickets.QueueClosed),
}

func invalid(name string) error {
	return frontend.Problem{Status: http.StatusBadRequest, Code: "query", Detail: "The parameter " + name + " is not what this address takes."}
}

func (d *desk) tickets(v *frontend.Visit) (Tickets, error) {
	f := tickets.Filter{Queue: tickets.QueueTeam}
	if q := v.Query("queue"); q != "" {
		if !slices.Contains(queues, q) {
			return Tickets{}, invalid("queue")
		}
		f.Queue = tickets.Queue(q)
	}
	if team := v.Query("team"); team != "" {
		id, err := helpdesk.ParseID(team)
		if err != nil {
			return Tickets{}, err
		}
		f.Team = id
	}
	limit, err := number(v, "limit", tickets.PageMost)
	if err != nil {
		return Tickets{}, err
	}
	var since time.Time
	if text := v.Query("since"); text != "" {
		if since, err = time.Parse(time.RFC3339, text); err != nil {
			return Tickets{}, invalid("since")
		}
	}
	if len(v.Query("after")) > 120 {
		return Tickets{}, invalid("after")
	}
	page, err := d.Tickets.Queue(v.Context, v.Program.Session, f, tickets.Cursor(v.Query("after")), int(limit))
	if err != nil {
		return Tickets{}, err
	}
	d.settle(v, page.Settle)
	out := Tickets{Items: []Ticket{}, Next: string(page.Next)}
	for _, r := range page.Rows {
		if !r.Ticket.LastAt.Before(since) {
			out.Items = append(out.Items, shown(r.Ticket, r.Head, r.Proven, r.Broken))
		}
	}
	return out, nil
}

func number(v *frontend.Visit, name string, usual int64) (int64, error) {
	text := v.Query(name)
	if text == "" {
		return usual, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, invalid(name)
	}
	return n, nil
}

func shown(t tickets.Ticket, h tickets.Head, proven, broken bool) Ticket {
	out := Ticket{ID: t.ID, Number: t.Number, Team: t.Team, State: string(t.State), Priority: t.Priority, Channel: t.Channel, Language: t.Language,
		Title: h.Title, Name: h.Name, Address: h.Address, Tags: h.Facts.Tags, Opened: t.OpenedAt.UTC(), Last: t.LastAt.UTC(), Serial: t.Last, Version: t.Version,
		Unproven: !proven, Unopened: broken, JoinedTo: t.JoinedInto}
	if !t.DueDay.IsZero() {
		out.Due = t.DueDay.Format(time.DateOnly)
	}
	return out
}

func (d *desk) ticket(v *frontend.Visit) (Ticket, error) {
	id, err := v.ID("id")
	if err != nil {
		return Ticket{}, err
	}
	after, err := number(v, "after", 0)
	if err != nil {
		return Ticket{}, err
	}
	sheet, err := d.Tickets.Page(v.Context, v.Program.Session, id)
	if err != nil {
		return Ticket{}, err
	}
	d.settle(v, sheet.Settle)
	out := shown(sheet.Ticket, sheet.Head, sheet.Proven, false)
	for _, m := range sheet.Messages {
		if m.Serial > after && between(m) {
			out.Messages = append(out.Messages, said(m))
		}
	}
	return out, nil
}

// between tells what the person and we wrote to each other from what is for
// colleagues.
func between(m tickets.Opened) bool {
	kind := m.Kind == tickets.KindLetter || m.Kind == tickets.KindAnswer || m.Kind == tickets.KindChat
	return kind && (m.Direction == tickets.In || m.Direction == tickets.Out)
}

func said(m tickets.Opened) Message {
	out := Message{ID: m.ID, Serial: m.Serial, Kind: string(m.Kind), Direction: string(m.Direction), At: m.At.UTC(), Subject: m.Content.Subject, Text: m.Content.Text,
		Unproven: !m.Proven, Unopened: m.Broken, Withdrawn: m.Withdrawn}
	for i, f := range m.Content.Files {
		out.Files = append(out.Files, File{Position: i, Name: f.Name, Type: f.Type, Size: f.Size})
	}
	return out
}

func (d *desk) file(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	n, err := v.Number("position")
	if err != nil {
		return err
	}
	m, err := d.Tickets.Message(v.Context, v.Program.Session, id)
	if err != nil {
		return err
	}
	if own := m.Kind == tickets.KindNote && m.Author == v.Program.User.ID; !own && !between(m) {
		return helpdesk.ErrNotFound
	}
	f, bytes, err := d.Tickets.File(v.Context, v.Program.Session, id, n)
	if err != nil {
		return err
	}
	return v.Download(f.Name, f.Size, bytes)
}

// NewTicket is what somebody filled in.
type NewTicket struct {
	Team     helpdesk.ID `json:"team"`
	Title    string      `json:"title" doc:"at most 200 characters" eg:"A question about my journey"`
	Text     string      `json:"text" eg:"May I take my dog?"`
	Name     string      `json:"name,omitempty" eg:"Amina"`
	Address  string      `json:"address,omitempty" doc:"a mail address; without it a counsellor can't answer by mail" eg:"amina@example.org"`
	Language string      `json:"language,omitempty" doc:"a tag" eg:"sv"`
}

// Made is what came of it.
type Made struct {
	ID helpdesk.ID `json:"id"`
}

func (d *desk) open(v *frontend.Visit, in NewTicket, files []tickets.Upload) (Made, error) {
	f := tickets.Form{Team: in.Team, Language: in.Language, Title: strings.TrimSpace(in.Title), Text: in.Text, ClientID: key(v), Who: tickets.Who{Name: strings.TrimSpace(in.Name)}, Files: files}
	if utf8.RuneCountInString(f.Title) > 200 || utf8.RuneCountInString(f.Who.Name) > 200 || strings.ContainsAny(f.Title+f.Who.Name, "\r\n\x00") {
		return Made{}, helpdesk.Refuse("form.title")
	}
	if in.Address != "" {
		a, err := mail.ParseAddress(in.Address)
		if err != nil || a.Name != "" || a.Address != in.Address || len(in.Address) > 254 {
			return Made{}, helpdesk.Refuse("form.address")
		}
		f.Who.Address, f.Who.Key = in.Address, letter.Address{Addr: in.Address}.Key()
	}
	id, err := d.Tickets.OpenForm(v.Context, v.Program.Session, f)
	return Made{ID: id}, err
}

// NewNote is one for colleagues.
type NewNote struct {
	Text     string `json:"text" doc:"may be empty where files come with it" eg:"Booked for Friday."`
	Proposal bool   `json:"proposal,omitempty" doc:"it is what could be answered to the person"`
}

// Noted is where it stands.
type Noted struct {
	Number  int64       `json:"number"`
	Message helpdesk.ID `json:"message" doc:"under which its files are found, from position 0"`
}

func (d *desk) note(v *frontend.Visit, in NewNote, files []tickets.Upload) (Noted, error) {
	id, err := v.ID("id")
	if err != nil {
		return Noted{}, err
	}
	if strings.TrimSpace(in.Text) == "" && len(files) == 0 {
		return Noted{}, helpdesk.Refuse("form.text")
	}
	text := in.Text
	if in.Proposal {
		text = v.Say("program.proposal") + "\n\n" + text
	}
	message, n, err := d.Tickets.NoteFiles(v.Context, v.Program.Session, id, text, files, key(v))
	return Noted{Number: n, Message: message}, err
}

// Change is what to change of a ticket.
type Change struct {
	State string `json:"state,omitempty" one:"open closed"`
	Tags  *Tags  `json:"tags,omitempty"`
}

// Tags are keys of the house's own list.
type Tags struct {
	Add    []string `json:"add,omitempty"`
	Remove []string `json:"remove,omitempty"`
}

func (d *desk) change(v *frontend.Visit, in Change) (Ticket, error) {
	id, err := v.ID("id")
	if err != nil {
		return Ticket{}, err
	}
	seen, err := version(v)
	if err != nil {
		return Ticket{}, err
	}
	s := v.Program.Session
	switch {
	case (in.State == "") == (in.Tags == nil):
		err = helpdesk.Refuse("program.single")
	case in.State == "closed":
		err = d.Tickets.CloseTicket(v.Context, s, id, seen)
	case in.State == "open":
		err = d.Tickets.Reopen(v.Context, s, id, seen)
	case in.State != "":
		err = helpdesk.Refuse("program.single")
	default:
		if err = d.known(v.Context, in.Tags.Add); err == nil {
			err = d.Tickets.Tag(v.Context, s, id, seen, in.Tags.Add, in.Tags.Remove)
		}
	}
	if err != nil {
		return Ticket{}, err
	}
	now, err := d.Tickets.Facts(v.Context, s, id)
	if err != nil {
		return Ticket{}, err
	}
	heads, err := d.Tickets.Heads(v.Context, s, []helpdesk.ID{id})
	if err != nil {
		return Ticket{}, err
	}
	head, opens := heads[id]
	return shown(now, head, now.Proven, !opens), nil
}

// settle re-wraps what was found blind, after the answer is on its way.
func (d *desk) settle(v *frontend.Visit, found tickets.Settle) {
	if found.Empty() {
		return
	}
	s := v.Program.Session
	v.After(func(ctx context.Context) {
		_ = d.Tickets.Settle(ctx, s, found) // the next reader finds it blind again and tries anew
	})
}
