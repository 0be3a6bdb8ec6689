package vault

import "returnsupport/helpdesk"

// NewSheets makes three printed sheets, A, B and C; any two open the recovery
// pair, one alone opens nothing. The wraps AB, BC and CA may lie in the
// database; a sheet's text is shown once, to be printed, and kept nowhere.
func NewSheets(r *Pair) (sheets [3]string, wraps [3][]byte) {
	var secrets [3][]byte
	for i := range secrets {
		secrets[i] = random(sheetSecretLen)
		sheets[i] = printSheet(byte('A'+i), secrets[i])
	}
	for i := range wraps {
		wraps[i] = sheetsKey(secrets[i], secrets[(i+1)%3]).lock(schemeSheets, sheetsPlace(r.id, i), r.seed()[:])
	}
	return sheets, wraps
}

// OpenWithSheets opens the recovery pair named id with two different sheets, in
// either order. A mistyped sheet, the same sheet twice and sheets of another
// recovery key are Refusals that say what to look at:
//
//	recovery.unreadable  sheet (1 or 2 of those given)
//	recovery.typo        sheet letter, group (1 to 7, as printed)
//	recovery.swapped     sheet letter (each group right, not together)
//	recovery.same_sheet  sheet letter
//	recovery.foreign     (both read well, but open nothing here)
func OpenWithSheets(a, b string, wraps [3][]byte, id KeyID) (*Pair, error) {
	first, err := readSheet(a, 1)
	if err != nil {
		return nil, err
	}
	second, err := readSheet(b, 2)
	if err != nil {
		return nil, err
	}
	if first.letter == second.letter {
		return nil, helpdesk.Refuse("recovery.same_sheet", string(first.letter))
	}
	at := int(first.letter - 'A')
	if next := int(second.letter - 'A'); next != (at+1)%3 {
		at, first, second = next, second, first
	}
	seed, err := sheetsKey(first.secret, second.secret).unlock(schemeSheets, sheetsPlace(id, at), wraps[at])
	if err != nil || len(seed) != secretLen {
		return nil, helpdesk.Refuse("recovery.foreign")
	}
	return pairOf(id, seed), nil
}

func sheetsKey(first, second []byte) Key {
	return keyOf(derive(append(append([]byte(nil), first...), second...), "recovery sheets"))
}

func sheetsPlace(id KeyID, at int) Context {
	return At("vault.recovery.sheets", id, [...]string{"AB", "BC", "CA"}[at])
}
