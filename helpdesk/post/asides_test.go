package post

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/vault"
	"returnsupport/mailbridge/letter"
)

// unreadable is a mail nobody can parse: its header never ends.
func unreadable() string {
	return "From: Anna <anna@x.example>\r\nSubject: Please read\r\nMessage-ID: <big@x.example>\r\nX-Long: " + strings.Repeat("long ", letter.DefaultLimits().Header/5) + "\r\n\r\nwords\r\n"
}

func (h *house) asides(kind AsideKind) []Aside {
	h.t.Helper()
	page, err := h.post.Asides(h.ctx, h.session(), kind, "")
	h.must(err)
	return page.Asides
}

// lee is a colleague in the first team alone.
func (h *house) lee() *staff.Session {
	h.t.Helper()
	token, err := h.staff.Invite(h.ctx, h.session(), "lee", "Lee", "lee@staff.example", "counsellor", h.teams[0].ID)
	h.must(err)
	_, cookie, err := h.staff.Accept(h.ctx, token, "en")
	h.must(err)
	s, err := h.staff.Session(h.ctx, cookie, true)
	h.must(err)
	h.must(h.staff.Admit(h.ctx, h.session(), s.User.ID, h.teams[0].ID))
	s, err = h.staff.Session(h.ctx, cookie, true)
	h.must(err)
	if !s.Member(h.teams[0].ID) || s.Member(h.teams[1].ID) {
		h.t.Fatal("the story needs a member of the first team alone")
	}
	return s
}

func TestLettersTheServerWithholdsAreListedEachWithThatReason(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		for _, header := range []string{"", "", "From: bo@x.example\r\nSubject: kept back\r\n\r\n"} {
			a := h.arrival("a", header)
			a.Withheld, a.Size = true, 4000
			h.must(h.post.Receive(h.ctx, string(h.boxes["a"]), a))
		}
		list := h.asides(Unreadable)
		if len(list) != 3 {
			t.Fatalf("%d of three letters are listed", len(list))
		}
		subjects := 0
		for _, a := range list {
			if a.Reason != ReasonWithheld || a.Whole || a.Size != 4000 || !a.Proven || a.Broken {
				t.Errorf("listed as %q, %d bytes, whole %v", a.Reason, a.Size, a.Whole)
			}
			if a.Subject == "kept back" {
				subjects++
			}
		}
		if subjects != 1 {
			t.Error("what the server gave of a header is not shown")
		}
	})
}

func TestAnUnreadableLetterIsListedAndTheNextOneComes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		raw := unreadable()
		h.receive("a", raw)
		h.receive("a", "")
		a := h.arrival("a", "From: bo@x.example\r\nSubject: huge\r\n\r\n")
		a.TooLarge, a.Size = true, 40<<20
		h.must(h.post.Receive(h.ctx, string(h.boxes["a"]), a))
		h.receive("a", write("from:anna id:m1", nil))
		if got := h.became("a"); got != "1" {
			t.Fatalf("the next letter became %s", got)
		}
		list := h.asides(Unreadable)
		if len(list) != 3 {
			t.Fatalf("%d unreadable letters", len(list))
		}
		byReason := map[string]Aside{}
		for _, a := range list {
			byReason[a.Reason] = a
			if !a.Proven || a.Broken {
				t.Errorf("%s: proven %v, broken %v", a.Reason, a.Proven, a.Broken)
			}
		}
		first := byReason["header-too-large"]
		if first.From != "Anna <anna@x.example>" || first.Subject != "Please read" || first.Size != int64(len(raw)) || !first.Whole || len(first.Headers) < 3 {
			t.Errorf("shown: %q %q, %d bytes, %d headers", first.From, first.Subject, first.Size, len(first.Headers))
		}
		if big := byReason["too-large"]; big.Whole || big.Size != 40<<20 || big.Subject != "huge" {
			t.Errorf("the large one: %+v", big.Size)
		}
		original, size, err := h.post.AsideOriginal(h.ctx, h.session(), first.ID)
		h.must(err)
		got, err := io.ReadAll(original)
		h.must(err)
		if string(got) != raw || size != int64(len(raw)) {
			t.Errorf("the original has %d bytes, %d came", len(got), len(raw))
		}
		counts, err := h.post.AsideCounts(h.ctx, h.session())
		h.must(err)
		if counts[Unreadable] != 3 {
			t.Errorf("counts %v", counts)
		}
		h.must(h.post.AsideDone(h.ctx, h.session(), first.ID, true))
		if n := len(h.asides("")); n != 2 {
			t.Errorf("%d after ticking one off", n)
		}
		h.must(h.post.AsideDone(h.ctx, h.session(), first.ID, false))
		if n := len(h.asides("")); n != 3 {
			t.Errorf("%d after putting it back", n)
		}
	})
}

