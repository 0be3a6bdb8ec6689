package main

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/bus/redistest"
	"returnsupport/helpdesk/vault"
)

func TestProcessesOfOneHouseRingEachOtherAndNoOther(t *testing.T) {
	set := settings{redis: redistest.Address(t)}
	ours, theirs := vault.NewSecrets(), vault.NewSecrets()
	var all []bus.Bus
	for _, secrets := range []*vault.Secrets{ours, ours, theirs} {
		b, err := openBus(set, secrets, time.Now, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { b.Close() })
		all = append(all, b)
	}
	for end := time.Now().Add(20 * time.Second); all[0].Health().Replicas != 2 || all[1].Health().Replicas != 2; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never together: %+v", all[0].Health())
		}
	}
	events, leave := all[1].Subscribe("ticket")
	defer leave()
	id := helpdesk.NewID()
	all[2].Publish(bus.Event{Topic: "ticket", Subject: helpdesk.NewID()})
	all[0].Publish(bus.Event{Topic: "ticket", Subject: id})
	for e := range events {
		if e.Missed {
			continue
		}
		if e.Subject != id {
			t.Errorf("heard another house: %+v", e)
		}
		return
	}
}

func TestAnAddressOfRedisThatIsNoneStopsTheStartWithoutBeingQuoted(t *testing.T) {
	_, err := openBus(settings{redis: "redis:canary@host"}, vault.NewSecrets(), time.Now, slog.New(slog.DiscardHandler))
	if err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v", err)
	}
}
