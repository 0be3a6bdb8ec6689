package workspace

import (
	"context"
	"html/template"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/staff"
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

type nobody struct{}

func (nobody) Session(context.Context, string, bool) (*staff.Session, error) {
	return nil, helpdesk.ErrDenied
}

func site(t *testing.T) *frontend.Site {
	t.Helper()
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	s, err := frontend.New(frontend.Options{
		Log: slog.New(slog.DiscardHandler), Door: nobody{}, Bus: bus.InProcess(), Words: words, PublicName: "Samtalsstöd",
		Now: func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fill gives every field something to show, or nothing at all.
func fill(v reflect.Value, words frontend.Words, full bool, seen map[string]bool) {
	seen[v.Type().String()] = true
	if v.Type() == reflect.TypeFor[frontend.Words]() {
		v.Set(reflect.ValueOf(words))
		return
	}
	if v.Type() == reflect.TypeFor[template.HTML]() {
		if full {
			v.SetString("<p>harmless</p>")
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && v.Type().Field(i).Name != "Brings" { // files that must be there
				fill(v.Field(i), words, full, seen)
			}
		}
	case reflect.Pointer:
		if full {
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), words, full, seen)
		}
	case reflect.Slice:
		if full {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			for i := range 2 {
				fill(v.Index(i), words, full, seen)
			}
		}
	case reflect.String:
		if full {
			v.SetString("<b>&\"x")
		}
	case reflect.Bool:
		v.SetBool(full)
	case reflect.Int, reflect.Int64:
		if full {
			v.SetInt(3)
		}
	}
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
				v := reflect.ValueOf(page).Elem()
				v.SetZero()
				fill(v, s.WordsFor(l.Tag), full, seen)
				html, err := s.Render(page)
				if err != nil {
					t.Errorf("%s in %s: %v", v.Type(), l.Tag, err)
					continue
				}
				for _, bad := range []string{"⟦", "<nil>", "%!", "ZgotmplZ", "<b>&\"x</", "style="} {
					if at := strings.Index(string(html), bad); at >= 0 {
						t.Errorf("%s in %s has %q: …%s", v.Type(), l.Tag, bad, html[max(0, at-80):min(len(html), at+80)])
					}
				}
			}
		}
	}
	for _, name := range s.Templates() {
		switch {
		case strings.HasPrefix(name, "public."), strings.HasPrefix(name, "partner."), strings.HasPrefix(name, "volunteer."),
			name == "frontend.publicFrame", name == "frontend.Trouble", name == "frontend.Digits", name == "frontend.Square":
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