func TestALetterSetAsideByMistakeBecomesWhatItShouldHaveBeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:anna id:m1", nil))
		_, id, _ := h.reply(1, "hello", "anna@x.example")
		h.receive("a", write("from:anna id:m2 irt:R auto:auto-generated", map[string]string{"R": id}))
		h.receive("a", write("from:form id:m3 auto:auto-generated subject:Question", nil))
		h.receive("a", unreadable())
		want := map[AsideKind]int{Automatic: 2, Unreadable: 1}
		counts, err := h.post.AsideCounts(h.ctx, h.session())
		h.must(err)
		if counts[Automatic] != want[Automatic] || counts[Unreadable] != want[Unreadable] {
			t.Fatalf("set aside: %v", counts)
		}
		tickets := map[string]int64{}
		for _, a := range h.asides("") {
			ticket, err := h.post.Recover(h.ctx, h.session(), a.ID)
			h.must(err)
			again, err := h.post.Recover(h.ctx, h.session(), a.ID)
			if err != nil || again != ticket {
				t.Errorf("recovered twice: %s and %s, %v", ticket, again, err)
			}
			tickets[a.Subject+a.MessageID] = h.number(ticket)
		}
		if tickets["Hellom2@x.example"] != 1 || tickets["Questionm3@x.example"] == 1 || len(tickets) != 3 {
			t.Errorf("recovered into %v", tickets)
		}
		if n := len(h.asides("")); n != 0 {
			t.Errorf("%d are still listed", n)
		}
		sheet := h.page(int(tickets["Please readbig@x.example"]))
		m := sheet.Messages[0]
		if m.Content.Problems[0] != "header-too-large" || m.Content.From[0].Addr != "anna@x.example" || m.OriginalSize != int64(len(unreadable())) || m.Content.Source.UID == 0 {
			t.Errorf("the unreadable one: %v, %d bytes", m.Content.Problems, m.OriginalSize)
		}
		// It is a letter like any other from now on.
		h.receive("a", write("from:form id:m3 auto:auto-generated subject:Question", nil))
		if got := h.became("a"); got != "again" {
			t.Errorf("the same mail again became %s", got)
		}
		h.receive("a", write("from:form id:m4 irt:m3", nil))
		if got := h.became("a"); got != "3" && got != "2" || got != h.str(tickets["Questionm3@x.example"]) {
			t.Errorf("an answer to a recovered letter became %s", got)
		}
	})
}

func (h *house) str(n int64) string { b, _ := json.Marshal(n); return string(b) }

func TestAnotherTeamsLettersSetAsideDoNotExist(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.receive("b", write("from:anna id:m1 auto:auto-replied", nil))
	h.receive("a", write("from:anna id:m2 auto:auto-replied", nil))
	lee := h.lee()
	page, err := h.post.Asides(h.ctx, lee, "", "")
	h.must(err)
	if len(page.Asides) != 1 || page.Asides[0].MessageID != "m2@x.example" {
		t.Errorf("sees %d letters", len(page.Asides))
	}
	var theirs helpdesk.ID
	h.must(h.db.QueryRow(h.ctx, `SELECT id FROM post_aside WHERE team = $1`, h.teams[1].ID).Scan(&theirs))
	_, _, original := h.post.AsideOriginal(h.ctx, lee, theirs)
	_, recover := h.post.Recover(h.ctx, lee, theirs)
	for what, err := range map[string]error{"original": original, "recover": recover, "done": h.post.AsideDone(h.ctx, lee, theirs, true)} {
		if !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestTheListOfLettersSetAsideIsReadPageByPage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		for i := range 2*asidesMost + 3 {
			h.receive("a", write("from:anna auto:auto-replied body:"+strings.Repeat("x", i+1), nil))
		}
		seen := map[helpdesk.ID]bool{}
		pages := 0
		for after := ""; ; pages++ {
			page, err := h.post.Asides(h.ctx, h.session(), Automatic, after)
			h.must(err)
			for _, a := range page.Asides {
				if seen[a.ID] {
					t.Fatal("a letter is listed twice")
				}
				seen[a.ID] = true
			}
			if after = page.Next; after == "" {
				break
			}
		}
		if len(seen) != 2*asidesMost+3 || pages != 2 {
			t.Errorf("%d letters on %d pages", len(seen), pages+1)
		}
	})
}

