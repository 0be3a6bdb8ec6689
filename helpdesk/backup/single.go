package backup

// Single reads the only row of a small table out of a backup's two files, without
// a database and before there are secrets to prove them with: its caller does so
// once it has them. By column; nil when the table is empty or not there.
func Single(content, keys, table string) (map[string]any, error) {
	c, err := openPart(content, Content)
	if err != nil {
		return nil, err
	}
	defer c.close()
	k, err := openPart(keys, Keys)
	if err != nil {
		return nil, err
	}
	defer k.close()
	if c.header.ID != k.header.ID {
		return nil, ErrNotOne
	}
	var all map[string]any
	for _, p := range []*part{c, k} { // the wraps, which are nil in the content, come last
		if err := p.seek(table); err != nil {
			return nil, err
		}
		if p.section == nil {
			continue
		}
		row, err := p.row()
		if err != nil {
			return nil, err
		}
		for i, cell := range row {
			if all == nil {
				all = map[string]any{}
			}
			all[p.section.Columns[i].Name] = cell
		}
	}
	return all, nil
}

// seek goes on to a table, or to the end.
func (p *part) seek(table string) error {
	for p.section != nil && p.section.Table != table {
		kind, _, err := p.frames.next()
		switch {
		case err != nil:
			return err
		case kind == frameEnd:
			err = p.begin()
		case kind != frameRows:
			err = ErrDamaged
		}
		if err != nil {
			return err
		}
	}
	return nil
}
