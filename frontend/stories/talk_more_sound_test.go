package stories

import (
	"strings"
	"testing"
)

// listens notes what the desk's page would sound and show outside itself.
const listens = `(() => {
	window.tones = 0; window.shown = [];
	window.AudioContext = class { state = "running"; currentTime = 0; destination = {};
		createOscillator() { window.tones++; return {frequency: {}, connect: x => x, start() {}, stop() {}}; }
		createGain() { return {gain: {setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {}}, connect: x => x}; } };
	window.Notification = class { static permission = "granted"; static requestPermission() {}
		constructor(title, more) { window.shown.push(title + " / " + more.body); } };
	Object.defineProperty(document, "hidden", {get: () => true});
})()`

// Who waits is heard at the desk once that was switched on, and what is shown
// outside the page holds no word of anybody.
func TestTheDeskSoundsWithoutSayingWhat(t *testing.T) {
	t.Parallel()
	w := evening(t)
	ada := counsellor(t, w, desk)
	w.stops() // nobody who waits is given up, and nobody who is here counts as gone
	ada.eval(listens)
	ada.stays()
	p := visit(t, w, phone)
	p.begins("en", "They came at night", true)
	// The list and the bar are drawn apart, and it is the bar that sounds.
	ada.until("somebody waits", `document.querySelectorAll(".waits li").length === 1 && document.getElementById("duty").dataset.waiting === "1"`)
	if n := ada.eval("window.tones"); n != "0" {
		t.Errorf("it sounds %s times before anybody switched it on", n)
	}
	ada.click(`#duty [data-sound]`)
	ada.until("it is on, and was heard once", `window.tones > 0 && document.querySelector("#duty [data-sound]").getAttribute("aria-pressed") === "true"`)
	ada.eval("window.tones = 0")
	other := visit(t, w, phone)
	other.begins("en", "I cannot sleep", true)
	ada.until("it sounds", "window.tones > 0 && window.shown.length > 0")
	shown := ada.eval(`window.shown.join("|")`)
	for _, secret := range []string{"night", "sleep", "Amina", "en", "R-"} {
		if secret != "en" && strings.Contains(shown, secret) {
			t.Errorf("outside the page it says %q", shown)
		}
	}
	if title := ada.eval("document.title"); strings.Contains(title, "night") || strings.Contains(title, "sleep") {
		t.Errorf("the tab says %q", title)
	}
	ada.stayed()
	ada.accessible("with sound")
}