func TestAForgedRowAmongTheLettersSetAsideIsMarked(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.receive("a", write("from:anna id:m1 auto:auto-replied", nil))
	h.receive("a", write("from:bo id:m2 auto:auto-replied", nil))
	h.must(h.db.Write(h.ctx, "swap", func(tx *store.Tx) error {
		_, err := tx.Exec(h.ctx, `UPDATE post_aside SET sealed = (SELECT sealed FROM post_aside o WHERE o.uid = 1) WHERE uid = 2`)
		return err
	}))
	for _, a := range h.asides("") {
		if forged := a.MessageID != "m1@x.example"; forged != a.Broken || forged == a.Proven {
			t.Errorf("%q: broken %v, proven %v", a.MessageID, a.Broken, a.Proven)
		}
	}
}

func TestAColleaguesForwardBecomesTheOriginalSenders(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.receive("a", write("from:kim@staff.example id:f1 subject:Fwd:_Help body:FYI", nil)+`
---------- Forwarded message ---------
From: Anna <anna@x.example>
Date: Mon, 2 Mar 2026 at 08:00
Subject: Help
To: <kim@staff.example>

Please help me
`)
	h.receive("a", write("from:bo id:m2 body:not_forwarded", nil))
	m := h.page(1).Messages[0]
	who, err := h.post.AsOriginal(h.ctx, h.session(), m.ID)
	h.must(err)
	sheet := h.page(1)
	if who.Addr != "anna@x.example" || sheet.Head.Address != "anna@x.example" || sheet.Head.Name != "Anna" {
		t.Errorf("the writer is %v, head %s", who.Addr, sheet.Head.Address)
	}
	w, err := h.people.Known(h.ctx, h.db, "anna@x.example")
	h.must(err)
	if sheet.Ticket.Writer != w.ID {
		t.Error("the ticket is still the colleague's")
	}
	if _, err := h.post.AsOriginal(h.ctx, h.session(), h.page(2).Messages[0].ID); refusal(err) != "post.not-forwarded" {
		t.Errorf("a letter that was not forwarded: %v", err)
	}
	// The answer goes to who wrote first, and theirs finds the ticket.
	_, id, _ := h.reply(1, "Dear Anna", who.Addr)
	h.receive("a", write("from:anna id:m3 irt:R", map[string]string{"R": id}))
	if got := h.became("a"); got != "1" {
		t.Errorf("the original sender's answer became %s", got)
	}
}

func TestOneLetterToTwoTeamsIsTwoTicketsThatKnowOfEachOther(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.receive("a", write("from:anna to:a,b id:m1", nil))
	h.receive("b", write("from:anna to:a,b id:m1", nil))
	for i, other := range []int{2, 1} {
		twins, err := h.post.Twins(h.ctx, h.session(), h.ticket(i+1))
		h.must(err)
		if len(twins) != 1 || twins[0].Ticket != h.ticket(other) || twins[0].Team != h.teams[other-1].ID {
			t.Errorf("ticket %d: twins %v", i+1, twins)
		}
	}
	if _, err := h.post.Twins(h.ctx, h.lee(), h.ticket(2)); !errors.Is(err, helpdesk.ErrNotFound) {
		t.Errorf("somebody of the other team: %v", err)
	}
}

