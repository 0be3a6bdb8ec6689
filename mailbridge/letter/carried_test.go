package letter

import (
	"encoding/base64"
	"fmt"
	"testing"
)

func TestWhatALetterCarriesIsSaid(t *testing.T) {
	signed := base64.StdEncoding.EncodeToString(append([]byte{0x30, 0x80, 0x06, 0x09}, oidSigned...))
	part := func(header string) string {
		return "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nwords\n--b\n" + header + "\n\nx\n--b--\n"
	}
	for raw, want := range map[string]string{
		"\nwords\n": "[] ",
		"Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream; name=encrypted.asc\n\nx\n--b--\n": "[pgp-encrypted] ",
		"Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=b\n\n--b\n\nwords\n--b\nContent-Type: application/pgp-signature\n\nx\n--b--\n":                                                                     "[pgp-signed] signature.asc",
		"Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b\n\n--b\n\nwords\n--b\nContent-Type: application/pkcs7-signature; name=smime.p7s\n\nx\n--b--\n":                                                 "[smime-signed] smime.p7s",
		"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx":                                   "[smime-encrypted] smime.p7m",
		"Content-Type: application/pkcs7-mime; smime-type=signed-data\n\nx":                                      "[smime-opaque] smime.p7m",
		"Content-Type: application/octet-stream; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n" + signed: "[smime-opaque] smime.p7m",
		"Content-Type: application/x-pkcs7-mime\n\nx":                                                            "[smime-encrypted] smime.p7m",
		"\n-----BEGIN PGP MESSAGE-----\n\nhQ\n-----END PGP MESSAGE-----\n":                                       "[pgp-encrypted] ",
		"\n-----BEGIN PGP SIGNED MESSAGE-----\nwords\n":                                                          "[pgp-signed] ",
		"\nwhat is -----BEGIN PGP MESSAGE----- for?\n":                                                           "[] ",
		part("Content-Type: application/ms-tnef"):                                                                "[tnef] winmail.dat",
		part("Content-Type: application/octet-stream; name=WINMAIL.DAT"):                                         "[tnef] WINMAIL.DAT",
		part("Content-Type: text/calendar; method=REQUEST"):                                                      "[calendar] invitation.ics",
		part("Content-Type: message/rfc822"):                                                                     "[mail] message.eml",
	} {
		l := parsed(t, "From: a@b\n"+raw)
		name := ""
		if n := len(l.Attachments); n > 0 && fmt.Sprint(l.Carries) != "[pgp-encrypted]" {
			name = l.Attachments[n-1].FileName()
		}
		if got := fmt.Sprint(l.Carries) + " " + name; got != want {
			t.Errorf("%q: %s, want %s", raw, got, want)
		}
	}
}
