package workspace

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/office"
)

// The directory: one form for all that can be asked, and cards of what was
// found. What is asked names no person, so it may stand in the address.

// distances that can be chosen, in kilometres.
var distances = []int{10, 25, 50, 100, 200}

func (d *desk) directory(v *frontend.Visit) error {
	frame, err := d.frame(v, v.Say("directory.title"), "directory")
	if err != nil {
		return err
	}
	page := Directory{Desk: frame, Form: directoryForm(v, frame.Words), Coordinator: v.Session.Coordinator()}
	q := directory.Query{View: directory.ForCounsellors, Need: v.Query("need"), Language: v.Query("language"), Audience: v.Query("audience"), After: v.Query("after")}
	if !slices.Contains(directory.Audiences, q.Audience) {
		q.Audience = ""
	}
	if v.Query("open") != "" {
		q.OpenAt = v.Now()
	}
	d.near(v, &page, &q)
	found, err := d.Directory.Find(v.Context, q)
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		page.Problem, err = &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...)}, nil
	}
	if err != nil {
		return err
	}
	for _, h := range found.Hits {
		page.Hits = append(page.Hits, directoryHit(frame.Words, h))
	}
	if len(page.Hits) == 0 {
		what := "none"
		if asked(v) {
			what = "empty"
		}
		page.Empty = &frontend.Empty{Icon: "list", Title: v.Say("directory." + what + ".title"), Text: v.Say("directory." + what + ".text")}
	}
	if found.Next != "" {
		page.Pager.Next, page.Pager.NextText = again(v, "after", found.Next), v.Say("directory.next")
	}
	if q.After != "" {
		page.Pager.First, page.Pager.FirstText = again(v, "after", ""), v.Say("directory.first")
	}
	if err := d.directoryLinks(v, &page); err != nil {
		return err
	}
	return v.Show(page)
}

// asked tells whether anything was asked for.
func asked(v *frontend.Visit) bool {
	for _, name := range []string{"need", "near", "language", "audience", "open", "within"} {
		if v.Query(name) != "" {
			return true
		}
	}
	return false
}

// again is the address of the same search with one value changed.
func again(v *frontend.Visit, name, value string) string {
	q := url.Values{}
	for _, n := range []string{"need", "near", "within", "language", "audience", "open", "after"} {
		if s := v.Query(n); s != "" {
			q.Set(n, s)
		}
	}
	q.Del("after")
	q.Del(name)
	if value != "" {
		q.Set(name, value)
	}
	return "/w/directory?" + q.Encode()
}

// near finds the place that was typed; when several begin so, the first counts
// and the others are offered.
func (d *desk) near(v *frontend.Visit, page *Directory, q *directory.Query) {
	typed := strings.TrimSpace(v.Query("near"))
	if typed == "" {
		return
	}
	places := directory.Places(typed, 4)
	if len(places) == 0 {
		page.Problem = &frontend.Notice{Kind: "warn", Text: v.Say("directory.nowhere"), More: v.Say("directory.nowhere.more")}
		return
	}
	q.Near = &places[0].Point
	page.Found = v.Say("directory.found", places[0].String())
	for _, p := range places[1:] {
		page.Others = append(page.Others, DirectoryLink{p.String(), again(v, "near", p.String())})
	}
	if km, err := strconv.Atoi(v.Query("within")); err == nil && slices.Contains(distances, km) {
		q.Within = float64(km)
	}
}

