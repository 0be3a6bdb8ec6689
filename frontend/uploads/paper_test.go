package uploads

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"returnsupport/frontend"
)

// paperOf is a PDF of these objects, numbered from 1, with a table that tells
// where each begins. It stands behind what was saved before, if anything was.
func paperOf(before []byte, first int, trailer string, objects ...string) []byte {
	out := append([]byte{}, before...)
	if before == nil {
		out = []byte("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	}
	var table strings.Builder
	for i, o := range objects {
		fmt.Fprintf(&table, "%010d 00000 n \n", len(out))
		out = fmt.Appendf(out, "%d 0 obj\n%s\nendobj\n", first+i, o)
	}
	start := len(out)
	return fmt.Appendf(out, "xref\n%d %d\n%strailer\n<< /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", first, len(objects), table.String(), trailer, start)
}

// whole fails unless every table still tells where its objects begin.
func whole(t *testing.T, data []byte) {
	t.Helper()
	if !bytes.HasPrefix(data, []byte("%PDF-1.4\n")) || !bytes.HasSuffix(data, []byte("%%EOF\n")) {
		t.Errorf("head or end is broken: %.20q", data)
	}
	tables := 0
	for rest := data; ; tables++ {
		_, after, more := bytes.Cut(rest, []byte("startxref\n"))
		if !more {
			break
		}
		rest = after
		var start, first, n int
		fmt.Sscanf(string(after), "%d", &start)
		if _, err := fmt.Sscanf(string(data[start:]), "xref\n%d %d", &first, &n); err != nil || n == 0 {
			t.Fatalf("no table at %d: %v", start, err)
		}
		lines := bytes.SplitN(data[start:], []byte("\n"), n+3)[2:]
		for i := range n {
			var at int
			fmt.Sscanf(string(lines[i]), "%d", &at)
			if !bytes.HasPrefix(data[at:], fmt.Appendf(nil, "%d 0 obj\n", first+i)) {
				t.Errorf("object %d is not at %d: %.20q", first+i, at, data[at:])
			}
		}
	}
	if tables == 0 {
		t.Error("no table")
	}
}

func wide(s string) string {
	out := "\xfe\xff"
	for _, u := range utf16.Encode([]rune(s)) {
		out += string([]byte{byte(u >> 8), byte(u)})
	}
	return strings.NewReplacer("(", `\(`, ")", `\)`, `\`, `\\`).Replace(out) // bytes, not letters, are escaped
}

const (
	catalog = "<< /Type /Catalog /Pages 2 0 R /Metadata 4 0 R >>"
	leaves  = "<< /Type /Pages /Kids [] /Count 0 >>"
	outline = "<< /Title (Beslut om utvisning) /Parent 2 0 R /A << /S /URI /URI (https://a.example/\\)x) >> >>"
	plainly = "<< /Author (Amina \\(N.\\) (och (barn)) \\\\) /Creator(Word)/Producer (Acro\nbat) /Title(Till Amina) /Subject (x) /Company (Ombud AB) /CreationDate (D:20260101120000+01'00') /Trapped /False >>"
	packet  = "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0\"?><x:xmpmeta x:xmptk=\"Tool 5\"><dc:creator>Amina</dc:creator></x:xmpmeta><?xpacket end=\"w\"?>"
)

func stream(dict, content string) string {
	return fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", dict, len(content), content)
}

func TestAPaperLosesWhoMadeItAndWhen(t *testing.T) {
	plain := paperOf(nil, 1, "/Info 3 0 R", catalog, leaves, plainly, stream("/Type /Metadata /Subtype /XML", packet), outline)
	picture := string(withExif(jpegOf(t, 8, 8), 6))
	for _, row := range []struct {
		what  string
		data  []byte
		gone  []string
		stays []string
		tells bool
	}{
		{"a plain one", plain, []string{"Amina", "Word", "Acro", "Ombud", "D:2026", "barn", "Tool 5", "dc:creator"}, []string{"Beslut om utvisning", "a.example", "/Trapped /False"}, false},
		{"saved again", paperOf(plain, 3, "/Info 3 0 R /Prev 1", "<< /Author (Zahra) /ModDate (D:2027) >>"), []string{"Amina", "Zahra", "D:202"}, []string{"Beslut om utvisning"}, false},
		{"saved again under another number", paperOf(plain, 6, "/Info 6 0 R", "<< /Title (Zahra) >>"), []string{"Amina", "Zahra"}, nil, false},
		{"in digits", paperOf(nil, 1, "/Info 3 0 R", catalog, leaves, "<</Author<416d 696E61>/Title <FEFF0041006D>>>"), []string{"416d", "696E", "FEFF"}, nil, false},
		{"in UTF-16", paperOf(nil, 1, "/Info 3 0 R", catalog, leaves, "<</Author("+wide("Amina")+")/Title("+wide("ب")+")>>"), []string{wide("Amina")[2:], wide("ب")}, nil, false},
		{"in values of their own", paperOf(nil, 1, "/Info 3 0 R", catalog, leaves, "<< /Title 4 0 R /Producer 5 0 R >>", "(Amina)", "(Quartz)", outline), []string{"Amina", "Quartz"}, []string{"Beslut om utvisning"}, false},
		{"in the trailer itself", paperOf(nil, 1, "/Info << /Title (Amina) /X << /Y (Zahra) >> /Z (Olga) >> /ID [(id) (id)]", catalog, leaves), []string{"Amina", "Zahra", "Olga"}, []string{"[(id) (id)]"}, false},
		{"under a name in disguise", paperOf(nil, 1, "/Size 3", catalog, leaves, "<< /#41uthor (Amina) >>"), []string{"Amina"}, nil, false},
		{"in a packet of UTF-16", paperOf(nil, 1, "/Size 3", catalog, leaves, stream("/Subtype /XML /Type /Metadata", wide("<x:xmpmeta>Amina"))), []string{wide("Amina")[2:]}, nil, false},
		{"in a packet inside a drawing", paperOf(nil, 1, "/Size 3", catalog, leaves, stream("/Type /XObject", "q "+packet+" Q (Amina N.) Tj")), []string{"<dc:creator>"}, []string{"q ", " Q (Amina N.) Tj"}, false},
		{"in a photo", paperOf(nil, 1, "/Size 3", catalog, leaves, stream("/Subtype /Image /Metadata 9 0 R /Filter /DCTDecode", picture)), []string{"GPS", "Exif"}, nil, false},
		{"what is not syntax", paperOf(nil, 1, "/Info 3 0 R", catalog, leaves, "<< /Author (Amina) >>", stream("/Filter /FlateDecode", "(( << /Author (inside) <ab")), []string{"Amina"}, []string{"(( << /Author (inside) <ab"}, false},
		{"packed objects", paperOf(nil, 1, "/Info 3 0 R", catalog, leaves, "<< /Author (Amina) >>", stream("/Type /ObjStm /Filter /FlateDecode", "x\x9c")), []string{"Amina"}, nil, true},
		{"a packed packet", paperOf(nil, 1, "/Size 3", catalog, leaves, stream("/Type/Metadata/Filter/FlateDecode", "x\x9c")), nil, []string{"x\x9c"}, true},
		{"something enclosed", paperOf(nil, 1, "/Size 3", catalog, leaves, stream("/Type /EmbeddedFile /Filter /FlateDecode", "x\x9c")), nil, []string{"x\x9c"}, true},
		{"locked", paperOf(nil, 1, "/Info 3 0 R /Encrypt 9 0 R", catalog, leaves, "<< /Author (\x01\x02) >>"), nil, []string{"(\x01\x02)"}, true},
		{"signed", paperOf(nil, 1, "/Info 3 0 R", catalog, leaves, "<< /Author (Verket) >>", "<< /Type /Sig /ByteRange [0 1 2 3] >>"), nil, []string{"Verket"}, true},
		{"a string without end", append(paperOf(nil, 1, "/Size 3", catalog, "<< /Author (Amina >>"), "%%EOF\n"...), nil, nil, true},
		{"a packet without end", paperOf(nil, 1, "/Size 3", catalog, stream("/Type /XObject", packet[:60])), []string{"xmpmeta"}, nil, true},
	} {
		t.Run(row.what, func(t *testing.T) {
			for _, s := range append(row.gone, row.stays...) {
				if !bytes.Contains(row.data, []byte(s)) {
					t.Fatalf("the sample has no %q", s)
				}
			}
			size := len(row.data)
			kept, err := Clean([]frontend.Upload{{Name: "beslut.pdf", Body: row.data}})
			if err != nil {
				t.Fatal(err)
			}
			data := kept[0].Data
			if len(data) != size || kept[0].Type != "application/pdf" {
				t.Errorf("%d bytes became %d of %s", size, len(data), kept[0].Type)
			}
			if kept[0].Tells != row.tells {
				t.Errorf("tells is %v", kept[0].Tells)
			}
			for _, s := range row.gone {
				if bytes.Contains(data, []byte(s)) {
					t.Errorf("%q is still in it", s)
				}
			}
			for _, s := range row.stays {
				if !bytes.Contains(data, []byte(s)) {
					t.Errorf("%q went with it", s)
				}
			}
			whole(t, data)
		})
	}
}

func TestAPhotoInAPaperIsStillThatPhoto(t *testing.T) {
	plain := jpegOf(t, 8, 8)
	data := withExif(plain, 6)
	blankPicture(data)
	segment := int(binary.BigEndian.Uint16(data[4:])) + 2
	if got := append(append([]byte{}, data[:2]...), data[2+segment:]...); !bytes.Equal(got, plain) {
		t.Error("more than the camera's words changed")
	}
}

// Whatever is sent, its time grows with its length: the worst of each kind is
// read in the time a disk takes.
func TestNoPaperTakesLong(t *testing.T) {
	for _, again := range []string{"<", "<a", "(", "/", "/#", "<?xpacket begin", "<x:xmpmeta", "stream\n", "1 0 obj", "/Info 1 0 R", "<</Info<<", "/Author()", "\xff\xd8\xff\xfe\x00\x02", "endstream"} {
		data := []byte("%PDF-1.4\n" + strings.Repeat(again, (4<<20)/len(again)))
		began := time.Now()
		unsign(data)
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("4 MB of %q take %v", again, took)
		}
	}
}

func FuzzUnsign(f *testing.F) {
	f.Add(paperOf(nil, 1, "/Info 3 0 R", catalog, leaves, plainly, stream("/Type /Metadata", packet), outline))
	f.Add(paperOf(nil, 1, "/Info << /Title <41> >>", catalog, stream("/Filter /DCTDecode", string(withExif(jpegOf(f, 2, 2), 3)))))
	f.Add([]byte("%PDF-1.4\n(\\"))
	f.Add([]byte("%PDF-1.4\n/#4<<>><"))
	f.Fuzz(func(t *testing.T, sent []byte) {
		data := bytes.Clone(sent)
		unsign(data)
		if len(data) != len(sent) {
			t.Fatal("it has another length")
		}
		for i, now := range data {
			if was := sent[i]; now != was && (bytes.IndexByte([]byte(" \x00)>"), now) < 0) {
				t.Fatalf("at %d %q became %q", i, was, now)
			}
		}
	})
}
