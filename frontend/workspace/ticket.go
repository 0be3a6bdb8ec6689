package workspace

import (
	"hash/fnv"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/tickets"
)

// ticket shows one matter.
func (d *desk) ticket(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	return d.showTicket(v, 200, id, nil)
}

// typed is what a form held that was not accepted: it goes back onto the page.
type typed struct {
	tickets.Draft
	stop      *frontend.Notice
	seen      int64 // what is newer is ringed
	offers    []string
	strangers []staff.User  // whom a note names who can't read it
	named     []helpdesk.ID // and whom beside them
	how       string        // by which way: plain, secure or here
	client    string
	wrongTo   string
	wrongText string
}

func (d *desk) showTicket(v *frontend.Visit, status int, id helpdesk.ID, back *typed) error {
	return d.ticketPage(v, status, id, back, nil)
}

func (d *desk) ticketPage(v *frontend.Visit, status int, id helpdesk.ID, back *typed, dates *dateBack) error {
	v.Context = tickets.Together(v.Context) // whatever the form changed before is there to be seen
	sheet, err := d.Tickets.Page(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	if err := d.Tickets.SeeMentions(v.Context, v.Session, id); err != nil {
		return err
	}
	if sheet.Ticket.JoinedInto != "" {
		return v.Go(ticketPath(sheet.Ticket.JoinedInto))
	}
	d.settle(v, sheet.Settle)
	frame, err := d.frame(v, number(sheet.Ticket.Number), "")
	if err != nil {
		return err
	}
	show, err := d.showing(v, frame.Words, sheet)
	if err != nil {
		return err
	}
	page := Ticket{Desk: frame, Danger: d.danger(show)}
	page.Bell += "?t=" + string(id)
	for i := range page.Bar.Talks {
		page.Bar.Talks[i].Here = page.Bar.Talks[i].Href == ticketPath(id)
	}
	page.Bar.On = id
	if page.Head, err = d.head(v, show); err != nil {
		return err
	}
	for _, m := range sheet.Messages {
		shown := show.message(m)
		shown.Fresh = back != nil && back.stop != nil && m.Serial > back.seen
		page.Messages = append(page.Messages, shown)
	}
	page.Listener = listener(show.sheet.Ticket, page.Head.Lookers)
	if err := d.composers(v, show, &page, back); err != nil {
		return err
	}
	if page.Side, err = d.side(v, show); err != nil {
		return err
	}
	if err := d.lendCard(v, show, &page.Side); err != nil {
		return err
	}
	if err := d.dates(v, show, &page, dates); err != nil {
		return err
	}
	if page.Passed, err = d.passed(v, show); err != nil {
		return err
	}
	if err := d.consults(v, show, &page); err != nil {
		return err
	}
	if err := d.beside(v, show, &page.Side); err != nil {
		return err
	}
	if err := d.branchCard(v, show, &page.Side); err != nil {
		return err
	}
	if page.Besides, err = d.besideListener(v, id); err != nil {
		return err
	}
	if page.Toast = undoToast(v, page.Words); page.Toast == nil {
		page.Toast = ungiveToast(v, page.Words, id)
	}
	if page.Toast != nil && v.Query("said") == "given" {
		page.Said = nil // the toast says it
	}
	return v.ShowAs(status, page)
}

// composers are the forms a ticket is answered with: by mail, or where it is a
// talk, in the conversation itself.
func (d *desk) composers(v *frontend.Visit, s *showing, page *Ticket, back *typed) error {
	if !s.sheet.Proven {
		return nil
	}
	var err error
	if page.Note, err = d.nameBoxes(v, s, noteForm(v, s), back); err != nil {
		return err
	}
	if back != nil && len(back.strangers) > 0 {
		back = nil // about the note, not the answer
	}
	page.Shelf = &Shelf{Words: s.Words, Href: page.Head.Base + "/answers"}
	if !isTalk(s.sheet.Ticket, s.sitting) {
		page.Answer = d.composer(v, s, back)
		return nil
	}
	page.Listener.talk()
	page.Talk, err = d.talk(v, s, back)
	return err
}

// undoToast offers to take back what was just sent, while it can be.
func undoToast(v *frontend.Visit, w frontend.Words) *frontend.Toast {
	id, err := helpdesk.ParseID(v.Query("undo"))
	until, numeric := strconv.ParseInt(v.Query("until"), 10, 64)
	if err != nil || numeric != nil {
		return nil
	}
	left := int(time.UnixMilli(until).Sub(v.Now()).Round(time.Second) / time.Second)
	if left < 1 || left > 600 {
		return nil
	}
	return &frontend.Toast{
		Words: w, Text: v.Say("said.sent"), Undo: v.Say("said.undo"), Seconds: left, Back: v.Path(),
		Action: "/w/outbox/" + string(id) + "/undo", Route: "/w/outbox/:id/undo",
	}
}

// listener remembers what the page shows, so that a ring that is about another
// ticket is answered with nothing at all.
func listener(t tickets.Ticket, lookers string) Listener {
	q := url.Values{
		"after": {strconv.FormatInt(t.Last, 10)}, "version": {strconv.FormatInt(t.Version, 10)}, "lookers": {mark(lookers)},
	}
	return Listener{Href: ticketPath(t.ID) + "/news?" + q.Encode(), Last: t.Last}
}

// talk makes it ask for what colleagues add alone.
func (l *Listener) talk() {
	l.Talk = true
	l.Href += "&talk=1"
}

// mark stands for names where they must not be spelled out.
func mark(names string) string {
	if names == "" {
		return ""
	}
	h := fnv.New32a()
	h.Write([]byte(names))
	return strconv.FormatUint(uint64(h.Sum32()), 36)
}

// news answers the bell: what was added since, and the head if it changed.
func (d *desk) news(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	after, err := strconv.ParseInt(v.Query("after"), 10, 64)
	if err != nil {
		return helpdesk.ErrNotFound
	}
	news, err := d.Tickets.Since(v.Context, v.Session, id, after)
	if err != nil {
		return err
	}
	page := News{Page: v.Page("")}
	lookers := d.lookers(v, page.Words, news.Lookers)
	talk := v.Query("talk") != ""
	if talk {
		if err := d.withoutTalk(v, id, &news); err != nil {
			return err
		}
	}
	if len(news.Messages) == 0 && mark(lookers) == v.Query("lookers") && strconv.FormatInt(news.Ticket.Version, 10) == v.Query("version") {
		return v.Done()
	}
	sheet, err := d.Tickets.Page(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	d.settle(v, sheet.Settle)
	show, err := d.showing(v, page.Words, sheet)
	if err != nil {
		return err
	}
	for _, m := range news.Messages {
		shown := show.message(m)
		shown.Fresh = m.Kind == tickets.KindLetter
		page.Messages = append(page.Messages, shown)
		if m.Kind == tickets.KindLetter {
			page.Announce = v.Say("ticket.new", shown.Who)
		}
	}
	if page.Announce == "" && len(page.Messages) > 0 {
		page.Announce = v.Say("ticket.news")
	}
	if page.Head, err = d.head(v, show); err != nil {
		return err
	}
	page.Head.OOB = true
	page.Listener = listener(news.Ticket, lookers)
	if talk {
		page.Listener.talk()
	}
	return v.Show(page)
}

// withoutTalk leaves out what is said in the conversation itself: that comes by
// the talk's own bell, and would else stand on the page twice.
func (d *desk) withoutTalk(v *frontend.Visit, ticket helpdesk.ID, news *tickets.News) error {
	conversation, _, err := d.Tickets.PersonConversation(v.Context, v.Session, ticket)
	if err != nil {
		return err
	}
	news.Messages = slices.DeleteFunc(news.Messages, func(m tickets.Opened) bool { return m.Conversation == conversation })
	return nil
}

// lookers says who else has the ticket open.
func (d *desk) lookers(v *frontend.Visit, w frontend.Words, who []tickets.Looker) string {
	if len(who) == 0 {
		return ""
	}
	var ids []helpdesk.ID
	for _, l := range who {
		ids = append(ids, l.User)
	}
	names := d.names(v, ids...)
	var looking, typing []string
	for _, l := range who {
		if l.Typing {
			typing = append(typing, names[l.User])
		} else {
			looking = append(looking, names[l.User])
		}
	}
	var out []string
	if len(typing) > 0 {
		out = append(out, w.Say("ticket.typing", strings.Join(typing, ", ")))
	}
	if len(looking) > 0 {
		out = append(out, w.Say("ticket.looking", len(looking), strings.Join(looking, ", ")))
	}
	return strings.Join(out, " · ")
}

// looking says that this colleague is here.
func (d *desk) looking(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if _, err := d.Tickets.Looking(v.Context, v.Session, id, v.Form.Value("typing") != ""); err != nil {
		return err
	}
	return v.Done()
}

// sent answers the bell of the outbox: our letters of this ticket, as far as
// they have come.
func (d *desk) sent(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	sheet, err := d.Tickets.Page(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	page := SentNews{Page: v.Page("")}
	show, err := d.showing(v, page.Words, sheet)
	if err != nil {
		return err
	}
	for _, m := range sheet.Messages {
		if _, ours := show.copies[m.ID]; ours {
			shown := show.message(m)
			shown.OOB = true
			page.Messages = append(page.Messages, shown)
		}
	}
	return v.Show(page)
}
