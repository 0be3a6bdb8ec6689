package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"mime/multipart"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/mailbridge/letter"
	"returnsupport/mailbridge/mailtest"
)

//go:embed demo/mail.html
var mailProgramPage string

// mailProgram plays the persons' mail program: whoever tries the demo writes a
// letter as one of them and sees the answer come. It belongs to the demo alone
// and keeps nothing.
type mailProgram struct {
	world    *mailtest.World
	now      func() time.Time
	desk     string       // address of the workspace
	signIns  []demoSignIn // shown here, so that nobody has to copy from a terminal
	template *template.Template
}

// demoSignIn is a counsellor of the demo; the words open nothing but it.
type demoSignIn struct {
	Name, Login, Words string
	Secret             string `json:",omitempty"` // of a second factor, at the branches' door
	Code               string `json:"-"`          // what it shows just now
}

// mailPage is everything mail.html shows; which face is told by what is set.
type mailPage struct {
	Persons []demoPersonRow
	Desk    string
	SignIns []demoSignIn

	At      int // the person whose mailbox is open, -1 for none
	Address string
	Name    string
	Inbox   []mailRow
	Open    *openLetter
	Write   *writeForm
	Problem string
}

type demoPersonRow struct {
	Name, Address, About string
	Letters              int
}

type mailRow struct {
	At            int
	Who, Subject  string
	When, Preview string
	Sent          bool
	when          time.Time
}

type openLetter struct {
	At                                int
	From, To, Cc, Subject, When, Text string
	Files                             []string
	Sent                              bool
}

type writeForm struct {
	To, Cc, Subject, Text string
	Reply                 int // index of the letter answered, -1 for a new one
	Lines                 []string
}

func newMailProgram(w *mailtest.World, now func() time.Time, desk string) *mailProgram {
	return &mailProgram{world: w, now: now, desk: desk,
		template: template.Must(template.New("mail").Parse(mailProgramPage))}
}

// app is the page's own small server: another origin than the workspace, as a
// mail program would be.
func (m *mailProgram) app() *fiber.App {
	app := fiber.New(fiber.Config{Immutable: true, DisableStartupMessage: true, BodyLimit: 20 << 20, DisablePreParseMultipartForm: true})
	app.Use(func(c *fiber.Ctx) error {
		c.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		c.Set("Cache-Control", "no-store")
		c.Set("Referrer-Policy", "same-origin")
		return c.Next()
	})
	app.Get("/", func(c *fiber.Ctx) error { return m.show(c, mailPage{At: -1}) })
	app.Get("/:person", m.inbox)
	app.Get("/:person/write", m.write)
	app.Post("/:person/write", m.send)
	app.Get("/:person/:letter", m.read)
	return app
}

func (m *mailProgram) person(c *fiber.Ctx) (int, error) {
	n, err := strconv.Atoi(c.Params("person"))
	if err != nil || n < 0 || n >= len(demoPersons) {
		return 0, fiber.ErrNotFound
	}
	return n, nil
}

// letters is a person's whole mailbox, oldest first, what they sent included.
func (m *mailProgram) letters(n int) ([]mailtest.Letter, int, error) {
	in, err := m.world.Letters(demoPersons[n].address, "INBOX")
	if err != nil {
		return nil, 0, err
	}
	sent, err := m.world.Letters(demoPersons[n].address, "Sent")
	return append(in, sent...), len(in), err
}

func (m *mailProgram) inbox(c *fiber.Ctx) error {
	n, err := m.person(c)
	if err != nil {
		return err
	}
	letters, inbox, err := m.letters(n)
	if err != nil {
		return err
	}
	page := mailPage{At: n}
	for i, raw := range letters {
		l, err := letter.Parse(c.Context(), raw.Raw, letter.DefaultLimits())
		if err != nil {
			continue // the demo's broken letters were sent by nobody's program
		}
		row := mailRow{At: i, Subject: l.Subject, Preview: firstWords(l.Readable()), Sent: i >= inbox, when: l.Date, When: m.clock(l.Date)}
		row.Who = who(l.From)
		if row.Sent {
			row.Who = who(l.To)
		}
		page.Inbox = append(page.Inbox, row)
	}
	slices.SortStableFunc(page.Inbox, func(a, b mailRow) int { return b.when.Compare(a.when) })
	return m.show(c, page)
}

func (m *mailProgram) read(c *fiber.Ctx) error {
	n, err := m.person(c)
	if err != nil {
		return err
	}
	l, at, sent, err := m.letter(c, n, c.Params("letter"))
	if err != nil {
		return err
	}
	open := &openLetter{At: at, From: all(l.From), To: all(l.To), Cc: all(l.Cc), Subject: l.Subject, When: m.clock(l.Date), Text: l.Readable(), Sent: sent}
	for _, a := range l.Attachments {
		open.Files = append(open.Files, fmt.Sprintf("%s (%d kB)", a.Name, (len(a.Bytes)+1023)/1024))
	}
	return m.show(c, mailPage{At: n, Open: open})
}

func (m *mailProgram) letter(c *fiber.Ctx, person int, index string) (*letter.Letter, int, bool, error) {
	i, err := strconv.Atoi(index)
	letters, inbox, lettersErr := m.letters(person)
	if err != nil || lettersErr != nil || i < 0 || i >= len(letters) {
		return nil, 0, false, fiber.ErrNotFound
	}
	l, err := letter.Parse(c.Context(), letters[i].Raw, letter.DefaultLimits())
	return l, i, i >= inbox, err
}

