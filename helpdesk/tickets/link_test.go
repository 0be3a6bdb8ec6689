package tickets_test

import (
	"context"
	"errors"
	"strings"
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

// secure answers a ticket behind a link.
func (h *house) secure(t testing.TB, s *staff.Session, conversation helpdesk.ID, text string) (helpdesk.ID, *tickets.Link) {
	t.Helper()
	link, err := h.desk.NewLink(t.Context())
	h.ok(t, err)
	m := answer(s, text)
	m.ID, m.OwnKey = helpdesk.NewID(), true
	h.write(t, func(tx *store.Tx) error {
		c, err := h.desk.With(t.Context(), tx, s, conversation)
		if err != nil {
			return err
		}
		if _, err := c.Append(t.Context(), tx, m); err != nil {
			return err
		}
		until, err := h.desk.MakeLink(t.Context(), tx, c, m.ID, link)
		if want := h.clock.now().Add(7 * 24 * time.Hour); !until.Equal(want) {
			t.Errorf("the link lasts until %v, want %v", until, want)
		}
		return err
	})
	return m.ID, link
}

// follow uses what somebody typed or clicked, as a new person.
func (h *house) follow(ctx context.Context, typed string) (g *people.Guest, conversation helpdesk.ID, said tickets.Said, err error) {
	link, err := h.desk.TypedLink(ctx, typed)
	if err != nil {
		return nil, "", tickets.Said{}, err
	}
	err = h.db.Write(ctx, "test", func(tx *store.Tx) error {
		var err error
		if _, g, err = h.people.Begin(ctx, tx, false); err != nil {
			return err
		}
		conversation, said, err = h.desk.UseLink(ctx, tx, link, g.Pair())
		return err
	})
	return g, conversation, said, err
}

func refused(err error) string {
	var refusal helpdesk.Refusal
	if errors.As(err, &refusal) {
		return refusal.Key
	}
	return ""
}

func TestALinkOpensOneAnswerOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		for name, typed := range map[string]func(l *tickets.Link) string{
			"clicked": func(l *tickets.Link) string { return l.Fragment() },
			"typed":   func(l *tickets.Link) string { return "  " + people.Groups(l.Digits()) + " " },
			"in Eastern Arabic digits": func(l *tickets.Link) string {
				return strings.Map(func(r rune) rune { return r - '0' + '٠' }, l.Digits())
			},
		} {
			t.Run(name, func(t *testing.T) {
				c := h.arrive(t, team, "a letter")
				h.reply(t, anna, c.ID, "in plain mail")
				_, link := h.secure(t, anna, c.ID, "behind a link")
				h.later(t, c.ID, h.letter("unsettled"))
				g, conversation, said, err := h.follow(t.Context(), typed(link))
				h.ok(t, err)
				if conversation != c.ID || said.Content.Text != "behind a link" || said.Author != anna.User.ID || !said.Proven {
					t.Errorf("opened %+v in %s", said.Content, conversation)
				}
				for _, again := range []string{link.Fragment(), link.Digits()} {
					if _, _, _, err := h.follow(t.Context(), again); refused(err) != "link.gone" {
						t.Errorf("a second time: %v", err)
					}
				}
				// From now on it is theirs, what came before stays closed, and the
				// house reads all of it.
				p := &someone{Guest: g, talk: c}
				h.say(t, p, "thank you")
				h.reply(t, anna, c.ID, "you are welcome")
				h.later(t, c.ID, h.letter("by mail again"))
				same(t, "the person reads", h.heard(t, p, 0), []string{"behind a link", "thank you", "you are welcome", "by mail again"})
				same(t, "and again, settled", h.heard(t, p, 0), []string{"behind a link", "thank you", "you are welcome", "by mail again"})
				sheet := h.page(t, anna, c.Ticket)
				same(t, "we read", texts(sheet.Messages), []string{"a letter", "in plain mail", "behind a link", "unsettled", tickets.SystemCame,
					"thank you", "you are welcome", "by mail again"})
				same(t, "whom it concerns", sheet.Ticket.Person, g.Person)
				same(t, "title", sheet.Head.Title, "about a letter")
				same(t, "title in the queue", titles(h.queue(t, anna, tickets.QueueTeam))[0] != "", true)
				// They may leave quickly, and only that is noted.
				h.write(t, func(tx *store.Tx) error {
					return h.desk.SetFactsAsPerson(t.Context(), tx, g, c.ID, func(f *tickets.Facts) { f.LeftQuickly = true })
				})
				last := h.page(t, anna, c.Ticket).Messages
				same(t, "left", last[len(last)-1].Content.Key, tickets.SystemLeft)
			})
		}
	})
}

