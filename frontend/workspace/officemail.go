package workspace

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
)

// mailboxes lists them; of a restricted team's only its members and
// coordinators hear.
func (d *desk) mailboxes(v *frontend.Visit) error {
	frame, err := d.frame(v, v.Say("office.link.mailboxes"), "office")
	if err != nil {
		return err
	}
	n, err := d.naming(v)
	if err != nil {
		return err
	}
	page := OfficeMail{Desk: frame, CanAdd: n.boss}
	for _, b := range n.boxes {
		if !n.boss && !v.Session.Member(b.Team) {
			continue
		}
		team, _ := n.name(b.Team)
		row := OfficeMailRow{Address: b.Address, Team: team, What: v.Say("office.after." + b.After), State: mailboxChip(v, b.State)}
		if n.boss {
			row.Href = "/w/office/mailboxes/" + string(b.ID)
		}
		page.Rows = append(page.Rows, row)
	}
	if len(page.Rows) == 0 {
		page.Empty = &frontend.Empty{Icon: "mail", Title: v.Say("office.mail.empty"), Text: v.Say("office.mail.empty.text")}
	}
	return v.Show(page)
}

func mailboxChip(v *frontend.Visit, state string) frontend.Chip {
	if state == office.Paused {
		return frontend.Chip{Kind: "warn", Icon: "unplug", Text: v.Say("office.mail.paused")}
	}
	return frontend.Chip{Kind: "ok", Icon: "plug", Text: v.Say("office.mail.collecting")}
}

func (d *desk) newMailbox(v *frontend.Visit) error {
	return d.showMailbox(v, http.StatusOK, office.Mailbox{After: office.AfterDelete, Secure: true}, nil)
}

func (d *desk) mailbox(v *frontend.Visit) error {
	b, err := d.mailboxOf(v)
	if err != nil {
		return err
	}
	return d.showMailbox(v, http.StatusOK, b, nil)
}

func (d *desk) mailboxOf(v *frontend.Visit) (office.Mailbox, error) {
	id, err := v.ID("id")
	if err != nil {
		return office.Mailbox{}, err
	}
	return d.Office.Mailbox(v.Context, id)
}

func (d *desk) showMailbox(v *frontend.Visit, status int, b office.Mailbox, problem *frontend.Notice) error {
	return d.showMailboxGoing(v, status, b, problem, "")
}

// showMailboxGoing is the page of a mailbox; address is where to sign in for it,
// once somebody wants to.
func (d *desk) showMailboxGoing(v *frontend.Visit, status int, b office.Mailbox, problem *frontend.Notice, address string) error {
	frame, err := d.frame(v, firstOf(b.Address, v.Say("office.mail.new")), "office")
	if err != nil {
		return err
	}
	teams, err := d.Staff.Teams(v.Context)
	if err != nil {
		return err
	}
	page := OfficeMailbox{
		Desk: frame, Problem: problem, ID: b.ID, Form: mailboxForm(frame.Words, b, teams),
		Paused: b.State == office.Paused, CanPause: b.ID != "", CanRemove: b.ID != "", Collects: b.ID != "" && b.State != office.Paused,
	}
	if b.ID != "" && b.OAuth.Kind != "" && d.Connect != nil {
		g, err := d.Office.Grant(v.Context, b.ID)
		if err != nil {
			return err
		}
		page.Connect = &MailboxConnect{Words: frame.Words, ID: b.ID, Connected: g.Connected(), Go: address}
		if to, err := url.Parse(address); err == nil {
			page.Connect.Issuer = to.Host
		}
	}
	if b.ID != "" {
		if page.History, page.Older, err = d.mailboxChanges(v, frame.Words, b); err != nil {
			return err
		}
	}
	return v.ShowAs(status, page)
}

