package workspace

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// openPasskeyPath is where the door asks a passkey, and takes its answer.
const openPasskeyPath = "/w/sign-in/passkey"

func doorPasskey(w frontend.Words) frontend.Passkey {
	return frontend.Passkey{Words: w, Ask: openPasskeyPath, Into: "answer", Text: w.Say("passkey.signin")}
}

// askOpen is what the door asks a passkey.
func (d *desk) askOpen(v *frontend.Visit) error {
	options, err := d.Staff.OpenByPasskey(v.Site())
	return ask(v, options, err)
}

// askPasskey is what those who gave their words are asked, in place of a code.
func (d *desk) askPasskey(v *frontend.Visit) error {
	options, err := d.Staff.AskPasskey(v.Context, v.Cookie(), v.Site())
	return ask(v, options, err)
}

// askMade is what an authenticator is asked to make.
func (d *desk) askMade(v *frontend.Visit) error {
	options, err := d.Staff.MakePasskey(v.Context, v.Cookie(), v.Site(), v.Page("").Public)
	return ask(v, options, err)
}

func ask(v *frontend.Visit, options []byte, err error) error {
	if err != nil {
		return err
	}
	return v.JSON(http.StatusOK, json.RawMessage(options))
}

// output is what an authenticator computed, from the field a script put it in;
// nothing for anything else.
func output(v *frontend.Visit) []byte {
	b, err := base64.RawURLEncoding.DecodeString(v.Form.Value("output"))
	if err != nil {
		return nil
	}
	return b
}

// openByPasskey opens the door without words.
func (d *desk) openByPasskey(v *frontend.Visit) error {
	to := frontend.OwnPath(v.Form.Value("to"))
	cookie, err := d.Staff.SignInByPasskey(v.Context, []byte(v.Form.Value("answer")), output(v))
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		page := d.signInForm(v, "")
		page.Chooser.Back = frontend.SignInPath // this path answers scripts alone
		page.To, page.Notice = to, &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...), More: v.Say("passkey.words")}
		return v.ShowAs(http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	d.enter(v, cookie)
	if to == "" {
		to = "/w/queue"
	}
	return v.Go(to)
}

// passkeyPage shows how to make one: in place of a telephone on the first visit,
// beside what they have from their own settings.
func (d *desk) passkeyPage(v *frontend.Visit) error {
	if v.Session != nil {
		if err := v.Session.Proof(); err != nil {
			return err
		}
	}
	return showPasskey(v, http.StatusOK, frontend.OwnPath(v.Query("to")), "", "")
}

func showPasskey(v *frontend.Visit, status int, to, name, wrong string) error {
	page := PasskeyMake{
		Page: v.Page(v.Say("passkey.make")), To: to, First: v.Session == nil,
		Name: frontend.Field{Name: "name", Label: v.Say("passkey.name"), Help: v.Say("passkey.name.help"), Value: name, Wrong: wrong, Complete: "off", Spellcheck: true, Focus: true},
	}
	page.Brings = []string{"passkey.js"}
	page.Button = frontend.Passkey{Words: page.Words, Ask: "/w/factor/passkey/make", Into: "answer", Make: true, Text: v.Say("passkey.make.button"), Main: true}
	return v.ShowAs(status, page)
}

// keepPasskey keeps what was made, and shows spare codes where it is the first
// factor.
func (d *desk) keepPasskey(v *frontend.Visit) error {
	to, name := frontend.OwnPath(v.Form.Value("to")), strings.TrimSpace(v.Form.Value("name"))
	made := staff.Made{Name: name, Answer: []byte(v.Form.Value("answer"))}
	if v.Form.Has("opens") {
		made.Output = output(v)
	}
	spares, cookie, err := d.Staff.KeepPasskey(v.Context, v.Cookie(), made)
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return showPasskey(v, http.StatusUnprocessableEntity, to, name, v.Say(no.Key, no.Args...))
	}
	if err != nil {
		return err
	}
	d.enter(v, cookie)
	if spares != nil {
		return showSpares(v, spares, to)
	}
	return v.Go(told("/w/settings", "saved"))
}

func (d *desk) removePasskey(v *frontend.Visit) error {
	if err := d.Staff.RemovePasskey(v.Context, v.Session, v.Form.Value("passkey")); err != nil {
		return err
	}
	return v.Go(told("/w/settings", "saved"))
}

// myPasskeys are those in somebody's settings.
func (d *desk) myPasskeys(v *frontend.Visit, w frontend.Words) (rows []PasskeyRow, err error) {
	keys, err := d.Staff.Passkeys(v.Context, v.Session)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		row := PasskeyRow{Words: w, ID: k.ID, Name: k.Name, Used: v.Say("passkey.unused", w.Day(k.Made))}
		if !k.Used.IsZero() {
			row.Used = v.Say("passkey.used", w.Day(k.Used))
		}
		if k.Opens {
			row.Opens = &frontend.Chip{Kind: "ok", Icon: "key-round", Text: v.Say("passkey.opens")}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// PasskeyMake makes a passkey.
type PasskeyMake struct {
	frontend.Page
	To     string
	First  bool // they have no second factor yet
	Name   frontend.Field
	Button frontend.Passkey
}

// PasskeyRow is one of somebody's passkeys.
type PasskeyRow struct {
	frontend.Words
	ID, Name, Used string
	Opens          *frontend.Chip
}
