package directory

import (
	"context"
	"fmt"

	"returnsupport/helpdesk"
)

// index is what searches look through: the little of each record they need, in
// memory. The truth is in the database: every look first asks for its revision,
// and reads what is newer.
type index struct {
	revision int64

	organisations map[helpdesk.ID]organisationRow
	services      map[helpdesk.ID]serviceRow
	locations     map[helpdesk.ID]locationRow
	meetings      map[helpdesk.ID]meetingRow // service at location
	languages     map[helpdesk.ID]string     // tag
	schedules     map[helpdesk.ID]scheduleRow
	addresses     map[helpdesk.ID]string   // city
	terms         map[helpdesk.ID][]string // name and code, folded
	attributes    map[helpdesk.ID]helpdesk.ID
	vettings      map[helpdesk.ID]Vetting // by organisation

	ups  map[helpdesk.ID][]helpdesk.ID // what a record names
	kids map[helpdesk.ID][]helpdesk.ID // what names a record

	slots []slot // one for each service, in no order; what a search walks through
	slot  map[helpdesk.ID]int

	vocabulary map[string]int32 // every folded word ever seen, by its number
	sorted     []string         // the same in order, for words that begin with one
	tongues    map[string]uint  // bit of each language tag
}

// slot is the little that decides, for most services, that they are not what is
// sought: twenty thousand of them lie in a row and are walked through in a
// moment.
type slot struct {
	*entry
	languages uint64
	hidden    bool // given up: nobody is shown it
}

// manyTongues is the bit of all languages after the first 63.
const manyTongues = 63

type organisationRow struct {
	name  string
	words []int32
}

type serviceRow struct {
	name, status string
	organisation helpdesk.ID
	interpreted  bool
	youngest     float64 // years
	folded       string  // its name, for order
	strong, weak []int32 // words of its names, and of what is said about it
}

type locationRow struct {
	name string
	at   Point
}

type meetingRow struct{ service, location helpdesk.ID }

type scheduleRow struct {
	timing
	readable bool
}

// entry is a service as searches see it.
type entry struct {
	id             helpdesk.ID
	service        serviceRow
	by             string // the organisation's name
	vetting        Vetting
	spots          []spot
	languages      []string
	audiences      []string
	strong, weak   []int32 // words of names and topics, and of all else
	hours          []timing
	hoursUncertain bool
}

// spot is a place at which a service is given.
type spot struct {
	location       helpdesk.ID
	name, city     string
	at             Point
	hours          []timing
	hoursUncertain bool
}

func newIndex() *index {
	return &index{
		organisations: map[helpdesk.ID]organisationRow{}, services: map[helpdesk.ID]serviceRow{}, locations: map[helpdesk.ID]locationRow{},
		meetings: map[helpdesk.ID]meetingRow{}, languages: map[helpdesk.ID]string{}, schedules: map[helpdesk.ID]scheduleRow{}, addresses: map[helpdesk.ID]string{},
		terms: map[helpdesk.ID][]string{}, attributes: map[helpdesk.ID]helpdesk.ID{}, vettings: map[helpdesk.ID]Vetting{},
		ups: map[helpdesk.ID][]helpdesk.ID{}, kids: map[helpdesk.ID][]helpdesk.ID{}, slot: map[helpdesk.ID]int{}, vocabulary: map[string]int32{}, tongues: map[string]uint{},
	}
}

// look lets f see an index that knows every change committed before the call.
// f must not keep it, nor call look.
func (r *Room) look(ctx context.Context, f func(x *index)) error {
	var revision int64
	if err := r.db.QueryRow(ctx, readHead).Scan(&revision); err != nil {
		return fmt.Errorf("look into the directory: %w", err)
	}
	r.mu.RLock()
	if r.index.revision >= revision {
		defer r.mu.RUnlock()
		f(r.index)
		return nil
	}
	r.mu.RUnlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.index.revision < revision {
		if err := r.catchUp(ctx, revision); err != nil {
			return err
		}
	}
	f(r.index)
	return nil
}

// Warm reads the directory, so that nobody waits for it at the first search.
func (r *Room) Warm(ctx context.Context) error { return r.look(ctx, func(*index) {}) }

// catchUp reads what is newer than the index. The revision's row is locked by
// whoever changes the directory until they are done, so revisions come in order.
func (r *Room) catchUp(ctx context.Context, revision int64) error {
	x, to := r.index, revision
	changed := map[helpdesk.ID]bool{} // services whose entry is to be made anew
	err := r.read(ctx, r.db, func(s stored) {
		to = max(to, s.revision)
		if s.Kind == vettingKind && r.steppedBack(s.Record) {
			r.journal.Alarm(ctx, "directory.back", s.ID)
			return
		}
		x.touch(s.ID, changed) // what it belonged to
		x.take(s.Record, r.zone)
		x.touch(s.ID, changed) // and belongs to now
		if s.Kind == vettingKind {
			x.touch(houseID("organization", s.HSDS), changed)
		}
	}, selectSince, x.revision)
	if err != nil {
		// Some of the news may be in, and no entry made of it: the next look reads
		// all of it again, and touches the same.
		return err
	}
	for id := range changed {
		x.join(id)
	}
	x.sort()
	x.revision = to
	return nil
}
