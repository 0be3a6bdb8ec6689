package post

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/store/storetest"
)

// benchMail is a believable letter of about 46 kB: text, HTML and a file.
func benchMail(i int) string {
	text := strings.Repeat("Words of a letter that somebody wrote in a hurry, about papers and dates.\r\n", 20)
	rich := strings.Repeat("<p dir=\"ltr\" style=\"margin:0\">Words of a <b>letter</b> that somebody wrote in a hurry, about papers and dates.</p>\r\n", 20)
	file := base64.StdEncoding.EncodeToString([]byte(strings.Repeat(fmt.Sprintf("%06d page ", i), 2600)))
	var lines strings.Builder
	for len(file) > 76 {
		lines.WriteString(file[:76] + "\r\n")
		file = file[76:]
	}
	lines.WriteString(file + "\r\n")
	parent := ""
	if i%3 == 1 {
		parent = fmt.Sprintf("In-Reply-To: <m%d@x.example>\r\nReferences: <m%d@x.example>\r\n", i-1, i-1)
	}
	from := fmt.Sprintf("p%d", i-i%3)
	return fmt.Sprintf("Received: from mx.x.example by mx.desk.example; Mon, 02 Mar 2026 09:00:00 +0100\r\nFrom: Person %s <%s@x.example>\r\nTo: a@desk.example\r\nMessage-ID: <m%d@x.example>\r\n%sSubject: About my papers\r\nDate: Mon, 02 Mar 2026 09:00:00 +0100\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=M\r\n\r\n--M\r\nContent-Type: multipart/alternative; boundary=A\r\n\r\n--A\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n--A\r\nContent-Type: text/html; charset=utf-8\r\n\r\n%s\r\n--A--\r\n--M\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n--M--\r\n", from, from, i, parent, text, rich, lines.String())
}

func BenchmarkReceive(b *testing.B) {
	for engine, open := range map[string]func(testing.TB) *store.DB{store.SQLite: storetest.SQLite, store.Postgres: storetest.Postgres} {
		b.Run(engine, func(b *testing.B) {
			h := newHouse(b, open(b))
			b.SetBytes(int64(len(benchMail(0))))
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				h.receive("a", benchMail(i))
				i++
			}
		})
	}
}
