package consent

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"

	"returnsupport/consent/internal/ledger"
	"returnsupport/helpdesk"
)

// Finding is the first thing that is wrong with the book.
type Finding struct {
	Fault string // changed, removed, swapped, appended, cut, re-signed
	Place int64
	Event helpdesk.ID // "" when only the place is known
}

// Report is what Verify saw.
type Report struct {
	Head   string // as `verify --against` takes it
	Right  int64  // steps found right
	Erased int64  // of them those whose content was erased
	Bad    *Finding
}

// Known is what somebody kept outside the database: a head, or a receipt.
type Known struct{ anchors []ledger.Anchor }

// headMark is how a head of the book is written: in the log, in mails, by verify.
var headMark = regexp.MustCompile(`\bledger:([0-9]{1,18}):([0-9a-f]{64})\b`)

// headSeq is the place a head speaks of, 0 for a text that is none.
func headSeq(head string) int64 {
	m := headMark.FindStringSubmatch(head)
	if m == nil {
		return 0
	}
	seq, _ := strconv.ParseInt(m[1], 10, 64) // as many digits as fit
	return seq
}

func headText(a ledger.Anchor) string { return fmt.Sprintf("ledger:%d:%s", a.Seq, hexed(a.Hash)) }

// ReadKnown reads a receipt's file, or any text in which heads of the book
// stand (a mail, a line of the log). Refusals: "verify.none" when there is
// neither, "verify.signature" for a receipt that this house did not sign, or
// that was changed since.
func (d *Door) ReadKnown(file []byte) (Known, error) {
	var k Known
	if bytes.HasPrefix(bytes.TrimSpace(file), []byte("{")) {
		doc, signed, e, err := readReceipt(file)
		if err == nil {
			if !d.Secrets.VerifyLedger(signed, e.Signed.Value) {
				return k, helpdesk.Refuse("verify.signature")
			}
			if k.anchors, err = doc.anchors(); err == nil {
				return k, nil
			}
		}
	}
	marks := headMark.FindAllSubmatch(file, -1)
	for _, m := range marks {
		seq, err := strconv.ParseInt(string(m[1]), 10, 64)
		hash, bad := hex.DecodeString(string(m[2]))
		if err == nil && bad == nil && seq > 0 {
			k.anchors = append(k.anchors, ledger.Anchor{Seq: seq, Hash: hash})
		}
	}
	if len(marks) == 0 { // one of an empty book is a head, and says nothing
		return k, helpdesk.Refuse("verify.none")
	}
	return k, nil
}

// Verify recomputes the whole book, in constant memory, and compares it with
// what is known from outside. It stops at the first thing that is wrong; an
// error means that it could not look.
func (d *Door) Verify(ctx context.Context, known ...Known) (Report, error) {
	var anchors []ledger.Anchor
	for _, k := range known {
		anchors = append(anchors, k.anchors...)
	}
	r, err := d.ledger.Verify(ctx, anchors...)
	out := Report{Head: headText(r.Head), Right: r.Right, Erased: r.Erased}
	if r.Bad != nil {
		out.Bad = &Finding{string(r.Bad.Fault), r.Bad.Seq, r.Bad.Event}
	}
	return out, err
}
