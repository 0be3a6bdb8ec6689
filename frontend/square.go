package frontend

import (
	"fmt"
	"strings"

	"github.com/skip2/go-qrcode"
)

// Square is what a camera reads, drawn here and in the page itself: what it holds
// is in no address and asked of nobody.
type Square struct {
	Label string
	Size  int    // modules a side, with the quiet zone
	Path  string // of an SVG path
}

// DrawSquare draws a second factor or a code; label is what it is to who listens.
func DrawSquare(text, label string) (Square, error) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return Square{}, fmt.Errorf("draw a square: %w", err)
	}
	dots := code.Bitmap()
	var path strings.Builder
	for y, row := range dots {
		for from := 0; from < len(row); from++ {
			to := from
			for to < len(row) && row[to] {
				to++
			}
			if to > from {
				fmt.Fprintf(&path, "M%d %dh%dv1H%dz", from, y, to-from, from)
				from = to
			}
		}
	}
	return Square{Label: label, Size: len(dots), Path: path.String()}, nil
}
