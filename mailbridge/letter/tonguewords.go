package letter

import "strings"

// tongueWords are small words that tell a language; a tag that begins with
// "not " is a language that is none of ours and must not be taken for one.
type tongueWords struct {
	tag   string
	words map[string]struct{}
}

func tongue(tag, list string) tongueWords {
	t := tongueWords{tag, map[string]struct{}{}}
	for w := range strings.FieldsSeq(list) {
		t.words[strings.Map(plainMark, w)] = struct{}{}
	}
	return t
}

var latinWords = []tongueWords{
	tongue("sv", `jag du det är vi kan inte en här till har och om dig för att ett med din på eller den oss nu i som när någon vill ja vad de ingen
		får läsa nej fråga allt så var svar måste behöver ska gå hem min mitt mina mig hej tack snälla hjälp hjälpa beslut avslag överklaga asyl
		migrationsverket advokat vem hur varför också men eftersom kommer skulle vänliga hälsningar god morgon barn familj inga något från efter`),
	tongue("en", `you the it we is to can your not do and this what have or are for with say call tell if when yes at want may that about
		nothing ask was cannot come who one on be before they help know please thank thanks hello hi dear my me i am was were because would
		could should from decision asylum lawyer appeal family children home go how where why answer need there their been will regards`),
	tongue("kmr", `hûn we ji li ku em bi re dikarin û ne ye bikin xwe vir dîsa an de niha bibêjin vê wê her ew tiştê ser heke erê bo çi tenê min
		ez dema kesekî jî heta kar dixwazim dixwazin kes jê tiştekî heye pir ya silav spas alîkarî alîkarî gelek mala me zarok bersiv bersiva
		nikarim dikarim nizanim çawa kengî penaberî malbata parêzer ewê wan vî bû bûn hat hatim bi xêr`),
	tongue("so", `ma ku la ayaa ka aad kartaa kale u waa halkan soo waad hadda ama oo qof aan wax waxa waxaa ah inaad haddii adiga haa waan waxaan iyo
		yahay waxba ilaa lama wac marka noo si way isku uma ayay ay baa weli ayaan mahadsanid salaan asc fadlan caawimaad caawi qoyska carruurta
		magacaygu go'aan magangelyo qareen dalka waxay kuma inay maxaa sidee goorma xaggee igu i aniga annaga aniga`),
	tongue("sq", `të e nuk një mund ju është për ta në dhe ne këtu me më që shkruani tani ose i a po keni kur nëse këtë çfarë u edhe ka vetëm nga doni
		kjo dikush jeni jo atë shumë para vjen kemi deri mos kush jam unë mua ime im faleminderit përshëndetje ndihmë vendimi azil avokat
		familja fëmijët si ku pse dua duhet kam ishte janë`),
	tongue("uz", `mumkin bu siz biz yoki bilan hech shu va yo'q narsa uchun yana bir ham sizga men menga mening meni buni uni kim boshqa bor keyin
		u kerak bo'lsa qanday qachon qayerda nima iltimos rahmat salom assalomu alaykum yordam qaror oila bolalar javob bering edi emas lekin
		chunki juda kun hozir bo'ldi qilish kerakmi mumkinmi oilam advokat boshpana`),
	tongue("es", `no que de puede a lo un la su una usted se el aquí y con en o está más es qué hay si otra para tiene sí los por alguien cuando del
		este le al ya las yo me mi mis gracias hola buenos días ayuda necesito quiero decisión asilo abogado familia hijos casa pero porque
		como dónde cuándo soy estoy muy tengo nos muchas favor`),
	// Not ours, and like ours in places.
	tongue("not german", `ich du er sie wir ihr ist nicht und der die das ein eine mit für auf zu haben sind war wie was wenn aber auch bitte danke hallo
		können kann mein meine mir mich von bei nach guten tag grüße den dem des im zum zur noch nur über warum werden hat habe`),
	tongue("not french", `je tu il elle nous vous est pas et le la les un une des du de que qui dans pour avec sur mais bonjour merci mon ma mes suis
		ai avez être cette ce votre notre très aide famille comment où pourquoi besoin aussi plus au aux`),
	tongue("not turkish", `ben sen biz siz bir ve bu değil için ile ne nasıl var yok evet hayır lütfen teşekkür merhaba benim bana çok daha ama gibi kadar
		istiyorum yardım aile mülteci karar nerede ne zaman`),
	tongue("not nordic", `jeg er ikke og det en et på til for med som har kan hvad hvor hvordan hvis eller af av fra mig meg dig deg tak takk hej hei vil
		skal være været hjælp hjelp nå nu også efter etter min mit mitt ikke noget noe`),
	tongue("not finnish", `minä sinä hän on ei ja se että en ole mutta kun kiitos hei apua voi voitte olen minun miten missä mitä koska tai myös`),
	tongue("not polish", `ja ty nie jest i w z na do się że to jak co czy ale dziękuję proszę dzień dobry pomoc mam mój moja jestem dla przez gdzie kiedy`),
	tongue("not portuguese", `eu você não é e o a os as um uma de do da em no na para com por que se mas obrigado olá bom dia ajuda preciso minha meu
		meus está são muito também como onde quando são`),
	tongue("not italian", `io tu lui lei noi voi è non e il lo la gli le un una di che per con sono ho hai ha grazie ciao buongiorno aiuto mio mia come dove
		quando perché anche ma della del nel questo`),
	tongue("not dutch", `ik jij je hij zij wij is niet en de het een van met voor op te zijn heb hebt was hoe wat als maar ook dank hallo kan mijn naar
		aan bij nog waarom`),
	tongue("not azeri", `mən sən biz siz bir və bu deyil üçün ilə nə necə var yox bəli xeyr zəhmət təşəkkür salam mənim mənə çox amma`),
}

