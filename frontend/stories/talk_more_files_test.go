package stories

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"returnsupport/helpdesk"
)

func id(s string) helpdesk.ID { return helpdesk.ID(s) }

func quoted(s string) string { return "`" + strings.ReplaceAll(s, "`", "") + "`" }

// ticketOf finds the ticket that holds a text.
func (w *world) ticketOf(text string) string {
	w.t.Helper()
	for _, row := range w.waitTickets(1) {
		sheet, err := w.tickets.Page(w.t.Context(), w.session(), row.Ticket.ID)
		w.ok(err)
		for _, m := range sheet.Messages {
			if m.Content.Text == text {
				return string(row.Ticket.ID)
			}
		}
	}
	w.t.Fatalf("no ticket holds %q", text)
	return ""
}

// chooses puts files into a field. The field is named by the page's own handle:
// a node's number dies when the page goes on, and who asks with it waits for a
// node that never comes.
func (v *visitor) chooses(selector string, files ...string) {
	v.t.Helper()
	got, err := chromedp.Call(v.ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: "document.querySelector(" + quoted(selector) + ")"})
	if err != nil || got.Result == nil || got.Result.ObjectID == "" {
		v.t.Fatalf("%s is not there: %v", selector, err)
	}
	if _, err := chromedp.Call(v.ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: files, ObjectID: got.Result.ObjectID}); err != nil {
		v.t.Fatal(err)
	}
}

// photo is a picture as a phone takes it: with where it was taken.
func photo(t *testing.T) string {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 120, 80))
	for x := range 120 {
		for y := range 80 {
			m.Set(x, y, color.RGBA{uint8(x * 2), uint8(y * 3), 90, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	secret := []byte("Exif\x00\x00GPS 59.6519 N 17.9186 E by Amina's phone")
	out := append([]byte{}, b.Bytes()[:2]...) // the start of the image, then a segment of its own (JIF, APP1)
	out = append(out, 0xFF, 0xE1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(secret)+2))
	out = append(append(out, secret...), b.Bytes()[2:]...)
	path := filepath.Join(t.TempDir(), "IMG_Amina.jpg")
	if err := os.WriteFile(path, out, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A picture is sent from the person's page, seen by both, and no longer says
// where it was taken.
func TestAPictureIsSentAndSeenWithoutWhereItWasTaken(t *testing.T) {
	t.Parallel()
	for _, s := range []screen{phone, desk} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			w, p, ada, _, _ := atTheTable(t, s, "ar", "first", well)
			p.click(`#say details summary`)
			p.chooses("#files", photo(t))
			p.typeInto("#text", "my paper")
			p.click("#say button.main")
			p.until("the picture", `[...document.querySelectorAll(".said img")].some(i => i.complete && i.naturalWidth === 120)`)
			p.accessible("a picture in a talk")
			p.narrow("a picture in a talk")
			ada.until("the picture's name at the desk", `document.querySelector("#messages").innerText.includes("my paper")`)
			sheet, err := w.tickets.Page(t.Context(), w.session(), id(w.ticketOf("my paper")))
			w.ok(err)
			last := sheet.Messages[len(sheet.Messages)-1]
			if len(last.Content.Files) != 1 {
				t.Fatalf("%d files", len(last.Content.Files))
			}
			_, from, err := w.tickets.FileBytes(t.Context(), last, 0)
			w.ok(err)
			all, err := io.ReadAll(from)
			w.ok(err)
			if bytes.Contains(all, []byte("GPS")) || bytes.Contains(all, []byte("Exif")) || len(all) < 500 {
				t.Errorf("%d bytes, and they tell where", len(all))
			}
		})
	}
}

// Files that are sent after the page closed are kept, sealed to their author,
// and go out when they come back with their code.
func TestAFileSentAfterThePageClosedIsNotLost(t *testing.T) {
	t.Parallel()
	w := evening(t)
	p := visit(t, w, phone)
	p.begins("en", "first", false)
	code := p.code("en")
	p.open("/en/talk")
	p.until("sent", `(`+personsLog+`).includes("first")`)
	p.click(`#say details summary`)
	p.chooses("#files", photo(t))
	p.typeInto("#text", "my decision")
	w.pass(11 * time.Minute)
	p.click("#say button.main")
	p.isAt("/en/code/ended")
	p.sees("What you wrote last is kept")
	p.returns("en", code)
	p.open("/en/talk")
	p.sees("my decision")
	p.accessible("late words with a file")
	p.narrow("late words with a file")
	p.press("do", "send")
	p.until("it is in the talk", `(`+personsLog+`).includes("my decision") && document.querySelectorAll(".said img").length === 1`)
}
