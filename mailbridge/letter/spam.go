package letter

import (
	"strconv"
	"strings"
)

// flagsSpam reports whether a header field is a filter's word that the letter
// is junk. Scores are left alone: what they mean is the filter's secret.
func flagsSpam(name, value string) bool {
	value = strings.ToLower(strings.TrimSpace(value))
	switch strings.ToLower(name) {
	case "x-spam-flag", "x-spam", "x-barracuda-spam-flag", "x-spam-status":
		return strings.HasPrefix(value, "yes") || value == "true"
	case "x-ms-exchange-organization-scl", "x-microsoft-antispam-scl":
		n, err := strconv.Atoi(value)
		return err == nil && n >= 5
	case "x-forefront-antispam-report", "x-forefront-antispam-report-untrusted":
		for _, word := range strings.Split(value, ";") {
			switch strings.TrimSpace(word) {
			case "sfv:spm", "sfv:skb", "cat:spm", "cat:hspm", "cat:phsh", "cat:hphsh", "cat:hphish", "cat:malw", "cat:spoof":
				return true
			}
		}
	case "x-spam-action", "x-rspamd-action":
		return value == "reject" || value == "add header" || value == "rewrite subject"
	case "x-proofpoint-spam-details":
		return strings.HasPrefix(value, "rule=spam") || strings.Contains(value, " rule=spam")
	}
	return false
}
