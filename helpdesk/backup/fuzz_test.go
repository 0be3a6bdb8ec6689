package backup

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"returnsupport/helpdesk/store"
)

func sortRows(rows [][]byte) { slices.SortFunc(rows, bytes.Compare) }

func FuzzReadRow(f *testing.F) {
	columns := []store.Column{{Name: "a", Kind: store.Text}, {Name: "b", Kind: store.Integer}, {Name: "c", Kind: store.Bytes}, {Name: "d", Kind: store.Boolean}}
	f.Add(appendRow(nil, []any{"x", int64(-5), []byte{}, true}))
	f.Add(appendRow(nil, []any{nil, nil, nil, nil}))
	f.Fuzz(func(t *testing.T, b []byte) {
		row, rest, err := readRow(b, columns)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Fatal(err)
			}
			return
		}
		again, none, err := readRow(appendRow(nil, row), columns)
		if err != nil || len(none) > 0 || !bytes.Equal(appendRow(nil, again), appendRow(nil, row)) || len(rest) > len(b) {
			t.Fatalf("%q is not what it was read as", b)
		}
	})
}

func FuzzFrames(f *testing.F) {
	var b bytes.Buffer
	w := newFrameWriter(&b)
	w.json(frameHeader, header{Part: Content, ID: "x"})
	w.json(frameSection, section{Table: "t", Columns: []store.Column{{Name: "a", Kind: store.Text}}})
	w.out.Flush()
	f.Add(b.Bytes())
	f.Add([]byte(magic + "H\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, _, err := newFrameReader(bytes.NewReader(b))
		for err == nil {
			_, _, err = r.next()
		}
		if !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
	})
}
