package uploads

import (
	"bytes"
	"regexp"
	"strconv"
)

// mostInfos bounds how many objects of a paper may be its Info dictionary: each
// time it is saved may add one.
const mostInfos = 1000

// infoRef is a trailer's word for where the Info dictionary stands (ISO 32000-1
// section 7.5.5), in a table's trailer and in an xref stream's dictionary.
var infoRef = regexp.MustCompile(`/Info[\x00\s]*(\d{1,10})[\x00\s]+\d{1,5}[\x00\s]+R`)

// speaksOf are the keys that tell of a paper's making wherever they stand.
// Title and Subject do so in the Info dictionary alone: elsewhere they are
// bookmarks and fields, words of the paper itself.
var speaksOf = map[string]bool{
	"Author": true, "Creator": true, "Producer": true, "Keywords": true, "Company": true, "Manager": true,
	"CreationDate": true, "ModDate": true, "LastModified": true, "SourceModified": true,
}

// unsign blanks, in data itself, what a paper (PDF) says of its making: the
// strings of every Info dictionary, also of earlier savings, the XMP packets,
// and what a camera wrote into pictures. No byte moves, so that the tables of
// offsets stay right. Its time grows with the paper's length alone.
//
// tells is true where something may be left that only unpacking or a key would
// show. Such a paper is kept as it is, as far as it could not be blanked.
func unsign(data []byte) (tells bool) {
	if bytes.Contains(data, []byte("/ByteRange")) {
		// Signed: one byte changed and the signature of an authority is worth
		// nothing. It names its signer and the moment anyhow.
		return true
	}
	tells = blankPackets(data)
	if bytes.Contains(data, []byte("/Encrypt")) {
		return true // its strings are ciphertext: blanked they could not be opened
	}
	for _, packed := range []string{"/ObjStm", "/EmbeddedFile", "/EF"} {
		tells = tells || bytes.Contains(data, []byte(packed))
	}
	infos, all := infosOf(data)
	first := walk{data: data, infos: infos, values: map[int]bool{}}
	first.run()
	second := walk{data: data, infos: infos, values: first.values, blanking: true}
	second.run()
	return tells || !all || second.lost || second.packed
}

// infosOf finds the objects that a trailer calls the Info dictionary; all is
// false when there are more than anybody's.
func infosOf(data []byte) (infos map[int]bool, all bool) {
	infos = map[int]bool{}
	for {
		at := infoRef.FindSubmatchIndex(data)
		if at == nil {
			return infos, true
		}
		if n, err := strconv.Atoi(string(data[at[2]:at[3]])); err == nil {
			infos[n] = true
		}
		if len(infos) > mostInfos {
			return infos, false
		}
		data = data[at[1]:]
	}
}

// blankPackets blanks XMP packets (ISO 16684-1 section 7.3), each within its
// own stream; tells is true where one has no end.
func blankPackets(data []byte) (tells bool) {
	for len(data) > 0 {
		part, rest, ends := bytes.Cut(data, []byte("endstream"))
		for _, mark := range [][2]string{{"<?xpacket begin", "<?xpacket end"}, {"<x:xmpmeta", "</x:xmpmeta>"}} {
			for from := 0; ; {
				at := bytes.Index(part[from:], []byte(mark[0]))
				if at < 0 {
					break
				}
				at += from
				size := bytes.Index(part[at:], []byte(mark[1]))
				if size < 0 {
					if tells = true; ends {
						blank(part[at:])
					}
					break
				}
				blank(part[at : at+size])
				from = at + size
			}
		}
		data = rest
	}
	return tells
}

func blank(b []byte) {
	for i := range b {
		if b[i] != '\n' && b[i] != '\r' {
			b[i] = ' '
		}
	}
}

// emptied makes a string, with its brackets, an empty one of the same length.
// White space may follow it (ISO 32000-1 section 7.2.2).
func emptied(s []byte) {
	open, shut := s[0], s[len(s)-1]
	for i := range s {
		s[i] = ' '
	}
	s[0], s[1] = open, shut
}

// blankPicture empties the segments of a JPEG in which cameras and programs
// write: all but those that say how its colours are meant.
func blankPicture(jpg []byte) {
	for at := 2; at+4 <= len(jpg) && jpg[at] == 0xff; {
		marker, size := jpg[at+1], int(jpg[at+2])<<8|int(jpg[at+3])
		if marker == 0xda || size < 2 || at+2+size > len(jpg) {
			return
		}
		content := jpg[at+4 : at+2+size]
		colours := marker == 0xe0 || marker == 0xee || marker == 0xe2 && bytes.HasPrefix(content, []byte("ICC_PROFILE\x00"))
		if marker == 0xfe || marker >= 0xe0 && marker <= 0xef && !colours {
			clear(content)
		}
		at += 2 + size
	}
}
