package directory

// check holds a record against its shape, without asking what it hangs on.
// It calls no for each thing that is wrong.
func (r Record) check(no func(key string, args ...any)) {
	s := byKind[r.Kind]
	for _, f := range s.fields {
		if f.required && r.Fields[f.name] == "" {
			no("required", f.name)
		}
	}
	for _, u := range s.ups {
		if u.needed && len(r.Up[u.column]) == 0 {
			no("required", u.column)
		}
	}
}

// checkUps holds a record against what it hangs on. known tells whether a row
// of a kind will be there; HSDS' own examples name rows that are nowhere, so
// only what nothing works without is refused.
func (r Record) checkUps(known func(kind, id string) bool, no func(key string, args ...any)) {
	s := byKind[r.Kind]
	held := !s.owned
	for _, u := range s.ups {
		for _, id := range r.Up[u.column] {
			there := u.kind != "" && known(u.kind, id)
			held = held || there && !u.single
			if u.needed && !there {
				no("unknown", u.column)
			}
		}
	}
	if !held {
		no("orphan")
	}
}