func TestALinkThatIsOverSaysSoAndCanBeAskedForAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna, bo := h.session(t, team), h.session(t, h.team(t))
		ctx := t.Context()
		c := h.arrive(t, team, "a letter")
		message, link := h.secure(t, anna, c.ID, "behind a link")
		for what, typed := range map[string]string{
			"unknown": "AAAAAAAAAAAAAAAAAAAAAA", "unknown digits": people.NewDigits(), "garbage": "<script>", "nothing": "x",
		} {
			if _, _, _, err := h.follow(ctx, typed); refused(err) != "link.gone" {
				t.Errorf("%s: %v", what, err)
			}
		}
		wrong := []byte(link.Digits())
		wrong[3] = '0' + (wrong[3]-'0'+1)%10
		if _, err := h.desk.TypedLink(ctx, string(wrong)); refused(err) != "code.typo" {
			t.Errorf("a wrong digit: %v", err)
		}

		good, err := h.desk.TypedLink(ctx, link.Fragment())
		h.ok(t, err)
		h.write(t, func(tx *store.Tx) error { return h.desk.AskLink(ctx, tx, good) })
		same(t, "asked for while it opens", h.number(t, "SELECT COUNT(*) FROM tickets_link WHERE asked"), 0)

		h.clock.pass(7*24*time.Hour + time.Minute)
		if _, _, _, err := h.follow(ctx, link.Fragment()); refused(err) != "link.gone" {
			t.Errorf("expired: %v", err)
		}
		h.ok(t, h.desk.Lapse(ctx))
		same(t, "wraps of what expired", h.number(t, "SELECT COUNT(*) FROM tickets_link WHERE LENGTH(wrap) > 0"), 0)
		ask := func(typed string) error {
			l, err := h.desk.TypedLink(ctx, typed)
			h.ok(t, err)
			return db.Write(ctx, "test", func(tx *store.Tx) error { return h.desk.AskLink(ctx, tx, l) })
		}
		if err := ask("AAAAAAAAAAAAAAAAAAAAAA"); refused(err) != "link.gone" {
			t.Errorf("asked for what never was: %v", err)
		}
		h.ok(t, ask(link.Fragment()))
		h.ok(t, ask(link.Digits()))
		anna, bo = h.signInAgain(t, anna), h.signInAgain(t, bo)
		asked, err := h.desk.AskedLinks(ctx, anna)
		h.ok(t, err)
		same(t, "asked", asked, []tickets.Asked{{Message: message, Conversation: c.ID, Ticket: c.Ticket}})
		others, err := h.desk.AskedLinks(ctx, bo)
		h.ok(t, err)
		same(t, "asked of another team", len(others), 0)

		// The next member who signs in makes it.
		renewed, err := h.desk.NewLink(ctx)
		h.ok(t, err)
		h.write(t, func(tx *store.Tx) error {
			open, err := h.desk.With(ctx, tx, anna, c.ID)
			if err != nil {
				return err
			}
			_, err = h.desk.MakeLink(ctx, tx, open, message, renewed)
			return err
		})
		asked, err = h.desk.AskedLinks(ctx, anna)
		h.ok(t, err)
		same(t, "asked after", len(asked), 0)
		_, _, said, err := h.follow(ctx, renewed.Fragment())
		h.ok(t, err)
		same(t, "opened", said.Content.Text, "behind a link")

		// What lies under the conversation's key alone is never handed out.
		plain := h.reply(t, anna, c.ID, "plain")
		err = db.Write(ctx, "test", func(tx *store.Tx) error {
			open, err := h.desk.With(ctx, tx, anna, c.ID)
			if err != nil {
				return err
			}
			_, err = h.desk.MakeLink(ctx, tx, open, plain, renewed)
			return err
		})
		if refused(err) != "link.plain" {
			t.Errorf("a link to a plain answer: %v", err)
		}
		// An answer that was taken back is gone for the link, too.
		undone, link2 := h.secure(t, anna, c.ID, "taken back")
		h.write(t, func(tx *store.Tx) error { return h.desk.Withdraw(ctx, tx, anna, undone) })
		if _, _, _, err := h.follow(ctx, link2.Fragment()); refused(err) != "link.gone" {
			t.Errorf("taken back: %v", err)
		}
	})
}

