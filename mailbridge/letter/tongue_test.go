package letter

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What people in our country's waiting rooms write, a line each.
var written = map[string][]string{
	"sv":  {"Hej, jag har fått avslag på min ansökan och vet inte vad jag ska göra nu.", "Kan ni ringa mig i morgon?", "Tack för svaret! Jag återkommer när jag har pratat med min advokat.", "hej jag behover hjalp med mitt beslut"},
	"en":  {"Hello, I got a negative decision and I do not know what to do now.", "Please call me tomorrow", "Thank you for your answer. My lawyer says that I should ask you.", "hi i need help with my papers"},
	"ar":  {"مرحبا، وصلني قرار رفض طلب اللجوء ولا أعرف ماذا أفعل الآن", "السلام عليكم أريد مساعدة من فضلكم", "هل يمكنكم الاتصال بي غدا؟ شكرا", "انا من سوريا وعندي ثلاثة اطفال"},
	"fa":  {"سلام، من جواب منفی گرفتم و الان نمی\u200cدانم چه کار کنم. لطفا کمکم کنید.", "خیلی ممنون از جواب شما", "می\u200cخواهم با وکیلم صحبت کنم ولی شماره تلفن او را ندارم"},
	"prs": {"سلام، من از افغانستان استم و فیصله منفی گرفتم. حالا نمیدانم چه کنم. تشکر", "لطفا به فامیل من زنگ بزنید، اولادها بسیار تشویش دارند", "مه کدام معلومات در باره دوسیه خود ندارم"},
	"ps":  {"سلام، زما د پناه غوښتنه رد شوې ده او زه نه پوهېږم چې څه وکړم", "مهرباني وکړئ ما ته زنګ ووهئ", "مننه ستاسو د مرستې لپاره"},
	"ckb": {"سڵاو، من بڕیاری ڕەتکردنەوەم وەرگرتووە و نازانم چی بکەم", "تکایە یارمەتیم بدەن", "سوپاس بۆ وەڵامەکەتان"},
	"kmr": {"Silav, min biryara neyînî girt û ez nizanim ez ê çi bikim.", "Ji kerema xwe alîkariya min bikin", "Gelek spas ji bo bersiva we"},
	"so":  {"Salaan, waxaan helay go'aan diidmo ah mana garanayo waxaan sameeyo hadda.", "Fadlan i soo wac berri", "Waad ku mahadsan tahay jawaabtaada, waxaan u baahanahay caawimaad"},
	"ti":  {"ሰላም፡ ናይ ዑቕባ ሕቶይ ተነጺጉ ኣሎ፡ ሕጂ እንታይ ከም ዝገብር ኣይፈልጥን እየ", "በጃኹም ሓግዙኒ", "የቐንየለይ ንመልስኹም"},
	"sq":  {"Përshëndetje, kam marrë një vendim negativ dhe nuk e di çfarë të bëj tani.", "Ju lutem më telefononi nesër", "Faleminderit për përgjigjen tuaj"},
	"ru":  {"Здравствуйте, я получил отказ и не знаю, что мне теперь делать.", "Пожалуйста, позвоните мне завтра", "Спасибо за ваш ответ"},
	"uz":  {"Assalomu alaykum, men rad javobini oldim va endi nima qilishni bilmayman.", "Iltimos, menga yordam bering", "Ассалому алайкум, мен рад жавобини олдим ва нима қилишни билмайман", "Javobingiz uchun katta rahmat, bolalarim bilan bu yerda qoldim"},
	"ka":  {"გამარჯობა, უარყოფითი გადაწყვეტილება მივიღე და არ ვიცი რა ვქნა", "გთხოვთ დამირეკოთ"},
	"mn":  {"Сайн байна уу, би татгалзсан шийдвэр авсан, одоо юу хийхээ мэдэхгүй байна", "Надад туслаач, баярлалаа"},
	"es":  {"Hola, recibí una decisión negativa y no sé qué hacer ahora.", "Por favor llámeme mañana", "Muchas gracias por su respuesta, necesito ayuda con mi abogado"},
	"": {"", "12345 67", "ok", "?!", "Guten Tag, ich habe einen negativen Bescheid bekommen und weiß nicht was ich tun soll", "Bonjour, je ne sais pas quoi faire maintenant, merci de votre aide",
		"Merhaba, ret kararı aldım ve ne yapacağımı bilmiyorum, lütfen yardım edin", "Доброго дня, я отримав відмову і не знаю, що мені робити", "آپ کا شکریہ، مجھے مدد کی ضرورت ہے اور میں نہیں جانتا",
		"ሰላም፣ እኔ እርዳታ እፈልጋለሁ አመሰግናለሁ", "你好，我需要帮助", "Hej, jeg har fået afslag og ved ikke hvad jeg skal gøre nu, tak for hjælpen", "Olá, eu não sei o que fazer agora, muito obrigado", "anna@example.org https://example.org/this/is/not/words"},
}

