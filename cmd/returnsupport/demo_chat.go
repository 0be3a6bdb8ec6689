package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/tickets"
)

// demoPresent are the colleagues the demo has sit at their desks, so that the
// door stands open before anybody signs in.
var demoPresent = []string{"yusuf", "ida"}

// openHouse lets people talk at any hour of the day, and rosters everybody:
// whoever tries the demo does so on a Sunday night, too.
func (d *demo) openHouse(ctx context.Context) error {
	text := strings.ReplaceAll(hours.Default, "open mon-fri 10:00-16:00\n  present", "open daily 00:00-24:00\n  holidays open\n  present")
	if err := d.office.Set(ctx, "", office.Hours, text); err != nil {
		return err
	}
	if err := d.office.Set(ctx, "", office.Funder, "The demo"); err != nil {
		return err
	}
	if err := d.office.Set(ctx, "", office.ChatTeam, string(d.teams["Returnsupport"])); err != nil {
		return err
	}
	if err := d.office.Set(ctx, "", office.ChildTeam, string(d.teams["Children's line"])); err != nil {
		return err
	}
	users, err := d.staff.Users(ctx)
	if err != nil {
		return err
	}
	var roster strings.Builder
	for _, u := range users {
		for _, line := range []string{"chat_everyone", "chat_detained", "mail"} {
			fmt.Fprintf(&roster, "shift %s %s daily 00:00-24:00\n", u.ID, line)
		}
	}
	return d.office.Set(ctx, "", office.Roster, roster.String())
}

// beThere has the demo's colleagues say that they are here.
func (d *demo) beThere(ctx context.Context) error {
	for _, login := range demoPresent {
		s, err := d.staff.Session(ctx, d.present[login], false)
		if errors.Is(err, helpdesk.ErrDenied) { // not yet, or after twelve hours
			if d.present[login], err = d.cookie(ctx, login); err == nil {
				s, err = d.staff.Session(ctx, d.present[login], false)
			}
		}
		if err != nil {
			return err
		}
		if err := d.chat.Attend(ctx, s, chat.Here); err != nil {
			return err
		}
	}
	return nil
}

// stayThere keeps them present while nobody signs in as them.
func (d *demo) stayThere(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(15 * time.Second):
		}
		if err := d.beThere(ctx); err != nil {
			return err
		}
	}
}

// demoTalk is what a played person says: the first words at once, each other
// after the counsellor has said something.
var demoTalk = []string{
	"Hello. I am in detention. I got a paper today and I do not understand it.",
	"It says 3 weeks. Is that to appeal?",
	"I have the paper here. Nobody told me.",
	"Thank you. I will be here tomorrow evening too.",
}

// beginTalk has a played person sit down in the chat.
func (d *demo) beginTalk(ctx context.Context) (chat.Begun, error) {
	begun, err := d.chat.Start(ctx, chat.First{
		Lang: "en", ClientID: string(helpdesk.NewID()), Live: true, Text: demoTalk[0],
		Facts: tickets.Facts{Audience: string(hours.Detained), Spoken: "prs", Interpreter: true},
	})
	if err != nil {
		return chat.Begun{}, fmt.Errorf("begin the demo's chat: %w", err)
	}
	return begun, nil
}

// talkAlong has them answer who takes the chat.
func (d *demo) talkAlong(ctx context.Context, begun chat.Begun) error {
	heard, next := begun.Number, 1
	for next < len(demoTalk) {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(3 * time.Second):
		}
		g, err := d.house.people.Guest(ctx, begun.Cookie, false)
		if errors.Is(err, helpdesk.ErrDenied) {
			return nil // the evening is over
		}
		if err != nil {
			return err
		}
		news, err := d.chat.Hear(ctx, g, begun.Conversation, heard)
		if err != nil {
			return err
		}
		spoken := false
		for _, s := range news.Said {
			heard = s.Number
			spoken = spoken || !s.Mine && s.Kind == tickets.KindChat
		}
		if !spoken {
			continue
		}
		if _, err := d.chat.Say(ctx, g, begun.Conversation, chat.Words{ClientID: fmt.Sprint("line ", next), Text: demoTalk[next]}); err != nil {
			return err
		}
		next++
	}
	return nil
}
