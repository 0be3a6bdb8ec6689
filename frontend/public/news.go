package public

import (
	"context"
	"hash/crc32"
	"strconv"
	"strings"
	"time"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/tickets"
)

// news is what a script is told: everything after a number, how the person
// sits, and when the page closes.
type news struct {
	Said []line `json:"said,omitempty"`
	// Again are lines of before beside which a translation was laid, or taken
	// away: the page shows them anew. Beside stands for what it has then.
	Again  []line   `json:"again,omitempty"`
	Beside int64    `json:"beside,omitempty"`
	Seat   []string `json:"seat,omitempty"`
	State  string   `json:"state,omitempty"`
	Asks   bool     `json:"asks,omitempty"` // a question waits for them; told with Seat
	How    string   `json:"how,omitempty"`  // stands for Seat and Asks: who sends it back is told only of another
	Warn   int64    `json:"warn,omitempty"` // milliseconds until the warning
	Ends   *int64   `json:"ends,omitempty"` // and until the page closes; 0 for never
	More   bool     `json:"more,omitempty"` // ask again at once
	Kept   bool     `json:"kept,omitempty"`
	N      int64    `json:"n,omitempty"`    // the number it is kept under
	No     string   `json:"no,omitempty"`   // why a message was not taken
	Then   string   `json:"then,omitempty"` // where to go, the session having ended
}

// line is one message as a page shows it.
type line struct {
	N       int64     `json:"n"`
	Mine    bool      `json:"mine,omitempty"`
	System  bool      `json:"system,omitempty"`
	Who     string    `json:"who,omitempty"`
	Text    string    `json:"text,omitempty"`
	At      string    `json:"at,omitempty"`
	Exact   string    `json:"exact,omitempty"`
	Machine string    `json:"machine,omitempty"`
	By      string    `json:"by,omitempty"`     // who translated Text, in words
	Lang    string    `json:"lang,omitempty"`   // of Text, where it is a translation
	Beside  []version `json:"beside,omitempty"` // the same in other languages, the original first
	Files   []kept    `json:"files,omitempty"`
	Offers  []string  `json:"offers,omitempty"`
}

// kept is a file in a message.
type kept struct {
	Name    string `json:"name"`
	Size    string `json:"size"`
	Href    string `json:"href"`
	Picture string `json:"picture,omitempty"`
}

// poll answers what is new, or waits for it.
func (h *hall) poll(v *frontend.Visit) error {
	after, err := strconv.ParseInt(v.Query("after"), 10, 64)
	if err != nil || after < 0 {
		return helpdesk.ErrNotFound
	}
	beside, err := strconv.ParseInt(v.Query("beside"), 10, 64)
	if err != nil || beside < 0 {
		beside = notAsked
	}
	return h.newsSince(v, has{after: after, beside: beside}, v.Query("how"))
}

// has is what a page has: messages up to a number, and translations; and whether
// a question waits for whoever reads it.
type has struct {
	after, beside int64
	asks          bool
}

// notAsked stands for what a page does not ask.
const notAsked = -1

// seated shows how they sit, and nothing else.
func (h *hall) seated(v *frontend.Visit) error {
	return h.newsSince(v, has{after: notAsked, beside: notAsked}, "")
}

// newsSince shows what is new after what a page has. It waits while there is
// nothing, or nothing but what how stands for.
func (h *hall) newsSince(v *frontend.Visit, have has, how string) error {
	here, _, err := h.current(v)
	if err != nil {
		return err
	}
	p := page(v, "", "/talk")
	var last news
	err = v.Wait(here.Conversation, rings(here), func(ctx context.Context, g *people.Guest) (bool, error) {
		var err error
		if have.asks, err = h.asks(ctx, g); err != nil {
			return false, err
		}
		n, err := h.hear(ctx, p.Words.Words, g, here, have)
		last = n
		return len(n.Said)+len(n.Again) > 0 || have.after < 0 || n.How != how, err
	})
	if err != nil {
		return err
	}
	return v.JSON(200, last)
}

// rings are what a person's page listens to.
func rings(here tickets.Thread) []bus.Ring {
	return []bus.Ring{{Topic: chat.TopicTable, Subject: here.Conversation}, {Topic: tickets.TopicTicket, Subject: here.Ticket},
		{Topic: consent.TopicConsent, Subject: here.Ticket}}
}

