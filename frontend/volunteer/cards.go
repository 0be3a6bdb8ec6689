package volunteer

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/people"
)

// inHand are the cards that were printed and not used.
func inHand(all []branches.Card) []branches.Card {
	var out []branches.Card
	for _, c := range all {
		if c.State == branches.CardFree {
			out = append(out, c)
		}
	}
	return out
}

func (h *hall) cards(v *frontend.Visit) error { return h.showCards(v, http.StatusOK, nil) }

func (h *hall) showCards(v *frontend.Visit, status int, problem *frontend.Notice) error {
	page := Cards{Frame: frameOf(v, v.Say("volunteer.cards")), Problem: problem, Done: done(v)}
	all, err := h.Branches.Cards(v.Context, who(v).Outsider)
	if err != nil {
		return err
	}
	for _, c := range all {
		row := CardRow{ID: c.ID, Name: v.Say("volunteer.card", ltr("··"+c.Ending)), Made: v.Say("volunteer.card.made", page.Day(c.Made)), CanDrop: c.State == branches.CardFree,
			Chip: frontend.Chip{Text: v.Say("branch.card." + string(c.State)), Icon: "info"}}
		switch c.State {
		case branches.CardFree:
			row.Chip.Kind, row.Chip.Icon, row.Until = "ok", "check", v.Say("volunteer.card.until", page.Day(c.Until))
		case branches.CardGiven:
			row.Chip.Kind, row.Chip.Icon = "accent", "hand"
		}
		page.Rows = append(page.Rows, row)
	}
	if len(page.Rows) == 0 {
		page.Empty = &frontend.Empty{Icon: "key-round", Title: v.Say("volunteer.cards.none"), Text: v.Say("volunteer.cards.none.text")}
	}
	for _, n := range []int{1, 3, 6, branches.CardsMost} {
		page.Numbers = append(page.Numbers, frontend.Option{Value: strconv.Itoa(n), Text: v.Say("volunteer.cards.number", n), Chosen: n == 3})
	}
	for _, l := range locale.Languages {
		page.Langs = append(page.Langs, frontend.Option{Value: l.Tag, Text: l.Name, Chosen: l.Tag == v.Lang()})
	}
	return v.ShowAs(status, page)
}

// printCards makes cards and shows them this once, as the paper they are cut
// from, in the language of who will get them.
func (h *hall) printCards(v *frontend.Visit) error {
	lang := v.Form.Value("lang")
	if !h.site.Words.Has(lang) {
		lang = v.Lang()
	}
	n, _ := strconv.Atoi(v.Form.Value("n"))
	made, err := h.Branches.Print(v.Context, who(v).Outsider, n)
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return h.showCards(v, http.StatusUnprocessableEntity, &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...)})
	}
	if err != nil {
		return err
	}
	page := Sheet{Frame: frameOf(v, v.Say("card.title")), Warning: frontend.Notice{Kind: "warn", Text: v.Say("volunteer.sheet.once"), More: v.Say("volunteer.sheet.once.more")}}
	page.Brings = append(page.Brings, "volunteer-print.js")
	if page.Paper, err = h.paper(v, lang); err != nil {
		return err
	}
	w := h.site.WordsFor(lang)
	for _, c := range made {
		page.Each = append(page.Each, PaperCard{Code: people.Groups(c.Code), Until: w.Say("letter.secure.until", w.Day(c.Until))})
	}
	return v.Show(page)
}

func (h *hall) dropCard(v *frontend.Visit) error {
	id, err := helpdesk.ParseID(v.Form.Value("card"))
	if err != nil {
		return err
	}
	return h.done(v, "/b/cards?said=dropped", h.Branches.DropCard(v.Context, who(v).Outsider, id), h.showCards)
}

// languages are those of a sheet, the person's own first.
func languages(w frontend.Words) []locale.Language {
	all := w.Choices()
	slices.SortStableFunc(all, func(a, b locale.Language) int {
		switch w.Lang {
		case a.Tag:
			return -1
		case b.Tag:
			return 1
		}
		return 0
	})
	return all
}

// webAddress is where they write, as it is typed.
func webAddress(v *frontend.Visit, lang string) string {
	_, host, _ := strings.Cut(v.Site(), "://")
	return host + "/" + lang + "/"
}
