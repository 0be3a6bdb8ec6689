package public

import (
	"fmt"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/tickets"
)

// NoticeForm is where somebody says how they want to be told that an answer
// has come.
type NoticeForm struct {
	Page
	Reader     Reader
	Address    Input
	From, To   Pick
	WrongHours string
	Any        Tick
	Tongue     Pick
	Has        bool
}

// CallBack is where somebody who wants no code says when to call.
type CallBack struct {
	Page
	Reader            Reader
	Phone, When, Name Input
	Answers           Pick
}

func (h *hall) noticePage(v *frontend.Visit) error { return h.noticeForm(v, nil) }

func (h *hall) noticeForm(v *frontend.Visit, wrong error) error {
	p := page(v, "", "/notice")
	n, has, err := h.People.Notice(v.Context, v.Guest.Person)
	if err != nil {
		return err
	}
	if !has {
		n = people.Notice{From: 8, To: 20, Language: p.Lang}
	}
	if wrong != nil {
		n = noticeOf(v)
	}
	page := NoticeForm{Page: p, Reader: h.reader(p, "notice"), Has: has,
		Address: Input{Name: "address", Label: p.Say("notice.mail.label"), Type: "email", Mode: "email", Dir: "ltr", Value: n.Address, Required: true},
		From:    Pick{Name: "from", Label: p.Say("notice.from"), Options: clockOptions(n.From)},
		To:      Pick{Name: "to", Label: p.Say("notice.to"), Options: clockOptions(n.To)},
		Any:     Tick{Name: "any", Text: p.Say("notice.any"), Checked: (has || wrong != nil) && n.From == n.To},
		Tongue:  Pick{Name: "language", Label: p.Say("notice.language"), Options: tongues(p, n.Language)},
	}
	status := 200
	if refused(wrong, "notice.hours") {
		status, page.WrongHours = 422, p.Say("notice.hours")
	} else if wrong != nil {
		if err := beside(v, wrong, &page.Address, &Files{}); err != nil {
			return err
		}
		status = refusedStatus
	}
	return v.ShowAs(status, &page)
}

func clockOptions(chosen int) []Option {
	var all []Option
	for hour := range 24 {
		all = append(all, Option{Value: strconv.Itoa(hour), Text: fmt.Sprintf("%02d:00", hour), Chosen: hour == chosen})
	}
	return all
}

func noticeOf(v *frontend.Visit) people.Notice {
	f := v.Form
	from, err1 := strconv.Atoi(f.Value("from"))
	to, err2 := strconv.Atoi(f.Value("to"))
	if f.Has("any") {
		from, to = 0, 0
	} else if err1 != nil || err2 != nil {
		from = -1 // what no clock shows; the room refuses it
	}
	// By mail alone: this house sends no text messages. Who wants a call says so
	// on its own page, and a counsellor calls.
	return people.Notice{Kind: people.ByMail, Address: strings.TrimSpace(f.Value("address")), From: from, To: to, Language: f.Value("language")}
}

func (h *hall) notice(v *frontend.Visit) error {
	n := noticeOf(v)
	if !h.site.Words.Has(n.Language) {
		n.Language = v.Lang()
	}
	if err := h.People.SetNotice(v.Context, v.Guest, n); err != nil {
		return h.noticeForm(v, err)
	}
	return v.Go("/" + v.Lang() + "/talk?said=notice")
}

func (h *hall) dropNotice(v *frontend.Visit) error {
	return orGo(v, h.Chat.DropNotice(v.Context, v.Guest), "/talk?said=dropped")
}

func (h *hall) callbackPage(v *frontend.Visit) error { return v.Show(h.callbackForm(v)) }

func (h *hall) callbackForm(v *frontend.Visit) *CallBack {
	p, f := page(v, "", "/callback"), v.Form
	return &CallBack{Page: p, Reader: h.reader(p, "callback"),
		Phone:   Input{Name: "phone", Label: p.Say("callback.phone"), Type: "tel", Mode: "tel", Dir: "ltr", Required: true},
		When:    Input{Name: "when", Label: p.Say("callback.when"), Help: p.Say("callback.when.help"), Value: f.Value("when")},
		Name:    Input{Name: "name", Label: p.Say("callback.name"), Help: p.Say("callback.name.help"), Value: f.Value("name")},
		Answers: Pick{Name: "answers", Label: p.Say("callback.answers"), Options: options(p, f.Value("answers"), "callback.answers.", "hang", "wrong")},
	}
}

// callback keeps, sealed, how to call somebody who wants no code.
func (h *hall) callback(v *frontend.Visit) error {
	f := v.Form
	said := []string{cut(strings.TrimSpace(f.Value("phone")), 60)}
	if said[0] == "" {
		form := h.callbackForm(v)
		form.Phone.Wrong = v.Say("talk.empty")
		return v.ShowAs(refusedStatus, form)
	}
	for _, name := range []string{"when", "name"} {
		if s := strings.TrimSpace(f.Value(name)); s != "" {
			said = append(said, h.site.Words.Say("sv", "callback."+name)+" "+cut(s, 300))
		}
	}
	// For the counsellor who calls, in their language.
	said = append(said, h.site.Words.Say("sv", "callback.answers."+known(f.Value("answers"), "hang", "wrong")))
	here, _, err := h.current(v)
	if err != nil {
		return err
	}
	err = h.Chat.Wish(v.Context, v.Guest, here.Conversation, func(facts *tickets.Facts) { facts.CallBack = strings.Join(said, "\n") })
	return orGo(v, err, "/talk?said=callback")
}
