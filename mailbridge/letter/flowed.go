package letter

import "strings"

// unflow joins the soft-broken lines of format=flowed (RFC 3676): a line that
// ends in a blank goes on in the next line of the same quote depth. Text must
// have LF line ends.
func unflow(text string, delSp bool) string {
	var out strings.Builder
	out.Grow(len(text))
	open := false // the last line written was soft-broken
	openDepth := 0
	for text != "" {
		line, rest, ended := strings.Cut(text, "\n")
		text = rest
		depth := len(line) - len(strings.TrimLeft(line, ">"))
		content := line[depth:]
		content = strings.TrimPrefix(content, " ") // space-stuffing, section 4.4
		if open && depth != openDepth {
			out.WriteByte('\n') // section 4.5: a change of depth ends the paragraph
			open = false
		}
		if !open && depth > 0 {
			out.WriteString(strings.Repeat(">", depth))
			out.WriteByte(' ')
		}
		soft := strings.HasSuffix(content, " ") && content != "-- "
		if soft && delSp {
			content = content[:len(content)-1]
		}
		out.WriteString(content)
		open, openDepth = soft && ended, depth
		if ended && !soft {
			out.WriteByte('\n')
		}
	}
	if open {
		out.WriteByte('\n')
	}
	return out.String()
}
