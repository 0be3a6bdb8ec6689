package volunteer

import (
	"returnsupport/frontend"
	"returnsupport/helpdesk/hours"
)

// paper is what stands on every card of a sheet: who answers, where, when, and
// nothing of return. It may be found by somebody else.
func (h *hall) paper(v *frontend.Visit, lang string) (Paper, error) {
	w := h.site.WordsFor(lang)
	name, err := h.Office.PublicName(v.Context, lang)
	if err != nil {
		return Paper{}, err
	}
	if name == "" {
		name = w.Public
	}
	p := Paper{Lang: lang, Dir: w.Dir(), Name: name, Lead: w.Say("card.lead"), Web: w.Say("card.web"), Address: webAddress(v, lang),
		Call: w.Say("card.phone"), Code: w.Say("enter.label"), Door: w.Say("enter.title"), Names: languages(w)}
	plan, err := h.Office.Hours(v.Context)
	if err != nil {
		return Paper{}, err
	}
	for _, key := range plan.For(hours.Phone, hours.Everyone) {
		l, _ := plan.Line(key)
		p.Phones = append(p.Phones, PaperPhone{Name: w.Line(key), Number: l.Number, Hours: w.Week(plan.Week(key, v.Now()))})
	}
	return p, nil
}
