package office

import (
	"context"
	"slices"
	"strconv"

	"returnsupport/helpdesk"
)

// What Retention counts. All but the last three are parts of closed tickets and
// are counted from the ticket's last word.
const (
	KeepTickets     = "tickets"     // all of them
	KeepMessages    = "messages"    // what was said in them
	KeepAttachments = "attachments" // files
	KeepOriginals   = "originals"   // letters as they came; those set aside, too, once somebody dealt with them
	KeepJournal     = "journal"     // its oldest pages; the rest still verifies
	KeepFigures     = "figures"     // how long talks waited and took
	// KeepServer is not counted in months: what was erased here is erased on the
	// mail server, too ("erase"), or stays there ("keep").
	KeepServer = "server"
)

// RetentionKinds are what has a time of its own.
var RetentionKinds = []string{KeepTickets, KeepMessages, KeepAttachments, KeepOriginals, KeepJournal, KeepFigures, KeepServer}

const defaultRetention = `# what | months, or keep; for server: erase or keep
tickets | 24
messages | keep
attachments | 12
originals | 12
journal | 60
figures | 3
server | keep
`

// Keeping is for how long what is kept.
type Keeping struct {
	Months   map[string]int // 0 is for ever
	AtServer bool           // what is erased here is erased on the mail server
	// Decided: somebody saved these rules. Until then nothing is erased by itself:
	// nobody shall lose a ticket by a number they never saw.
	Decided bool
}

func readRetention(text string) (map[string]int, error) {
	all, err := readKept(text)
	if err != nil {
		return nil, err
	}
	for _, what := range RetentionKinds {
		if _, ok := all[what]; !ok {
			// What is kept for how long is always said, never left to a default.
			return nil, helpdesk.Refuse("setting.retention_all", what)
		}
	}
	return all, nil
}

func readKept(text string) (map[string]int, error) {
	rows, err := table(text, 2, 2)
	if err != nil {
		return nil, err
	}
	all := map[string]int{}
	for _, r := range rows {
		what, said := r.cell[0], r.cell[1]
		if _, twice := all[what]; twice || !slices.Contains(RetentionKinds, what) {
			return nil, r.refuse("retention")
		}
		switch {
		case said == "keep":
			all[what] = 0
			continue
		case what == KeepServer && said == "erase":
			all[what] = 1
			continue
		case what == KeepServer:
			return nil, r.refuse("retention_server")
		}
		n, err := strconv.Atoi(said)
		if err != nil || n < 1 || n > 600 || strconv.Itoa(n) != said {
			return nil, r.refuse("months")
		}
		all[what] = n
	}
	return all, nil
}

// figuresBefore is how long figures were kept before anybody could say so.
const figuresBefore = 3

// Retention tells for how long what is kept. Rules that were saved before there
// was a kind say nothing of it: then it is kept, but for figures.
func (o *Office) Retention(ctx context.Context) (Keeping, error) {
	v, err := o.Read(ctx, Retention)
	if err != nil {
		return Keeping{}, err
	}
	all, err := readKept(v.Value)
	if err != nil {
		return Keeping{}, err
	}
	if _, ok := all[KeepFigures]; !ok {
		all[KeepFigures] = figuresBefore
	}
	k := Keeping{Months: all, AtServer: all[KeepServer] == 1, Decided: v.Version > 0}
	delete(all, KeepServer)
	return k, nil
}
