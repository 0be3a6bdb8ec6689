package nameless

import (
	"slices"
	"strings"
)

// The lists are short: they help where a script has no capitals, and shapes and
// introductions (see shapes.go) find most others. All are folded and sorted when
// the program starts. Names that are everyday words too (hope, peace, light) stand
// in none: who writes of hope should not be warned of it.
var (
	months = list(`january february march april may june july august september october november december
jan feb mar apr jun jul aug sep sept okt oct nov dec
januari februari mars maj juni juli augusti september oktober november december
января февраля марта апреля мая июня июля августа сентября октября ноября декабря
يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند
حمل ثور جوزا سرطان اسد سنبله میزان عقرب قوس جدی دلو حوت
იანვარი თებერვალი მარტი აპრილი მაისი ივნისი ივლისი აგვისტო სექტემბერი ოქტომბერი ნოემბერი დეკემბერი
იანვარს თებერვალს მარტს აპრილს მაისს ივნისს ივლისს აგვისტოს სექტემბერს ოქტომბერს ნოემბერს დეკემბერს
ጥሪ ለካቲት መጋቢት ሚያዝያ ግንቦት ሰነ ሓምለ ነሓሰ መስከረም ጥቅምቲ ሕዳር ታሕሳስ ጥር የካቲት ሰኔ ሐምሌ ነሐሴ ጥቅምት ኅዳር ታኅሣሥ
ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר`)

	// First and family names that many people bear.
	names = list(`ahmad ahmed ali amina anna erik fatima fatma hassan hussein ibrahim johan karim khadija leila maria maryam mohamed mohammad mohammed muhammad mustafa nora omar said sara sofia yusuf zahra
abdi abdullah abdirahman aisha amir arash asha ayaan azad behnam dilshod farah farid faridullah fadumo gulnara habib hamid hanna haile hodan ismail jamal jawad kamal khalid layla mahmud majid malika marwan mehdi mina najib nasrin navid nazanin parisa rahim rashid reza roza rustam saida samira samir sediqa selam shirin soraya tariq tekle tesfay waleed yasin yonas yohannes zainab zeinab
محمد احمد علی حسن حسین فاطمه زهرا مریم کریم عبدالله ابراهیم عمر عثمان یوسف خدیجه زینب سعید مصطفی محمود سارا ساره لیلا لیلی احمدی محمدی حسینی
رضایی کریمی رحیمی حیدری نوری امینی اکبری جعفری موسوی صادقی نظری یوسفی عزیزی سلطانی غلام غلامحسین قاسم جواد مهدی هادی مجتبی مرتضی محسن ناصر نادر نوید بهرام بهنام پرویز فرهاد فرید داریوش کاوه سیاوش آرش پریسا شیرین نسرین مینا معصومه صغری سکینه رقیه حلیمه راضیه مرضیه طاهره شکریه گلالی زرغونه ملالی شبنم لطیفه فوزیه
سامر سامی سمیر طارق خالد ولید ماجد فادی رامی باسم حیدر عباس جاسم کاظم سجاد مقتدی یاسر یاسین بلال زیاد عماد غسان مروان هیثم وسیم ندی رنا رانیا دعاء هدی هاجر عائشه سمیه سعاد نادیه مها لینا دینا میساء شیماء
ئازاد ڕێبوار هێمن کاروان سەردار ئارام شوان دیار هەژار ژیان شیلان نەسرین گوڵاڵە ئاشتی هیوا
мария анна иван алексей дмитрий сергей ольга елена наталья александр татьяна светлана михаил андрей ахмед али мухаммад фатима рустам азиз бахтияр баттуяа болд
николай владимир юрий виктор игорь павел максим антон руслан тимур ирина оксана юлия марина людмила галина зарина гульнара малика дилшод шерзод отабек жасур нодира зулфия мадина лола фарход рахим исмаил хасан магомед аслан зелимхан заур хеда марьям аминат бат эрдэнэ ганбаатар оюун сарнай цэцэг мөнх батбаяр энхтуяа
አበበ አስቴር ሳምራዊት ዮናስ ዳዊት ተስፋይ ሃይለ ኪዳነ ማርያም ገብረ ሚካኤል ሳራ ሄለን ዮሃንስ ብርሃነ ፍረወይኒ ለተብርሃን መሓመድ
ሰናይት ሮዛ ኣልማዝ አልማዝ ለምለም ትርሓስ ኣበባ ኤልሳ ሉዋም ራሄል ርሻን ሰመረ ኣማኒኤል ኣማኑኤል ተኽለ ተክለ ኣስመሮም መብራህቱ ግርማይ ግርማ ከበደ በቀለ ተስፋዬ ሙሉጌታ ዘነበ ሃና ሓና ብሩክ ናትናኤል ኤርሚያስ ኤፍሬም ያሬድ ሰለሞን ሳሙኤል ዳንኤል ኣብርሃም አብርሃም ይስሃቅ ያዕቆብ ሙሴ ኢሳያስ ኪሮስ ሃብቶም ሃብተ ኣርኣያ ፀጋይ ጸጋይ ዘርአይ መሓሪ ፋጡማ ኣሕመድ አህመድ ዓሊ ኢብራሂም ኻድጃ ጅማዕ
ნინო გიორგი მარიამ დავით ანა ლევან თამარ ნანა ზურაბ ირაკლი ქეთევან მაია სოფიო ალექსანდრე
გიგა ლაშა ვახტანგ თეიმურაზ ავთანდილ ნოდარ გოჩა ბესიკ მამუკა ზაზა ნიკოლოზ ლუკა საბა გელა მერაბ თენგიზ ოთარ ჯემალ ნატო ნათია ნანული მანანა მარინა ეკა ეკატერინე თეა თეონა ლია ლალი ლელა ხათუნა ნესტან ციური მედეა იზოლდა ელენე ბარბარე ლამარა
משה דוד שרה רחל יוסף מרים אברהם יעקב
יצחק שמואל דניאל מיכאל איתן אליהו נועם יונתן עמית אסתר חנה לאה רבקה נועה תמר מיכל רות יעל כהן לוי מזרחי ביטון פרץ מוחמד אחמד עלי פאטמה`)

	// Places people here often come from, pass or stay at.
	places = list(`afghanistan kabul herat kandahar mazar iran teheran tehran iraq irak baghdad bagdad basra mosul erbil kirkuk syria syrien damascus damaskus aleppo idlib somalia mogadishu hargeisa eritrea asmara ethiopia etiopien addis sudan khartoum albania tirana kosovo pristina georgia tbilisi uzbekistan tashkent samarkand mongolia ulaanbaatar russia ryssland moscow moskva turkey turkiet istanbul
stockholm göteborg malmö uppsala västerås örebro linköping helsingborg jönköping norrköping lund umeå gävle borås sundsvall boden märsta åstorp flen gotland kållered luleå kiruna arlanda
کابل هرات قندهار مزار تهران مشهد اصفهان شیراز ایران افغانستان بغداد البصرة الموصل أربيل هەولێر سلێمانی کەرکووک دمشق حلب إدلب سوريا العراق الصومال السودان الخرطوم مقديشو ستوكهولم استکهلم ستاکهلم يوتوبوري مالمو
غزنی بامیان ننگرهار جلال` + "\u200c" + `آباد قم اهواز کرمانشاه تبریز حمص حماة درعا الرقة ديرالزور كركوك السليمانية نينوى الأنبار هرجيسا أسمرة تركيا اسطنبول لبنان بيروت السويد سوئد سویدن گوتنبرگ یوتبوری گوتبرگ ئێران عێراق کوردستان سوید مارشتا
москва ташкент самарканд тбилиси узбекистан россия стокгольм гётеборг мальмё улаанбаатар монгол грозный чечня дагестан бухара фергана андижан бишкек душанбе грузия швеция
ኣስመራ አስመራ ኤርትራ ኢትዮጵያ አዲስ አበባ መቐለ ኸረን ስቶክሆልም ሱዳን ካርቱም ትግራይ ምጽዋ ባጽዕ ደቀምሓረ መንደፈራ ጎንደር ባህርዳር ሃዋሳ ድሬዳዋ ሽወደን ስዊድን ስቶክሆልም ማልሞ ጐተቦርግ ሊብያ
თბილისი ბათუმი ქუთაისი საქართველო სტოკჰოლმი რუსთავი გორი ზუგდიდი სოხუმი ფოთი თელავი შვედეთი გეტებორგი მალმიო
ירושלים חיפה שטוקהולם אסמרה אריתריאה סודן אתיופיה שוודיה מאלמו גטבורג אביב`)

	both = sorted(append(slices.Clone(names), places...))

	// After these a name follows, if need be behind words of between.
	calls = list(`called named mr mrs ms miss dr herr fru heter hette kallas quhet llamo llama ismi otim magaciisu magaceedu magaciisa magaceeda magacaygu
اسمه اسمها اسمي اسمهم يدعى تدعى يسمى تسمى السيد السيدة الدكتور الدكتورة الشيخ الحاج الحاجة أبو بن بنت نام نامش نامم اسمش اسمم اسم آقای خانم داکتر ملا حاجی نوم ناوم ناوی کاک
зовут звали имени фамилии имя фамилия господин госпожа исми исмим нэр номи номаш
ስሙ ስማ ስሟ ስሜ ስመይ ሽሙ ሽማ ሽመይ ስም ሽም ኣቶ ወይዘሮ አቶ ወይዘሪት ዶክተር ቄስ መምህር ሼኽ ሓጂ
ბატონი ბატონმა ბატონს ბატონო ქალბატონი ქალბატონმა ქალბატონს ქალბატონო სახელად სახელი გვარად გვარი მქვია ჰქვია ექიმი
בשם שמו שמה שמי ששמו ששמה קוראים מר גברת הרב`)

	// These too, and only with a word of between, or a colon, after them.
	titles = list(`name namn namnet emri nombre navê nav isim`)

	// Words between: "her name is …", "نام او …", "קוראים לו …".
	between = list(`is was är waa es është e to hans hennes min wî wê
او من وی خانوادگی خود ایشان شان یې مې هو هي
его её ее их моё нь
እዩ እያ ነው
ეს არის
לי לו לה הוא היא`)

	// And before these, one: "… ዝበሃል", "… гэдэг".
	behind = list(`ዝበሃል ትበሃል ይበሃል እትበሃል ዝተባህለ ዝብሃል ትብሃል እትብሃል ይብሃል የሚባል የምትባል ይባላል ትባላለች የተባለ የተባለች
მქვია ჰქვია
гэдэг
ناوە`)

	// None of these is a name, wherever it stands.
	after = list(`is är was var det den has har he she han hon they de it and och or eller not inte but men what vad unknown the a en ett my his her waa es është e to on in at of
است هست بود من او وی را که و یا یک این آن از به در با برای چه هم نیست دارد دارم ندارد کرد می شد شما ما خود خانوادگی
في إلى على أن كان كانت هذا هذه ذلك التي الذي لا ما لم لن قد مع عن أو ثم كل هو هي وهو وهي غير دی ده یې مې چې
она он его её ее их меня тебя вас мне нам неё и не но что это как на в с по нет или а я мы вы они её моё нь мой моя
እዩ እያ ነው ናት እንታይ ከምኡ ከምዚ ኣይኮነን ነበረ ነበረት ግን እና ወይ ኣነ ንሱ ንሳ እሱ እሷ ምን አይደለም ዝብል
არის იყო მისი მას მე მათ რა არ და მაგრამ თუ რომ ეს ის ვინ ჩემი უცნობია რომელსაც ვისაც
הוא היא לי לו לה לא מה של את על עם אבל או אם כי זה ו`)

	// Before a place.
	into = list(`in at from to near i på från till vid nära hos`)

	// Written large by habit, and nobody's name.
	habits = list(`i ok sms god monday tuesday wednesday thursday friday saturday sunday swedish english arabic persian dari pashto somali tigrinya russian georgian kurdish albanian uzbek mongolian spanish christmas easter ramadan eid red cross migration agency`)
)

func list(text string) []string {
	words := strings.Fields(strings.ToLower(text))
	for i, w := range words {
		words[i] = fold(w)
	}
	return sorted(words)
}

func sorted(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}

func has(list []string, low string) bool {
	_, ok := slices.BinarySearch(list, low)
	return ok
}
