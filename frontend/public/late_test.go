package public_test

import (
	"net/url"
	"testing"
	"time"
)

func TestOneLateTextIsThrownAwayAndTheOtherIsSent(t *testing.T) {
	h := build(t)
	h.open(t)
	b := h.browser(t)
	b.begins("hello")
	b.press("/en/code/offer", "do", "make")
	code := b.code20()
	b.get("/en/talk").press("/en/talk/later").get("/en/talk")
	h.pass(11 * time.Minute)
	b.press("/en/talk/say", "text", "not this one").isAt("/en/code/ended")
	h.pass(time.Second)
	b.post("/en/talk/say", url.Values{"text": {"the date is Friday"}})
	b.get("/en/code").press("/en/code", "code", code)
	b.get("/en/talk").sees("not this one", "the date is Friday")
	b.press("/en/talk/late", "do", "drop").isAt("/en/talk").sees("the date is Friday").seesNot("not this one")
	b.press("/en/talk/late", "do", "send").isAt("/en/talk").seesNot("the date is Friday")
	b.get("/en/talk/log").sees("the date is Friday").seesNot("not this one")
}
