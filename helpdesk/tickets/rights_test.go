package tickets_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// noSession are the exported methods of Desk that name no ticket of a session:
// the doors of the postroom, and lists that show only one's own.
var noSession = map[string]bool{
	"Open": true, "Blind": true, "Settle": true, "Overview": true, "All": true, "Queue": true,
	"Lent": true, "AskedLinks": true, "HandedTo": true, // shown empty below, and in stranger_test.go
	// The house's own deeds, without a session.
	"AddPerson": true, "Roots": true, "AddPair": true, "TeamsOf": true, "Lapse": true, "ReplaySeats": true, "EraseFor": true, "EraseAgain": true, "Erasing": true, "Said": true, "Figures": true,
	"OldOf": true, "CountOld": true, "Left": true, "EraseOld": true, "EraseTold": true, "Joined": true, "Record": true, "Numbered": true, "Known": true, // ids and counts, in ../retention
	"DueBy": true, "Standing": true, "WaitingBefore": true, "Lock": true, "KnownBy": true,
	"Knowing": true, // of a ticket that is open already, and nothing of another team's
	"NewLink": true, "TypedLink": true, "MakeLink": true, "UseLink": true, "AskLink": true,
	// What a message was opened for already; and re-wrapping, which reaches what
	// the session reads (person_test.go).
	"Filters": true, "Undo": true, // saved_test.go, bulk_test.go
	"Dated": true, "Waited": true, // dates_test.go
	// Lists of one's own, and what names no ticket: mention_test.go, consult_test.go, debrief_test.go.
	"Mentions": true, "SeeMentions": true, "ClearMention": true, "Consultations": true, "Waits": true, "DraftTickets": true, "Untold": true, "Tell": true,
	"AskDebrief": true, "Debriefs": true, "TakeDebrief": true, "EndDebrief": true,
	"Called": true, "BookObjects": true, // book_test.go
	"Loans": true, "FileBytes": true, "Readdress": true, "Heads": true,
}

// ofPersons are the methods for a person's session; TestAPersonFindsOnlyTheirOwn
// has a call of each.
var ofPersons = map[string]bool{
	"AsPerson": true, "Word": true, "Mine": true, "MineIn": true, "FactsAsPerson": true, "SetFactsAsPerson": true, "Heard": true, "Listen": true, "HeardFile": true, "HandedFile": true, "SettleHeard": true,
	"Hide": true, "Show": true, "AskRight": true, "EraseAll": true, "UndoErase": true,
}

func TestAMemberOfAnotherTeamFindsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		a, b := h.team(t), h.team(t)
		anna, bo := h.session(t, a), h.session(t, b)
		c, other, own := h.arrive(t, a, "one"), h.arrive(t, a, "two"), h.arrive(t, b, "bo's own")
		reply := h.reply(t, anna, c.ID, "an answer")
		ctx, ticket := t.Context(), c.Ticket
		message := h.page(t, anna, ticket).Messages[0].ID
		write := func(f func(tx *store.Tx) error) error { return db.Write(ctx, "test", f) }
		calls := map[string]func(ticket, other, conversation, message helpdesk.ID) error{
			"Page":    func(id, _, _, _ helpdesk.ID) error { _, err := h.desk.Page(ctx, bo, id); return err },
			"History": func(id, _, _, _ helpdesk.ID) error { _, err := h.desk.History(ctx, bo, id); return err },
			"Earlier": func(id, _, _, _ helpdesk.ID) error { _, err := h.desk.Earlier(ctx, bo, id); return err },
			"Since":   func(id, _, _, _ helpdesk.ID) error { _, err := h.desk.Since(ctx, bo, id, 0); return err },
			"Facts":   func(id, _, _, _ helpdesk.ID) error { _, err := h.desk.Facts(ctx, bo, id); return err },
			"With": func(_, _, id, _ helpdesk.ID) error {
				return write(func(tx *store.Tx) error { _, err := h.desk.With(ctx, tx, bo, id); return err })
			},
			"Message":  func(_, _, _, id helpdesk.ID) error { _, err := h.desk.Message(ctx, bo, id); return err },
			"File":     func(_, _, _, id helpdesk.ID) error { _, _, err := h.desk.File(ctx, bo, id, 0); return err },
			"Original": func(_, _, _, id helpdesk.ID) error { _, _, err := h.desk.Original(ctx, bo, id); return err },
			"Withdraw": func(_, _, _, _ helpdesk.ID) error {
				return write(func(tx *store.Tx) error { return h.desk.Withdraw(ctx, tx, bo, reply) })
			},
			"Take":        func(id, _, _, _ helpdesk.ID) error { return h.desk.Take(ctx, bo, id, 1) },
			"Give":        func(id, _, _, _ helpdesk.ID) error { return h.desk.Give(ctx, bo, id, 1, tickets.To{Team: b}) },
			"CloseTicket": func(id, _, _, _ helpdesk.ID) error { return h.desk.CloseTicket(ctx, bo, id, 1) },
			"Reopen":      func(id, _, _, _ helpdesk.ID) error { return h.desk.Reopen(ctx, bo, id, 1) },
			"Prioritise":  func(id, _, _, _ helpdesk.ID) error { return h.desk.Prioritise(ctx, bo, id, 1, 1, time.Time{}) },
			"Join": func(id, other, _, _ helpdesk.ID) error {
				for _, pair := range [][2]helpdesk.ID{{id, own.Ticket}, {own.Ticket, id}} {
					if err := h.desk.Join(ctx, bo, pair[0], pair[1]); !errors.Is(err, helpdesk.ErrNotFound) {
						t.Errorf("Join %v", err)
					}
				}
				return h.desk.Join(ctx, bo, id, other)
			},
			"Unjoin":     func(id, _, _, _ helpdesk.ID) error { return h.desk.Unjoin(ctx, bo, id) },
			"SetWriter":  func(id, _, _, _ helpdesk.ID) error { return h.desk.SetWriter(ctx, bo, id, 1, tickets.Who{Key: "x@y"}) },
			"SetShared":  func(id, _, _, _ helpdesk.ID) error { return h.desk.SetShared(ctx, bo, id, true) },
			"Shared":     func(id, _, _, _ helpdesk.ID) error { _, err := h.desk.Shared(ctx, bo, id); return err },
			"Retitle":    func(id, _, _, _ helpdesk.ID) error { return h.desk.Retitle(ctx, bo, id, 1, "x") },
			"SamePerson": func(id, _, _, _ helpdesk.ID) error { _, err := h.desk.SamePerson(ctx, bo, id); return err },
			"Note":       func(id, _, _, _ helpdesk.ID) error { _, err := h.desk.Note(ctx, bo, id, "x", "x"); return err },
			"NoteFiles": func(id, _, _, _ helpdesk.ID) error {
				_, _, err := h.desk.NoteFiles(ctx, bo, id, "x", nil, "z")
				return err
			},
			"SaveDraft": func(id, _, _, _ helpdesk.ID) error {
				_, err := h.desk.SaveDraft(ctx, bo, id, tickets.Draft{Kind: tickets.KindNote})
				return err
			},
			"Draft": func(id, _, _, _ helpdesk.ID) error {
				_, err := h.desk.Draft(ctx, bo, id, tickets.KindAnswer)
				return err
			},
			"DropDraft": func(id, _, _, _ helpdesk.ID) error { return h.desk.DropDraft(ctx, bo, id, tickets.KindAnswer) },
			"Spoken":    func(id, _, _, _ helpdesk.ID) error { _, err := h.desk.Spoken(ctx, bo, id, 0, 5); return err },
			"AddReader": func(id, _, _, _ helpdesk.ID) error {
				return h.desk.AddReader(ctx, bo, id, bo.User.ID, h.clock.now().Add(time.Hour))
			},
			"PersonConversation": func(id, _, _, _ helpdesk.ID) error { _, _, err := h.desk.PersonConversation(ctx, bo, id); return err },
			"NoteFact":           func(id, _, _, _ helpdesk.ID) error { return h.desk.NoteFact(ctx, bo, id, "k", nil, "y") },
			"RemoveReader":       func(id, _, _, _ helpdesk.ID) error { return h.desk.RemoveReader(ctx, bo, id, anna.User.ID) },
			"SetFacts": func(id, _, _, _ helpdesk.ID) error {
				return write(func(tx *store.Tx) error { return h.desk.SetFacts(ctx, tx, bo, id, func(*tickets.Facts) {}) })
			},
			"PersonOf": func(id, _, _, _ helpdesk.ID) error {
				return write(func(tx *store.Tx) error { _, err := h.desk.PersonOf(ctx, tx, bo, id); return err })
			},
			"Strangers": func(id, _, _, _ helpdesk.ID) error { _, err := h.desk.Strangers(ctx, bo, id); return err },
			"Welcome": func(id, _, _, _ helpdesk.ID) error {
				return write(func(tx *store.Tx) error { return h.desk.Welcome(ctx, tx, bo, id, own.Ticket) })
			},
			"TurnAway": func(id, _, _, _ helpdesk.ID) error {
				return write(func(tx *store.Tx) error { return h.desk.TurnAway(ctx, tx, bo, id, own.Ticket) })
			},
			"Looking": func(id, _, _, _ helpdesk.ID) error { _, err := h.desk.Looking(ctx, bo, id, false); return err },
			"Person":  func(id, _, _, _ helpdesk.ID) error { _, err := h.desk.Person(ctx, bo, id); return err },
			"Careful": func(id, _, _, _ helpdesk.ID) error { _, err := h.desk.Careful(ctx, bo, id); return err },
			"SetCard": func(id, _, _, _ helpdesk.ID) error {
				return h.desk.SetCard(ctx, bo, id, func(*tickets.Card) error { return nil })
			},
			"ByNumber": func(id, _, _, _ helpdesk.ID) error {
				f, err := h.desk.Facts(ctx, anna, id)
				if err != nil {
					f.Number = 999
				}
				_, err = h.desk.ByNumber(ctx, bo, f.Number)
				return err
			},
			"Tag": func(id, _, _, _ helpdesk.ID) error { return h.desk.Tag(ctx, bo, id, 1, []string{"x"}, nil) },
			"Bulk": func(id, _, _, _ helpdesk.ID) error {
				for _, do := range []tickets.Deed{tickets.ActClose, tickets.ActTag, tickets.ActGive, tickets.ActTake} {
					results, err := h.desk.Bulk(ctx, bo, []tickets.Pick{{ID: id, Version: 2}}, tickets.Act{Do: do})
					if err != nil || do == tickets.ActTake || !errors.Is(results[0].Err, helpdesk.ErrNotFound) {
						return errors.Join(err, results[0].Err)
					}
				}
				return nil
			},
			"TakeNext": func(_, _, _, _ helpdesk.ID) error { _, err := h.desk.TakeNext(ctx, bo, a, nil); return err },
			"Count": func(_, _, _, _ helpdesk.ID) error {
				_, err := h.desk.Count(ctx, bo, tickets.Filter{Queue: tickets.QueueTeam, Team: a})
				return err
			},
			"SaveFilter": func(_, _, _, _ helpdesk.ID) error {
				_, err := h.desk.SaveFilter(ctx, bo, tickets.SavedFilter{Team: a, Name: "x", Filter: tickets.Filter{Queue: tickets.QueueTeam}})
				return err
			},
			"DropFilter": func(_, _, _, _ helpdesk.ID) error {
				id, err := h.desk.SaveFilter(ctx, anna, tickets.SavedFilter{Name: "x", Filter: tickets.Filter{Queue: tickets.QueueTeam}})
				h.ok(t, err)
				return h.desk.DropFilter(ctx, bo, id)
			},
			"MergePersons": func(id, other, _, _ helpdesk.ID) error {
				for _, pair := range [][2]helpdesk.ID{{id, own.Ticket}, {own.Ticket, id}} {
					if err := h.desk.MergePersons(ctx, bo, pair[0], pair[1]); !errors.Is(err, helpdesk.ErrNotFound) {
						t.Errorf("MergePersons %v", err)
					}
				}
				return h.desk.MergePersons(ctx, bo, id, other)
			},
			"UnmergePerson": func(id, other, _, _ helpdesk.ID) error { return h.desk.UnmergePerson(ctx, bo, id, other) },
			"Split": func(id, _, _, _ helpdesk.ID) error {
				if _, err := h.desk.Split(ctx, bo, own.Ticket, id); refused(err) != "split.nobody" && !errors.Is(err, helpdesk.ErrNotFound) {
					t.Errorf("Split %v", err)
				}
				_, err := h.desk.Split(ctx, bo, id)
				return err
			},
			"UndoSplit": func(id, _, _, _ helpdesk.ID) error { return h.desk.UndoSplit(ctx, bo, id) },
			"MoveAddress": func(id, _, _, _ helpdesk.ID) error {
				_, err := h.desk.MoveAddress(ctx, bo, id, tickets.Who{Key: "x@y", Address: "x@y"})
				return err
			},
			"SetConflict": func(id, other, _, _ helpdesk.ID) error {
				for _, pair := range [][2]helpdesk.ID{{id, own.Ticket}, {own.Ticket, id}} {
					if err := h.desk.SetConflict(ctx, bo, pair[0], pair[1], ""); !errors.Is(err, helpdesk.ErrNotFound) {
						t.Errorf("SetConflict %v", err)
					}
				}
				return h.desk.SetConflict(ctx, bo, id, other, b)
			},
			"EndConflict": func(id, other, _, _ helpdesk.ID) error { return h.desk.EndConflict(ctx, bo, id, other) },
			"AddCall": func(id, _, _, _ helpdesk.ID) error {
				_, err := h.desk.AddCall(ctx, bo, id, phoned("x", "", "x"))
				return err
			},
			"OpenForm": func(_, _, _, _ helpdesk.ID) error {
				_, err := h.desk.OpenForm(ctx, bo, tickets.Form{Team: a, Title: "x", Text: "x", ClientID: "x"})
				return err
			},
			"OpenCall": func(_, _, _, _ helpdesk.ID) error {
				_, err := h.desk.OpenCall(ctx, bo, tickets.CallOpening{Team: a, Title: "x"}, phoned("x", "", "x"))
				return err
			},
			"AddTranslation": func(_, _, _, id helpdesk.ID) error {
				_, err := h.desk.AddTranslation(ctx, bo, id, "sv", "x", tickets.ByStaff)
				return err
			},
			"TranslationMark": func(id, _, _, _ helpdesk.ID) error { _, err := h.desk.TranslationMark(ctx, bo, id); return err },
			"DropTranslation": func(_, _, _, id helpdesk.ID) error { return h.desk.DropTranslation(ctx, bo, id, helpdesk.NewID()) },
			"Nameable":        func(id, _, _, _ helpdesk.ID) error { _, err := h.desk.Nameable(ctx, bo, id); return err },
			"ConsultationsIn": func(id, _, _, _ helpdesk.ID) error { _, err := h.desk.ConsultationsIn(ctx, bo, id); return err },
			"EndConsult":      func(id, _, _, _ helpdesk.ID) error { return h.desk.EndConsult(ctx, bo, id, helpdesk.NewID()) },
			"Consult": func(id, _, _, _ helpdesk.ID) error {
				return h.desk.Consult(ctx, bo, id, tickets.Question{User: anna.User.ID, Text: "x", Until: h.clock.now().Add(time.Hour)})
			},
			"PassedDrafts": func(id, _, _, _ helpdesk.ID) error { _, err := h.desk.PassedDrafts(ctx, bo, id); return err },
			"TakeDraft":    func(id, _, _, _ helpdesk.ID) error { return h.desk.TakeDraft(ctx, bo, id, helpdesk.NewID()) },
			"LeaveDraft":   func(id, _, _, _ helpdesk.ID) error { return h.desk.LeaveDraft(ctx, bo, id, helpdesk.NewID()) },
			"FetchDraft":   func(id, _, _, _ helpdesk.ID) error { return h.desk.FetchDraft(ctx, bo, id, helpdesk.NewID()) },
			"UndoGive":     func(id, _, _, _ helpdesk.ID) error { return h.desk.UndoGive(ctx, bo, id) },
			"Interpret":    func(id, _, _, _ helpdesk.ID) error { _, err := h.desk.Interpret(ctx, bo, id); return err },
		}
		kind := reflect.TypeOf(h.desk)
		for i := range kind.NumMethod() {
			name := kind.Method(i).Name
			call := calls[name]
			if call == nil {
				if !noSession[name] && !ofPersons[name] {
					t.Errorf("%s is exported and its rights are not tested", name)
				}
				continue
			}
			if err := call(ticket, other.Ticket, c.ID, message); !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("%s of another team's: %v, want not found", name, err)
			}
			if err := call(helpdesk.NewID(), helpdesk.NewID(), helpdesk.NewID(), helpdesk.NewID()); !errors.Is(err, helpdesk.ErrNotFound) {
				t.Errorf("%s of what does not exist: %v, want not found", name, err)
			}
		}
		same(t, "the queue of the other", titles(h.queue(t, bo, tickets.QueueTeam)), []string{"about bo's own"})
		all, err := h.desk.All(ctx, bo, "")
		h.ok(t, err)
		same(t, "the export of the other", all, []helpdesk.ID{own.Ticket})
		if _, err := h.desk.Queue(ctx, bo, tickets.Filter{Queue: tickets.QueueTeam, Team: a}, "", 5); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("the queue of another team: %v", err)
		}
		lent, err := h.desk.Lent(ctx, bo)
		h.ok(t, err)
		asked, err := h.desk.AskedLinks(ctx, bo)
		h.ok(t, err)
		heads, err := h.desk.Heads(ctx, bo, []helpdesk.ID{ticket, other.Ticket})
		h.ok(t, err)
		same(t, "lent to, asked of and opened by the other", len(lent.Rows)+len(asked)+len(heads), 0)
		same(t, "openings by the other", h.number(t, "SELECT COUNT(*) FROM journal_entry WHERE actor = $1 AND object IN ($2, $3, $4)",
			bo.User.ID, ticket, c.ID, message), 0)
	})
}
