package uploads

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
)

func drawn(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		for y := range h {
			m.Set(x, y, color.RGBA{uint8(x * 9), uint8(y * 7), 90, 255})
		}
	}
	return m
}

func jpegOf(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, drawn(w, h), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// frameOf is a JPEG whose frame is of a kind and promises w by h pixels.
func frameOf(t testing.TB, kind byte, w, h uint16) []byte {
	j := jpegOf(t, 1, 1)
	at := bytes.Index(j, []byte("\xff\xc0"))
	j[at+1] = kind
	binary.BigEndian.PutUint16(j[at+5:], h)
	binary.BigEndian.PutUint16(j[at+7:], w)
	return j
}

// unmarked lays before the first segment a restart mark and what, read as its
// length, leads to a frame that is not the picture's.
func unmarked(j []byte) []byte {
	tables := append([]byte{0xff, 0xd8, 0xff, 0xd0}, j[2:]...)
	return append(tables, bytes.Repeat([]byte("\xff\xc0\x00\x08"), 20_000)...)
}

func pngOf(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, drawn(w, h)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withExif puts a place and a direction behind the first marker.
func withExif(jpg []byte, way byte) []byte {
	tiff := []byte("II\x2a\x00\x08\x00\x00\x00\x02\x00\x12\x01\x03\x00\x01\x00\x00\x00\x00\x00\x00\x00\x25\x88\x04\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00GPS 59.36 17.97")
	tiff[18] = way
	body := append([]byte("Exif\x00\x00"), tiff...)
	segment := append([]byte{0xff, 0xe1, 0, 0}, body...)
	binary.BigEndian.PutUint16(segment[2:], uint16(len(body)+2))
	return append(append(append([]byte{}, jpg[:2]...), segment...), jpg[2:]...)
}

// withText puts a comment into a PNG.
func withText(p []byte, text string) []byte {
	chunk := append([]byte("tEXt"), text...)
	out := append([]byte{}, p[:33]...) // signature and IHDR
	out = binary.BigEndian.AppendUint32(out, uint32(len(text)))
	out = append(out, chunk...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
	return append(out, p[33:]...)
}

// flood is a PNG whose head promises w by h pixels and that holds none.
func flood(t testing.TB, w, h uint32) []byte {
	p := pngOf(t, 1, 1)
	binary.BigEndian.PutUint32(p[16:], w)
	binary.BigEndian.PutUint32(p[20:], h)
	binary.BigEndian.PutUint32(p[29:], crc32.ChecksumIEEE(p[12:29]))
	return p
}

func TestAPictureLosesWhatItHides(t *testing.T) {
	data := withExif(jpegOf(t, 40, 20), 6)
	if !bytes.Contains(data, []byte("GPS 59.36")) || orientation(data) != 6 {
		t.Fatal("the sample hides nothing")
	}
	kept, kind, err := clean(data)
	if err != nil || kind != "image/jpeg" {
		t.Fatal(kind, err)
	}
	if bytes.Contains(kept, []byte("GPS")) {
		t.Error("the place is still in it")
	}
	if orientation(kept) != 6 {
		t.Errorf("it lies on its side: %d", orientation(kept))
	}
	m, err := jpeg.Decode(bytes.NewReader(kept))
	if err != nil || m.Bounds().Dx() != 40 || m.Bounds().Dy() != 20 {
		t.Errorf("it is another picture: %v %v", m, err)
	}
	kept, kind, err = clean(withText(pngOf(t, 9, 9), "Author\x00Amina in Märsta"))
	if err != nil || kind != "image/png" || bytes.Contains(kept, []byte("Amina")) {
		t.Errorf("%s %v: a comment stayed, or the picture went", kind, err)
	}
}

func TestWhatMayBeSent(t *testing.T) {
	for _, row := range []struct {
		what string
		data []byte
		kind string
		no   string
	}{
		{"a jpeg", jpegOf(t, 3, 3), "image/jpeg", ""},
		{"a png", pngOf(t, 3, 3), "image/png", ""},
		{"a pdf", []byte("%PDF-1.7\n1 0 obj"), "application/pdf", ""},
		{"a text", []byte("سلام\nhej"), "text/plain", ""},
		{"a page stays text", []byte("<script>alert(1)</script>"), "text/plain", ""},
		{"nothing", nil, "", "upload.empty"},
		{"a program", []byte("MZ\x90\x00\x03"), "", "upload.kind"},
		{"a gif", []byte("GIF89a\x01\x00\x01\x00\x80"), "", "upload.kind"},
		{"an archive", []byte("PK\x03\x04\x14\x00"), "", "upload.kind"},
		{"half a jpeg", jpegOf(t, 30, 30)[:200], "", "upload.broken"},
		{"a jpeg by name alone", []byte("\xff\xd8\xffnot really"), "", "upload.broken"},
		{"a flood of pixels", flood(t, 60_000, 60_000), "", "upload.pixels"},
		{"a thin flood", flood(t, 30_000, 2), "", "upload.pixels"},
		{"many pixels in one pass", frameOf(t, 0xc0, 5000, 4000), "", "upload.broken"},
		{"many pixels in several passes", frameOf(t, 0xc2, 5000, 4000), "", "upload.pixels"},
		{"the same behind a mark without length", unmarked(frameOf(t, 0xc2, 5000, 4000)), "", "upload.pixels"},
		{"a large text", bytes.Repeat([]byte("a"), MostBytes+1), "", "upload.large"},
		{"the largest text", bytes.Repeat([]byte("a"), MostBytes), "text/plain", ""},
	} {
		kept, kind, err := clean(row.data)
		var no helpdesk.Refusal
		errors.As(err, &no)
		if kind != row.kind && row.no == "" || no.Key != row.no {
			t.Errorf("%s: %q %v", row.what, kind, err)
		}
		if (err == nil) != (kept != nil) {
			t.Errorf("%s: %d bytes and %v", row.what, len(kept), err)
		}
	}
}

func TestTooManyFilesAreRefusedTogether(t *testing.T) {
	six := make([]frontend.Upload, 6)
	for i := range six {
		six[i] = frontend.Upload{Name: "a.txt", Body: []byte("a")}
	}
	if kept, err := Clean(six[:5]); err != nil || len(kept) != 5 {
		t.Error(kept, err)
	}
	var no helpdesk.Refusal
	if _, err := Clean(six); !errors.As(err, &no) || no.Key != "upload.count" {
		t.Error(err)
	}
}

func TestNamesFitWhatAFileIs(t *testing.T) {
	for _, row := range []struct{ name, kind, want string }{
		{"photo.JPG", "image/jpeg", "photo.JPG"},
		{"photo.jpeg", "image/jpeg", "photo.jpeg"},
		{"virus.exe", "image/png", "virus.exe.png"},
		{`C:\secret\beslut.pdf`, "application/pdf", "beslut.pdf"},
		{"../../etc/passwd", "text/plain", "passwd.txt"},
		{"", "text/plain", "file.txt"},
	} {
		if got := named(row.name, row.kind); got != row.want {
			t.Errorf("named(%q) = %q, want %q", row.name, got, row.want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add(withExif(jpegOf(f, 8, 8), 8))
	f.Add(withText(pngOf(f, 8, 8), "x\x00y"))
	f.Add(flood(f, 1<<30, 1<<30))
	f.Add([]byte("%PDF-1.4"))
	f.Add([]byte("text"))
	f.Fuzz(func(t *testing.T, data []byte) {
		kept, kind, err := clean(data)
		if err != nil {
			if errors.As(err, new(helpdesk.Refusal)) && kept == nil {
				return
			}
			t.Fatalf("%v with %d bytes", err, len(kept))
		}
		again, same, err := clean(kept)
		if err != nil || same != kind || len(again) == 0 {
			t.Fatalf("what was kept as %s is not taken again: %s %v", kind, same, err)
		}
	})
}
