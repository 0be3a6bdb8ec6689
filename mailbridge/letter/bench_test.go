package letter

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// ordinary is a mail of about 46 kB, the mean of the ingest bench: text, HTML
// and a picture.
func ordinary() []byte {
	var b bytes.Buffer
	b.WriteString("Received: from a by b; Mon, 2 Feb 2026 10:00:00 +0000\r\nFrom: =?utf-8?q?J=C3=B6rg?= <joerg@example.org>\r\nTo: help@example.org\r\n" +
		"Subject: =?utf-8?q?Fr=C3=A5ga_om_=C3=A5terresa?=\r\nMessage-ID: <1@example.org>\r\nDate: Mon, 2 Feb 2026 10:00:00 +0000\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: multipart/alternative; boundary=i\r\n\r\n" +
		"--i\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
	b.WriteString(strings.Repeat("Jag har f=C3=A5tt ett beslut och vet inte vad jag ska g=C3=B6ra nu.=20=\r\n Kan ni hj=C3=A4lpa mig?\r\n", 40))
	b.WriteString("\r\n--i\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n<html><body>")
	b.WriteString(strings.Repeat("<p>Jag har f\xe5tt ett beslut och vet inte vad jag ska g\xf6ra nu.</p>\r\n", 120))
	b.WriteString("</body></html>\r\n--i--\r\n--o\r\nContent-Type: image/jpeg; name=beslut.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	picture(&b, 25<<10)
	b.WriteString("\r\n--o--\r\n")
	return b.Bytes()
}

func picture(b *bytes.Buffer, size int) {
	raw := make([]byte, size)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range raw {
		raw[i] = byte(r.Uint32())
	}
	text := base64.StdEncoding.EncodeToString(raw)
	for len(text) > 76 {
		b.WriteString(text[:76] + "\r\n")
		text = text[76:]
	}
	b.WriteString(text)
}

func BenchmarkParse(b *testing.B) {
	for _, size := range []int{0, 1 << 20, 18 << 20} {
		raw := ordinary()
		if size > 0 {
			var buf bytes.Buffer
			buf.WriteString("From: a@b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n")
			picture(&buf, size)
			raw = buf.Bytes()
		}
		b.Run(fmt.Sprintf("%dkB", len(raw)>>10), func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(context.Background(), raw, DefaultLimits()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkFold(b *testing.B) {
	text := strings.Repeat("Jag har fått ett beslut och vet inte vad jag ska göra nu. Kan ni hjälpa mig?\n", 100) +
		"\nDen mån 2 feb. 2026 kl 10:00 skrev Anna <anna@example.org>:\n" + strings.Repeat("> Tack för ditt brev.\n", 200)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Fold(text)
	}
}

func BenchmarkTextFromHTML(b *testing.B) {
	l, err := Parse(context.Background(), ordinary(), DefaultLimits())
	if err != nil {
		b.Fatal(err)
	}
	html := l.HTMLBodies()[0].Text
	b.SetBytes(int64(len(html)))
	b.ReportAllocs()
	for b.Loop() {
		TextFromHTML(html)
	}
}
