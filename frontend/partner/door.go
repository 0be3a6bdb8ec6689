package partner

import (
	"errors"
	"net/http"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

func (h *hall) signInForm(v *frontend.Visit, login string) SignIn {
	page := SignIn{Frame: frameOf(v, v.Say("partner.signin.title"))}
	page.Login = frontend.Field{Name: "login", Label: v.Say("signin.login"), Value: login, Complete: "username", Focus: login == ""}
	page.SixWords = frontend.Field{
		Name: "words", Type: "password", Label: v.Say("signin.words"), Help: v.Say("signin.words.help"),
		Complete: "current-password", Focus: login != "",
	}
	page.Code = codeField(v)
	return page
}

func codeField(v *frontend.Visit) frontend.Digits {
	return frontend.Digits{Name: "code", Label: v.Say("partner.code"), Help: v.Say("partner.code.help"), Complete: "one-time-code"}
}

func (h *hall) signInPage(v *frontend.Visit) error {
	if v.Query("ended") != "" && strings.HasPrefix(v.Cookie(), byLink) {
		return v.Show(closed(v))
	}
	page := h.signInForm(v, "")
	switch {
	case v.Query("ended") == "writing":
		page.Notice = &frontend.Notice{Kind: "warn", Text: v.Say("partner.ended.writing"), More: v.Say("partner.ended.more")}
	case v.Query("ended") != "":
		page.Notice = &frontend.Notice{Kind: "warn", Text: v.Say("partner.ended"), More: v.Say("partner.ended.more")}
	case v.Query("out") != "":
		page.Notice = &frontend.Notice{Kind: "ok", Text: v.Say("partner.out"), More: v.Say("partner.out.more")}
	}
	return v.Show(page)
}

// closed is what somebody behind a link sees whose visit is over. What was taken
// back leaves no trace of their visit, so it can't say which it was, and says what
// holds if it was that.
func closed(v *frontend.Visit) Closed {
	page := Closed{Frame: frameOf(v, v.Say("partner.closed.title")), Text: v.Say("partner.closed.text"), Stop: v.Say("partner.stop"), More: v.Say("partner.stop.more")}
	if v.Query("ended") == "writing" {
		page.Notice = &frontend.Notice{Kind: "warn", Text: v.Say("partner.ended.writing")}
	}
	return page
}

// signIn takes login, words and second factor at once: which of them was wrong
// nobody is told.
func (h *hall) signIn(v *frontend.Visit) error {
	login := strings.TrimSpace(v.Form.Value("login"))
	cookie, err := h.Staff.SignInPartner(v.Context, login, v.Form.Value("words"), frontend.Latin(v.Form.Value("code")))
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		page := h.signInForm(v, login)
		page.SixWords.Wrong = v.Say(no.Key, no.Args...)
		if no.Key == "staff.wrong" {
			page.SixWords.Wrong = v.Say("partner.wrong")
		}
		return v.ShowAs(http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	v.Enter(byAccount + cookie)
	if o, err := h.Staff.Outsider(v.Context, cookie, true); err == nil {
		v.Prefer(o.User.Locale, v.Theme())
	}
	return v.Go("/p")
}

// invitation changes nothing: programs that look at links must not use one up.
func (h *hall) invitation(v *frontend.Visit) error {
	return v.Show(Invited{Frame: frameOf(v, v.Say("partner.invite.title")), Action: v.Path() + "?lang=" + v.Lang()})
}

// accept shows words and second factor once, with the form of a first sign-in
// under them: who fills it in has written both down.
func (h *hall) accept(v *frontend.Visit) error {
	page := Enrolled{Frame: frameOf(v, v.Say("partner.enrolled.title"))}
	made, err := h.Staff.AcceptPartner(v.Context, v.Param("token"), v.Lang(), page.Public)
	if err != nil {
		return err
	}
	if page.Kit, err = v.Kit(made); err != nil {
		return err
	}
	page.Waits, page.Form = made.Waits, h.signInForm(v, "")
	page.Form.Login.Focus = false
	return v.Show(page)
}

// linkPage says nothing of what waits, nor whether anything does: its address
// holds no secret that reaches us.
func (h *hall) linkPage(v *frontend.Visit) error { return v.Show(h.linkForm(v)) }

func (h *hall) linkForm(v *frontend.Visit) Opening {
	page := Opening{Frame: frameOf(v, v.Say("partner.link.title")), Action: "/p/l?lang=" + v.Lang()}
	page.Brings = []string{"partner.js"}
	for _, l := range v.Languages() {
		page.Tongues = append(page.Tongues, Tongue{Tag: l.Tag, Name: l.Name, Href: "/p/l?lang=" + l.Tag, Here: l.Tag == v.Lang()})
	}
	page.Languages = nil // a form would lose what stands behind #
	page.Key = frontend.Field{Name: "key", Label: v.Say("partner.link.key"), Help: v.Say("partner.link.key.help"), Complete: "off"}
	page.Code = frontend.Digits{Name: "digits", Label: v.Say("partner.link.code"), Help: v.Say("partner.link.code.help"), Complete: "off"}
	return page
}

func (h *hall) openLink(v *frontend.Visit) error {
	key := strings.TrimSpace(v.Form.Value("key"))
	cookie, err := h.Consent.OpenLink(v.Context, key, frontend.Latin(v.Form.Value("digits")))
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		page := h.linkForm(v)
		page.Key.Value = key
		page.Code.Wrong = v.Say(no.Key, no.Args...)
		return v.ShowAs(http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	v.Enter(byLink + cookie)
	v.Prefer(v.Lang(), v.Theme())
	return v.Go("/p")
}

// language changes it for this browser.
func (h *hall) language(v *frontend.Visit) error {
	v.Prefer(v.Form.Value("lang"), v.Theme())
	return v.Go(ownPath(v.Form.Value("back")))
}

// ownPath leads nowhere but to these pages.
func ownPath(path string) string {
	if path != "/p" && !strings.HasPrefix(path, "/p/") || strings.ContainsAny(path, "\\\r\n?#") {
		return "/p"
	}
	return path
}

// leave ends the session: its row is deleted, and the browser forgets the pages.
func (h *hall) leave(v *frontend.Visit) error {
	r := who(v)
	var err error
	if r.account != nil {
		err = h.Staff.SignOutPartner(v.Context, r.account)
	} else {
		err = h.Consent.LeaveVisit(v.Context, r.Outside)
	}
	if err != nil {
		return err
	}
	v.Leave()
	return v.Go(frontend.OutsideSignInPath + "?out=1")
}
