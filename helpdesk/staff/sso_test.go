package staff_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store/storetest"
	"returnsupport/mailbridge/mailtest"
)

const back = here + "/w/sso"

// organisation is a world whose colleagues have a sign-in of their own.
func organisation(t *testing.T, test func(w *world, i *mailtest.Issuer)) {
	t.Helper()
	each(t, func(w *world) {
		i := mailtest.TestIssuer(t, "ada@canary.example")
		i.Identity.Subject, i.Identity.Clock = "Canarysubject", w.clock.Now
		w.sso = staff.SSO{Name: "Canarynorth", Issuer: i.URL(), ClientID: mailtest.TokenClient, ClientSecret: mailtest.TokenClientSecret}
		w.restart()
		w.asks()
		test(w, i)
	})
}

// goes walks to the issuer as a browser does and returns what it is sent back with.
func (w *world) goes(cookie string, link bool) (state, code string) {
	w.t.Helper()
	address, err := w.desk.BeginSSO(w.ctx, cookie, back, "/w/queue", link)
	w.must(err)
	for _, secret := range []string{"anaryname", "/w/queue", "%2Fw%2Fqueue", mailtest.TokenClientSecret} {
		if strings.Contains(address, secret) {
			w.t.Errorf("the address tells %s", secret)
		}
	}
	return w.walks(address)
}

func (w *world) walks(address string) (state, code string) {
	w.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Get(address)
	w.must(err)
	answer.Body.Close()
	to, err := url.Parse(answer.Header.Get("Location"))
	w.must(err)
	if !strings.HasPrefix(to.String(), back+"?") {
		w.t.Fatalf("sent to %s", to)
	}
	return to.Query().Get("state"), to.Query().Get("code")
}

// linked makes somebody's own second factor, and links them.
func (w *world) linked(login, words string) (phone, string) {
	w.t.Helper()
	p, whole := w.enrol(login, words)
	state, code := w.goes(whole, true)
	to, same, err := w.desk.FinishSSO(w.ctx, whole, state, code)
	w.must(err)
	if to != "/w/queue" || same != whole {
		w.t.Errorf("linked, and led to %q", to)
	}
	return p, whole
}

func (w *world) halfway(login, words string) string {
	w.t.Helper()
	cookie, err := w.desk.SignIn(w.ctx, login, words)
	w.must(err)
	return cookie
}

func TestAnOrganisationsSignInIsASecondFactorBesideTheWords(t *testing.T) {
	organisation(t, func(w *world, i *mailtest.Issuer) {
		p, _ := w.linked("ada", w.init.Words)
		half := w.halfway("ada", w.init.Words)
		at, err := w.desk.Halfway(w.ctx, half)
		w.must(err)
		if at.Ways.SSO != "Canarynorth" || !at.Ways.Codes {
			t.Errorf("asked for %+v", at.Ways)
		}
		state, code := w.goes(half, false)
		_, whole, err := w.desk.FinishSSO(w.ctx, half, state, code)
		w.must(err)
		if !w.open(whole).Member(w.team) {
			t.Error("in, without the team's key")
		}
		w.must(w.open(whole).Proof())
		_, err = w.desk.Session(w.ctx, half, false)
		w.fails(err, helpdesk.ErrDenied)

		// Step-up: what they showed there is as old as it is.
		w.clock.Pass(6 * time.Minute)
		w.fails(w.open(whole).Proof(), staff.ErrProof)
		i.Identity.Signed = w.clock.Now().Add(-5 * time.Minute)
		state, code = w.goes(whole, false)
		_, _, err = w.desk.FinishSSO(w.ctx, whole, state, code)
		w.refused(err, "staff.sso_old")
		i.Identity.Signed = w.clock.Now().Add(-4 * time.Minute)
		state, code = w.goes(whole, false)
		_, _, err = w.desk.FinishSSO(w.ctx, whole, state, code)
		w.must(err)
		w.must(w.open(whole).Proof())
		w.clock.Pass(61 * time.Second)
		w.fails(w.open(whole).Proof(), staff.ErrProof)

		// Forgotten again, by who proves by their own.
		w.fails(w.desk.UnlinkSSO(w.ctx, w.open(whole)), staff.ErrProof)
		w.must(w.desk.Prove(w.ctx, whole, w.shows(p)))
		w.must(w.desk.UnlinkSSO(w.ctx, w.open(whole)))
		half = w.halfway("ada", w.init.Words)
		_, err = w.desk.BeginSSO(w.ctx, half, back, "", false)
		w.fails(err, helpdesk.ErrNotFound)

		dump := string(storetest.Dump(t, w.db)) + w.log.String()
		for _, canary := range []string{"Canarysubject", "canary@ada", code, state, mailtest.TokenClientSecret} {
			if strings.Contains(dump, canary) {
				t.Errorf("%q lies open", canary)
			}
		}
	})
}

