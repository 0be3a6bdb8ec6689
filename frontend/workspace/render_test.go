package workspace

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/frontend/pagetest"
	"returnsupport/helpdesk/bus"
)

// pages are all page structs; what they hold is found by reflection.
var pages = []frontend.Shown{
	&SignIn{}, &Invitation{}, &NewWords{}, &Lost{}, &RecoveryCode{}, &Factor{}, &FactorMake{}, &PasskeyMake{}, &Spares{}, &frontend.Prove{}, &Admission{}, &Queue{}, &SealedCounts{}, &DueList{}, &Ticket{}, &News{}, &SentNews{}, &WriteFirst{},
	&Asides{}, &JunkList{}, &Outbox{}, &Mail{}, &Team{}, &Settings{}, &Chats{}, &BarNews{}, &TalkNews{}, &ClaimCode{}, &Hours{}, &frontend.Fault{},
	&Person{}, &Yours{}, &ForYouNews{}, &CallForm{}, &Printed{}, &History{},
	&Office{}, &OfficePage{}, &Keeping{}, &OfficeMail{}, &OfficeMailbox{}, &Mine{}, &OfficePeople{}, &OfficePrograms{},
	&Directory{}, &DirectoryOrganisation{}, &DirectoryExpiring{}, &DirectoryImport{}, &Partners{}, &PartnerAccounts{},
	&AgreedNews{}, &Consents{}, &ConsentAsk{}, &ConsentPage{}, &ConsentTurned{}, &ConsentPaper{},
	&Referrals{}, &Underway{}, &ReferralNew{}, &ReferralPage{}, &ReferralShown{}, &ReferralCode{}, &ContactCard{},
	&Branches{}, &BranchPage{}, &BranchTalk{}, &BranchBooks{}, &BranchesBeside{}, &BranchAccounts{},
	&Journal{}, &Incidents{}, &Rights{}, &Records{}, &Assessment{},
	&Exceptions{}, &ExceptionList{}, &Requests{}, &Notices{}, &NoticePage{},
	&Answers{}, &AnswerPage{}, &Insert{}, &InsertHere{}, &Translate{}, &TranslateHere{}, &BesideAlone{}, &BesideNews{}, &Lent{}, &Interpret{}, &LentNews{},
}

func site(t *testing.T) *frontend.Site {
	t.Helper()
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	s, err := frontend.New(frontend.Options{
		Log: slog.New(slog.DiscardHandler), Door: pagetest.Nobody{}, Bus: bus.InProcess(), Words: words, PublicName: "Samtalsstöd",
		Now: func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryTemplateIsRenderedInEveryLanguage(t *testing.T) {
	s := site(t)
	seen := map[string]bool{}
	for _, l := range locale.Languages {
		if !l.Desk {
			continue
		}
		for _, full := range []bool{true, false} {
			for _, page := range pages {
				pagetest.Fill(page, s.WordsFor(l.Tag), full, seen)
				html, err := s.Render(page)
				if err != nil {
					t.Errorf("%T in %s: %v", page, l.Tag, err)
					continue
				}
				for _, bad := range []string{"⟦", "<nil>", "%!", "ZgotmplZ", "<b>&\"x</", "style="} {
					if at := strings.Index(string(html), bad); at >= 0 {
						t.Errorf("%T in %s has %q: …%s", page, l.Tag, bad, html[max(0, at-80):min(len(html), at+80)])
					}
				}
			}
		}
	}
	for _, name := range s.Templates() {
		switch {
		case strings.HasPrefix(name, "public."), strings.HasPrefix(name, "partner."), strings.HasPrefix(name, "volunteer."),
			name == "frontend.publicFrame", name == "frontend.Trouble", name == "frontend.Digits", name == "frontend.Square", name == "frontend.Kit":
			// A person's and a recipient's, rendered with their pages.
			continue
		}
		switch name {
		case "frontend.frame", "workspace.deskTop", "workspace.deskEnd", "workspace.talks":
		default:
			if !seen[name] {
				t.Errorf("template %s belongs to no page", name)
			}
		}
	}
}
