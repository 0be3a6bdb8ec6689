package letter

import (
	"strings"
	"testing"
)

const forwardedMail = "From: Amina Noor <amina@example.net>\nDate: Tue, 3 Feb 2026 10:30:00 +0100\nSubject: Help\n\nI need help.\n\nAmina\n"

// A letter that says nothing itself shows the words of the mail or the meeting
// that it is, marked as whose they are.
func TestALetterThatIsNothingButAnotherShowsItsWords(t *testing.T) {
	const quoted = "> ---------- Forwarded message ---------\n> From: Amina Noor <amina@example.net>\n> Date: Tue, 3 Feb 2026 09:30 UTC\n> Subject: Help\n> \n> I need help.\n> \n> Amina"
	const meeting = "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:X\nEND:VTIMEZONE\nBEGIN:VEVENT\nDTSTART;TZID=Europe/Stockholm:20260302T100000\nDTEND;TZID=Europe/Stockholm:20260302T110000\n" +
		"SUMMARY:Möte\\, om\n  beslutet\nLOCATION;ALTREP=\"http://x:80\":Rum 4\nDESCRIPTION:Ta med\\npapper\nBEGIN:VALARM\nDESCRIPTION:no\nEND:VALARM\nEND:VEVENT\n" +
		"BEGIN:VEVENT\nSUMMARY:another\nEND:VEVENT\nEND:VCALENDAR\n"
	mixed := func(words, kind, file string) string {
		return "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n" + words + "\n--b\nContent-Type: " + kind + "\n\n" + file + "\n--b--\n"
	}
	for raw, want := range map[string]string{
		"Content-Type: message/rfc822\n\n" + forwardedMail:                                       quoted,
		mixed("", "message/rfc822", forwardedMail):                                               quoted,
		mixed("Se bifogat", "message/rfc822", forwardedMail):                                     "Se bifogat",
		"Content-Type: message/rfc822\n\nno header, and no mail\n":                               "",
		"Content-Type: message/rfc822\n\nFrom: amina@example.net\n\n":                            "> ---------- Forwarded message ---------\n> From: <amina@example.net>",
		"Return-Path: <>\nSubject: Undelivered\n" + rfc822(forwardedMail):                        "",
		rfc822("From: anna@example.org\n" + rfc822(forwardedMail)):                               "> ---------- Forwarded message ---------\n> From: <anna@example.org>",
		"Content-Type: text/calendar; charset=utf-8\n\n" + meeting:                               "Möte, om beslutet\n2026-03-02 10:00 (Europe/Stockholm) – 2026-03-02 11:00 (Europe/Stockholm)\nRum 4\n\nTa med\npapper",
		mixed("", "text/calendar; method=REQUEST", meeting):                                      "Möte, om beslutet\n2026-03-02 10:00 (Europe/Stockholm) – 2026-03-02 11:00 (Europe/Stockholm)\nRum 4\n\nTa med\npapper",
		"Content-Type: text/calendar\n\nBEGIN:VEVENT\nDTSTART:20260302T100000Z\nSUMMARY:x\n":     "x\n2026-03-02 10:00 UTC",
		"Content-Type: text/calendar\n\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260302\nEND:VEVENT\n": "2026-03-02",
		"Content-Type: text/calendar\n\nBEGIN:VEVENT\nDTSTART:soon\nDESCRIPTION:only that\n":     "soon\n\nonly that",
		"Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR\n":          "",
	} {
		l := parsed(t, "From: anna@example.org\n"+raw)
		if got := l.Readable(); got != want {
			t.Errorf("%q:\n%q, want\n%q", raw, got, want)
		}
		if len(l.Attachments) != 1 {
			t.Errorf("%q: the file is gone", raw)
		}
	}
	blocks := Fold(quoted)
	if len(blocks) != 1 || blocks[0].Kind != Quote || blocks[0].Folded {
		t.Errorf("what was forwarded is not shown as a quote: %+v", blocks)
	}
}

func rfc822(mail string) string { return "Content-Type: message/rfc822\n\n" + mail }

// FuzzInvitation: whatever a calendar's file holds, its words are clean text.
func FuzzInvitation(f *testing.F) {
	f.Add("BEGIN:VEVENT\nDTSTART;TZID=\"a:b\":20260302T100000\nSUMMARY:a\\nb\\\\,\nEND:VEVENT\n")
	f.Add("BEGIN:VEVENT\nBEGIN:VALARM\nEND:VEVENT\nDTEND:20260302\n  x\nDESCRIPTION:\\")
	f.Fuzz(func(t *testing.T, text string) {
		text = lineEnds(strings.ToValidUTF8(text, ""))
		if got := invitation(text); strings.ContainsAny(got, "\x00\r") && !strings.ContainsAny(text, "\x00\r") {
			t.Fatalf("%q", got)
		}
	})
}