// An issuer that does not say when somebody showed who they are lets them in beside
// their words; for what should not be found done at a desk left open it proves
// nothing.
func TestAnIssuerThatTellsNoTimeProvesNothingOfLate(t *testing.T) {
	organisation(t, func(w *world, i *mailtest.Issuer) {
		w.linked("ada", w.init.Words)
		i.Identity.Spoil = func(_, claims map[string]any) { delete(claims, "auth_time") }
		half := w.halfway("ada", w.init.Words)
		state, code := w.goes(half, false)
		_, whole, err := w.desk.FinishSSO(w.ctx, half, state, code)
		w.must(err)
		w.fails(w.open(whole).Proof(), staff.ErrProof)
		state, code = w.goes(whole, false)
		_, _, err = w.desk.FinishSSO(w.ctx, whole, state, code)
		w.refused(err, "staff.sso_old")
	})
}

func TestNobodyComesInByAnOrganisationsSignInAlone(t *testing.T) {
	organisation(t, func(w *world, i *mailtest.Issuer) {
		// Without a session, and halfway without a link, there is no way to it.
		_, err := w.desk.BeginSSO(w.ctx, "", back, "", false)
		w.fails(err, helpdesk.ErrDenied)
		half := w.halfway("ada", w.init.Words)
		for _, link := range []bool{false, true} {
			_, err = w.desk.BeginSSO(w.ctx, half, back, "", link)
			w.fails(err, helpdesk.ErrNotFound) // no factor of their own yet
		}
		w.enrol("ada", w.init.Words)
		half = w.halfway("ada", w.init.Words)
		_, err = w.desk.BeginSSO(w.ctx, half, back, "", true)
		w.fails(err, staff.ErrFactor)
		_, err = w.desk.BeginSSO(w.ctx, half, back, "", false)
		w.fails(err, helpdesk.ErrNotFound)
	})
}

func TestWhatAnIssuerSaysIsHeldAgainstWhatWasAsked(t *testing.T) {
	organisation(t, func(w *world, i *mailtest.Issuer) {
		w.linked("ada", w.init.Words)
		set := func(name string, value any) func(head, claims map[string]any) {
			return func(_, claims map[string]any) { claims[name] = value }
		}
		for name, wrong := range map[string]struct {
			spoil func(head, claims map[string]any)
			why   string
		}{
			"another nonce":        {set("nonce", "another"), "staff.sso_wrong"},
			"another audience":     {set("aud", "somebody-else"), "staff.sso_wrong"},
			"made for another":     {set("aud", []string{mailtest.TokenClient, "somebody-else"}), "staff.sso_wrong"},
			"given to another":     {set("azp", "somebody-else"), "staff.sso_wrong"},
			"another issuer":       {set("iss", "https://elsewhere.example"), "staff.sso_wrong"},
			"run out":              {set("exp", w.clock.Now().Add(-time.Second).Unix()), "staff.sso_wrong"},
			"another subject":      {set("sub", "Canaryother"), "staff.sso_other"},
			"nobody":               {set("sub", ""), "staff.sso_wrong"},
			"shown in the future":  {set("auth_time", w.clock.Now().Add(time.Hour).Unix()), "staff.sso_wrong"},
			"signed by nobody":     {func(head, _ map[string]any) { head["alg"] = "none" }, "staff.sso_wrong"},
			"signed by our secret": {func(head, _ map[string]any) { head["alg"] = "HS256" }, "staff.sso_wrong"},
			"signed by a stranger": {nil, "staff.sso_wrong"},
		} {
			i.Identity.Spoil, i.Identity.Stranger = wrong.spoil, wrong.spoil == nil
			half := w.halfway("ada", w.init.Words)
			state, code := w.goes(half, false)
			if _, _, err := w.desk.FinishSSO(w.ctx, half, state, code); err == nil {
				t.Errorf("%s: taken", name)
			} else {
				t.Log(name)
				w.refused(err, wrong.why)
			}
		}
		i.Identity.Spoil, i.Identity.Stranger = nil, false

		mine, another := w.halfway("ada", w.init.Words), w.halfway("ada", w.init.Words)
		state, code := w.goes(mine, false)
		_, _, err := w.desk.FinishSSO(w.ctx, another, state, code)
		w.refused(err, "staff.asked") // somebody was tricked into following it
		_, _, err = w.desk.FinishSSO(w.ctx, mine, state+"A", code)
		w.refused(err, "staff.asked")
		_, _, err = w.desk.FinishSSO(w.ctx, mine, state, "")
		w.refused(err, "staff.sso_no")
		_, whole, err := w.desk.FinishSSO(w.ctx, mine, state, code)
		w.must(err)
		_, _, err = w.desk.FinishSSO(w.ctx, whole, state, code)
		w.refused(err, "staff.sso_wrong") // the issuer knows the code no more
		_, code = w.goes(whole, false)
		_, _, err = w.desk.FinishSSO(w.ctx, whole, state, code)
		w.refused(err, "staff.sso_wrong") // a fresh code with the old question: another nonce and proof

		mine = w.halfway("ada", w.init.Words)
		state, code = w.goes(mine, false)
		w.clock.Pass(5 * time.Minute)
		_, _, err = w.desk.FinishSSO(w.ctx, mine, state, code)
		w.refused(err, "staff.asked")

		mine = w.halfway("ada", w.init.Words)
		state, code = w.goes(mine, false)
		i.Down = true
		_, _, err = w.desk.FinishSSO(w.ctx, mine, state, code)
		w.refused(err, "staff.sso_later")
		if strings.Contains(w.log.String(), "canary of") {
			t.Error("what the issuer says is in the log")
		}
	})
}

