package letter

import (
	"encoding/base64"
	"strings"
)

// oddMail is more of what programs send, legal and illegal; it is read beside
// anyMail.
var oddMail = []mailCase{
	{"an iPhone, pictures between HTML", "From: =?utf-8?Q?S=C3=A1rah?= <s@icloud.example>\nSubject: Bilder\nContent-Type: multipart/alternative; boundary=Apple-Mail-1\n\n" +
		"--Apple-Mail-1\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nF=C3=B6re\n\n=EF=BF=BC\n\nEfter=\n\n" +
		"--Apple-Mail-1\nContent-Type: multipart/related; type=\"text/html\"; boundary=Apple-Mail-2\n\n--Apple-Mail-2\nContent-Type: text/html; charset=utf-8\n\n<html><body>Före<img src=\"cid:1@x\">Efter</body></html>\n" +
		"--Apple-Mail-2\nContent-Type: image/jpeg; name=IMG_0042.jpeg; x-apple-part-url=1@x\nContent-Disposition: inline; filename=IMG_0042.jpeg\nContent-Transfer-Encoding: base64\nContent-Id: <1@x>\n\naGVq\n--Apple-Mail-2--\n--Apple-Mail-1--\n",
		"Bilder | Sárah <s@icloud.example> | Före\n\n\ufffc\n\nEfter | IMG_0042.jpeg 3 | "},
	{"a forwarded chain, mail in mail in mail", "From: x@y.example\nSubject: Fwd: Fwd: beslut\nContent-Type: multipart/mixed; boundary=a\n\n--a\n\nSe nedan\n--a\nContent-Type: message/rfc822\n\nFrom: z@y.example\nSubject: Fwd: beslut\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ninner\n--b\nContent-Type: message/rfc822\n\nFrom: q@y.example\n\ninnermost\n--b--\n--a--\n",
		"Fwd: Fwd: beslut |  <x@y.example> | Se nedan |  161 | mail"},
	{"a right-to-left subject with isolates", "From: \"\u2067אבי\u2069\" <a@y.example>\nSubject: =?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte("\u2067שאלה\u2069 (3)")) + "?=\n\nשלום\n", "\u2067שאלה\u2069 (3) | \u2067אבי\u2069 <a@y.example> | שלום |  | "},
	{"ISO-2022-JP that nobody labelled", "From: \x1b$B$,$s\x1b(B <x@y.example>\nSubject: \x1b$B$3$s\x1b(B\n\n\x1b$B$3$s\x1b(B desu\n", "こん | がん <x@y.example> | こん desu |  | "},
	{"windows-1256 that nobody labelled", "From: x@y.example\nSubject: \xe3\xd1\xcd\xc8\xc7\n\n\xc7\xe1\xd3\xe1\xc7\xe3 \xda\xe1\xed\xdf\xe3 \xe6\xd1\xcd\xe3\xc9 \xc7\xe1\xe1\xe5\n", "مرحبا |  <x@y.example> | السلام عليكم ورحمة الله |  | "},
	{"windows-1251 called Latin-1", "From: x@y.example\nContent-Type: text/plain; charset=iso-8859-1\n\n\xc7\xe4\xf0\xe0\xe2\xf1\xf2\xe2\xf3\xe9\xf2\xe5, \xff \xf5\xee\xf7\xf3 \xe2\xe5\xf0\xed\xf3\xf2\xfc\xf1\xff\n", " |  <x@y.example> | Здравствуйте, я хочу вернуться |  | "},
	{"KOI8-R that nobody labelled, in HTML", "From: x@y.example\nContent-Type: text/html\n\n<html><body><p>\xfa\xc4\xd2\xc1\xd7\xd3\xd4\xd7\xd5\xca\xd4\xc5</p></body></html>\n", " |  <x@y.example> | Здравствуйте |  | "},
	{"Swedish that nobody labelled", "From: \xc5sa \xd6berg <x@y.example>\nSubject: \xc5\xc4\xd6\n\n\xc5\xe4\xf6 r\xe4ksm\xf6rg\xe5s\n", "ÅÄÖ | Åsa Öberg <x@y.example> | Åäö räksmörgås |  | "},
	{"a code page by its number", "From: x@y.example\nContent-Type: text/plain; charset=cp-1251\n\n\xcf\xf0\xe8\xe2\xe5\xf2\n", " |  <x@y.example> | Привет |  | "},
	{"a charset in a header quoted twice", "From: x@y.example\nContent-Type: text/plain; charset=3D\"utf-8\"\n\nHej då\n", " |  <x@y.example> | Hej då |  | "},
	{"a text message from a gateway, UCS-2", "From: 46701234567@sms.example\nContent-Type: text/plain; charset=iso-10646-ucs-2\nContent-Transfer-Encoding: base64\n\nBD8EQAQ4BDIENQRC\n", " |  <46701234567@sms.example> | привет |  | "},
	{"Ge'ez, split in mid-character", "From: =?utf-8?B?4Yiw?=\n =?utf-8?B?4YiL4Yid?= <x@y.example>\nSubject: =?UTF-8?B?4Yiw4Yg=?= =?UTF-8?B?i+GInQ==?=\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n4Yiw4YiL4Yid\n", "ሰላም | ሰላም <x@y.example> | ሰላም |  | "},
	{"an encoded character over Q and B", "From: x@y.example\nSubject: =?utf-8?Q?h=C3?= =?UTF-8?B?pGo=?=\n\nx\n", "häj |  <x@y.example> | x |  | "},
	{"a name within quotes and encoded", "From: \"=?UTF-8?B?w4Vzw6U=?= =?UTF-8?Q?_L?=\" <x@y.example>\nSubject: x\n\nx\n", "x | Åså L <x@y.example> | x |  | "},
	{"a comma within an encoded name", "From: =?utf-8?Q?Berg,_Anna?= <x@y.example>\nSubject: x\n\nx\n", "x | Berg, Anna <x@y.example> | x |  | "},
	{"an address in another script", "From: አበበ <አበበ@ምሳሌ.example>\nSubject: ሰላም\n\nx\n", "ሰላም | አበበ <አበበ@ምሳሌ.example> | x |  | "},
	{"a domain in ASCII", "From: \"x\" <info@xn--fiqs8s.example>\nSubject: x\n\nx\n", "x | x <info@xn--fiqs8s.example> | x |  | "},
	{"a file name in pieces, each an encoded word", "From: x@y.example\nContent-Type: application/pdf\nContent-Disposition: attachment;\n filename*0=\"=?utf-8?Q?r=C3=A4tt\";\n filename*1=\"egng.pdf?=\"\n\nPDF\n", " |  <x@y.example> |  | rättegng.pdf 4 | "},
	{"two file names that differ", "From: x@y.example\nContent-Type: application/pdf; name=\"=?iso-8859-1?Q?r=E4tt.pdf?=\"\nContent-Disposition: attachment; filename=\"r?tt.pdf\"; filename*=UTF-8''r%C3%A4tt.pdf\n\nPDF\n", " |  <x@y.example> |  | rätt.pdf 4 | "},
	{"an encoded file name that never ends", "From: x@y.example\nContent-Type: application/pdf; name==?utf-8?B?cmFwcG9ydC5wZGY=\n\nPDF\n", " |  <x@y.example> |  | rapport.pdf 4 | "},
	{"a path for a name", "From: x@y.example\nContent-Type: application/pdf; name=\"C:\\Users\\Anna\\Mina dokument\\beslut.pdf\"\n\nPDF\n", " |  <x@y.example> |  | beslut.pdf 4 | "},
	{"a name that climbs", "From: x@y.example\nContent-Type: application/pdf; name=\"../../etc/passwd\"\n\nPDF\n", " |  <x@y.example> |  | passwd 4 | "},
	{"a name that turns round, and an emoji", "From: x@y.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/octet-stream; name=\"brev\u202efdp.exe\"\n\nMZ\n--b\nContent-Type: image/png; name=\"=?utf-8?Q?=F0=9F=98=83.png?=\"\n\nPNG\n--b--\n", " |  <x@y.example> |  | brevfdp.exe 2, 😃.png 3 | "},
	{"a file of nothing", "From: x@y.example\nSubject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHej\n--b\nContent-Type: application/pdf; name=tom.pdf\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\n--b--\n", "x |  <x@y.example> | Hej | tom.pdf 0 | "},
	{"an answer to an invitation", "From: x@y.example\nSubject: Accepted: M=C3=B6te\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n\n--b\nContent-Type: text/html; charset=utf-8\n\n<p>Jag kommer.</p>\n--b\nContent-Type: text/calendar; charset=utf-8; method=REPLY; name=invite.ics\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\n--b--\n", "Accepted: M=C3=B6te |  <x@y.example> | Jag kommer. | invite.ics 28 | calendar"},
	{"a message left by voice", "From: \"Voicemail (0701234567)\" <voicemail@pbx.example>\nSubject: New voicemail\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nDuration: 0:42\n--b\nContent-Type: audio/x-wav; name=\"msg0001.WAV\"\nContent-Transfer-Encoding: base64\nContent-Disposition: inline; filename=\"msg0001.WAV\"\n\naGVq\n--b--\n", "New voicemail | Voicemail (0701234567) <voicemail@pbx.example> | Duration: 0:42 | msg0001.WAV 3 | "},
	{"a fax", "From: fax@pbx.example\nSubject: Fax from +46 8 123 45 67, 2 pages\nContent-Type: image/tiff; name=fax.tif\nContent-Transfer-Encoding: base64\nContent-Description: Fax\n\naGVq\n", "Fax from +46 8 123 45 67, 2 pages |  <fax@pbx.example> |  | fax.tif 3 | "},
	{"Outlook, HTML with styles and conditions", "From: x@y.example\nContent-Type: text/html; charset=utf-8\n\n<html xmlns:o=\"urn:x\"><head><meta name=Generator content=\"Word\"><!--[if gte mso 9]><xml><o:OfficeDocumentSettings/></xml><![endif]--><style><!-- p.MsoNormal {margin:0} --></style><title>x</title></head><body lang=SV><div class=WordSection1><p class=MsoNormal>Hej<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>Hälsningar</p><![if !supportLists]>x<![endif]></div></body></html>\n", " |  <x@y.example> | Hej\n\n\n\nHälsningar\n\nx |  | "},
	{"Gmail's page for phones among the alternatives", "From: x@y.example\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nplain\n--b\nContent-Type: text/x-amp-html\n\n<html amp4email>\n--b\nContent-Type: text/html\n\n<p>rich\n--b--\n", " |  <x@y.example> | plain |  16 | "},
	{"a multipart encoded as a whole", "From: x@y.example\nContent-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte("--b\r\nContent-Type: text/plain\r\n\r\nHej hej\r\n--b--\r\n")) + "\n", " |  <x@y.example> | Hej hej |  | "},
	{"a mail attached in base64, against the rule", "From: x@y.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSee\n--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte("Subject: inner\r\n\r\nwords\r\n")) + "\n--b--\n", " |  <x@y.example> | See |  22 | mail"},
	{"a whole mail for a body", "From: x@y.example\nSubject: Fwd\nContent-Type: message/rfc822\n\nFrom: z@y.example\nSubject: inner\n\nwords\n", "Fwd |  <x@y.example> | > ---------- Forwarded message ---------\n> From: <z@y.example>\n> Subject: inner\n> \n> words |  40 | mail"},
	{"no empty line and no body", "From: x@y.example\nSubject: Ring mig på 070-123 45 67", "Ring mig på 070-123 45 67 |  <x@y.example> |  |  | "},
	{"upper case everywhere", "FROM: X@Y.EXAMPLE\nSUBJECT: HELP\nCONTENT-TYPE: TEXT/PLAIN; CHARSET=UTF-8\nCONTENT-TRANSFER-ENCODING: QUOTED-PRINTABLE\n\nG=C3=B6teborg\n", "HELP |  <X@Y.EXAMPLE> | Göteborg |  | "},
	{"a subject folded within its words, by tabs", "From: x@y.example\nSubject: =?utf-8?Q?en_l=C3=A5ng_?=\n\t=?utf-8?Q?rubrik?=\n\tsom viks\n\nx\n", "en lång rubrik som viks |  <x@y.example> | x |  | "},
	{"an encoded word with blanks and a question mark", "From: x@y.example\nSubject: =?utf-8?Q?Vad gör jag? Hjälp?=\n\nx\n", "Vad gör jag? Hjälp |  <x@y.example> | x |  | "},
	{"encoded words with nothing between or before", "From: x@y.example\nSubject: Re:=?utf-8?Q?_h=C3=A4?==?utf-8?Q?j?=!\n\nx\n", "Re: häj! |  <x@y.example> | x |  | "},
	{"text called HTML, HTML called text", "From: x@y.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n1 < 2 och 3 > 2\n--b\nContent-Type: text/plain\n\n<p>Hej</p>\n--b--\n", " |  <x@y.example> | 1 < 2 och 3 > 2\n\n<p>Hej</p> |  | "},
	{"a signature of PGP within the words", "From: x@y.example\n\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nHej\n-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n", " |  <x@y.example> | -----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nHej\n-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE----- |  | pgp-signed"},
	{"what Outlook packed", "From: x@y.example\nSubject: x\nContent-Type: application/ms-tnef; name=\"winmail.dat\"\nContent-Transfer-Encoding: base64\n\naGVq\n", "x |  <x@y.example> |  | winmail.dat 3 | tnef"},
	{"a contact card and a place", "From: x@y.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/vcard; charset=utf-8; name=\"Anna.vcf\"\n\nBEGIN:VCARD\n--b\nContent-Type: text/x-vlocation; name=\"Current Location.loc.vcf\"\n\nBEGIN:VCARD\n--b--\n", " |  <x@y.example> |  | Anna.vcf 11, Current Location.loc.vcf 11 | "},
	{"lines of dots and an mbox line within", "From: x@y.example\n\n..two dots\n.\nFrom here\n", " |  <x@y.example> | ..two dots\n.\nFrom here |  | "},
	{"a soft hyphen, a joiner, a mark of order", "From: x@y.example\nSubject: \ufefffam\u00adilj\n\nمی\u200cخواهم\n", "\ufefffam\u00adilj |  <x@y.example> | می\u200cخواهم |  | "},
	{"two subjects and two texts' types", "From: x@y.example\nSubject: first\nSubject: second\nContent-Type: text/html\nContent-Type: text/plain\n\nx\n", "second |  <x@y.example> | x |  | "},
	{"Yahoo's quote without marks", "From: x@y.example\nSubject: Re: x\n\nTack!\n\n    On Tuesday, February 3, 2026 at 10:30:00 AM GMT+1, Desk <d@y.example> wrote:  \n \n Hello,\nwe can help.\n", "Re: x |  <x@y.example> | Tack!\n\n    On Tuesday, February 3, 2026 at 10:30:00 AM GMT+1, Desk <d@y.example> wrote:  \n \n Hello,\nwe can help. |  | "},
	{"a group of nobody, and a sender of nothing", "From: undisclosed-recipients:;\nSender: <>\nSubject: x\n\nx\n", "x | - | x |  | "},
	{"quotes that never close", "From: \"Anna <anna@y.example>\nSubject: x\n\nx\n", "x | Anna <anna@y.example> | x |  | "},
	{"hundreds of recipients", "From: x@y.example\nTo: " + strings.Repeat("\"A, B\" <a@y.example>,\n ", 400) + "z@y.example\nSubject: x\n\nx\n", "x |  <x@y.example> | x |  | "},
}
