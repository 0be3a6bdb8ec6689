package workspace

import (
	"errors"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// codePage offers to make a recovery code. It changes nothing.
func (d *desk) codePage(v *frontend.Visit) error {
	return v.Show(RecoveryCode{Page: v.Page(v.Say("code.title"))})
}

// makeCode shows a new code on the answer itself: we do not keep it, so there
// is no address to come back to.
func (d *desk) makeCode(v *frontend.Visit) error {
	code, err := d.Staff.RecoveryCode(v.Context, v.Session)
	if err != nil {
		return err
	}
	return v.Show(RecoveryCode{
		Page: v.Page(v.Say("code.title")), Groups: strings.Split(code, "-"),
		Warning: frontend.Notice{Kind: "warn", Text: v.Say("code.once"), More: v.Say("code.once.more")},
	})
}

func lostForm(v *frontend.Visit, login string) Lost {
	return Lost{
		Page: v.Page(v.Say("lost.title")), Chooser: chooser(v),
		Login: frontend.Field{Name: "login", Label: v.Say("signin.login"), Value: login, Complete: "username", Focus: login == ""},
		Code:  frontend.Field{Name: "code", Label: v.Say("lost.code"), Help: v.Say("lost.code.help"), Complete: "off", Focus: login != ""},
	}
}

func (d *desk) lostPage(v *frontend.Visit) error { return v.Show(lostForm(v, "")) }

// lost opens a session with the code and shows the six new words, as an
// invitation does.
func (d *desk) lost(v *frontend.Visit) error {
	login := strings.TrimSpace(v.Form.Value("login"))
	words, cookie, err := d.Staff.SignInWithCode(v.Context, v.Mark(), login, v.Form.Value("code"))
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		if no.Key == "staff.wrong" {
			no.Key = "lost.wrong" // it speaks of words, and here is a code
		}
		page := lostForm(v, login)
		page.Code.Wrong = v.Say(no.Key, no.Args...)
		return v.ShowAs(422, page)
	}
	if err != nil {
		return err
	}
	d.enter(v, cookie)
	return v.Show(newWords(v, strings.Fields(words)))
}
