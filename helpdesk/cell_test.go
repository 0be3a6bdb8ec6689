package helpdesk

import "testing"

func TestNoCellIsRunByASpreadsheet(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "plain": "plain", "=1+1": "'=1+1", `=HYPERLINK("https://evil.example")`: `'=HYPERLINK("https://evil.example")`,
		"@SUM(A1)": "'@SUM(A1)", "+cmd|' /C calc'!A0": "'+cmd|' /C calc'!A0", "-2+3+cmd": "'-2+3+cmd", "\t=1": "'\t=1", "\r=1": "'\r=1",
		"+46 8-123 456 (78)": "+46 8-123 456 (78)", "-59.33": "-59.33", "-": "-", "a=b": "a=b", "'=1": "''=1", "'quoted'": "'quoted'", "－1": "－1",
	} {
		got := Cell(s)
		if got != want {
			t.Errorf("%q becomes %q", s, got)
		}
		if back := OfCell(got); back != s {
			t.Errorf("%q comes back as %q", s, back)
		}
	}
}

func FuzzCell(f *testing.F) {
	for _, s := range []string{"=1", "'=1", "''", "+1", "-x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := Cell(s)
		if runs(c) || OfCell(c) != s {
			t.Fatalf("%q becomes %q", s, c)
		}
	})
}
