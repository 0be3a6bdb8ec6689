package public

import (
	"errors"
	"strings"

	"returnsupport/frontend"
	"returnsupport/frontend/uploads"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/hours"
)

// Before explains the exit, once, before the first page that asks anything.
type Before struct {
	Page
	Reader  Reader
	Hidden  []Hidden
	Choices []Door
	Later   Later
}

// Question is one question on one screen.
type Question struct {
	Page
	Step  Step
	Later Later
}

// Later are questions that lie in the page, unseen, so that a script shows the
// next without asking us: on a slow net each way to us and back takes half a
// second.
type Later []Step

// Step is a question by itself.
type Step struct {
	frontend.Words
	Reader              Reader
	Ask, Help           string
	Unless              string // not asked of who speaks one of these languages
	Hidden              []Hidden
	Ticks               []Tick
	Choices             []Door
	Pick                *Pick
	PickName, PickValue string
	Pass, PassName      string
	Undo                string
}

// Write is where the first message is written.
type Write struct {
	Page
	Reader Reader
	Head   string
	Lead   []string
	Notes  []Note
	Hidden []Hidden
	Text   Input
	Files  Files
	Live   bool // sending it sits down at the table
	Night  bool // closed: what to do when it cannot wait
	Undo   string
}

// Again is shown when a first message comes a second time.
type Again struct {
	Page
	Doors []Door
}

// start begins with the questions. Which door was taken is told by the path.
func (h *hall) start(v *frontend.Visit) error        { return h.ask(v, answers{}) }
func (h *hall) startMessage(v *frontend.Visit) error { return h.ask(v, answers{"message": "1"}) }
func (h *hall) startHelper(v *frontend.Visit) error  { return h.ask(v, answers{askAbout: helper}) }

// question takes an answer and asks the next.
func (h *hall) question(v *frontend.Visit) error { return h.ask(v, answered(v.Form)) }

func (h *hall) ask(v *frontend.Visit, a answers) error {
	switch key := a.next(v.Lang()); key {
	case "":
		return h.writePage(v, a, "", nil)
	case askShared:
		return h.before(v, a)
	case askAlone:
		return h.childPage(v, a)
	default:
		return h.one(v, a, key)
	}
}

func (h *hall) before(v *frontend.Visit, a answers) error {
	p := h.asking(v)
	return v.Show(&Before{Page: p, Reader: h.reader(p, "before"), Hidden: a.hidden(), Later: h.following(p, a, askShared), Choices: []Door{
		{Icon: "users", Text: p.Say("start.shared.yes"), Name: askShared, Value: "yes"},
		{Icon: "user", Text: p.Say("start.shared.no"), Name: askShared, Value: "no"},
	}})
}

// asking begins a page with questions.
func (h *hall) asking(v *frontend.Visit) Page {
	p := page(v, "", "/start")
	p.Scripts = []string{"start.js"}
	return p
}

// one asks a question whose answer is one press.
func (h *hall) one(v *frontend.Visit, a answers, key string) error {
	p := h.asking(v)
	q := Question{Page: p, Step: h.step(p, key), Later: h.following(p, a, key)}
	q.Step.Hidden, q.Step.Undo = a.hidden(), a.last()
	return v.Show(&q)
}

// following are the questions after one, as far as its answer does not bring
// up another.
func (h *hall) following(p Page, a answers, asked string) Later {
	var all Later
	for _, key := range a.after(asked) {
		s := h.step(p, key)
		s.Undo = asked
		all = append(all, s)
		asked = key
	}
	return all
}

// step is one question whose answer is one press.
func (h *hall) step(p Page, key string) Step {
	q := Step{Words: p.Words, Reader: h.reader(p, key), Pass: p.Say("page.pass"), PassName: key}
	choice := func(icon, words, value string) {
		q.Choices = append(q.Choices, Door{Icon: icon, Text: p.Say(words), Name: key, Value: value})
	}
	switch key {
	case askLanguage:
		q.Ask = p.Say("start.language")
		q.Choices = []Door{{Icon: "globe", Text: ownName(p, p.Lang), Name: key, Value: p.Lang, Main: true}}
		// The list's own field is the answer where its button is pressed.
		q.Pick = &Pick{Name: "other", Label: p.Say("start.language.other"), Options: tongues(p, "")}
		q.PickName, q.PickValue = "chosen", "1"
	case askInterpreter:
		q.Unless = strings.Join(written, " ")
		q.Ask, q.Help = p.Say("start.interpreter"), p.Say("start.interpreter.help")+" "+p.Say("start.interpreter.try")
		q.Ticks = []Tick{{Name: "foreign", Text: p.Say("start.interpreter.foreign")}}
		choice("x", "start.interpreter.no", "no")
		choice("users", "start.interpreter.yes", "yes")
		choice("user", "start.interpreter.woman", "woman")
		choice("user", "start.interpreter.man", "man")
	case askDetained:
		q.Ask, q.Help = p.Say("start.detained"), p.Say("start.detained.help")
		choice("lock", "start.yes", "yes")
		choice("circle-check", "start.no", "no")
		q.Pass = p.Say("start.pass")
	case askAbout:
		q.Ask = p.Say("start.about")
		choice("user", "start.about.adult", adult)
		choice("users", "start.about.family", family)
		choice("user", "start.about.child", child)
		choice("hand", "start.about.helper", helper)
		q.Pass = p.Say("start.pass")
	}
	return q
}

// ownName is what a language calls itself.
func ownName(p Page, tag string) string {
	for _, l := range p.Choices() {
		if l.Tag == tag {
			return l.Name
		}
	}
	return tag
}