// Linking is for who proved by a factor of their own, and stays with the factor it
// stands beside.
func TestLinkingNeedsAProof(t *testing.T) {
	organisation(t, func(w *world, i *mailtest.Issuer) {
		_, whole := w.enrol("ada", w.init.Words)
		state, code := w.goes(whole, true)
		w.clock.Pass(4 * time.Minute)
		c, _, _ := w.keeps(whole, false)
		w.clock.Pass(time.Minute)
		_, _, err := w.desk.FinishSSO(w.ctx, whole, state, code)
		w.refused(err, "staff.asked")
		_, err = w.desk.BeginSSO(w.ctx, whole, back, "", true)
		w.fails(err, staff.ErrProof)
		w.must(w.desk.Prove(w.ctx, whole, w.answers(c, whole)))
		state, code = w.goes(whole, true)
		_, _, err = w.desk.FinishSSO(w.ctx, whole, state, code)
		w.must(err)
		linked, err := w.desk.LinkedSSO(w.ctx, w.open(whole))
		w.must(err)
		if !linked {
			t.Error("linked, and not known")
		}
		// Another organisation's sign-in knows nobody.
		w.sso.Issuer = "https://elsewhere.example"
		w.restart()
		if linked, err = w.desk.LinkedSSO(w.ctx, w.open(whole)); err != nil || linked {
			t.Errorf("known at another issuer: %v, %v", linked, err)
		}
	})
}

func TestAnIssuerIsReachedSafelyOrNotAtAll(t *testing.T) {
	for _, s := range []staff.SSO{
		{Name: "x", Issuer: "http://login.example", ClientID: "y"}, {Issuer: "https://login.example", ClientID: "y"},
		{Name: "x", Issuer: "https://login.example"}, {Name: "x"}, {ClientSecret: "z"},
	} {
		if s.Check() == nil {
			t.Errorf("%s is taken", s.Issuer)
		}
	}
	if err := (staff.SSO{}).Check(); err != nil {
		t.Error(err)
	}
}

// Whoever can change the keys on their way can sign in as anybody.
func TestAnIssuerWhoseKeysComeUnsafelyIsRefused(t *testing.T) {
	organisation(t, func(w *world, i *mailtest.Issuer) {
		_, whole := w.enrol("ada", w.init.Words)
		i.Identity.Keys = "http://login.example/keys"
		_, err := w.desk.BeginSSO(w.ctx, whole, back, "/w/queue", true)
		w.refused(err, "staff.sso_wrong")
		i.Identity.Keys = ""
		_, err = w.desk.BeginSSO(w.ctx, whole, back, "/w/queue", true)
		w.must(err)
	})
}