// mailboxChanges are the versions of a mailbox, each with what came and went,
// and the way back.
func (d *desk) mailboxChanges(v *frontend.Visit, w frontend.Words, b office.Mailbox) ([]OfficeChange, string, error) {
	history, err := d.Office.MailboxHistory(v.Context, b.ID)
	if err != nil {
		return nil, "", err
	}
	n, err := d.naming(v)
	if err != nil {
		return nil, "", err
	}
	e := &edit{naming: n}
	var out []OfficeChange
	for i, c := range history {
		if i == changesShown {
			return out, w.Say("office.older", len(history)-changesShown), nil
		}
		row := OfficeChange{
			Words: w, Action: "/w/office/mailboxes/" + string(b.ID) + "/restore", Route: "/w/office/mailboxes/:id/restore",
			What: w.Say("office.version", c.Version), Who: e.by(c.Actor), Back: c.Version, Version: history[0].Version, Newest: i == 0, CanUndo: true,
		}
		if !c.At.IsZero() {
			row.At, row.Exact = w.Near(c.At), w.Exact(c.At)
		}
		if i+1 < len(history) {
			row.Lines = e.lines(history[i+1].Text, c.Text)
		} else {
			row.Lines, row.CanUndo = e.lines("", c.Text), i > 0
		}
		if row.Newest && row.CanUndo {
			row.Back = history[1].Version
		}
		if len(row.Lines) == 0 {
			row.Same = w.Say("office.mail.same")
		}
		out = append(out, row)
	}
	return out, "", nil
}

// restoreMailbox goes back to an older version; its passwords stay.
func (d *desk) restoreMailbox(v *frontend.Visit) error {
	if err := v.Session.Proof(); err != nil {
		return err
	}
	b, err := d.mailboxOf(v)
	if err != nil {
		return err
	}
	read, err := versionOf(v)
	if err != nil {
		return err
	}
	to, err := strconv.ParseInt(v.Form.Value("to"), 10, 64)
	if err != nil {
		return helpdesk.ErrNotFound
	}
	if err := d.Office.RestoreMailbox(v.Context, v.Session.User.ID, b.ID, to, read); err != nil {
		return d.mailboxFailed(v, b, err)
	}
	return v.Go(told("/w/office/mailboxes/"+string(b.ID), "saved"))
}

func mailboxForm(w frontend.Words, b office.Mailbox, teams []staff.Team) *MailboxForm {
	field := func(name, value string) frontend.Field {
		return frontend.Field{Name: name, Label: w.Say("office.mail." + name), Help: w.Say("office.mail." + name + ".help"), Value: value, Complete: "off", Optional: true}
	}
	secret := func(name string) frontend.Field {
		f := field(name, "") // never what it is
		f.Type, f.Complete = "password", "new-password"
		if b.ID != "" {
			f.Help = w.Say("office.mail.kept")
		}
		return f
	}
	f := &MailboxForm{
		Words: w, Action: "/w/office/mailboxes", Route: "/w/office/mailboxes", Secure: b.Secure, Plus: b.PlusTokens,
		Address: field("address", b.Address), Name: field("shown", b.Name),
		In:   []frontend.Field{field("imap", b.IMAP), secret("password"), field("folder", b.Folder)},
		Out:  []frontend.Field{field("smtp", b.SMTP), secret("smtp-password")},
		More: []frontend.Field{field("after-folder", b.AfterFolder), field("authserv", b.Authserv)},
	}
	if b.ID != "" {
		f.Version = b.Version
		f.Action, f.Route = "/w/office/mailboxes/"+string(b.ID), "/w/office/mailboxes/:id"
	}
	a := b.OAuth
	f.ByTokens = a.Kind != ""
	f.Tokens = []frontend.Field{field("oauth-tenant", a.Tenant), field("oauth-client", a.ClientID), secret("oauth-secret"),
		field("oauth-authorize", a.AuthorizeURL), field("oauth-token", a.TokenURL), field("oauth-scopes", a.Scopes)}
	for _, kind := range []string{"", office.OAuthMicrosoft, office.OAuthGoogle, office.OAuthOther} {
		f.Ways = append(f.Ways, frontend.Option{Value: kind, Text: w.Say("office.mail.way." + firstOf(kind, "password")), Chosen: kind == a.Kind})
	}
	sign := field("signature", b.Signature)
	sign.Rows, sign.Spellcheck = 4, true
	f.More = append(f.More, sign)
	for _, t := range teams {
		f.Teams = append(f.Teams, frontend.Option{Value: string(t.ID), Text: t.Name, Chosen: t.ID == b.Team})
	}
	for _, a := range []string{office.AfterDelete, office.AfterMove, office.AfterSeen, office.AfterLeave} {
		f.Afters = append(f.Afters, frontend.Option{Value: a, Text: w.Say("office.after." + a), Chosen: a == b.After})
	}
	return f
}

