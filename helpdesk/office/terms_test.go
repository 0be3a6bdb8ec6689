package office

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"returnsupport/helpdesk"
)

// refusal is key and row of an error, or what it is instead.
func refusal(err error) string {
	var r helpdesk.Refusal
	if !errors.As(err, &r) {
		return fmt.Sprint(err)
	}
	return strings.TrimPrefix(r.Key, "setting.") + " " + strings.Trim(fmt.Sprint(r.Args), "[]")
}

func TestTheShippedWordsAreUnderstood(t *testing.T) {
	for _, k := range known {
		if err := k.check(k.Default); err != nil && k.Default != "" {
			t.Errorf("%s: %v", k.Name, err)
		}
	}
	guide, err := readGuide(defaultGuide)
	if err != nil {
		t.Fatal(err)
	}
	steps := map[string]int{}
	for _, g := range guide {
		steps[g.Language+" "+g.Step]++
	}
	for _, s := range GuideSteps {
		if steps["sv "+s] == 0 || steps["sv "+s] != steps["en "+s] {
			t.Errorf("%s: %d in Swedish, %d in English", s, steps["sv "+s], steps["en "+s])
		}
	}
}

func TestWordsThatAreNotUnderstoodAreRefusedWithTheirRow(t *testing.T) {
	type reader struct {
		name string
		read func(string) error
	}
	terms, tags := reader{"terms", readable(readTerms)}, reader{"tags", readable(readTags)}
	centres, retention, guide := reader{"centres", readable(readCentres)}, reader{"retention", readable(readRetention)}, reader{"guide", readable(readGuide)}
	many := ""
	for i := range maxTags + 1 {
		many += fmt.Sprintf("t%d | a | b\n", i)
	}
	for _, c := range []struct {
		reader
		text, want string
	}{
		{terms, "", "<nil>"},
		{terms, "# ours\nlawyer | Jurist | Lawyer", "<nil>"},
		{terms, "\nlawyer | Jurist", "row.cells 2"},
		{terms, "Lawyer | Jurist | Lawyer", "row.key 1"},
		{terms, "a | b | c\na | d | e", "row.key 2"},
		{terms, "a | b | ", "row.name 1"},
		{terms, "a | b | c\x00", "row.characters 1"},
		{terms, "a | b | " + strings.Repeat("x", 121), "row.too_long 1"},
		{tags, strings.Replace(many, "t30 | a | b\n", "", 1), "<nil>"},
		{tags, "# a few\n\n" + many, "row.too_many 33"},
		{centres, "flen | Flen\nflen | Flen", "row.key 2"},
		{centres, "flen | ", "row.name 1"},
		{retention, "tickets | 24\nmessages | keep\nattachments | keep\noriginals | 1\njournal | 600\nfigures | 3\nserver | erase", "<nil>"},
		{retention, "tickets | 24\nattachments | keep", "retention_all messages"},
		{retention, "server | 12", "row.retention_server 1"},
		{retention, "tickets | erase", "row.months 1"},
		{retention, "tickets | 24\ntickets | 12", "row.retention 2"},
		{retention, "photos | 24", "row.retention 1"},
		{retention, "tickets | soon", "row.months 1"},
		{retention, "tickets | 0", "row.months 1"},
		{retention, "tickets | 601", "row.months 1"},
		{retention, "tickets | 024", "row.months 1"},
		{guide, "sv | listen | 👂 {0}\nar | ask | " + strings.Repeat("ا", 600), "<nil>"},
		{guide, "sv | listen", "row.cells 1"},
		{guide, "Svenska | listen | a", "row.language 1"},
		{guide, "sv | sing | a", "row.step 1"},
		{guide, "sv | listen | ", "row.name 1"},
		{guide, "sv | listen | " + strings.Repeat("a", 601), "row.too_long 1"},
	} {
		if got := refusal(c.read(c.text)); got != c.want {
			t.Errorf("%s %.40q: %s, want %s", c.name, c.text, got, c.want)
		}
	}
}

func TestATermIsSaidInTheLanguagesOfTheDesk(t *testing.T) {
	term := Term{"lawyer", "Jurist", "Lawyer"}
	if term.In("sv") != "Jurist" || term.In("en") != "Lawyer" || term.In("ar") != "Lawyer" {
		t.Error(term)
	}
}

func FuzzTerms(f *testing.F) {
	for _, s := range []string{defaultSkills, defaultTags, defaultCentres, defaultRetention, defaultGuide, "a | b | c\n|"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, read := range []func(string) error{readable(readTerms), readable(readTags), readable(readCentres), readable(readRetention), readable(readGuide)} {
			if r := (helpdesk.Refusal{}); read(text) != nil && (!errors.As(read(text), &r) || !strings.HasPrefix(r.Key, "setting.r")) {
				t.Fatalf("not a refusal: %v", read(text))
			}
		}
		if all, err := readTerms(text); err == nil {
			for _, term := range all {
				if !rowKey(term.Key) || term.Swedish == "" || strings.ContainsAny(term.Swedish+term.English, "\r\n|") {
					t.Fatalf("%+v", term)
				}
			}
		}
		if all, err := readGuide(text); err == nil {
			for _, g := range all {
				if g.Text == "" || strings.ContainsAny(g.Text, "\r\n") {
					t.Fatalf("%+v", g)
				}
			}
		}
	})
}
