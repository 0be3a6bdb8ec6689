package branches_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"returnsupport/consent"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
)

func TestABranchThatFellSilentIsWrittenAFriendlyWordByItsOwnCounsellor(t *testing.T) {
	each(t, func(w *world) {
		maria, ada := w.hire("maria", w.team), w.ada()
		v := w.branch("Redvik", "lena")
		_, err := w.desk.Standing(w.ctx, maria, v.org)
		w.refused(err, "branches.nobody")
		if quiet, err := w.desk.Silent(w.ctx, maria); err != nil || len(quiet) != 0 {
			t.Error("a branch is silent before anybody of it has come in", err)
		}
		lena := w.in(v)
		if err := w.desk.NameCounsellor(w.ctx, maria, v.org, maria.User.ID, nil); !errors.Is(err, helpdesk.ErrDenied) {
			t.Error(err)
		}
		w.must(w.desk.NameCounsellor(w.ctx, ada, v.org, maria.User.ID, []time.Weekday{time.Thursday, time.Tuesday}))
		named, talk, err := w.desk.Counsellor(w.ctx, lena)
		w.must(err)
		if named.User != maria.User.ID || len(named.Days) != 2 || named.Days[0] != time.Tuesday {
			t.Errorf("%+v", named)
		}
		w.must(w.desk.SayInTalk(w.ctx, lena, talk, "c1", "We start a language cafe"))
		if quiet, err := w.desk.Silent(w.ctx, maria); err != nil || len(quiet) != 0 {
			t.Error(quiet, err)
		}
		w.clock.Pass(60*24*time.Hour + 12*time.Hour)
		quiet, err := w.desk.Silent(w.ctx, maria)
		w.must(err)
		if len(quiet) != 1 || quiet[0].Org != v.org || len(quiet[0].Loads) != 1 {
			t.Fatalf("%+v", quiet)
		}
		if theirs, err := w.desk.Silent(w.ctx, ada); err != nil || len(theirs) != 0 {
			t.Error("a named counsellor's branch is everybody's", err)
		}
		w.must(w.desk.Round(w.ctx))
		w.must(w.desk.Round(w.ctx))
		if n := w.count(`SELECT COUNT(*) FROM branches_told`); n != 1 {
			t.Errorf("told %d times of one silence", n)
		}
		id, err := w.desk.Standing(w.ctx, maria, v.org)
		w.must(err)
		w.must(w.desk.AnswerTalk(w.ctx, maria, id, "s1", "How are you all?"))
		if quiet, _ = w.desk.Silent(w.ctx, maria); len(quiet) != 0 {
			t.Error("asked to write again at once")
		}
		if said, err := w.desk.Talk(w.ctx, lena, talk); err != nil || len(said.Words) != 2 || !said.Words[1].Ours {
			t.Error(said, err)
		}

		// And somebody asks how they are.
		w.must(w.desk.HowAreYou(w.ctx, lena, tickets.DebriefDay, "It was hard"))
		w.refused(w.desk.HowAreYou(w.ctx, lena, tickets.DebriefDay, ""), "debrief.already")
		asked, err := w.desk.Debriefs(w.ctx, maria)
		w.must(err)
		if len(asked) != 1 || asked[0].Words != "It was hard" || asked[0].By != lena.User.ID {
			t.Fatalf("%+v", asked)
		}
		if others, err := w.desk.Debriefs(w.ctx, w.hire("otto", w.other)); err != nil || len(others) != 0 {
			t.Error("another team reads it", err)
		}
		w.must(w.desk.TakeDebrief(w.ctx, maria, asked[0].ID))
		if err := w.desk.TakeDebrief(w.ctx, ada, asked[0].ID); !errors.Is(err, helpdesk.ErrConflict) {
			t.Error(err)
		}
		if mine, is, err := w.desk.HowAmI(w.ctx, lena); err != nil || !is || mine.Taker != maria.User.ID {
			t.Error(mine, is, err)
		}
		w.must(w.desk.EndDebrief(w.ctx, maria, asked[0].ID))
		if n := w.count(`SELECT COUNT(*) FROM branches_debrief WHERE sealed IS NOT NULL`); n != 0 {
			t.Error("what was said of it stays")
		}
		loads, err := w.desk.Loads(w.ctx, lena)
		w.must(err)
		if len(loads) != 1 || loads[0].Debriefs != 1 {
			t.Errorf("%+v", loads)
		}
	})
}

