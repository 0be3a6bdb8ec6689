package directory

import (
	"cmp"
	_ "embed"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Point is a place on the globe in degrees (WGS 84).
type Point struct{ Lat, Lon float64 }

// sound tells whether a point is one.
func (p Point) sound() bool {
	return p.Lat >= -90 && p.Lat <= 90 && p.Lon >= -180 && p.Lon <= 180 && (p.Lat != 0 || p.Lon != 0)
}

// earth is the mean radius in kilometres (IUGG).
const earth = 6371.0088

// km is the great-circle distance by the haversine formula, which stays exact
// for near points.
func (p Point) km(q Point) float64 {
	const radian = math.Pi / 180
	sinLat, sinLon := math.Sin((q.Lat-p.Lat)*radian/2), math.Sin((q.Lon-p.Lon)*radian/2)
	h := sinLat*sinLat + math.Cos(p.Lat*radian)*math.Cos(q.Lat*radian)*sinLon*sinLon
	return 2 * earth * math.Asin(math.Sqrt(min(1, h)))
}

// Place is a town or village of Sweden.
type Place struct {
	Name         string
	Municipality string
	County       string
	Point
	People int

	folded, municipality string
}

//go:embed places/sweden.tsv
var sweden string

// places are Sweden's, most inhabitants first (places/README.md says whose they
// are and how they were made).
var places = sync.OnceValue(func() []Place {
	var out []Place
	for line := range strings.Lines(sweden) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if len(f) != 6 || strings.HasPrefix(line, "#") {
			continue
		}
		lat, _ := strconv.ParseFloat(f[3], 64)
		lon, _ := strconv.ParseFloat(f[4], 64)
		people, _ := strconv.Atoi(f[5])
		out = append(out, Place{Name: f[0], Municipality: f[1], County: f[2], Point: Point{lat, lon}, People: people, folded: fold(f[0]), municipality: fold(f[1])})
	}
	slices.SortStableFunc(out, func(a, b Place) int { return cmp.Compare(b.People, a.People) })
	return out
})

// otherNames are names by which places are sought but not called here.
var otherNames = map[string]string{"gothenburg": "goteborg"}

// Places finds Sweden's places by the beginning of their name or municipality,
// forgiving case and å, ä, ö: those called exactly so first, then the larger
// before the smaller. "Ås, Krokom" names the Ås of that municipality or county.
func Places(name string, limit int) []Place {
	name, within, _ := strings.Cut(name, ",")
	name, within = fold(name), fold(within)
	if other, ok := otherNames[name]; ok {
		name = other
	}
	if name == "" || limit <= 0 {
		return nil
	}
	var exact, begins, municipal []Place
	for _, p := range places() {
		if within != "" && !strings.HasPrefix(p.municipality, within) && !strings.HasPrefix(fold(p.County), within) {
			continue
		}
		switch {
		case p.folded == name:
			exact = append(exact, p)
		case strings.HasPrefix(p.folded, name):
			begins = append(begins, p)
		case strings.HasPrefix(p.municipality, name):
			municipal = append(municipal, p)
		}
	}
	all := slices.Concat(exact, begins, municipal)
	return all[:min(len(all), limit)]
}

// String tells places of one name apart: "Ås, Krokoms Kommun".
func (p Place) String() string { return p.Name + ", " + p.Municipality }
