package letter

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
)

type mailCase struct {
	name, raw string
	want      string // "subject | sender | text | files | carried"
}

// anyMail is mail as programs and people really send it, each with what a reader
// must find: subject, first sender, words, files, what it carries.
var anyMail = []mailCase{
	{"Outlook, HTML and text, Latin-1, a logo", "From: =?iso-8859-1?Q?M=FCller=2C_J=F6rg?= <j@example.org>\nSubject: =?iso-8859-1?Q?Fr=E5ga_om?=\n =?iso-8859-1?Q?_resan?=\nContent-Language: sv-SE\nMIME-Version: 1.0\n" +
		"Content-Type: multipart/related; boundary=\"_004_\"; type=\"multipart/alternative\"\n\n--_004_\nContent-Type: multipart/alternative; boundary=\"_000_\"\n\n" +
		"--_000_\nContent-Type: text/plain; charset=\"iso-8859-1\"\nContent-Transfer-Encoding: quoted-printable\n\nHej,=20\n\nn=E4r g=E5r flyget?\n[cid:image001.png@01DA]\n" +
		"--_000_\nContent-Type: text/html; charset=\"iso-8859-1\"\nContent-Transfer-Encoding: quoted-printable\n\n<p class=3DMsoNormal>Hej,</p><p>n=E4r g=E5r flyget?</p><img src=3D\"cid:image001.png@01DA\">\n--_000_--\n" +
		"--_004_\nContent-Type: image/png; name=\"image001.png\"\nContent-Disposition: inline; filename=\"image001.png\"\nContent-ID: <image001.png@01DA>\nContent-Transfer-Encoding: base64\n\naGVq\n--_004_--\n",
		"Fråga om resan | Müller, Jörg <j@example.org> | Hej, \n\nnär går flyget?\n[cid:image001.png@01DA] | image001.png 3 | "},
	{"Apple Mail, a picture between two texts", "From: Anna <a@example.org>\nSubject: Bild\nMime-Version: 1.0 (Mac OS X Mail 16.0)\nContent-Type: multipart/mixed; boundary=\"Apple-Mail=_1\"\n\n" +
		"--Apple-Mail=_1\nContent-Type: text/plain; charset=utf-8\n\nFöre\n--Apple-Mail=_1\nContent-Disposition: inline; filename*=utf-8''Sk%C3%A4rm%202026.jpeg\nContent-Type: image/jpeg; x-unix-mode=0644; name=\"=?utf-8?Q?Sk=C3=A4rm_2026=2Ejpeg?=\"\nContent-Transfer-Encoding: base64\n\naGVq\n" +
		"--Apple-Mail=_1\nContent-Type: text/plain; charset=utf-8\n\nEfter\n\nSkickat från min iPhone\n--Apple-Mail=_1--\n",
		"Bild | Anna <a@example.org> | Före\n\nEfter\n\nSkickat från min iPhone | Skärm 2026.jpeg 3 | "},
	{"Gmail, format flowed, quoted", "From: Farid K <f@gmail.example>\nSubject: Re: Möte\nContent-Type: multipart/alternative; boundary=\"0000\"\n\n--0000\nContent-Type: text/plain; charset=\"UTF-8\"; format=flowed; delsp=yes\nContent-Transfer-Encoding: base64\n\n" +
		base64.StdEncoding.EncodeToString([]byte("Tack, jag kom mer \r\nimorgon.\r\n\r\nDen mån 2 feb. 2026 10:00A <a@example.org> skrev:\r\n> Välkommen \r\n> hit\r\n")) +
		"\n--0000\nContent-Type: text/html; charset=\"UTF-8\"\n\n<div>Tack</div>\n--0000--\n",
		"Re: Möte | Farid K <f@gmail.example> | Tack, jag kom merimorgon.\n\nDen mån 2 feb. 2026 10:00A <a@example.org> skrev:\n> Välkommenhit |  | "},
	{"Yahoo, a raw UTF-8 header", "From: سارة <s@yahoo.example>\nSubject: أحتاج مساعدة\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: quoted-printable\n\n=D9=85=D8=B1=D8=AD=D8=A8=D8=A7\n",
		"أحتاج مساعدة | سارة <s@yahoo.example> | مرحبا |  | "},
	{"Proton, signed and with a key", "From: P <p@proton.example>\nSubject: x\nContent-Type: multipart/signed; micalg=pgp-sha512; protocol=\"application/pgp-signature\"; boundary=s\n\n--s\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/plain; charset=utf-8\n\nHej\n--m\nContent-Type: application/pgp-keys; filename=\"publickey.asc\"; name=\"publickey.asc\"\nContent-Disposition: attachment; filename=\"publickey.asc\"\n\nkey\n--m--\n--s\nContent-Type: application/pgp-signature; name=\"signature.asc\"\n\nsig\n--s--\n",
		"x | P <p@proton.example> | Hej | publickey.asc 3, signature.asc 3 | pgp-signed"},
	{"a phone that names no subject and no charset", "From: +46701234567@mms.example\nContent-Type: multipart/mixed; boundary=mms\n\n--mms\nContent-Type: text/plain\n\nHj\xe4lp mig\n--mms\nContent-Type: image/jpeg; name=20260203_101112.jpg\nContent-Transfer-Encoding: base64\nContent-Location: 20260203_101112.jpg\n\naGVq\n--mms--\n",
		" |  <+46701234567@mms.example> | Hjälp mig | 20260203_101112.jpg 3 | "},
	{"GB18030", "From: x@y.example\nSubject: =?gb18030?B?xOO6ww==?=\nContent-Type: text/plain; charset=gb18030\n\n\xc4\xe3\xba\xc3\n", "你好 |  <x@y.example> | 你好 |  | "},
	{"ISO-2022-JP", "From: x@y.example\nSubject: =?ISO-2022-JP?B?GyRCJDMbKEI=?=\nContent-Type: text/plain; charset=ISO-2022-JP\n\n\x1b$B$3$s\x1b(B\n", "こ |  <x@y.example> | こん |  | "},
	{"KOI8-R", "From: =?koi8-r?B?4c7OwQ==?= <x@y.example>\nSubject: =?koi8-r?Q?=F0=D2=C9=D7=C5=D4?=\nContent-Type: text/plain; charset=koi8-r\n\n\xf0\xd2\xc9\xd7\xc5\xd4\n", "Привет | Анна <x@y.example> | Привет |  | "},
	{"Windows-1256, 8-bit", "From: x@y.example\nSubject: =?windows-1256?B?49HNyMc=?=\nContent-Type: text/html; charset=windows-1256\n\n<p dir=rtl>\xe3\xd1\xcd\xc8\xc7</p>\n", "مرحبا |  <x@y.example> | مرحبا |  | "},
	{"UTF-7 in header and body", "From: x@y.example\nSubject: =?utf-7?Q?G+APY-teborg?=\nContent-Type: text/plain; charset=utf-7\n\nG+APY-teborg\n", "Göteborg |  <x@y.example> | Göteborg |  | "},
	{"UTF-16 with its mark", "From: x@y.example\nContent-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte("\xff\xfeh\x00\xe4\x00j\x00")) + "\n", " |  <x@y.example> | häj |  | "},
	{"a word split over two encoded ones", "From: x@y.example\nSubject: =?utf-8?B?w6TD?= =?utf-8?B?tg==?=\n\nx\n", "äö |  <x@y.example> | x |  | "},
	{"right-to-left marks around a name", "From: \"\u202eeve\u202c\" <x@y.example>\nSubject: \u200fשלום\n\nx\n", "\u200fשלום | \u202eeve\u202c <x@y.example> | x |  | "},
	{"winmail.dat", "From: x@y.example\nSubject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nwords\n--b\nContent-Type: application/ms-tnef; name=\"winmail.dat\"\nContent-Transfer-Encoding: base64\n\naGVq\n--b--\n", "x |  <x@y.example> | words | winmail.dat 3 | tnef"},
	{"S/MIME, signed and opaque", "From: x@y.example\nSubject: x\nContent-Type: application/pkcs7-mime; smime-type=signed-data; name=\"smime.p7m\"\nContent-Disposition: attachment; filename=\"smime.p7m\"\nContent-Transfer-Encoding: base64\n\naGVq\n", "x |  <x@y.example> |  | smime.p7m 3 | smime-opaque"},
	{"S/MIME, encrypted", "From: x@y.example\nSubject: x\nContent-Type: application/x-pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\naGVq\n", "x |  <x@y.example> |  | smime.p7m 3 | smime-encrypted"},
	{"PGP in the words", "From: x@y.example\nSubject: x\n\nHello\n-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----\n", "x |  <x@y.example> | Hello\n-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE----- |  | pgp-encrypted"},
	{"PGP/MIME", "From: x@y.example\nSubject: ...\nContent-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream; name=\"encrypted.asc\"\n\nabc\n--b--\n", "... |  <x@y.example> |  |  10, encrypted.asc 3 | pgp-encrypted"},
	{"out of an mbox", "From x@y.example Tue Feb  3 10:30:00 2026\nFrom: x@y.example\nSubject: x\n\n>From here on\n", "x |  <x@y.example> | >From here on |  | "},
	{"a whole mail inside, with a file of its own", "From: x@y.example\nSubject: Fwd: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSee below\n--b\nContent-Type: message/rfc822; name=\"x.eml\"\nContent-Disposition: attachment\n\nFrom: z@y.example\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\ninner\n--i\nContent-Type: application/pdf; name=a.pdf\n\nPDF\n--i--\n--b--\n", "Fwd: x |  <x@y.example> | See below | x.eml 128 | mail"},
	{"an invitation", "From: x@y.example\nSubject: Möte\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\nVälkommen\n--b\nContent-Type: text/calendar; charset=utf-8; method=REQUEST\n\nBEGIN:VCALENDAR\n--b--\n", "Möte |  <x@y.example> | Välkommen |  15 | calendar"},
	{"nothing at all", "From: x@y.example\n\n", " |  <x@y.example> |  |  | "},
	{"only a file", "From: x@y.example\nSubject: Beslut\nContent-Type: application/pdf; name=\"=?utf-8?Q?beslut_fr=C3=A5n?= =?utf-8?Q?_verket.pdf?=\"\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment\n\naGVq\n", "Beslut |  <x@y.example> |  | beslut från verket.pdf 3 | "},
	{"only HTML, and a picture within it", "From: x@y.example\nSubject: x\nContent-Type: text/html; charset=utf-8\n\n<p>before</p><img alt=\"The decision\" src=\"data:image/png;base64,aGVq\n aGVq\"><p>after</p>\n", "x |  <x@y.example> | before\n\n[The decision]\n\nafter | image.png 6 | "},
	{"HTML that lies about its charset", "From: x@y.example\nSubject: x\nContent-Type: text/html; charset=us-ascii\n\n<meta charset=utf-8><p>Göteborg</p>\n", "x |  <x@y.example> | Göteborg |  | "},
	{"no sender, only who sent it", "Sender: Desk <d@y.example>\nSubject: x\nDate: nonsense\n\nx\n", "x | - | x |  | "},
	{"a file name in pieces, of another charset", "From: x@y.example\nSubject: x\nContent-Type: application/pdf\nContent-Disposition: attachment;\n filename*0*=windows-1251''%D0%E5%F8;\n filename*1*=%E5%ED%E8%E5.pdf\n\nPDF\n", "x |  <x@y.example> |  | Решение.pdf 4 | "},
	{"uuencoded by an old program", "From: x@y.example\nSubject: x\nContent-Type: text/plain\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 a.txt\n#:&5J\n`\nend\n", "x |  <x@y.example> | begin 644 a.txt\n#:&5J\n`\nend |  | "},
	{"an emoji split in mid-character, in the subject and at a soft line end", "From: x@y.example\nSubject: =?utf-8?Q?=F0=9F=98?=\n =?utf-8?Q?=83_hej?=\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nG=C3=\n=B6teborg =F0=9F=\n=98=83 slut=\n\n", "😃 hej |  <x@y.example> | Göteborg 😃 slut |  | "},
	{"an old phone's emoji, two surrogates of three bytes", "From: x@y.example\nContent-Type: text/plain; charset=utf-8\n\nHjälp \xed\xa0\xbd\xed\xb8\x83 مرحبا\n", " |  <x@y.example> | Hjälp 😃 مرحبا |  | "},
	{"half of such an emoji", "From: x@y.example\nContent-Type: text/plain; charset=utf-8\n\nHjälp oss \xed\xa0\xbd مرحبا\n", " |  <x@y.example> | Hjälp oss \ufffd مرحبا |  | "},
	{"ISO-2022-KR", "From: x@y.example\nContent-Type: text/plain; charset=iso-2022-kr\n\n\x1b$)C\x0e>H3g\x0f hi\n", " |  <x@y.example> | 안녕 hi |  | "},
	{"base64 in the alphabet of URLs", "From: x@y.example\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n" + base64.URLEncoding.EncodeToString([]byte("Frågor??>>åäö~~ och svar")) + "\n", " |  <x@y.example> | Frågor??>>åäö~~ och svar |  | "},
	{"an address without its brackets", "From: Ali Hassan ali@y.example\nSubject: x\n\nx\n", "x | Ali Hassan <ali@y.example> | x |  | "},
	{"an address with too many", "From: Ali <<ali@y.example>>\nSubject: x\n\nx\n", "x | Ali <ali@y.example> | x |  | "},
	{"an address with blanks within", "From: ali @ y . example\nSubject: x\n\nx\n", "x |  <ali@y.example> | x |  | "},
	{"a byte order mark before the header", "\ufeffFrom: x@y.example\nSubject: x\n\nx\n", "x |  <x@y.example> | x |  | "},
	{"blanks before the colons", "From : x@y.example\nSubject : x\n\nx\n", "x |  <x@y.example> | x |  | "},
	{"a boundary in single quotes", "From: x@y.example\nSubject: x\nContent-Type: multipart/mixed; boundary='abc'\n\n--abc\n\nhello\n--abc--\n", "x |  <x@y.example> | hello |  | "},
	{"enriched text and nothing else", "From: x@y.example\nSubject: x\nContent-Type: text/enriched\n\n<bold>hello</bold> a << b\n", "x |  <x@y.example> | hello a < b |  26 | "},
	{"words sent as a file and nothing else", "From: x@y.example\nSubject: x\nContent-Type: text/plain; name=brev.txt\nContent-Disposition: attachment\n\nHjälp mig\n", "x |  <x@y.example> | Hjälp mig | brev.txt 11 | "},
	{"no words, a picture from a phone", "From: x@y.example\nSubject: foto\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/plain\n\n\n--m\nContent-Type: image/heic; name=IMG_0001.HEIC\nContent-Transfer-Encoding: base64\n\naGVq\n--m--\n", "foto |  <x@y.example> |  | IMG_0001.HEIC 3 | "},
	{"alternatives in a mixture in a relation", "From: x@y.example\nSubject: x\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: multipart/alternative; boundary=a\n\n--a\nContent-Type: text/plain\n\nplain\n--a\nContent-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html\n\n<b>html</b>\n--r\nContent-Type: image/gif; name=l.gif\nContent-ID: <l>\nContent-Transfer-Encoding: base64\n\naGVq\n--r--\n--a--\n--m\nContent-Type: application/pdf; name=x.pdf\nContent-Disposition: attachment\n\nPDF\n--m--\n", "x |  <x@y.example> | plain | l.gif 3, x.pdf 3 | "},
	{"huge folded headers", "Received: " + strings.Repeat("by x.example;\n\t", 3000) + "x\nFrom: x@y.example\nReferences: " + strings.Repeat("<a@b>\n ", 2000) + "<z@b>\nSubject: x\n\nhello\n", "x |  <x@y.example> | hello |  | "},
}

// Any mail a person could send is read, with every line end.
func TestAnyMailAPersonCouldSend(t *testing.T) {
	for _, c := range slices.Concat(anyMail, oddMail) {
		for _, ends := range []string{"\n", "\r\n"} {
			l := parsed(t, strings.ReplaceAll(c.raw, "\n", ends))
			sender := "-"
			if len(l.From) > 0 {
				sender = l.From[0].Name + " <" + l.From[0].Addr + ">"
			}
			var files, carried []string
			for _, a := range l.Attachments {
				name := a.Name
				if strings.HasPrefix(a.ContentID, "data-") {
					name = a.FileName()
				}
				files = append(files, fmt.Sprintf("%s %d", name, len(lineEnds(string(a.Bytes)))))
			}
			for _, c := range l.Carries {
				carried = append(carried, string(c))
			}
			got := strings.Join([]string{l.Subject, sender, l.Readable(), strings.Join(files, ", "), strings.Join(carried, ", ")}, " | ")
			if got != c.want {
				t.Errorf("%s with %q:\n  got  %q\n  want %q", c.name, ends, got, c.want)
			}
		}
	}
}
