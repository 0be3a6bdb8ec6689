package post

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// Everything somebody may read does not leave from a desk they left open.
func TestAnExportNeedsAProofOfTheLastFiveMinutes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.receive("a", write("from:anna id:m1 body:Hello", nil))
		s := h.session()
		h.clock.Pass(6 * time.Minute)
		var jsonl, mbox bytes.Buffer
		if _, err := h.post.Export(h.ctx, s, &jsonl, &mbox); !errors.Is(err, staff.ErrProof) || jsonl.Len()+mbox.Len() > 0 {
			t.Errorf("%d bytes left without a proof: %v", jsonl.Len()+mbox.Len(), err)
		}
	})
}
