package public

import (
	"bytes"
	"cmp"
	"encoding/json"
	"time"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/tickets"
)

// Copy is everything of theirs that their code opens, as one file: what was
// said, what they allowed, what left, what they asked of us. What they hid is
// hidden there, too.
type Copy struct {
	Page
	Talks  []CopiedTalk
	Papers []Paper
	Handed []HandedOver
	Wishes []Wished
}

// CopiedTalk is one conversation in it.
type CopiedTalk struct{ Said []CopiedWord }

// CopiedWord is one message of it. Nothing can be opened from a file, but its
// names say what there was.
type CopiedWord struct {
	Who, At, Text, Language string
	Beside                  []version
	Files                   []string
}

// Wished is a right they asked for, and how it stands.
type Wished struct{ Text, Stands string }

// The same for machines. Instants are RFC 3339.
type (
	copyFile struct {
		Service  string            `json:"service"`
		Made     time.Time         `json:"made"`
		Talks    [][]copyWord      `json:"conversations"`
		Receipts []json.RawMessage `json:"consents"` // as the receipts of each, signed
		Given    []copyGiven       `json:"given"`
		Told     []copyTold        `json:"told"` // without their yes, by phone, letter or visit
		Asked    []copyRight       `json:"asked"`
	}
	copyWord struct {
		Number   int64      `json:"number"`
		At       time.Time  `json:"at"`
		From     string     `json:"from"` // you, or who answered
		Text     string     `json:"text,omitempty"`
		Language string     `json:"language,omitempty"` // of a translation
		Original string     `json:"original,omitempty"`
		Files    []copyName `json:"files,omitempty"`
	}
	copyName struct {
		Name string `json:"name"`
		Size string `json:"size"`
	}
	copyGiven struct {
		To      string         `json:"to"`
		State   string         `json:"state"`
		Package consent.Handed `json:"package"`
		Sent    []copySent     `json:"sent"`
		Opened  []copyOpening  `json:"opened,omitempty"`
		Until   *time.Time     `json:"until,omitempty"`
		Words   []copySaid     `json:"words,omitempty"`
		Outcome string         `json:"outcome,omitempty"`
		Told    string         `json:"told,omitempty"` // by the person
	}
	copySent struct {
		At      time.Time `json:"at"`
		Channel string    `json:"channel"`
		Basis   string    `json:"basis"`
		Items   []string  `json:"items,omitempty"`
	}
	copyTold struct {
		To      string    `json:"to"`
		At      time.Time `json:"at"`
		Channel string    `json:"channel"`
		What    string    `json:"what"`
	}
	copyOpening struct {
		What string    `json:"what"`
		At   time.Time `json:"at"`
	}
	copySaid struct {
		From string    `json:"from"` // partner, house, person
		At   time.Time `json:"at"`
		Text string    `json:"text"`
	}
	copyRight struct {
		What  string     `json:"what"`
		Asked string     `json:"asked"`
		Due   string     `json:"due"`
		Done  *time.Time `json:"done,omitempty"`
	}
)

// copied is the file.
func (h *hall) copied(v *frontend.Visit) error {
	if as := v.Param("as"); as != "html" && as != "json" {
		return helpdesk.ErrNotFound
	}
	p := page(v, "", "/mine")
	p.Bare = true
	page, file := Copy{Page: p}, copyFile{Service: p.Public, Made: v.Now()}
	for _, add := range []func(*frontend.Visit, *Copy, *copyFile) error{h.copyTalks, h.copyAllowed, h.copyGone, h.copyAsked} {
		if err := add(v, &page, &file); err != nil {
			return err
		}
	}
	if v.Param("as") == "json" {
		machine, err := json.MarshalIndent(file, "", " ")
		if err != nil {
			return err
		}
		return v.Download("copy.json", int64(len(machine)), bytes.NewReader(machine))
	}
	html, err := h.site.Render(&page)
	if err != nil {
		return err
	}
	return v.Download("copy.html", int64(len(html)), bytes.NewReader(html))
}

