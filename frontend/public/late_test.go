package public_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// waiting is somebody who has written, has a return code, and waits for a word.
func waiting(t *testing.T) (*house, *browser, string) {
	h := build(t)
	h.open(t)
	b := h.browser(t)
	b.begins("hello")
	b.press("/en/code/offer", "do", "make")
	code := b.code20()
	b.get("/en/talk").press("/en/talk/later").get("/en/talk")
	return h, b, code
}

func TestOneLateTextIsThrownAwayAndTheOtherIsSent(t *testing.T) {
	h, b, code := waiting(t)
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

// A word was kept while its answer was lost on the way: the page has it still, and
// posts it again as the session ends.
func TestWhatWasSaidIsNotKeptOnceMoreAsLate(t *testing.T) {
	h, b, code := waiting(t)
	const client = "3f1c9c1e6f2a4a579a550d"
	b.press("/en/talk/say", "client", client, "text", "the date is Friday")
	h.pass(11 * time.Minute)
	b.post("/en/talk/say", url.Values{"client": {client}, "text": {"the date is Friday"}}).isAt("/en/code/ended").sees("It is sent.")
	b.get("/en/code").press("/en/code", "code", code)
	b.get("/en/talk").seesNot(`action="/en/talk/late"`)
	b.get("/en/talk/log").sees("the date is Friday")
	if n := strings.Count(b.page, "the date is Friday"); n != 1 {
		t.Errorf("it was said once and stands there %d times", n)
	}
}

// sends posts the talk's form with files, as a browser does.
func (b *browser) sends(text string, files map[string]string) *browser {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	ok(b.t, w.WriteField("proof", "of a page that has ended"))
	ok(b.t, w.WriteField("text", text))
	for name, content := range files {
		part, err := w.CreateFormFile("files", name)
		ok(b.t, err)
		_, err = part.Write([]byte(content))
		ok(b.t, err)
	}
	ok(b.t, w.Close())
	r, err := http.NewRequest("POST", b.h.base+"/en/talk/say", &body)
	ok(b.t, err)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(r)
}

func TestAFilePostedTooLateIsKeptAndSentOnWithItsWords(t *testing.T) {
	h, b, code := waiting(t)
	h.pass(11 * time.Minute)
	paper := "the decision " + strings.Repeat("of the agency ", 9000)
	b.sends("here it is", map[string]string{`C:\secret\beslut.txt`: paper}).isAt("/en/code/ended").sees("What you wrote last is kept").seesNot("beslut", "File:")
	h.pass(time.Second)
	b.sends("a program", map[string]string{"a.exe": "MZ\x90\x00\x03"}).sees("What you wrote last is kept", "File: We can take jpg")
	h.pass(time.Second)
	b.sends("", map[string]string{"a.exe": "MZ\x90\x00\x03"}).sees("File: We can take jpg").seesNot("is kept")
	h.pass(time.Second)
	b.sends("", map[string]string{"alone.txt": "alone"}).sees("What you wrote last is kept")

	b.get("/en/code").press("/en/code", "code", code)
	b.get("/en/talk").sees("here it is", "beslut.txt", "a program", "alone.txt").seesNot("secret", "a.exe")
	b.press("/en/talk/late", "do", "send").isAt("/en/talk").seesNot("beslut.txt")
	b.get("/en/talk/log").sees("here it is", "beslut.txt")
	b.get(regexp.MustCompile(`/en/talk/file/\d+/0`).FindString(b.page))
	if b.page != paper {
		t.Errorf("the paper came as %d bytes", len(b.page))
	}
	b.get("/en/talk").press("/en/talk/late", "do", "drop").seesNot("a program").press("/en/talk/late", "do", "send").isAt("/en/talk").seesNot("alone.txt")
	b.get("/en/talk/log").sees("alone.txt").seesNot("a program")
}

func TestWordsAreKeptWhereFilesAreTooMany(t *testing.T) {
	h, b, code := waiting(t)
	h.pass(11 * time.Minute)
	five := map[string]string{"1.txt": "a", "2.txt": "b", "3.txt": "c", "4.txt": "d", "5.txt": "e"}
	b.sends("first", five)
	b.sends("second", five)
	b.sends("third", map[string]string{"sixth.txt": "f"}).sees("What you wrote last is kept", "File: Many of your messages")
	b.get("/en/code").press("/en/code", "code", code)
	b.get("/en/talk").sees("third", "5.txt").seesNot("sixth.txt")
}

func TestNobodysFilesAreReadForAStranger(t *testing.T) {
	h, b, _ := waiting(t)
	h.pass(11 * time.Minute)
	b.get("/en/talk").isAt("/en/code/ended")
	h.pass(36 * time.Hour)
	b.sends("too late by far", map[string]string{"a.txt": "a"}).isAt("/en/code/ended").sees("Nothing was sent")
}
