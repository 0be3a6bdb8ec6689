package frontend

import (
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"
	"github.com/gorilla/websocket"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/people"
)

// Who looks up whose live connection it is, once for each act. own says that the
// person did something: then their idle clock starts anew, and the session may be
// that of a moment ago (people.Guest.Again), so what they did must be written, or
// read, by a statement that asks whether it goes on.
type Who func(own bool) (*people.Guest, error)

// Talk is a person's end of a live connection. Its Act is never called twice
// at once, so it may keep what it likes; but no key and no words, because a
// connection lasts.
type Talk interface {
	// Act is called with what rang, or may have been missed, and with a frame
	// the browser sent; nil for none. It returns frames to send, in order. An
	// error closes the connection, and the browser comes back by itself:
	// refusals are told in a frame instead.
	Act(ctx context.Context, who Who, rang []bus.Event, in []byte) (out [][]byte, err error)
}

var errEnded = errors.New("session has ended")

// Live mounts a person's live connection: a websocket for GET /:lang/path of
// which open decides what it does and what wakes it. It is only transport:
// whatever it carries goes by Wait and by forms as well. It closes with 4401
// when its session ends, on every replica, and with 1001 when the house does.
func (s *Site) Live(path string, open func(*Visit) (Talk, []bus.Ring, error)) {
	s.Public(fiber.MethodGet, path, Watching, func(v *Visit) error {
		if err := v.Allow("person-live", string(v.Guest.ID), liveRate); err != nil {
			return err
		}
		talk, rings, err := open(v)
		if err != nil {
			return err
		}
		session := v.Guest.ID
		return s.lift(v, personLine, session, &talker{site: s, talk: talk, cookie: v.guestCookie, session: session},
			append([]bus.Ring{{Topic: people.TopicGuest, Subject: session}}, rings...))
	})
}

// lift turns a request into a line.
func (s *Site) lift(v *Visit, k kind, session helpdesk.ID, a actor, rings []bus.Ring) error {
	l, ok := s.lines.admit(k, session, a)
	if !ok {
		if k == personLine {
			return helpdesk.Refuse("trouble.busy.what")
		}
		return helpdesk.Refuse("bell.full")
	}
	err := s.upgrade(v.c, func(ws *websocket.Conn) { l.serve(ws, rings) }, func() { s.lines.forget(l) })
	if err != nil {
		s.lines.forget(l)
	}
	return err
}

// talker is the actor of a person's line.
type talker struct {
	site    *Site
	talk    Talk
	cookie  string
	session helpdesk.ID
	held    *people.Guest // of what they did last, for what they do next; let go by rest
}

func (t *talker) act(ctx context.Context, rang []bus.Event, in []byte, check bool) ([][]byte, error) {
	var g *people.Guest
	var counted, again bool
	who := func(own bool) (*people.Guest, error) {
		if g != nil && (counted || !own) {
			return g, nil
		}
		if own && t.held != nil {
			if g, again = t.held.Again(own); again {
				counted = true
				return g, nil
			}
		}
		found, err := t.lookUp(ctx, !own)
		if err != nil {
			return nil, err
		}
		if g, counted = found, own; own {
			t.held = found
		}
		return g, nil
	}
	news := rang[:0]
	for _, e := range rang {
		if e.Topic == people.TopicGuest && e.Subject == t.session {
			check = true
			continue
		}
		news = append(news, e)
	}
	if check {
		t.held = nil
		// A store that does not answer is no reason to close.
		if _, err := who(false); errors.Is(err, errEnded) {
			return nil, err
		}
	}
	if len(news) == 0 && in == nil {
		return nil, nil
	}
	out, err := t.talk.Act(ctx, who, news, in)
	if err != nil && again {
		// Perhaps because their session ended since: then that is what to say.
		t.held = nil
		if _, ended := t.lookUp(ctx, true); errors.Is(ended, errEnded) {
			err = ended
		}
	}
	return out, err
}

func (t *talker) lookUp(ctx context.Context, quiet bool) (*people.Guest, error) {
	found, err := t.site.Guests.Guest(ctx, t.cookie, quiet)
	if errors.Is(err, helpdesk.ErrDenied) || errors.Is(err, helpdesk.ErrNotFound) || err == nil && found.ID != t.session {
		return nil, errEnded
	}
	return found, err
}

// rest lets go of a pair that was not needed for a while. It is called with each
// ping.
func (t *talker) rest() {
	if t.held != nil {
		if _, ok := t.held.Again(false); !ok {
			t.held = nil
		}
	}
}

// closeFor is what a browser is told of an error. Only what we cannot explain
// is logged.
func (s *Site) closeFor(err error) int {
	switch {
	case errors.Is(err, errEnded), errors.Is(err, helpdesk.ErrDenied):
		return closeEnded
	case errors.Is(err, helpdesk.ErrNotFound), errors.Is(err, helpdesk.ErrConflict):
		return websocket.CloseTryAgainLater
	}
	s.Log.Error("live connection failed", "err", err)
	return websocket.CloseInternalServerErr
}
