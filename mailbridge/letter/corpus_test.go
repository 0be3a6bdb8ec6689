package letter

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"returnsupport/mailbridge/mailtest/keeper"
)

// corpora finds mail nobody here wrote: RETURNSUPPORT_CORPORA, or the folder
// beside a working tree.
func corpora(t *testing.T, name string) string {
	t.Helper()
	root := os.Getenv("RETURNSUPPORT_CORPORA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "corpora")
	}
	dir := filepath.Join(root, name)
	if _, err := os.Stat(dir); err != nil {
		keeper.Absent(t, "the corpora at "+dir, "set RETURNSUPPORT_CORPORA to the folder that holds mime/ and quotes/")
	}
	return dir
}

// expected is one line of expected.jsonl. text and html are the lists of RFC
// 8621 section 4.1.4; an image among them is null, because it has no text.
type expected struct {
	File        string       `json:"file"`
	Subject     *string      `json:"subject"`
	From        [][2]*string `json:"from"`
	To          [][2]*string `json:"to"`
	MessageID   *string      `json:"message_id"`
	Text        []*string    `json:"text"`
	HTML        []*string    `json:"html"`
	Attachments []struct {
		Filename    *string `json:"filename"`
		ContentType *string `json:"content_type"`
		ContentID   *string `json:"content_id"`
		Kind        string  `json:"kind"`
		Size        *int    `json:"size"`
	} `json:"attachments"`
}

// settled are the fields where their tree is not what an RFC says or a reader
// sees, with the reason. A field here that agrees is an error: the table must
// not excuse what is not so.
var settled = map[string]string{
	"malformed/001.eml attachments": notSent,
	"malformed/007.eml attachments": notSent,
	"malformed/009.eml text":        delimiters, "malformed/009.eml html": delimiters,
	"malformed/011.eml text": delimiters, "malformed/011.eml html": delimiters,
	"malformed/012.eml attachments": delimiters,
	"malformed/017.eml attachments": "the file name is given, though the disposition before it is empty",
	"malformed/019.eml text":        wordsInHeader, "malformed/019.eml html": wordsInHeader,
	"thirdparty/002.eml text": badBase64, "thirdparty/002.eml html": badBase64,
	"thirdparty/015.eml attachments": delimiters,
}

const (
	delimiters    = "RFC 2046 section 5.1: a whole line is a delimiter or is none, and an outer multipart's delimiter ends the inner one"
	notSent       = "they count a part behind the last delimiter, where nothing was sent"
	wordsInHeader = "words stand where a header should: a reader sees them, they drop them"
	badBase64     = "RFC 2045 section 6.8: padding ends, so they show noise"
)

