// Package answers keeps what counsellors answer again and again, and what the
// house tells everybody: in versions, by language, each with its source, the
// colleague who answers for it and the day it must be looked at again.
//
// Never: an answer past its review date in a letter or a talk, and never a word
// about a person: everybody who works here reads all of it.
package answers

import (
	"slices"
	"sync"
	"time"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/journal"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// What the journal calls the room's deeds. Object is the answer; the sealed
// part is the answer as it stands afterwards.
const (
	VerbChanged = "answer.changed"
	VerbDropped = "answer.dropped"
	VerbUndone  = "answer.undone"
)

// Kind is what an answer is for.
type Kind string

const (
	Canned Kind = "canned" // put into the composer by a counsellor, who sends it
	Public Kind = "public" // information for everybody
)

// NearDays before its review date an answer is shown as near it.
const NearDays = 30

// Standing is how an answer stands to its review date.
type Standing string

const (
	Fresh   Standing = "fresh"
	Near    Standing = "near"
	Expired Standing = "expired" // can't be inserted any more
)

// Answer is one answer in all its languages.
type Answer struct {
	ID     helpdesk.ID       `json:"-"`
	Kind   Kind              `json:"kind"`
	Title  string            `json:"title"` // for colleagues; never sent
	Texts  map[string]string `json:"texts"` // by language tag; variables as {phone}
	Source string            `json:"source"`
	Owner  helpdesk.ID       `json:"owner"`  // the colleague who answers for it
	Review string            `json:"review"` // 2006-01-02: the last day it may be used unseen

	Dropped bool        `json:"dropped,omitempty"`
	Version int64       `json:"-"`     // from 1
	At      time.Time   `json:"-"`     // of this version
	Actor   helpdesk.ID `json:"actor"` // who made this version
}

// Languages are those the answer is written in, in alphabetical order.
func (a Answer) Languages() []string {
	out := make([]string, 0, len(a.Texts))
	for tag := range a.Texts {
		out = append(out, tag)
	}
	slices.Sort(out)
	return out
}

// House is what the room is built from.
type House struct {
	DB      *store.DB
	Secrets *vault.Secrets
	Journal *journal.Book
	Now     func() time.Time
	Zone    *time.Location // in which days begin; nil for Europe/Stockholm
}

// Shelf is the room. Its methods may be called from many goroutines.
type Shelf struct {
	db      *store.DB
	secrets *vault.Secrets
	journal *journal.Book
	now     func() time.Time
	zone    *time.Location

	mu      sync.Mutex
	seen    map[helpdesk.ID]int64 // highest version seen
	told    []Answer              // the public ones, as of toldAt
	toldAt  time.Time
	changes int // made by this process
}

// New makes the room.
func New(h House) (*Shelf, error) {
	if h.Zone == nil {
		zone, err := time.LoadLocation("Europe/Stockholm")
		if err != nil {
			return nil, err
		}
		h.Zone = zone
	}
	return &Shelf{db: h.DB, secrets: h.Secrets, journal: h.Journal, now: h.Now, zone: h.Zone, seen: map[helpdesk.ID]int64{}}, nil
}

// Today is the day it is here.
func (s *Shelf) Today() string { return s.now().In(s.zone).Format(time.DateOnly) }

// Standing is how the answer stands to its review date today. What is no date
// counts as passed.
func (s *Shelf) Standing(a Answer) Standing {
	today, review := s.Today(), a.Review
	last, err := time.Parse(time.DateOnly, review)
	switch {
	case err != nil || review < today:
		return Expired
	case last.AddDate(0, 0, -NearDays).Format(time.DateOnly) <= today:
		return Near
	}
	return Fresh
}
