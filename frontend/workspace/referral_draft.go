package workspace

import (
	"slices"
	"strconv"
	"strings"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/tickets"
)

const (
	mostOffered = 100 // messages to choose from, the latest
	mostSnippet = 40  // runes of what names a thing until somebody does
)

// draftForm lays a draft out: what was kept, or what was typed and refused.
func (d *desk) draftForm(v *frontend.Visit, w frontend.Words, t tickets.Ticket, r consent.Referred) (*DraftForm, error) {
	sheet, err := d.Tickets.Page(v.Context, v.Session, t.ID)
	if err != nil {
		return nil, err
	}
	d.settle(v, sheet.Settle)
	f, asking := r.Referring, v.Form
	back := asking.Has("version") && asking.Has("need")
	if back {
		f = layoutOf(v, sheet, f, nil)
	}
	form := &DraftForm{Words: w, Here: referralPath(t.ID, r.ID), Version: r.Version, Modes: modeChoice(w, f.Mode), Priorities: priorityChoice(w, f.Priority),
		Need: referField(v, "need", "", 0, false, f.Need), Reason: referField(v, "reason", "", 3, true, f.Reason),
		Limits: referField(v, "limits", "", 3, true, strings.Join(f.Restrictions, "\n")), From: referField(v, "from", "", 0, true, f.FromCountry),
		Likely: f.Likely, Unpromised: !f.Promised, Agreed: f.Agreed, Signpost: f.Mode == consent.Signpost, Twice: f.Again || v.Form.Value("again") != "",
		Use: referField(v, "use", "", 0, true, asking.Value("use")), Keep: referField(v, "keep", "number", 0, true, asking.Value("keep")),
		Days: referField(v, "days", "number", 0, true, asking.Value("days")), Spoken: asking.Value("spoken") != "", Started: asking.Value("started") != "",
		Languages: theirLanguages(w, firstOf(asking.Value("language"), sheet.Head.Facts.Spoken, t.Language)), Roles: roleChoice(w, asking.Value("role")),
		Ages: ageChoice(w, asking.Value("age"), sheet.Head.Facts.Child)}
	if err := d.serviceChoice(v, form, r, f.Service); err != nil {
		return nil, err
	}
	if err := d.permissions(v, form, t, r); err != nil {
		return nil, err
	}
	show, err := d.showing(v, w, sheet)
	if err != nil {
		return nil, err
	}
	for _, m := range offered(sheet) {
		form.Parts = append(form.Parts, partRows(v, show, m, f.Parts)...)
	}
	n := 0
	for _, p := range f.Parts {
		if p.Kind == consent.PartText {
			form.Texts = append(form.Texts, textPart(v, w, n, p))
			n++
		}
	}
	form.Texts = append(form.Texts, textPart(v, w, n, consent.Part{}))
	return form, nil
}

// offered are the messages that may be handed over.
func offered(sheet *tickets.Sheet) []tickets.Opened {
	var out []tickets.Opened
	for _, m := range sheet.Messages {
		if m.Broken || m.Withdrawn || m.Kind == tickets.KindSystem || m.Ticket != sheet.Ticket.ID {
			continue
		}
		if strings.TrimSpace(m.Content.Text) != "" || len(m.Content.Files) > 0 {
			out = append(out, m)
		}
	}
	return out[max(0, len(out)-mostOffered):]
}

func isNote(m tickets.Opened) bool {
	return m.Kind != tickets.KindLetter && m.Kind != tickets.KindAnswer && m.Kind != tickets.KindChat
}

// partRows are a message and its files, as they may be chosen.
func partRows(v *frontend.Visit, s *showing, m tickets.Opened, chosen []consent.Part) []PartRow {
	var out []PartRow
	shown := s.message(m)
	add := func(key, text string, file bool, is func(consent.Part) bool) {
		row := PartRow{Words: s.Words, Key: key, What: shown.What, Who: shown.Who, When: shown.At, Text: text, File: file}
		if i := slices.IndexFunc(chosen, is); i >= 0 {
			partFields(v, &row, m, chosen[i])
		}
		out = append(out, row)
	}
	if strings.TrimSpace(m.Content.Text) != "" {
		add("m-"+string(m.ID), m.Content.Text, false, func(p consent.Part) bool {
			return p.Message == m.ID && p.Kind != consent.PartFile
		})
	}
	for n, file := range m.Content.Files {
		add("f-"+string(m.ID)+"-"+strconv.Itoa(n), file.Name, true, func(p consent.Part) bool {
			return p.Message == m.ID && p.Kind == consent.PartFile && p.File == n
		})
	}
	return out
}

