package locale

import (
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Country names a country by its code (ISO 3166-1 alpha-2), by Unicode's tables;
// in English where they have no names in this language, and by the code itself
// where there is no such country.
func (w Words) Country(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	tag := w.Lang
	if tag == "prs" {
		tag = "fa" // the tables know Dari by the name of Persian
	}
	namer := display.Regions(language.Make(tag))
	if namer == nil || namer.Name(region) == "" {
		namer = display.Regions(language.English)
	}
	return namer.Name(region)
}