// TestLettersReadAsTheirExpectationsSay compares seven fields of each mail.
//
// What counts as equal: line ends are made LF and trailing white space is
// taken off each text. The lists text and html hold null for an image, sound
// or film shown between the texts; those nulls are left out, because a Letter
// has them among its attachments, which are compared. Nothing is synthesised
// on either side: where only one alternative exists, both lists hold it, and
// so do TextBodies and HTMLBodies. A null type of an attachment means the type
// was not written, so the default of RFC 2046 is right. The size of a text
// attachment is not compared: theirs counts decoded characters' bytes, ours are
// the bytes as sent. A file name is compared as the last element of the path
// that theirs holds, because that is all a safe name keeps. A NUL, which RFC
// 5322 section 4 no longer has and no page can show, is taken out of theirs.
//
// What is not counted as a difference: bytes their parser could not read and
// shows as U+FFFD, when ours reads a character there and agrees in all others.
// What settled explains is one, and logged.
func TestLettersReadAsTheirExpectationsSay(t *testing.T) {
	dir := corpora(t, "mime")
	fields, agreed, unread, explained := 0, 0, 0, 0
	for _, want := range readExpected(t, dir) {
		raw, err := os.ReadFile(filepath.Join(dir, want.File))
		if err != nil {
			t.Fatal(err)
		}
		fields += 7
		l, err := Parse(context.Background(), raw, DefaultLimits())
		if err != nil {
			var bad *Unreadable
			if !errors.As(err, &bad) || bad.Reason == "" {
				t.Errorf("%s: neither a letter nor a reason: %v", want.File, err)
			}
			t.Logf("%s: unreadable: %v", want.File, err)
			continue
		}
		for _, c := range compare(want, l) {
			key := want.File + " " + c.field
			reason, known := settled[key]
			switch {
			case reflect.DeepEqual(c.want, c.got):
				agreed++
				if known {
					t.Errorf("%s agrees and needs no excuse", key)
				}
			case known:
				explained++
				t.Logf("%s: %s", key, reason)
			case readsMore(c.want, c.got):
				unread++
				t.Logf("%s: their parser could not read what ours reads as windows-1252", key)
			default:
				t.Logf("%s differs:\n  want %.600q\n  got  %.600q", key, c.want, c.got)
			}
		}
	}
	t.Logf("%d fields: %d agree, %d unreadable to their parser, %d decided by an RFC or the reader, %d differ",
		fields, agreed, unread, explained, fields-agreed-unread-explained)
	if (agreed+unread)*100 < fields*98 {
		t.Errorf("%d of %d fields agree, want 98 of 100", agreed+unread, fields)
	}
}

// readsMore reports whether got is want with a character for each U+FFFD.
func readsMore(want, got []string) bool {
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		w, g := []rune(want[i]), []rune(got[i])
		if len(w) != len(g) {
			return false
		}
		for k := range w {
			if w[k] != g[k] && (w[k] != '\ufffd' || g[k] < 0xa0) {
				return false
			}
		}
	}
	return true
}

// TestLineEndsDoNotChangeALetter parses each mail with LF, with CRLF, with CR
// alone, and with all three mixed line by line, as a relay leaves them that puts
// its header before an old program's mail. One is left out: its UTF-16 lies
// unencoded, and a CR put into it halves a character.
func TestLineEndsDoNotChangeALetter(t *testing.T) {
	dir := corpora(t, "mime")
	for _, e := range readExpected(t, dir) {
		if e.File == "thirdparty/005.eml" {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, e.File))
		if err != nil {
			t.Fatal(err)
		}
		lf := bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
		sameLetter(t, e.File+" with CRLF", lf, bytes.ReplaceAll(lf, []byte("\n"), []byte("\r\n")))
		if bytes.IndexByte(lf, '\r') >= 0 {
			continue // it has lone CRs of its own, which are something else there
		}
		sameLetter(t, e.File+" with CR", lf, bytes.ReplaceAll(lf, []byte("\n"), []byte("\r")))
		sameLetter(t, e.File+" with all three", lf, mixedEnds(lf))
	}
}

// mixedEnds ends each line another way. An empty line after a CR ends in CR too,
// because CR and LF together are one line end.
func mixedEnds(lf []byte) []byte {
	var out []byte
	for n, line := range bytes.SplitAfter(lf, []byte("\n")) {
		line, ended := bytes.CutSuffix(line, []byte("\n"))
		end := []string{"\r\n", "\r", "\n"}[n%3]
		if len(line) == 0 && len(out) > 0 && out[len(out)-1] == '\r' {
			end = "\r"
		}
		out = append(out, line...)
		if ended {
			out = append(out, end...)
		}
	}
	return out
}

// sameLetter fails where two mails read differently.
func sameLetter(t *testing.T, name string, one, other []byte) {
	t.Helper()
	a, errA := Parse(context.Background(), one, DefaultLimits())
	b, errB := Parse(context.Background(), other, DefaultLimits())
	if (errA == nil) != (errB == nil) {
		t.Errorf("%s: %v with LF, %v", name, errA, errB)
		return
	}
	if errA != nil {
		return
	}
	if bytes.IndexByte(other, '\n') >= 0 {
		a.AuthResults, b.AuthResults = nil, nil // believed only where every relay saw them
	}
	a.Size, b.Size = 0, 0
	for _, l := range []*Letter{a, b} {
		for i := range l.Attachments { // sent unencoded, these keep their line ends
			l.Attachments[i].Bytes = []byte(lineEnds(string(l.Attachments[i].Bytes)))
		}
	}
	if !reflect.DeepEqual(a, b) {
		t.Errorf("%s:\n  LF   %+v\n  else %+v", name, *a, *b)
	}
}