// hear is one look.
func (h *hall) hear(ctx context.Context, w locale.Words, g *people.Guest, here tickets.Thread, have has) (news, error) {
	from := have.after
	if from < 0 {
		from = here.Last
	}
	found, err := h.Chat.Hear(ctx, g, here.Conversation, from)
	if err != nil {
		return news{}, err
	}
	n := news{Seat: seatWords(w, found.Seat), State: seatState(found.Seat), Asks: have.asks}
	how := strings.Join(n.Seat, "\n")
	if n.Asks {
		how += "?"
	}
	n.How = strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(how))), 36)
	n.Warn, n.Ends = deadlines(g, w.Now)
	tell := h.teller(ctx, w, here.Language, found.Said...)
	for _, s := range found.Said {
		if l, ok := tell.line(s); ok {
			n.Said = append(n.Said, l)
		}
	}
	if have.beside >= 0 {
		if n.Beside = found.Beside; have.after > 0 && n.Beside != have.beside {
			if n.Again, err = h.again(ctx, w, g, here, have.after); err != nil {
				return news{}, err
			}
		}
	}
	n.More = len(found.Said) > 0 && found.Said[len(found.Said)-1].Number < here.Last
	return n, h.settle(ctx, g, found.Settle)
}

// settle keeps what this look found out about keys, so that the next is faster.
// It is seldom: once for each key that was laid blind.
func (h *hall) settle(ctx context.Context, g *people.Guest, found tickets.Settle) error {
	if found.Empty() {
		return nil
	}
	return h.Tickets.SettleHeard(ctx, g, found)
}

// deadlines are the milliseconds until the page warns and closes.
func deadlines(g *people.Guest, now time.Time) (warn int64, ends *int64) {
	var none int64
	if g.Held {
		return 0, &none
	}
	left := max(g.Ends.Sub(now).Milliseconds(), 1)
	if !g.Warn.IsZero() {
		warn = max(g.Warn.Sub(now).Milliseconds(), 1)
	}
	return warn, &left
}

// teller puts messages into the person's words.
type teller struct {
	h       *hall
	w       locale.Words
	tongue  string // which they speak; for what is not translated into the page's
	aliases map[helpdesk.ID]string
	minute  int64 // of the last message, and how it is said
	exact   string
}

func (h *hall) teller(ctx context.Context, w locale.Words, tongue string, said ...tickets.Said) *teller {
	return &teller{h: h, w: w, tongue: tongue, aliases: h.Chat.Aliases(ctx, said)}
}

// line is one message alone.
func (h *hall) line(ctx context.Context, w locale.Words, tongue string, s tickets.Said) (line, bool) {
	return h.teller(ctx, w, tongue, s).line(s)
}

func (t *teller) exactly(at time.Time) string {
	if minute := at.Unix() / 60; minute != t.minute || t.exact == "" {
		t.minute, t.exact = minute, t.w.Exact(at)
	}
	return t.exact
}

// line is a message as it is shown; false for what is not.
func (t *teller) line(s tickets.Said) (line, bool) {
	h, w := t.h, t.w
	if s.Withdrawn {
		return line{}, false
	}
	l := line{N: s.Number, Mine: s.Mine, At: w.Near(s.At), Exact: t.exactly(s.At), Machine: w.Machine(s.At), Text: s.Content.Text, Offers: s.Content.Offers}
	switch {
	case s.Kind == tickets.KindSystem:
		l.System, l.Text, l.Offers = true, h.systemWords(w, s.Content), nil
	case s.Broken || !s.Proven:
		l.Text, l.Offers = w.Say("talk.broken"), nil
	case s.Mine:
		l.Who = w.Say("talk.you")
	default:
		if l.Who = t.aliases[s.Author]; l.Who == "" {
			l.Who = w.Say("talk.us")
		}
		l.translated(w, t.tongue, s)
	}
	if l.Who == "" {
		l.Who = w.Say("talk.us")
	}
	for i, f := range s.Content.Files {
		at := "/" + w.Lang + "/talk/file/" + strconv.FormatInt(s.Number, 10) + "/" + strconv.Itoa(i)
		k := kept{Name: f.Name, Size: w.Size(f.Size), Href: at}
		if f.Type == "image/jpeg" || f.Type == "image/png" {
			k.Picture = at + "/picture"
		}
		l.Files = append(l.Files, k)
	}
	return l, l.Text != "" || len(l.Files) > 0
}

// systemWords are what the house itself says in a conversation.
func (h *hall) systemWords(w locale.Words, c tickets.Content) string {
	args := make([]any, len(c.Args))
	for i, a := range c.Args {
		args[i] = a
	}
	key := "system." + c.Key
	arg := func(i int) string {
		if i < len(c.Args) {
			return c.Args[i]
		}
		return ""
	}
	switch c.Key {
	case chat.SystemHanded:
		if arg(0) == "" {
			key += ".any"
		}
	case chat.SystemEnded:
		if s := key + "." + arg(0); h.site.Words.Knows(w.Lang, s) {
			key = s
		}
	case chat.SystemBrought:
		return w.Say(key, arg(0), w.Say("system.chat.role."+known(arg(1), "colleague", "interpreter")))
	}
	if !h.site.Words.Knows(w.Lang, key) {
		return "" // said to the desk, not to them
	}
	return w.Say(key, args...)
}
