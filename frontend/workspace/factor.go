package workspace

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// factorPage asks for the second factor of whose words were right, or shows
// those who have none how to make it.
func (d *desk) factorPage(v *frontend.Visit) error {
	if v.Session != nil {
		return v.Go("/w/queue")
	}
	half, err := d.Staff.Halfway(v.Context, v.Cookie())
	if err != nil {
		return err
	}
	to := frontend.OwnPath(v.Query("to"))
	if !half.Made {
		return d.seedPage(v, half.User.Login, to)
	}
	return v.Show(factorForm(v, half.Ways, to))
}

func factorForm(v *frontend.Visit, ways staff.Ways, to string) Factor {
	page := Factor{Page: v.Page(v.Say("factor.title")), To: to, Code: frontend.Field{
		Name: "code", Label: v.Say("factor.code"), Help: v.Say("factor.code.help"), Complete: "one-time-code", Focus: true,
	}}
	if !ways.Codes {
		page.Title, page.Code.Label, page.Code.Help = v.Say("factor.mine"), v.Say("factor.spare"), v.Say("factor.spare.help")
	}
	page.Brings = []string{"passkey.js"}
	page.Passkey, page.Elsewhere = frontend.Besides(page.Words, ways, "code", to)
	return page
}

// giveFactor makes the session whole. The cookie is another one from here on.
func (d *desk) giveFactor(v *frontend.Visit) error {
	to := frontend.OwnPath(v.Form.Value("to"))
	code := v.Form.Value("code")
	if !strings.HasPrefix(code, "{") { // typed, and not what a passkey answered
		code = frontend.Latin(code)
	}
	cookie, err := d.Staff.GiveFactor(v.Context, v.Cookie(), code)
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		half, err := d.Staff.Halfway(v.Context, v.Cookie())
		if err != nil {
			return err
		}
		page := factorForm(v, half.Ways, to)
		page.Code.Wrong = v.Say(no.Key, no.Args...)
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

// seedPage shows a new seed. It is drawn for this page and kept by it alone,
// until a code of it comes back.
func (d *desk) seedPage(v *frontend.Visit, login, to string) error {
	seed, err := staff.NewSeed(v.Page("").Public, login)
	if err != nil {
		return err
	}
	return showSeed(v, http.StatusOK, seed, to, "")
}

func showSeed(v *frontend.Visit, status int, seed staff.Seed, to, wrong string) error {
	page := FactorMake{
		Page: v.Page(v.Say("factor.make")), Another: v.Session != nil && v.Session.Factored(), To: to,
		Passkey: "/w/factor/passkey?" + url.Values{"to": {to}}.Encode(),
		Secret:  seed.Secret, URI: seed.URI, Groups: frontend.Fours(seed.Secret),
		Code: frontend.Digits{Name: "code", Label: v.Say("factor.make.code"), Help: v.Say("factor.make.code.help"), Wrong: wrong, Complete: "one-time-code"},
	}
	var err error
	if page.Square, err = frontend.DrawSquare(seed.URI, v.Say("factor.make.square")); err != nil {
		return err
	}
	return v.ShowAs(status, page)
}

// keepFactor keeps the seed once its first code is typed, and shows the spare
// codes on the answer itself: we do not keep them.
func (d *desk) keepFactor(v *frontend.Visit) error {
	to := frontend.OwnPath(v.Form.Value("to"))
	seed := staff.Seed{Secret: v.Form.Value("secret"), URI: v.Form.Value("uri")}
	spares, cookie, err := d.Staff.KeepFactor(v.Context, v.Cookie(), seed.Secret, frontend.Latin(v.Form.Value("code")))
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return showSeed(v, http.StatusUnprocessableEntity, seed, to, v.Say(no.Key, no.Args...))
	}
	if err != nil {
		return err
	}
	d.enter(v, cookie)
	return showSpares(v, spares, to)
}

func showSpares(v *frontend.Visit, spares []string, to string) error {
	if to == "" {
		to = "/w/queue"
	}
	return v.Show(Spares{
		Page: v.Page(v.Say("factor.spares")), Codes: spares, To: to,
		Warning: frontend.Notice{Kind: "warn", Text: v.Say("factor.spares.once"), More: v.Say("factor.spares.once.more")},
	})
}

// anotherFactor begins a new second factor from somebody's own settings.
func (d *desk) anotherFactor(v *frontend.Visit) error {
	if err := v.Session.Proof(); err != nil {
		return err
	}
	return d.seedPage(v, v.Session.User.Login, "/w/settings")
}

func (d *desk) newSpares(v *frontend.Visit) error {
	spares, err := d.Staff.NewSpares(v.Context, v.Session)
	if err != nil {
		return err
	}
	return showSpares(v, spares, "/w/settings")
}

// proved leads back to the page that asked who somebody is; the site has heard
// the proof already.
func (d *desk) proved(v *frontend.Visit) error {
	if to := frontend.OwnPath(v.Form.Value("to")); to != "" {
		return v.Go(to)
	}
	return v.Go("/w/queue")
}

// myFactor is what the settings say of somebody's second factor.
func (d *desk) myFactor(v *frontend.Visit, w frontend.Words) (MyFactor, error) {
	mine := MyFactor{Words: w, Text: v.Say("factor.mine.none")}
	left, err := d.Staff.SparesLeft(v.Context, v.Session)
	if errors.Is(err, helpdesk.ErrNotFound) {
		return mine, nil
	}
	if err != nil {
		return mine, err
	}
	mine.Made, mine.Text = true, v.Say("factor.mine.left", left, staff.SpareCodes)
	ways, err := d.Staff.Ways(v.Context, v.Cookie())
	if err != nil {
		return mine, err
	}
	mine.Codes, mine.SSO = ways.Codes, d.Staff.SSOName()
	if mine.Passkeys, err = d.myPasskeys(v, w); err != nil {
		return mine, err
	}
	mine.Linked, err = d.Staff.LinkedSSO(v.Context, v.Session)
	return mine, err
}

// Factor asks for the second factor.
type Factor struct {
	frontend.Page
	To        string
	Code      frontend.Field
	Passkey   *frontend.Passkey
	Elsewhere *frontend.Elsewhere
}

// FactorMake shows a seed and asks for its first code.
type FactorMake struct {
	frontend.Page
	Another     bool // it takes the place of one
	To          string
	Passkey     string // the page that makes one of those instead
	Secret, URI string
	Groups      []string
	Square      frontend.Square
	Code        frontend.Digits
}

// Spares shows the spare codes, once.
type Spares struct {
	frontend.Page
	Codes   []string
	Warning frontend.Notice
	To      string
}

// MyFactor is the card of the second factor among somebody's settings.
type MyFactor struct {
	frontend.Words
	Made, Codes bool
	Text        string
	Passkeys    []PasskeyRow
	SSO         string // the organisation's own sign-in; "" where there is none
	Linked      bool   // it knows them
}
