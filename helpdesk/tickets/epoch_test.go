package tickets_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/helpdesk/tickets"
)

// leave has somebody come into a team and go again, and who stays open their
// session anew, which wraps the team's old key under the new.
func (h *house) leave(t testing.TB, team helpdesk.ID, stays *staff.Session) *staff.Session {
	t.Helper()
	gone := h.session(t, team)
	h.ok(t, h.staff.Remove(t.Context(), h.staff.Console(), gone.User.ID, team))
	return h.signInAgain(t, stays)
}

// behind counts the teams that a present epoch is wrapped to at an old version.
func (h *house) behind(t testing.TB, conversation helpdesk.ID) int64 {
	t.Helper()
	return h.number(t, `SELECT COUNT(*) FROM tickets_conversation c JOIN tickets_reader r ON r.conversation = c.id AND r.epoch = c.epoch
		AND r.kind = 'team' JOIN staff_team t ON t.id = r.reader WHERE c.id = $1 AND r.reader_version <> t.version`, conversation)
}

func TestWhatIsWrittenAfterALeaveHasAKeyOfItsOwn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team, elsewhere := h.team(t), h.team(t)
		anna, bo := h.session(t, team), h.session(t, elsewhere)
		p := h.begin(t, team, "hello")
		h.ok(t, h.desk.AddReader(ctx, anna, p.talk.Ticket, bo.User.ID, h.clock.now().Add(time.Hour)))
		first := h.epoch(t, p.talk.ID)
		h.say(t, p, "one")
		h.tell(t, anna, p.talk.ID, "two")
		h.later(t, p.talk.ID, h.letter("three"))
		same(t, "while nobody left", h.epoch(t, p.talk.ID), first)

		anna = h.leave(t, team, anna)
		h.page(t, anna, p.talk.Ticket)
		same(t, "nobody wrote", h.epoch(t, p.talk.ID), first)
		for n, write := range []func(){
			func() { h.say(t, p, "said") },
			func() { h.tell(t, anna, p.talk.ID, "told") },
			func() { h.later(t, p.talk.ID, h.letter("by mail")) },
			func() { h.tell(t, bo, p.talk.ID, "by who has it lent") },
		} {
			write()
			same(t, "a new epoch", h.epoch(t, p.talk.ID), first+int64(n)+1)
			write()
			same(t, "one is enough", h.epoch(t, p.talk.ID), first+int64(n)+1)
			same(t, "wraps at an old version", h.behind(t, p.talk.ID), 0)
			anna = h.leave(t, team, anna)
		}
		all := []string{"hello", "one", "two", "three", "said", "said", "told", "told", "by mail", "by mail", "by who has it lent", "by who has it lent"}
		same(t, "the person reads old and new", h.heard(t, p, 0), all)
		with := append([]string{"hello", tickets.SystemLent}, all[1:]...)
		for who, s := range map[string]*staff.Session{"the team": anna, "who has it lent": bo} {
			sheet := h.page(t, s, p.talk.Ticket)
			same(t, who+" reads old and new", texts(sheet.Messages), with)
			h.ok(t, h.desk.Settle(ctx, s, sheet.Settle))
			same(t, who+" reads what was settled", texts(h.page(t, s, p.talk.Ticket).Messages), with)
		}
		same(t, "the queue", h.queue(t, anna, tickets.QueueTeam).Rows[0].Head.Title, "chat")
	})
}

// A ticket is decided about, its head and its card are written, in one session
// after a leave, and whatever comes first begins the epoch.
func TestHeadsAndDecisionsAfterALeave(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team, other := h.team(t), h.team(t)
		anna := h.session(t, team, other)
		for name, write := range map[string]func(p *someone, version int64) error{
			"retitle": func(p *someone, v int64) error { return h.desk.Retitle(ctx, anna, p.talk.Ticket, v, "another") },
			"facts": func(p *someone, _ int64) error {
				return db.Write(ctx, "test", func(tx *store.Tx) error {
					return h.desk.SetFacts(ctx, tx, anna, p.talk.Ticket, func(f *tickets.Facts) { f.Topic = "topic" })
				})
			},
			"the person's own": func(p *someone, _ int64) error {
				return db.Write(ctx, "test", func(tx *store.Tx) error {
					return h.desk.SetFactsAsPerson(ctx, tx, p.Guest, p.talk.ID, func(f *tickets.Facts) { f.Topic = "topic" })
				})
			},
			"give": func(p *someone, v int64) error {
				return h.desk.Give(ctx, anna, p.talk.Ticket, v, tickets.To{Team: other, Stay: true})
			},
			"tag": func(p *someone, v int64) error {
				return h.desk.Tag(ctx, anna, p.talk.Ticket, v, []string{"urgent"}, nil)
			},
			"lend": func(p *someone, _ int64) error {
				return h.desk.AddReader(ctx, anna, p.talk.Ticket, h.ada, h.clock.now().Add(time.Hour))
			},
		} {
			t.Run(name, func(t *testing.T) {
				p := h.begin(t, team, "hello")
				_, err := h.desk.Note(ctx, anna, p.talk.Ticket, "a note", "1")
				h.ok(t, err)
				anna = h.leave(t, team, anna)
				h.ok(t, write(p, h.facts(t, anna, p.talk.Ticket).Version))
				same(t, "wraps at an old version", h.behind(t, p.talk.ID), 0)
				if h.epoch(t, p.talk.ID) == 1 {
					t.Error("no new epoch")
				}
				h.tell(t, anna, p.talk.ID, "told")
				h.say(t, p, "said")
				_, err = h.desk.Note(ctx, anna, p.talk.Ticket, "another note", "2")
				h.ok(t, err)
				sheet := h.page(t, anna, p.talk.Ticket)
				if sheet.Head.Title == "" || !sheet.Proven || len(sheet.Messages) < 5 {
					t.Errorf("afterwards: %q, %v", sheet.Head.Title, texts(sheet.Messages))
				}
				for _, m := range sheet.Messages {
					if m.Broken || !m.Proven {
						t.Errorf("message %d is broken or not proven", m.Number)
					}
				}
			})
		}
	})
}

