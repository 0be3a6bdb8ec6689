package letter

import (
	"strings"
	"time"
)

// invitation is what an iCalendar file (RFC 5545) says of its first meeting:
// what it is, when, where, and what was written about it. "" where there is none.
func invitation(text string) string {
	// A line that begins with a blank goes on the one before (section 3.1).
	text = strings.NewReplacer("\n ", "", "\n\t", "").Replace(text)
	said, depth := map[string]string{}, 0
	for line := range strings.Lines(text) {
		name, params, value := property(strings.TrimSuffix(line, "\n"))
		switch {
		case name == "BEGIN" && (depth > 0 || strings.EqualFold(value, "VEVENT")):
			depth++ // alarms stand within
		case name == "END" && depth == 1:
			return told(said)
		case name == "END" && depth > 0:
			depth--
		case depth != 1 || said[name] != "":
		case name == "DTSTART" || name == "DTEND":
			said[name] = moment(value, params)
		case name == "SUMMARY" || name == "LOCATION" || name == "DESCRIPTION":
			said[name] = strings.TrimSpace(unescaped.Replace(value))
		}
	}
	return told(said)
}

// property cuts a line into its name, its parameters and its value. A colon within
// quotes parts nothing.
func property(line string) (name, params, value string) {
	quoted := false
	for i, c := range []byte(line) {
		switch {
		case c == '"':
			quoted = !quoted
		case c == ':' && !quoted:
			name, params, _ = strings.Cut(line[:i], ";")
			return strings.ToUpper(name), params, strings.TrimSpace(line[i+1:])
		}
	}
	return "", "", ""
}

var unescaped = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";") // section 3.3.11

func told(said map[string]string) string {
	when := said["DTSTART"]
	if end := said["DTEND"]; when != "" && end != "" {
		when += " – " + end
	}
	var out []string
	for _, s := range []string{said["SUMMARY"], when, said["LOCATION"]} {
		if s != "" {
			out = append(out, s)
		}
	}
	if s := said["DESCRIPTION"]; s != "" {
		out = append(out, "", s)
	}
	return strings.TrimLeft(strings.Join(out, "\n"), "\n")
}

// moment is an instant or a day (sections 3.3.4 and 3.3.5) as one reads it, in the
// place it was written for: which that is is said and never guessed. Something
// else stays as it stands.
func moment(value, params string) string {
	if t, err := time.Parse("20060102", value); err == nil {
		return t.Format(time.DateOnly)
	}
	local, utc := strings.CutSuffix(value, "Z")
	t, err := time.Parse("20060102T150405", local)
	if err != nil {
		return value
	}
	out := t.Format("2006-01-02 15:04")
	if utc {
		return out + " UTC"
	}
	for p := range strings.SplitSeq(params, ";") {
		if name, zone, _ := strings.Cut(p, "="); strings.EqualFold(name, "TZID") && zone != "" {
			return out + " (" + strings.Trim(zone, `"`) + ")"
		}
	}
	return out
}
