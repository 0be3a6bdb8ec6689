package workspace

import (
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk/tickets"
)

// BesideField is the part of a composer for a translation that goes out
// together with the words it translates.
type BesideField struct {
	frontend.Words
	Languages []frontend.Option
	Text      string
}

// besideField offers the person's language, unless another was chosen before,
// and what was typed in a draft.
func besideField(s *showing, back *typed) BesideField {
	f := BesideField{Words: s.Words}
	tag := firstOf(s.sheet.Head.Facts.Spoken, s.sheet.Ticket.Language)
	var typed []tickets.Beside
	for _, saved := range s.sheet.Drafts {
		if saved.Kind == tickets.KindAnswer {
			typed = saved.Beside
		}
	}
	if back != nil {
		typed = back.Beside
	}
	for i, b := range typed {
		if i == 0 {
			tag = b.Language
		} else {
			f.Text += "\n\n" // two drafts became one: whoever reads them tells them apart
		}
		f.Text += b.Text
	}
	f.Languages = languageOptions(s.Words, tag)
	return f
}

// besideTyped is what stands in it; nothing where it is empty.
func besideTyped(f frontend.Form) []tickets.Beside {
	text := strings.TrimSpace(f.Value("beside"))
	if text == "" {
		return nil
	}
	return []tickets.Beside{{Language: f.Value("beside-language"), Text: text}}
}