func TestAnExportHoldsAllTheSignedInMayOpenAndNothingElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		mine := write("from:anna id:m1 body:From_here_on", nil)
		h.receive("a", mine)
		h.reply(1, "dear anna", "anna@x.example")
		h.receive("a", write("from:anna id:m2 auto:auto-replied", nil))
		h.receive("b", write("from:anna to:b id:m3 body:secret_of_the_other_team", nil))
		var jsonl, mbox bytes.Buffer
		broken, err := h.post.Export(h.ctx, h.lee(), &jsonl, &mbox)
		h.must(err)
		if broken != 0 {
			t.Errorf("%d letters are said to be broken", broken)
		}
		type line struct {
			Kind, Aside string
			MessageID   string `json:"message_id"`
			Text        string
			Source      struct {
				Mailbox          helpdesk.ID
				UIDValidity, UID uint32
			}
			Mbox int
		}
		got := map[string]line{}
		for d := json.NewDecoder(&jsonl); d.More(); {
			var l line
			h.must(d.Decode(&l))
			got[l.Kind+l.Aside] = l
		}
		mails := readMbox(mbox.String())
		if len(got) != 3 || len(mails) != 3 {
			t.Fatalf("%d lines, %d mails", len(got), len(mails))
		}
		l := got["letter"]
		if l.MessageID != "m1@x.example" || l.Source.Mailbox != h.boxes["a"] || l.Source.UIDValidity != 1 || l.Source.UID != 1 {
			t.Errorf("the letter: %+v", l.Source)
		}
		if mails[l.Mbox-1] != strings.ReplaceAll(mine, "\r\n", "\n") {
			t.Error("the letter in the mbox is not the one that came")
		}
		if a := got["letterautomatic"]; a.MessageID != "m2@x.example" || a.Source.UID != 2 || a.Mbox == 0 {
			t.Errorf("the one set aside: %+v", a)
		}
		if a := got["answer"]; !strings.Contains(a.Text, "dear anna") || !strings.Contains(mails[a.Mbox-1], "dear anna") {
			t.Error("our answer is missing")
		}
		if strings.Contains(mbox.String(), "secret") {
			t.Error("another team's letter is in it")
		}
	})
}

func TestAnExportMarksALetterWhoseBytesWereChangedAndGoesOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		long := strings.Repeat("x", 70) + "\r\n"
		for _, id := range []string{"whole", "cut", "lost"} {
			h.receive("a", write("from:anna id:"+id, nil)+strings.Repeat(long, 2000)) // three chunks
		}
		h.receive("a", write("from:anna id:aside auto:auto-replied", nil))
		message := func(number int) string {
			return `(SELECT m.id FROM tickets_message m JOIN tickets_ticket t ON t.conversation = m.conversation WHERE t.number = ` + fmt.Sprint(number) + `)`
		}
		h.tamper(`UPDATE tickets_original SET chunk = (SELECT o.chunk FROM tickets_original o WHERE o.message = tickets_original.message AND o.n = 0)
			WHERE n = 1 AND message = ` + message(2))
		h.tamper(`DELETE FROM tickets_original WHERE message = ` + message(3))
		h.tamper(`DELETE FROM post_asidechunk`)
		var jsonl, mbox bytes.Buffer
		broken, err := h.post.Export(h.ctx, h.lee(), &jsonl, &mbox)
		h.must(err)
		type line struct {
			MessageID string `json:"message_id"`
			Message   helpdesk.ID
			Original  string
			Mbox      int
		}
		got := map[string]line{}
		for d := json.NewDecoder(&jsonl); d.More(); {
			var l line
			h.must(d.Decode(&l))
			got[strings.TrimSuffix(l.MessageID, "@x.example")] = l
		}
		mails := readMbox(mbox.String())
		if len(got) != 4 || len(mails) != 2 || broken != 3 {
			t.Fatalf("%d lines, %d mails, %d broken", len(got), len(mails), broken)
		}
		for id, want := range map[string]string{"whole": "", "cut": originalPart, "lost": originalLost, "aside": originalLost} {
			l := got[id]
			if l.Original != want || (l.Mbox == 0) != (want == originalLost) {
				t.Errorf("%s is %q, mail %d", id, l.Original, l.Mbox)
			}
			if want != "" && !strings.Contains(h.log.String(), "code=original_forged object="+string(l.Message)) {
				t.Errorf("no alarm for %s", id)
			}
		}
		whole, part := mails[got["whole"].Mbox-1], mails[got["cut"].Mbox-1]
		if n := strings.Count(whole, "xxx\n"); n != 2000 {
			t.Errorf("%d lines of the whole letter", n)
		}
		if !strings.Contains(part, "words of cut") || len(part) < vault.ChunkSize/2 || len(part) > vault.ChunkSize+1 {
			t.Errorf("%d bytes of the changed letter", len(part))
		}
	})
}
