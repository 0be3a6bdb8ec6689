package partner

import (
	"bytes"
	"net/http"
	"strconv"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/frontend/locale"
)

// handover shows what was handed over, opened at this request and for it alone.
func (h *hall) handover(v *frontend.Visit) error { return h.show(v, http.StatusOK, nil, "") }

// show shows it; problem and typed are of a form that could not be taken.
func (h *hall) show(v *frontend.Visit, status int, problem *frontend.Notice, typed string) error {
	r, id, err := admitted(v)
	if err != nil {
		return err
	}
	is, err := h.Consent.Released(v.Context, r.Outside, id)
	if err != nil {
		return err
	}
	page := Handover{Frame: frameOf(v, v.Say("partner.one.title", reference(id))), ID: id, State: token(is.State, is.Ended), Ref: reference(id), Problem: problem, Done: done(v)}
	page.Chips = []frontend.Chip{stateChip(page.Words, is.State)}
	if is.Ended {
		page.Ended, page.Done, page.Problem = ended(v, is.State), nil, nil
		return v.ShowAs(http.StatusGone, page)
	}
	page.Brings = []string{"partner.js"}
	if open(is.State) {
		page.Chips = append(page.Chips, dueChip(page.Words, is.State, is.Priority, frontend.Chip{Text: v.Say("partner.due", page.Near(is.Due)), Title: page.Exact(is.Due)}))
	}
	page.Chips = append(page.Chips, frontend.Chip{Icon: "eye", Text: v.Say("partner.until", page.Day(is.Until)), Title: page.Exact(is.Until)})
	page.From, page.Restrictions, page.Confirm = is.Handed.From, is.Handed.Restrictions, !is.Confirmed
	if is.Confirmed {
		h.fill(v, &page, is, typed)
	}
	return v.ShowAs(status, page)
}

// open tells whether an answer is still asked for.
func open(s consent.ReferralState) bool {
	return s == consent.ReferralSent || s == consent.ReferralOverdue
}

// fill adds what was handed over and what may be done about it.
func (h *hall) fill(v *frontend.Visit, page *Handover, is consent.Release, typed string) {
	page.Need, page.Reason = is.Handed.Need, is.Handed.Reason
	for place, i := range is.Handed.Items {
		page.Items = append(page.Items, item(v, page, place, i, is.Updates))
	}
	for _, w := range is.Words {
		said := Said{Who: v.Say("partner.side." + w.Side), Kind: v.Say("partner.word." + w.Kind), When: page.Near(w.At), Exact: page.Exact(w.At), Text: w.Text, Own: w.Side == "partner"}
		if w.Side == "house" {
			said.Who = is.Handed.From
		}
		page.Talk = append(page.Talk, said)
	}
	// What was typed and refused is not lost: it stands where it was written.
	text := func(of string) Text {
		t := Text{Of: of, Label: v.Say("partner." + of + ".label"), Help: v.Say("partner." + of + ".help"), Optional: of == "report"}
		if of == typed {
			t.Value = v.Form.Value("text")
		}
		return t
	}
	if page.CanAccept = open(is.State); page.CanAccept {
		back := text("return")
		page.Return = &back
	}
	if is.State == consent.ReferralAccepted {
		page.Report = &Report{Note: text("report")}
		for _, o := range consent.Outcomes {
			page.Report.Outcomes = append(page.Report.Outcomes, frontend.Option{Value: o, Text: v.Say("partner.outcome." + o), Chosen: v.Form.Value("outcome") == o})
		}
	}
	ask := text("ask")
	page.Ask = &ask
}

// icons are what an item is, beside the word for it.
var icons = map[consent.PartKind]string{consent.PartMessage: "message-circle", consent.PartFile: "paperclip", consent.PartNote: "file-text", consent.PartText: "pen-line"}

func item(v *frontend.Visit, page *Handover, place int, i consent.HandedItem, newer []consent.Updated) Item {
	out := Item{Label: i.Label, Icon: icons[i.Kind], Text: i.Text, Language: spoken(v, i.Language), Translation: i.Translation}
	if out.Icon == "" {
		out.Icon = "file-text"
	}
	if i.Special {
		out.Special = v.Say("partner.special")
	}
	if i.Updating {
		out.Updating = v.Say("partner.updating")
	}
	for _, u := range newer {
		if u.Key == i.Key {
			out.Newer = append(out.Newer, Newer{When: page.Near(u.At), Exact: page.Exact(u.At), Text: u.Text})
		}
	}
	if i.Kind == consent.PartFile {
		out.File = &frontend.Attachment{Name: i.Name, Size: page.Size(i.Size), Href: "/p/r/" + string(page.ID) + "/file/" + strconv.Itoa(place)}
	}
	return out
}

// spoken names a language we know; "" for another.
func spoken(v *frontend.Visit, tag string) string {
	for _, l := range locale.Languages {
		if l.Tag == tag {
			return v.Say("language." + tag)
		}
	}
	return ""
}

// ended says why there is nothing any more, and that what was noted may not be
// used either.
func ended(v *frontend.Visit, s consent.ReferralState) *Ended {
	key := "partner.over"
	switch s {
	case consent.ReferralRevoked:
		key = "partner.revoked"
	case consent.ReferralReturned:
		key = "partner.returned"
	case consent.ReferralLapsed:
		key = "partner.lapsed"
	}
	return &Ended{Title: v.Say(key + ".title"), Text: v.Say(key + ".text"), Stop: v.Say("partner.stop"), More: v.Say("partner.stop.more")}
}

// file saves one that was handed over; it is never shown.
func (h *hall) file(v *frontend.Visit) error {
	r, id, err := admitted(v)
	if err != nil {
		return err
	}
	place, err := v.Number("place")
	if err != nil {
		return err
	}
	i, b, err := h.Consent.ReleasedFile(v.Context, r.Outside, id, place)
	if err != nil {
		return err
	}
	return v.Download(i.Name, int64(len(b)), bytes.NewReader(b))
}
