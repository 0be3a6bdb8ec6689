// Package uploads makes what people and programs send harmless to keep: kinds by
// content, pictures drawn anew, papers without what they say of their making.
//
// Never: a file as it came, nor its kind by its name.
package uploads

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"image/png"
	"path"
	"strings"
	"unicode/utf8"

	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/tickets"
)

// Most is what five files of ten megabytes and their form may be.
const Most frontend.Limit = MostFiles*MostBytes + 1<<20

// Limits of what may be sent at once.
const (
	MostFiles  = 5
	MostBytes  = 10 << 20
	mostPixels = 24 << 20 // a phone's picture has 12 million; a flood has milliards in a few bytes
	mostSide   = 20_000
	// A progressive JPEG is kept whole in coefficients while it is read, twelve
	// bytes a pixel besides the picture's own.
	mostProgressive = 13 << 20
)

// redrawing bounds how many pictures are in memory at once: each may need 200
// MB.
var redrawing = make(chan struct{}, 2)

// Clean turns what a form brought into what is kept: kinds by content, never by
// name, pictures drawn anew, so that nothing hidden in them is left, and papers
// without what they say of their making, in the form's own bytes.
//
// Refusals: upload.count, upload.large, upload.kind, upload.pixels,
// upload.broken, upload.empty.
func Clean(files []frontend.Upload) ([]tickets.Upload, error) {
	if len(files) > MostFiles {
		return nil, helpdesk.Refuse("upload.count")
	}
	var kept []tickets.Upload
	for _, f := range files {
		data, kind, err := clean(f.Body)
		if err != nil {
			return nil, err
		}
		tells := kind == "application/pdf" && unsign(data)
		kept = append(kept, tickets.Upload{Name: named(f.Name, kind), Type: kind, Tells: tells, Data: data})
	}
	return kept, nil
}

// extensions of the kinds taken, the first being the one we give.
var extensions = map[string][]string{
	"image/jpeg":      {".jpg", ".jpeg"},
	"image/png":       {".png"},
	"application/pdf": {".pdf"},
	"text/plain":      {".txt"},
}

// clean tells a file's kind and returns the bytes to keep.
//
// A pdf comes back as it is: to draw it anew would lose its words. See unsign.
func clean(data []byte) (kept []byte, kind string, err error) {
	switch {
	case len(data) == 0:
		return nil, "", helpdesk.Refuse("upload.empty")
	case len(data) > MostBytes:
		return nil, "", helpdesk.Refuse("upload.large")
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		kept, err = redraw(data, "image/jpeg")
		return kept, "image/jpeg", err
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		kept, err = redraw(data, "image/png")
		return kept, "image/png", err
	case bytes.HasPrefix(data, []byte("%PDF-")):
		return data, "application/pdf", nil
	case plain(data):
		return data, "text/plain", nil
	}
	return nil, "", helpdesk.Refuse("upload.kind")
}

// plain tells whether data is text that any editor shows.
func plain(data []byte) bool {
	if !utf8.Valid(data) {
		return false
	}
	return bytes.IndexFunc(data, func(r rune) bool {
		return r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f' || r == 0x7f
	}) < 0
}

// redraw decodes a picture and encodes it again: place, time, camera, comments
// and thumbnails are gone. The size is read first, so that a few bytes cannot
// ask for milliards of pixels.
func redraw(data []byte, kind string) ([]byte, error) {
	conf, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || "image/"+format != kind {
		return nil, helpdesk.Refuse("upload.broken")
	}
	if conf.Width > mostSide || conf.Height > mostSide || conf.Width*conf.Height > mostPixels {
		return nil, helpdesk.Refuse("upload.pixels")
	}
	if kind == "image/jpeg" && conf.Width*conf.Height > mostProgressive && progressive(data) {
		return nil, helpdesk.Refuse("upload.pixels")
	}
	redrawing <- struct{}{}
	defer func() { <-redrawing }()
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, helpdesk.Refuse("upload.broken")
	}
	var out bytes.Buffer
	if kind == "image/png" {
		err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, picture)
	} else {
		err = jpeg.Encode(&out, picture, &jpeg.Options{Quality: 85})
	}
	if err != nil {
		return nil, helpdesk.Refuse("upload.broken")
	}
	if kind == "image/jpeg" {
		return turned(out.Bytes(), orientation(data)), nil
	}
	return out.Bytes(), nil
}

// progressive tells whether a JPEG is one that comes in several passes (ITU-T
// T.81, SOF2).
func progressive(data []byte) bool {
	for at := 2; at+4 <= len(data) && data[at] == 0xff; {
		switch marker := data[at+1]; {
		case marker == 0xff: // filling
			at++
			continue
		case marker == 0 || marker >= 0xd0 && marker <= 0xd7: // have no length
			at += 2
			continue
		case marker == 0xc2:
			return true
		case marker == 0xc0 || marker == 0xc1 || marker == 0xda:
			return false
		}
		at += 2 + int(binary.BigEndian.Uint16(data[at+2:]))
	}
	return true // told by nothing we know: taken for the dearer
}

// orientation reads which way up a phone held its picture (Exif 2.3, tag
// 0x0112): 1 to 8, 1 where nothing is said. It is the one fact that is kept:
// without it a paper lies on its side.
func orientation(data []byte) int {
	for at := 2; at+4 <= len(data) && data[at] == 0xff; {
		marker, size := data[at+1], int(binary.BigEndian.Uint16(data[at+2:]))
		if marker == 0xda || size < 2 || at+2+size > len(data) {
			break
		}
		if segment := data[at+4 : at+2+size]; marker == 0xe1 && bytes.HasPrefix(segment, []byte("Exif\x00\x00")) {
			return tiffOrientation(segment[6:])
		}
		at += 2 + size
	}
	return 1
}

func tiffOrientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	first := uint64(order.Uint32(tiff[4:]))
	if first+2 > uint64(len(tiff)) {
		return 1
	}
	entries := tiff[first:]
	for n, at := int(order.Uint16(entries)), 2; n > 0 && at+12 <= len(entries); n, at = n-1, at+12 {
		if order.Uint16(entries[at:]) == 0x0112 {
			if way := int(order.Uint16(entries[at+8:])); way >= 1 && way <= 8 {
				return way
			}
			return 1
		}
	}
	return 1
}

// turned lays the orientation, and nothing else, behind a JPEG's first marker.
func turned(jpg []byte, way int) []byte {
	if way == 1 || len(jpg) < 2 {
		return jpg
	}
	exif := []byte("\xff\xe1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00")
	exif[29] = byte(way)
	return append(append(append([]byte{}, jpg[:2]...), exif...), jpg[2:]...)
}

// named keeps a file's own name, without folders, under an ending that fits
// what it is.
func named(name, kind string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if runes := []rune(name); len(runes) > 80 {
		name = string(runes[len(runes)-80:])
	}
	if name == "." || name == "/" || name == "" {
		name = "file"
	}
	for _, ending := range extensions[kind] {
		if strings.EqualFold(path.Ext(name), ending) {
			return name
		}
	}
	return name + extensions[kind][0]
}