func (h *hall) copyTalks(v *frontend.Visit, page *Copy, file *copyFile) error {
	all, err := h.Tickets.Mine(v.Context, v.Guest)
	if err != nil {
		return err
	}
	for _, t := range all {
		var talk CopiedTalk
		words := []copyWord{}
		for after := int64(0); after < t.Last; {
			found, err := h.Chat.Hear(v.Context, v.Guest, t.Conversation, after)
			if err != nil {
				return err
			}
			if len(found.Said) == 0 {
				break
			}
			after = found.Said[len(found.Said)-1].Number
			for _, s := range found.Said {
				l, ok := h.line(v.Context, page.Words.Words, t.Language, s)
				if !ok {
					continue
				}
				talk.Said = append(talk.Said, onPaper(l))
				words = append(words, wordOf(l, s))
			}
		}
		page.Talks, file.Talks = append(page.Talks, talk), append(file.Talks, words)
	}
	return nil
}

func onPaper(l line) CopiedWord {
	w := CopiedWord{Who: l.Who, At: l.Exact, Text: l.Text, Language: l.Lang, Beside: l.Beside}
	if l.System {
		w.Who = ""
	}
	for _, f := range l.Files {
		w.Files = append(w.Files, f.Name+" ("+f.Size+")")
	}
	return w
}

func wordOf(l line, s tickets.Said) copyWord {
	w := copyWord{Number: l.N, At: s.At, From: l.Who, Text: l.Text, Language: l.Lang}
	if l.Mine {
		w.From = "you"
	}
	if l.Text != s.Content.Text && !l.System {
		w.Original = s.Content.Text
	}
	for _, f := range l.Files {
		w.Files = append(w.Files, copyName{f.Name, f.Size})
	}
	return w
}

func (h *hall) copyAllowed(v *frontend.Visit, page *Copy, file *copyFile) error {
	all, err := h.Consent.Mine(v.Context, v.Guest)
	if err != nil {
		return err
	}
	file.Receipts = []json.RawMessage{}
	for _, a := range all {
		if !a.Open {
			continue // it does not open with their key yet; the page says so
		}
		paper, machine, err := h.paperOf(v, page.Page, a.ID)
		if err != nil {
			return err
		}
		page.Papers, file.Receipts = append(page.Papers, paper), append(file.Receipts, machine)
	}
	return nil
}

func (h *hall) copyGone(v *frontend.Visit, page *Copy, file *copyFile) error {
	all, err := h.Consent.MyReferrals(v.Context, v.Guest)
	if err != nil {
		return err
	}
	file.Given = []copyGiven{}
	for _, r := range all {
		if !r.Open || len(r.Disclosed) == 0 {
			continue
		}
		handed, err := h.handedOver(v, page.Page, r)
		if err != nil {
			return err
		}
		page.Handed = append(page.Handed, handed)
		g := copyGiven{To: r.To.Name, State: string(r.State), Outcome: r.Outcome, Told: r.Told}
		if g.Package, err = h.Consent.Shown(v.Context, v.Guest, r.ID); err != nil {
			return err
		}
		if !r.Until.IsZero() {
			g.Until = &r.Until
		}
		for _, d := range r.Disclosed {
			g.Sent = append(g.Sent, copySent{d.At, d.Channel, d.Basis, d.Items})
		}
		for _, o := range r.Openings {
			g.Opened = append(g.Opened, copyOpening{o.Act, o.At})
		}
		for _, w := range r.Words {
			g.Words = append(g.Words, copySaid{w.Side, w.At, w.Text})
		}
		file.Given = append(file.Given, g)
	}
	told, err := h.Consent.MyDisclosures(v.Context, v.Guest)
	if err != nil {
		return err
	}
	file.Told = []copyTold{}
	for _, d := range told {
		page.Handed = append(page.Handed, HandedOver{Words: page.Words, To: d.Recipient.Name, Lines: leftAt(page.Page, d), Said: []GoneWord{{Text: d.Note, At: page.Near(d.At)}}})
		file.Told = append(file.Told, copyTold{d.Recipient.Name, d.At, d.Channel, d.Note})
	}
	return nil
}

func (h *hall) copyAsked(v *frontend.Visit, page *Copy, file *copyFile) error {
	dates, err := h.askedFor(v)
	if err != nil {
		return err
	}
	for _, w := range wishesOf(page.Page, dates) {
		if stands := cmp.Or(w.Asked, w.Answered); stands != "" {
			page.Wishes = append(page.Wishes, Wished{w.Text, stands})
		}
	}
	file.Asked = []copyRight{}
	for _, d := range dates {
		if !d.Kind.Right() {
			continue
		}
		r := copyRight{What: string(d.Kind), Asked: d.Received, Due: d.Day}
		if !d.Done.IsZero() {
			r.Done = &d.Done
		}
		file.Asked = append(file.Asked, r)
	}
	return nil
}
