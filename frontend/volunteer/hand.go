package volunteer

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
)

// handForm is the whole form, for a page with a script.
func (h *hall) handForm(v *frontend.Visit, w frontend.Words) (*HandForm, error) {
	all, cards, err := h.questions(v)
	if err != nil {
		return nil, err
	}
	f := &HandForm{Words: w, Steps: steps(w, all, cards),
		Card: cardWay(w), Phone: phoneWay(w), Mail: mailWay(w), Line: lineField(w)}
	key, err := h.Branches.HandOnKey(v.Context, who(v).Outsider)
	if err != nil {
		return nil, err
	}
	f.Key, f.KeyID = encode(key.Public), string(key.ID)
	return f, nil
}

// questions are what the answers depend on: the needs, and the cards in hand.
func (h *hall) questions(v *frontend.Visit) (needs, endings []string, err error) {
	for _, n := range branches.Needs {
		needs = append(needs, string(n))
	}
	cards, err := h.Branches.Cards(v.Context, who(v).Outsider)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range inHand(cards) {
		if len(endings) < 3 {
			endings = append(endings, c.Ending)
		}
	}
	return needs, endings, nil
}

func cardWay(w frontend.Words) Way {
	return Way{Title: w.Say("volunteer.hand.reach.card"), Next: w.Say("volunteer.next"),
		Field: frontend.Field{Name: "card", Label: w.Say("volunteer.hand.card"), Help: w.Say("volunteer.hand.card.help"), Complete: "off", Optional: true}}
}

func phoneWay(w frontend.Words) Way {
	return Way{Title: w.Say("volunteer.hand.reach.phone"), Next: w.Say("volunteer.next"), Hours: true,
		Field: frontend.Field{Name: "number", Type: "tel", Label: w.Say("volunteer.hand.number"), Help: w.Say("volunteer.hand.number.help"), Complete: "off", Optional: true},
		When:  w.Say("volunteer.hand.from"), Till: w.Say("volunteer.hand.to"), From: hourOptions(w, 9), To: hourOptions(w, 18)}
}

func mailWay(w frontend.Words) Way {
	return Way{Title: w.Say("volunteer.hand.reach.safemail"), Next: w.Say("volunteer.next"),
		Field: frontend.Field{Name: "mail", Type: "email", Label: w.Say("volunteer.hand.mail"), Help: w.Say("volunteer.hand.mail.help"), Complete: "off", Optional: true}}
}

func hourOptions(w frontend.Words, chosen int) []frontend.Option {
	var out []frontend.Option
	for hour := range 25 {
		out = append(out, frontend.Option{Value: strconv.Itoa(hour), Text: w.Say("volunteer.hand.hour", hour), Chosen: hour == chosen})
	}
	return out
}

func lineField(w frontend.Words) frontend.Field {
	return frontend.Field{Name: "line", Rows: 3, Label: w.Say("volunteer.hand.line"), Help: w.Say("volunteer.hand.line.help"), Optional: true, Spellcheck: true}
}

// handPage begins a hand-on.
func (h *hall) handPage(v *frontend.Visit) error { return h.showHand(v, http.StatusOK, given{}, nil) }

// given are the answers so far, as a form carries them.
type given map[string]string

var givens = []string{"client", askKnows, askUrgent, askLanguage, askReach, "card", "number", "mail", "from", "to", askNeed, "line"}

func givenBy(v *frontend.Visit) given {
	g := given{}
	for _, name := range givens {
		if s := strings.TrimSpace(v.Form.Value(name)); s != "" {
			g[name] = s
		}
	}
	// A card that is known by its ending is one button.
	if way, card, is := strings.Cut(g[askReach], ":"); is {
		g[askReach], g["card"] = way, card
	}
	return g
}

// handNext takes one answer and asks the next question, or sends.
func (h *hall) handNext(v *frontend.Visit) error {
	g := givenBy(v)
	if v.Form.Value("send") == "" {
		return h.showHand(v, http.StatusOK, g, nil)
	}
	return h.send(v, g)
}

// handOn is sent by the script, all five at once.
func (h *hall) handOn(v *frontend.Visit) error { return h.send(v, givenBy(v)) }

func (h *hall) send(v *frontend.Visit, g given) error {
	r, err := h.Branches.HandOn(v.Context, who(v).Outsider, handed(g))
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		if script(v) {
			return refused(v, no)
		}
		return h.showHand(v, http.StatusUnprocessableEntity, g, &no)
	}
	if err != nil {
		return err
	}
	return h.receipt(v, r)
}

