package public

import (
	"fmt"
	"strings"

	"github.com/skip2/go-qrcode"
)

// Square is an address to point a phone's camera at, drawn in the page itself.
// It holds the address of the site and nothing else: no number of a poster, no
// id of who printed it.
type Square struct {
	Label string
	Size  int    // modules a side, with the quiet zone
	Path  string // of an SVG path
}

// square draws an address. Medium correction: a poster may be torn.
func square(address string) (Square, error) {
	code, err := qrcode.New(address, qrcode.Medium)
	if err != nil {
		return Square{}, fmt.Errorf("draw a square: %w", err)
	}
	dots := code.Bitmap()
	var path strings.Builder
	for y, row := range dots {
		for x := 0; x < len(row); x++ {
			if !row[x] {
				continue
			}
			from := x
			for x < len(row) && row[x] {
				x++
			}
			fmt.Fprintf(&path, "M%d %dh%dv1H%dz", from, y, x-from, from)
		}
	}
	return Square{Label: address, Size: len(dots), Path: path.String()}, nil
}
