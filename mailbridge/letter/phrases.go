package letter

import (
	"regexp"
	"strings"
)

// The words mail programs write around quotes, in the languages our writers'
// programs speak and their neighbours.

// attributionFirst are the words an attribution can begin with: prepositions
// before a date, and weekdays.
var attributionFirst = wordSet("on at le am op il em el den dnia w de på na v dne ma la në tarihinde στις το در في بتاريخ " +
	"в на у 在 " + weekdays)

const weekdays = "mon monday tue tues tuesday wed wednesday thu thur thurs thursday fri friday sat saturday sun sunday " +
	"mån måndag tis tisdag ons onsdag tor tors torsdag fre fredag lör lördag sön söndag " +
	"понедельник вторник среда четверг пятница суббота воскресенье пн вт ср чт пт сб вс нд " +
	"понеділок вівторок середа четвер п'ятниця субота неділя בתאריך ב " +
	"mo di mi do fr sa so montag dienstag mittwoch donnerstag freitag samstag sonntag lun mar mer jeu ven sam dim lundi mardi mercredi jeudi " +
	"vendredi samedi dimanche mié jue vie sáb dom lunes martes miércoles jueves viernes gio sab seg ter qua qui sex ma wo vr za zo " +
	"man tir lør søn ti ke to pe su po út st čt pá ne pon wt śr czw pt sob niedz vào pada în 於 บน " +
	"january february march april may june july august september october november december jan feb apr jun jul aug sep sept oct nov dec"

