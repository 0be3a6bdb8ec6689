package frontend

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/gofiber/fiber/v2"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/staff"
)

// Ring is one thing a bell listens to.
type Ring = bus.Ring

// Bell mounts a doorbell of the desk: a websocket that says that something
// changed, never what. hears decides what this visitor's bell rings for; it
// must check their right to each subject.
func (s *Site) Bell(path string, may Permission, hears func(*Visit) ([]Ring, error)) {
	s.Route(fiber.MethodGet, path, may, func(v *Visit) error {
		rings, err := hears(v)
		if err != nil {
			return err
		}
		session := v.Session.ID
		return s.lift(v, deskLine, session, &bell{s, v.Cookie(), session},
			append([]Ring{{Topic: staff.TopicSession, Subject: session}}, rings...))
	})
}

// bell is the actor of a member's line.
type bell struct {
	site    *Site
	cookie  string
	session helpdesk.ID
}

// rung is all a browser hears: names, never content. Number 0 also says that
// something may have been missed.
type rung struct {
	Topic  bus.Topic   `json:"topic"`
	ID     helpdesk.ID `json:"id"`
	Number int64       `json:"n,omitempty"`
}

func (b *bell) act(ctx context.Context, rang []bus.Event, _ []byte, check bool) (out [][]byte, err error) {
	for _, e := range rang {
		if e.Topic == staff.TopicSession {
			check = true
			continue
		}
		said, err := json.Marshal(rung{e.Topic, e.Subject, e.Number})
		if err != nil {
			return nil, err
		}
		out = append(out, said)
	}
	if check && b.ended(ctx) {
		return nil, errEnded
	}
	return out, nil
}

// ended asks quietly: an open bell must not keep a session awake. A store that
// does not answer is no reason to close.
func (b *bell) ended(ctx context.Context) bool {
	_, err := b.site.Door.Session(ctx, b.cookie, true)
	return errors.Is(err, helpdesk.ErrDenied) || errors.Is(err, helpdesk.ErrNotFound)
}
