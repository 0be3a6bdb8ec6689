package letter

import (
	"testing"

	"golang.org/x/text/encoding/charmap"
)

// Whole words of high bytes speak for an alphabet; letters with accents among
// plain ones do not, whatever the language.
func TestUnlabelledBytesAreReadByTheirLetters(t *testing.T) {
	for _, c := range []struct {
		text string
		in   *charmap.Charmap
	}{
		{"Здравствуйте! Я получил решение и не знаю, что мне делать.", charmap.Windows1251},
		{"Здравствуйте! Я получил решение и не знаю, что мне делать.", charmap.KOI8R},
		{"Доброго дня, я хочу повернутися додому. Чи є рейс?", charmap.Windows1251},
		{"Доброго дня, я хочу повернутися додому. Чи є рейс?", charmap.KOI8U},
		{"СРОЧНО", charmap.Windows1251},
		{"ПОМОГИТЕ ПОЖАЛУЙСТА", charmap.KOI8R},
		{"Привет, Anna Berg, Migrationsverket, Norrkoping", charmap.Windows1251},
		{"السلام عليكم، أريد العودة إلى بلدي", charmap.Windows1256},
		{"من ميخواهم به كشورم برگردم، لطفا كمك كنيد", charmap.Windows1256},
		{"<html><body bgcolor=white><p align=right>مرحبا</p></body></html>", charmap.Windows1256},
		{"Åäö räksmörgås på ön", charmap.Windows1252},
		{"ÅÄÖ ÅÄÖ", charmap.Windows1252},
		{"Le théâtre a été créé à l’été – « déjà »", charmap.Windows1252},
		{"Größe: 5 €, süß, Füße, äußerst", charmap.Windows1252},
		{"não, coração, útil; ¿qué años?", charmap.Windows1252},
	} {
		raw, err := c.in.NewEncoder().String(c.text)
		want := c.text
		if err != nil { // what it has no letter for
			t.Fatalf("%s: %v", c.text, err)
		}
		if got := guess([]byte(raw)); got != want {
			t.Errorf("%q became %q", want, got)
		}
		if got, _ := toUTF8([]byte(raw), "iso-8859-1"); c.in == charmap.Windows1252 && got != want {
			t.Errorf("labelled, %q became %q", want, got)
		}
	}
}

func TestCharsetsAreKnownByWhatProgramsCallThem(t *testing.T) {
	for label, want := range map[string]string{
		"UTF-8": "utf-8", ` "utf8" `: "utf-8", "3Dutf-8": "utf-8", `3D"utf-8"`: "utf-8", "cp65001": "utf-8", "utf8mb4": "utf-8",
		"ISO_8859-1": "windows-1252", "iso8859-15": "iso-8859-15", "8859_2": "iso-8859-2", "ISO-8859-8-I": "iso-8859-8", "cp28605": "iso-8859-15",
		"win-1251": "windows-1251", "windows1256": "windows-1256", "x-cp1251": "windows-1251", "CP-1252": "windows-1252", "cp850": "ibm850", "ibm866": "ibm866",
		"cp936": "gbk", "ms932": "shift_jis", "ISO-10646-UCS-2": "utf-16be", "iso-2022-jp-ms": "iso-2022-jp", "x-unknown": "", "default_charset": "", "": "",
		"gb18030": "gb18030", "ks_c_5601-1987": "ks_c_5601-1987", "macintosh": "macintosh",
	} {
		if got := charsetName(label); got != want {
			t.Errorf("%q is %q, want %q", label, got, want)
		}
	}
	for label, c := range map[string]struct{ raw, want string }{
		"cp850": {"G\x94teborg", "Göteborg"}, "cp866": {"\x8f\xe0\xa8\xa2\xa5\xe2", "Привет"}, "x-mac-roman": {"G\x9ateborg", "Göteborg"},
		"iso-2022-cn": {"Hello", "Hello"}, "win-1251": {"\xcf\xf0\xe8", "При"}, "cp936": {"\xc4\xe3", "你"}, "tis-620": {"\xca\xc7\xd1", "สวั"},
		"x-user-defined": {"G\xf6teborg", "Göteborg"}, "unicode": {"\xff\xfeh\x00", "h"},
	} {
		if got, _ := toUTF8([]byte(c.raw), label); got != c.want {
			t.Errorf("%s: %q, want %q", label, got, c.want)
		}
	}
}
