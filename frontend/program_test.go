package frontend

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"unicode/utf8"
)

// What is accepted of strangers' bytes says what its form has a place for and
// nothing behind it; what is refused repeats nothing of them.
func FuzzProgramBody(f *testing.F) {
	for _, s := range []string{`{"text":"x","more":{"a":["b"]}}`, `{"text":1}`, `{"other":1}`, `{} {}`, `[`, `null`, "{\"text\":\"\xff\"}", `{"text":"x"}x`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var in struct {
			Text string              `json:"text"`
			More map[string][]string `json:"more"`
		}
		err := decodeJSON(body, &in)
		var told Problem
		switch {
		case err == nil && (!utf8.ValidString(in.Text) || !json.Valid([]byte(tidy(string(body))))):
			t.Errorf("accepted %q", body)
		case err != nil && (!errors.As(err, &told) || told.Status != http.StatusBadRequest || told.Code != "json"):
			t.Errorf("refused with %v", err)
		}
	})
}
