package api

import (
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

// keyForm is an Idempotency-Key: any word of the sender's own, a UUID at best.
var keyForm = regexp.MustCompile(`^[A-Za-z0-9_.:-]{8,64}$`)

func (g guards) check(v *frontend.Visit) error {
	switch g {
	case keyed:
		if !keyForm.MatchString(v.Sent("Idempotency-Key")) {
			return frontend.Problem{Status: http.StatusBadRequest, Code: "key", Detail: "Send an Idempotency-Key of 8 to 64 letters, digits, - _ . or :, another one for each thing you mean to do."}
		}
	case matched, either:
		if v.Sent("If-Match") == "" && (g != either || v.Sent("If-None-Match") != "*") {
			return frontend.Problem{Status: http.StatusPreconditionRequired, Code: "match", Detail: "Send If-Match with the ETag you read, so that nothing you did not see is changed."}
		}
	}
	return nil
}

// explain tells of a conflict as the header that asked has it.
func (g guards) explain(err error) error {
	if g != unguarded && g != keyed && errors.Is(err, helpdesk.ErrConflict) {
		return frontend.Problem{Status: http.StatusPreconditionFailed, Code: "changed", Detail: "It was changed since you read it. Read it again."}
	}
	return err
}

// key makes doing it twice invisible; two programs never share one.
func key(v *frontend.Visit) string {
	return string(v.Program.User.ID) + " " + v.Sent("Idempotency-Key")
}

// versionTag is an ETag of ours.
func versionTag(version int64) string { return `"v` + strconv.FormatInt(version, 10) + `"` }

// version is what If-Match says, 0 for what is to be new.
func version(v *frontend.Visit) (int64, error) {
	sent := v.Sent("If-Match")
	if sent == "" {
		return 0, nil
	}
	return parseTag(sent)
}

// parseTag takes exactly what versionTag gave; all else is a version nobody has.
func parseTag(sent string) (int64, error) {
	text, _ := strings.CutPrefix(sent, `"v`)
	text, _ = strings.CutSuffix(text, `"`)
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || versionTag(n) != sent {
		return 0, helpdesk.ErrConflict
	}
	return n, nil
}
