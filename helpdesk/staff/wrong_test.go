package staff_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
)

// Every try that failed at words stands in the log, by id, at each door; no name,
// no login and no word does. Codes that failed stand in the journal.
func TestWrongWordsAreLoggedAndNobodysName(t *testing.T) {
	each(t, func(w *world) {
		staff.NoDelays(w.desk)
		cookie, s := w.signIn("ada", w.init.Words)
		lena, pia := w.lead(helpdesk.NewID(), "lena"), w.enrolled(helpdesk.NewID(), "pia")
		hers, _ := w.helperIn(lena)
		const wrong = "canary words of nobody at all"
		logged := func(why string, id helpdesk.ID, known bool) {
			t.Helper()
			if want := fmt.Sprintf("msg=\"words were wrong\" user=%s known=%v", id, known); strings.Count(w.log.String(), want) == 0 {
				t.Errorf("%s: the log lacks %s", why, want)
			}
		}
		_, err := w.desk.SignIn(w.ctx, "ada", wrong)
		w.refused(err, "staff.wrong")
		logged("at the door", s.User.ID, true)
		w.refused(w.desk.Prove(w.ctx, cookie, wrong), "staff.wrong_words")
		if n := strings.Count(w.log.String(), "words were wrong\" user="+string(s.User.ID)); n != 2 {
			t.Errorf("%d times, after the door and a proof", n)
		}
		_, err = w.desk.SignInPartner(w.ctx, "pia", wrong, "123456")
		w.refused(err, "staff.wrong")
		logged("a partner", pia.id, true)
		w.refused(w.desk.Unlock(w.ctx, hers, wrong), "staff.wrong")
		logged("a locked screen", lena.id, true)
		_, err = w.desk.SignIn(w.ctx, "canarylogin", wrong)
		w.refused(err, "staff.wrong")
		if !strings.Contains(w.log.String(), "known=false") {
			t.Error("nobody's login is not told from somebody's")
		}
		for _, never := range []string{"canary.*", "ada", "lena", "pia", w.init.Words} {
			// As a word: an id is letters too.
			if regexp.MustCompile(`\b` + never + `\b`).MatchString(w.log.String()) {
				t.Errorf("%q is in the log", never)
			}
		}
	})
}
