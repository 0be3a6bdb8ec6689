package locale

import (
	"strconv"
	"strings"
)

// others are what browsers call languages that we call something else.
var others = map[string]string{"fa-af": "prs", "ku": "kmr", "ku-latn": "kmr", "ku-arab": "ckb", "ku-iq": "ckb", "uz-cyrl": "uz"}

// Match is the language a browser asks for (RFC 9110 section 12.5.4): of those
// we have, the one it wants most. Who asks for nothing we have reads English,
// who asks for nothing at all Swedish.
func (c *Catalogue) Match(accept string) string {
	best, weight := "en", 0.0
	if strings.TrimSpace(accept) == "" {
		return "sv"
	}
	for part := range strings.SplitSeq(accept, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if value, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q="); ok {
			var err error
			if q, err = strconv.ParseFloat(value, 64); err != nil {
				continue
			}
		}
		if tag := c.known(strings.ToLower(name)); tag != "" && q > weight {
			best, weight = tag, q
		}
	}
	return best
}

// known finds a language by all of its name, or else by fewer parts of it.
func (c *Catalogue) known(name string) string {
	for {
		if own := others[name]; own != "" && c.Has(own) {
			return own
		}
		if c.Has(name) {
			return name
		}
		cut := strings.LastIndexByte(name, '-')
		if cut < 0 {
			return ""
		}
		name = name[:cut]
	}
}