func wordSet(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

const attributionVerb = `wrote|writes|skrev( följande)?|schrieb|schrieb am|a écrit|ont écrit|het volgende geschreven|schreef|geschreven|` +
	`ha scritto|escreveu|escribió|ha escrito|napisał\(a\)|napisał|napisała|pisze|napsal\(a\)|napsal|написал|написала|написал\(а\)|пишет|пише|написав|написав\(-ла\)|` +
	`kirjoitti|yazdı|şunları yazdı|írta|a scris|έγραψε|đã viết|бичсэн|бичив|yozdi|shkroi|ka shkruar|nivîsî|nivîsand|` +
	`كتب|كتبت|تمت كتابة ما يلي بواسطة|نوشت|نوشته است|ليکلي|نووسی|დაწერა|წერს|qoray|ጽሒፉ`

var phoneSignature = regexp.MustCompile(`(?i)^[<(]{0,2}(` +
	`(sent|from) (from|via|with|by|my) .{1,80}|sent (from|via|with|by) .{1,80}|get \[?outlook for .{1,60}|someone from mobile|` +
	`skickat från (min|mitt|outlook|e-post|yahoo|samsung|proton).{0,60}|hämta outlook för .{1,60}|` +
	`sendt fra (min|mit|outlook).{0,60}|lähetetty .{0,30}(iphone|android|puhelim|outlook).{0,40}|` +
	`von meinem .{1,60} gesendet|gesendet (von|mit) (meinem|outlook|der|yahoo).{0,60}|diese nachricht wurde von .{1,80} gesendet|holen sie sich outlook für .{1,60}|` +
	`envoyé (depuis|de|à partir de) (mon|outlook|yahoo|l'application).{0,60}|télécharger outlook pour .{1,60}|` +
	`enviado (desde|do|de) (mi|meu|outlook|yahoo|el|o).{0,60}|inviato (da|dal) .{0,60}|` +
	`verzonden (met|vanaf) .{1,60}|wysłane? z .{1,60}|отправлено (с|из) .{1,60}|надіслано (з|із) .{1,60}|` +
	`(تم الإرسال من|أرسلت من|مرسل من|فرستاده شده از|ارسال شده از) .{1,60}|iphone'umdan gönderildi|.{1,30}(cihazımdan|uygulamasından) gönderildi|` +
	`dërguar nga .{1,60}` + `)[.!]?[>)]{0,2}$`)

var dividerWords = regexp.MustCompile(`(?i)origin|forward|fwd|weitergeleitet|vidarebefordra|ursprungl|ursprüng|messag|mensaje|mensagem|` +
	`messaggio|nachricht|meddelande|besked|melding|bericht|viesti|wiadomo|сообщени|повідомлен|съобщение|zpráv|üzenet|ileti|poruk|mesaj|mesazh|xabar|` +
	`cîhaz|peyam|邮件|郵件|メッセージ|رسالة|پیام|نامه|შეტყობინება|мэдээ|захидал`)

// phoneFirst are the words a phone's signature can begin with: a look here
// spares nearly every line the expressions above.
var phoneFirst = wordSet("sent from get someone skickat hämta sendt lähetetty von gesendet diese holen envoyé télécharger " +
	"enviado inviato verzonden wysłane wysłano wysłany отправлено надіслано تم أرسلت مرسل فرستاده ارسال iphone'umdan dërguar")

// isSignatureLine recognises the line a phone puts under a mail.
func isSignatureLine(s string) bool {
	if len(s) >= 160 {
		return false
	}
	first, _, _ := strings.Cut(strings.TrimLeft(s, "<("), " ")
	if phoneFirst[strings.ToLower(first)] || strings.Contains(s, "gönderildi") {
		return phoneSignature.MatchString(s)
	}
	return strings.HasPrefix(s, "從我") || strings.HasPrefix(s, "从我") || strings.HasPrefix(s, "發自我") || strings.HasPrefix(s, "发自我")
}

// forwardLines open a forwarded mail without dashes around them.
var forwardLines = []string{
	"begin forwarded message", "vidarebefordrat brev", "vidarebefordrat meddelande", "börja vidarebefordrat brev",
	"anfang der weitergeleiteten nachricht", "début du message transféré", "début du message réexpédié",
	"inizio messaggio inoltrato", "inicio del mensaje reenviado", "início da mensagem encaminhada",
	"videresendt besked", "start på videresendt besked", "videresendt melding", "begin doorgestuurd bericht",
	"välitetty viesti", "początek wiadomości przekazanej dalej", "начало переадресованного сообщения",
	"iletilen ileti başlangıcı", "بداية الرسالة المعاد توجيهها",
}

func isForwardLine(s string) bool {
	if len(s) > 80 || !strings.HasSuffix(s, ":") {
		return false
	}
	s = strings.ToLower(strings.TrimRight(s, ": \u00a0"))
	for _, f := range forwardLines {
		if s == f {
			return true
		}
	}
	return false
}

// The names of the header fields mail programs write above what they forward
// or quote, by what they mean.
type fieldMeaning int

const (
	otherField fieldMeaning = iota
	fromField
	dateField
	subjectField
	toField
)

var headerWords = func() map[string]fieldMeaning {
	m := map[string]fieldMeaning{}
	for meaning, words := range map[fieldMeaning]string{
		fromField: "from från von de da van fra od от від lähettäjä kimden gönderen feladó από nga من از له لە 发件人 寄件者 寄件人 差出人 보낸사람 " +
			"ji kimdan кимдан илгээгч из გამომგზავნი ka från:",
		dateField: "date sent datum skickat gesendet envoyé fecha data enviado inviato verzonden dato sendt дата отправлено надіслано " +
			"wysłano lähetetty päivämäärä päiväys tarih gönderildi dátum ημερομηνία تاريخ تاریخ التاريخ نېټه 发送时间 日期 时间 日時 날짜 dërguar огноо sana თარიღი dîrok " +
			"skickat: données",
		subjectField: "subject ämne betreff objet asunto assunto oggetto onderwerp emne тема temat aihe konu tárgy θέμα الموضوع موضوع بابەت 主题 主旨 主題 件名 제목 " +
			"subjekti tema mavzu სათაური гарчиг mijar",
		toField: "to till an à a para aan til кому do vastaanottaja kime címzett προς إلى به بۆ 收件人 宛先 받는사람 për kimga хэнд cc kopia kopie копия",
	} {
		for _, w := range strings.Fields(words) {
			m[strings.Trim(w, ":")] = meaning
		}
	}
	return m
}()

var headerLine = regexp.MustCompile(`^[\s>*_]*([\pL][\pL\pM '’-]{0,30}?)\s?[*_]*\s?[:：][*_]*(?:\s+(.*))?$`)

// headerField reads "*Från:* Anna <anna@example.org>".
func headerField(s string) (meaning fieldMeaning, value string, ok bool) {
	if len(s) > 2000 || !strings.ContainsAny(s, ":：") {
		return otherField, "", false
	}
	m := headerLine.FindStringSubmatch(s)
	if m == nil {
		return otherField, "", false
	}
	return headerWords[strings.ToLower(m[1])], strings.Trim(m[2], " \t*"), true
}

func knownHeaderLine(s string) bool {
	meaning, _, ok := headerField(s)
	return ok && meaning != otherField
}

// quotedHeader is a header block inside a text.
type quotedHeader struct {
	lines                   int // 0 when there is none
	from, date, subject, to string
}

// headerBlockAt reads the header block that begins with line i: a From line and
// at least two more known fields, with no words between.
func headerBlockAt(lines []string, i int) quotedHeader {
	var h quotedHeader
	if meaning, _, ok := headerField(lines[i]); !ok || meaning == otherField {
		return h
	}
	known, stray, blanks := 0, 0, 0
	end := i
	var target *string
	for k := i; k < len(lines) && k < i+20; k++ {
		s := strings.TrimSpace(strings.TrimLeft(lines[k], "> "))
		if s == "" {
			if blanks++; blanks > 1 || known >= 3 {
				break
			}
			continue
		}
		meaning, value, ok := headerField(s)
		if !ok {
			// A long field may run over into one more line.
			if stray++; stray > 2 || blanks > 0 || target == nil {
				break
			}
			*target += " " + s
			end = k + 1
			continue
		}
		blanks = 0
		var other string
		target = map[fieldMeaning]*string{fromField: &h.from, dateField: &h.date, subjectField: &h.subject, toField: &h.to, otherField: &other}[meaning]
		if meaning != otherField {
			if *target != "" && meaning != toField {
				break // a second From is the next block's
			}
			known++
		}
		if *target == "" {
			*target = value
		}
		stray = 0
		end = k + 1
	}
	if known >= 3 && h.from != "" && (h.date != "" || h.subject != "") {
		h.lines = end - i
	}
	return h
}
