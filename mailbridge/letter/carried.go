package letter

import (
	"bytes"
	"strings"
)

// Carried names something in a letter that a reader must be told of, because
// its words stand elsewhere than where one looks, or can't be read here.
type Carried string

const (
	PGPEncrypted   Carried = "pgp-encrypted"   // RFC 3156 section 4, or armour within the words
	PGPSigned      Carried = "pgp-signed"      // RFC 3156 section 5
	SMIMEEncrypted Carried = "smime-encrypted" // RFC 8551 section 3.3
	SMIMESigned    Carried = "smime-signed"    // RFC 8551 section 3.5.3: the words are readable
	SMIMEOpaque    Carried = "smime-opaque"    // RFC 8551 section 3.5.2: the words lie within the signature's file
	TNEF           Carried = "tnef"            // winmail.dat: what Outlook hid from other programs
	Calendar       Carried = "calendar"        // an invitation (RFC 5545)
	AttachedMail   Carried = "mail"            // another mail, whole
)

func (p *parser) carries(c Carried) {
	for _, have := range p.letter.Carries {
		if have == c {
			return
		}
	}
	p.letter.Carries = append(p.letter.Carries, c)
}

func (p *parser) carriesMultipart(sub, protocol string) {
	protocol = strings.ToLower(protocol)
	switch {
	case sub == "encrypted" && strings.Contains(protocol, "pgp"):
		p.carries(PGPEncrypted)
	case sub == "encrypted":
		p.carries(SMIMEEncrypted)
	case sub == "signed" && strings.Contains(protocol, "pgp"):
		p.carries(PGPSigned)
	case sub == "signed" && strings.Contains(protocol, "pkcs7"):
		p.carries(SMIMESigned)
	}
}

// carriesText finds armour that was pasted into the words (RFC 9580 section
// 6.2). It begins a line; within one somebody only speaks of it.
func (p *parser) carriesText(text string) {
	for rest := text; ; {
		at := strings.Index(rest, "-----BEGIN PGP ")
		if at < 0 {
			return
		}
		starts := at == 0 || rest[at-1] == '\n'
		rest = rest[at+len("-----BEGIN PGP "):]
		switch {
		case starts && strings.HasPrefix(rest, "MESSAGE"):
			p.carries(PGPEncrypted)
		case starts && strings.HasPrefix(rest, "SIGNED MESSAGE"):
			p.carries(PGPSigned)
		}
	}
}

func (p *parser) carriesPart(m media, raw []byte) {
	name := strings.ToLower(m.name)
	switch m.kind {
	case "application/pkcs7-mime", "application/x-pkcs7-mime":
		p.carries(cms(strings.ToLower(m.params["smime-type"]), raw))
	case "application/ms-tnef", "application/vnd.ms-tnef":
		p.carries(TNEF)
	case "text/calendar", "application/ics":
		p.carries(Calendar)
	case "message/rfc822", "message/global":
		p.carries(AttachedMail)
	case "application/octet-stream":
		// Programs that know no type of a file tell it by its name.
		switch {
		case name == "winmail.dat" || name == "win.dat":
			p.carries(TNEF)
		case name == "smime.p7m":
			p.carries(cms("", raw))
		case strings.HasSuffix(name, ".ics"):
			p.carries(Calendar)
		}
	}
}

// The object identifiers of signedData and compressedData (RFC 5652 section 5,
// RFC 3274) as they stand at the head of a CMS file.
var (
	oidSigned     = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02}
	oidCompressed = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x09}
)

// cms tells a file that anybody can read from one that needs a key, by its
// label, else by its first bytes.
func cms(label string, raw []byte) Carried {
	head := raw[:min(len(raw), 40)]
	switch {
	case label == "signed-data" || label == "certs-only" || label == "compressed-data":
		return SMIMEOpaque
	case label == "" && (bytes.Contains(head, oidSigned) || bytes.Contains(head, oidCompressed)):
		return SMIMEOpaque
	}
	return SMIMEEncrypted
}
