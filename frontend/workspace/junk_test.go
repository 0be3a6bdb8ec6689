package workspace_test

import "testing"

// What is called junk is told on its page and in the list, to its team alone;
// reopening it says that it is none.
func TestWhatIsReopenedIsNoJunk(t *testing.T) {
	w := newWorld(t)
	maria, far := w.hire("Maria Ek", w.team), w.hire("Far Away", w.other)
	id := w.letterFrom("shop@x.example", w.team)
	path := "/w/t/" + string(id)
	const called = "A colleague called this junk."
	press := func(do string, fields ...string) {
		t.Helper()
		page := maria.get(200, path)
		maria.press(303, page, path+do, append(fields, "version", versionIn(t, page))...)
	}
	w.lacks(maria.get(200, path), called)
	press("/junk")
	w.has(maria.get(200, path), called, "It is no junk")
	w.has(maria.get(200, "/w/junk"), "A letter")
	press("/reopen")
	w.lacks(maria.get(200, path), called)
	w.has(maria.get(200, "/w/junk"), "Nothing is called junk", "Nobody is kept out")

	press("/block", "days", "7")
	w.has(maria.get(200, path), "The writer is kept out until 11 Mar", "Let in again")
	w.has(maria.get(200, "/w/junk"), "shop@x.example")

	for _, do := range []string{"/junk", "/block"} {
		far.force(404, "/w/t/:id"+do, path+do, "version", "1", "days", "7")
	}
	w.lacks(far.get(200, "/w/junk"), "shop@x.example", "A letter")
}
