package mailbridge

import (
	"fmt"
	"strings"
)

// After says what becomes of a mail on the server once it is received. Its
// text form is what settings store.
type After string

// The zero After leaves the mail as it is, unseen.
const (
	Leave    After = ""
	MarkSeen After = "seen"
	Delete   After = "delete"
)

const movePrefix = "move:"

// Move puts the mail into another folder, which is made when it is missing.
func Move(folder string) After { return After(movePrefix + folder) }

// ParseAfter reads "leave", "seen", "delete" or "move:Folder".
func ParseAfter(s string) (After, error) {
	switch a := After(s); {
	case s == "leave", a == Leave:
		return Leave, nil
	case a == MarkSeen, a == Delete:
		return a, nil
	case a.folder() != "":
		return a, nil
	}
	return Leave, fmt.Errorf("read what to do after collecting: %q is not leave, seen, delete or move:Folder", s)
}

func (a After) folder() string {
	folder, ok := strings.CutPrefix(string(a), movePrefix)
	if !ok {
		return ""
	}
	return folder
}

// removes reports whether the mail disappears from the folder.
func (a After) removes() bool { return a == Delete || a.folder() != "" }
