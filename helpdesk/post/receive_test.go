package post

import (
	"fmt"
	"strings"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/mailbridge"
)

// A case is what happens, one line each:
//
//	BOX < MAIL -> WHAT   a mail arrives (see write)
//	reply N to ADDRESS   we answer in ticket N; its id is R1, its address T1, the next R2, T2 …
//	renumber BOX         the folder gets a new UIDVALIDITY and offers everything again
//
// WHAT is the ticket's number; "N?M" a new ticket N that says it belongs to M
// and is not believed; "again" for a letter that was here before; else the
// list it is set aside in.
var arrivals = []struct{ name, story string }{
	{"a first letter", "a < from:anna id:m1 -> 1"},
	{"a second letter to their own", "a < from:anna id:m1 -> 1\n a < from:anna id:m2 irt:m1 -> 1"},
	{"references alone", "a < from:anna id:m1 -> 1\n a < from:anna id:m2 refs:m0,m1 -> 1"},
	{"same subject, no reference", "a < from:anna id:m1 subject:Help -> 1\n a < from:anna id:m2 subject:Re:_Help -> 2"},
	{"answers our Message-ID", "a < from:anna id:m1 -> 1\n reply 1 to anna\n a < from:anna id:m2 irt:R1 -> 1"},
	{"answers our reply address alone", "a < from:anna id:m1 -> 1\n reply 1 to anna\n a < from:anna id:m2 to:T1 -> 1"},
	{"answers our reply address, without Message-ID", "a < from:anna id:m1 -> 1\n reply 1 to anna\n a < from:anna to:T1 -> 1"},
	{"reply address in Cc", "a < from:anna id:m1 -> 1\n reply 1 to anna\n a < from:anna id:m2 to:bo cc:T1 -> 1"},
	{"reply address in the transport lines", "a < from:anna id:m1 -> 1\n reply 1 to anna\n a < from:anna id:m2 delivered:T1 -> 1"},
	{"another program wrote the address in capitals", "a < from:anna id:m1 -> 1\n reply 1 to anna\n a < from:ANNA@X.EXAMPLE id:m2 irt:R1 -> 1"},
	{"through the team's other mailbox", "a < from:anna id:m1 -> 1\n a2 < from:anna id:m2 irt:m1 to:a2 -> 1"},
	{"stranger with a reply address", "a < from:anna id:m1 -> 1\n reply 1 to anna\n a < from:eve id:m2 to:T1 -> 2?1"},
	{"stranger with our Message-ID", "a < from:anna id:m1 -> 1\n reply 1 to anna\n a < from:eve id:m2 irt:R1 -> 2?1"},
	{"stranger with somebody's Message-ID", "a < from:anna id:m1 -> 1\n a < from:eve id:m2 irt:m1 -> 2?1"},
	{"stranger with a ticket number", "a < from:anna id:m1 -> 1\n a < from:eve id:m2 subject:[#1]_Hello -> 2"},
	{"the stranger's next letter stays with the stranger's first", "a < from:anna id:m1 -> 1\n reply 1 to anna\n a < from:eve id:m2 to:T1 -> 2?1\n a < from:eve id:m3 to:T1 -> 2\n a < from:anna id:m4 to:T1 -> 1"},
	{"a wrong token", "a < from:anna id:m1 -> 1\n reply 1 to anna\n a < from:anna id:m2 to:a+aaaaaaaaaaaaaaaaaaaaaaaaaa@desk.example -> 2"},
	{"forged sender with the right token", "strict < from:anna id:m1 auth:pass to:strict -> 1\n reply 1 to anna\n strict < from:anna id:m2 auth:fail to:T1 -> 2?1"},
	{"missing results where they are always written", "strict < from:anna id:m1 auth:pass to:strict -> 1\n reply 1 to anna\n strict < from:anna id:m2 to:T1 -> 2?1"},
	{"proven sender with the right token", "strict < from:anna id:m1 auth:pass to:strict -> 1\n reply 1 to anna\n strict < from:anna id:m2 auth:pass to:T1 -> 1"},
	{"proven sender without reference", "strict < from:anna id:m1 auth:pass to:strict -> 1\n strict < from:anna id:m2 auth:pass to:strict -> 2"},
	{"answers asked to a stranger", "a < from:anna id:m1 -> 1\n reply 1 to anna\n a < from:anna replyto:eve id:m2 to:T1 -> 2?1"},
	{"the same second address as ever", "a < from:anna replyto:bo id:m1 -> 1\n a < from:anna replyto:bo id:m2 irt:m1 -> 1"},
	{"answers asked to ourselves are the sender's", "a < from:anna id:m1 -> 1\n a < from:anna replyto:a id:m2 irt:m1 -> 1"},
	{"who was in Cc may answer", "a < from:anna cc:bo id:m1 -> 1\n a < from:bo id:m2 irt:m1 -> 1"},
	{"whom we wrote to may answer", "a < from:anna id:m1 -> 1\n reply 1 to bo\n a < from:bo id:m2 irt:R1 -> 1"},
	{"parent after reply", "a < from:anna id:m2 irt:m1 -> 1\n a < from:anna id:m1 -> 1"},
	{"a whole thread backwards", "a < from:anna id:m3 refs:m1,m2 -> 1\n a < from:anna id:m2 irt:m1 -> 1\n a < from:anna id:m1 -> 1"},
	{"parent of another who wrote to the replier", "a < from:bo id:m2 irt:m1 -> 1\n a < from:anna to:a,bo id:m1 -> 1"},
	{"a stranger can't draw a letter that is still on its way", "a < from:eve id:m2 irt:m1 -> 1\n a < from:anna id:m1 -> 2"},
	{"two replies to a parent that is missing", "a < from:anna id:m2 irt:m1 -> 1\n a < from:anna id:m3 irt:m1 -> 1"},
	{"two persons' replies to a parent that is missing", "a < from:anna id:m2 irt:m1 -> 1\n a < from:bo id:m3 irt:m1 -> 2"},
	{"a letter that names itself", "a < from:anna id:m1 irt:m1 refs:m1 -> 1\n a < from:anna id:m2 irt:m2 -> 2"},
	{"the same mail moved away and back", "a < from:anna id:m1 -> 1\n a < from:anna id:m1 -> again"},
	{"a folder with new UIDVALIDITY", "a < from:anna id:m1 -> 1\n a < from:bo -> 2\n a < from:anna id:m3 auto:auto-replied -> automatic\n renumber a"},
	{"in two mailboxes of one team", "a < from:anna to:a,a2 id:m1 -> 1\n a2 < from:anna to:a,a2 id:m1 -> again"},
	{"in two teams' mailboxes", "a < from:anna to:a,b id:m1 -> 1\n b < from:anna to:a,b id:m1 -> 2"},
	{"an answer to both teams", "a < from:anna to:a,b id:m1 -> 1\n b < from:anna to:a,b id:m1 -> 2\n reply 1 to anna\n b < from:anna to:a,b id:m2 irt:R1 refs:m1,R1 -> 2\n a < from:anna to:a,b id:m2 irt:R1 refs:m1,R1 -> 1"},
	{"an answer to one team, with the other added", "a < from:anna id:m1 -> 1\n reply 1 to anna\n b < from:anna to:a,b id:m2 irt:R1 -> 2\n a < from:anna to:a,b id:m2 irt:R1 -> 1"},
	{"an answer to one team, sent to the other alone", "a < from:anna id:m1 -> 1\n reply 1 to anna\n b < from:anna to:b id:m2 irt:R1 -> 1"},
	{"without Message-ID, the same bytes", "a < from:anna -> 1\n a < from:anna -> again"},
	{"without Message-ID, the same words an hour later", "a < from:anna body:help -> 1\n a < from:anna body:help date:Mon,_02_Mar_2026_10:00:00_+0100 -> 2"},
	{"one Message-ID for two letters", "a < from:anna id:m1 body:one -> 1\n a < from:anna id:m1 body:two -> 2"},
	{"one Message-ID for two senders", "a < from:anna id:m1 body:hi -> 1\n a < from:bo id:m1 body:hi -> 2"},
	{"an answer to a Message-ID used by many", "a < from:anna id:m1 body:one -> 1\n a < from:bo id:m1 body:two -> 2\n a < from:anna id:m2 irt:m1 -> 1\n a < from:bo id:m3 irt:m1 -> 2"},
	{"one address for two persons", "a < from:centre id:m1 -> 1\n a < from:centre id:m2 -> 2\n reply 1 to centre\n reply 2 to centre\n a < from:centre id:m3 irt:R2 -> 2\n a < from:centre id:m4 to:T1 -> 1"},
	{"an automatic answer", "a < from:anna id:m1 -> 1\n reply 1 to anna\n a < from:anna id:m2 irt:R1 auto:auto-replied -> automatic"},
	{"an automatic answer of the old kind", "a < from:anna id:m2 autoreply:yes -> automatic"},
	{"a person whose program says so", "a < from:anna id:m1 -> 1\n a < from:anna id:m2 irt:m1 auto:no -> 1"},
	{"a mailing list", "a < from:anna id:m1 list:news.x.example prec:list -> list"},
	{"our mailbox is itself a list", "a < from:anna id:m1 list:a.desk.example prec:list -> 1"},
	{"a bounce", "a < from:mailer-daemon id:m1 return:<> report:bounce failed:anna about:x -> bounce"},
	{"an abuse report", "a < from:abuse id:m1 report:feedback -> report"},
	{"our own letter comes back", "a < from:anna id:m1 -> 1\n reply 1 to anna\n a < from:list id:R1 -> own"},
	{"our own address as sender", "a < from:b id:m1 -> own"},
	{"our own reply address as sender", "a < from:anna id:m1 -> 1\n reply 1 to anna\n a < from:T1 id:m2 -> own"},
	{"something that looks like an id of ours", "a < from:anna id:m1 -> 1\n a < from:anna id:FAKE -> 2"},
	{"nobody as sender", "a < id:m1 -> 1"},
}

