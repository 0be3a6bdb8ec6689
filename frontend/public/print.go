package public

import (
	"strings"

	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
)

// Prints lists what can be printed, for which place.
type Prints struct {
	Page
	Chooser  Chooser
	Doors    []Door
	Branches []Place
}

// Place is a branch a poster can be printed for.
type Place struct {
	Name  string
	Doors []Door
}

// Sheet is what every printed thing begins with. Its square holds the address
// of the site in that language: who prints it and where it hangs leaves no
// trace in it.
type Sheet struct {
	Page
	Address string
	Square  frontend.Square
	Phones  []string
	Phone   string
	Branch  *office.Branch
	Pays    string
	Names   []locale.Language
}

// Poster is one page for a wall.
type Poster struct{ Sheet }

// Leaflet is one page, folded once.
type Leaflet struct{ Sheet }

// Cards are eight small cards to cut out.
type Cards struct {
	Sheet
	Each []struct{}
}

func (h *hall) prints(v *frontend.Visit) error {
	p := page(v, "", "/print")
	page := Prints{Page: p, Chooser: p.chooser(), Doors: printDoors(p, "")}
	branches, err := h.Office.PosterBranches(v.Context)
	if err != nil {
		return err
	}
	for _, b := range branches {
		page.Branches = append(page.Branches, Place{b.Name, printDoors(p, "/"+b.Key)})
	}
	return v.Show(&page)
}

func printDoors(p Page, branch string) []Door {
	at := "/" + p.Lang + "/print/"
	return []Door{
		{Icon: "printer", Text: p.Say("print.poster"), Href: at + "poster" + branch},
		{Icon: "printer", Text: p.Say("print.leaflet"), Href: at + "leaflet" + branch},
		{Icon: "printer", Text: p.Say("print.card"), Href: at + "cards" + branch},
	}
}

func (h *hall) poster(v *frontend.Visit) error {
	s, err := h.sheet(v)
	if err != nil {
		return err
	}
	return v.Show(&Poster{s})
}

func (h *hall) leaflet(v *frontend.Visit) error {
	s, err := h.sheet(v)
	if err != nil {
		return err
	}
	return v.Show(&Leaflet{s})
}

func (h *hall) cards(v *frontend.Visit) error {
	s, err := h.sheet(v)
	if err != nil {
		return err
	}
	s.Title = s.Say("card.title")
	return v.Show(&Cards{s, make([]struct{}, 8)})
}

func (h *hall) sheet(v *frontend.Visit) (Sheet, error) {
	p := page(v, "", "/print")
	s := Sheet{Page: p, Address: strings.TrimPrefix(v.Site(), "https://") + "/" + p.Lang + "/", Names: p.Choices()}
	var err error
	address := v.Site() + "/" + p.Lang + "/"
	if s.Square, err = frontend.DrawSquare(address, address); err != nil {
		return Sheet{}, err
	}
	if s.Pays, err = h.pays(v.Context, p); err != nil {
		return Sheet{}, err
	}
	lines, err := h.phones(v.Context, p.Words.Words)
	if err != nil {
		return Sheet{}, err
	}
	for _, l := range lines {
		s.Phones = append(s.Phones, l.Name+": "+ltr(l.Number))
		s.Phone = l.Number
	}
	if key := v.Param("branch"); key != "" {
		if s.Branch, err = h.branch(v, key); err != nil {
			return Sheet{}, err
		}
	}
	return s, nil
}

// branch is one the office knows: nobody makes our poster say what they like.
func (h *hall) branch(v *frontend.Visit, key string) (*office.Branch, error) {
	all, err := h.Office.PosterBranches(v.Context)
	if err != nil {
		return nil, err
	}
	for _, b := range all {
		if b.Key == key {
			return &b, nil
		}
	}
	return nil, helpdesk.ErrNotFound
}
