package directory

import "strings"

// tongue is a language of the house with the names HSDS files may give it.
type tongue struct {
	tag   string
	names []string // ISO 639 codes, English and Swedish names, lower case
}

var tongues = []tongue{
	{"sv", []string{"sv", "swe", "swedish", "svenska"}},
	{"en", []string{"en", "eng", "english", "engelska"}},
	{"ar", []string{"ar", "ara", "arb", "arabic", "arabiska"}},
	{"fa", []string{"fa", "fas", "per", "pes", "farsi", "persian", "persiska"}},
	{"prs", []string{"prs", "fa-af", "dari"}},
	{"ps", []string{"ps", "pus", "pbt", "pashto", "pastho", "pashtu"}},
	{"ckb", []string{"ckb", "sorani", "central kurdish", "kurdish (sorani)", "sorani kurdish", "kurdiska (sorani)"}},
	{"kmr", []string{"kmr", "ku", "kur", "kurmanji", "northern kurdish", "kurmandji", "kurdiska (kurmanji)"}},
	{"so", []string{"so", "som", "somali", "somaliska"}},
	{"ti", []string{"ti", "tir", "tigrinya", "tigrinja"}},
	{"sq", []string{"sq", "sqi", "alb", "albanian", "albanska"}},
	{"ru", []string{"ru", "rus", "russian", "ryska"}},
	{"uz", []string{"uz", "uzb", "uzbek", "uzbekiska"}},
	{"ka", []string{"ka", "kat", "geo", "georgian", "georgiska"}},
	{"mn", []string{"mn", "mon", "mongolian", "mongoliska"}},
	{"es", []string{"es", "spa", "spanish", "spanska"}},
}

// languageTag is the tag under which a language is found: the house's own for
// its sixteen, else the code as written, in lower case; "" for none. HSDS wants a
// code (ISO 639); many give the name alone.
func languageTag(code, name string) string {
	for _, v := range []string{code, name} {
		v = strings.ToLower(strings.TrimSpace(v))
		if v == "" {
			continue
		}
		base, _, _ := strings.Cut(v, "-")
		for _, exact := range []string{v, base} {
			for _, t := range tongues {
				for _, n := range t.names {
					if n == exact {
						return t.tag
					}
				}
			}
		}
	}
	if code = strings.ToLower(strings.TrimSpace(code)); len(code) <= 12 && isTag(code) {
		return code
	}
	return ""
}

func isTag(s string) bool {
	if len(s) < 2 {
		return false
	}
	for _, c := range s {
		if (c < 'a' || c > 'z') && c != '-' && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
