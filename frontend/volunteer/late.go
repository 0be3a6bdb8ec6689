package volunteer

import (
	"net/http"
	"strings"

	"returnsupport/frontend"
)

// carried are the forms whose words are carried through a sign-in when the
// session ended meanwhile, by the end of their path.
var carried = []struct {
	ends   string
	fields []string
}{
	{"/say", []string{"client", "text", "beside"}},
	{"/authority", []string{"client", "text"}},
	{"/b/ask", []string{"client", "text", "sure"}},
	{"/b/how", []string{"when", "text"}},
	{"/b/danger", []string{"client", "language", "need", "line"}},
	{"/b/hand-on/next", []string{"client", askKnows, askUrgent, askLanguage, askReach, askNeed, "card", "number", "mail", "from", "to", "line", "send"}},
}

// late takes a form whose session has ended: a script is told, and to everybody
// else their words are carried through signing in again. Nothing of it is kept.
func (h *hall) late(v *frontend.Visit) error {
	if script(v) {
		return v.JSON(http.StatusUnauthorized, struct{}{})
	}
	page := h.signInForm(v, "")
	page.Locked = h.locked(v)
	if page.Locked {
		page.Title = v.Say("volunteer.locked")
	}
	page.To, page.Carried = bundle(v.Path(), v.Form.Value)
	page.Notice = &frontend.Notice{Kind: "warn", Text: v.Say("volunteer.ended.writing")}
	if page.To != "" {
		page.Notice.More = v.Say("volunteer.ended.carried")
	}
	return v.ShowAs(http.StatusUnauthorized, page)
}

// bundle takes from a form what may be carried to path.
func bundle(path string, value func(string) string) (to string, all []Hidden) {
	if path != ownPath(path) {
		return "", nil
	}
	for _, c := range carried {
		if !strings.HasSuffix(path, c.ends) {
			continue
		}
		for _, name := range c.fields {
			if text := value(name); text != "" {
				all = append(all, Hidden{name, text})
			}
		}
		return path, all
	}
	return "", nil
}

// carriedOn is what the sign-in form itself brought along.
func carriedOn(v *frontend.Visit) (to string, all []Hidden) {
	return bundle(v.Form.Value("to"), func(name string) string { return v.Form.Value("with-" + name) })
}

// sendAgain shows what was carried, with a button that sends it now. It is not
// sent by itself: somebody else may have signed in.
func (h *hall) sendAgain(v *frontend.Visit, to string, all []Hidden) error {
	page := Again{Frame: frameOf(v, v.Say("volunteer.again.title")), To: to, Route: routeOf(to), Carried: all}
	for _, c := range all {
		if c.Name == "text" || c.Name == "line" {
			page.Texts = append(page.Texts, c.Value)
		}
	}
	return v.Show(page)
}

// routeOf is a path as it is mounted, for the proof of its form.
func routeOf(path string) string {
	parts := strings.Split(path, "/")
	if len(parts) == 5 { // /b/t/ID/say
		parts[3] = ":id"
	}
	return strings.Join(parts, "/")
}