func (m *mailProgram) write(c *fiber.Ctx) error {
	n, err := m.person(c)
	if err != nil {
		return err
	}
	form := &writeForm{To: demoLine, Reply: -1, Lines: []string{demoLine, demoChildren, demoPartners}}
	if at := c.Query("reply"); at != "" {
		l, i, sent, err := m.letter(c, n, at)
		if err != nil {
			return err
		}
		form.Reply, form.Subject = i, "Re: "+strings.TrimPrefix(l.Subject, "Re: ")
		switch {
		case sent:
			form.To = plain(l.To)
		case len(l.ReplyTo) > 0:
			form.To = plain(l.ReplyTo)
		default:
			form.To = plain(l.From)
		}
		form.Text = "\n\n" + quoted(l.Readable())
	}
	return m.show(c, mailPage{At: n, Write: form})
}

// send builds a letter as any mail program would and gives it to the world.
func (m *mailProgram) send(c *fiber.Ctx) error {
	n, err := m.person(c)
	if err != nil {
		return err
	}
	form, files, err := readForm(c)
	if err != nil {
		return err
	}
	page := writeForm{To: form["to"], Cc: form["cc"], Subject: form["subject"], Text: form["text"], Reply: -1}
	out := letter.Outgoing{
		From: letter.Address{Name: demoPersons[n].name, Addr: demoPersons[n].address},
		To:   addresses(page.To), Cc: addresses(page.Cc), Subject: page.Subject, Text: page.Text,
		MessageID: string(helpdesk.NewID()) + "@program.example", Date: m.now(), Attachments: files,
	}
	if at := form["reply"]; at != "" && at != "-1" {
		l, i, _, err := m.letter(c, n, at)
		if err != nil {
			return err
		}
		page.Reply, out.InReplyTo, out.References = i, l.MessageID, append(l.References, l.MessageID)
	}
	raw, err := letter.Build(out)
	if err != nil {
		page.Lines = []string{demoLine, demoChildren, demoPartners}
		return m.show(c, mailPage{At: n, Write: &page, Problem: "An address or the subject can't be sent like this. Your text is still here."})
	}
	if err := deliver(m.world, out, raw, m.now()); err != nil {
		return err
	}
	return c.Redirect(fmt.Sprintf("/%d", n), fiber.StatusSeeOther)
}

// deliver sends a built letter and keeps a copy, as mail programs do.
func deliver(w *mailtest.World, out letter.Outgoing, raw []byte, at time.Time) error {
	var to []string
	for _, a := range append(slices.Clone(out.To), out.Cc...) {
		to = append(to, a.Addr)
	}
	if err := w.Append(out.From.Addr, "Sent", raw, []string{`\Seen`}, at); err != nil {
		return err
	}
	return w.Send(out.From.Addr, to, raw)
}

// readForm reads a multipart form from the body stream, in memory and bounded.
func readForm(c *fiber.Ctx) (map[string]string, []letter.Attachment, error) {
	boundary := c.Context().Request.Header.MultipartFormBoundary()
	reader := multipart.NewReader(bytes.NewReader(c.Body()), string(boundary))
	form, files := map[string]string{}, []letter.Attachment{}
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return form, files, nil
		}
		if err != nil {
			return nil, nil, fiber.ErrBadRequest
		}
		text, err := io.ReadAll(io.LimitReader(part, 16<<20))
		if err != nil {
			return nil, nil, fiber.ErrBadRequest
		}
		switch {
		case part.FileName() == "":
			form[part.FormName()] = strings.ReplaceAll(string(text), "\r\n", "\n")
		case len(text) > 0:
			files = append(files, letter.Attachment{Name: part.FileName(), ContentType: part.Header.Get("Content-Type"), Bytes: text})
		}
	}
}

func (m *mailProgram) show(c *fiber.Ctx, p mailPage) error {
	p.Desk, p.SignIns = m.desk, slices.Clone(m.signIns)
	for i, s := range p.SignIns {
		if s.Secret == "" {
			continue
		}
		var err error
		if p.SignIns[i].Code, err = staff.FactorCode(s.Secret, m.now()); err != nil {
			return err
		}
	}
	for _, d := range demoPersons {
		p.Persons = append(p.Persons, demoPersonRow{Name: d.name, Address: d.address, About: d.about, Letters: len(m.world.Mails(d.address, "INBOX"))})
	}
	if p.At >= 0 {
		p.Address, p.Name = demoPersons[p.At].address, demoPersons[p.At].name
	}
	var out bytes.Buffer
	if err := m.template.Execute(&out, p); err != nil {
		return err
	}
	return c.Type("html", "utf-8").Send(out.Bytes())
}

func (m *mailProgram) clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(m.now().Location()).Format("Mon 2 Jan 15:04")
}

func who(list []letter.Address) string {
	if len(list) == 0 {
		return "nobody"
	}
	if list[0].Name != "" {
		return list[0].Name
	}
	return list[0].Addr
}

func all(list []letter.Address) string {
	var out []string
	for _, a := range list {
		out = append(out, strings.TrimSpace(a.Name+" <"+a.Addr+">"))
	}
	return strings.Join(out, ", ")
}

func plain(list []letter.Address) string {
	var out []string
	for _, a := range list {
		out = append(out, a.Addr)
	}
	return strings.Join(out, ", ")
}

func addresses(s string) []letter.Address {
	var out []letter.Address
	for _, a := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' }) {
		if a = strings.TrimSpace(a); a != "" {
			out = append(out, letter.Address{Addr: a})
		}
	}
	return out
}

func quoted(s string) string {
	return "> " + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n> ") + "\n"
}

func firstWords(s string) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return string(r)
}
