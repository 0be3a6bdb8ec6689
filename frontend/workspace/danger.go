package workspace

import (
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
)

// danger leads step by step when a life is in danger. It works on every
// ticket: nobody has to sit at a table for it.
func (d *desk) danger(s *showing) DangerPanel {
	p := DangerPanel{Words: s.Words, Base: ticketPath(s.sheet.Ticket.ID)}
	done := chat.StepsDone(s.sheet.Messages)
	for _, step := range chat.Steps {
		row := DangerStep{
			Words: s.Words, Base: p.Base, Step: string(step), Client: string(helpdesk.NewID()),
			Title: s.Say("danger." + string(step)), Text: s.Say("danger." + string(step) + ".text"), Button: s.Say("danger." + string(step) + ".button"),
			Phrase: d.dangerPhrase(s.sheet.Ticket.Language, step),
		}
		if was, ok := done[step]; ok {
			row.Done, row.Remark = s.Say("danger.done", s.colleague(was.By), s.Near(was.At)), was.Remark
		}
		p.Steps = append(p.Steps, row)
	}
	_, ended := done[chat.Aftercare]
	_, second := done[chat.Second]
	p.Open = len(done) > 0 && !ended
	if p.Open && !second {
		p.Warn = s.Say("danger.called")
	}
	return p
}

// dangerPhrase is what can be said to the person, where their language has it.
func (d *desk) dangerPhrase(tag string, step chat.Step) string {
	key := map[chat.Step]string{chat.AskWhere: "phrase.where", chat.Emergency: "phrase.emergency"}[step]
	if key == "" || !d.site.Words.Knows(tag, key) {
		return ""
	}
	return d.site.WordsFor(tag).Say(key)
}

// step notes that one was done.
func (d *desk) step(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	remark := strings.TrimSpace(v.Form.Value("remark"))
	if err := d.Chat.Danger(v.Context, v.Session, id, chat.Step(v.Form.Value("step")), remark, v.Form.Value("client")); err != nil {
		return err
	}
	return v.Go(told(ticketPath(id), "step") + "#danger")
}
