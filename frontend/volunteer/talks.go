package volunteer

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/branches/nameless"
	"returnsupport/helpdesk/bus"
)

func (h *hall) askPage(v *frontend.Visit) error { return h.showAsk(v, http.StatusOK, Ask{}) }

func (h *hall) showAsk(v *frontend.Visit, status int, page Ask) error {
	page.Frame = frameOf(v, v.Say("volunteer.ask"))
	if page.Client = v.Form.Value("client"); page.Client == "" {
		page.Client = string(helpdesk.NewID())
	}
	page.Text = frontend.Field{Name: "text", Rows: 8, Label: v.Say("volunteer.ask.label"), Help: v.Say("volunteer.ask.label.help"), Value: v.Form.Value("text"), Spellcheck: true}
	if page.Found != nil {
		page.Found.Words = page.Words
	}
	return v.ShowAs(status, page)
}

// ask sends a question. What looks like somebody's name, a number, a day or a
// place is pointed out first, and never blocked: who read that sends it anyway.
func (h *hall) ask(v *frontend.Visit) error {
	text := v.Form.Value("text")
	if found := pointedOut(v, text); found != nil && v.Form.Value("sure") == "" {
		return h.showAsk(v, http.StatusUnprocessableEntity, Ask{Found: found})
	}
	r, err := h.Branches.Consult(v.Context, who(v).Outsider, v.Form.Value("client"), text)
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return h.showAsk(v, http.StatusUnprocessableEntity, Ask{Problem: &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...)}})
	}
	if err != nil {
		return err
	}
	return v.Go("/b/talk/" + string(r.ID) + "?said=asked")
}

// pointedOut parts a text at what may tell who somebody is; nil for nothing.
func pointedOut(v *frontend.Visit, text string) *Found {
	hints := nameless.Find(text)
	if len(hints) == 0 {
		return nil
	}
	f, at, kinds := &Found{}, 0, map[string]bool{}
	var names []string
	for _, hint := range hints {
		kind := v.Say("volunteer.hint." + string(hint.Kind))
		if !kinds[kind] {
			kinds[kind] = true
			names = append(names, kind)
		}
		f.Parts = append(f.Parts, Part{Text: text[at:hint.Start]}, Part{Text: text[hint.Start:hint.End], Mark: kind})
		at = hint.End
	}
	f.Parts = append(f.Parts, Part{Text: text[at:]})
	f.Kinds = strings.Join(names, ", ")
	return f
}

func (h *hall) talk(v *frontend.Visit) error { return h.showTalk(v, http.StatusOK, nil) }

func (h *hall) showTalk(v *frontend.Visit, status int, problem *frontend.Notice) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	is, err := h.Branches.Talk(v.Context, who(v).Outsider, id)
	if err != nil {
		return err
	}
	page := Talk{Frame: frameOf(v, v.Say("volunteer.talk")), ID: id, State: talkToken(is), Done: done(v), Problem: problem, Client: string(helpdesk.NewID())}
	page.Brings = append(page.Brings, "volunteer-watch.js")
	page.Chip = talkChip(page.Words, is)
	page.Said = h.saids(v, page.Words, is.Words)
	page.Text = frontend.Field{Name: "text", Rows: 4, Label: v.Say("volunteer.talk.label"), Help: v.Say("volunteer.talk.help"), Value: v.Form.Value("text"), Spellcheck: true}
	return v.ShowAs(status, page)
}

func talkChip(w frontend.Words, t branches.Talk) frontend.Chip {
	c := frontend.Chip{Icon: "info", Text: w.Say("branch.talk." + string(t.State))}
	switch {
	case t.State == branches.TalkAnswered:
		c.Kind, c.Icon = "ok", "check"
	case t.State == branches.TalkWaits && !t.Due.IsZero():
		c.Icon, c.Text = "hourglass", w.Say("volunteer.due", w.DayName(t.Due))
	}
	return c
}

// talkRow is a consultation in a list.
func talkRow(w frontend.Words, t branches.Talk) Row {
	r := Row{Href: "/b/talk/" + string(t.ID), Name: w.Say("volunteer.talk.row"), Told: w.Near(t.Begun), Exact: w.Exact(t.Begun), Chips: []frontend.Chip{talkChip(w, t)}}
	if len(t.Words) > 0 {
		r.Name = short(t.Words[0].Text)
	}
	return r
}

// short is the beginning of a text, for a line.
func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return s
}

func (h *hall) sayInTalk(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	err = h.Branches.SayInTalk(v.Context, who(v).Outsider, id, v.Form.Value("client"), v.Form.Value("text"))
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return h.showTalk(v, http.StatusUnprocessableEntity, &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...)})
	}
	if err != nil {
		return err
	}
	return v.Go("/b/talk/" + string(id) + "?said=said")
}

func talkToken(t branches.Talk) string {
	return string(t.State) + "." + strconv.FormatInt(t.Changed.UnixMicro(), 36)
}

// talkStands finds where a talk of the branch's own stands.
func (h *hall) talkStands(ctx context.Context, s somebody, id helpdesk.ID) (string, error) {
	t, err := h.Branches.Talk(ctx, s.Outsider, id)
	return talkToken(t), err
}

func (h *hall) talkNews(v *frontend.Visit) error { return h.news(v, h.talkStands) }

func (h *hall) talkRings(v *frontend.Visit) ([]bus.Ring, error) { return h.rings(v, h.talkStands) }