var cyrillicWords = []tongueWords{
	tongue("ru", `не вы мы это и что с то в вас или здесь сейчас нет вам кто на если ещё еще да нам можно всё все когда у о нас есть может до чтобы его
		только для я они нужно за мне как этом этот был была меня мой моя здравствуйте спасибо пожалуйста помощь помогите хочу решение
		почему где но потому адвокат семья дети очень мы привет могу быть`),
	tongue("mn", `та бид байна таны уу юу энд энэ одоо танд хэн эсвэл гэж нь вэ тийм өөр таныг үүнийг бол дараа үгүй манай тухай би яриа зүйл руу хэлж
		байгаа ямар минь миний намайг надад сайн баярлалаа тусламж хүсэж хаана яагаад хэзээ гэр бүл хүүхэд шийдвэр хүн нэг болон гэхдээ`),
	tongue("uz", `бу сиз биз ёки билан ҳеч шу ва йўқ нарса учун яна бир ҳам сизга мен менга менинг уни ким бошқа бор кейин керак қандай қачон
		нима илтимос раҳмат салом ассалому алайкум ёрдам қарор оила болалар эди эмас лекин чунки жуда`),
	tongue("not ukrainian", `ви ми це що та або тут зараз немає вам хто якщо ще так коли є може щоб його тільки я вони потрібно мені як був дякую будь
		ласка допомога хочу чому де але дуже привіт не на`),
	tongue("not bulgarian", `аз ти вие ние е не и на да от за се че с това какво как къде кога защо благодаря моля помощ искам съм сте много но имам`),
	tongue("not serbian", `ја ти ви ми је не и на да од за се што ово како где када зашто хвала молим помоћ желим сам сте много али имам`),
	tongue("not kazakh", `мен сіз біз және бұл емес үшін бір жоқ иә рахмет сәлем көмек қалай қайда қашан бар керек`),
	tongue("not tajik", `ман шумо мо ва ин нест барои як не ҳа раҳмат салом кӯмак чӣ хел куҷо кай ҳаст лозим аст ба аз дар бо ки`),
}

