package workspace

import (
	"strings"
	"testing"

	"returnsupport/helpdesk/tickets"
)

// A letter's doubts stand beside it in words, each with what it means: who sent
// it, what may do harm, what is not shown. What is sound says none of it.
func TestALetterSaysWhatIsDoubtfulAboutIt(t *testing.T) {
	s := &showing{Words: site(t).WordsFor("en"), sheet: &tickets.Sheet{}}
	m := tickets.Opened{Proven: true, OriginalSize: -1, Kind: tickets.KindLetter, Content: tickets.Content{
		From: []tickets.Address{{Addr: "anna@x.example"}}, Text: "words", Problems: []string{"charset", "torn", "cut", "cte", "plain"},
		Files: []tickets.File{{Name: "invoice.pdf.exe"}, {Name: "letter.pdf", Type: "application/pdf"}},
	}}
	out := s.message(m)
	if out.Doubt == nil || out.Doubt.Text != "The sender is not proven." || !strings.Contains(out.Doubt.More, "could not show") {
		t.Errorf("doubt %+v", out.Doubt)
	}
	var said []string
	for _, n := range out.Notices {
		said = append(said, n.Text)
	}
	want := "The letter was broken and was mended as well as could be. The original can be downloaded.\n" +
		"A part of the letter did not arrive whole, or not as it says. All that came of it is shown, and it lies among the files as it came.\n" +
		"The letter is longer than is shown here. The rest is in the original, which can be downloaded.\n" +
		"The letter is shown as words alone: how it looked was too much to be made safe. The original can be downloaded.\n" +
		"This file may do harm when it is opened: \u2068invoice.pdf.exe\u2069"
	if got := strings.Join(said, "\n"); got != want {
		t.Errorf("it says\n%s\nwant\n%s", got, want)
	}
	if out.Files[0].Href != "" || out.Files[1].Href == "" {
		t.Errorf("files %+v", out.Files)
	}
	m.Content.Proven, m.Content.Problems, m.Content.Files = true, nil, nil
	if out = s.message(m); out.Doubt != nil || len(out.Notices) > 0 {
		t.Errorf("a sound letter says %+v %+v", out.Doubt, out.Notices)
	}
}
