package public

import (
	"time"

	"returnsupport/frontend"
)

// Log is what was said, as the frame that refreshes itself where there are no
// scripts. The newest stands last, and the refresh leads there.
type Log struct {
	Page
	Said   []Said
	Seat   []string
	Asks   bool // a question waits for them
	Warn   bool
	Closes string
}

// LogEnded stands in the frame when the session has ended.
type LogEnded struct{ Page }

// Said is one message in it.
type Said struct {
	frontend.Words
	Number                        int64
	Mine, System                  bool
	Who, Text, At, Exact, Machine string
	By, Language                  string // who translated Text, and into what
	Beside                        []version
	Files                         []kept
	Choices                       *Choices
}

func saidOf(p Page, l line) Said {
	return Said{
		Words: p.Words, Number: l.N, Mine: l.Mine, System: l.System, Who: l.Who, Text: l.Text, At: l.At, Exact: l.Exact,
		Machine: l.Machine, By: l.By, Language: l.Lang, Beside: l.Beside, Files: l.Files,
	}
}

// Choices are the short answers offered with the newest message.
type Choices struct {
	frontend.Words
	Client Hidden
	Texts  []string
}

// refreshing is how often the frame asks again.
const refreshing = 6 * time.Second

// log shows the last messages. Its own address changes with every turn, because
// a browser that is led to the same address with a mark behind it does not ask
// again.
func (h *hall) log(v *frontend.Visit) error {
	if v.Guest == nil {
		return v.ShowFrame(&LogEnded{page(v, "", "/talk")}, 0, "")
	}
	here, _, err := h.current(v)
	if err != nil {
		return err
	}
	p := page(v, "", "/talk")
	page := Log{Page: p}
	page.Warn, page.Closes = closing(v, p)
	after := max(here.Last-shownMost, 0)
	found, err := h.Chat.Hear(v.Context, v.Guest, here.Conversation, after)
	if err != nil {
		return err
	}
	if err := h.settle(v.Context, v.Guest, found.Settle); err != nil {
		return err
	}
	if page.Asks, err = h.asks(v.Context, v.Guest); err != nil {
		return err
	}
	page.Seat = seatWords(p.Words.Words, found.Seat)
	tell := h.teller(v.Context, p.Words.Words, here.Language, found.Said...)
	for _, s := range found.Said {
		l, ok := tell.line(s)
		if !ok {
			continue
		}
		said := saidOf(p, l)
		if len(l.Offers) > 0 && s.Number == found.Said[len(found.Said)-1].Number {
			said.Choices = &Choices{p.Words, Hidden{"client", newClientID()}, l.Offers}
		}
		page.Said = append(page.Said, said)
	}
	turn := "1"
	if v.Query("turn") == "1" {
		turn = "2"
	}
	return v.ShowFrame(&page, refreshing, "/"+p.Lang+"/talk/log?turn="+turn+"#end")
}

// shownMost is how many messages the frame shows; chat.Hear brings as many.
const shownMost = 200