func TestTasksTakenOverAndTwoHandOnsOfOnePerson(t *testing.T) {
	each(t, func(w *world) {
		maria := w.hire("maria", w.team)
		lena, olle := w.in(w.branch("Redvik", "lena")), w.in(w.branch("Norrby", "olle"))
		r := w.handedOn(lena, taps())
		h := taps()
		h.Client = client + "-two"
		two := w.handedOn(olle, h)
		ticket, other := w.ticketOf(maria, r.ID), w.ticketOf(maria, two.ID)
		w.must(w.desk.Link(w.ctx, maria, ticket, other))
		w.must(w.desk.Link(w.ctx, maria, other, ticket))
		w.refused(w.desk.Link(w.ctx, maria, ticket, ticket), "branches.self")
		for _, pair := range [][2]helpdesk.ID{{ticket, other}, {other, ticket}} {
			if all, err := w.desk.Links(w.ctx, maria, pair[0]); err != nil || len(all) != 1 || all[0].Ticket != pair[1] {
				t.Error(all, err)
			}
		}
		// Linked, not merged: neither branch learns of the other.
		if thread, err := w.desk.Follow(w.ctx, lena, r.ID); err != nil || holds(thread, string(olle.Org)) || holds(thread, string(two.ID)) {
			t.Error("a branch sees the other", err)
		}

		w.refused(w.desk.Ask(w.ctx, maria, r.ID, "t0", branches.Task{Kind: "watch"}), "branches.task")
		w.refused(w.desk.Ask(w.ctx, maria, r.ID, "t0", branches.Task{Kind: branches.Fetch, Day: "2026-03-01"}), "branches.day")
		w.must(w.desk.Ask(w.ctx, maria, r.ID, "t1", branches.Task{Kind: branches.Accompany, Day: "2026-03-10", At: "14:00", Words: "The clinic"}))
		w.must(w.desk.Ask(w.ctx, maria, r.ID, "t1", branches.Task{Kind: branches.Accompany, Day: "2026-03-10", At: "14:00", Words: "The clinic"}))
		thread, err := w.desk.Follow(w.ctx, lena, r.ID)
		w.must(err)
		if len(thread.Tasks) != 1 {
			t.Fatalf("%+v", thread.Tasks)
		}
		w.must(w.desk.Turn(w.ctx, lena, r.ID, thread.Tasks[0].ID, branches.TaskTaken, "I go"))
		if loads, err := w.desk.Loads(w.ctx, lena); err != nil || loads[0].Tasks != 1 || loads[0].Open != 1 || loads[0].Month != 1 {
			t.Error(loads, err)
		}
		w.must(w.desk.Turn(w.ctx, lena, r.ID, thread.Tasks[0].ID, branches.TaskDone, ""))
		w.refused(w.desk.Turn(w.ctx, lena, r.ID, thread.Tasks[0].ID, branches.TaskCannot, ""), "branches.task")

		// A contact with an authority needs the person's own yes to it, and uses it up.
		w.clock.Pass(time.Second)
		w.must(w.desk.TakeOver(w.ctx, lena, r.ID, "o1", "Please ring the agency about her address"))
		seen, err := w.desk.OnTicket(w.ctx, maria, ticket)
		w.must(err)
		task := seen[0].Tasks[1]
		if task.Kind != branches.Authority {
			t.Fatalf("%+v", seen[0].Tasks)
		}
		w.refused(w.desk.TakenOver(w.ctx, maria, r.ID, task.ID, helpdesk.NewID(), "I rang"), "branches.consent")
		agency := helpdesk.NewID()
		w.targets[agency] = consent.Target{ID: agency, Name: "Agency", Kind: "authority", Country: "SE", Vetted: true}
		var id helpdesk.ID
		w.must(w.db.Write(w.ctx, "ask", func(tx *store.Tx) error {
			id, err = w.door.Ask(w.ctx, tx, maria, consent.Draft{Ticket: ticket, Purpose: consent.Authority, Language: "prs",
				Recipients: []consent.Recipient{{ID: agency, Authority: true}}, Items: []consent.Item{{Key: "address", Label: "Your address"}}})
			return err
		}))
		w.refused(w.desk.TakenOver(w.ctx, maria, r.ID, task.ID, id, "I rang"), "branches.consent") // asked, and not answered
		_, err = w.door.Record(w.ctx, maria, id, consent.Spoke{State: consent.Given, Items: []string{"address"}, Method: consent.Phone, Witness: "Maria", Language: "prs", Alone: true})
		w.must(err)
		w.must(w.desk.TakenOver(w.ctx, maria, r.ID, task.ID, id, "I rang"))
		w.refused(w.desk.TakenOver(w.ctx, maria, r.ID, task.ID, id, "and again"), "branches.consent")
		if thread, err = w.desk.Follow(w.ctx, lena, r.ID); err != nil || thread.All[1].State != branches.TaskDone || holds(thread, "I rang") {
			t.Error(thread.All, err)
		}
	})
}

