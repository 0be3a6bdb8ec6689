package public

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/tickets"
)

// live is a conversation over a websocket: only another way to carry what goes
// by polls and forms. It remembers up to which number its browser has heard, and
// little else: thousands stay open.
type live struct {
	h            *hall
	lang, how    string
	tongue       string // of the conversation
	conversation helpdesk.ID
	newest       int64
	last         int64 // what the browser has heard; notAsked until it says so
	beside       int64 // what it has of translations
	asks         bool  // a question waits for them
}

func (h *hall) live(v *frontend.Visit) (frontend.Talk, []bus.Ring, error) {
	here, _, err := h.current(v)
	if err != nil {
		return nil, nil, err
	}
	// Until the browser says what it has, nothing is new: it may have missed what
	// came before the word that rings now, and would never ask for it again.
	return &live{h: h, lang: v.Lang(), how: "unknown", tongue: here.Language, conversation: here.Conversation, newest: here.Last, last: notAsked, beside: notAsked}, rings(here), nil
}

// spoken is what a browser may send.
type spoken struct {
	After  *int64 `json:"after"`
	Beside *int64 `json:"beside"`
	Ping   int    `json:"ping"`
	Typing bool   `json:"typing"`
	Say    *struct {
		ID   string `json:"id"`
		Text string `json:"text"`
	} `json:"say"`
}

// heard is what it is told besides news.
type heard struct {
	Pong int    `json:"pong,omitempty"`
	No   string `json:"no,omitempty"`
	Why  string `json:"why,omitempty"`
}

// listened reads a frame; nil is none.
func listened(in []byte) (spoken, error) {
	var said spoken
	if in == nil {
		return said, nil
	}
	if json.Unmarshal(in, &said) != nil {
		return spoken{}, fmt.Errorf("frame of a talk: %w", helpdesk.ErrNotFound)
	}
	if said.Say != nil && !clientID(said.Say.ID) {
		return spoken{}, fmt.Errorf("id of a message: %w", helpdesk.ErrNotFound)
	}
	if said.After != nil && *said.After < 0 {
		*said.After = 0
	}
	if said.Beside != nil && *said.Beside < 0 {
		*said.Beside = 0
	}
	return said, nil
}

// Act answers one frame, or rings, or both.
func (l *live) Act(ctx context.Context, who frontend.Who, rang []bus.Event, in []byte) ([][]byte, error) {
	said, err := listened(in)
	if err != nil {
		return nil, err
	}
	if in == nil && !l.new(rang) {
		return nil, nil
	}
	if said.Ping > 0 && said == (spoken{Ping: said.Ping}) && !l.new(rang) {
		return [][]byte{encode(heard{Pong: said.Ping})}, nil // asked whether the line lives: nothing is looked up for that
	}
	g, err := who(said.Say != nil || said.Typing)
	if err != nil {
		return nil, err
	}
	var out [][]byte
	switch {
	case said.Say != nil:
		if out, err = l.say(ctx, g, said.Say.ID, said.Say.Text); err != nil {
			return nil, err
		}
	case said.Typing:
		if err := l.h.Chat.GuestTyping(ctx, g, l.conversation); err != nil {
			return nil, err
		}
	case said.After != nil:
		l.last, l.how = *said.After, ""
		if said.Beside != nil {
			l.beside = *said.Beside
		}
	}
	if said.Ping > 0 {
		out = append(out, encode(heard{Pong: said.Ping}))
	}
	if l.last == notAsked || (said.Say != nil || said.Typing) && !l.new(rang) {
		return out, nil
	}
	if said.After != nil || asked(rang) {
		if l.asks, err = l.h.asks(ctx, g); err != nil {
			return nil, err
		}
	}
	news, err := l.news(ctx, g)
	return append(out, news...), err
}

// new tells whether a ring may be about something this browser has not heard:
// not where it only counts words that it has, nor before it said what it has.
func (l *live) new(rang []bus.Event) bool {
	if l.last == notAsked {
		return false
	}
	for _, e := range rang {
		if e.Topic != chat.TopicTable || e.Missed || e.Number == 0 || e.Number > l.last {
			return true
		}
	}
	return false
}

// asked tells whether a ring may be about a question of ours: only then is the
// door asked, not at every word.
func asked(rang []bus.Event) bool {
	return slices.ContainsFunc(rang, func(e bus.Event) bool { return e.Topic == consent.TopicConsent || e.Missed })
}

// say keeps one message and tells the browser so; a refusal is told, too.
func (l *live) say(ctx context.Context, g *people.Guest, id, text string) ([][]byte, error) {
	if limiter := l.h.site.Limiter; !limiter.AllowHere(limiter.Key("person-say", string(l.conversation)), sayRate) {
		return nil, nil // not acknowledged: the browser sends it again, more slowly
	}
	number, err := l.h.Chat.Say(ctx, g, l.conversation, chat.Words{ClientID: id, Text: text})
	var no helpdesk.Refusal
	if errors.As(personal(err), &no) {
		return [][]byte{encode(heard{No: id, Why: l.h.site.Words.Say(l.lang, no.Key, no.Args...)})}, nil
	}
	if err != nil {
		return nil, err
	}
	return [][]byte{encode(acknowledged{id, number, l.echo(ctx, g, number, text)})}, nil
}

// acknowledged tells which word is kept, and its number, with what echo shows.
type acknowledged struct {
	Ack string `json:"ack"`
	N   int64  `json:"n"`
	news
}

// echo shows who said it their own word, where it is the very next one they are
// to hear: it need not be asked back from where it was kept a moment ago.
// Otherwise what was kept rings, and that brings the news.
func (l *live) echo(ctx context.Context, g *people.Guest, number int64, text string) news {
	if l.last == notAsked || number != l.last+1 {
		return news{}
	}
	if marks, err := l.h.Chat.Marks(ctx); err != nil || marks {
		return news{} // how they sit changes, too
	}
	w := l.h.site.WordsFor(l.lang).Words
	shown, _ := l.h.line(ctx, w, l.tongue, tickets.Said{Number: number, Mine: true, Kind: tickets.KindChat, At: w.Now, Content: tickets.Content{Text: text}, Proven: true})
	l.last = number
	n := news{Said: []line{shown}}
	n.Warn, n.Ends = deadlines(g, w.Now)
	return n
}

// news is everything after the last number, and how they sit where that is
// another than before.
func (l *live) news(ctx context.Context, g *people.Guest) ([][]byte, error) {
	n, err := l.h.hear(ctx, l.h.site.WordsFor(l.lang).Words, g,
		tickets.Thread{Conversation: l.conversation, Language: l.tongue, Last: l.newest}, has{l.last, l.beside, l.asks})
	if err != nil {
		return nil, err
	}
	if len(n.Said)+len(n.Again) == 0 && n.How == l.how {
		return nil, nil
	}
	l.how, l.beside = n.How, max(l.beside, n.Beside)
	if len(n.Said) > 0 {
		l.last = n.Said[len(n.Said)-1].N
	}
	return [][]byte{encode(n)}, nil
}

// encode cannot fail: its values hold strings and numbers alone.
func encode(x any) []byte {
	b, _ := json.Marshal(x)
	return b
}