// mailboxTyped puts what was typed over what stands.
func mailboxTyped(v *frontend.Visit, b office.Mailbox) office.Mailbox {
	b.Team, b.Address, b.Name = helpdesk.ID(v.Form.Value("team")), v.Form.Value("address"), v.Form.Value("shown")
	b.IMAP, b.SMTP, b.Folder = v.Form.Value("imap"), v.Form.Value("smtp"), v.Form.Value("folder")
	b.After, b.AfterFolder, b.Authserv = v.Form.Value("after"), v.Form.Value("after-folder"), v.Form.Value("authserv")
	b.Signature, b.Secure, b.PlusTokens = v.Form.Value("signature"), v.Form.Has("secure"), v.Form.Has("plus")
	b.OAuth = office.OAuth{Kind: v.Form.Value("oauth"), Tenant: v.Form.Value("oauth-tenant"), ClientID: v.Form.Value("oauth-client"), ClientSecret: v.Form.Value("oauth-secret"),
		AuthorizeURL: v.Form.Value("oauth-authorize"), TokenURL: v.Form.Value("oauth-token"), Scopes: v.Form.Value("oauth-scopes")}
	b.Password, b.SMTPPassword = v.Form.Value("password"), v.Form.Value("smtp-password") // empty keeps what stands
	return b
}

func (d *desk) addMailbox(v *frontend.Visit) error {
	if err := v.Session.Proof(); err != nil {
		return err
	}
	b := mailboxTyped(v, office.Mailbox{})
	err := d.isTeam(v, b.Team)
	if err == nil {
		var id helpdesk.ID
		if id, err = d.Office.AddMailbox(v.Context, v.Session.User.ID, b); err == nil {
			return v.Go(told("/w/office/mailboxes/"+string(id), "saved"))
		}
	}
	return d.mailboxFailed(v, b, err)
}

// changeMailbox asks for a proof, as all that adds a mailbox, removes or connects
// one: letters pass through it. That stands here because the office knows no
// sessions.
func (d *desk) changeMailbox(v *frontend.Visit) error {
	if err := v.Session.Proof(); err != nil {
		return err
	}
	stands, err := d.mailboxOf(v)
	if err != nil {
		return err
	}
	b := mailboxTyped(v, stands)
	if b.Version, err = versionOf(v); err != nil {
		return err
	}
	if err = d.isTeam(v, b.Team); err == nil {
		err = d.Office.ChangeMailbox(v.Context, v.Session.User.ID, b)
	}
	if err != nil {
		return d.mailboxFailed(v, b, err)
	}
	return v.Go(told("/w/office/mailboxes/"+string(b.ID), "saved"))
}

// isTeam is what the office leaves to its caller.
func (d *desk) isTeam(v *frontend.Visit, id helpdesk.ID) error {
	teams, err := d.Staff.Teams(v.Context)
	if err != nil {
		return err
	}
	for _, t := range teams {
		if t.ID == id {
			return nil
		}
	}
	return helpdesk.Refuse("mailbox.team")
}

// mailboxFailed keeps what was typed; passwords have to be typed again.
func (d *desk) mailboxFailed(v *frontend.Visit, b office.Mailbox, err error) error {
	var no helpdesk.Refusal
	switch {
	case errors.As(err, &no):
		return d.showMailbox(v, http.StatusUnprocessableEntity, b, &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...), More: v.Say("office.mail.again")})
	case errors.Is(err, helpdesk.ErrConflict):
		// What was typed stays; saving it once more puts it in the place of theirs.
		if b.ID != "" {
			stands, err := d.Office.Mailbox(v.Context, b.ID)
			if err != nil {
				return err
			}
			b.Version = stands.Version
		}
		return d.showMailbox(v, http.StatusConflict, b, &frontend.Notice{Kind: "warn", Text: v.Say("office.mail.conflict"), More: v.Say("office.mail.again")})
	}
	return err
}

// pauseMailbox stops collecting, or goes on.
func (d *desk) pauseMailbox(v *frontend.Visit) error {
	b, err := d.mailboxOf(v)
	if err != nil {
		return err
	}
	b.State = office.Collecting
	if v.Form.Value("state") == office.Paused {
		b.State = office.Paused
	}
	if err := d.Office.ChangeMailbox(v.Context, v.Session.User.ID, b); err != nil {
		return err
	}
	return v.Go(told("/w/office/mailboxes/"+string(b.ID), "saved"))
}

func (d *desk) removeMailbox(v *frontend.Visit) error {
	if err := v.Session.Proof(); err != nil {
		return err
	}
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if err := d.Office.RemoveMailbox(v.Context, v.Session.User.ID, id); err != nil {
		return err
	}
	return v.Go(told("/w/office/mailboxes", "saved"))
}
