package backup

import (
	"encoding/binary"

	"returnsupport/helpdesk/store"
)

// A row is its cells one after the other; a cell says what it is.
const (
	cellNull byte = iota
	cellInteger
	cellText
	cellBytes
	cellFalse
	cellTrue
)

func appendRow(b []byte, row []any) []byte {
	for _, cell := range row {
		switch v := cell.(type) {
		case nil:
			b = append(b, cellNull)
		case int64:
			b = binary.AppendVarint(append(b, cellInteger), v)
		case string:
			b = append(binary.AppendUvarint(append(b, cellText), uint64(len(v))), v...)
		case []byte:
			b = append(binary.AppendUvarint(append(b, cellBytes), uint64(len(v))), v...)
		case bool:
			if v {
				b = append(b, cellTrue)
			} else {
				b = append(b, cellFalse)
			}
		}
	}
	return b
}

// readRow takes a row of so many cells from the front of b. Texts and bytes are
// copies: the row outlives the frame.
func readRow(b []byte, columns []store.Column) (row []any, rest []byte, err error) {
	row = make([]any, len(columns))
	for i, column := range columns {
		if len(b) == 0 {
			return nil, nil, ErrDamaged
		}
		kind := b[0]
		b = b[1:]
		switch kind {
		case cellNull:
		case cellInteger:
			v, n := binary.Varint(b)
			if n <= 0 || column.Kind != store.Integer {
				return nil, nil, ErrDamaged
			}
			row[i], b = v, b[n:]
		case cellFalse, cellTrue:
			if column.Kind != store.Boolean {
				return nil, nil, ErrDamaged
			}
			row[i] = kind == cellTrue
		case cellText, cellBytes:
			size, n := binary.Uvarint(b)
			if n <= 0 || size > uint64(len(b)-n) || (kind == cellText) != (column.Kind == store.Text) || kind == cellBytes && column.Kind != store.Bytes {
				return nil, nil, ErrDamaged
			}
			v := b[n : n+int(size)]
			if b = b[n+int(size):]; kind == cellText {
				row[i] = string(v)
			} else {
				row[i] = append(make([]byte, 0, len(v)), v...)
			}
		default:
			return nil, nil, ErrDamaged
		}
	}
	return row, b, nil
}
