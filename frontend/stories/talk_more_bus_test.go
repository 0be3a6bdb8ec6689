package stories

import (
	"log/slog"
	"testing"
	"time"

	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/bus/redistest"
)

// Redis goes away in the middle: what one process rings is lost to the other,
// and is shown there all the same within seconds, in the page that stands open.
// The status page says what is wrong without being loaded anew.
func TestALostEventIsShownWithinSeconds(t *testing.T) {
	t.Parallel()
	redistest.Require(t)
	server := redistest.Start(t)
	join := func() bus.Bus {
		b, err := bus.OpenRedis(bus.Options{Address: server.Address(), Space: "story", Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { b.Close() })
		return b
	}
	w := newWorldOn(t, join(), join())
	ada, status := visit(t, w, desk), visit(t, w, phone)
	ada.signIn()
	status.signIn()
	status.open("/w/mail")
	ada.open("/w/queue")
	ada.stays()
	status.stays()
	w.letter("One <one@persons.example>", "While all is well", "hello\n")
	ada.sees("While all is well")

	server.Kill()
	status.sees("varannan sekund")
	status.stayed()
	status.accessible("the status without Redis")
	status.narrow("the status without Redis")
	w.letter("Two <two@persons.example>", "Lost on the way", "hello\n")
	w.waitTickets(2)
	kept := time.Now()
	ada.sees("Lost on the way")
	if took := time.Since(kept); took > 15*time.Second {
		t.Errorf("shown after %v", took)
	}
	ada.stayed()

	server.Restart(t)
	status.until("it is well again", `!document.body.innerText.includes("varannan sekund")`)
	status.stayed()
}