// In a restricted team the head holds what stands in plain elsewhere: it moves
// under the new key with the next look.
func TestARestrictedHeadFollowsItsEpoch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.closedTeam(t)
		anna := h.session(t, team)
		c := h.arrive(t, team, "one")
		first := h.epoch(t, c.ID)
		anna = h.leave(t, team, anna)
		h.clock.pass(time.Minute)
		h.later(t, c.ID, h.letter("two"))
		same(t, "epoch", h.epoch(t, c.ID), first+1)
		sheet := h.page(t, anna, c.Ticket)
		same(t, "read", texts(sheet.Messages), []string{"one", "two"})
		h.ok(t, h.desk.Settle(t.Context(), anna, sheet.Settle))
		same(t, "the head's epoch", h.number(t, "SELECT head_epoch FROM tickets_conversation WHERE id = $1", c.ID), first+1)
		same(t, "the head", h.page(t, anna, c.Ticket).Head.Title, "about one")
		anna = h.leave(t, team, anna)
		h.ok(t, h.desk.CloseTicket(t.Context(), anna, c.Ticket, h.facts(t, anna, c.Ticket).Version))
		same(t, "the head's epoch, decided", h.number(t, "SELECT head_epoch FROM tickets_conversation WHERE id = $1", c.ID), first+2)
		h.bare(t, "closed", c.Ticket)
	})
}

// A team's row that is not ours must neither keep the old key in use nor have
// the team left out of the new one.
func TestAForgedReaderBeginsNoEpoch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		p := h.begin(t, team, "hello")
		anna = h.leave(t, team, anna)
		h.exec(t, "UPDATE tickets_reader SET reader_version = 0 WHERE kind = 'team' AND conversation = $1", p.talk.ID)
		err := db.Write(t.Context(), "test", func(tx *store.Tx) error { return third(h.desk.Word(t.Context(), tx, p.Guest, p.talk.ID, word("said"))) })
		if refused(err) != "ticket.unproven" {
			t.Errorf("said: %v", err)
		}
		same(t, "epoch", h.epoch(t, p.talk.ID), 1)
		h.exec(t, "UPDATE tickets_reader SET reader_version = 1 WHERE kind = 'team' AND conversation = $1", p.talk.ID)
		h.say(t, p, "said")
		same(t, "read", texts(h.page(t, anna, p.talk.Ticket).Messages), []string{"hello", "said"})
	})
}

// However far an append has come that begins an epoch when its process dies,
// the next one finds a whole conversation.
func TestAnEpochIsBegunWholeOrNotAtAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		append := func(ctx context.Context, open func(tx *store.Tx) (*tickets.Conversation, error)) error {
			return db.Write(ctx, "test", func(tx *store.Tx) error {
				c, err := open(tx)
				if err == nil {
					_, err = c.Append(ctx, tx, h.letter("killed"))
				}
				return err
			})
		}
		deaths := 0
		for n := int64(0); n < 400; n += 2 {
			p := h.begin(t, team, "hello")
			anna = h.leave(t, team, anna)
			ctx := diesAfter(n)
			killed := append(ctx, func(tx *store.Tx) (*tickets.Conversation, error) {
				if n%4 == 0 {
					return h.desk.Blind(ctx, tx, p.talk.ID)
				}
				return h.desk.AsPerson(ctx, tx, p.Guest, p.talk.ID)
			})
			ctx.cancel()
			want := []string{"hello", "killed", "on"}
			if killed != nil {
				deaths++
				want = []string{"hello", "on"}
				same(t, "epoch after the death", h.epoch(t, p.talk.ID), 1)
			}
			h.say(t, p, "on")
			same(t, "epoch", h.epoch(t, p.talk.ID), 2)
			same(t, "the person", h.heard(t, p, 0), want)
			same(t, "the team", texts(h.page(t, anna, p.talk.Ticket).Messages), want)
			if killed == nil && n%4 != 0 {
				break
			}
		}
		if deaths < 3 {
			t.Fatalf("it died %d times, so nothing was tested", deaths)
		}
	})
}

