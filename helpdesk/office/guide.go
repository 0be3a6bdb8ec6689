package office

import (
	"context"
	"slices"
)

// Guide is one step of the conversation guide beside a ticket.
type Guide struct {
	Language string
	Step     string // one of GuideSteps: "guide." and it names it in the catalogues
	Text     string
}

// GuideSteps are the steps of a conversation, in its order.
var GuideSteps = []string{"before", "begin", "listen", "ask", "inform", "weigh", "close", "after"}

const (
	maxGuide     = 600 // characters of a row
	maxGuideRows = 200
)

const defaultGuide = `# LANGUAGE | before, begin, listen, ask, inform, weigh, close or after | the words
sv | before | Bekräfta aldrig för någon annan att vi känner en person.
sv | before | Är det rätt tid? Direkt efter ett avslag behövs någon som lyssnar, inte information.
sv | begin | Säg vem du är, vem som betalar, och att vi inte är Migrationsverket eller polisen och inte kan ändra beslutet.
sv | begin | Fråga om personen är ensam och om det är säkert att tala nu.
sv | listen | Lyssna färdigt. Vänta med återvändande tills personen själv tar upp det eller har fått andas.
sv | listen | En fråga kan inte vänta: vem tar hand om överklagandet, till vilken dag?
sv | ask | Öppna frågor. Be om lov att fråga. Fråga inte mer än du behöver.
sv | ask | Gissa aldrig utifrån ofullständiga papper. Vilka papper har du sett: inga, några, alla?
sv | inform | Säg vad du vet, rätta det som är fel, säg vad du inte vet och när du återkommer.
sv | weigh | Inget val är det rätta. Vad blir lättare, vad blir svårare, vem mer berörs?
sv | weigh | Två ja: ett till kontakten, ett till vad som får berättas. Lova aldrig vad någon annan gör.
sv | close | Efter 45 minuter blir det tungt för båda. Vad gör du nu, i kväll, i morgon?
sv | close | Sammanfatta, säg nästa dag och vem som gör vad.
sv | after | Skriv datum först. Ta en paus. Be om ett samtal med en kollega när det var svårt.
en | before | Never confirm to anybody else that we know a person.
en | before | Is it the right time? Right after a refusal somebody needs to be heard, not informed.
en | begin | Say who you are, who pays, and that we are not the migration authority or the police and cannot change the decision.
en | begin | Ask whether the person is alone and whether it is safe to talk now.
en | listen | Hear them out. Wait with talk of return until they bring it up or have had time to breathe.
en | listen | One question cannot wait: who looks after the appeal, until which day?
en | ask | Open questions. Ask leave to ask. Ask no more than you need.
en | ask | Never guess from incomplete papers. Which papers have you seen: none, part, all?
en | inform | Say what you know, correct what is wrong, say what you do not know and when you will be back.
en | weigh | No choice is the right one. What gets easier, what gets harder, who else is concerned?
en | weigh | Two yeses: one to the contact, one to what may be told. Never promise what somebody else will do.
en | close | After 45 minutes it weighs on both. What will you do next, tonight, tomorrow?
en | close | Sum up, say the next day and who does what.
en | after | Write dates first. Take a break. Ask for a talk with a colleague when it was hard.
`

func readGuide(text string) ([]Guide, error) {
	rows, err := wideTable(text, 3, 3, maxGuide, maxGuideRows)
	if err != nil {
		return nil, err
	}
	var all []Guide
	for _, r := range rows {
		g := Guide{r.cell[0], r.cell[1], r.cell[2]}
		switch {
		case !language(g.Language):
			return nil, r.refuse("language")
		case !slices.Contains(GuideSteps, g.Step):
			return nil, r.refuse("step")
		case g.Text == "":
			return nil, r.refuse("name")
		}
		all = append(all, g)
	}
	return all, nil
}

// Guide is the conversation guide in a language, in the order of its steps; in
// English where it has none.
func (o *Office) Guide(ctx context.Context, lang string) ([]Guide, error) {
	v, err := o.values(ctx, GuideText)
	if err != nil {
		return nil, err
	}
	all, err := readGuide(v[GuideText])
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(all, func(g Guide) bool { return g.Language == lang }) {
		lang = "en"
	}
	all = slices.DeleteFunc(all, func(g Guide) bool { return g.Language != lang })
	slices.SortStableFunc(all, func(a, b Guide) int {
		return slices.Index(GuideSteps, a.Step) - slices.Index(GuideSteps, b.Step)
	})
	return all, nil
}
