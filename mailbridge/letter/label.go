package letter

import (
	"regexp"
	"strconv"
	"strings"
)

var (
	codePage  = regexp.MustCompile(`^(?:x-)?(?:windows|win|cp|ibm|dos|ms)[-_ ]?(\d{3,5})$`)
	isoNumber = regexp.MustCompile(`^(?:x-)?(?:iso)?[-_ ]?8859[-_ ]?(\d{1,2})(?:[-_ ]?[ie])?$`)
)

// labels are names programs write that nobody registered, each with the one
// that is meant; "" for those that say nothing.
var labels = map[string]string{
	"utf8": "utf-8", "utf_8": "utf-8", "utf 8": "utf-8", "utf-8n": "utf-8", "utf8mb4": "utf-8", "utf-8mb4": "utf-8", "unicode-1-1-utf-8": "utf-8",
	"ascii": "us-ascii", "ansi_x3.4-1968": "us-ascii", "iso646-us": "us-ascii",
	"latin1": "windows-1252", "latin-1": "windows-1252", "l1": "windows-1252", "ansi": "windows-1252", "windows-ansi": "windows-1252",
	"ucs-2": "utf-16be", "ucs2": "utf-16be", "iso-10646-ucs-2": "utf-16be", "utf16be": "utf-16be", "utf16": "utf-16", "unicode": "utf-16", "utf16le": "utf-16le",
	"unicode-1-1-utf-7": "utf-7", "utf7": "utf-7", "csiso2022kr": "iso-2022-kr",
	"iso-2022-jp-1": "iso-2022-jp", "iso-2022-jp-2": "iso-2022-jp", "iso-2022-jp-3": "iso-2022-jp", "iso-2022-jp-ms": "iso-2022-jp", "jis": "iso-2022-jp",
	"": "", "unknown": "", "x-unknown": "", "unknown-8bit": "", "default": "", "default_charset": "", "default-charset": "", "x-user-defined": "",
	"none": "", "binary": "", "8bit": "", "7bit": "", "iso": "",
	// Browsers read these as nothing at all, to keep pages from attacking them.
	"iso-2022-cn": "", "iso-2022-cn-ext": "", "replacement": "",
}

// codePages are numbers that are no part of the name of their charset.
var codePages = map[int]string{
	932: "shift_jis", 936: "gbk", 949: "euc-kr", 950: "big5", 20127: "us-ascii", 20866: "koi8-r", 20932: "euc-jp", 20936: "gbk", 21866: "koi8-u",
	50220: "iso-2022-jp", 50221: "iso-2022-jp", 50222: "iso-2022-jp", 51932: "euc-jp", 51949: "euc-kr", 52936: "hz-gb-2312", 54936: "gb18030",
	65000: "utf-7", 65001: "utf-8",
}

// charsetName is the charset a label means, lower case.
func charsetName(label string) string {
	label = strings.ToLower(strings.Trim(strings.TrimSpace(label), `"'; `))
	label = strings.TrimPrefix(label, "3d") // "charset=3Dutf-8", of a header that was quoted twice
	label = strings.Trim(label, `"'; `)
	if name, known := labels[label]; known {
		return name
	}
	if m := isoNumber.FindStringSubmatch(label); m != nil {
		return isoPart(m[1])
	}
	if m := codePage.FindStringSubmatch(label); m != nil {
		n, _ := strconv.Atoi(m[1])
		switch name, known := codePages[n]; {
		case known:
			return name
		case n >= 1250 && n <= 1258, n == 874:
			return "windows-" + m[1]
		case n > 28590 && n <= 28605:
			return isoPart(strconv.Itoa(n - 28590))
		}
		return "ibm" + m[1]
	}
	return label
}

// isoPart names a part of ISO 8859. Browsers and mail programs read the first as
// its superset, because people's quotes and dashes lie where it has control codes.
func isoPart(n string) string {
	if n == "1" {
		return "windows-1252"
	}
	return "iso-8859-" + n
}
