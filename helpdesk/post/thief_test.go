package post

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/mailbridge"
)

// canaries are what people wrote in this story, each in another place.
var canaries = []string{
	"canarybody", "canarysubject", "canaryname", "canarysender", "canarycc", "canaryid", "canaryparent", "canaryfile", "canarycontent", "canaryhtml",
	"canaryauto", "canarybig", "canarylost", "canaryanswer", "canaryrecipient", "canaryreturned", "canaryserver", "canaryfirst", "canarydraft", "canarylist",
}

const canaryMail = "From: canaryname <canarysender@x.example>\r\nTo: a@desk.example\r\nCc: canarycc@x.example\r\nMessage-ID: <canaryid@x.example>\r\n" +
	"In-Reply-To: <canaryparent@x.example>\r\nSubject: canarysubject\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n" +
	"--B\r\nContent-Type: text/html\r\n\r\n<p>canaryhtml canarybody</p>\r\n--B\r\nContent-Type: text/plain; name=canaryfile.txt\r\nContent-Disposition: attachment; filename=canaryfile.txt\r\n\r\ncanarycontent\r\n--B--\r\n"

// TestThief: whoever takes the database and the logs reads nothing of what came
// in, what is set aside and what left; a letter that waits in the outbox is
// sealed, and with the server's secrets it is the only thing that opens.
func TestThief(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.server.answer = func(to string) mailbridge.Outcome {
			if strings.HasPrefix(to, "canarylost") {
				return mailbridge.Outcome{State: mailbridge.Refused, Code: 550}
			}
			return mailbridge.Outcome{State: mailbridge.Accepted, Code: 250}
		}
		h.receive("a", canaryMail)
		h.receive("a", write("from:canaryauto id:canaryauto2 subject:canaryauto auto:auto-replied body:canaryauto", nil))
		h.receive("a", strings.ReplaceAll(unreadable(), "Please read", "canarybig"))
		h.receive("a", write("from:x id:l list:canarylist.x.example prec:list", nil))
		_, id, _ := h.reply(1, "canaryanswer", "canaryrecipient@x.example", "canarylost@x.example")
		_, err := h.post.Write(h.ctx, h.session(), First{Mailbox: h.boxes["a"], To: []string{"canaryfirst@x.example"}, Subject: "canaryfirst", Text: "canaryfirst"})
		h.must(err)
		undone, _, _ := h.reply(1, "canarydraft", "canaryrecipient@x.example")
		h.must(h.post.Undo(h.ctx, h.session(), undone.Outbox))

		look := func(when string) {
			t.Helper()
			dump := storetest.Dump(t, db)
			log := h.log.String()
			for _, c := range append(canaries, h.boxesText()...) {
				if bytes.Contains(bytes.ToLower(dump), []byte(c)) {
					t.Errorf("%s: %s is in the database", when, c)
				}
				if strings.Contains(strings.ToLower(log), c) {
					t.Errorf("%s: %s is in the log", when, c)
				}
			}
		}
		look("while letters wait")
		if got := h.openMail(); !strings.Contains(got, "canaryanswer") || !strings.Contains(got, "canaryfirst") || strings.Contains(got, "canarydraft") {
			t.Errorf("the office key opens of the outbox: answer %v, first %v, undone %v",
				strings.Contains(got, "canaryanswer"), strings.Contains(got, "canaryfirst"), strings.Contains(got, "canarydraft"))
		}
		h.clock.Pass(time.Minute)
		h.deliverAll()
		h.receive("a", strings.ReplaceAll(write("from:mailer-daemon return:<> report:bounce about:R failed:canaryrecipient id:canaryreturned", map[string]string{"R": id}), "secretly", "canaryserver"))
		if got := h.openMail(); got != "" {
			t.Errorf("%d bytes of delivered letters still open", len(got))
		}
		if h.count(`SELECT COUNT(*) FROM post_delivery WHERE state = 'refused'`) != 2 {
			t.Error("the story needs one refusal and one return")
		}
		look("when all is delivered")

		// Input that fails halfway must not show itself in an error.
		mend := h.breaking("post_thread", "INSERT")
		err = h.post.Receive(h.ctx, string(h.boxes["a"]), h.arrival("a", strings.ReplaceAll(canaryMail, "canaryid", "canaryid2")))
		mend()
		if err == nil {
			t.Fatal("it did not fail")
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			for _, c := range canaries {
				if strings.Contains(e.Error(), c) {
					t.Errorf("an error says %s", c)
				}
			}
		}
		look("after a failure")
	})
}

// boxesText is what may not stand in plain of the mailboxes themselves.
func (h *house) boxesText() []string { return []string{"a@desk.example", "strict@desk.example"} }

// openMail is what the server's secrets open of the outbox.
func (h *house) openMail() string {
	h.t.Helper()
	rows, err := h.db.Query(h.ctx, `SELECT id, mail FROM post_outbox`)
	h.must(err)
	defer rows.Close()
	var out strings.Builder
	for rows.Next() {
		var id helpdesk.ID
		var mail []byte
		h.must(rows.Scan(&id, &mail))
		if plain, err := h.secrets.OpenOffice(mailAt(id), mail); err == nil {
			out.Write(plain)
		}
	}
	return out.String()
}
