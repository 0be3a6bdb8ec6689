package answers

import (
	"strings"
	"time"
	"unicode/utf8"

	"returnsupport/helpdesk"
)

const (
	titleMost  = 120
	textMost   = 8000 // characters of one language
	sourceMost = 300
	textsMost  = 40
	// reviewMost is how far off a review date may lie: law and practice change
	// faster than that.
	reviewMost = 2
)

// checked is the answer tidied, or why it can't be kept.
func (s *Shelf) checked(a Answer) (Answer, error) {
	a.Title, a.Source = strings.TrimSpace(a.Title), strings.TrimSpace(a.Source)
	if a.Kind != Canned && a.Kind != Public {
		return Answer{}, helpdesk.Refuse("answer.kind")
	}
	if !line(a.Title, titleMost) {
		return Answer{}, helpdesk.Refuse("answer.title", titleMost)
	}
	if !line(a.Source, sourceMost) {
		return Answer{}, helpdesk.Refuse("answer.source", sourceMost)
	}
	if _, err := helpdesk.ParseID(string(a.Owner)); err != nil {
		return Answer{}, helpdesk.Refuse("answer.owner")
	}
	day, err := time.Parse(time.DateOnly, a.Review)
	today, last := s.Today(), s.now().In(s.zone).AddDate(reviewMost, 0, 0).Format(time.DateOnly)
	if err != nil || day.Format(time.DateOnly) != a.Review || a.Review < today || a.Review > last {
		return Answer{}, helpdesk.Refuse("answer.review", reviewMost)
	}
	texts := map[string]string{}
	for tag, text := range a.Texts {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		if !language(tag) {
			return Answer{}, helpdesk.Refuse("answer.language")
		}
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) || utf8.RuneCountInString(text) > textMost {
			return Answer{}, helpdesk.Refuse("answer.text", textMost)
		}
		if _, err := pieces(text); err != nil {
			return Answer{}, err
		}
		texts[tag] = text
	}
	if len(texts) == 0 || len(texts) > textsMost {
		return Answer{}, helpdesk.Refuse("answer.text", textMost)
	}
	a.Texts = texts
	return a, nil
}

func line(s string, most int) bool {
	n := utf8.RuneCountInString(s)
	return utf8.ValidString(s) && n > 0 && n <= most && !strings.ContainsAny(s, "\r\n\x00")
}

// language lets through tags of two or three letters, as the catalogues name
// them.
func language(tag string) bool {
	return (len(tag) == 2 || len(tag) == 3) && !strings.ContainsFunc(tag, func(r rune) bool { return r < 'a' || r > 'z' })
}
