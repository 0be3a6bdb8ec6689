package workspace

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/routing"
	"returnsupport/helpdesk/staff"
)

// Settings of rows, edited as fields. A row of the form is a row of the text,
// so what the office says of row 3 is true of card 3.

// table is how a setting's rows are cut into cells.
type table struct {
	columns []column
	sep     string // between two cells
	dash    bool   // - stands for nothing
}

// column is one cell of each row: its words are "office.cell." and key.
type column struct {
	key  string
	kind string // who, who?, team, team?, kind?, lang, langs, skills, date, wide, or a text
	from []string
	say  string // where the words of from stand
	own  bool   // theirs to say: colleagues do not read it
}

var termColumns = []column{{key: "key"}, {key: "swedish"}, {key: "english"}}

var tables = map[string]table{
	office.Profiles: {sep: "|", dash: true, columns: []column{
		{key: "who", kind: "who"}, {key: "languages", kind: "langs"}, {key: "skills", kind: "skills"},
		{key: "gender", from: []string{"", "woman", "man"}, say: "office.gender.", own: true}, {key: "communities", own: true}, {key: "capacity"},
		{key: "substitute", kind: "who?"}, {key: "notify"},
	}},
	office.Leave: {sep: "|", dash: true, columns: []column{
		{key: "who", kind: "who"}, {key: "from", kind: "date"}, {key: "to", kind: "date"}, {key: "substitute", kind: "who?"},
	}},
	office.Topics:    {sep: "|", dash: true, columns: append(slices.Clone(termColumns), column{key: "kind", kind: "kind?"})},
	office.TeamKinds: {sep: "|", dash: true, columns: []column{{key: "team", kind: "team"}, {key: "for", kind: "kind"}, {key: "fallback", kind: "team?"}}},
	office.Skills:    {sep: "|", columns: termColumns},
	office.Tags:      {sep: "|", columns: termColumns},
	office.Centres:   {sep: "|", columns: []column{{key: "key"}, {key: "name"}}},
	office.Retention: {sep: "|", columns: []column{{key: "keep", from: office.RetentionKinds, say: "office.keep."}, {key: "months"}}},
	office.CrisisPanel: {sep: "|", columns: []column{
		{key: "crisiskey"}, {key: "number"}, {key: "shownin"}, {key: "when", from: office.CrisisHours, say: "office.when."}, {key: "ownname"},
	}},
	office.PosterBranches: {sep: "|", columns: []column{{key: "key"}, {key: "name"}, {key: "where"}}},
	office.PublicNames:    {sep: "|", columns: []column{{key: "language", kind: "lang"}, {key: "name"}}},
	office.OnCall:         {sep: "|", columns: []column{{key: "address"}}},
	office.Phrases:        {sep: ":", columns: []column{{key: "language", kind: "lang"}, {key: "words", kind: "wide"}}},
	office.GuideText: {sep: "|", columns: []column{
		{key: "language", kind: "lang"}, {key: "step", from: office.GuideSteps, say: "guide."}, {key: "words", kind: "wide"},
	}},
}

// textRows are the rows of a text that say something.
func textRows(text string) []string {
	var out []string
	for row := range strings.SplitSeq(text, "\n") {
		if row = strings.TrimSpace(row); row != "" && !strings.HasPrefix(row, "#") {
			out = append(out, row)
		}
	}
	return out
}

func (t table) read(text string) [][]string {
	var out [][]string
	for _, row := range textRows(text) {
		cells := make([]string, len(t.columns))
		for i, c := range strings.SplitN(row, t.sep, len(cells)) {
			if c = strings.TrimSpace(c); c != "-" || !t.dash {
				cells[i] = c
			}
		}
		out = append(out, cells)
	}
	return out
}

// write makes the text. What would fall into two cells, or be taken for a
// remark and lost, is refused here: the office could not see it.
func (t table) write(rows [][]string) (string, error) {
	var b strings.Builder
	var wrong error
	for i, row := range rows {
		for j, c := range row {
			if wrong == nil && t.sep == "|" && strings.Contains(c, "|") {
				wrong = helpdesk.Refuse("office.row.bar", i+1)
			}
			if wrong == nil && j == 0 && strings.HasPrefix(c, "#") {
				wrong = helpdesk.Refuse("office.row.sign", i+1)
			}
			if j > 0 {
				b.WriteString(map[string]string{"|": " | ", ":": ": "}[t.sep])
			}
			if c == "" && t.dash {
				c = "-"
			}
			b.WriteString(c)
		}
		b.WriteString("\n")
	}
	return b.String(), wrong
}

// cellName names the fields of a row and a column, from 0.
func cellName(row, column int) string {
	return "r" + strconv.Itoa(row+1) + "c" + strconv.Itoa(column+1)
}