func TestOfManyWhoUseALinkAtOnceOneWins(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		team := h.team(t)
		anna := h.session(t, team)
		for round := range 5 {
			c := h.arrive(t, team, "a letter")
			_, link := h.secure(t, anna, c.ID, "once")
			var mu sync.Mutex
			var all sync.WaitGroup
			won, lost := 0, 0
			for i := range 8 {
				typed := link.Fragment()
				if i%2 == 1 {
					typed = link.Digits()
				}
				all.Go(func() {
					_, _, said, err := h.follow(context.WithoutCancel(t.Context()), typed)
					mu.Lock()
					defer mu.Unlock()
					switch {
					case err == nil && said.Content.Text == "once":
						won++
					case refused(err) == "link.gone":
						lost++
					default:
						t.Errorf("neither won nor lost: %v", err)
					}
				})
			}
			all.Wait()
			if won != 1 || lost != 7 {
				t.Errorf("round %d: %d won, %d lost", round, won, lost)
			}
			same(t, "persons who read it", h.number(t, "SELECT COUNT(*) FROM tickets_reader WHERE conversation = $1 AND kind = 'person'", c.ID), 1)
		}
	})
}

func TestANewKeyTakesTheLostOnesPlace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		a, b := h.team(t), h.team(t)
		anna, bo := h.session(t, a), h.session(t, b)
		p := h.begin(t, a, "hello")
		h.tell(t, anna, p.talk.ID, "hello you")
		h.later(t, p.talk.ID, h.letter("blind"))
		// The same person in another team's conversation, by a link.
		far := h.arrive(t, b, "far")
		_, link := h.secure(t, bo, far.ID, "far answer")
		h.write(t, func(tx *store.Tx) error {
			l, err := h.desk.TypedLink(ctx, link.Fragment())
			if err != nil {
				return err
			}
			_, _, err = h.desk.UseLink(ctx, tx, l, p.Pair())
			return err
		})
		h.reply(t, bo, far.ID, "far later")
		old := p.Guest
		reissue := func(s *staff.Session) *people.Guest {
			claim, err := h.people.DrawClaim(ctx)
			h.ok(t, err)
			var out people.Reissued
			h.write(t, func(tx *store.Tx) error {
				teams, err := h.desk.TeamsOf(ctx, tx, p.Person)
				if err != nil {
					return err
				}
				same(t, "teams", len(teams), 2)
				if out, err = h.people.Reissue(ctx, tx, s, p.Person, teams, claim); err != nil {
					return err
				}
				return h.desk.Readdress(ctx, tx, s, p.Person, out.Key)
			})
			return h.comeBack(t, out.Code)
		}
		g := reissue(anna)
		p.Guest = g
		same(t, "with the new key", h.heard(t, p, 0), []string{"hello", "hello you", "blind"})
		h.say(t, p, "it is me")
		h.later(t, p.talk.ID, h.letter("blind again"))
		same(t, "and on", h.heard(t, p, 3), []string{"it is me", "blind again"})
		if _, _, err := h.desk.Heard(ctx, old, p.talk.ID, 0, 5); !errors.Is(err, helpdesk.ErrNotFound) {
			t.Errorf("the lost key: %v", err)
		}
		// Where the helper holds no key: from now on, and all of it once a member
		// there does the same.
		there := &someone{Guest: g, talk: far}
		h.reply(t, bo, far.ID, "far newest")
		same(t, "far, from now on", h.heard(t, there, 0), []string{"far newest"})
		h.write(t, func(tx *store.Tx) error {
			return h.desk.Readdress(ctx, tx, bo, p.Person, g.Pair().Public())
		})
		same(t, "far, all that was theirs and nothing else", h.heard(t, there, 0), []string{"far answer", "far later", "far newest"})
		same(t, "we still read", len(h.page(t, anna, p.talk.Ticket).Messages), 5)
	})
}

func TestSomebodyKnownByMailGetsAKeyToAllTheyWrote(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		team := h.team(t)
		anna := h.session(t, team)
		c := h.arrive(t, team, "by mail")
		h.later(t, c.ID, h.letter("blind"))
		h.reply(t, anna, c.ID, "an answer")
		claim, err := h.people.DrawClaim(ctx)
		h.ok(t, err)
		var out people.Reissued
		h.write(t, func(tx *store.Tx) error {
			person, err := h.desk.PersonOf(ctx, tx, anna, c.Ticket)
			if err != nil {
				return err
			}
			again, err := h.desk.PersonOf(ctx, tx, anna, c.Ticket)
			if again != person {
				t.Errorf("two persons of one ticket: %v", err)
			}
			teams, err := h.desk.TeamsOf(ctx, tx, person)
			if err != nil {
				return err
			}
			if out, err = h.people.Reissue(ctx, tx, anna, person, teams, claim); err != nil {
				return err
			}
			return h.desk.Readdress(ctx, tx, anna, person, out.Key)
		})
		p := &someone{Guest: h.comeBack(t, out.Code), talk: c}
		same(t, "reads", h.heard(t, p, 0), []string{"by mail", "blind", "an answer"})
	})
}
