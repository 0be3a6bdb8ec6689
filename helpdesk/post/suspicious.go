package post

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// maxLinkText bounds how far the end of a link is looked for.
const maxLinkText = 4 << 10

var (
	// hostIn finds what a reader takes for an address in a link's words.
	hostIn = regexp.MustCompile(`(?i)(?:https?://)?((?:[\p{L}\p{N}-]+\.)+\p{L}{2,24})(?:[/:?#\s]|$)`)
	tags   = regexp.MustCompile(`<[^>]*>`)
)

// hrefOf is where a link leads, in a tag as the policy wrote it.
func hrefOf(tag string) string {
	_, after, _ := strings.Cut(tag, ` href="`)
	to, _, _ := strings.Cut(after, `"`)
	return html.UnescapeString(to)
}

func textOf(inner string) string { return html.UnescapeString(tags.ReplaceAllString(inner, "")) }

// misleads reports whether a link goes elsewhere than a reader would think: its
// words name another house, or its address hides where it leads or brings a
// program.
func misleads(to, words string) bool {
	u, err := url.Parse(to)
	if err != nil {
		return to != ""
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	switch {
	case host == "", u.User != nil, !strings.Contains(host, "."):
		return true
	case strings.Trim(host, "0123456789.") == "", strings.Contains(host, ":"): // a bare number
		return true
	case foreignHost(host), Suspicious(u.Path, ""):
		return true
	}
	for _, m := range hostIn.FindAllStringSubmatch(words, 5) {
		if !sameHouse(strings.ToLower(m[1]), host) {
			return true
		}
	}
	return false
}

// foreignHost: letters of several scripts in one label, or of one that looks like
// another; who knows such a name finds it in the text.
func foreignHost(host string) bool {
	if plain, err := idna.ToUnicode(host); err == nil {
		host = plain
	}
	for label := range strings.SplitSeq(host, ".") {
		latin, other := false, false
		for _, r := range label {
			switch {
			case r < 0x80 && unicode.IsLetter(r), unicode.Is(unicode.Latin, r):
				latin = true
			case unicode.IsLetter(r):
				other = true
			}
		}
		if other && (latin || strings.Contains(host, "xn--")) {
			return true
		}
	}
	return strings.Contains(host, "xn--") // what does not decode
}

// sameHouse: the same name, or one a part of the other.
func sameHouse(shown, host string) bool {
	shown, host = strings.TrimPrefix(shown, "www."), strings.TrimPrefix(host, "www.")
	return shown == host || strings.HasSuffix(host, "."+shown) || strings.HasSuffix(shown, "."+host)
}

// programs are endings of files that do something when they are opened, or hold
// others that do.
var programs = map[string]bool{}

func init() {
	for ending := range strings.FieldsSeq(`exe com scr pif bat cmd cpl msi msp msix appx hta js jse vbs vbe wsf wsh ps1 psm1 lnk url scf reg inf jar
		jnlp apk ipa dmg pkg app deb rpm sh bash command iso img vhd vhdx cab ace html htm xhtml shtml mht mhtml svg xml
		docm dotm xlsm xltm xlam pptm potm ppam ppsm sldm xll one chm hlp library-ms search-ms settingcontent-ms`) {
		programs[ending] = true
	}
}

// Suspicious tells that a file is better not opened: a program, a page or a
// document with macros, by any of its endings (letter.pdf.exe), or by its type.
func Suspicious(name, kind string) bool {
	switch strings.ToLower(kind) {
	case "text/html", "application/xhtml+xml", "image/svg+xml", "application/x-msdownload", "application/x-msdos-program", "application/javascript",
		"text/javascript", "application/hta", "application/java-archive", "application/x-sh", "application/vnd.android.package-archive":
		return true
	}
	parts := strings.Split(strings.ToLower(strings.TrimRight(name, " .")), ".")
	return len(parts) > 1 && programs[strings.TrimSpace(parts[len(parts)-1])]
}
