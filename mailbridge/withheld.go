package mailbridge

import "time"

// withheldFor is how long a mailbox waits for one mail that its server lists and
// does not hand out. A server in trouble gets over it meanwhile; a mail that is
// damaged there must not keep all later ones from coming.
const withheldFor = time.Hour

// withheld is the mail a mailbox waits for.
type withheld struct {
	at    Mark
	since time.Time
}

// keptBack reports whether a server answered, but without the mail.
func keptBack(err error) bool {
	code := CodeOf(err)
	return code == Declined || code == Incomplete
}

// fetchApart fetches mails; where the server keeps something back, it asks for
// each alone, and alone says what becomes of one that does not come even so.
// What came before an error is returned with it.
func (s *session) fetchApart(want []listing, alone func(listing, error) ([]Arrival, error)) ([]Arrival, error) {
	got, err := s.fetch(want)
	if !keptBack(err) {
		return got, err
	}
	if len(want) == 1 {
		return alone(want[0], err)
	}
	got = nil
	for i := range want {
		one, err := s.fetchApart(want[i:i+1], alone)
		if got = append(got, one...); err != nil {
			return got, err
		}
	}
	return got, nil
}

// waitFor answers err until the mail was waited for long enough; then what the
// server gives of its header, so that somebody hears of it.
func (r *round) waitFor(l listing, err error) ([]Arrival, error) {
	at := Mark{UIDValidity: r.mark.UIDValidity, UID: l.uid}
	if r.kept.at != at {
		r.kept = withheld{at: at, since: r.now()}
	}
	if r.now().Sub(r.kept.since) < withheldFor {
		return nil, err
	}
	r.log.Warn("a mail is not handed out", "mailbox", r.ID, "uid", l.uid)
	a := Arrival{Mark: Mark{UID: l.uid}, Internal: l.internal, Size: l.size, Withheld: true}
	if a.Raw, err = r.session.piece(l.uid, "BODY.PEEK[HEADER]", 0, headerLimit); err != nil && !keptBack(err) {
		return nil, err
	}
	return []Arrival{a}, nil
}