func TestEveryLetterLandsWhereItBelongsAndOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		for _, c := range arrivals {
			t.Run(c.name, func(t *testing.T) {
				h.t = t
				h.forget()
				play(t, h, c.story)
				h.whole()
			})
		}
	})
}

func play(t *testing.T, h *house, story string) {
	named := map[string]string{"FAKE": strings.Repeat("a", secretLength) + "@desk.example"}
	replies := 0
	type old struct {
		raw     string
		outcome string
	}
	arrived := map[string][]old{}
	for _, line := range strings.Split(story, "\n") {
		line = strings.TrimSpace(line)
		var number int
		var who, box string
		if n, _ := fmt.Sscanf(line, "reply %d to %s", &number, &who); n == 2 {
			replies++
			_, id, address := h.reply(number, "answer", who+"@x.example")
			named[fmt.Sprintf("R%d", replies)], named[fmt.Sprintf("T%d", replies)] = id, address
			h.clock.Pass(11 * 1e9)
			h.deliverAll()
			continue
		}
		if n, _ := fmt.Sscanf(line, "renumber %s", &box); n == 1 {
			h.must(h.post.Gap(h.ctx, string(h.boxes[box]), 1, 2))
			before := h.count(`SELECT COUNT(*) FROM tickets_message`) + h.count(`SELECT COUNT(*) FROM post_aside`)
			for i, o := range arrived[box] {
				a := mailbridge.Arrival{Mark: mailbridge.Mark{UIDValidity: 2, UID: uint32(i + 1)}, Raw: []byte(o.raw), Internal: h.clock.Now()}
				h.must(h.post.Receive(h.ctx, string(h.boxes[box]), a))
				if got, _ := h.newest(box, 2, uint32(i+1)); got != hereBefore {
					t.Errorf("after renumbering, letter %d became %s", i+1, got)
				}
			}
			if after := h.count(`SELECT COUNT(*) FROM tickets_message`) + h.count(`SELECT COUNT(*) FROM post_aside`); after != before {
				t.Errorf("%d letters before renumbering, %d after", before, after)
			}
			continue
		}
		box, rest, _ := strings.Cut(line, " < ")
		words, want, _ := strings.Cut(rest, " -> ")
		raw := write(words, named)
		h.clock.Pass(1e9)
		h.receive(box, raw)
		got := h.became(box)
		if got != want {
			t.Errorf("%s: became %s, want %s", words, got, want)
		}
		arrived[box] = append(arrived[box], old{raw, got})
	}
}

