package volunteer

import (
	"errors"
	"net/http"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

func (h *hall) signInForm(v *frontend.Visit, login string) SignIn {
	page := SignIn{Frame: frameOf(v, v.Say("volunteer.signin.title"))}
	page.Login = frontend.Field{Name: "login", Label: v.Say("signin.login"), Value: login, Complete: "username", Focus: login == ""}
	page.SixWords = frontend.Field{
		Name: "words", Type: "password", Label: v.Say("signin.words"), Help: v.Say("signin.words.help"),
		Complete: "current-password", Focus: login != "",
	}
	page.Code = frontend.Digits{Name: "code", Label: v.Say("partner.code"), Help: v.Say("partner.code.help"), Complete: "one-time-code"}
	return page
}

func (h *hall) signInPage(v *frontend.Visit) error {
	page := h.signInForm(v, "")
	page.Locked = h.locked(v)
	switch {
	case page.Locked:
		page.Title = v.Say("volunteer.locked")
		page.Notice = &frontend.Notice{Text: v.Say("volunteer.locked.text")}
	case v.Query("ended") != "":
		page.Notice = &frontend.Notice{Kind: "warn", Text: v.Say("volunteer.ended"), More: v.Say("volunteer.ended.more")}
	case v.Query("out") != "":
		page.Notice = &frontend.Notice{Kind: "ok", Text: v.Say("volunteer.out"), More: v.Say("volunteer.out.more")}
	}
	return v.Show(page)
}

// locked tells whether this browser's session lives, and asks for the words.
func (h *hall) locked(v *frontend.Visit) bool {
	_, err := h.Staff.Volunteer(v.Context, v.Cookie(), true)
	return errors.Is(err, staff.ErrLocked)
}

// enter opens a session: a locked one by the words alone, else with login, words
// and second factor at once. Which of them was wrong nobody is told.
func (h *hall) enter(v *frontend.Visit) (*staff.Outsider, error) {
	login, words, code := strings.TrimSpace(v.Form.Value("login")), v.Form.Value("words"), frontend.Latin(v.Form.Value("code"))
	cookie := v.Cookie()
	var err error
	if code == "" && h.locked(v) {
		err = h.Staff.Unlock(v.Context, cookie, words)
	} else if cookie, err = h.Staff.SignInVolunteer(v.Context, login, words, code); err == nil {
		v.Enter(cookie)
	}
	if err != nil {
		return nil, err
	}
	return h.Staff.Volunteer(v.Context, cookie, true)
}

func (h *hall) signIn(v *frontend.Visit) error {
	locked := v.Form.Value("code") == "" && h.locked(v)
	o, err := h.enter(v)
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		page := h.signInForm(v, strings.TrimSpace(v.Form.Value("login")))
		page.Locked = locked
		page.SixWords.Wrong = wrong(v, no, locked)
		page.To, page.Carried = carriedOn(v)
		return v.ShowAs(http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	v.Prefer(o.User.Locale, v.Theme())
	v.Outsider = somebody{o}
	if to, carried := carriedOn(v); to != "" {
		return h.sendAgain(v, to, carried)
	}
	return v.Go(frontend.BranchPath)
}

// wrong says it in the words of a door with a second factor, or of a lock.
func wrong(v *frontend.Visit, no helpdesk.Refusal, locked bool) string {
	if no.Key == "staff.wrong" {
		if locked {
			return v.Say("volunteer.locked.wrong")
		}
		return v.Say("partner.wrong")
	}
	return v.Say(no.Key, no.Args...)
}

// again opens a locked page: asked by the page itself, so that what is typed there
// stays. When the session has ended meanwhile it asks for the code, too.
func (h *hall) again(v *frontend.Visit) error {
	type answer struct {
		Who     helpdesk.ID `json:"who,omitempty"`
		Ended   bool        `json:"ended,omitempty"`
		Refused string      `json:"refused,omitempty"`
	}
	locked := v.Form.Value("code") == "" && h.locked(v)
	if !locked && v.Form.Value("code") == "" {
		return v.JSON(http.StatusUnprocessableEntity, answer{Ended: true, Refused: v.Say("volunteer.locked.ended")})
	}
	o, err := h.enter(v)
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return v.JSON(http.StatusUnprocessableEntity, answer{Refused: wrong(v, no, locked)})
	}
	if err != nil {
		return err
	}
	return v.JSON(http.StatusOK, answer{Who: o.User.ID})
}

// invitation changes nothing: programs that look at links must not use one up.
func (h *hall) invitation(v *frontend.Visit) error {
	return v.Show(Invited{Frame: frameOf(v, v.Say("volunteer.invite.title")), Action: v.Path() + "?lang=" + v.Lang()})
}

// accept shows words and second factor once, with the form of a first sign-in
// under them: who fills it in has written both down.
func (h *hall) accept(v *frontend.Visit) error {
	page := Enrolled{Frame: frameOf(v, v.Say("partner.enrolled.title"))}
	made, err := h.Staff.AcceptVolunteer(v.Context, v.Param("token"), v.Lang(), page.Public)
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

// language changes it for this browser.
func (h *hall) language(v *frontend.Visit) error {
	v.Prefer(v.Form.Value("lang"), v.Theme())
	return v.Go(ownPath(v.Form.Value("back")))
}

// ownPath leads nowhere but to these pages.
func ownPath(path string) string {
	const here = frontend.BranchPath
	if path != here && !strings.HasPrefix(path, here+"/") || strings.ContainsAny(path, "\\\r\n?#") {
		return here
	}
	return path
}

// leave ends the session: its row is deleted, and the browser forgets the pages.
func (h *hall) leave(v *frontend.Visit) error {
	if err := h.Staff.SignOutPartner(v.Context, who(v).Outsider); err != nil {
		return err
	}
	v.Leave()
	return v.Go(frontend.BranchSignInPath + "?out=1")
}

// here is asked by a page on which somebody types: it is their own doing, and
// the idle clock hears of it.
func (h *hall) here(v *frontend.Visit) error { return v.Done() }
