package stories

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
)

// evening is a world whose chat can open: two counsellors, both on the roster
// at every hour, and bo at a desk of his own. The door is open once ada is
// here, too.
func evening(t testing.TB) *world {
	t.Helper()
	w := newWorld(t)
	bo := w.hire("bo", "Bo Ek")
	w.open(strings.ReplaceAll(hours.Default, "open mon-fri 10:00-16:00\n  present", "open daily 00:00-24:00\n  holidays open\n  present"), bo)
	ctx, stop := context.WithCancel(context.Background())
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for {
			if err := w.room.Attend(ctx, bo, chat.Here); err != nil && ctx.Err() == nil {
				t.Errorf("bo is not here: %v", err)
				return
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(5 * time.Second):
			}
		}
	}()
	t.Cleanup(func() { stop(); <-gone })
	return w
}

// hire lets a colleague in.
func (w *world) hire(login, name string) *staff.Session {
	return w.hireAs(staff.Counsellor, login, name, w.team.ID)
}

func (w *world) hireAs(kind staff.Kind, login, name string, teams ...helpdesk.ID) *staff.Session {
	token, err := w.staff.Invite(w.t.Context(), w.session(), login, name, login+"@help.example", kind, teams...)
	w.ok(err)
	words, cookie, err := w.staff.Accept(w.t.Context(), token, "en")
	w.ok(err)
	s, err := w.staff.Session(w.t.Context(), cookie, false)
	w.ok(err)
	for _, team := range teams {
		w.ok(w.staff.Admit(w.t.Context(), w.session(), s.User.ID, team))
	}
	w.others[login] = words
	cookie, err = w.staff.SignIn(w.t.Context(), login, words)
	w.ok(err)
	s, err = w.staff.Session(w.t.Context(), cookie, false)
	w.ok(err)
	return s
}

// open sets the hours and rosters ada and a colleague at every hour.
func (w *world) open(text string, other *staff.Session) {
	w.ok(w.office.Set(w.t.Context(), w.user, office.Hours, text))
	w.ok(w.office.Set(w.t.Context(), w.user, office.ChatTeam, string(w.team.ID)))
	var roster strings.Builder
	for _, line := range []string{"chat_everyone", "chat_detained", "mail"} {
		for _, user := range []string{string(w.user), string(other.User.ID)} {
			fmt.Fprintf(&roster, "shift %s %s daily 00:00-24:00\n", user, line)
		}
	}
	w.ok(w.office.Set(w.t.Context(), w.user, office.Roster, roster.String()))
}

// counsellor signs ada in and has her be here, so that the door opens.
func counsellor(t *testing.T, w *world, s screen) *visitor {
	t.Helper()
	v := visit(t, w, s)
	v.present()
	return v
}

func (v *visitor) present() {
	v.t.Helper()
	v.signIn()
	v.here()
}

// here says that the counsellor is here.
func (v *visitor) here() {
	v.t.Helper()
	v.open("/w/chats")
	v.click(`#duty button[name=state][value=present]`)
	v.until("she is here", `document.querySelector('#duty button[value=present]').getAttribute("aria-pressed") === "true"`)
}

// takes has the counsellor take the one who waits.
func (v *visitor) takes() {
	v.t.Helper()
	v.open("/w/chats")
	v.click(`.waits button`)
	v.arrives("the talk", `document.querySelector("#say") !== null`)
}

// tells has the counsellor write, with short answers to press.
func (v *visitor) tells(text string, offers ...string) {
	v.t.Helper()
	v.typeInto("#say textarea[name=text]", text)
	if len(offers) > 0 {
		v.click("#say .extras details:first-of-type summary")
		v.typeInto("#offers", strings.Join(offers, "\n"))
	}
	v.click("#say .send button.main")
}

// begins walks a person through the questions and sends a first message; with
// live they sit down at the table. It ends where the code is offered.
func (v *visitor) begins(lang, text string, live bool) {
	v.t.Helper()
	v.open("/" + lang + "/start")
	v.press("shared", "no")
	v.press("tongue", lang)
	if lang != "sv" && lang != "en" {
		v.press("interpreter", "no")
	}
	v.press("detained", "")
	v.press("about", "adult")
	v.typeInto("#text", text)
	v.press("live", map[bool]string{true: "1"}[live])
	v.isAt("/" + lang + "/code/offer")
}

// press presses the button with a name and a value, and waits for what it does.
func (v *visitor) press(name, value string) {
	v.t.Helper()
	v.click(fmt.Sprintf(`main button[name=%s][value="%s"]`, name, value))
}

func (v *visitor) isAt(path string) {
	v.t.Helper()
	v.arrives("at "+path, fmt.Sprintf(`location.pathname === %q`, path))
}

// code makes a code and returns it as it is shown, in groups.
func (v *visitor) code(lang string) string {
	v.t.Helper()
	v.press("do", "make")
	v.isAt("/" + lang + "/code/mine")
	code := v.eval(`[...document.querySelectorAll("p.code span")].map(e => e.textContent).join(" ")`)
	if len(code) != 24 {
		v.t.Fatalf("the code is %q", code)
	}
	return code
}

// returns comes back with a code.
func (v *visitor) returns(lang, code string) {
	v.t.Helper()
	v.open("/" + lang + "/code")
	v.typeInto("#code", code)
	v.click(`main form button.main`)
	v.isAt("/" + lang + "/code/used")
}

// arabic writes digits as many of our readers write them.
func arabic(digits string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + '٠'
		}
		return r
	}, digits)
}
