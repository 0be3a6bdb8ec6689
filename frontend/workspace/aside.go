package workspace

import (
	"net/url"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk/post"
	"returnsupport/mailbridge/letter"
)

var asideKinds = []post.AsideKind{"", post.Unreadable, post.Automatic, post.Bounce, post.Report, post.List, post.Unwanted, post.Own}

// asides lists the letters that did not become messages.
func (d *desk) asides(v *frontend.Visit) error {
	kind := post.AsideKind("")
	for _, k := range asideKinds {
		if v.Query("kind") == string(k) {
			kind = k
		}
	}
	found, err := d.Post.Asides(v.Context, v.Session, kind, v.Query("after"))
	if err != nil {
		return err
	}
	counts, err := d.Post.AsideCounts(v.Context, v.Session)
	if err != nil {
		return err
	}
	frame, err := d.frame(v, v.Say("aside.title"), "aside")
	if err != nil {
		return err
	}
	teams, err := d.teamNames(v)
	if err != nil {
		return err
	}
	page := Asides{Desk: frame}
	for _, k := range asideKinds {
		name, n := string(k), counts[k]
		if k == "" {
			name = "all"
			for _, c := range counts {
				n += c
			}
		}
		if n > 0 || k == kind || k == "" {
			page.Tabs = append(page.Tabs, frontend.Tab{
				Text: v.Say("aside.tab." + name), Href: "/w/aside?kind=" + string(k), Count: int64(n), Here: k == kind,
			})
		}
	}
	for _, a := range found.Asides {
		page.Rows = append(page.Rows, asideRow(page.Words, a, teams[a.Team]))
	}
	if len(page.Rows) == 0 {
		page.Empty = &frontend.Empty{Icon: "mail-open", Title: v.Say("aside.empty.title"), Text: v.Say("aside.empty.text")}
	}
	page.Pager = pager(v, "/w/aside", url.Values{"kind": {string(kind)}}, found.Next)
	return v.Show(page)
}

func asideRow(w frontend.Words, a post.Aside, team string) AsideRow {
	out := AsideRow{
		Words: w, ID: a.ID, Title: firstOf(a.Subject, w.Say("aside.nosubject")), Who: firstOf(a.From, w.Say("queue.unknown")),
		When: w.Near(a.At), Exact: w.Exact(a.At), Machine: w.Machine(a.At),
		Why:        frontend.Notice{Text: w.Say("aside.why." + string(a.Kind))},
		Chip:       frontend.Chip{Text: w.Say("aside.tab." + string(a.Kind))},
		Original:   "/w/aside/" + string(a.ID) + "/original.eml",
		CanRecover: a.Whole && a.Recovered == "" && a.Kind != post.Own,
	}
	switch a.Kind {
	case post.Unreadable:
		if strings.Contains(a.From, "@") {
			out.Again = "/w/write?again=" + string(a.ID)
		}
		out.Why.Kind, out.Why.More = "warn", w.Say("aside.reason."+reason(a.Reason))
		out.Chip.Kind, out.Chip.Icon = "warn", "mail-warning"
	case post.Bounce:
		out.Why.Kind, out.Chip.Kind, out.Chip.Icon = "warn", "warn", "mail-x"
	case post.Automatic:
		out.Chip.Icon = "bot"
	}
	if !a.Whole {
		out.Why.More += " " + w.Say("aside.away")
	}
	for _, f := range []Fact{
		{w.Say("aside.from"), a.From}, {w.Say("aside.to"), a.To}, {w.Say("aside.date"), a.Date},
		{w.Say("aside.size"), w.Size(a.Size)}, {w.Say("queue.team"), team},
	} {
		if f.Text != "" {
			out.Facts = append(out.Facts, f)
		}
	}
	for _, h := range a.Headers {
		out.Headers = append(out.Headers, Fact{h.Name, h.Value})
	}
	return out
}

// reason is one of the reasons the catalogues know.
func reason(r string) string {
	switch r {
	case letter.TooLarge, letter.TooDeep, letter.TooManyParts, letter.HeaderTooLarge, letter.NoMail, letter.TooSlow, letter.Broken,
		post.ReasonWithheld:
		return r
	}
	return "unknown"
}

func (d *desk) asideOriginal(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	content, size, err := d.Post.AsideOriginal(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	return v.Download("letter-"+string(id[:6])+".eml", size, content)
}

// recover makes a letter set aside a conversation.
func (d *desk) recover(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	ticket, err := d.Post.Recover(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	return v.Go(told(ticketPath(ticket), "recovered"))
}

// asideDone ticks a letter off; it is kept.
func (d *desk) asideDone(v *frontend.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if err := d.Post.AsideDone(v.Context, v.Session, id, true); err != nil {
		return err
	}
	return v.Go(told("/w/aside", "saved"))
}
