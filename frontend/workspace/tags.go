package workspace

import (
	"slices"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/tickets"
)

// tags are what a ticket is filed under: its topic, a few tags of the house's
// own list, and where somebody is detained. All of it lies sealed.
func (d *desk) tags(v *frontend.Visit, s *showing) (*TagCard, error) {
	facts, t := s.sheet.Head.Facts, s.sheet.Ticket
	c := &TagCard{Words: s.Words, Base: ticketPath(t.ID), Version: t.Version, Decides: v.Session.Member(t.Team) && s.sheet.Proven}
	parts, err := d.Office.Routing(v.Context)
	if err != nil {
		return nil, err
	}
	c.Topics = []frontend.Option{{Text: s.Say("filing.none"), Chosen: facts.Topic == ""}}
	c.Topic = facts.Topic // as somebody wrote it, where the list has no such topic
	for _, topic := range parts.Topics {
		name := topic.English
		if v.Lang() == "sv" {
			name = topic.Swedish
		}
		c.Topics = append(c.Topics, frontend.Option{Value: topic.Key, Text: name, Chosen: topic.Key == facts.Topic})
		if topic.Key == facts.Topic {
			c.Topic = name
		}
	}
	if !slices.ContainsFunc(c.Topics, func(o frontend.Option) bool { return o.Chosen }) {
		c.Topics = append(c.Topics, frontend.Option{Value: facts.Topic, Text: facts.Topic, Chosen: true})
	}
	terms, err := d.Office.Tags(v.Context)
	if err != nil {
		return nil, err
	}
	for _, term := range terms {
		on := slices.Contains(facts.Tags, term.Key)
		c.Tags = append(c.Tags, frontend.Option{Value: term.Key, Text: term.In(v.Lang()), Chosen: on})
		if on {
			c.On = append(c.On, frontend.Chip{Icon: "flag", Text: term.In(v.Lang())})
		}
	}
	for _, key := range facts.Tags { // the house has dropped it from its list
		if !slices.ContainsFunc(c.Tags, func(o frontend.Option) bool { return o.Value == key }) {
			c.Tags = append(c.Tags, frontend.Option{Value: key, Text: key, Chosen: true})
			c.On = append(c.On, frontend.Chip{Icon: "flag", Text: key})
		}
	}
	centres, err := d.Office.Centres(v.Context)
	if err != nil {
		return nil, err
	}
	c.Centres = []frontend.Option{{Text: s.Say("filing.none"), Chosen: facts.Centre == ""}}
	c.Centre = facts.Centre
	for _, centre := range centres {
		c.Centres = append(c.Centres, frontend.Option{Value: centre.Key, Text: centre.Name, Chosen: centre.Key == facts.Centre})
		if centre.Key == facts.Centre {
			c.Centre = centre.Name
		}
	}
	return c, nil
}

// fileUnder files a ticket: what was ticked stays, what was not goes.
func (d *desk) fileUnder(v *frontend.Visit) error {
	id, version, err := subject(v)
	if err != nil {
		return err
	}
	t, err := d.Tickets.Facts(v.Context, v.Session, id)
	if err != nil {
		return err
	}
	if !v.Session.Member(t.Team) {
		return helpdesk.ErrDenied
	}
	heads, err := d.Tickets.Heads(v.Context, v.Session, []helpdesk.ID{id})
	if err != nil {
		return err
	}
	facts := heads[id].Facts
	wanted, topic, centre, err := d.wantedTags(v, facts)
	if err != nil {
		return err
	}
	var add, remove []string
	for _, key := range wanted {
		if !slices.Contains(facts.Tags, key) {
			add = append(add, key)
		}
	}
	for _, key := range facts.Tags {
		if !slices.Contains(wanted, key) {
			remove = append(remove, key)
		}
	}
	if err := d.Tickets.Tag(v.Context, v.Session, id, version, add, remove); err != nil {
		return err
	}
	if topic != facts.Topic || centre != facts.Centre {
		err := d.Chat.Learn(v.Context, v.Session, id, func(f *tickets.Facts) { f.Topic, f.Centre = topic, centre })
		if err != nil {
			return err
		}
	}
	return v.Go(told(ticketPath(id), "filed") + "#filing")
}

// wantedTags reads the form. What the house does not know is refused, unless
// the ticket has it already.
func (d *desk) wantedTags(v *frontend.Visit, facts tickets.Facts) (tags []string, topic, centre string, err error) {
	terms, err := d.Office.Tags(v.Context)
	if err != nil {
		return nil, "", "", err
	}
	known := slices.Clone(facts.Tags)
	for _, t := range terms {
		known = append(known, t.Key)
	}
	for _, key := range known {
		if v.Form.Value("tag-"+key) != "" && !slices.Contains(tags, key) {
			tags = append(tags, key)
		}
	}
	parts, err := d.Office.Routing(v.Context)
	if err != nil {
		return nil, "", "", err
	}
	topics, places := []string{"", facts.Topic}, []string{"", facts.Centre}
	for _, t := range parts.Topics {
		topics = append(topics, t.Key)
	}
	centres, err := d.Office.Centres(v.Context)
	if err != nil {
		return nil, "", "", err
	}
	for _, c := range centres {
		places = append(places, c.Key)
	}
	topic, centre = v.Form.Value("filed-topic"), v.Form.Value("filed-centre")
	if !slices.Contains(topics, topic) || !slices.Contains(places, centre) {
		return nil, "", "", helpdesk.Refuse("filing.unknown")
	}
	return tags, topic, centre, nil
}