// became tells what the newest mail of a mailbox became, in the words of
// arrivals.
func (h *house) became(box string) string {
	h.t.Helper()
	outcome, object := h.newest(box, 1, h.uid[box])
	switch outcome {
	case hereBefore:
		return "again"
	case becameAside:
		var kind string
		h.must(h.db.QueryRow(h.ctx, `SELECT kind FROM post_aside WHERE id = $1`, object).Scan(&kind))
		return kind
	}
	m, err := h.tickets.Message(h.ctx, h.session(), object)
	h.must(err)
	got := fmt.Sprint(h.number(m.Ticket))
	if m.Content.Claim != "" {
		got += "?" + fmt.Sprint(h.number(m.Content.Claim))
		if m.Content.Proven {
			got += " proven"
		}
	}
	return got
}

func (h *house) number(ticket helpdesk.ID) int64 {
	h.t.Helper()
	var n int64
	h.must(h.db.QueryRow(h.ctx, `SELECT number FROM tickets_ticket WHERE id = $1`, ticket).Scan(&n))
	return n
}

// whole checks what must hold whatever came in: no ticket without a message,
// no mail without an outcome, every mailbox's bookmark at its last mail.
func (h *house) whole() {
	h.t.Helper()
	if n := h.count(`SELECT COUNT(*) FROM tickets_ticket t WHERE NOT EXISTS (SELECT 1 FROM tickets_message m JOIN tickets_conversation c ON c.id = m.conversation WHERE c.ticket = t.id)`); n > 0 {
		h.t.Errorf("%d tickets without a message", n)
	}
	for local, id := range h.boxes {
		mark, err := h.post.Bookmark(h.ctx, string(id))
		h.must(err)
		if n := h.uid[local]; mark.UIDValidity != 2 && mark.UID != n {
			h.t.Errorf("mailbox %s: bookmark %v after %d mails", local, mark, n)
		}
	}
}

// forget empties the tables of tickets, writers and post, so that one house
// serves many cases.
func (h *house) forget() {
	h.t.Helper()
	clear(h.uid)
	query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	if h.db.Engine() == store.Postgres {
		query = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`
	}
	rows, err := h.db.Query(h.ctx, query)
	h.must(err)
	var names []string
	for rows.Next() {
		var n string
		h.must(rows.Scan(&n))
		room, _, _ := strings.Cut(n, "_")
		if n != "tickets_number" && (room == "tickets" || room == "people" || room == "post") {
			names = append(names, n)
		}
	}
	rows.Close()
	h.must(h.db.Write(h.ctx, "forget", func(tx *store.Tx) error {
		for _, n := range names {
			if _, err := tx.Exec(h.ctx, `DELETE FROM `+n); err != nil {
				return err
			}
		}
		_, err := tx.Exec(h.ctx, `UPDATE tickets_number SET last = 0`)
		return err
	}))
}
