package office

import (
	"encoding/hex"
	"strconv"
	"strings"
	"unicode/utf8"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/routing"
)

// The names of the settings.
const (
	PublicName          = "public_name"
	PublicNameEnglish   = "public_name_en"
	Signature           = "signature"
	UndoSeconds         = "undo_seconds"
	PollSeconds         = "poll_seconds"
	MailAlarmMinutes    = "mail_alarm_minutes" // after which the coordinators hear that nothing is fetched or sent
	MaxLetterMiB        = "max_letter_mib"
	LetterDepth         = "letter_depth"       // layers of a letter inside each other
	LetterParts         = "letter_parts"       // parts of a letter in all
	LetterHeaderKiB     = "letter_header_kib"  // of a letter's header, and of each part's
	LetterDecodedMiB    = "letter_decoded_mib" // of all its parts, decoded
	LetterSeconds       = "letter_seconds"     // of reading one letter
	Acknowledge         = "acknowledge"        // whether writers hear at once that their letter came
	LeaveAccepted       = "leave_accepted"
	LoadOpen            = "load_open"     // from so many open tickets of their own on a colleague is told it is much
	LoadHard            = "load_hard"     // from so many hard talks on one day
	LoadHours           = "load_hours"    // from so many hours without a pause
	SecondFactor        = "second_factor" // whether who works here signs in with one
	RecoveryFingerprint = "recovery_fingerprint"

	PublicNames    = "public_names"    // rows: LANGUAGE | name, beside the two above
	Funder         = "funder"          // who pays; "" until somebody says it
	Hours          = "hours"           // see hours.Read
	Exceptions     = "exceptions"      // see hours.ReadExceptions
	Roster         = "roster"          // see hours.ReadRoster
	PresentMinimum = "present_minimum" // rostered counsellors who must be there to show a chat as open
	CrisisPanel    = "crisis_panel"    // see readCrisis
	FullPhone      = "full_phone"      // the number shown when lines are full or somebody is refused
	ExitAddress    = "exit_address"    // where the exit leads: a page about the weather
	Activities     = "activities"      // the national calendar of activities
	MapTool        = "map_tool"        // the county boards' map of activities
	PosterBranches = "poster_branches" // see readBranches
	OnCall         = "on_call"         // rows: work addresses for neutral notices
	Phrases        = "phrases"         // rows: LANGUAGE: what counsellors often say

	// Who answers for the personal data (GDPR, Article 30(1)(a)); "" until said.
	Controller        = "controller" // its legal name
	ControllerAddress = "controller_address"
	ControllerContact = "controller_contact"
	Officer           = "officer" // for data protection
	OfficerContact    = "officer_contact"

	ChatTeam              = "chat_team"                // which takes conversations; "" for the first that is not restricted
	ChildTeam             = "child_team"               // the same for children; "" for ChatTeam
	ChatQueueLong         = "chat_queue_long"          // so many waiting is too long a queue
	ChatIdleMinutes       = "chat_idle_minutes"        // without a deed of the person's own
	ChatSharedIdleMinutes = "chat_shared_idle_minutes" // the same on a shared computer
	ChatAbsenceMinutes    = "chat_absence_minutes"     // a counsellor without net keeps the chat so long
	ChatAcceptMinutes     = "chat_accept_minutes"      // waiting so long, a chat becomes a ticket
	ChatTyping            = "chat_typing"
	ChatRead              = "chat_read"
	ChatHintMinutes       = "chat_hint_minutes"      // active minutes until the first quiet hint
	ChatLastHintMinutes   = "chat_last_hint_minutes" // and until the second

	BranchSilentDays = "branch_silent_days" // a branch silent for so long is written a friendly word
	BranchCardDays   = "branch_card_days"   // a printed card nobody used opens nothing from then on

	Rules     = "rules"      // see routing.ReadRules
	Profiles  = "profiles"   // see routing.ReadProfiles
	Leave     = "leave"      // see routing.ReadLeave
	Topics    = "topics"     // see routing.ReadTopics
	TeamKinds = "team_kinds" // see routing.ReadTeamKinds
	Skills    = "skills"     // rows: key | Swedish | English
	Tags      = "tags"       // the same
	Centres   = "centres"    // rows: key | name
	Retention = "retention"  // rows: one of RetentionKinds | months
	GuideText = "guide"      // rows: LANGUAGE | step | words
)

