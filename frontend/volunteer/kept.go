package volunteer

import (
	"encoding/base64"
	"errors"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
)

// encode writes bytes as our scripts read them: base64 that fits into addresses.
func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// kept takes what waited on a phone until there was a net. Sent twice it is one,
// and what can't be taken is said in words.
func (h *hall) kept(v *frontend.Visit) error {
	blob, err := base64.RawURLEncoding.DecodeString(v.Form.Value("blob"))
	key, bad := helpdesk.ParseID(v.Form.Value("key"))
	if err != nil || bad != nil {
		return refused(v, helpdesk.Refusal{Key: "branches.late"})
	}
	r, err := h.Branches.HandOnSealed(v.Context, who(v).Outsider, branches.Sealed{Key: key, Blob: blob})
	var no helpdesk.Refusal
	if errors.As(err, &no) {
		return refused(v, no)
	}
	if err != nil {
		return err
	}
	return h.receipt(v, r)
}
