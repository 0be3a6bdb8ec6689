package vault

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"returnsupport/helpdesk"
)

var recoveryID = KeyID{Kind: Recovery, Owner: "house", Version: 1}

func refused(t *testing.T, err error, key string, args ...any) {
	t.Helper()
	var r helpdesk.Refusal
	if !errors.As(err, &r) || r.Key != key || !slices.Equal(r.Args, args) {
		t.Errorf("got %#v, want %s %v", err, key, args)
	}
}

// Any two of the three open the recovery key; one alone, or one twice, never.
func TestTwoSheets(t *testing.T) {
	r := NewPair(recoveryID)
	sheets, wraps := NewSheets(r)
	for i := range sheets {
		for j := range sheets {
			got, err := OpenWithSheets(sheets[i], sheets[j], wraps, recoveryID)
			if i == j {
				refused(t, err, "recovery.same_sheet", string(rune('A'+i)))
				continue
			}
			if err := samePair(got, r, err); err != nil {
				t.Errorf("sheets %d and %d: %v", i, j, err)
			}
		}
	}
	for _, s := range sheets {
		_, err := OpenWithSheets(s, "", wraps, recoveryID)
		refused(t, err, "recovery.unreadable", 2)
		_, err = OpenWithSheets("", s, wraps, recoveryID)
		refused(t, err, "recovery.unreadable", 1)
	}
}

// A thief with one sheet and the whole database relabels it, pairs it with
// itself, and moves the wraps about.
func TestOneSheetAndTheDatabaseOpenNothing(t *testing.T) {
	sheets, wraps := NewSheets(NewPair(recoveryID))
	own, err := readSheet(sheets[0], 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, letter := range []byte("BC") {
		forged := printSheet(letter, own.secret)
		for shift := range 3 {
			moved := [3][]byte{wraps[shift], wraps[(shift+1)%3], wraps[(shift+2)%3]}
			_, err := OpenWithSheets(sheets[0], forged, moved, recoveryID)
			refused(t, err, "recovery.foreign")
		}
	}
}

func TestSheetsOfAnotherKeyAreForeign(t *testing.T) {
	sheets, wraps := NewSheets(NewPair(recoveryID))
	others, otherWraps := NewSheets(NewPair(recoveryID))
	_, err := OpenWithSheets(sheets[0], others[1], wraps, recoveryID)
	refused(t, err, "recovery.foreign")
	_, err = OpenWithSheets(sheets[0], sheets[1], otherWraps, recoveryID)
	refused(t, err, "recovery.foreign")
	_, err = OpenWithSheets(sheets[0], sheets[1], [3][]byte{}, recoveryID)
	refused(t, err, "recovery.foreign")
	_, err = OpenWithSheets(sheets[0], sheets[1], wraps, KeyID{Recovery, "house", 2})
	refused(t, err, "recovery.foreign")
	_, err = OpenWithSheets(sheets[0], sheets[1], [3][]byte{wraps[1], wraps[2], wraps[0]}, recoveryID)
	refused(t, err, "recovery.foreign")
}

func TestATypoOnASheetIsNamed(t *testing.T) {
	sheets, wraps := NewSheets(NewPair(recoveryID))
	for i, sheet := range sheets[:2] {
		letter, groups := sheet[:1], strings.Split(sheet[2:], "-")
		if len(groups) != sheetGroups {
			t.Fatalf("%d groups", len(groups))
		}
		try := func(want string, args ...any) {
			t.Helper()
			_, err := OpenWithSheets(letter+" "+strings.Join(groups, "-"), sheets[2], wraps, recoveryID)
			refused(t, err, want, args...)
		}
		for g, right := range groups {
			for at := range right {
				for _, wrong := range crockford + "U?Å" {
					if byte(wrong) == right[at] {
						continue
					}
					groups[g] = right[:at] + string(wrong) + right[at+1:]
					try("recovery.typo", letter, g+1)
				}
				if at > 0 && right[at] != right[at-1] {
					groups[g] = right[:at-1] + string(right[at]) + string(right[at-1]) + right[at+1:]
					try("recovery.typo", letter, g+1)
				}
			}
			groups[g] = right[1:]
			try("recovery.unreadable", 1)
			groups[g] = right + "0"
			try("recovery.unreadable", 1)
			groups[g] = right
			if g > 0 && groups[g-1] != right {
				groups[g-1], groups[g] = right, groups[g-1]
				try("recovery.typo", letter, g)
				groups[g-1], groups[g] = groups[g], right
			}
		}
		// The letter belongs to the sheet: A's groups are not B's.
		wrong := string("BA"[i])
		_, err := OpenWithSheets(wrong+sheet[1:], sheets[2], wraps, recoveryID)
		refused(t, err, "recovery.swapped", wrong)
		_, err = OpenWithSheets("D"+sheet[1:], sheets[2], wraps, recoveryID)
		refused(t, err, "recovery.unreadable", 1)
	}
}

func TestTypingASheetIsForgiving(t *testing.T) {
	r := NewPair(recoveryID)
	sheets, wraps := NewSheets(r)
	s := sheets[0]
	for _, typed := range []string{
		strings.ToLower(s), strings.ReplaceAll(s, "-", ""), strings.ReplaceAll(s, "-", " – "), "\n " + s + "\r\n",
		strings.NewReplacer("0", "O", "1", "l").Replace(s), strings.NewReplacer("0", "o", "1", "I").Replace(s),
	} {
		got, err := OpenWithSheets(typed, sheets[1], wraps, recoveryID)
		if err := samePair(got, r, err); err != nil {
			t.Errorf("%v", err)
		}
	}
}

func TestASheetHolds128Bits(t *testing.T) {
	for _, secret := range [][]byte{make([]byte, 16), []byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), []byte("0123456789abcdef"), random(16)} {
		got, err := readSheet(printSheet('B', secret), 1)
		if err != nil || string(got.secret) != string(secret) || got.letter != 'B' {
			t.Errorf("%v", err)
		}
	}
}