// partFields are what is asked of a thing that was chosen.
func partFields(v *frontend.Visit, row *PartRow, m tickets.Opened, p consent.Part) {
	row.In, row.Special = true, p.Special
	field := func(name, value string, rows int) frontend.Field {
		return frontend.Field{Name: name + "-" + row.Key, Label: v.Say("referral.part." + name), Help: v.Say("referral.part." + name + ".help"), Value: value, Rows: rows, Optional: name != "label", Complete: "off"}
	}
	row.Label = field("label", p.Label, 0)
	if row.File {
		return
	}
	text := m.Content.Text
	if isNote(m) {
		for i, line := range strings.Split(text, "\n") {
			if strings.TrimSpace(line) != "" {
				row.Lines = append(row.Lines, PartLine{Value: strconv.Itoa(i), Text: line, In: slices.Contains(p.Lines, i)})
			}
		}
		text = chosenLines(text, p.Lines)
	}
	row.Cut = field("cut", cutWords(text, p.Cut), 2)
	row.Beside = field("beside", p.Translation, 3)
	row.Offers = []frontend.Option{{Value: "", Text: v.Say("referral.part.offer.none"), Chosen: true}}
	for i, x := range m.Translations {
		if !x.Broken && x.Proven {
			row.Offers = append(row.Offers, frontend.Option{Value: strconv.Itoa(i), Text: languageName(row.Words, x.Language) + " · " + v.Say("referral.part.by."+string(x.By))})
		}
	}
}

// chosenLines are some lines of a note, all where none are named: the text in
// which something may be blacked out.
func chosenLines(text string, lines []int) string {
	if len(lines) == 0 {
		return text
	}
	all := strings.Split(text, "\n")
	var out []string
	for _, n := range lines {
		if n >= 0 && n < len(all) {
			out = append(out, all[n])
		}
	}
	return strings.Join(out, "\n")
}

func textPart(v *frontend.Visit, w frontend.Words, n int, p consent.Part) TextPart {
	key := "t-" + strconv.Itoa(n)
	field := func(name, value string, rows int) frontend.Field {
		return frontend.Field{Name: name + "-" + key, Label: v.Say("referral.part." + name), Help: v.Say("referral.part." + name + ".help"), Value: value, Rows: rows, Optional: true, Complete: "off"}
	}
	return TextPart{Words: w, Key: key, Label: field("label", p.Label, 0), Text: field("text", p.Text, 3), Beside: field("beside", p.Translation, 2), Special: p.Special, Updating: p.Updating}
}

// serviceChoice names the organisation's services.
func (d *desk) serviceChoice(v *frontend.Visit, form *DraftForm, r consent.Referred, chosen string) error {
	form.Services = []frontend.Option{{Text: v.Say("referral.service.any"), Chosen: chosen == ""}}
	o, err := d.Directory.Organisation(v.Context, directory.ForCounsellors, r.To.ID)
	if isGone(err) {
		return nil
	}
	for _, s := range o.Services {
		form.Services = append(form.Services, frontend.Option{Value: s.Name, Text: s.Name, Chosen: s.Name == chosen})
	}
	return err
}

// permissions offers a yes to being referred to them that is there already.
func (d *desk) permissions(v *frontend.Visit, form *DraftForm, t tickets.Ticket, r consent.Referred) error {
	all, err := d.Consent.Of(v.Context, v.Session, t.ID)
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.Valid && a.Purpose.Code == consent.Refer && slices.ContainsFunc(a.Terms.Recipients, func(x consent.Recipient) bool { return x.ID == r.To.ID }) {
			form.Permissions = append(form.Permissions, frontend.Option{Value: string(a.ID), Text: consentChip(form.Words, a).Text, Chosen: v.Form.Value("permission") == string(a.ID)})
		}
	}
	if len(form.Permissions) > 0 {
		form.Permissions = append([]frontend.Option{{Text: v.Say("referral.permission.ask")}}, form.Permissions...)
	}
	return nil
}