// handed is what the answers say.
func handed(g given) branches.HandOn {
	out := branches.HandOn{Client: g["client"], Knows: g[askKnows] == "yes", Urgent: g[askUrgent] == "yes", Language: g[askLanguage],
		Reach: branches.Reach(g[askReach]), Need: branches.Need(g[askNeed]), Line: g["line"]}
	switch out.Reach {
	case branches.ReachCard:
		out.Card = g["card"]
	case branches.ReachMail:
		out.Where = g["mail"]
	case branches.ReachPhone:
		out.Where = g["number"]
		out.From, _ = strconv.Atoi(g["from"])
		out.To, _ = strconv.Atoi(g["to"])
	}
	return out
}

// receipt tells what became of it: a script in facts, everybody else by the page
// of what they handed on.
func (h *hall) receipt(v *frontend.Visit, r branches.Receipt) error {
	to := "/b/t/" + string(r.ID)
	if r.Kind != branches.HandedOn {
		to = "/b/talk/" + string(r.ID)
	}
	if !script(v) {
		return v.Go(to + "?said=" + string(r.Kind))
	}
	w := v.Page("").Words
	return v.JSON(http.StatusOK, struct {
		Said string `json:"said"`
		More string `json:"more"`
		To   string `json:"to"`
	}{w.Say("volunteer.sent"), w.Say("volunteer.sent.more", w.DayName(r.Due)), to})
}

// showHand asks the first question that has no answer yet.
func (h *hall) showHand(v *frontend.Visit, status int, g given, no *helpdesk.Refusal) error {
	page := HandOn{Frame: frameOf(v, v.Say("volunteer.hand"))}
	if no != nil {
		page.Problem = &frontend.Notice{Kind: "danger", Text: v.Say(no.Key, no.Args...)}
		delete(g, problemOf[no.Key])
	}
	needs, cards, err := h.questions(v)
	if err != nil {
		return err
	}
	if g["client"] == "" {
		g["client"] = string(helpdesk.NewID())
	}
	all, w := steps(page.Words, needs, cards), page.Words
	n := slices.IndexFunc(all, func(s Step) bool { return g[s.Name] == "" })
	page.Number = v.Say("volunteer.hand.step", max(n, 0)+1, len(all))
	switch way := wayOf(w, g); {
	case g[askKnows] == "no":
		page.Unknowing = true
	case n >= 0 && n < 4:
		page.Step = &all[n]
	case way != nil:
		page.Way, page.Number = way, v.Say("volunteer.hand.step", 4, len(all))
	default:
		page.Last = lastOf(w, all[4], g)
		delete(g, askNeed)
		delete(g, "line")
		page.Number = v.Say("volunteer.hand.step", 5, len(all))
	}
	for _, name := range givens {
		if g[name] != "" {
			page.Hidden = append(page.Hidden, Hidden{name, g[name]})
		}
	}
	if len(v.Form.Value(askKnows)) == 0 {
		page.Brings = append(page.Brings, "volunteer-seal.js")
		if page.Form, err = h.handForm(v, w); err != nil {
			return err
		}
		page.Form.Now = true
	}
	return v.ShowAs(status, page)
}

// problemOf is the answer that a refusal is about: it is asked again.
var problemOf = map[string]string{"branches.card": "card", "branches.card_used": "card", "branches.card_expired": "card",
	"branches.reach": askReach, "branches.language": askLanguage, "branches.need": askNeed}

// wayOf asks for the number or address of a way that needs one.
func wayOf(w frontend.Words, g given) *Way {
	var way Way
	switch g[askReach] {
	case "card":
		way = cardWay(w)
	case "phone":
		way = phoneWay(w)
	case "safemail":
		way = mailWay(w)
	default:
		return nil
	}
	if g[way.Field.Name] != "" {
		return nil
	}
	way.Field.Optional = false
	return &way
}

// lastOf sums up what was answered, and asks what they need.
func lastOf(w frontend.Words, need Step, g given) *Last {
	reach := w.Say("volunteer.hand.reach." + g[askReach])
	if card := g["card"]; card != "" {
		reach += " " + ltr("··"+card[max(0, len(card)-4):])
	}
	words := []string{w.Say("volunteer.hand.urgent." + g[askUrgent] + ".short"), languageName(w, g[askLanguage]), reach}
	last := &Last{Title: need.Title, Summary: strings.Join(words, " · "), Line: lineField(w)}
	last.Line.Value = g["line"]
	for _, c := range need.Choices {
		last.Needs = append(last.Needs, frontend.Option{Value: c.Value, Text: c.Text, Chosen: g[askNeed] == c.Value || g[askNeed] == "" && c.Value == string(branches.NeedOther)})
	}
	return last
}
