package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"mime/quotedprintable"
	"strings"
	"time"
)

// mailMix makes letters like those of a helpdesk's inbox: short plain texts,
// HTML with quoted history, pictures and papers. The same seed makes the same
// bytes on every machine.
type mailMix struct {
	r     *rand.Rand
	to    string
	bytes int // wanted mean size in bytes
}

func newMailMix(to string, mean int) *mailMix {
	return &mailMix{r: rand.New(rand.NewPCG(7, 11)), to: to, bytes: mean}
}

var benchWords = strings.Fields(`beslutet överklaga datum fråga samtal hjälp familj barn skola
resa brev advokat tolk måndag torsdag tack vänta svar hemma syster telefon morgon kväll
decision appeal letter question family school thank waiting answer lawyer`)

// letter is mail number n. Its Message-ID names n, so that a run can tell what
// was lost or doubled.
func (m *mailMix) letter(n int) []byte {
	var b bytes.Buffer
	from := fmt.Sprintf("person%d@post.example", n%2500)
	fmt.Fprintf(&b, "Return-Path: <%s>\r\nReceived: from mx.example (mx.example [192.0.2.1])\r\n\tby mail.stod.example; %s\r\n", from, m.date(n))
	fmt.Fprintf(&b, "From: =?utf-8?q?Person_n=C3=A4r_%d?= <%s>\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <bench-%d@post.example>\r\nMIME-Version: 1.0\r\n",
		n, from, m.to, m.words(5), m.date(n), n)
	switch kind := m.r.IntN(10); {
	case kind < 4:
		fmt.Fprint(&b, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
		quoted(&b, m.text(m.r.IntN(12)+2))
	case kind < 7:
		m.alternative(&b, "b1")
	default:
		fmt.Fprint(&b, "Content-Type: multipart/mixed; boundary=b0\r\n\r\n--b0\r\n")
		m.alternative(&b, "b1")
		fmt.Fprintf(&b, "\r\n--b0\r\nContent-Type: image/jpeg; name=\"papper %d.jpg\"\r\nContent-Disposition: attachment; filename=\"papper %d.jpg\"\r\nContent-Transfer-Encoding: base64\r\n\r\n", n, n)
		m.file(&b, m.bytes*30/10)
		fmt.Fprint(&b, "\r\n--b0--\r\n")
	}
	return b.Bytes()
}

func (m *mailMix) date(n int) string {
	return time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC).Add(time.Duration(n) * 7 * time.Minute).Format(time.RFC1123Z)
}

func (m *mailMix) words(n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = benchWords[m.r.IntN(len(benchWords))]
	}
	return strings.Map(func(r rune) rune { // a subject line in bare ASCII
		if r > 126 {
			return 'a'
		}
		return r
	}, strings.Join(out, " "))
}

func (m *mailMix) text(paragraphs int) string {
	var s strings.Builder
	for range paragraphs {
		for range m.r.IntN(60) + 10 {
			s.WriteString(benchWords[m.r.IntN(len(benchWords))])
			s.WriteByte(' ')
		}
		s.WriteString("\n\n")
	}
	return s.String()
}

func (m *mailMix) alternative(b *bytes.Buffer, boundary string) {
	text := m.text(m.r.IntN(10) + 2)
	fmt.Fprintf(b, "Content-Type: multipart/alternative; boundary=%s\r\n\r\n--%s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", boundary, boundary)
	quoted(b, text)
	fmt.Fprintf(b, "\r\n--%s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", boundary)
	quoted(b, "<html><head><style>p{margin:0}</style></head><body><p class=\"x\" style=\"color:#123\">"+
		strings.ReplaceAll(strings.TrimSpace(text), "\n\n", "</p>\n<p class=\"x\">")+
		"</p><blockquote type=\"cite\"><p>"+m.text(6)+"</p></blockquote><img src=\"https://tracker.example/p.gif\"></body></html>")
	fmt.Fprintf(b, "\r\n--%s--\r\n", boundary)
}

func quoted(b *bytes.Buffer, text string) {
	w := quotedprintable.NewWriter(b)
	w.Write([]byte(text))
	w.Close()
}

// file writes about size bytes of base64 that do not compress, like a picture.
func (m *mailMix) file(b *bytes.Buffer, size int) {
	raw := make([]byte, 57)
	for written := 0; written < size; written += 78 {
		for i := range raw {
			raw[i] = byte(m.r.Uint32())
		}
		b.WriteString(base64.StdEncoding.EncodeToString(raw))
		b.WriteString("\r\n")
	}
}
