package workspace

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/tickets"
)

// sayForm is the composer of a conversation. It says by which way what is
// written goes, and to whom.
func (d *desk) sayForm(v *frontend.Visit, s *showing, back *typed) (*SayForm, error) {
	t := s.sheet.Ticket
	f := &SayForm{Words: s.Words, Base: ticketPath(t.ID), Client: string(helpdesk.NewID()), Way: s.Say("say.way.later"), To: s.Say("ticket.readers.person")}
	f.More = s.Say("say.way.later.more")
	switch {
	case s.sitting.live():
		f.Way, f.More, f.Typing = s.Say("say.way.live"), "", s.sitting.limits.Typing
	case s.sitting.table != nil && s.sitting.table.State == chat.Waiting:
		f.Way, f.More = s.Say("say.way.waiting"), s.Say("say.way.waiting.more")
	case s.brought():
		f.Way, f.More = s.Say("say.way.live"), ""
	}
	f.Beside = besideField(s, back)
	f.Text = frontend.Field{Name: "text", Label: s.Say("say.text"), Rows: 3, Key: "reply", Optional: true}
	for _, saved := range s.sheet.Drafts {
		if saved.Kind == tickets.KindAnswer {
			f.Text.Value, f.DraftVersion, f.Saved = saved.Text, saved.Version, s.Say("composer.saved", s.Clock(saved.Saved))
		}
	}
	if back != nil {
		f.Client, f.Text.Value, f.Text.Wrong, f.Offers = firstOf(back.client, f.Client), back.Text, back.wrongText, strings.Join(back.offers, "\n")
	}
	phrases, err := d.Office.Phrases(v.Context)
	f.Phrases = phraseGroups(s.Words, phrases, firstOf(s.sheet.Head.Facts.Spoken, t.Language))
	return f, err
}

// phraseGroups puts the person's language first, and open.
func phraseGroups(w frontend.Words, all []office.Phrase, tag string) []PhraseGroup {
	var out []PhraseGroup
	for _, p := range all {
		i := slices.IndexFunc(out, func(g PhraseGroup) bool { return g.Tag == p.Language })
		if i < 0 {
			out = append(out, PhraseGroup{Language: languageName(w, p.Language), Tag: p.Language, Open: p.Language == tag})
			i = len(out) - 1
		}
		out[i].Texts = append(out[i].Texts, p.Text)
	}
	slices.SortStableFunc(out, func(a, b PhraseGroup) int {
		switch {
		case a.Open == b.Open:
			return 0
		case a.Open:
			return -1
		}
		return 1
	})
	return out
}

// spokenForm is what a composer held.
func (d *desk) spokenForm(v *frontend.Visit) (*typed, chat.Words) {
	back := &typed{client: v.Form.Value("client")}
	back.Kind, back.Text = tickets.KindAnswer, strings.TrimSpace(v.Form.Value("text"))
	for line := range strings.SplitSeq(v.Form.Value("offers"), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			back.offers = append(back.offers, line)
		}
	}
	back.Beside = besideTyped(v.Form)
	words := chat.Words{ClientID: back.client, Text: back.Text, Offers: back.offers, Beside: back.Beside}
	for _, f := range v.Form.Files {
		words.Files = append(words.Files, tickets.Upload{Name: f.Name, Type: f.Type, Data: f.Body})
	}
	return back, words
}

// say speaks into the conversation: live, or as an answer that stands there
// when the person comes back. A script gets the message's number, so that it
// knows what need not be sent again.
func (d *desk) say(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	back, words := d.spokenForm(v)
	number, err := d.Chat.Tell(v.Context, v.Session, id, words)
	var no helpdesk.Refusal
	if errors.As(err, &no) && !v.Partial() {
		back.wrongText = v.Say(no.Key, no.Args...)
		return d.showTicket(v, http.StatusUnprocessableEntity, id, back)
	}
	if err != nil {
		return err
	}
	if err := d.Tickets.DropDraft(v.Context, v.Session, id, tickets.KindAnswer); err != nil {
		return err
	}
	if v.Partial() {
		v.Header("X-Number", strconv.FormatInt(number, 10))
		return v.Done()
	}
	return v.Go(ticketPath(id) + "#say")
}

// readTo notes how far the counsellor has read; the page says it while it is
// looked at.
func (d *desk) readTo(v *frontend.Visit) error {
	table, err := d.ownTable(v)
	if err != nil {
		return err
	}
	number, err := strconv.ParseInt(v.Form.Value("number"), 10, 64)
	if err != nil {
		return helpdesk.ErrNotFound
	}
	if err := d.Chat.ReadTo(v.Context, v.Session, table, number); err != nil {
		return err
	}
	return v.Done()
}

// typing notes that the counsellor writes; pages send it only where the house
// shows it.
func (d *desk) typing(v *frontend.Visit) error {
	table, err := d.ownTable(v)
	if err != nil {
		return err
	}
	if err := d.Chat.DeskTyping(v.Context, v.Session, table); err != nil {
		return err
	}
	return v.Done()
}

// ownTable is the table of the ticket a route names; whether it is the
// session's own the room decides.
func (d *desk) ownTable(v *frontend.Visit) (helpdesk.ID, error) {
	id, err := v.ID("id")
	if err != nil {
		return "", err
	}
	table, err := d.Chat.TableOf(v.Context, v.Session, id)
	return table.ID, err
}