// A thief of the database finds neither words nor which branch knows whom.
func TestAThiefOfTheDatabaseReadsNothingOfBranches(t *testing.T) {
	each(t, func(w *world) {
		maria := w.hire("maria", w.team)
		lena := w.in(w.branch("Canarybranch", "lena"))
		cards, err := w.desk.Print(w.ctx, lena, 1)
		w.must(err)
		h := taps()
		h.Reach, h.Where = branches.ReachPhone, "Canaryphone"
		r := w.handedOn(lena, h)
		w.must(w.desk.Say(w.ctx, lena, r.ID, "c", "Canaryword", false))
		w.must(w.desk.SayToBranch(w.ctx, maria, r.ID, "s", "Canaryours"))
		w.must(w.desk.Ask(w.ctx, maria, r.ID, "t", branches.Task{Kind: branches.Bring, Words: "Canarytask"}))
		_, err = w.desk.Consult(w.ctx, lena, client+"-ask", "Canaryquestion")
		w.must(err)
		w.must(w.desk.HowAreYou(w.ctx, lena, tickets.DebriefNow, "Canarymood"))
		_, err = w.desk.HandOnKey(w.ctx, lena)
		w.must(err)
		_, err = w.desk.Follow(w.ctx, lena, r.ID)
		w.must(err)
		w.clock.Pass(time.Minute)
		h.Client, h.Knows, h.Urgent = client+"-now", false, true
		w.handedOn(lena, h) // without their yes, in danger
		var all bytes.Buffer
		for _, table := range append(branches.ErasedTables(), "consent_branch", "referrals_exception", "ledger_event", "ledger_body", "ledger_subject", "tickets_ticket", "tickets_conversation") {
			w.dump(&all, table)
		}
		if all.Len() < 1000 {
			t.Fatal("nothing was stolen")
		}
		for _, word := range []string{"Canary", string(lena.Org), string(lena.User.ID), cards[0].Code, cards[0].Ending + "\"", client} {
			if bytes.Contains(all.Bytes(), []byte(word)) {
				t.Errorf("%q stands in the database", word)
			}
		}
		// Nor does the journal lead from somebody of a branch to a ticket.
		if n := w.count(`SELECT COUNT(*) FROM journal_entry WHERE object IN (SELECT ticket FROM branches_handon UNION SELECT id FROM branches_handon)`); n < 4 {
			t.Fatalf("%d lines of two hand-ons: nothing was looked at", n)
		}
		if n := w.count(`SELECT COUNT(*) FROM journal_entry WHERE actor = $1 AND object IN (SELECT ticket FROM branches_handon UNION SELECT id FROM branches_handon)`, lena.User.ID); n != 0 {
			t.Errorf("%d lines of the journal name a volunteer beside a ticket", n)
		}
		// Nor what was asked in the same moment: an instant leads there as well.
		if n := w.count(`SELECT COUNT(*) FROM journal_entry one JOIN journal_entry other ON one.at = other.at WHERE one.actor = $1 AND other.verb = $2`, lena.User.ID, branches.VerbEmergency); n != 0 {
			t.Errorf("%d lines of the journal name a volunteer in the instant of an emergency's ticket", n)
		}
		if bytes.Contains(w.log.Bytes(), []byte("Canary")) {
			t.Error("the log tells")
		}
	})
}

