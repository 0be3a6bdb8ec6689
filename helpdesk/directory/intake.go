package directory

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits on what one import may bring. They are far above any directory of one
// country, and low enough for one transaction.
const (
	fileLimit   = 64 << 20 // bytes of one file, unpacked
	totalLimit  = 256 << 20
	recordLimit = 400_000
	valueLimit  = 64 << 10 // bytes of one value
	idLimit     = 200
	depthLimit  = 24        // of JSON
	nodeLimit   = 2_000_000 // values of one JSON document
	reportLimit = 1_000     // refusals; after them, reading stops
)

// Row names a line of a file, or of the directory when File is "", and what is
// said about it: Key and Args are for the catalogues.
type Row struct {
	File string
	Line int // from 1; 0 for the whole file
	Key  string
	Args []any
}

// came is a record as a file brought it.
type came struct {
	Record
	file string
	line int
	own  map[string]bool // columns that were written out, not only said by nesting
}

// intake gathers what files bring, before anything is compared or written.
type intake struct {
	rows    []*came
	byID    map[string]*came // kind, NUL, id
	refused []Row
	ignored []Row
	told    map[string]bool // of ignored: file and column
	nested  bool            // JSON: the same row may stand in several places
	full    bool            // the report is, and reading stops
}

func newIntake() *intake { return &intake{byID: map[string]*came{}, told: map[string]bool{}} }

func (in *intake) refuse(file string, line int, key string, args ...any) {
	if len(in.refused) >= reportLimit {
		in.full = true
		return
	}
	in.refused = append(in.refused, Row{file, line, "directory.import." + key, args})
}

// ignore notes once a file that a column is not kept.
func (in *intake) ignore(file string, line int, column string) {
	column = column[:min(len(column), 60)]
	if name := file + "\x00" + column; !in.told[name] && len(in.ignored) < reportLimit {
		in.told[name] = true
		in.ignored = append(in.ignored, Row{file, line, "directory.import.ignored", []any{strings.ToValidUTF8(column, "")}})
	}
}

// done tells whether reading should stop.
func (in *intake) done() bool { return in.full || len(in.rows) >= recordLimit }

// set puts one value into a row that is being read.
func (in *intake) set(c *came, s *shape, column, value string) {
	value = strings.TrimSpace(value)
	switch {
	case !utf8.ValidString(value) || strings.ContainsRune(value, 0):
		in.refuse(c.file, c.line, "encoding", column)
		return
	case len(value) > valueLimit:
		in.refuse(c.file, c.line, "long", column)
		return
	}
	if u, ok := s.up(column); ok {
		c.own[column] = true
		in.point(c, u, value)
		return
	}
	f, ok := s.field(column)
	if !ok {
		if value != "" {
			in.ignore(c.file, c.line, column)
		}
		return
	}
	if value != "" {
		if !f.form.fits(value) {
			in.refuse(c.file, c.line, "form", column)
			return
		}
		c.Fields[column] = value
	}
}

// point says that a row belongs to another.
func (in *intake) point(c *came, u up, id string) { in.pointFrom(c, c, u, id) }

// pointFrom is point where it was said at another place than c began.
func (in *intake) pointFrom(at, c *came, u up, id string) {
	if id == "" || slices.Contains(c.Up[u.column], id) {
		return
	}
	if u.single && len(c.Up[u.column]) > 0 {
		in.refuse(at.file, at.line, "two", u.column)
		return
	}
	if len(id) > idLimit {
		in.refuse(at.file, at.line, "long", u.column)
		return
	}
	c.Up[u.column] = append(c.Up[u.column], id)
}

// add takes a row that was read whole, or joins it with what came of it before.
func (in *intake) add(c *came, s *shape) *came {
	if c.HSDS == "" || len(c.HSDS) > idLimit || !utf8.ValidString(c.HSDS) || strings.ContainsRune(c.HSDS, 0) {
		in.refuse(c.file, c.line, "id")
		return nil
	}
	key := c.Kind + "\x00" + c.HSDS
	before, again := in.byID[key]
	switch {
	case !again:
		if len(in.rows) >= recordLimit {
			in.refuse(c.file, c.line, "many", recordLimit)
			in.full = true
			return nil
		}
		c.ID = houseID(c.Kind, c.HSDS)
		in.byID[key] = c
		in.rows = append(in.rows, c)
		return c
	case !in.nested:
		in.refuse(c.file, c.line, "twice", before.line)
		return nil
	}
	for column, value := range c.Fields {
		if was, ok := before.Fields[column]; ok && was != value {
			in.refuse(c.file, c.line, "differs", column, before.line)
			return nil
		}
		before.Fields[column] = value
	}
	for column, ids := range c.Up {
		u, _ := s.up(column)
		for _, id := range ids {
			in.pointFrom(c, before, u, id)
		}
	}
	return before
}
