package main

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/staff"
)

func TestInTheDemoSomebodyWaitsInTheChatAndAnswers(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	d, err := newDemo(ctx, demoSettings(t.TempDir()), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	defer d.world.Close()
	over := make(chan error, 1)
	defer func() {
		cancel()
		<-over
	}()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(d.beThere(ctx))
	door, err := d.chat.Door(ctx, hours.Everyone)
	must(err)
	if door.State != hours.Open {
		t.Errorf("the demo's door is %s", door.State)
	}
	begun, err := d.beginTalk(ctx)
	must(err)
	go func() { over <- d.talkAlong(ctx, begun) }()
	maria, err := d.signIn(ctx, "maria")
	must(err)
	list, err := d.chat.Waiting(ctx, maria)
	must(err)
	if len(list) != 1 || list[0].Head.Facts.Audience != string(hours.Detained) {
		t.Fatalf("%d wait", len(list))
	}
	must(d.chat.Take(ctx, maria, list[0].ID))
	_, err = d.chat.Tell(ctx, maria, begun.Ticket, chat.Words{ClientID: "m", Text: "Hello"})
	must(err)
	for !answered(ctx, t, d, maria, begun) {
		select {
		case <-ctx.Done():
			t.Fatal("the played person never answered")
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func answered(ctx context.Context, t *testing.T, d *demo, s *staff.Session, b chat.Begun) bool {
	t.Helper()
	said, err := d.tickets.Spoken(ctx, s, b.Ticket, b.Number, 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range said.Messages {
		if m.Content.Text == demoTalk[1] {
			return true
		}
	}
	return false
}
