package post

import "strings"

// proof is what is known about who sent a letter.
type proof int

const (
	unproven  proof = iota // nobody checked
	proven                 // DMARC passed for the From domain
	disproven              // DMARC failed, or the check that should be there is not
)

// proofOf reads Authentication-Results (RFC 8601), top first, of which only
// those of authserv count: every other was written by whoever pleased. An
// empty authserv means that the mailbox's own server writes none, and then
// nothing is known of anybody. With authserv set, a letter without results did
// not come the proper way.
//
// Only the first (topmost) matching field is read: a receiving server puts its
// own on top and should remove older ones in its name (section 5), but not
// every one does.
func proofOf(results []string, authserv string) proof {
	if authserv == "" {
		return unproven
	}
	for _, r := range results {
		id, rest, _ := strings.Cut(stripComments(r), ";")
		fields := strings.Fields(id)
		if len(fields) == 0 || !strings.EqualFold(strings.Trim(fields[0], `"`), authserv) {
			continue
		}
		return dmarcIn(rest)
	}
	return disproven
}

// fails reports whether the topmost results, whoever wrote them, speak against
// the sender: reason enough to tell nobody anything by itself, where it is none to
// keep a letter away.
func fails(results []string) bool {
	if len(results) == 0 {
		return false
	}
	_, rest, _ := strings.Cut(stripComments(results[0]), ";")
	verdicts := map[string]string{}
	for _, r := range splitOutsideQuotes(rest) {
		method, verdict, ok := strings.Cut(r, "=")
		words := strings.Fields(verdict)
		if !ok || len(words) == 0 {
			continue
		}
		method, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(method)), "/")
		// One signature that holds is enough (RFC 6376 section 4.2).
		if method = strings.TrimSpace(method); verdicts[method] != "pass" {
			verdicts[method] = strings.ToLower(strings.Trim(words[0], `"`))
		}
	}
	switch verdicts["dmarc"] {
	case "pass":
		return false
	case "fail", "permerror":
		return true
	}
	return verdicts["spf"] == "fail" && verdicts["dkim"] != "pass" || verdicts["dkim"] == "fail" && verdicts["spf"] != "pass"
}

// dmarcIn finds the verdict on the From domain. Where DMARC says nothing
// (none, temporary error), nothing is known.
func dmarcIn(results string) proof {
	for _, r := range splitOutsideQuotes(results) {
		method, verdict, ok := strings.Cut(r, "=")
		if !ok {
			continue
		}
		method, _, _ = strings.Cut(strings.TrimSpace(method), "/") // "dmarc/1": a version may follow
		if !strings.EqualFold(strings.TrimSpace(method), "dmarc") {
			continue
		}
		words := strings.Fields(verdict)
		if len(words) == 0 {
			return unproven
		}
		switch strings.ToLower(strings.Trim(words[0], `"`)) {
		case "pass":
			return proven
		case "fail", "permerror":
			return disproven
		}
		return unproven
	}
	return unproven
}

// stripComments removes (nested) comments (RFC 5322 section 3.2.2) outside
// quoted strings: "dmarc=fail (dmarc=pass)" must not read as a pass.
func stripComments(s string) string {
	if strings.IndexByte(s, '(') < 0 {
		return s
	}
	var b strings.Builder
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && (quoted || depth > 0):
			if depth == 0 {
				b.WriteByte(c)
				if i+1 < len(s) {
					b.WriteByte(s[i+1])
				}
			}
			i++
			continue
		case c == '"' && depth == 0:
			quoted = !quoted
		case c == '(' && !quoted:
			depth++
			continue
		case c == ')' && !quoted && depth > 0:
			depth--
			continue
		}
		if depth == 0 {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// splitOutsideQuotes cuts at semicolons that are not inside quoted strings.
func splitOutsideQuotes(s string) []string {
	var out []string
	start, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ';' && !quoted:
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}
