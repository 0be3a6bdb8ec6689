package consent

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"returnsupport/consent/internal/grants"
	"returnsupport/consent/internal/ledger"
	"returnsupport/helpdesk"
)

// The JSON receipt: field names of ISO/IEC TS 27560:2023 (clause 6: record
// header, processing, party identification, consent events), values of DPV 2,
// and beside each event its place in our book.
type document struct {
	Context     map[string]string `json:"@context"`
	Type        string            `json:"@type"`
	Schema      string            `json:"schema_version"`
	Record      helpdesk.ID       `json:"consent_record_id"`
	Receipt     helpdesk.ID       `json:"consent_receipt_id"`
	Created     time.Time         `json:"created"`
	Principal   helpdesk.ID       `json:"pii_principal_id"`
	Processing  []processing      `json:"pii_processing"`
	Controllers []party           `json:"party_identification"`
	Events      []happened        `json:"consent_events"`
	Head        anchor            `json:"ledger_head"`
}

type processing struct {
	Notice         notice        `json:"privacy_notice"`
	Language       string        `json:"language"`
	Purpose        string        `json:"purpose"`
	PurposeVersion int           `json:"purpose_version"`
	PurposeType    string        `json:"purpose_type"`
	Basis          string        `json:"lawful_basis"`
	Article        string        `json:"lawful_basis_article"`
	Use            string        `json:"purpose_description,omitempty"`
	Information    []information `json:"pii_information,omitempty"`
	Recipients     []party       `json:"recipient_third_parties,omitempty"`
	Jurisdictions  []string      `json:"jurisdictions,omitempty"`
	Restrictions   []string      `json:"processing_conditions,omitempty"`
	Sharing        string        `json:"processing_method"`
	Retention      string        `json:"retention_period,omitempty"` // ISO 8601 duration
	Withdrawal     string        `json:"withdrawal_method"`
}

type notice struct {
	ID       helpdesk.ID `json:"id"`
	Version  int         `json:"version"`
	Language string      `json:"language"`
	Modality string      `json:"modality"`
	SHA256   string      `json:"sha256"`
}

type information struct {
	Key      string `json:"pii_attribute_id"`
	Type     string `json:"pii_type"`
	Category string `json:"pii_category"`
	Allowed  bool   `json:"consented"`
	Updating bool   `json:"updating,omitzero"`
}

type party struct {
	ID      helpdesk.ID `json:"party_id,omitempty"`
	Name    string      `json:"party_name"`
	Role    string      `json:"party_role"`
	Country string      `json:"party_country,omitempty"`
}

type happened struct {
	Seq     int64     `json:"ledger_place"`
	SHA256  string    `json:"ledger_hash"`
	At      time.Time `json:"event_time"`
	Until   time.Time `json:"valid_until,omitzero"`
	State   string    `json:"event_state"`
	Outcome string    `json:"event_outcome,omitempty"`
	Entity  string    `json:"entity_id"`
}

type anchor struct {
	Seq    int64  `json:"ledger_place"`
	SHA256 string `json:"ledger_hash"`
}

const receiptSchema = "ISO/IEC TS 27560:2023"

var receiptContext = map[string]string{
	"dpv": "https://w3id.org/dpv#", "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
}

// dpvStates are the Data Privacy Vocabulary's names of our states.
var dpvStates = map[grants.State]string{
	grants.Requested: "dpv:ConsentRequested", grants.Given: "dpv:ConsentGiven", grants.Renewed: "dpv:RenewedConsentGiven",
	grants.Refused: "dpv:ConsentRefused", grants.Deferred: "dpv:ConsentRequestDeferred", grants.Withdrawn: "dpv:ConsentWithdrawn",
	grants.Expired: "dpv:ConsentExpired", grants.Revoked: "dpv:ConsentRevoked", grants.Invalidated: "dpv:ConsentInvalidated",
}

func dpvState(s grants.State) string {
	if name, ok := dpvStates[s]; ok {
		return name
	}
	return "dpv:ConsentUnknown"
}

func hexed(b []byte) string { return hex.EncodeToString(b) }

// envelope is the file: the document as it was signed, and the signature over
// its bytes without white space.
type envelope struct {
	Receipt json.RawMessage `json:"receipt"`
	Signed  signature       `json:"signature"`
}

type signature struct {
	Algorithm string `json:"alg"` // "Ed25519", over "rs1", a header and signedReceipt
	Key       []byte `json:"public_key"`
	Value     []byte `json:"value"` // header (9 bytes) and signature (64)
}

func signedReceipt(raw []byte) []byte { return append([]byte("rs1 consent receipt\x00"), raw...) }

// sign makes a receipt's file.
func (d *Door) sign(doc document) ([]byte, error) {
	raw, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("write a receipt: %w", err)
	}
	out, err := json.MarshalIndent(envelope{raw, signature{"Ed25519", d.Secrets.LedgerPublic(), d.Secrets.SignLedger(signedReceipt(raw))}}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write a receipt: %w", err)
	}
	return append(out, '\n'), nil
}

// errReceipt: a file is no receipt of ours.
var errReceipt = errors.New("no receipt of this house")

// maxReceipt bounds what is read of a file.
const maxReceipt = 1 << 20

// readReceipt takes a receipt's file apart. It does not check the signature:
// signed are the bytes it covers.
func readReceipt(b []byte) (doc document, signed []byte, e envelope, err error) {
	if len(b) > maxReceipt || json.Unmarshal(b, &e) != nil || e.Signed.Algorithm != "Ed25519" {
		return doc, nil, e, errReceipt
	}
	var raw bytes.Buffer
	if json.Compact(&raw, e.Receipt) != nil || json.Unmarshal(raw.Bytes(), &doc) != nil || doc.Schema != receiptSchema {
		return doc, nil, e, errReceipt
	}
	return doc, signedReceipt(raw.Bytes()), e, nil
}

// anchors are the places in the book a receipt speaks for.
func (doc document) anchors() ([]ledger.Anchor, error) {
	all := []anchor{doc.Head}
	for _, e := range doc.Events {
		all = append(all, anchor{e.Seq, e.SHA256})
	}
	var out []ledger.Anchor
	for _, a := range all {
		hash, err := hex.DecodeString(a.SHA256)
		if err != nil || len(hash) != 32 || a.Seq < 1 {
			return nil, errReceipt
		}
		out = append(out, ledger.Anchor{Seq: a.Seq, Hash: hash})
	}
	return out, nil
}
