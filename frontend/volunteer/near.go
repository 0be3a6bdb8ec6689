package volunteer

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/directory"
)

// near finds help near a place, in the branches' view of the directory. What is
// asked names no person, so it may stand in the address.
func (h *hall) near(v *frontend.Visit) error {
	page := Near{Frame: frameOf(v, v.Say("volunteer.near")),
		Need:  frontend.Field{Name: "need", Type: "search", Label: v.Say("directory.need"), Help: v.Say("directory.need.help"), Value: v.Query("need"), Optional: true, Complete: "off"},
		Place: frontend.Field{Name: "near", Type: "search", Label: v.Say("directory.near"), Help: v.Say("directory.near.help"), Value: v.Query("near"), Optional: true, Complete: "off"}}
	page.Langs = append([]frontend.Option{{Text: v.Say("directory.language.any")}}, languageOptions(page.Words, v.Query("language"))...)
	page.Langs = page.Langs[:len(locale.Languages)+1] // "another" finds nobody
	q := directory.Query{View: directory.ForVolunteers, Need: v.Query("need"), Language: v.Query("language"), After: v.Query("after")}
	h.nearTo(v, &page, &q)
	found, err := h.Directory.Find(v.Context, q)
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		page.Problem, err = &frontend.Notice{Kind: "warn", Text: v.Say(no.Key, no.Args...)}, nil
	}
	if err != nil {
		return err
	}
	for _, f := range found.Hits {
		page.Hits = append(page.Hits, hitOf(page.Words, f))
	}
	if len(page.Hits) == 0 {
		page.Empty = &frontend.Empty{Icon: "list", Title: v.Say("directory.empty.title"), Text: v.Say("volunteer.near.none")}
	}
	if found.Next != "" {
		page.Pager.Next, page.Pager.NextText = again(v, "after", found.Next), v.Say("directory.next")
	}
	if q.After != "" {
		page.Pager.First, page.Pager.FirstText = again(v, "after", ""), v.Say("directory.first")
	}
	return v.Show(page)
}

// nearTo finds the place that was typed; when several begin so, the first counts
// and the others are offered.
func (h *hall) nearTo(v *frontend.Visit, page *Near, q *directory.Query) {
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
		page.Others = append(page.Others, Other{p.String(), again(v, "near", p.String())})
	}
}

// again is the address of the same search with one value changed.
func again(v *frontend.Visit, name, value string) string {
	q := url.Values{}
	for _, n := range []string{"need", "near", "language"} {
		if s := v.Query(n); s != "" {
			q.Set(n, s)
		}
	}
	q.Del(name)
	if value != "" {
		q.Set(name, value)
	}
	return "/b/near?" + q.Encode()
}

func hitOf(w frontend.Words, f directory.Hit) Hit {
	out := Hit{Href: "/b/near/" + string(f.Service), Name: f.Name, By: f.By, Where: f.City, Languages: spoken(w, f.Languages)}
	if f.Location != "" {
		out.Href += "?at=" + string(f.Location)
	}
	if f.Km >= 0 {
		out.Where = strings.TrimSpace(out.Where + " · " + w.Say("volunteer.km", strconv.Itoa(int(f.Km+0.5))))
	}
	if f.Open == directory.OpenNow {
		out.Chips = append(out.Chips, frontend.Chip{Kind: "ok", Icon: "clock", Text: w.Say("directory.open.open", w.Clock(f.OpenUntil))})
	}
	if f.Shares != directory.SharesNo {
		out.Chips = append(out.Chips, frontend.Chip{Kind: "warn", Icon: "flag", Text: w.Say("directory.shares." + string(f.Shares))})
	}
	return out
}

func spoken(w frontend.Words, tags []string) string {
	var names []string
	for _, t := range tags {
		for _, l := range locale.Languages {
			if l.Tag == t {
				names = append(names, w.Say("language."+t))
			}
		}
	}
	return strings.Join(names, ", ")
}

// nearOne is the card of one service: public words of an organisation, to be read
// aloud or copied.
func (h *hall) nearOne(v *frontend.Visit) error {
	service, err := v.ID("service")
	if err != nil {
		return err
	}
	var place helpdesk.ID
	if at := v.Query("at"); at != "" {
		if place, err = helpdesk.ParseID(at); err != nil {
			return err
		}
	}
	c, err := h.Directory.Card(v.Context, directory.ForVolunteers, service, place)
	if err != nil {
		return err
	}
	page := NearOne{Frame: frameOf(v, c.Name), Back: "/b/near", By: c.By, Text: c.What, Shares: v.Say("directory.shares." + string(c.Shares))}
	for _, p := range c.Phones {
		page.Phones = append(page.Phones, Number{Name: p.Description, Number: p.Number, Dial: dial(p.Number)})
	}
	for _, f := range []Fact{
		{"for", c.For}, {"how", c.HowToApply}, {"cost", c.Cost}, {"bring", strings.Join(c.Bring, ", ")}, {"languages", spoken(page.Words, c.Languages)},
		{"mail", c.Email}, {"web", c.URL}, {"place", strings.Join(append([]string{c.Place.Name}, c.Place.Address...), ", ")}, {"transport", c.Place.Transport},
	} {
		if text := strings.Trim(f.Text, ", "); text != "" {
			page.Facts = append(page.Facts, Fact{v.Say("volunteer.near." + f.Label), text})
		}
	}
	return v.Show(page)
}