// tongues lists the languages by their own names, and "another".
func tongues(p Page, chosen string) []Option {
	var all []Option
	for _, l := range p.Choices() {
		all = append(all, Option{Value: l.Tag, Text: l.Name, Lang: l.Tag, Chosen: l.Tag == chosen})
	}
	return all
}

// writePage is where the first message is written, live where somebody can
// take it.
func (h *hall) writePage(v *frontend.Visit, a answers, text string, wrong error) error {
	p := page(v, "", "/start")
	page := Write{Page: p, Reader: h.reader(p, "write"), Head: p.Say("start.write"), Undo: a.last()}
	page.Hidden = append(a.hidden(), Hidden{"client", newClientID()})
	page.Text = Input{Name: "text", Label: p.Say("start.label"), Help: p.Say("start.label.help"), Rows: 6, Value: text}
	page.Files = p.files("")
	if a[askAbout] == child {
		page.Lead = append(page.Lead, p.Say("start.write.child"))
	}
	if a[askAbout] == helper {
		page.Lead = append(page.Lead, p.Say("start.write.helper"))
	}
	if err := h.whetherLive(v, a, &page); err != nil {
		return err
	}
	status := 200
	if wrong != nil {
		if err := beside(v, wrong, &page.Text, &page.Files); err != nil {
			return err
		}
		status = refusedStatus
	}
	return v.ShowAs(status, &page)
}

// whetherLive says whether somebody can talk now, or when an answer comes.
func (h *hall) whetherLive(v *frontend.Visit, a answers, page *Write) error {
	w := page.Words.Words
	if a.wantsToTalk() {
		door, err := h.Chat.Door(v.Context, a.audience())
		if err != nil {
			return err
		}
		crowded, err := h.Chat.Crowded(v.Context, a.facts(v.Lang()))
		if err != nil {
			return err
		}
		if door.State == hours.Open && !crowded {
			page.Live = true
			page.Lead = append(page.Lead, w.Say("start.write.live"))
			return nil
		}
		page.Notes = append(page.Notes, closedNote(page.Page, door, crowded && door.State == hours.Open))
		page.Night = true
	}
	page.Lead = append(page.Lead, w.Say("start.write.later"))
	due, ok, err := h.promise(v.Context, a.audience(), v.Now())
	if err != nil {
		return err
	}
	if !ok {
		page.Lead = append(page.Lead, w.Say("closed.nodue"))
		return nil
	}
	page.Lead = append(page.Lead, w.Say("closed.due", moment(w, due)), w.Say("closed.late"))
	return nil
}

// closedNote says why nobody talks now and when somebody will.
func closedNote(p Page, door hours.Status, crowded bool) Note {
	n := Note{Kind: "warn", Icon: "clock", Text: p.Say("closed.title")}
	w := p.Words.Words
	switch {
	case crowded:
		n.Text = p.Say("closed.full")
	case door.State == hours.Few && !door.Next.IsZero(), door.State == hours.Capacity && !door.Next.IsZero():
		n.More = []string{p.Say("closed.short", moment(w, door.Next))}
	case door.Next.IsZero():
		n.More = []string{p.Say("closed.long")}
	default:
		n.More = []string{p.Say("closed.opens", moment(w, door.Next))}
	}
	n.More = append(n.More, p.Say("closed.message"))
	return n
}

// refusedStatus is that of a page that says what is wrong (RFC 9110 section
// 15.5.21).
const refusedStatus = 422

// beside puts a refusal beside the field it is about. Anything else is no
// refusal and comes back.
func beside(v *frontend.Visit, err error, text *Input, files *Files) error {
	var no helpdesk.Refusal
	if !errors.As(err, &no) {
		return err
	}
	if strings.HasPrefix(no.Key, "upload.") {
		files.Wrong = v.Say(no.Key, no.Args...)
	} else {
		text.Wrong = v.Say(no.Key, no.Args...)
	}
	return nil
}

// begin takes the first message. Until here nothing was kept.
func (h *hall) begin(v *frontend.Visit) error {
	a := answered(v.Form)
	if v.Form.Value("live") == "" {
		a["message"] = "1"
	}
	text := v.Form.Value("text")
	files, err := uploads.Clean(v.Form.Files)
	if err == nil {
		var begun chat.Begun
		begun, err = h.Chat.Start(v.Context, chat.First{
			Lang: v.Lang(), ClientID: v.Form.Value("client"), Shared: a.shared(), Live: a.wantsToTalk(),
			Facts: a.facts(v.Lang()), Text: text, Files: files,
		})
		if err == nil {
			v.EnterGuest(begun.Cookie)
			return v.Go("/" + v.Lang() + "/code/offer")
		}
	}
	if refused(err, "start.twice") {
		return h.twice(v)
	}
	return h.writePage(v, a, text, err)
}

func refused(err error, key string) bool {
	var no helpdesk.Refusal
	return errors.As(err, &no) && no.Key == key
}

func (h *hall) twice(v *frontend.Visit) error {
	p := page(v, "", "/start")
	page := Again{Page: p}
	if v.Guest != nil {
		page.Doors = append(page.Doors, Door{Icon: "message-circle", Text: p.Say("door.mine.go"), Href: "/" + p.Lang + "/talk", Main: true})
	}
	page.Doors = append(page.Doors,
		Door{Icon: "key-round", Text: p.Say("door.code"), Href: "/" + p.Lang + "/code"},
		Door{Icon: "pen-line", Text: p.Say("door.write"), Href: "/" + p.Lang + "/start/message"})
	return v.ShowAs(409, &page)
}
