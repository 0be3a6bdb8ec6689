package tickets

import (
	"context"
	"slices"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// TagMost is how many tags a ticket has at most: a few, or they say nothing.
const TagMost = 8

// Tag puts tags on a ticket and takes others off. Which tags the house has, the
// caller has checked; here a tag is a key: 1 to 40 of a-z, 0-9, - and _. They
// lie in the sealed head.
//
// ErrDenied for who has it lent, ErrConflict when the ticket moved since
// version; Refusals "tag.key" and "tag.too_many".
func (d *Desk) Tag(ctx context.Context, s *staff.Session, ticket helpdesk.ID, version int64, add, remove []string) error {
	_, _, err := d.tag(ctx, s, ticket, version, add, remove)
	return err
}

// tag also tells which tags are new and which are gone.
func (d *Desk) tag(ctx context.Context, s *staff.Session, ticket helpdesk.ID, version int64, add, remove []string) (on, off []string, err error) {
	for _, t := range add {
		if !tagKey(t) {
			return nil, nil, helpdesk.Refuse("tag.key")
		}
	}
	err = d.db.Write(ctx, "ticket.tag", func(tx *store.Tx) error {
		file, err := d.lockOwn(ctx, tx, s, "tag", ticket, version)
		if err != nil {
			return err
		}
		t := file.ticket
		many := false
		err = d.changeHead(ctx, tx, file, func(h *Head) {
			h.Facts.Tags, on, off = retag(h.Facts.Tags, add, remove)
			many = len(h.Facts.Tags) > TagMost
		})
		if err != nil {
			return err
		}
		if many {
			return helpdesk.Refuse("tag.too_many", TagMost)
		}
		before := *t
		t.version++
		if err := d.save(ctx, tx, before, t); err != nil {
			return err
		}
		if err := d.recordOf(ctx, tx, s.User.ID, "ticket.tag", t); err != nil {
			return err
		}
		d.ring(tx, t)
		return nil
	})
	return on, off, err
}

// retag returns the tags with some added and some removed, in order, and those
// that made a difference.
func retag(tags, add, remove []string) (after, on, off []string) {
	after = slices.Clone(tags)
	for _, t := range remove {
		if i := slices.Index(after, t); i >= 0 {
			after, off = slices.Delete(after, i, i+1), append(off, t)
		}
	}
	for _, t := range add {
		if !slices.Contains(after, t) {
			after, on = append(after, t), append(on, t)
		}
	}
	slices.Sort(after)
	return after, on, off
}

func tagKey(t string) bool {
	for _, r := range t {
		if !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_') {
			return false
		}
	}
	return len(t) > 0 && len(t) <= 40
}
