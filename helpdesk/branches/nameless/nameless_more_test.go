package nameless

import (
	"slices"
	"testing"
)

// Sentences as volunteers write them: names that stand in no list are found by
// how they are introduced, by their shape, or by a particle taken off.
func TestNamesAreFoundByHowTheyAreIntroducedAndByTheirShape(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		// Latin, without capitals as telephones write.
		{"my name is gulbarg and his name was temur", []string{"name:gulbarg", "name:temur"}},
		{"namn: tsegereda", []string{"name:tsegereda"}},
		{"magaciisu waa cawaale", []string{"name:cawaale"}},
		{"ella se llama yuleisy", []string{"name:yuleisy"}},

		// Arabic, Dari, Pashto, Sorani.
		{"اسمه سامر الحلبي وهو خائف", []string{"name:سامر الحلبي"}},
		{"اسمي شهرزاد", []string{"name:شهرزاد"}},
		{"جاءت السيدة وجدان مع ابنها عبدالرحمن", []string{"name:وجدان", "name:عبدالرحمن"}},
		{"نام او گلناز است", []string{"name:گلناز"}},
		{"نام خانوادگی: حسن\u200cزاده", []string{"name:حسن\u200cزاده"}},
		{"آقای صفدر از غزنی آمده است", []string{"name:صفدر", "place:غزنی"}},
		{"نوم یې اباسین دی", []string{"name:اباسین"}},
		{"ناوی هۆگر ە و لە کەرکووک ژیاوە", []string{"name:هۆگر", "place:کەرکووک"}},
		{"تحدثت مع فاطِمة وأحمد", []string{"name:فاطِمة وأحمد"}},

		// Cyrillic, small.
		{"её зовут махбуба, отец тимур каримович", []string{"name:махбуба", "name:тимур каримович"}},
		{"говорил с фатимой в душанбе", []string{"name:фатимой", "place:душанбе"}},
		{"түүний нэр нь нарантуяа", []string{"name:нарантуяа"}},

		// Ethiopic: Tigrinya and Amharic, spelt in either way.
		{"ስሙ ኪብሮም እዩ", []string{"name:ኪብሮም"}},
		{"ሽማ ኣርሴማ እዩ", []string{"name:ኣርሴማ"}},
		{"ኪብሮም ዝበሃል ወዲ ካብ ከረን መጺኡ", []string{"name:ኪብሮም"}},
		{"ምስ ገብረመድህንን ንሰናይትን ተዛሪበ", []string{"name:ገብረመድህንን ንሰናይትን"}},
		{"አቶ ታደለ ከአዲስ አበባ ነው", []string{"name:ታደለ", "place:ከአዲስ አበባ"}},
		{"እንዳለ የሚባል ልጅ", []string{"name:እንዳለ"}},

		// Georgian: either order, cases, family names.
		{"მას ჰქვია ხვიჩა", []string{"name:ხვიჩა"}},
		{"გუშინ დათო ბერიძეს და ლიანა მაისურაძეს შევხვდი", []string{"name:ბერიძეს", "name:მაისურაძეს"}},
		{"ნინოსთან ვისაუბრე, გიორგიმ დამირეკა", []string{"name:ნინოსთან", "name:გიორგიმ"}},
		{"ქალბატონი ჟუჟუნა რუსთავიდან", []string{"name:ჟუჟუნა", "place:რუსთავიდან"}},

		// Hebrew.
		{"קוראים לו ברהנה והוא מאסמרה", []string{"name:ברהנה", "place:מאסמרה"}},
		{"שמה טיגיסט", []string{"name:טיגיסט"}},
		{"דיברתי עם נועה ועם גברת פקדו", []string{"name:נועה", "name:פקדו"}},
	} {
		if got := found(c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s\n got %q\nwant %q", c.text, got, c.want)
		}
	}
}

// Who asks about fear, hope and a yes is not warned of names at every word.
func TestSentencesWithoutNamesAreLeftAlone(t *testing.T) {
	for _, text := range []string{
		"what do i say when somebody has lost all hope? his name is not important.",
		"Hur pratar jag med någon som inte sover? Vad ska jag inte säga?",
		"كيف أتحدث مع شخص فقد الأمل؟ هل أقول له إنني خائف أيضا؟",
		"او امید ندارد و شب\u200cها نمی\u200cخوابد. چه بگویم؟",
		"что сказать человеку, который потерял надежду и не спит?",
		"ተስፋ ዝቖረጸ ሰብ እንታይ ክብሎ ይኽእል? ሰላም",
		"ተስፋ የቆረጠ ሰው ምን ልበለው?",
		"რა ვუთხრა ადამიანს, რომელსაც იმედი აღარ აქვს? მისი შვილი ავად არის.",
		"מה אומרים לאדם שאיבד תקווה ולא ישן בלילה?",
	} {
		if got := found(text); len(got) > 0 {
			t.Errorf("%s\n marks %q", text, got)
		}
	}
}

// found is kind:stretch of each hint.
func found(text string) []string {
	var out []string
	for _, h := range Find(text) {
		out = append(out, string(h.Kind)+":"+text[h.Start:h.End])
	}
	return out
}