// mostTyped bounds the rows of one form; the office takes fewer.
const mostTyped = 2000

func (t table) typed(v *frontend.Visit) [][]string {
	n, _ := strconv.Atoi(v.Form.Value("rows")) // none: an empty form
	var out [][]string
	for i := range min(max(n, 0), mostTyped) {
		row := make([]string, len(t.columns))
		for j := range row {
			var all []string
			for _, s := range v.Form.All(cellName(i, j)) {
				if s = strings.Join(strings.Fields(s), " "); s != "" {
					all = append(all, s)
				}
			}
			row[j] = strings.Join(all, ", ")
		}
		out = append(out, row)
	}
	return out
}

// shift does what a button beside a row says; rows that hold nothing go.
func shift(rows [][]string, do, at string, columns int) [][]string {
	rows = moved(rows, do, at)
	rows = slices.DeleteFunc(rows, func(row []string) bool {
		return !slices.ContainsFunc(row, func(c string) bool { return c != "" })
	})
	if do == "add" {
		rows = append(rows, make([]string, columns))
	}
	return rows
}

// moved puts one of a list, counted from 1, up, down or away.
func moved[T any](list []T, do, at string) []T {
	n, err := strconv.Atoi(at)
	if n--; err != nil || n < 0 || n >= len(list) {
		return list
	}
	switch {
	case do == "drop":
		return slices.Delete(list, n, n+1)
	case do == "up" && n > 0:
		list[n-1], list[n] = list[n], list[n-1]
	case do == "down" && n+1 < len(list):
		list[n+1], list[n] = list[n], list[n+1]
	}
	return list
}

// naming puts names where settings hold ids: ids are for machines.
type naming struct {
	frontend.Words
	users  []staff.User
	teams  []staff.Team
	boxes  []office.Mailbox
	skills []office.Term
	parts  routing.Parts
	mine   func(helpdesk.ID) bool // the session belongs to the team
	boss   bool
}

func (d *desk) naming(v *frontend.Visit) (*naming, error) {
	n := &naming{Words: v.Page("").Words, mine: v.Session.Member, boss: v.Session.Coordinator()}
	var err error
	if n.users, err = d.Staff.Users(v.Context); err != nil {
		return nil, err
	}
	if n.teams, err = d.Staff.Teams(v.Context); err != nil {
		return nil, err
	}
	if n.boxes, err = d.Office.Mailboxes(v.Context); err != nil {
		return nil, err
	}
	if n.skills, err = d.Office.Skills(v.Context); err != nil {
		return nil, err
	}
	n.parts, err = d.Office.Routing(v.Context)
	return n, err
}

// name is what an id is called; of a restricted team only its members and
// coordinators hear.
func (n *naming) name(id helpdesk.ID) (string, bool) {
	for _, u := range n.users {
		if u.ID == id {
			return u.Name, true
		}
	}
	for _, t := range n.teams {
		if t.ID == id {
			if t.Restricted && !n.boss && !n.mine(id) {
				return n.Say("office.team.restricted"), true
			}
			return t.Name, true
		}
	}
	for _, b := range n.boxes {
		if b.ID == id {
			return b.Address, true
		}
	}
	return "", false
}

var anyID = regexp.MustCompile(`\b[a-z0-9]{26}\b`)

// inText replaces every id of a text.
func (n *naming) inText(text string) string {
	return anyID.ReplaceAllStringFunc(text, func(s string) string {
		id, err := helpdesk.ParseID(s)
		if err != nil {
			return s
		}
		name, ok := n.name(id)
		if !ok {
			return n.Say("office.gone")
		}
		return name
	})
}

func (n *naming) active() []staff.User {
	return slices.DeleteFunc(slices.Clone(n.users), func(u staff.User) bool { return u.State != staff.Active || u.Kind == staff.Interpreter })
}

// chosen marks the values among options; one that is not offered any more is
// offered still, so that saving another cell does not lose it.
func (n *naming) chosen(options []frontend.Option, values ...string) []frontend.Option {
	for _, value := range values {
		i := slices.IndexFunc(options, func(o frontend.Option) bool { return o.Value == value })
		switch {
		case i >= 0:
			options[i].Chosen = true
		case value != "":
			options = append(options, frontend.Option{Value: value, Text: n.inText(value), Chosen: true})
		}
	}
	return options
}

func (n *naming) userOptions(id helpdesk.ID) []frontend.Option {
	var out []frontend.Option
	for _, u := range n.active() {
		out = append(out, frontend.Option{Value: string(u.ID), Text: u.Name + " (" + u.Login + ")"})
	}
	byText(out)
	return n.chosen(append([]frontend.Option{{Text: n.Say("office.none")}}, out...), string(id))
}