var arabicWords = []tongueWords{
	tongue("ar", `لا في هنا أو مرة هل أن ما الآن لم إلى هذا هذه ذلك إذا قبل كل نعم لك على قد بعد حتى كان عن هناك أي نحن مع ليس انا أنا من عند لكن كيف متى
		أين لماذا شكرا مرحبا السلام عليكم أريد اريد مساعدة قرار لجوء محامي عائلتي اطفالي وانا لي التي الذي هو هي كنت يوم وقت أحتاج ماذا تم
		الى ان لقد رفض طلب اللجوء السويد وصلني القرار يمكنكم مساعدتي`),
	tongue("fa", `می را شما به است از کنید ما آن این نمی و یک که یا با در برای تا اگر نه هم همه هر من خود شود کند چه چیزی دیگر بود شد شده هستم هستید
		سلام ممنون تشکر لطفا کمک خانواده پناهندگی تصمیم وکیل چطور کجا چرا چون ولی اما بعد دارم ندارم نیست میخواهم میخواهم نمیدانم نمیدانم ام اند مرا
		میتوانم میتوانید خواهم بلی بله پیش وقت روز باید هنوز`),
	tongue("ps", `نه چې موږ په د ته له تاسو یې ستاسو شئ څه یو او دا بیا یا دي شي اوس هغه دلته کې شو سره که څوک ده دې هو خپل ډېر لپاره تر هر یاست
		زموږ وي نور یوه ونه زما کله زه کوم سلام مننه مرسته کورنۍ پناه پرېکړه ولې چېرته څنګه غواړم لرم نشم شم دی ما راته`),
	tongue("ckb", `لە بۆ بە ئێمە و دەتوانیت لێرە یان تۆ ئێستا دووبارە کە ئەم کەسێک ئەوەی ئەگەر تا زۆر هیچ بەڵێ ئەمە نییە هەموو چی نەخێر کەس هەیە دەبێت
		هەر یەک پێش لەگەڵ ئەو ئەوە من سڵاو سوپاس یارمەتی خێزان منداڵ بڕیار پەنابەری پارێزەر چۆن کوێ بۆچی بەڵام دەمەوێت ناتوانم دەتوانم
		نازانم هاتم بوو بووم`),
	tongue("not urdu", `ہے میں کی کے اور کا سے کو نہیں یہ آپ ہیں پر کہ مجھے ہم کیا شکریہ میرا میری`),
	tongue("not uyghur", `مەن سىز بىز ۋە بۇ ئەمەس ئۈچۈن بىلەن بار يوق رەھمەت قانداق`),
}

// persianWords tell Dari from the Persian of Iran.
var persianWords = []tongueWords{
	tongue("fa", `الان خیلی ممنون مرسی بله صحبت تلفن کامپیوتر پلیس اداره کلید اشتباه مدارک وکیلم بچه بچههایم بچهها ایران خواهش ممکنه میشه هست دیگه
		کمکم بهم بهش اینکه جوابمنفی دربارهی شمارهی تهران`),
	tongue("prs", `تشکر حالا بسیار بلی گپ زنگ تیلفون کمپیوتر پولیس دوسیه اولاد اولادها اطفال طفل افغانستان کابل هرات مزار قندهار فامیل فامیلم کدام
		نمبر روان فیصله ترجمان استم استید نیستم مه کوشش کلان خورد لطفن قونسلگری تذکره توقیف معلومات اجازهنامه سویدن مشکلات وطن
		کردهنمیتوانم میتوانین ولایت طالبان`),
}

var ethiopicWords = []tongueWords{
	tongue("ti", `እዩ ሕጂ ሰብ ኣብዚ ኣብ ዶ ወይ ኢኹም ኢና እቲ ኣሎ እውን ነቲ እዚ ነዚ ሓደ ክሳብ የለን ከም ምስ ነገር እወ እንታይ ናብ ድሕሪ ካልእ ብዛዕባ ንስኹም ናይ ኩሉ ካብ መን ንሕና ድማ
		መዓስ ኣነ እየ ሰላም የቐንየለይ ሓገዝ ስድራ ቆልዑ ውሳነ ጠበቓ ኣበይ ስለምንታይ ግን ኣይፈልጥን ደልየ ክሕግዙኒ ንዓይ ኣይኮነን`),
	tongue("not amharic", `ነው እና ላይ ውስጥ እኔ ነኝ አለ ምን እንዴት የት መቼ ለምን አመሰግናለሁ ሰላም እርዳታ ቤተሰብ ልጆች ውሳኔ ጠበቃ ግን አይደለም ወደ ከ ስለ እባክዎ እፈልጋለሁ`),
}
