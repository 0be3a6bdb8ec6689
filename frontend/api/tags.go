package api

import (
	"context"
	"slices"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/office"
)

// TagList is the house's own list.
type TagList struct {
	Items []Tag `json:"items"`
}

// Tag is one of it.
type Tag struct {
	Key     string `json:"key" doc:"as tickets have it"`
	Swedish string `json:"sv"`
	English string `json:"en"`
}

func (d *desk) tags(v *frontend.Visit) (TagList, error) {
	all, err := d.Office.Tags(v.Context)
	if err != nil {
		return TagList{}, err
	}
	out := TagList{Items: []Tag{}}
	for _, t := range all {
		out.Items = append(out.Items, Tag{Key: t.Key, Swedish: t.Swedish, English: t.English})
	}
	return out, nil
}

// known refuses tags the house does not have.
func (d *desk) known(ctx context.Context, tags []string) error {
	all, err := d.Office.Tags(ctx)
	if err != nil {
		return err
	}
	for _, tag := range tags {
		if !slices.ContainsFunc(all, func(t office.Term) bool { return t.Key == tag }) {
			return helpdesk.Refuse("tag.key")
		}
	}
	return nil
}