const (
	yes = "yes"
	no  = "no"
)

// Known is one setting the house understands.
type Known struct {
	Name      string
	Default   string
	Explained string // catalogue key of its explanation
	Fixed     bool   // set by the house itself, shown to compare
	Rows      bool   // of several rows
	Grave     bool   // erases, or opens a door: who changes it proves again who they are
	fits      func(string) bool
	refuse    func(string) error // what fits can't say: which row, and why
}

// known is all of them, in the order of the page.
var known = []Known{
	{Name: PublicName, Default: "Samtalsstöd", fits: line(1, 80), refuse: neutral},
	{Name: PublicNameEnglish, Default: "Talk and support", fits: line(1, 80), refuse: neutral},
	{Name: Signature, fits: text(2000)},
	{Name: UndoSeconds, Default: "10", fits: number(0, 120)},
	{Name: PollSeconds, Default: "60", fits: number(5, 3600)},
	{Name: MailAlarmMinutes, Default: "10", fits: number(2, 1440)},
	{Name: MaxLetterMiB, Default: "25", fits: number(1, 100)},
	{Name: LetterDepth, Default: "20", fits: number(1, 50)},
	{Name: LetterParts, Default: "500", fits: number(10, 2000)},
	{Name: LetterHeaderKiB, Default: "256", fits: number(16, 1024)},
	{Name: LetterDecodedMiB, Default: "60", fits: number(1, 300)},
	{Name: LetterSeconds, Default: "10", fits: number(1, 30)},
	{Name: Acknowledge, Default: yes, fits: yesOrNo},
	{Name: LeaveAccepted, Grave: true, Default: no, fits: yesOrNo},
	{Name: LoadOpen, Default: "40", fits: number(5, 1000)},
	{Name: LoadHard, Default: "3", fits: number(1, 50)},
	{Name: LoadHours, Default: "5", fits: number(1, 24)},
	{Name: SecondFactor, Grave: true, Default: yes, fits: yesOrNo},
	{Name: RecoveryFingerprint, Fixed: true, fits: fingerprint},

	{Name: PublicNames, Rows: true, refuse: readable(readNames)},
	{Name: Funder, fits: line(0, 120)},
	{Name: Hours, Default: hours.Default, Rows: true, refuse: readable(hours.Read)},
	{Name: Exceptions, Rows: true, refuse: readable(hours.ReadExceptions)},
	{Name: Roster, Rows: true, refuse: readable(hours.ReadRoster)},
	{Name: PresentMinimum, Default: "2", fits: number(1, 20)},
	{Name: CrisisPanel, Default: defaultCrisis, Rows: true, refuse: readable(readCrisis)},
	{Name: FullPhone, Default: "0771-19 95 00", fits: phone},
	{Name: ExitAddress, Default: "https://www.smhi.se/", fits: secureAddress},
	{Name: Activities, Default: "https://www.informationsverige.se/", fits: secureOrNone},
	{Name: MapTool, fits: secureOrNone},
	{Name: PosterBranches, Rows: true, refuse: readable(readBranches)},
	{Name: OnCall, Rows: true, refuse: readable(readAddresses)},
	{Name: Phrases, Default: defaultPhrases, Rows: true, refuse: readable(readPhrases)},

	{Name: Controller, fits: line(0, 200)},
	{Name: ControllerAddress, fits: line(0, 200)},
	{Name: ControllerContact, fits: line(0, 200)},
	{Name: Officer, fits: line(0, 200)},
	{Name: OfficerContact, fits: line(0, 200)},

	{Name: ChatTeam, fits: idOrNone},
	{Name: ChildTeam, fits: idOrNone},
	{Name: ChatQueueLong, Default: "8", fits: number(1, 500)},
	{Name: ChatIdleMinutes, Default: "10", fits: number(2, 120)},
	{Name: ChatSharedIdleMinutes, Default: "5", fits: number(2, 120)},
	{Name: ChatAbsenceMinutes, Default: "2", fits: number(1, 30)},
	{Name: ChatAcceptMinutes, Default: "20", fits: number(1, 240)},
	{Name: ChatTyping, Default: no, fits: yesOrNo},
	{Name: ChatRead, Default: no, fits: yesOrNo},
	{Name: ChatHintMinutes, Default: "35", fits: number(5, 240)},
	{Name: ChatLastHintMinutes, Default: "45", fits: number(5, 240)},

	{Name: BranchSilentDays, Default: "60", fits: number(7, 365)},
	{Name: BranchCardDays, Default: "90", fits: number(7, 365)},

	{Name: Rules, Default: routing.DefaultRules, Rows: true, refuse: readable(routing.ReadRules)},
	{Name: Profiles, Rows: true, refuse: readable(routing.ReadProfiles)},
	{Name: Leave, Rows: true, refuse: readable(routing.ReadLeave)},
	{Name: Topics, Default: routing.DefaultTopics, Rows: true, refuse: readable(routing.ReadTopics)},
	{Name: TeamKinds, Rows: true, refuse: readable(routing.ReadTeamKinds)},
	{Name: Skills, Default: defaultSkills, Rows: true, refuse: readable(readTerms)},
	{Name: Tags, Default: defaultTags, Rows: true, refuse: readable(readTags)},
	{Name: Centres, Default: defaultCentres, Rows: true, refuse: readable(readCentres)},
	{Name: Retention, Grave: true, Default: defaultRetention, Rows: true, refuse: readable(readRetention)},
	{Name: GuideText, Default: defaultGuide, Rows: true, refuse: readable(readGuide)},

	{Name: AppealDays, Default: "21", fits: number(1, 365)},
	{Name: LeaveWeeks, Default: "2 4", refuse: readable(readLeaveWeeks)},
	{Name: ListenDays, Default: "14", fits: number(0, 90)},
	{Name: PromiseAlarmPercent, Default: "75", fits: number(10, 99)},
}

