package workspace

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk/hours"
)

// known is what the person told of themselves, or a colleague found out.
func (s *showing) known() About {
	f, t := s.sheet.Head.Facts, s.sheet.Ticket
	a := About{Words: s.Words, Base: ticketPath(t.ID), Chips: factChips(s.Words, f), Child: f.Child}
	add := func(is bool, label, text string) {
		if is {
			a.Facts = append(a.Facts, Fact{label, text})
		}
	}
	add(true, s.Say("about.language"), spoken(s.Words, t.Language, f))
	if wish := s.interpreter(); wish != "" {
		add(true, s.Say("about.wishes"), wish)
	}
	add(f.CallBack != "", s.Say("about.callback"), f.CallBack)
	add(f.Topic != "", s.Say("talkend.topic"), f.Topic)
	add(f.Audience == string(hours.Detained), s.Say("about.where"), s.Say("about.detained.text"))
	if f.Child {
		for _, value := range []string{"", "alone", "parents"} {
			a.Alone = append(a.Alone, frontend.Option{Value: value, Text: s.Say("about.alone." + firstOf(value, "unknown")), Chosen: value == f.Alone})
		}
	}
	for _, value := range []string{"", "no", "yes"} {
		chosen := f.Secure == nil && value == "" || f.Secure != nil && *f.Secure == (value == "yes") && value != ""
		a.Secure = append(a.Secure, frontend.Option{Value: value, Text: s.Say("about.secure." + firstOf(value, "usual")), Chosen: chosen})
	}
	return a
}

// interpreter says what the person wishes of whoever speaks for them.
func (s *showing) interpreter() string {
	f := s.sheet.Head.Facts
	var out string
	add := func(is bool, key string) {
		if is && out != "" {
			out += " · "
		}
		if is {
			out += s.Say(key)
		}
	}
	add(f.Interpreter, "about.interpreter")
	add(f.NotOwnCommunity, "about.community")
	add(f.Wish == "woman", "about.woman")
	add(f.Wish == "man", "about.man")
	return out
}

// careful are the notices that come before everything else about the person.
func (s *showing) careful() []Question {
	f, base := s.sheet.Head.Facts, ticketPath(s.sheet.Ticket.ID)
	var out []Question
	if f.LeftQuickly {
		out = append(out, Question{
			Words: s.Words, Kind: "warn", Text: s.Say("about.left.title"), More: s.Say("about.left.text"),
			Action: base + "/about", Route: "/w/t/:id/about", Button: s.Say("about.left.button"), Values: []Hidden{{"fact", "left"}},
		})
	}
	if f.Child {
		out = append(out, Question{Words: s.Words, Kind: "warn", Text: s.Say("about.child.title"), More: s.Say("about.child.text")})
	}
	if f.Urgent {
		out = append(out, Question{Words: s.Words, Kind: "danger", Text: s.Say("about.urgent.title"), More: s.Say("about.urgent.text")})
	}
	return out
}
