// Package people knows the writers, recognised by the keyed index of their
// address, and the persons whom tickets concern; one address may write for
// many persons.
//
// Never: an address that can be read here. Addresses lie sealed in messages.
package people

import (
	"time"

	"returnsupport/helpdesk/vault"
)

// House is what the room is built from.
type House struct {
	Secrets *vault.Secrets
	Now     func() time.Time
}

// Registry finds and keeps writers and persons.
type Registry struct {
	secrets *vault.Secrets
	now     func() time.Time
}

// New makes the room.
func New(h House) *Registry { return &Registry{secrets: h.Secrets, now: h.Now} }

// day cuts an instant to its day in UTC: nobody needs to know the minute at
// which somebody first wrote.
func day(t time.Time) int64 {
	const length = 24 * 60 * 60 * 1_000_000
	us := t.UnixMicro()
	return us - us%length
}