func readExpected(t *testing.T, dir string) []expected {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "expected.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var all []expected
	for line := range bytes.Lines(b) {
		var e expected
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	if len(all) < 100 {
		t.Fatalf("only %d expectations in %s", len(all), dir)
	}
	return all
}

type comparison struct {
	field     string
	want, got []string
}

func compare(want expected, l *Letter) []comparison {
	var wantAtt, gotAtt []string
	for i, a := range want.Attachments {
		kind, size := or(a.ContentType), -1
		if a.ContentType == nil && i < len(l.Attachments) {
			kind = defaultType(l.Attachments[i].ContentType)
		}
		if a.Size != nil && strings.HasSuffix(a.Kind, "Binary") {
			size = *a.Size
		}
		name := or(a.Filename)
		if i < len(l.Attachments) && isPath(name) && l.Attachments[i].Name != "" && strings.HasSuffix(name, l.Attachments[i].Name) {
			name = l.Attachments[i].Name
		}
		wantAtt = append(wantAtt, attachmentLine(name, kind, or(a.ContentID), size))
	}
	for i, a := range l.Attachments {
		size := -1
		if i < len(want.Attachments) && want.Attachments[i].Size != nil && strings.HasSuffix(want.Attachments[i].Kind, "Binary") {
			size = len(a.Bytes)
			if lf := len(lineEnds(string(a.Bytes))); lf == *want.Attachments[i].Size {
				size = lf // sent unencoded: only its line ends differ
			}
		}
		gotAtt = append(gotAtt, attachmentLine(a.Name, a.ContentType, a.ContentID, size))
	}
	return []comparison{
		{"subject", []string{or(want.Subject)}, []string{l.Subject}},
		{"from", pairs(want.From), addresses(l.From)},
		{"to", pairs(want.To), addresses(l.To)},
		{"message_id", []string{or(want.MessageID)}, []string{l.MessageID}},
		{"text", wantTexts(want.Text), gotTexts(l.TextBodies())},
		{"html", wantTexts(want.HTML), gotTexts(l.HTMLBodies())},
		{"attachments", wantAtt, gotAtt},
	}
}

// isPath reports whether a file name holds a folder or a drive; their parser
// has taken the backslashes out of "C:\\TEMP\\a.png" already.
func isPath(name string) bool { return strings.ContainsAny(name, `/\:`) }

// defaultType is got when it is one of the two types a part has without a
// Content-Type, else text/plain.
func defaultType(got string) string {
	if got == "message/rfc822" {
		return got
	}
	return "text/plain"
}

func attachmentLine(name, kind, id string, size int) string {
	b, _ := json.Marshal([]any{name, kind, id, size})
	return string(b)
}

func or(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func pairs(list [][2]*string) (out []string) {
	for _, p := range list {
		out = append(out, or(p[0])+" <"+or(p[1])+">")
	}
	return out
}

func addresses(list []Address) (out []string) {
	for _, a := range list {
		out = append(out, a.Name+" <"+a.Addr+">")
	}
	return out
}

func wantTexts(list []*string) (out []string) {
	for _, s := range list {
		if s != nil {
			out = append(out, normal(*s))
		}
	}
	return out
}

func gotTexts(bodies []Body) (out []string) {
	for _, b := range bodies {
		out = append(out, normal(b.Text))
	}
	return out
}

func normal(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\x00", "")
	s = strings.ReplaceAll(s, "\r", "\n")
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}
