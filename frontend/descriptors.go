package frontend

// spare is how many file descriptors pages, the store, mail and Redis need
// beside live connections.
const spare = 512

// mostLines is how many live connections of a kind there may be: what was
// asked for, or what the file limit leaves room for.
func (s *Site) mostLines(k kind) int {
	bells, talks := s.wanted()
	if room, known := s.room(); known && bells+talks > room {
		bells = min(bells, room/5) // a place for the desk for each four persons
		talks = max(room-bells, 0)
	}
	if k == deskLine {
		return bells
	}
	return talks
}

func (s *Site) wanted() (bells, talks int) {
	bells, talks = 5_000, 20_000
	if s.MaxBells > 0 {
		bells = s.MaxBells
	}
	if s.MaxTalks > 0 {
		talks = s.MaxTalks
	}
	return bells, talks
}

func (s *Site) room() (int, bool) {
	limit, known := s.descriptors()
	return max(int(min(limit, 1<<30))-spare, 8), known
}

// sayLimit tells the operator, once at the start, when the file limit is too
// low for the live connections there may be.
func (s *Site) sayLimit() {
	bells, talks := s.wanted()
	if room, known := s.room(); known && bells+talks > room {
		s.Log.Warn("the limit of open files is too low: live chats beyond it are refused and their browsers ask every few seconds instead; raise it (ulimit -n, or LimitNOFILE= for systemd)",
			"limit", room+spare, "needed", bells+talks+spare, "chats", s.mostLines(personLine), "bells", s.mostLines(deskLine))
	}
}
