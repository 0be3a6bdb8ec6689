package mailbridge

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// carry makes an address fit for the wire: with SMTPUTF8 as it is, else with
// its domain in ASCII (RFC 5891). The empty reverse path <> is an address.
func carry(address string, extended bool) (string, Reason) {
	if address == "" {
		return "", NoReason
	}
	at := strings.LastIndexByte(address, '@')
	if at < 1 || at == len(address)-1 || len(address) > 254 || !utf8.ValidString(address) {
		return "", BadAddress
	}
	for _, c := range address {
		if c <= ' ' || c == '<' || c == '>' || c == 0x7f {
			return "", BadAddress // could end the command and begin another
		}
	}
	if ascii(address) || extended {
		return address, NoReason
	}
	if !ascii(address[:at]) {
		return "", NeedsSMTPUTF8
	}
	domain, err := idna.Lookup.ToASCII(address[at+1:])
	if err != nil {
		return "", BadAddress
	}
	return address[:at+1] + domain, NoReason
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func eightBitHeader(raw []byte) bool {
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	return !ascii(string(head))
}
