//lint:file-ignore ST1018 Persian writes with the zero-width non-joiner, U+200C

package main

import "time"

// The demo's world: an invented organisation and invented persons. Nothing
// here happened, and every address ends in a domain that can't exist.
const (
	demoLine     = "samtal@stod.example"
	demoChildren = "barn@stod.example"
	demoPartners = "partner@stod.example"
)

// demoPerson is one mailbox of the persons' mail program.
type demoPerson struct{ address, name, about string }

var demoPersons = []demoPerson{
	{"karim.n@post.example", "کریم نوری", "writes Dari, in a detention centre"},
	{"hodan.w@post.example", "Hodan Warsame", "writes Somali, has two children"},
	{"um.salim@post.example", "أم سليم", "writes Arabic, shares the address with her brother"},
	{"selam.g@post.example", "ሰላም ገብረ", "writes Tigrinya"},
	{"joseph.a@post.example", "Joseph A.", "writes English, wants to know about going back"},
	{"amir16@post.example", "Amir", "sixteen, writes English to the children's line"},
	{"britta@frivillig.example", "Britta Lind", "a volunteer, writes Swedish for somebody else"},
	{"byra@advokat.example", "Advokatbyrån Ek", "a law firm, copied into a conversation"},
	{"samordnare@kommun.example", "Samordnaren", "a municipality, on the partner line"},
}

// demoLetter is one event of the week: somebody writes, or a counsellor
// answers the last letter of that conversation.
type demoLetter struct {
	before   time.Duration // how long before now
	from, to string
	cc       string
	subject  string
	text     string
	html     string
	file     string // name of an attachment made by the demo
	raw      string // a whole letter instead of all the above; {{date}} is filled in
	thread   string // letters with one name follow each other by References
	answerBy string // a counsellor's login: text is our answer to that thread
	note     bool   // text is a note, only for us
	auto     bool   // an automatic answer, RFC 3834
}

const day = 24 * time.Hour

