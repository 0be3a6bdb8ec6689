package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// plot draws numbers as rows of marks, for a terminal.
func plot(title string, all []int) string {
	const height = 8
	most := max(1, slices.Max(all))
	var s strings.Builder
	fmt.Fprintf(&s, "  %s (most %d)\n", title, most)
	for r := height; r > 0; r-- {
		s.WriteString("  |")
		for _, n := range all {
			if n*height >= r*most || r == 1 && n > 0 {
				s.WriteString("#")
			} else {
				s.WriteString(" ")
			}
		}
		s.WriteString("\n")
	}
	s.WriteString("  +" + strings.Repeat("-", len(all)) + "\n\n")
	return s.String()
}

// The colours of the two years: told apart without red and green, and by dashes.
const (
	withColour    = "#1d4e89"
	withoutColour = "#b8570b"
)

// picture is both years as SVG: the queue day by day above, waits below.
func picture(with, without *year) string {
	var s strings.Builder
	s.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 560" font-family="sans-serif" font-size="13" role="img">` + "\n")
	s.WriteString(`<title>A year with and without evening hours</title><rect width="900" height="560" fill="#fff"/>` + "\n")
	const left, top, width, height = 60, 50, 800, 200
	most := max(1, slices.Max(with.queue), slices.Max(without.queue))
	at := func(day, n int) (float64, float64) {
		return left + width*float64(day)/float64(weeks*7), top + height - height*float64(n)/float64(most)
	}
	x, _ := at(tenfold*7, 0)
	fmt.Fprintf(&s, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="#eee"/><text x="%.1f" y="%d" fill="#555">ten times as many</text>`+"\n", x, top, float64(width)/weeks, height, x+20, top+12)
	fmt.Fprintf(&s, `<text x="%d" y="30" font-size="16">Letters waiting at the end of each day</text>`+"\n", left)
	for i := range 5 {
		_, y := at(0, most*i/4)
		fmt.Fprintf(&s, `<line x1="%d" y1="%.1f" x2="%d" y2="%.1f" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end">%d</text>`+"\n", left, y, left+width, y, left-6, y+4, most*i/4)
	}
	for _, one := range []struct {
		y              *year
		colour, dashes string
	}{{with, withColour, "none"}, {without, withoutColour, "6 3"}} {
		var points []string
		for day, n := range one.y.queue {
			px, py := at(day, n)
			points = append(points, fmt.Sprintf("%.1f,%.1f", px, py))
		}
		fmt.Fprintf(&s, `<polyline fill="none" stroke="%s" stroke-width="1.6" stroke-dasharray="%s" points="%s"/>`+"\n", one.colour, one.dashes, strings.Join(points, " "))
	}
	for w := 0; w < weeks; w += 4 {
		px, _ := at(w*7, 0)
		fmt.Fprintf(&s, `<text x="%.1f" y="%d" text-anchor="middle">week %d</text>`+"\n", px, top+height+18, w+1)
	}
	fmt.Fprintf(&s, `<text x="%d" y="40" fill="%s">with evening hours</text><text x="%d" y="40" fill="%s">without (dashed)</text>`+"\n", 560, withColour, 720, withoutColour)
	bars(&s, with, without)
	s.WriteString("</svg>\n")
	return s.String()
}

// bars shows median and 90th percentile of the wait, by audience and way.
func bars(s *strings.Builder, with, without *year) {
	const left, top, width = 200, 320, 560
	fmt.Fprintf(s, `<text x="60" y="%d" font-size="16">Wait: median (full) and 90th percentile (pale)</text>`+"\n", top-14)
	longest := time.Minute
	for _, way := range weekWays {
		for _, audience := range weekAudiences {
			longest = max(longest, percentile(with.waits(audience, way, minutes), 90), percentile(without.waits(audience, way, minutes), 90))
		}
	}
	row := 0
	for _, way := range weekWays {
		for _, audience := range weekAudiences {
			y := top + row*38
			fmt.Fprintf(s, `<text x="%d" y="%d" text-anchor="end">%s, %s</text>`+"\n", left-10, y+18, audience, way)
			for i, one := range []struct {
				y      *year
				colour string
			}{{with, withColour}, {without, withoutColour}} {
				waits := one.y.waits(audience, way, minutes)
				half, most := percentile(waits, 50), percentile(waits, 90)
				length := func(d time.Duration) float64 { return width * float64(d) / float64(longest) }
				fmt.Fprintf(s, `<rect x="%d" y="%d" width="%.1f" height="13" fill="%s" opacity=".35"/><rect x="%d" y="%d" width="%.1f" height="13" fill="%s"/><text x="%.1f" y="%d" font-size="11">%s, %s</text>`+"\n",
					left, y+i*15, length(most), one.colour, left, y+i*15, length(half), one.colour, left+length(most)+6, y+i*15+11, long(half), long(most))
			}
			row++
		}
	}
}
