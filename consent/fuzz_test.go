package consent

import (
	"bytes"
	"encoding/json"
	"testing"

	"returnsupport/consent/internal/grants"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/vault"
)

func FuzzReceipt(f *testing.F) {
	doc := document{Context: receiptContext, Type: "dpv:ConsentReceipt", Schema: receiptSchema, Record: helpdesk.NewID(),
		Events: []happened{{Seq: 1, SHA256: hexed(make([]byte, 32)), State: "dpv:ConsentGiven"}}, Head: anchor{2, hexed(make([]byte, 32))}}
	d := &Door{House: House{Secrets: vault.NewSecrets()}}
	file, err := d.sign(doc)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Add([]byte(`{"receipt":{"schema_version":"ISO/IEC TS 27560:2023"},"signature":{"alg":"Ed25519","value":""}}`))
	f.Add([]byte("ledger:7:" + hexed(make([]byte, 32))))
	f.Add([]byte(`{"receipt":null}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := d.ReadKnown(b)
		if err != nil {
			return
		}
		for _, a := range k.anchors {
			if a.Seq < 1 || len(a.Hash) != 32 {
				t.Errorf("an anchor %+v", a)
			}
		}
		if doc, signed, e, err := readReceipt(b); err == nil && d.Secrets.VerifyLedger(signed, e.Signed.Value) && doc.Schema != receiptSchema {
			t.Error("signed, and no receipt")
		}
	})
}

func FuzzRecord(f *testing.F) {
	c := grants.Consent{ID: helpdesk.NewID(), Purpose: Share, Items: []Item{{Key: "phone", Label: "number"}}, Recipients: []Recipient{{Name: "Shelter", Country: "SE"}}}
	terms, err := json.Marshal(c)
	if err != nil {
		f.Fatal(err)
	}
	answer, err := json.Marshal(grants.Answer{State: Given, Items: []string{"phone"}, Method: Web, Scan: &Scan{Type: "image/png", Bytes: []byte("png")}})
	if err != nil {
		f.Fatal(err)
	}
	whole, err := json.Marshal(said{Answer: answer, Signer: vault.KeyID{Kind: vault.Person, Owner: "a", Version: 1}, Public: []byte("public"), Signature: []byte("signature")})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(terms)
	f.Add(whole)
	f.Add([]byte(`{"answer":{"state":"given"}}{}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := readTerms(b); err == nil {
			again, err := json.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			if back, err := readTerms(again); err != nil || hexedJSON(back) != hexedJSON(c) {
				t.Errorf("a record does not come back: %v", err)
			}
		}
		if s, err := readSaid(b); err == nil && !bytes.Contains(b, s.Answer) {
			t.Error("what was signed is not what was read")
		}
	})
}

func hexedJSON(v any) string {
	b, _ := json.Marshal(v)
	return hexed(b)
}