func TestTheLanguageOfALetterIsToldByItsWords(t *testing.T) {
	for want, lines := range written {
		for _, text := range lines {
			if got := Tongue(text); got != want {
				t.Errorf("%q is told %q, want %q", text, got, want)
			}
		}
	}
}

func TestALetterKeepsItsLanguageWithNamesAndFormsInAnother(t *testing.T) {
	for want, text := range map[string]string{
		"ar": "مرحبا، وصلني قرار رفض من Migrationsverket ولا أعرف ماذا أفعل. عنواني Storgatan 5, Boden. شكرا",
		"ti": "ሰላም፡ Migrationsverket ውሳነ ሂቡኒ ኣሎ። ሕጂ እንታይ ክገብር እየ? Beslut 2026-02-03",
		"so": "Asc, Migrationsverket waxay ii soo dirtay beslut, waxaan rabaa inaan overklaga. Mahadsanid",
		"fa": "سلام من نامه Migrationsverket را گرفتم و الان نمی دانم باید چه کنم",
	} {
		if got := Tongue(text); got != want {
			t.Errorf("%q is told %q, want %q", text, got, want)
		}
	}
}

// The catalogues are long texts in all sixteen languages, written for others.
func TestWhatWeWriteOurselvesIsToldRight(t *testing.T) {
	for want := range written {
		if want == "" {
			continue
		}
		raw, err := os.ReadFile("../../frontend/locale/public/" + want + ".toml")
		if err != nil {
			t.Fatal(err)
		}
		asked, right := 0, 0
		for _, sentence := range sentences(string(raw)) {
			if len([]rune(sentence)) < 60 {
				continue
			}
			asked++
			if got := Tongue(sentence); got == want || want == "prs" && got == "fa" || want == "fa" && got == "prs" {
				right++
			} else if testing.Verbose() {
				t.Logf("%s told %q: %s", want, got, sentence)
			}
		}
		if asked < 60 || right*100 < asked*97 {
			t.Errorf("%s: %d of %d sentences are told right", want, right, asked)
		}
	}
}

var quotedLine = regexp.MustCompile(`(?m)^[\w."-]+ = "(.*)"$`)

func sentences(catalogue string) (out []string) {
	for _, m := range quotedLine.FindAllStringSubmatch(catalogue, -1) {
		out = append(out, m[1])
	}
	return out
}

// FuzzTongue: any text has one of the sixteen languages or none, the same
// twice, and asking costs no more than its beginning.
func FuzzTongue(f *testing.F) {
	for _, lines := range written {
		for _, text := range lines {
			f.Add(text)
		}
	}
	f.Add(strings.Repeat("و", 5000))
	f.Add("\xff\xfeй\u200c'’ʻ")
	f.Fuzz(func(t *testing.T, text string) {
		got := Tongue(text)
		if got != "" && !slices.Contains(Tongues, got) {
			t.Fatalf("%q is no language of ours", got)
		}
		if again := Tongue(text); again != got {
			t.Fatalf("%q, then %q", got, again)
		}
	})
}