// Whoever writes to the database makes no branch a reader, and is sealed nothing.
func TestADatabaseWriterMakesNoBranchOfTheirsAReader(t *testing.T) {
	each(t, func(w *world) {
		maria := w.hire("maria", w.team)
		v, thief := w.branch("Redvik", "lena"), w.branch("Theirs", "olle")
		lena, olle := w.in(v), w.in(thief)
		r := w.handedOn(lena, taps())
		h := taps()
		h.Client = client + "-own"
		theirs := w.handedOn(olle, h)

		get := func(query string, id helpdesk.ID) (b []byte) {
			t.Helper()
			w.must(w.db.QueryRow(w.ctx, query, id).Scan(&b))
			return b
		}
		// Their mark on somebody else's rows.
		w.exec(`UPDATE consent_branch SET target = $1 WHERE thread = $2`, get(`SELECT target FROM consent_branch WHERE thread = $1`, theirs.ID), r.ID)
		was := get(`SELECT org FROM branches_handon WHERE id = $1`, r.ID)
		w.exec(`UPDATE branches_handon SET org = $1 WHERE id = $2`, get(`SELECT org FROM branches_handon WHERE id = $1`, theirs.ID), r.ID)
		_, err := w.desk.Follow(w.ctx, olle, r.ID)
		w.missing(err)
		w.exec(`UPDATE branches_handon SET org = $1 WHERE id = $2`, was, r.ID)
		_, err = w.desk.Follow(w.ctx, lena, r.ID)
		w.missing(err) // and nobody reads by a row that was changed
		w.exec(`UPDATE consent_branch SET closed = 1 WHERE thread = $1`, theirs.ID)
		_, err = w.desk.Follow(w.ctx, olle, theirs.ID)
		w.missing(err)
		w.exec(`UPDATE consent_branch SET closed = 0 WHERE thread = $1`, theirs.ID)
		_, err = w.desk.Follow(w.ctx, olle, theirs.ID)
		w.must(err)

		// A pair of theirs in a branch's place: nothing is sealed to it.
		w.exec(`UPDATE staff_partnerkey SET public = $1 WHERE org = $2`, get(`SELECT public FROM staff_partnerkey WHERE org = $1`, thief.org), v.org)
		before := w.count(`SELECT COUNT(*) FROM tickets_ticket`)
		h.Client = client + "-forged"
		if _, err := w.desk.HandOn(w.ctx, lena, h); err == nil {
			t.Fatal("handed on under a key that is not ours")
		}
		if w.count(`SELECT COUNT(*) FROM tickets_ticket`) != before {
			t.Error("half a hand-on stays")
		}
		// A key row for a team of theirs opens nothing, and is believed by nobody.
		w.exec(`UPDATE branches_key SET reader = $1 WHERE subject = $2`, []byte(w.other), theirs.ID)
		if seen, err := w.desk.OnTicket(w.ctx, maria, w.ticketOf(maria, theirs.ID)); err != nil || len(seen) != 0 {
			t.Error(seen, err)
		}
		if !bytes.Contains(w.log.Bytes(), []byte("branches_key")) {
			t.Error("no alarm")
		}
	})
}

// dump writes everything that stands in a table.
func (w *world) dump(out *bytes.Buffer, table string) {
	w.t.Helper()
	rows, err := w.db.Query(w.ctx, `SELECT * FROM `+table)
	w.must(err)
	defer rows.Close()
	columns, err := rows.Columns()
	w.must(err)
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		w.must(rows.Scan(values...))
		for _, v := range values {
			switch v := (*v.(*any)).(type) {
			case []byte:
				out.Write(v)
			case string:
				out.WriteString(v)
			}
			out.WriteByte('\n')
		}
	}
	w.must(rows.Err())
}