// layoutOf is a draft as it was typed, on the ground of what was kept. lost is told
// which words to black out stand nowhere; nil asks nothing.
func layoutOf(v *frontend.Visit, sheet *tickets.Sheet, kept consent.Referring, lost *[]string) consent.Referring {
	f := v.Form
	out := kept
	out.Mode, out.Priority, out.Need, out.Reason = consent.Mode(f.Value("mode")), priorityOf(v), f.Value("need"), f.Value("reason")
	out.Service, out.FromCountry = f.Value("service"), strings.ToUpper(strings.TrimSpace(f.Value("from")))
	out.Restrictions = linesOf(f.Value("limits"))
	out.Likely, out.Promised, out.Agreed, out.Again = f.Value("likely") != "", f.Value("unpromised") == "", f.Value("agreed") != "", kept.Again || f.Value("again") != ""
	out.Parts = nil
	if out.Mode == consent.Signpost {
		return out
	}
	for _, m := range offered(sheet) {
		if key := "m-" + string(m.ID); f.Value("in-"+key) != "" {
			out.Parts = append(out.Parts, messagePart(v, m, key, lost))
		}
		for n, file := range m.Content.Files {
			if key := "f-" + string(m.ID) + "-" + strconv.Itoa(n); f.Value("in-"+key) != "" {
				out.Parts = append(out.Parts, consent.Part{Kind: consent.PartFile, Message: m.ID, File: n, Label: firstOf(strings.TrimSpace(f.Value("label-"+key)), file.Name, "…"), Special: f.Value("special-"+key) != ""})
			}
		}
	}
	for n := 0; f.Has("text-t-" + strconv.Itoa(n)); n++ {
		key := "t-" + strconv.Itoa(n)
		if text := strings.TrimSpace(f.Value("text-" + key)); text != "" {
			out.Parts = append(out.Parts, consent.Part{Kind: consent.PartText, Label: firstOf(strings.TrimSpace(f.Value("label-"+key)), snippet(text)), Text: text,
				Translation: strings.TrimSpace(f.Value("beside-" + key)), Special: f.Value("special-"+key) != "", Updating: f.Value("updating-"+key) != ""})
		}
	}
	return out
}

// messagePart is something written, with what is taken out of it.
func messagePart(v *frontend.Visit, m tickets.Opened, key string, lost *[]string) consent.Part {
	f := v.Form
	p := consent.Part{Kind: consent.PartMessage, Message: m.ID, Label: firstOf(strings.TrimSpace(f.Value("label-"+key)), snippet(m.Content.Text)), Special: f.Value("special-"+key) != "",
		Translation: strings.TrimSpace(f.Value("beside-" + key))}
	text := m.Content.Text
	if isNote(m) {
		p.Kind = consent.PartNote
		for _, typed := range f.All("line-" + key) {
			if n, err := strconv.Atoi(typed); err == nil {
				p.Lines = append(p.Lines, n)
			}
		}
		text = chosenLines(text, p.Lines)
	}
	if n, err := strconv.Atoi(f.Value("offer-" + key)); err == nil && n >= 0 && n < len(m.Translations) && p.Translation == "" {
		p.Translation = m.Translations[n].Text
	}
	words := linesOf(f.Value("cut-" + key))
	spans, missing := spansOf(text, words)
	p.Cut = spans
	for _, word := range words {
		// What is taken out of the words is taken out of their translation, too.
		before := p.Translation
		if p.Translation = strings.ReplaceAll(p.Translation, word, blackMark); lost != nil && slices.Contains(missing, word) && before == p.Translation {
			*lost = append(*lost, word)
		}
	}
	return p
}

// snippet names a thing by how it begins, in the words of who wrote it.
func snippet(text string) string {
	all := []rune(strings.Join(strings.Fields(text), " "))
	if len(all) <= mostSnippet {
		return string(all)
	}
	return string(all[:mostSnippet]) + "…"
}

// ticketSheet opens the ticket a draft takes its parts from.
func (d *desk) ticketSheet(v *frontend.Visit, id helpdesk.ID) (*tickets.Sheet, error) {
	sheet, err := d.Tickets.Page(v.Context, v.Session, id)
	if err == nil {
		d.settle(v, sheet.Settle)
	}
	return sheet, err
}
