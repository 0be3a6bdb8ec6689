package public

import (
	"slices"

	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk/office"
)

// Reading is a page to read: who we are, what happens to what you write,
// leaving, privacy, accessibility.
type Reading struct {
	Page
	Chooser  Chooser
	Reader   Reader
	Sections []Section
	Doors    []Door
}

// Section is a part of it.
type Section struct {
	Title string
	Text  []string
	List  []string
	After string
}

func (h *hall) reading(v *frontend.Visit, title, here string, fill func(Page) ([]Section, error), doors ...Door) error {
	p := page(v, "", here)
	page := Reading{Page: p, Chooser: p.chooser(), Reader: h.reader(p, here[1:]), Doors: doors}
	page.Title = p.Say(title)
	var err error
	if page.Sections, err = fill(p); err != nil {
		return err
	}
	return v.Show(&page)
}

// says is a section of sentences.
func says(p Page, keys ...string) Section {
	var s Section
	for _, k := range keys {
		s.Text = append(s.Text, p.Say(k))
	}
	return s
}

// exceptions are the three things that break silence, wherever they are named.
func exceptions(p Page) Section {
	return Section{
		Text:  []string{p.Say("who.tell") + " " + p.Say("except.lead")},
		List:  []string{p.Say("except.life"), p.Say("except.child"), p.Say("except.law")},
		After: p.Say("except.first"),
	}
}

func (h *hall) who(v *frontend.Visit) error {
	return h.reading(v, "who.title", "/who", func(p Page) ([]Section, error) {
		pays, err := h.pays(v.Context, p)
		if err != nil {
			return nil, err
		}
		first := says(p, "who.not", "who.decide", "who.people", "who.choose")
		first.Text = append([]string{p.Say("who.name", p.Public)}, first.Text...)
		first.Text = append(first.Text, pays, p.Say("who.never"))
		return []Section{first, exceptions(p)}, nil
	})
}

func (h *hall) kept(v *frontend.Visit) error {
	return h.reading(v, "kept.title", "/kept", func(p Page) ([]Section, error) {
		return []Section{
			says(p, "kept.sealed", "kept.name", "kept.address", "kept.nobody"),
			exceptions(p),
			says(p, "kept.net", "kept.screen", "kept.code", "kept.mail", "kept.untrue"),
		}, nil
	})
}

func (h *hall) safety(v *frontend.Visit) error {
	return h.reading(v, "safety.title", "/safety", func(p Page) ([]Section, error) {
		return []Section{says(p, "safety.red", "safety.shift", "safety.hide", "safety.windows", "safety.history",
			"safety.still", "safety.backwards", "safety.watched", "safety.paper")}, nil
	}, Door{Icon: "x", Text: v.Say("safety.try"), Href: frontend.ExitPath})
}

func (h *hall) privacy(v *frontend.Visit) error {
	return h.reading(v, "privacy.title", "/privacy", func(p Page) ([]Section, error) {
		phone, err := h.Office.Setting(v.Context, office.FullPhone)
		if err != nil {
			return nil, err
		}
		all := []Section{{Title: p.Say("privacy.who.title"), Text: []string{p.Say("privacy.who", p.Public, ltr(phone))}}}
		for _, k := range []string{"what", "not", "cookie", "why", "share", "long", "rights"} {
			s := says(p, "privacy."+k)
			s.Title = p.Say("privacy." + k + ".title")
			all = append(all, s)
		}
		all[5].Text = append(all[5].Text, p.Say("except.lead"))
		all[5].List, all[5].After = exceptions(p).List, p.Say("except.first")
		all = slices.Insert(all, 6, promised(p))
		all[len(all)-1].After = p.Say("privacy.complain")
		return all, nil
	})
}

// promised are the kinds of exceptions one by one: nothing is told by another.
func promised(p Page) Section {
	s := Section{Title: p.Say("promise.exception.title"), After: p.Say("promise.exception.how")}
	for _, kind := range consent.ExceptionKinds {
		s.List = append(s.List, p.Say("promise.exception."+kind))
	}
	return s
}

func (h *hall) accessibility(v *frontend.Visit) error {
	return h.reading(v, "access.title", "/accessibility", func(p Page) ([]Section, error) {
		return []Section{says(p, "access.goal", "access.works", "access.tested", "access.missing", "access.tell")}, nil
	})
}