func directoryForm(v *frontend.Visit, w frontend.Words) DirectoryForm {
	f := DirectoryForm{Words: w, Open: v.Query("open") != "",
		Need: frontend.Field{Name: "need", Label: v.Say("directory.need"), Help: v.Say("directory.need.help"), Value: v.Query("need"), Type: "search", Optional: true, Complete: "off"},
		Near: frontend.Field{Name: "near", Label: v.Say("directory.near"), Help: v.Say("directory.near.help"), Value: v.Query("near"), Type: "search", Optional: true, Complete: "off"}}
	f.Withins = []frontend.Option{{Text: v.Say("directory.within.any")}}
	for _, km := range distances {
		value := strconv.Itoa(km)
		f.Withins = append(f.Withins, frontend.Option{Value: value, Text: v.Say("directory.within.km", km), Chosen: v.Query("within") == value})
	}
	f.Languages = []frontend.Option{{Text: v.Say("directory.language.any")}}
	for _, l := range locale.Languages {
		f.Languages = append(f.Languages, frontend.Option{Value: l.Tag, Text: languageName(w, l.Tag), Chosen: v.Query("language") == l.Tag})
	}
	byText(f.Languages[1:])
	f.Audience = []frontend.Option{{Text: v.Say("directory.audience.any")}}
	for _, a := range directory.Audiences {
		f.Audience = append(f.Audience, frontend.Option{Value: a, Text: v.Say("directory.audience." + a), Chosen: v.Query("audience") == a})
	}
	return f
}

// directoryLinks are ways to other places, and to what a coordinator does here.
func (d *desk) directoryLinks(v *frontend.Visit, page *Directory) error {
	for _, l := range []struct{ setting, key string }{{office.Activities, "activities"}, {office.MapTool, "maptool"}} {
		href, err := d.Office.Setting(v.Context, l.setting)
		if err != nil {
			return err
		}
		if href != "" {
			page.Links = append(page.Links, DirectoryLink{v.Say("directory." + l.key), href})
		}
	}
	ends, err := d.Directory.Expiring(v.Context, directory.WarnDays)
	if err != nil {
		return err
	}
	page.Expiring = v.Say("directory.expiring") + " (" + strconv.Itoa(len(ends)) + ")"
	return nil
}

func directoryHit(w frontend.Words, h directory.Hit) DirectoryHit {
	out := DirectoryHit{Href: "/w/directory/" + string(h.Organisation) + "#s-" + string(h.Service), Name: h.Name, By: h.By, Languages: spokenThere(w, h.Languages)}
	var where []string
	if h.City != "" {
		where = append(where, h.City)
	} else if h.Place != "" {
		where = append(where, h.Place)
	}
	switch {
	case h.Km >= 1:
		where = append(where, w.Say("directory.km", fmt.Sprintf("%.0f", h.Km)))
	case h.Km >= 0:
		where = append(where, w.Say("directory.km.less"))
	}
	if h.Places > 1 {
		where = append(where, w.Say("directory.places", h.Places))
	}
	if h.Interpreted {
		where = append(where, w.Say("directory.interpreted"))
	}
	out.Where = strings.Join(where, " · ")
	if h.Status != "active" {
		out.Chips = append(out.Chips, statusChip(w, h.Status))
	}
	out.Chips = append(out.Chips, kindChip(w, h.Kind), vettedChip(w, h.Kind, h.Vetted, h.Until))
	if h.Vetted {
		out.Chips = append(out.Chips, frontend.Chip{Icon: "send", Text: w.Say("directory.takes." + string(h.Takes))})
	}
	if h.Kind != directory.Own && h.Kind != directory.Branch && h.Shares != directory.SharesNo {
		out.Chips = append(out.Chips, sharesChip(w, h.Shares))
	}
	until := ""
	if !h.OpenUntil.IsZero() {
		until = w.Near(h.OpenUntil)
	}
	out.Chips = append(out.Chips, openChip(w, h.Open, until))
	return out
}

// spokenThere names languages: the house's own by their names, others by their
// tags.
func spokenThere(w frontend.Words, tags []string) string {
	var out []string
	for _, tag := range tags {
		name := tag
		for _, l := range locale.Languages {
			if l.Tag == tag {
				name = languageName(w, tag)
			}
		}
		out = append(out, name)
	}
	if len(out) == 0 {
		return ""
	}
	return w.Say("directory.languages", strings.Join(out, ", "))
}
