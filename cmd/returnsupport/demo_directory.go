package main

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/staff"
)

// demoTables are invented organisations as HSDS' tabular data package; every
// address ends in a domain that can't exist, and every number is of the series
// that is kept for films.
//
//go:embed demo/directory
var demoTables embed.FS

// demoVettings are what the coordinator found out, by the service; until counts
// from today.
var demoVettings = map[string]struct {
	directory.Vetting
	until time.Duration
}{
	"Return counselling":         {directory.Vetting{Kind: directory.Own, Country: "SE", SharesWithAuthorities: directory.SharesNo, Takes: directory.TakesPackage, Shown: directory.ForEveryone}, 300 * day},
	"Company to the authorities": {directory.Vetting{Kind: directory.Branch, Country: "SE", SharesWithAuthorities: directory.SharesNo, Takes: directory.TakesWarm, Shown: directory.ForVolunteers, How: "Ring the group's own number first."}, 200 * day},
	"Legal advice on asylum":     {directory.Vetting{Kind: directory.Partner, Country: "SE", SharesWithAuthorities: directory.SharesNo, Takes: directory.TakesPackage, Shown: directory.ForEveryone, How: "They answer within a week and want the decision itself."}, 180 * day},
	"A bed for the night":        {directory.Vetting{Kind: directory.Partner, Country: "SE", SharesWithAuthorities: directory.SharesUnknown, Takes: directory.TakesSignpost, Shown: directory.ForEveryone}, 20 * day},
	"Support for the journey home": {directory.Vetting{Kind: directory.Authority, Country: "SE", SharesWithAuthorities: directory.SharesYes, Takes: directory.TakesSignpost, Shown: directory.ForEveryone},
		150 * day},
	"Met at the airport": {directory.Vetting{Kind: directory.Sister, Country: "AF", SharesWithAuthorities: directory.SharesUnknown, Takes: directory.TakesPackage, Shown: directory.ForCounsellors,
		How: "Six weeks before departure, and only what the person chose."}, 90 * day},
}

// fillDirectory gives the demo a directory, vetted by its coordinator.
func (d *demo) fillDirectory(ctx context.Context, by *staff.Session) error {
	files, err := fs.Sub(demoTables, "demo/directory")
	if err != nil {
		return err
	}
	if _, err := d.places.Import(ctx, d.staff.Console(), directory.Folder(files), directory.Options{}); err != nil {
		return err
	}
	page, err := d.places.Find(ctx, directory.Query{View: directory.ForCounsellors, Limit: 100})
	if err != nil {
		return err
	}
	today := time.Now()
	vetted := map[helpdesk.ID]bool{}
	for _, hit := range page.Hits {
		v, ok := demoVettings[hit.Name]
		if !ok || vetted[hit.Organisation] {
			continue
		}
		vetted[hit.Organisation] = true
		v.On, v.Until = today.Add(-30*day).Format(time.DateOnly), today.Add(v.until).Format(time.DateOnly)
		if _, err := d.places.Vet(ctx, by, hit.Organisation, v.Vetting); err != nil {
			return err
		}
	}
	return nil
}
