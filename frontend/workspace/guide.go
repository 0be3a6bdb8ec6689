package workspace

import "returnsupport/frontend"

// guide is the conversation guide beside a ticket, in the reader's language.
func (d *desk) guide(v *frontend.Visit, w frontend.Words) (*GuideCard, error) {
	steps, err := d.Office.Guide(v.Context, v.Lang())
	if err != nil {
		return nil, err
	}
	c := &GuideCard{Words: w}
	for _, g := range steps {
		if n := len(c.Steps); n > 0 && c.Steps[n-1].Step == w.Say("guide."+g.Step) {
			c.Steps[n-1].Lines = append(c.Steps[n-1].Lines, g.Text)
			continue
		}
		c.Steps = append(c.Steps, GuideStep{Step: w.Say("guide." + g.Step), Lines: []string{g.Text}})
	}
	return c, nil
}

// beside puts onto the page what the ticket is filed under, and the guide.
func (d *desk) beside(v *frontend.Visit, s *showing, side *Side) error {
	var err error
	if side.Filing, err = d.tags(v, s); err != nil {
		return err
	}
	side.Guide, err = d.guide(v, s.Words)
	return err
}
