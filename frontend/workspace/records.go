package workspace

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/registers"
)

// purposes are what a yes may be for, as the registers take them.
func purposes() []registers.Purpose {
	var out []registers.Purpose
	for _, p := range consent.EveryPurpose() {
		out = append(out, registers.Purpose{Code: p.Code, Basis: p.Basis, Explicit: p.Explicit, Days: p.Days, Months: p.Months, To: p.To, Own: p.Own})
	}
	return out
}

// records is the record of processing activities as the house stands now.
func (d *desk) records(v *frontend.Visit) error {
	rec, err := d.Registers.Record(v.Context, v.Session, purposes())
	if err != nil {
		return err
	}
	page := Records{Page: v.Page(v.Say("records.title"))}
	page.Head = recordHead(page.Words, rec)
	page.At = v.Say("printed.at", page.Exact(v.Now()), v.Session.User.Name)
	page.Rows, page.Security = recordRows(page.Words, rec), security(page.Words, rec)
	return v.Show(page)
}

// recordsTable is the same for a spreadsheet.
func (d *desk) recordsTable(v *frontend.Visit) error {
	rec, err := d.Registers.Record(v.Context, v.Session, purposes())
	if err != nil {
		return err
	}
	w := v.Page("").Words
	var b bytes.Buffer
	b.WriteString("\ufeff") // spreadsheets take it for Latin-1 otherwise
	out := csv.NewWriter(&b)
	head := []string{w.Say("records.activity")}
	for _, part := range recordParts {
		head = append(head, w.Say("records."+part))
	}
	lines := [][]string{head}
	for _, row := range recordRows(w, rec) {
		line := []string{row.Title}
		for _, f := range row.Facts {
			line = append(line, f.Text)
		}
		lines = append(lines, line)
	}
	for _, f := range recordHead(w, rec).Facts {
		lines = append(lines, []string{f.Label, firstOf(f.Text, w.Say("records.missing"))})
	}
	for _, line := range lines {
		for i, cell := range line {
			line[i] = helpdesk.Cell(cell)
		}
	}
	if err := out.WriteAll(lines); err != nil {
		return err
	}
	return v.Download("records.csv", int64(b.Len()), &b)
}

// recordHead says who answers for it all. What nobody said yet is shown as
// missing, with the way to where it is said.
func recordHead(w frontend.Words, rec registers.Record) RecordHead {
	out := RecordHead{Words: w}
	fact := func(label, value, setting string) {
		out.Facts = append(out.Facts, RecordFact{Label: label, Text: value, Missing: value == "", Href: "/w/office/" + setting})
	}
	for _, c := range rec.Controller {
		fact(w.Say("office.name."+c.Setting), c.Value, c.Setting)
	}
	fact(w.Say("records.service"), rec.Name, office.PublicName)
	fact(w.Say("records.funder"), rec.Funder, office.Funder)
	return out
}

// recordParts are the columns of the record (Article 30(1)).
var recordParts = []string{"why", "basis", "whose", "what", "whom", "abroad", "kept"}

func recordRows(w frontend.Words, rec registers.Record) []RecordRow {
	var out []RecordRow
	for _, a := range rec.Activities {
		of := "records.of." + a.Key
		row := RecordRow{Title: w.Say(of)}
		if a.Purpose != nil {
			row.Title += ": " + w.Say("records.purpose."+a.Purpose.Code)
		}
		var whom, kept []string
		for _, r := range a.Recipients {
			whom = append(whom, w.Say("directory.kind."+string(r.Kind))+" ("+strconv.Itoa(r.N)+")")
		}
		for _, k := range a.Kept {
			kept = append(kept, keptText(w, k, rec))
		}
		abroad := w.Say("records.abroad.no")
		if a.Abroad {
			abroad = w.Say("records.abroad.origin")
		}
		for _, p := range []struct{ part, text string }{
			{"why", w.Say(of + ".why")}, {"basis", firstOf(a.Basis, w.Say("records.fill"))}, {"whose", w.Say(of + ".whose")}, {"what", w.Say(of + ".what")},
			{"whom", firstOf(strings.Join(whom, ", "), w.Say(of+".whom"))}, {"abroad", abroad}, {"kept", firstOf(strings.Join(kept, "; "), w.Say("records.fill"))},
		} {
			row.Facts = append(row.Facts, Fact{w.Say("records." + p.part), p.text})
		}
		out = append(out, row)
	}
	return out
}

func keptText(w frontend.Words, k registers.Kept, rec registers.Record) string {
	switch {
	case k.What == "server" && rec.AtServer:
		return w.Say("records.kept.server.erase")
	case k.What == "server":
		return w.Say("records.kept.server.keep")
	case k.Days > 0:
		return w.Say("records.kept.days", k.Days)
	case k.Months == 0:
		return w.Say("records.kept.ever", w.Say("records.kept."+k.What))
	}
	return w.Say("records.kept.months", k.Months, w.Say("records.kept."+k.What))
}

// security says what stands in the settings of what protects people (Article
// 32).
func security(w frontend.Words, rec registers.Record) []string {
	out := []string{w.Say("records.security.sealed"), w.Say("records.security.book"), w.Say("records.security.teams", rec.Teams, rec.Restricted), w.Say("records.security.people", rec.Colleagues)}
	factor, decided := "records.security.factor.no", "records.security.kept.no"
	if rec.SecondFactor {
		factor = "records.security.factor"
	}
	if rec.Decided {
		decided = "records.security.kept"
	}
	return append(out, w.Say(factor), w.Say(decided))
}

// assessment is the draft of an impact assessment: what the house can tell, and
// what only a human can.
func (d *desk) assessment(v *frontend.Visit) error {
	rec, err := d.Registers.Record(v.Context, v.Session, purposes())
	if err != nil {
		return err
	}
	page := Assessment{Page: v.Page(v.Say("assessment.title")), Name: rec.Name}
	page.Head = recordHead(page.Words, rec)
	page.At = v.Say("printed.at", page.Exact(v.Now()), v.Session.User.Name)
	page.Rows, page.Facts = recordRows(page.Words, rec), security(page.Words, rec)
	for _, danger := range registers.Dangers {
		page.Dangers = append(page.Dangers, DangerRow{v.Say("assessment.danger." + danger), v.Say("assessment.against." + danger)})
	}
	for _, part := range registers.HumanParts {
		page.Human = append(page.Human, v.Say("assessment.human."+part))
	}
	return v.Show(page)
}
