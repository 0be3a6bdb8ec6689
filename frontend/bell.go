package frontend

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/gofiber/fiber/v2"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/staff"
)

// Ring is one thing a bell listens to.
type Ring = bus.Ring

// Hearing is what a member's bell rings for.
type Hearing struct {
	Rings []Ring
	// Fresh, where the page shows something that grows, is rung by Of as well,
	// and then brought along: no word need be asked for after its ring.
	Of    []Ring
	Fresh Fresh
}

// Fresh renders what came after a number, and tells the number it reaches;
// words says that nothing else has changed. nil is nothing new. It is called
// with a visit that has a session and no request: it may ask for words and
// names, and not for paths or fields. The session may be that of a moment ago
// (staff.Session.Again): where it does not open everything, ErrStale comes with
// the rest, and Fresh is called again with one looked up now.
type Fresh func(v *Visit, after int64, words bool) (part Shown, now int64, err error)

// ErrStale is a Fresh's wish for a session with the keys of this moment.
var ErrStale = errors.New("the keys in hand are not enough")

// Bell mounts a doorbell of the desk: a websocket that says that something
// changed, and what only of the part its page named by {"after": number}.
// hears decides what this visitor's bell rings for; it must check their right
// to each subject, and Fresh checks it again each time.
func (s *Site) Bell(path string, may Permission, hears func(*Visit) (Hearing, error)) {
	s.Route(fiber.MethodGet, path, may, func(v *Visit) error {
		h, err := hears(v)
		if err != nil {
			return err
		}
		b := &bell{site: s, look: v.look, session: v.Session.ID, of: h.Of, fresh: h.Fresh, after: unasked}
		b.look.lang = v.Lang()
		rings := append([]Ring{{Topic: staff.TopicSession, Subject: b.session}}, h.Rings...)
		return s.lift(v, deskLine, b.session, b, append(rings, h.Of...))
	})
}

// bell is the actor of a member's line.
type bell struct {
	site    *Site
	look    look // the cookie of the session, and the language of its page
	session helpdesk.ID
	of      []Ring
	fresh   Fresh
	after   int64          // what the page has; unasked until it says so
	held    *staff.Session // of the last look, for the next ring; let go by rest
}

const unasked = -1

// rung is what a browser hears: names, and what it asked to be brought. Number
// 0 also says that something may have been missed.
type rung struct {
	Topic  bus.Topic   `json:"topic"`
	ID     helpdesk.ID `json:"id,omitempty"`
	Number int64       `json:"n,omitempty"`
	Part   string      `json:"part,omitempty"`
}

// topicPart marks a part that was brought; an empty one, that the page should
// ask for it.
const topicPart bus.Topic = "part"

// topicPong answers a page that asks whether its line lives: no browser shows
// its script the pings of the line itself.
const topicPong bus.Topic = "pong"

func (b *bell) act(ctx context.Context, rang []bus.Event, in []byte, check bool) (out [][]byte, err error) {
	bring, words := false, true
	if in != nil {
		var pinged bool
		if bring, pinged, err = b.asked(in); err != nil {
			return nil, err
		}
		words = pinged
		if pinged {
			out = append(out, say(rung{Topic: topicPong}))
		}
	}
	for _, e := range rang {
		if e.Topic == staff.TopicSession {
			check = true
			continue
		}
		news := b.brings(e)
		bring = bring || news && (e.Missed || e.Number == 0 || e.Number > b.after)
		if news && !e.Missed && e.Number > 0 {
			continue // a word: it is brought, and nothing else has changed
		}
		words = words && !news
		out = append(out, say(rung{Topic: e.Topic, ID: e.Subject, Number: e.Number}))
	}
	if bring {
		part, err := b.bring(ctx, words)
		if err != nil {
			return nil, err
		}
		return append(out, part...), nil
	}
	if check && b.ended(ctx) {
		return nil, errEnded
	}
	return out, nil
}

// asked reads what the page has, or that it only asks whether the line lives.
func (b *bell) asked(in []byte) (bring, pinged bool, err error) {
	var said struct {
		After int64 `json:"after"`
		Ping  int   `json:"ping"`
	}
	if json.Unmarshal(in, &said) != nil || said.After < 0 {
		return false, false, fmt.Errorf("frame of a bell: %w", helpdesk.ErrNotFound)
	}
	if said.Ping > 0 {
		return false, true, nil
	}
	b.after = said.After
	return b.fresh != nil, false, nil
}

func (b *bell) brings(e bus.Event) bool {
	return b.fresh != nil && b.after != unasked && slices.Contains(b.of, Ring{Topic: e.Topic, Subject: e.Subject})
}

// bring renders what is new with the session of a moment ago, or one looked up
// now. What fails is left to the page: it hears that it should ask, and shows
// what it is told.
func (b *bell) bring(ctx context.Context, words bool) ([][]byte, error) {
	var part Shown
	var now int64
	session, again := b.again(ctx)
	err := ErrStale
	if again {
		part, now, err = b.ask(ctx, session, words)
	}
	if errors.Is(err, ErrStale) {
		if session, err = b.lookUp(ctx); errors.Is(err, errEnded) {
			return nil, err
		}
		if err == nil {
			part, now, err = b.ask(ctx, session, words)
		}
		if errors.Is(err, ErrStale) {
			err = nil // no key of theirs opens it: the rest is news
		}
	}
	if err != nil {
		b.held = nil
		return [][]byte{say(rung{Topic: topicPart})}, nil
	}
	b.held = session
	if part == nil {
		return nil, nil
	}
	html, err := b.site.pages.render(part, alone)
	if err != nil {
		return nil, err
	}
	b.after = max(b.after, now)
	return [][]byte{say(rung{Topic: topicPart, Number: now, Part: string(html)})}, nil
}

func (b *bell) again(ctx context.Context) (*staff.Session, bool) {
	if b.held == nil {
		return nil, false
	}
	return b.held.Again(ctx)
}

func (b *bell) lookUp(ctx context.Context) (*staff.Session, error) {
	session, err := b.site.Door.Session(ctx, b.look.session, true)
	if errors.Is(err, helpdesk.ErrDenied) || errors.Is(err, helpdesk.ErrNotFound) || err == nil && session.ID != b.session {
		return nil, errEnded
	}
	return session, err
}

func (b *bell) ask(ctx context.Context, session *staff.Session, words bool) (Shown, int64, error) {
	v := &Visit{Context: ctx, Session: session, Quiet: true, site: b.site, look: b.look}
	defer b.site.finish(v)
	return b.fresh(v, b.after, words)
}

// rest lets keys go that were not needed for a while. It is called with each
// ping.
func (b *bell) rest() {
	if _, ok := b.again(context.Background()); !ok {
		b.held = nil
	}
}

// say cannot fail: names and text alone.
func say(r rung) []byte {
	var to bytes.Buffer
	e := json.NewEncoder(&to)
	e.SetEscapeHTML(false) // a script reads it; no page holds it
	e.Encode(r)
	return to.Bytes()
}

// ended asks quietly: an open bell must not keep a session awake. A store that
// does not answer is no reason to close.
func (b *bell) ended(ctx context.Context) bool {
	_, err := b.site.Door.Session(ctx, b.look.session, true)
	return errors.Is(err, helpdesk.ErrDenied) || errors.Is(err, helpdesk.ErrNotFound)
}
