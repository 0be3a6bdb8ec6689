package vault

import (
	"testing"

	"returnsupport/helpdesk"
)

func TestOnlyTheOwnerOfASeedSigns(t *testing.T) {
	seed := random(secretLen)
	id := KeyID{Person, helpdesk.NewID(), 1}
	pair, err := PairFromSeed(id, seed)
	if err != nil {
		t.Fatal(err)
	}
	place, said := At("test.answer", id.Owner, 7), []byte("yes")
	public, signature := pair.SigningPublic(), pair.Sign(place, said)
	again, _ := PairFromSeed(id, seed)
	if !SignedBy(again.SigningPublic(), place, said, signature) {
		t.Error("the same seed signs as somebody else")
	}
	later, _ := PairFromSeed(KeyID{Person, id.Owner, 2}, seed)
	for what, ok := range map[string]bool{
		"other words":      SignedBy(public, place, []byte("no"), signature),
		"another place":    SignedBy(public, At("test.answer", id.Owner, 8), said, signature),
		"another version":  SignedBy(later.SigningPublic(), place, said, signature),
		"another owner":    SignedBy(NewPair(id).SigningPublic(), place, said, signature),
		"a changed byte":   SignedBy(public, place, said, append([]byte{signature[0] ^ 1}, signature[1:]...)),
		"no key":           SignedBy(nil, place, said, signature),
		"no signature":     SignedBy(public, place, said, nil),
		"the HPKE key":     SignedBy(pair.Public().Public[:32], place, said, signature),
		"a place cut open": SignedBy(public, At("test.answer", id.Owner), append([]byte{partNumber}, said...), signature),
	} {
		if ok {
			t.Errorf("%s was taken for what the owner signed", what)
		}
	}
}
