package workspace

import (
	"time"

	"returnsupport/frontend"
	"returnsupport/helpdesk/directory"
)

// Chips of the directory, the same on cards and on an organisation's page.

func kindChip(w frontend.Words, k directory.Kind) frontend.Chip {
	c := frontend.Chip{Icon: "users", Text: w.Say("directory.kind." + string(k))}
	switch k {
	case directory.Authority, directory.Sister: // never chosen without a thought
		c.Kind, c.Icon = "warn", "flag"
	case directory.Unverified:
		c.Icon = "eye"
	}
	return c
}

func vettedChip(w frontend.Words, k directory.Kind, current bool, until string) frontend.Chip {
	switch {
	case k == directory.Unverified || until == "":
		return frontend.Chip{Kind: "warn", Icon: "triangle-alert", Text: w.Say("directory.never")}
	case !current && until < w.Now.Format(time.DateOnly):
		return frontend.Chip{Kind: "danger", Icon: "triangle-alert", Text: w.Say("directory.ended", dayOf(w, until))}
	case soon(w, until):
		return frontend.Chip{Kind: "warn", Icon: "clock", Text: w.Say("directory.ends", dayOf(w, until))}
	}
	return frontend.Chip{Kind: "ok", Icon: "circle-check", Text: w.Say("directory.vetted", dayOf(w, until))}
}

func soon(w frontend.Words, until string) bool {
	return until <= w.Now.AddDate(0, 0, directory.WarnDays).Format(time.DateOnly)
}

// dayOf is a date of the directory as people here write days.
func dayOf(w frontend.Words, date string) string {
	day, err := time.ParseInLocation(time.DateOnly, date, w.Zone)
	if err != nil {
		return date
	}
	return w.Day(day.Add(12 * time.Hour))
}

func sharesChip(w frontend.Words, s directory.Sharing) frontend.Chip {
	kind := "warn"
	if s == directory.SharesNo {
		kind = ""
	}
	return frontend.Chip{Kind: kind, Icon: "flag", Text: w.Say("directory.shares." + string(s))}
}

func openChip(w frontend.Words, o directory.OpenState, until string) frontend.Chip {
	switch o {
	case directory.OpenNow:
		return frontend.Chip{Kind: "ok", Icon: "clock", Text: w.Say("directory.open.open", until)}
	case directory.HolidayNow:
		return frontend.Chip{Kind: "warn", Icon: "clock", Text: w.Say("directory.open.holiday")}
	case directory.ClosedNow:
		return frontend.Chip{Icon: "clock", Text: w.Say("directory.open.closed")}
	}
	return frontend.Chip{Icon: "clock", Text: w.Say("directory.open.unknown")}
}

func statusChip(w frontend.Words, status string) frontend.Chip {
	return frontend.Chip{Kind: "warn", Icon: "triangle-alert", Text: w.Say("directory.status." + status)}
}
