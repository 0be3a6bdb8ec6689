package consent

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"slices"

	"returnsupport/consent/internal/grants"
	"returnsupport/consent/internal/ledger"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/vault"
)

// errRecord: sealed bytes opened, and are no record of ours.
var errRecord = errors.New("not a consent record")

// said is an answer as it is sealed: the words, and who signed them.
type said struct {
	Answer    json.RawMessage `json:"answer"`
	Signer    vault.KeyID     `json:"signer,omitzero"`
	Public    []byte          `json:"public,omitempty"`
	Signature []byte          `json:"signature,omitempty"`

	answer grants.Answer
}

// maxRecord is more than any record of ours: a scan has a limit of its own.
const maxRecord = 16 << 20

func strict(b []byte, into any) error {
	if len(b) > maxRecord {
		return errRecord
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if dec.Decode(into) != nil || dec.More() {
		return errRecord
	}
	return nil
}

// readTerms decodes what somebody is asked.
func readTerms(b []byte) (grants.Consent, error) {
	var c grants.Consent
	err := strict(b, &c)
	return c, err
}

// readSaid decodes an answer. It does not check the signature.
func readSaid(b []byte) (said, error) {
	var s said
	if err := strict(b, &s); err != nil {
		return said{}, err
	}
	if err := strict(s.Answer, &s.answer); err != nil {
		return said{}, err
	}
	return s, nil
}

// answerAt is where an answer is signed: to this question, as this event.
func answerAt(m *matter, event helpdesk.ID) vault.Context {
	return vault.At("consent.answer", m.subject.ID, event, m.asked())
}

// say encodes an answer, signed by the person's own pair where it is here.
func say(m *matter, event helpdesk.ID, a grants.Answer, own *vault.Pair) ([]byte, error) {
	raw, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	s := said{Answer: raw}
	if own != nil {
		s.Signer, s.Public, s.Signature = own.ID(), own.SigningPublic(), own.Sign(answerAt(m, event), raw)
	}
	return json.Marshal(s)
}

// fits tells whether an answer is what its event says, and signed where the
// person answered with their own key.
func (s *said) fits(m *matter, step ledger.Step) bool {
	if string(s.answer.State) != step.State {
		return false
	}
	if !s.answer.Method.Own() {
		return s.Signature == nil
	}
	return s.Signer.Kind == vault.Person && s.Signer.Owner == m.subject.Person &&
		vault.SignedBy(s.Public, answerAt(m, step.ID), s.Answer, s.Signature)
}

func sortedRecipients(all []grants.Recipient) []grants.Recipient {
	out := slices.Clone(all)
	slices.SortFunc(out, func(a, b grants.Recipient) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Country, b.Country))
	})
	return out
}