// Everybody writes at once, on two replicas, while people leave the team: each
// word is there once and opens, and nothing is left under a key of who left.
func TestManyWriteWhileMembersLeave(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		other := h.replica()
		talks := []*someone{h.begin(t, team, "hello"), h.begin(t, team, "hello")}
		const each, leaves = 12, 3
		for range leaves {
			anna = h.leave(t, team, anna)
			var all sync.WaitGroup
			for _, p := range talks {
				for _, desk := range []*tickets.Desk{h.desk, other} {
					for what, open := range map[string]func(tx *store.Tx) (*tickets.Conversation, error){
						"told": func(tx *store.Tx) (*tickets.Conversation, error) { return desk.With(background, tx, anna, p.talk.ID) },
						"said": func(tx *store.Tx) (*tickets.Conversation, error) {
							return desk.AsPerson(background, tx, p.Guest, p.talk.ID)
						},
						"mail": func(tx *store.Tx) (*tickets.Conversation, error) { return desk.Blind(background, tx, p.talk.ID) },
					} {
						all.Go(func() {
							for range each / 6 {
								err := db.Write(background, "test", func(tx *store.Tx) error {
									c, err := open(tx)
									if err == nil {
										_, err = c.Append(background, tx, h.letter(what))
									}
									return err
								})
								if err != nil {
									t.Errorf("%s: %v", what, err)
								}
							}
						})
					}
				}
			}
			all.Wait()
		}
		for _, p := range talks {
			same(t, "the person hears", h.heardQuietly(t, p), 1+leaves*each)
			sheet := h.page(t, anna, p.talk.Ticket)
			same(t, "we read", len(sheet.Messages), 1+leaves*each)
			for _, m := range sheet.Messages {
				if m.Broken || !m.Proven {
					t.Fatalf("message %d is broken or not proven", m.Number)
				}
			}
			same(t, "one epoch a leave", h.epoch(t, p.talk.ID), int64(1+leaves))
			same(t, "written under the first key", h.number(t, "SELECT COUNT(*) FROM tickets_message WHERE conversation = $1 AND epoch = 1", p.talk.ID), 1)
			same(t, "numbers", h.number(t, "SELECT MAX(number) - COUNT(*) FROM tickets_message WHERE conversation = $1", p.talk.ID), 0)
		}
	})
}

// Who has a person's lost key, and a snapshot from before, reads nothing that is
// written once they have another.
func TestWhatIsWrittenAfterANewCodeHasAKeyOfItsOwn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		p := h.begin(t, team, "hello")
		claim, err := h.people.DrawClaim(t.Context())
		h.ok(t, err)
		var out people.Reissued
		h.write(t, func(tx *store.Tx) error {
			if out, err = h.people.Reissue(t.Context(), tx, anna, p.Person, []helpdesk.ID{team}, claim); err != nil {
				return err
			}
			return h.desk.Readdress(t.Context(), tx, anna, p.Person, out.Key)
		})
		p.Guest = h.comeBack(t, out.Code)
		h.say(t, p, "said")
		h.tell(t, anna, p.talk.ID, "told")
		same(t, "under the key they had", h.number(t, "SELECT COUNT(*) FROM tickets_message WHERE conversation = $1 AND epoch = 1", p.talk.ID), 1)
		same(t, "the person", h.heard(t, p, 0), []string{"hello", "said", "told"})
		same(t, "the team", texts(h.page(t, anna, p.talk.Ticket).Messages), []string{"hello", "said", "told"})
	})
}

// One team's new key, and a thousand conversations: each pays when it is
// written into, and none before.
func TestALeaveTouchesNoConversation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		var all []*tickets.Conversation
		for range 20 {
			all = append(all, h.arrive(t, team, "one"))
		}
		anna = h.leave(t, team, anna)
		h.queue(t, anna, tickets.QueueTeam)
		h.reply(t, anna, all[0].ID, "answer")
		same(t, "epochs begun", h.number(t, "SELECT COUNT(*) FROM tickets_conversation WHERE epoch > 1"), 1)
		same(t, "the queue opens", len(h.queue(t, anna, tickets.QueueTeam).Rows), 20)
	})
}
