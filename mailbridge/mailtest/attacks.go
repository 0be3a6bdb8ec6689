package mailtest

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Attack is a way to hurt who collects mail, in the answer to the first look into
// a folder. Say begins where the answer would and need not end.
type Attack struct {
	Name string
	Say  func(w io.Writer, tag string)
	// Patience: nothing but a time limit can tell it from an honest server.
	Patience bool
}

// Attacks are those that have no need of a mail.
func Attacks() []Attack {
	say := func(text string) func(io.Writer, string) {
		return func(w io.Writer, _ string) { io.WriteString(w, text) }
	}
	endless := func(begin, again string) func(io.Writer, string) {
		return func(w io.Writer, _ string) { io.WriteString(w, begin); repeat(w, again) }
	}
	return []Attack{
		{Name: "nesting without end", Say: endless("* 1 FETCH (BODYSTRUCTURE ", "(")},
		{Name: "a literal of 3.5 GB", Say: endless("* 1 FETCH (UID 1 BODY[] {3500000000}\r\n", "x")},
		{Name: "literals too large together", Say: say("* 1 FETCH (X {9}\r\n123456789 Y {67108860}\r\n")},
		{Name: "an atom without end", Say: endless("* ", "x")},
		{Name: "a line without end", Say: endless("* X \"", "x ")},
		{Name: "a text without end", Say: endless("* OK ", "x ")},
		{Name: "a literal size without end", Say: endless("* X {", "\r\n")},
		{Name: "a literal of negative size", Say: say("* X {-1}\r\n")},
		{Name: "a flood of mails that are one", Say: endless("", "* 1 FETCH (UID 1 RFC822.SIZE 5)\r\n")},
		{Name: "a flood of mails to come", Say: endless("", "* 7 EXISTS\r\n")},
		{Name: "a flood of large atoms", Say: endless("", "* X "+strings.Repeat("y", 1000)+"\r\n")},
		{Name: "a flood of long lines", Say: endless("", "* X \""+strings.Repeat("y", 900_000)+"\"\r\n")},
		{Name: "a flood of notes", Say: endless("", "* OK still here\r\n")},
		{Name: "a flood of strange tags", Say: endless("", "x1 OK done\r\n")},
		{Name: "silence", Say: say(""), Patience: true},
		{Name: "silence within a literal", Say: say("* 1 FETCH (UID 1 BODY[] {60000000}\r\nx"), Patience: true},
		{Name: "one byte now and then", Say: drip, Patience: true},
	}
}

// Script serves an attack.
func (a Attack) Script() IMAPScript {
	return IMAPScript{Answer: func(w io.Writer, tag, command string) (bool, bool) {
		if !strings.HasPrefix(command, "UID FETCH") {
			return false, false
		}
		a.Say(w, tag)
		return true, false
	}}
}

func repeat(w io.Writer, s string) {
	for block := []byte(strings.Repeat(s, 4096/len(s)+1)); ; {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

func drip(w io.Writer, _ string) {
	for {
		if _, err := fmt.Fprint(w, "*"); err != nil {
			return
		}
		time.Sleep(30 * time.Millisecond)
	}
}
