package consent

import (
	"strings"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// account is somebody of a partner organisation.
type account struct {
	staff.Enrolment
	id    helpdesk.ID
	login string
}

func (w *world) account(org Recipient, login string) account {
	w.t.Helper()
	token, err := w.Staff.InvitePartner(w.ctx, w.Staff.Console(), org.ID, login, login, login+"@partner.example", "en")
	w.must(err)
	a := account{login: login}
	a.Enrolment, err = w.Staff.AcceptPartner(w.ctx, token, "en", "Desk")
	w.must(err)
	all, err := w.Staff.PartnerUsers(w.ctx)
	w.must(err)
	for _, p := range all {
		if p.User.Login == login {
			a.id = p.User.ID
		}
	}
	return a
}

// enters is an account signed in, as the door knows it.
func (w *world) enters(a account) *Outside {
	w.t.Helper()
	w.rooms.Pass(31 * time.Second) // a code counts once
	code, err := staff.FactorCode(a.Secret, w.rooms.Now())
	w.must(err)
	cookie, err := w.Staff.SignInPartner(w.ctx, a.login, a.Words, code)
	w.must(err)
	o, err := w.Staff.Outsider(w.ctx, cookie, false)
	w.must(err)
	outside := w.Partner(o)
	w.cookies[outside.who] = cookie
	return outside
}

// letter adds a message with a file to a ticket's conversation.
func (w *world) letter(s *staff.Session, ticket helpdesk.ID, text string, files ...string) helpdesk.ID {
	w.t.Helper()
	conversation, _, err := w.Tickets.PersonConversation(w.ctx, s, ticket)
	w.must(err)
	m := tickets.Message{ID: helpdesk.NewID(), Kind: tickets.KindChat, Direction: tickets.In, Content: tickets.Content{Text: text, Language: "fa"}}
	w.must(w.write(func(tx *store.Tx) error {
		c, err := w.Tickets.With(w.ctx, tx, s, conversation)
		if err != nil {
			return err
		}
		m := m
		for _, f := range files {
			m.Files = append(m.Files, tickets.Upload{Name: "paper.txt", Type: "text/plain", Data: []byte(f)})
		}
		_, err = c.Append(w.ctx, tx, m)
		return err
	}))
	return m.ID
}

// package3 is a referral of three things: what was written, its file, a number.
func (w *world) package3(s *staff.Session, ticket helpdesk.ID, to Recipient) Referring {
	w.t.Helper()
	id := w.letter(s, ticket, "My name is Kanarie. I am ill.", "the Kanariepaper")
	return Referring{Mode: Package, Target: to.ID, Priority: PriorityUrgent, Need: "a bed", Reason: "they have beds Kanariereason", Likely: true, Agreed: true,
		Restrictions: []string{"Do not call before noon Kanarierule"},
		Parts: []Part{
			{Kind: PartMessage, Label: "What you wrote", Message: id, Cut: []Span{{11, 18}}, Translation: "in Swedish", Special: true},
			{Kind: PartFile, Label: "Your paper", Message: id},
			{Kind: PartText, Label: "When you come", Text: "on Monday Kanarieday", Updating: true},
		}}
}

func (w *world) referral(s *staff.Session, id helpdesk.ID) Referred {
	w.t.Helper()
	r, err := w.Referral(w.ctx, s, id)
	w.must(err)
	return r
}

// asks begins a referral and lays it before the person.
func (w *world) asks(s *staff.Session, ticket helpdesk.ID, f Referring) (helpdesk.ID, Submitted) {
	w.t.Helper()
	id, err := w.Refer(w.ctx, s, ticket, f)
	w.must(err)
	out, err := w.Submit(w.ctx, s, id, 1, Asking{Language: "fa", Use: "a bed", Retention: 30})
	w.must(err)
	return id, out
}

// saysYes is the person's two yeses, to all of it.
func (w *world) saysYes(g *people.Guest, out Submitted) {
	w.t.Helper()
	w.must(w.Answer(w.ctx, g, out.Permission, yes()))
	var keys []string
	for _, i := range w.one(g, out.Consent).Terms.Items {
		keys = append(keys, i.Key)
	}
	w.must(w.Answer(w.ctx, g, out.Consent, yes(keys...)))
}

// sent is a package that a signed-in partner may read.
func (w *world) sent(s *staff.Session, g *people.Guest, ticket helpdesk.ID, to Recipient) (helpdesk.ID, Submitted) {
	w.t.Helper()
	id, out := w.asks(s, ticket, w.package3(s, ticket, to))
	w.saysYes(g, out)
	_, err := w.Send(w.ctx, s, id, w.referral(s, id).Version, Way{})
	w.must(err)
	return id, out
}

func (w *world) released(o *Outside, id helpdesk.ID) Release {
	w.t.Helper()
	r, err := w.Released(w.ctx, o, id)
	w.must(err)
	return r
}

// ended asks that nothing at all is to be had.
func (w *world) ended(o *Outside, id helpdesk.ID, when string) {
	w.t.Helper()
	r := w.released(o, id)
	if !r.Ended || r.Confirmed || r.Handed.From != "" || len(r.Handed.Items) > 0 || len(r.Words) > 0 || len(r.Updates) > 0 {
		w.t.Fatalf("%s: %+v is released", when, r)
	}
	for position := range 3 {
		if _, b, err := w.ReleasedFile(w.ctx, o, id, position); err == nil || len(b) > 0 {
			w.t.Fatalf("%s: a file is released", when)
		}
	}
	w.refused(w.Accept(w.ctx, o, id), "refer.ended")
	w.refused(w.AskBack(w.ctx, o, id, "where?"), "refer.ended")
}

// mails counts what lies in the outbox.
func (w *world) mails() int {
	w.t.Helper()
	var n int
	w.must(w.DB.QueryRow(w.ctx, `SELECT COUNT(*) FROM post_outbox`).Scan(&n))
	return n
}

func (w *world) keyOf(s *staff.Session, id helpdesk.ID) vault.Key {
	w.t.Helper()
	h, err := w.hold(w.ctx, w.DB, s, id, false)
	w.must(err)
	k, err := h.packageKey()
	w.must(err)
	return k
}

// fill puts ids into a query.
func fill(query, one, two string) string {
	return strings.NewReplacer("$ID", "'"+one+"'", "$TWO", "'"+two+"'").Replace(query)
}

func contains(text, part string) bool { return strings.Contains(text, part) }
