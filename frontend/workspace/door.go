package workspace

import (
	"errors"
	"math/rand/v2"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

func (d *desk) signInForm(v *frontend.Visit, login string) SignIn {
	page := SignIn{Page: v.Page(v.Say("signin.title")), Chooser: chooser(v)}
	page.Brings, page.Passkey = []string{"passkey.js"}, doorPasskey(page.Words)
	page.Login = frontend.Field{Name: "login", Label: v.Say("signin.login"), Value: login, Complete: "username", Focus: login == ""}
	page.SixWords = frontend.Field{
		Name: "words", Type: "password", Label: v.Say("signin.words"), Help: v.Say("signin.words.help"),
		Complete: "current-password", Focus: login != "",
	}
	return page
}

func chooser(v *frontend.Visit) Languages {
	return Languages{Label: v.Say("language.choose"), Back: v.Address(), Lang: v.Lang(), Choices: v.Languages()}
}

func (d *desk) signInPage(v *frontend.Visit) error {
	page := d.signInForm(v, "")
	page.To = frontend.OwnPath(v.Query("to"))
	switch {
	case v.Query("ended") == "writing":
		page.Notice = &frontend.Notice{Kind: "warn", Text: v.Say("signin.writing"), More: v.Say("signin.writing.more")}
	case v.Query("ended") != "":
		page.Notice = &frontend.Notice{Kind: "warn", Text: v.Say("signin.ended")}
	case v.Query("out") != "":
		page.Notice = &frontend.Notice{Kind: "ok", Text: v.Say("signin.out")}
	}
	return v.Show(page)
}

func (d *desk) signIn(v *frontend.Visit) error {
	login := strings.TrimSpace(v.Form.Value("login"))
	cookie, err := d.Staff.SignInAt(v.Context, v.Mark(), login, v.Form.Value("words"))
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		page := d.signInForm(v, login)
		page.To = frontend.OwnPath(v.Form.Value("to"))
		page.SixWords.Wrong = v.Say(no.Key, no.Args...)
		return v.ShowAs(422, page)
	}
	if err != nil {
		return err
	}
	d.enter(v, cookie)
	if to := frontend.OwnPath(v.Form.Value("to")); to != "" {
		return v.Go(to)
	}
	return v.Go("/w/queue")
}

// enter opens the browser's session, and the door speaks its language from
// now on.
func (d *desk) enter(v *frontend.Visit, cookie string) {
	v.Enter(cookie)
	if half, err := d.Staff.Halfway(v.Context, cookie); err == nil {
		v.Prefer(half.User.Locale, v.Theme())
	} else if s, err := d.Staff.Session(v.Context, cookie, true); err == nil {
		v.Prefer(s.User.Locale, v.Theme())
		v.Remember(d.Staff.Mark(s))
	}
}

func (d *desk) signOut(v *frontend.Visit) error {
	if err := d.Staff.SignOut(v.Context, v.Session); err != nil {
		return err
	}
	v.Leave()
	return v.Go(frontend.SignInPath + "?out=1")
}

// language changes it for this browser, on pages before a session.
func (d *desk) language(v *frontend.Visit) error {
	v.Prefer(v.Form.Value("lang"), v.Theme())
	if back := frontend.OwnPath(v.Form.Value("back")); back != "" {
		return v.Go(back)
	}
	return v.Go(frontend.SignInPath)
}

// invitation changes nothing: programs that look at links must not use one up.
func (d *desk) invitation(v *frontend.Visit) error {
	return v.Show(Invitation{Page: v.Page(v.Say("invite.title")), Action: v.Path(), Chooser: chooser(v)})
}

func (d *desk) accept(v *frontend.Visit) error {
	words, cookie, err := d.Staff.Accept(v.Context, v.Param("token"), v.Lang())
	if err != nil {
		return err
	}
	v.Enter(cookie)
	return v.Show(newWords(v, strings.Fields(words)))
}

// newWords asks for two of the words, so that nobody goes on without having
// written them down. The page carries them itself: we do not keep them.
func newWords(v *frontend.Visit, words []string) NewWords {
	page := NewWords{
		Page: v.Page(v.Say("words.title")), Six: words, Joined: strings.Join(words, " "),
		Warning: frontend.Notice{Kind: "warn", Text: v.Say("words.once"), More: v.Say("words.once.more")},
	}
	a := rand.IntN(len(words)/2) + 1
	b := len(words)/2 + rand.IntN(len(words)-len(words)/2) + 1
	page.First, page.Second = wordField(v, a), wordField(v, b)
	return page
}

func wordField(v *frontend.Visit, n int) frontend.Field {
	return frontend.Field{Name: "word" + strconv.Itoa(n), Label: v.Say("words.ask", n), Complete: "off"}
}

func (d *desk) wordsWritten(v *frontend.Visit) error {
	words := strings.Fields(v.Form.Value("words"))
	if len(words) < 2 {
		return v.Go("/w/queue")
	}
	page := newWords(v, words)
	var asked []frontend.Field
	right := 0
	for i, w := range words {
		f := wordField(v, i+1)
		if !v.Form.Has(f.Name) {
			continue
		}
		f.Value = strings.TrimSpace(v.Form.Value(f.Name))
		if strings.EqualFold(f.Value, w) {
			right++
		} else {
			f.Wrong = v.Say("words.wrong", i+1)
		}
		asked = append(asked, f)
	}
	if right >= 2 && right == len(asked) {
		return v.Go("/w/code")
	}
	if len(asked) == 2 {
		page.First, page.Second = asked[0], asked[1]
	}
	return v.ShowAs(422, page)
}

func (d *desk) admission(v *frontend.Visit) error {
	if len(v.Session.Teams()) > 0 || v.Session.Coordinator() {
		return v.Go("/w/queue")
	}
	return v.Show(Admission{v.Page(v.Say("waiting.title"))})
}
