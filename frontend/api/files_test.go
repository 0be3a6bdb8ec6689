package api_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"mime/multipart"
	"strings"
	"testing"
	"time"

	"returnsupport/frontend/api"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store/storetest"
)

// sent is a file as a program sends it.
type sent struct {
	name string
	data []byte
}

// with makes a call one that brings files beside its JSON.
func (w *world) with(c call, files ...sent) call {
	w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if c.body != "" {
		w.must(form.WriteField("json", c.body))
	}
	for _, f := range files {
		part, err := form.CreateFormFile("file", f.name)
		w.must(err)
		_, err = part.Write(f.data)
		w.must(err)
	}
	w.must(form.Close())
	c.body = body.String()
	c.headers = append([]string{"Content-Type", form.FormDataContentType()}, c.headers...)
	return c
}

// noteOn is a note on a ticket, under a key.
func noteOn(ticket helpdesk.ID, token, key string) call {
	return call{method: "POST", path: "/v1/tickets/" + string(ticket) + "/notes", token: token, body: `{"text":"See the paper."}`, headers: []string{"Idempotency-Key", key}}
}

// photo is a picture that tells where it was taken.
func photo(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 40, 20)), nil); err != nil {
		t.Fatal(err)
	}
	comment := "Canaryplace 59.36"
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xfe}, uint16(len(comment)+2))
	return append(append(append([]byte{}, b.Bytes()[:2]...), append(segment, comment...)...), b.Bytes()[2:]...)
}

// flood is a picture of a few bytes that asks for milliards of pixels.
func flood(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	p := b.Bytes()
	binary.BigEndian.PutUint32(p[16:], 60_000)
	binary.BigEndian.PutUint32(p[20:], 60_000)
	binary.BigEndian.PutUint32(p[29:], crc32.ChecksumIEEE(p[12:29]))
	return p
}

func TestAProgramBringsFilesAndFetchesThem(t *testing.T) {
	each(t, func(w *world) {
		id, token := w.token(staff.ReadTickets, staff.WriteTickets)
		picture := photo(t)
		if !bytes.Contains(picture, []byte("Canaryplace")) {
			t.Fatal("the sample hides nothing")
		}
		note := w.with(noteOn(w.ticket, token, "files-0001"), sent{"Canaryname.exe", picture}, sent{"../b.txt", []byte("Canarycontent")})
		var first, again api.Noted
		w.gets(201, note, &first)
		w.gets(201, note, &again)
		if first != again {
			t.Errorf("%+v, and again %+v", first, again)
		}
		// As a colleague sees it: once, and what hid in it is gone.
		sheet, err := w.tickets.Page(w.ctx, w.ada(), w.ticket)
		w.must(err)
		found := 0
		for _, m := range sheet.Messages {
			if m.ID != first.Message {
				continue
			}
			found++
			files := m.Content.Files
			if len(files) != 2 || files[0].Name != "Canaryname.exe.jpg" || files[0].Type != "image/jpeg" || files[1].Name != "b.txt" || m.Author != id || m.Content.Text != "See the paper." {
				t.Errorf("kept %+v by %s: %q", files, m.Author, m.Content.Text)
			}
			_, from, err := w.tickets.File(w.ctx, w.ada(), m.ID, 0)
			w.must(err)
			kept, err := io.ReadAll(from)
			w.must(err)
			if _, err := jpeg.Decode(bytes.NewReader(kept)); err != nil || bytes.Contains(kept, []byte("Canaryplace")) {
				t.Errorf("the picture is broken, or still tells: %v", err)
			}
		}
		if found != 1 || len(sheet.Messages) != 3 {
			t.Errorf("found %d times in %d messages", found, len(sheet.Messages))
		}
		// Who brought it fetches it; another program reads no note.
		path := "/v1/messages/" + string(first.Message) + "/files/"
		_, h, body := w.ask(call{method: "GET", path: path + "1", token: token})
		if string(body) != "Canarycontent" || h.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") {
			t.Errorf("fetched %q as %v", body, h)
		}
		_, other := w.token(staff.ReadTickets)
		w.gets(404, call{method: "GET", path: path + "1", token: other}, nil)
		w.gets(404, call{method: "GET", path: path + "2", token: token}, nil)
		// What a form brought is the person's letter.
		form := w.with(call{method: "POST", path: "/v1/tickets", token: token, headers: []string{"Idempotency-Key", "form-0001"},
			body: `{"team":"` + string(w.team) + `","title":"A question","text":"See the paper."}`}, sent{"beslut.pdf", []byte("%PDF-1.4\n1 0 obj\n<< /Author (Canaryauthor) >>\nendobj\n")})
		var made, twice api.Made
		w.gets(201, form, &made)
		w.gets(201, form, &twice)
		var one api.Ticket
		w.gets(200, call{method: "GET", path: "/v1/tickets/" + string(made.ID), token: other}, &one)
		if made != twice || len(one.Messages) != 1 || len(one.Messages[0].Files) != 1 || one.Messages[0].Files[0].Type != "application/pdf" {
			t.Fatalf("%v %v: %+v", made, twice, one.Messages)
		}
		_, _, body = w.ask(call{method: "GET", path: "/v1/messages/" + string(one.Messages[0].ID) + "/files/0", token: other})
		if !bytes.HasPrefix(body, []byte("%PDF-1.4")) || bytes.Contains(body, []byte("Canaryauthor")) {
			t.Errorf("fetched %q", body)
		}
		// Both deeds stand in the journal, under the program's name.
		for verb, least := range map[string]int{"ticket.note": 1, "ticket.letter": 1, "file.opened": 1} {
			var n int
			w.must(w.db.QueryRow(w.ctx, `SELECT COUNT(*) FROM journal_entry WHERE actor = $1 AND verb = $2`, string(id), verb).Scan(&n))
			if n < least {
				t.Errorf("%s stands there %d times", verb, n)
			}
		}
		// A thief of the disk reads nothing of it.
		dump := bytes.ToLower(append(storetest.Dump(t, w.db), w.log.String()...))
		for _, c := range []string{"anaryname", "anarycontent", "anaryplace", "anaryauthor"} {
			if bytes.Contains(dump, []byte(c)) {
				t.Errorf("found %q", c)
			}
		}
	})
}

