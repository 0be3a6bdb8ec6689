package letter

import (
	"strings"
	"testing"
)

func TestAForwardedMailNamesItsWriter(t *testing.T) {
	for name, text := range map[string]string{
		"gmail": "FYI\n\n---------- Forwarded message ---------\nFrom: Amina Noor <amina@example.net>\nDate: Tue, Feb 3, 2026 at 10:30 AM\n" +
			"Subject: Help\nTo: <anna@example.org>\n\n\nI need help.\n\nAmina",
		"gmail sv": "---------- Forwarded message ---------\nFrån: Amina Noor <amina@example.net>\nDate: tis 3 feb. 2026 kl 10:30\n" +
			"Subject: Help\nTo: anna <anna@example.org>\n\n\nI need help.\n\nAmina",
		"outlook sv": "Hej, se nedan.\n\n________________________________\nFrån: Amina Noor <amina@example.net>\nSkickat: den 3 februari 2026 10:30\n" +
			"Till: Anna <anna@example.org>\nÄmne: Help\n\nI need help.\n\nAmina",
		"outlook en mailto": "From: Amina Noor [mailto:amina@example.net]\nSent: Tuesday, 3 February 2026 10:30\nTo: Anna\nSubject: Help\n\nI need help.\n\nAmina",
		"outlook de":        "-----Ursprüngliche Nachricht-----\nVon: Amina Noor <amina@example.net>\nGesendet: Dienstag, 3. Februar 2026 10:30\nAn: Anna\nBetreff: Help\n\nI need help.\n\nAmina",
		"outlook fr":        "*De :* Amina Noor <amina@example.net>\n*Envoyé :* mardi 3 février 2026 10:30\n*À :* Anna\n*Objet :* Help\n\nI need help.\n\nAmina",
		"apple":             "Begin forwarded message:\n\n> From: Amina Noor <amina@example.net>\n> Subject: Help\n> Date: 3 February 2026 at 10:30:00 CET\n> To: anna@example.org\n>\n> I need help.\n>\n> Amina",
		"thunderbird":       "-------- Forwarded Message --------\nSubject: \tHelp\nDate: \tTue, 3 Feb 2026 10:30:00 +0100\nFrom: \tAmina Noor <amina@example.net>\nTo: \tanna@example.org\n\nI need help.\n\nAmina",
		"arabic":            "---------- Forwarded message ---------\nمن: Amina Noor <amina@example.net>\nالتاريخ: ٣ فبراير ٢٠٢٦\nالموضوع: Help\nإلى: anna@example.org\n\nI need help.\n\nAmina",
		"persian":           "از: Amina Noor <amina@example.net>\nتاریخ: ۳ فوریه ۲۰۲۶\nموضوع: Help\nبه: anna@example.org\n\nI need help.\n\nAmina",
		"russian":           "-------- Пересылаемое сообщение --------\nОт: Amina Noor <amina@example.net>\nДата: 3 февраля 2026\nТема: Help\nКому: anna@example.org\n\nI need help.\n\nAmina",
	} {
		l := parsed(t, "From: anna@example.org\nContent-Type: text/plain; charset=utf-8\n\n"+text+"\n")
		from, original, ok := ForwardedOriginal(l)
		if !ok || from.Addr != "amina@example.net" || from.Name != "Amina Noor" || original != "I need help.\n\nAmina" {
			t.Errorf("%s: %v %+v %q", name, ok, from, original)
		}
	}
}

func TestAForwardInHTMLOrAttachedNamesItsWriter(t *testing.T) {
	html := parsed(t, "From: anna@example.org\nContent-Type: text/html; charset=utf-8\n\n<div>Se nedan</div><hr><div><b>Från:</b> Amina Noor &lt;amina@example.net&gt;<br>"+
		"<b>Skickat:</b> den 3 februari 2026<br><b>Till:</b> Anna<br><b>Ämne:</b> Help<br></div><br><p>I need help.</p><p>Amina</p>\n")
	attached := parsed(t, "From: anna@example.org\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSe bifogat\n--b\nContent-Type: message/rfc822\n\n"+
		"From: Amina Noor <amina@example.net>\nSubject: Help\n\nI need help.\n\nAmina\n--b--\n")
	for _, l := range []*Letter{html, attached} {
		from, original, ok := ForwardedOriginal(l)
		if !ok || from.Addr != "amina@example.net" || from.Name != "Amina Noor" || original != "I need help.\n\nAmina" {
			t.Errorf("%v %+v %q", ok, from, original)
		}
	}
}

func TestAnOrdinaryLetterIsNotForwarded(t *testing.T) {
	for _, text := range []string{
		"Hello\n\nFrom: my heart\n", "On Tue, 3 Feb 2026 at 10:30, Anna <anna@example.org> wrote:\n> From: me\n",
		"From: Anna\nSent: today\nSubject: no address\n\nx", "", strings.Repeat("From: a@b\n", 1000),
	} {
		if from, _, ok := ForwardedOriginal(parsed(t, "From: a@b\n\n"+text)); ok {
			t.Errorf("%.60q is from %+v", text, from)
		}
	}
}