func (n *naming) teamOptions(id helpdesk.ID) []frontend.Option {
	var out []frontend.Option
	for _, t := range n.teams {
		name, _ := n.name(t.ID)
		out = append(out, frontend.Option{Value: string(t.ID), Text: name})
	}
	return n.chosen(out, string(id))
}

func (n *naming) languageOptions(tags ...string) []frontend.Option {
	var out []frontend.Option
	for _, l := range locale.Languages {
		out = append(out, frontend.Option{Value: l.Tag, Text: languageName(n.Words, l.Tag)})
	}
	return n.chosen(out, tags...)
}

func (n *naming) skillOptions(keys ...string) []frontend.Option {
	var out []frontend.Option
	for _, t := range n.skills {
		out = append(out, frontend.Option{Value: t.Key, Text: t.In(n.Lang)})
	}
	return n.chosen(out, keys...)
}

func (n *naming) kindOptions(kind string) []frontend.Option {
	var out []frontend.Option
	for _, k := range kindsOf(n.parts) {
		out = append(out, frontend.Option{Value: k, Text: n.kindName(k)})
	}
	return n.chosen(out, kind)
}

func (n *naming) kindName(k string) string {
	switch k {
	case routing.KindReturn, routing.KindLaw, routing.KindChildren, routing.KindGeneral, "violence", "persecution":
		return n.Say("office.kind." + k)
	}
	return k
}

// list cuts a cell of several words.
func list(cell string) []string {
	return strings.FieldsFunc(cell, func(r rune) bool { return r == ',' || r == ' ' })
}

// cell is one field of a row.
func (n *naming) cell(c column, value string) OfficeCell {
	out := OfficeCell{Label: n.Say("office.cell." + c.key), Type: "text", Value: value}
	none := frontend.Option{Text: n.Say("office.none")}
	switch c.kind {
	case "who", "who?":
		out.Options = n.userOptions(helpdesk.ID(value))
	case "team", "team?":
		out.Options = n.chosen(append([]frontend.Option{none}, n.teamOptions("")...), value)
	case "kind?":
		out.Options = n.chosen(append([]frontend.Option{none}, n.kindOptions("")...), value)
	case "lang":
		out.Options = n.chosen(append([]frontend.Option{none}, n.languageOptions()...), value)
	case "langs":
		out.Checks = n.languageOptions(list(value)...)
	case "skills":
		out.Checks = n.skillOptions(list(value)...)
	case "date":
		out.Type = "date"
	case "wide":
		out.Wide = true
	}
	if c.from != nil {
		for _, s := range c.from {
			text := n.Say("office.none")
			if s != "" {
				text = n.Say(c.say + s)
			}
			out.Options = append(out.Options, frontend.Option{Value: s, Text: text})
		}
		if c.from[0] != "" {
			out.Options = append([]frontend.Option{none}, out.Options...)
		}
		out.Options = n.chosen(out.Options, value)
	}
	switch c.key {
	case "capacity", "communities", "notify", "months", "shownin", "crisiskey", "for", "key":
		out.Help = n.Say("office.cell." + c.key + ".help")
	}
	return out
}

func (e *edit) cards(v *frontend.Visit, t table, wrong int, no helpdesk.Refusal) []OfficeCard {
	var out []OfficeCard
	for i, row := range e.rows {
		card := OfficeCard{Words: e.Words, N: i + 1, First: i == 0, Last: i == len(e.rows)-1}
		if i+1 == wrong {
			card.Wrong = v.Say(no.Key, no.Args...)
		}
		for j, c := range t.columns {
			cell := e.cell(c, row[j])
			cell.ID = cellName(i, j)
			card.Cells = append(card.Cells, cell)
		}
		card.Title = e.Say("office.row.n", i+1, firstOf(e.read(t.columns[0], row[0]), e.Say("office.row.new")))
		out = append(out, card)
	}
	return out
}

// read is a cell as one reads it.
func (n *naming) read(c column, value string) string {
	var out []string
	cell := n.cell(c, value)
	for _, o := range append(cell.Options, cell.Checks...) {
		if o.Chosen && o.Value != "" {
			out = append(out, o.Text)
		}
	}
	if cell.Options == nil && cell.Checks == nil {
		return n.inText(value)
	}
	return strings.Join(out, ", ")
}

// cardsToRead are the rows for who may not change them.
func (e *edit) cardsToRead(t table) []OfficeFacts {
	if e.name == office.OnCall {
		return nil
	}
	var out []OfficeFacts
	for _, row := range e.rows {
		var card OfficeFacts
		for j, c := range t.columns {
			if text := e.read(c, row[j]); text != "" && !c.own {
				card.Facts = append(card.Facts, Fact{e.Say("office.cell." + c.key), text})
			}
		}
		out = append(out, card)
	}
	return out
}
