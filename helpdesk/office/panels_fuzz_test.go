package office

import (
	"errors"
	"strings"
	"testing"

	"returnsupport/helpdesk"
)

func FuzzRows(f *testing.F) {
	f.Add(defaultCrisis)
	f.Add("north | North town | Tuesdays\nsouth | South")
	f.Add("a@b.example\nar | name")
	f.Fuzz(func(t *testing.T, s string) {
		check := func(err error) bool {
			if r := (helpdesk.Refusal{}); err != nil && (!errors.As(err, &r) || !strings.HasPrefix(r.Key, "setting.row.")) {
				t.Fatalf("not a refusal: %v", err)
			}
			return err == nil
		}
		crisis, err := readCrisis(s)
		if check(err) {
			for _, c := range crisis {
				if c.Key == "" || c.Number == "" || strings.ContainsAny(c.Number+c.Name, "\r\n") {
					t.Fatalf("%+v", c)
				}
			}
		}
		_, err = readBranches(s)
		check(err)
		_, err = readNames(s)
		check(err)
		addresses, err := readAddresses(s)
		if check(err) {
			for _, a := range addresses {
				if !address(a) {
					t.Fatalf("%q", a)
				}
			}
		}
	})
}
