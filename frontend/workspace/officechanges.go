package workspace

import (
	"slices"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
)

// changesShown stand on a setting's page; older ones are counted.
const changesShown = 20

// changes are the versions of a setting, each with what came and went, and the
// way back.
func (e *edit) changes(history []office.Change) ([]OfficeChange, string) {
	var out []OfficeChange
	for i, c := range history {
		if i == changesShown {
			return out, e.Say("office.older", len(history)-changesShown)
		}
		before, back := e.stands.Default, int64(0)
		if i+1 < len(history) {
			before, back = history[i+1].Value, history[i+1].Version
		}
		row := OfficeChange{
			Words: e.Words, Action: "/w/office/" + e.name + "/restore", Route: "/w/office/:name/restore",
			What: e.Say("office.version", c.Version), Who: e.by(c.Actor), At: e.Near(c.At), Exact: e.Exact(c.At),
			Back: c.Version, Version: e.stands.Version, Newest: i == 0, CanUndo: !e.stands.Fixed, Lines: e.lines(before, c.Value),
		}
		if row.Newest {
			row.Back = back
		}
		if len(row.Lines) == 0 {
			row.Same = e.Say("office.same")
		}
		out = append(out, row)
	}
	return out, ""
}

// by names who changed something.
func (e *edit) by(actor helpdesk.ID) string {
	if name, ok := e.naming.name(actor); ok {
		return name
	}
	return e.Say("office.house")
}

// lastChange is what members read of the history.
func (e *edit) lastChange(history []office.Change) string {
	if len(history) == 0 {
		return e.Say("office.never")
	}
	return e.Say("office.changed", e.by(history[0].Actor), e.Near(history[0].At))
}

// lines tells which lines went and which came.
func (e *edit) lines(before, after string) []ChangeLine {
	was, is := e.readable(before), e.readable(after)
	for len(was) > 0 && len(is) > 0 && was[0] == is[0] {
		was, is = was[1:], is[1:]
	}
	for len(was) > 0 && len(is) > 0 && was[len(was)-1] == is[len(is)-1] {
		was, is = was[:len(was)-1], is[:len(is)-1]
	}
	var out []ChangeLine
	for len(was) > 0 || len(is) > 0 {
		switch {
		case len(was) > 0 && len(is) > 0 && was[0] == is[0]:
			was, is = was[1:], is[1:]
		case len(was) > 0 && (len(is) == 0 || !slices.Contains(is, was[0])):
			out, was = append(out, ChangeLine{Text: was[0], Gone: true}), was[1:]
		case len(is) > 0 && (len(was) == 0 || !slices.Contains(was, is[0])):
			out, is = append(out, ChangeLine{Text: is[0]}), is[1:]
		default:
			// Both stand in the other: one of them moved.
			out, was = append(out, ChangeLine{Text: was[0], Gone: true}), was[1:]
		}
	}
	return out
}

// readable are the lines of a value with names for ids; remarks change nothing.
func (e *edit) readable(value string) []string {
	var out []string
	for s := range strings.SplitSeq(e.inText(value), "\n") {
		if s = strings.TrimRight(s, " \r"); s != "" && !(e.stands.Rows && strings.HasPrefix(s, "#")) {
			out = append(out, s)
		}
	}
	return out
}
