package tickets_test

import (
	"testing"

	"returnsupport/helpdesk/people"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// What a browser posts as a link is a link or a refusal, and never has a face.
func FuzzTypedLink(f *testing.F) {
	digits := people.NewDigits()
	for _, seed := range []string{
		"", "x", "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAA!", "AAAAAAAAAAAAAAAAAAAAAB", digits, people.Groups(digits), digits[:19],
		"٠١٢٣٤ ٥٦٧٨٩ ٠١٢٣٤ ٥٦٧٨٩", "12345 67890 12345 67890", "\x00\xff", "AAAAAAAAAAA\nAAAAAAAAAAA",
	} {
		f.Add(seed)
	}
	desk := tickets.New(tickets.House{Secrets: vault.NewSecrets(), Cost: vault.Cost{MiB: 1, Passes: 1}})
	f.Fuzz(func(t *testing.T, typed string) {
		link, err := desk.TypedLink(t.Context(), typed)
		if err != nil {
			if key := refused(err); key != "link.gone" && key != "code.typo" {
				t.Errorf("%q: %v", typed, err)
			}
			return
		}
		if _, isCode := people.Digits(typed); len(link.Fragment()) != 22 && !isCode {
			t.Errorf("%q is a link to %q", typed, link.Fragment())
		}
		if link.Digits() != "" {
			t.Errorf("%q: a link that was opened shows digits", typed)
		}
	})
}
