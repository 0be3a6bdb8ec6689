package public

import (
	"io/fs"
	"regexp"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// soundName is what a recording may be called: the page it reads.
var soundName = regexp.MustCompile(`^[a-z]{1,20}$`)

// recorded tells whether a recording of a page lies in the data folder:
// sounds/LANGUAGE/PAGE.mp3.
func (h *hall) recorded(lang, name string) bool {
	if h.Sounds == nil || !soundName.MatchString(name) {
		return false
	}
	info, err := fs.Stat(h.Sounds, lang+"/"+name+".mp3")
	return err == nil && info.Mode().IsRegular()
}

// sound plays one. Phones ask for a part of it first.
func (h *hall) sound(v *frontend.Visit) error {
	name := v.Param("name")
	if !h.recorded(v.Lang(), name) {
		return helpdesk.ErrNotFound
	}
	data, err := fs.ReadFile(h.Sounds, v.Lang()+"/"+name+".mp3")
	if err != nil {
		return err
	}
	return v.Sound("audio/mpeg", data)
}