// demoWeek is in order of time.
var demoWeek = []demoLetter{
	{before: 6*day + 5*time.Hour, from: "joseph.a@post.example", to: demoLine, thread: "joseph",
		subject: "Question about going back",
		text:    "Hello,\n\nI got my decision three weeks ago. A friend told me that there is support for people who travel back by themselves.\nIs that true, and who decides about it? I have not said yes to anything. I only want to know before I talk to the Migration Agency.\n\nThank you\nJoseph\n"},
	{before: 6*day + 2*time.Hour, answerBy: "maria", thread: "joseph",
		text: "Dear Joseph,\n\nThank you for writing. You do not have to decide anything now, and asking us changes nothing in your case.\n\nThere is support for some people and some countries. The Migration Agency decides about it, not we. I can go through with you what is possible, what it asks of you, and what it does not promise.\n\nOne question can't wait: who looks after your appeal, and until when?\n\nWarm regards\nMaria\n"},
	{before: 5*day + 7*time.Hour, from: "joseph.a@post.example", to: demoLine, cc: "byra@advokat.example", thread: "joseph",
		subject: "Re: Question about going back",
		text:    "Dear Maria,\n\nMy lawyer is copied here. The last day to appeal was the 2nd, she says the appeal went in on time.\nI can talk on Thursday after 15.\n\nJoseph\n\nOn Mon, Maria wrote:\n> One question can't wait: who looks after your appeal, and until when?\n"},
	{before: 5*day + 3*time.Hour, from: "hodan.w@post.example", to: demoLine, thread: "hodan", file: "warqad.pdf",
		subject: "Su'aal ku saabsan go'aanka",
		text:    "Salaan,\n\nMagacaygu waa Hodan. Waxaan helay go'aan diidmo ah. Laba carruur ah ayaan leeyahay, waxayna dhigtaan dugsiga.\nMa fahmin warqadda. Ma ii sheegi kartaa waxa aan hadda samayn karo iyo inta maalmood ee ii hartay?\n\nWarqadda waan ku soo lifaaqay.\n\nMahadsanid\nHodan\n"},
	{before: 5 * day, from: "um.salim@post.example", to: demoLine, thread: "salim",
		subject: "سؤال عن القرار",
		text:    "السلام عليكم،\n\nوصلني قرار الرفض قبل أسبوع. لا أعرف هل ما زال يمكن الاستئناف. أخي يقرأ هذا البريد معي أحيانا، لذلك أرجو ألا تكتبوا التفاصيل هنا.\nمتى يمكنني أن أتكلم مع امرأة عندكم؟\n\nشكرا\n"},
	{before: 4*day + 6*time.Hour, from: "britta@frivillig.example", to: demoLine, thread: "britta1",
		subject: "En familj som behöver hjälp",
		text:    "Hej!\n\nJag är volontär och träffade igår en familj som har fått avslag. De vill gärna prata med någon av er men skriver inte själva.\nDe har sagt ja till att jag hör av mig. Kan någon ringa dem på torsdag eftermiddag?\n\nVänliga hälsningar\nBritta Lind\n\n-- \nBritta Lind\nVolontär, lokalföreningen\n"},
	{before: 4*day + 4*time.Hour, from: "britta@frivillig.example", to: demoLine, thread: "britta2",
		subject: "En annan fråga, en annan person",
		text:    "Hej igen!\n\nDet här gäller någon helt annan än familjen jag skrev om i förmiddags: en man som undrar vad som händer på återvändandesamtalet.\nVar kan han läsa om det på sitt språk?\n\nBritta\n"},
	{before: 4 * day, from: "karim.n@post.example", to: demoLine, thread: "karim",
		subject: "پرسان دربارهٔ استیناف",
		text:    "سلام،\n\nمن در توقیف‌گاه هستم. سه روز پیش برایم گفتند که فیصله آمده. وکیلم جواب نمی‌دهد.\nتا کدام روز می‌توانم استیناف بدهم؟ صبح‌ها خواب هستم، شب‌ها بیدار. لطفاً شب جواب بدهید.\n\nکریم\n"},
	{before: 3*day + 20*time.Hour, answerBy: "yusuf", thread: "karim", note: true,
		text: "Called the lawyer's office twice, no answer yet. Appeal window: three weeks from the day he was told. Never say which centre on the phone."},
	{before: 3*day + 19*time.Hour, answerBy: "yusuf", thread: "karim",
		text: "سلام کریم جان،\n\nتشکر که نوشتید. از روزی که فیصله را به شما گفتند سه هفته وقت دارید. من امروز با دفتر وکیل تان تماس گرفتم و فردا دوباره تماس می‌گیرم.\nما امشب هم این‌جا هستیم.\n\nیوسف\n"},
	{before: 3*day + 4*time.Hour, from: "karim.n@post.example", to: demoLine, thread: "karim",
		subject: "Re: پرسان دربارهٔ استیناف",
		text:    "تشکر یوسف جان. من منتظر هستم.\n\nکریم\n"},
	{before: 3 * day, from: "samordnare@kommun.example", to: demoPartners, thread: "kommun",
		subject: "Informationsträff om återvändande",
		html:    "<p>Hej,</p><p>Vi planerar en <b>informationsträff</b> i biblioteket den 12:e. Kan någon av er vara med en timme och svara på frågor?</p><ul><li>Tid: 17–18</li><li>Tolk finns på dari och somaliska</li></ul><p>Hälsningar<br>Samordnaren</p><img src=\"https://tracker.example/open.gif\" width=1 height=1>"},
	{before: 2*day + 6*time.Hour, from: "selam.g@post.example", to: demoLine, thread: "selam",
		subject: "ሕቶ ብዛዕባ ውሳነ",
		text:    "ሰላም፣\n\nውሳነ ካብ ቤት ፍርዲ ረኺበ፣ ግን ኣይተረድኣንን። ይግባይ ክብል ክሳብ መዓስ እኽእል?\nብትግርኛ ዝዛረብ ሰብ እንተሃልዩ ክዛረብ ደስ ይብለኒ።\n\nየቐንየለይ\nሰላም\n"},
	{before: 2 * day, from: "amir16@post.example", to: demoChildren, thread: "amir",
		subject: "can i write here",
		text:    "hi\n\ni am 16. my uncle says we all must go back in two weeks. nobody asked me. can i say what i think to somebody? and do you tell my uncle that i wrote?\n\namir\n"},
	{before: 2*day - time.Hour, from: "amir16@post.example", to: demoLine, cc: demoChildren, thread: "amir2",
		subject: "same question to both of you",
		text:    "hi again\n\ni did not know which address is right so i write to both. is there a school there? who can tell me?\n\namir\n"},
	{before: 1*day + 8*time.Hour, from: "britta@frivillig.example", to: demoLine, thread: "britta-away", auto: true,
		subject: "Automatiskt svar: Jag är på resa",
		text:    "Hej! Jag är på resa till den 30:e och läser inte min post.\n"},
	{before: 1*day + 3*time.Hour, from: "hodan.w@post.example", to: demoLine, thread: "hodan",
		subject: "Re: Su'aal ku saabsan go'aanka",
		text:    "Salaan mar kale,\n\nWaxaan ilaaway inaan sheego: taleefan habeenkii waan qaadi karaa, laakiin fadlan fariin ha ii dhaafina.\n\nHodan\n"},
	{before: 20 * time.Hour, raw: "From: \"Hjälpsam <hjalp@post.example>\r\nTo: " + demoLine + "\r\nSubject: =?utf-8?q?F=C3=B6rs=C3=B6k?=\r\nDate: {{date}}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed\r\n\r\nDet här brevet är trasigt: det säger att det har flera delar, men inte var de börjar.\r\nTexten finns ändå.\r\n"},
	{before: 19 * time.Hour, raw: "broken"},
	{before: 5 * time.Hour, from: "um.salim@post.example", to: demoLine, thread: "salim",
		subject: "Re: سؤال عن القرار",
		text:    "أكتب مرة أخرى لأنني خائفة من أن يفوت الموعد. قالوا لي إن آخر يوم هو يوم الجمعة.\n"},
	{before: 50 * time.Minute, from: "joseph.a@post.example", to: demoLine, thread: "joseph",
		subject: "Re: Question about going back",
		text:    "Dear Maria,\n\nOne more thing: my sister could meet me at the airport, but she lives far from the city. Is there anybody who can help with the first night?\n\nJoseph\n"},
}

// demoLater arrive while one watches, one after the other.
var demoLater = []demoLetter{
	{from: "selam.g@post.example", to: demoLine, thread: "selam", subject: "Re: ሕቶ ብዛዕባ ውሳነ", text: "ሰላም፣ ጽባሕ ድሕሪ ሰዓት 14 ክዛረብ እኽእል እየ።\n\nሰላም\n"},
	{from: "britta@frivillig.example", to: demoLine, thread: "britta1", subject: "Re: En familj som behöver hjälp", text: "Hej, familjen undrar om det finns en kvinnlig tolk. De kan också på fredag.\n\nBritta\n"},
	{from: "karim.n@post.example", to: demoLine, thread: "karim", subject: "Re: پرسان دربارهٔ استیناف", text: "امروز گفتند که پس‌فردا ساعت شش صبح سفر است. لطفاً زود جواب بدهید.\n\nکریم\n"},
	{from: "amir16@post.example", to: demoChildren, thread: "amir", subject: "Re: can i write here", text: "its me again. i can talk after school at 3, but not when my uncle is home\n"},
}