func init() {
	for i := range known {
		known[i].Explained = "setting." + known[i].Name
	}
}

func lookUp(name string) (Known, bool) {
	for _, k := range known {
		if k.Name == name {
			return k, true
		}
	}
	return Known{}, false
}

// check is nil when the value may stand.
func (k Known) check(value string) error {
	if k.fits != nil && !k.fits(value) {
		return helpdesk.Refuse("setting.invalid", k.Name)
	}
	if k.refuse != nil {
		return k.refuse(value)
	}
	return nil
}

// neutral refuses a public name that says what the service is about: it stands
// on screens and papers that others may see.
func neutral(name string) error {
	for _, word := range []string{"return", "återvänd", "atervand", "retur"} {
		if strings.Contains(strings.ToLower(name), word) {
			return helpdesk.Refuse("setting.name_return")
		}
	}
	return nil
}

// readable makes a reader into a check.
func readable[T any](read func(string) (T, error)) func(string) error {
	return func(s string) error {
		_, err := read(s)
		return err
	}
}

func yesOrNo(s string) bool { return s == yes || s == no }

func line(least, most int) func(string) bool {
	return func(s string) bool {
		n := utf8.RuneCountInString(s)
		return utf8.ValidString(s) && n >= least && n <= most && !strings.ContainsAny(s, "\r\n\x00") && strings.TrimSpace(s) == s
	}
}

func text(most int) func(string) bool {
	return func(s string) bool {
		return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.Contains(s, "\x00")
	}
}

func number(least, most int) func(string) bool {
	return func(s string) bool {
		n, err := strconv.Atoi(s)
		return err == nil && n >= least && n <= most && strconv.Itoa(n) == s
	}
}

func idOrNone(s string) bool {
	if s == "" {
		return true
	}
	_, err := helpdesk.ParseID(s)
	return err == nil
}

func fingerprint(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32
}
