package post

import (
	"strings"
	"testing"

	"golang.org/x/net/idna"
)

func TestALinkThatMisleadsIsText(t *testing.T) {
	mixed, err := idna.ToASCII("migr\u0430tionsverket.se")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		to, words string
		want      bool
	}{
		{"https://www.migrationsverket.se/a", "Migrationsverket", false},
		{"https://www.migrationsverket.se/a", "www.migrationsverket.se", false},
		{"https://e-tjanster.migrationsverket.se/a", "migrationsverket.se", false},
		{"https://migrationsverket.se.evil.example/a", "migrationsverket.se", true},
		{"https://evil.example/", "https://www.migrationsverket.se/mina-sidor", true},
		{"https://user@evil.example/", "log in", true},
		{"http://192.0.2.7/", "here", true},
		{"http://[2001:db8::1]/", "here", true},
		{"http://localhost/", "here", true},
		{"https://" + mixed + "/", "here", true},          // a Cyrillic letter among Latin ones
		{"https://xn--mller-kva.example/", "here", false}, // müller
		{"https://x.example/invoice.pdf.exe", "invoice", true},
		{"https://x.example/invoice.pdf", "invoice.pdf", true}, // what looks like a host and is another
		{"mailto:anna@x.example", "bo@y.example", false},
		{"", "", false},
		{"https://x.example/", "Read 3.5 of it", false},
	} {
		if got := misleads(c.to, c.words); got != c.want {
			t.Errorf("%s as %q: %v", c.to, c.words, got)
		}
	}
	got := Harmless(`<p>Log in: <a href="https://evil.example/x?a=1&amp;b=2"><b>migrationsverket.se</b></a>, or <a href="https://good.example/">here</a>.</p>`)
	if strings.Contains(got, `href="https://evil`) || !strings.Contains(got, `[https://evil.example/x?a=1&amp;b=2] <b>migrationsverket.se</b>, or <a href="https://good.example/"`) {
		t.Error(got)
	}
}

func TestFilesThatDoSomethingAreSuspicious(t *testing.T) {
	for name, want := range map[string]bool{
		"beslut.pdf": false, "beslut.pdf.exe": true, "bild.JPG": false, "rapport.docm": true, "rapport.docx": false, "sida.html": true,
		"a.exe ": true, "a.exe.": true, "exe": false, "": false, "arkiv.zip": false, "skiva.iso": true, "genväg.lnk": true, "notes.txt": false,
	} {
		if got := Suspicious(name, ""); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
	if !Suspicious("picture", "image/svg+xml") || Suspicious("picture.png", "image/png") {
		t.Error("the type is not heeded")
	}
}
