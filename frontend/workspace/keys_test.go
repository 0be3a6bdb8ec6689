package workspace

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"returnsupport/frontend/locale"
	"returnsupport/helpdesk/answers"
	"returnsupport/helpdesk/hours"
)

var saidKeys = regexp.MustCompile(`(?:Say|Refuse)\(?\s?"([a-z0-9_-]+\.[a-z0-9._-]+)"`)

// Every sentence that is asked for by name, in templates, in our own code and
// in the refusals of all rooms, stands in the catalogues.
func TestEverySentenceAskedForIsThere(t *testing.T) {
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	root := os.DirFS(filepath.Join("..", ".."))
	for _, wing := range []string{"frontend", "helpdesk"} {
		err := fs.WalkDir(root, wing, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || strings.HasSuffix(path, "_test.go") {
				return err
			}
			if !strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".html") {
				return nil
			}
			text, err := fs.ReadFile(root, path)
			if err != nil {
				return err
			}
			for _, found := range saidKeys.FindAllStringSubmatch(string(text), -1) {
				key := found[1]
				if strings.HasSuffix(key, ".") {
					continue // the rest of the key is a value
				}
				asked++
				if !words.Knows("sv", key) {
					t.Errorf("%s asks for %s, which no catalogue has", path, key)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if asked < 200 {
		t.Errorf("only %d sentences are asked for: the pattern is wrong", asked)
	}
}

// Keys that are put together from values, each value that can occur.
func TestEverySentenceOfAValueIsThere(t *testing.T) {
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	for prefix, values := range map[string]string{
		"nav.":              "chats answers hours unassigned mine team waiting answered due late detained children duelist closed aside outbox people",
		"queue.empty.":      "unassigned.title mine.text team.title waiting.text answered.title due.title due.text late.title late.text detained.title detained.text children.title children.text closed.text",
		"priority.":         "p0 p1 p2 p3",
		"bulk.":             "none late did.take did.close did.give did.tag did.undone",
		"filter.audience.":  "detained child partner",
		"channel.":          "mail chat phone visit",
		"outbox.state.":     "held waiting sending gone failed undone accepted refused",
		"aside.tab.":        "all unreadable automatic bounce report list own",
		"aside.why.":        "unreadable automatic bounce report list own",
		"aside.reason.":     "too-large too-deep too-many-parts header-too-large no-mail too-slow broken withheld unknown",
		"kind.":             "counsellor coordinator interpreter",
		"across.by.":        "staff interpreter machine",
		"across.mark.":      "staff interpreter",
		"across.stay.":      "day week month",
		"answers.tab.":      "all near expired dropped",
		"answers.kind.":     "canned public",
		"said.":             "welcomed turnedaway dropped date lent translated inserted",
		"answers.variable.": strings.Join(answers.Variables, " "),
		"user.":             "invited waiting active disabled",
		"theme.":            "device light dark",
		"system.ticket.":    "given joined unjoined lent ended left came",
		"system.post.":      "undelivered returned",
		"outbox.why.":       "expired noserver nobody full refused later auth link",
		"post.address.":     "domain local ours",
		"mail.why.":         "name_lookup unreachable timed_out closed cert_untrusted cert_expired cert_name tls_failed starttls_missing protocol hostile sign_in sign_in_method no_folder no_uids declined incomplete after_failed receiving bookkeeping",
		"duty.":             "present capacity away",
		"chats.door.":       "everyone detained child",
		"sitting.ended.":    "desk person left idle",
		"sitting.hint.":     "1 2",
		"about.alone.":      "unknown alone parents",
		"about.secure.":     "usual no yes",
		"composer.how.":     "plain secure here",
		"danger.":           "ask-where ask-where.text ask-where.button emergency emergency.text emergency.button second-person second-person.text second-person.button told told.text told.button aftercare aftercare.text aftercare.button",
		"fact.chat.":        "taken away handed handed.anybody brought brought.interpreter missed travel danger.ask-where danger.emergency danger.second-person danger.told danger.aftercare",
		"hours.reason.":     strings.Join(hours.Reasons, " "),
		"hourpage.":         "channel.chat channel.phone channel.visit channel.mail audience.everyone audience.detained audience.child audience.partner gap.few gap.alone gap.promise gap.no_line text.roster text.exceptions text.hours text.phrases",
		"line.why.":         "outside holiday exception capacity few no_line",
		"weekday.long.":     strings.Join(weekdays[:], " "),
		"hours.day.":        strings.Join(hours.Eves(), " "),
		"fault.":            "notfound.what conflict.safe denied.next proof.what proxy.safe large.next form.what ours.safe refused.next",
	} {
		for value := range strings.FieldsSeq(values) {
			if !words.Knows("sv", prefix+value) {
				t.Errorf("%s%s is in no catalogue", prefix, value)
			}
		}
	}
}