// messages counts all there are.
func (w *world) messages() (n int) {
	w.t.Helper()
	w.must(w.db.QueryRow(w.ctx, `SELECT COUNT(*) FROM tickets_message`).Scan(&n))
	return n
}

func TestFilesThatMayNotComeLeaveNothingBehind(t *testing.T) {
	each(t, func(w *world) {
		id, token := w.token(staff.WriteTickets)
		_, reads := w.token(staff.ReadTickets)
		before := w.messages()
		text := sent{"a.txt", []byte("a")}
		code := func(status int, want string, c call) {
			t.Helper()
			var told struct {
				Code string `json:"code"`
			}
			w.gets(status, c, &told)
			if told.Code != want {
				t.Errorf("code %q, want %q", told.Code, want)
			}
		}
		for name, row := range map[string]struct {
			code  string
			files []sent
		}{
			"a program":         {"upload.kind", []sent{{"photo.jpg", []byte("MZ\x90\x00\x03")}}},
			"an archive":        {"upload.kind", []sent{{"a.pdf", []byte("PK\x03\x04\x14\x00")}}},
			"a flood of pixels": {"upload.pixels", []sent{{"a.png", flood(t)}}},
			"a broken picture":  {"upload.broken", []sent{{"a.jpg", []byte("\xff\xd8\xffnot really")}}},
			"nothing":           {"upload.empty", []sent{{"a.txt", nil}}},
			"one too large":     {"upload.large", []sent{{"a.txt", bytes.Repeat([]byte("a"), 10<<20+1)}}},
			"too many":          {"upload.count", []sent{text, text, text, text, text, text}},
			"a good one beside": {"upload.kind", []sent{text, {"b", []byte("GIF89a\x01\x00")}}},
		} {
			t.Log(name)
			code(422, row.code, w.with(noteOn(w.ticket, token, "bad-00001"), row.files...))
		}
		w.gets(413, w.with(noteOn(w.ticket, token, "bad-00002"), sent{"a.txt", bytes.Repeat([]byte("a"), 51<<20)}), nil)
		code(403, "scope", w.with(noteOn(w.ticket, reads, "bad-00003"), text))
		code(401, "token", w.with(noteOn(w.ticket, "", "bad-00004"), text))
		code(400, "key", w.with(noteOn(w.ticket, token, ""), text))
		bare := noteOn(w.ticket, token, "bad-00005")
		bare.body = ""
		code(400, "parts", w.with(bare, text))
		wrong := noteOn(w.ticket, token, "bad-00006")
		wrong.body = `{"text":"x","owner":"y"}`
		code(400, "json", w.with(wrong, text))
		wrong.body = `{"text":"` + strings.Repeat("x", 300<<10) + `"}`
		w.gets(413, w.with(wrong, text), nil)
		// Where no file is taken, a form of parts is not.
		close := call{method: "PATCH", path: "/v1/tickets/" + string(w.ticket), token: token, body: `{"state":"closed"}`, headers: []string{"If-Match", `"v1"`}}
		w.gets(415, w.with(close, text), nil)
		// Another team's ticket answers as one that never was.
		_, _, hidden := w.ask(w.with(noteOn(w.hidden, token, "bad-00007"), text))
		_, _, never := w.ask(w.with(noteOn(helpdesk.NewID(), token, "bad-00007"), text))
		if !bytes.Equal(hidden, never) || !bytes.Contains(hidden, []byte(`"status":404`)) {
			t.Errorf("hidden: %s\nnever: %s", hidden, never)
		}
		if n := w.messages(); n != before {
			t.Errorf("%d messages came of it", n-before)
		}
		// Nor does a token that is over bring or fetch anything.
		w.must(w.staff.EndProgram(w.ctx, w.ada(), id))
		code(401, "token", w.with(noteOn(w.ticket, token, "bad-00008"), text))
		w.clock.Pass(200 * 24 * time.Hour)
		code(401, "token", call{method: "GET", path: fmt.Sprintf("/v1/messages/%s/files/0", w.letter), token: reads})
		if n := w.messages(); n != before {
			t.Errorf("%d messages came of it", n-before)
		}
	})
}

// The other team's files are as if they were not, whatever number is guessed.
func TestAFileOfAnotherTeamIsNotEvenThere(t *testing.T) {
	each(t, func(w *world) {
		_, token := w.token(staff.ReadTickets)
		var theirs helpdesk.ID
		w.must(w.db.QueryRow(w.ctx, `SELECT m.id FROM tickets_message m JOIN tickets_conversation c ON c.id = m.conversation WHERE c.ticket = $1`, string(w.hidden)).Scan(&theirs))
		for _, path := range []string{"0", "1", "99"} {
			_, _, there := w.ask(call{method: "GET", path: "/v1/messages/" + string(theirs) + "/files/" + path, token: token})
			_, _, never := w.ask(call{method: "GET", path: "/v1/messages/" + string(helpdesk.NewID()) + "/files/" + path, token: token})
			if !bytes.Equal(there, never) || !json.Valid(there) {
				t.Errorf("there: %s\nnever: %s", there, never)
			}
		}
	})
}
