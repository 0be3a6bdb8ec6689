package workspace

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"returnsupport/consent"
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
		"nav.":               "referrals chats answers hours unassigned mine team waiting answered due late detained children duelist closed aside outbox people",
		"queue.empty.":       "unassigned.title mine.text team.title waiting.text answered.title due.title due.text late.title late.text detained.title detained.text children.title children.text closed.text",
		"priority.":          "p0 p1 p2 p3",
		"bulk.":              "none late did.take did.close did.junk did.give did.away did.tag did.undone left.moved left.joined left.stranger left.conflict left.tags left.denied",
		"filter.audience.":   "detained child partner",
		"channel.":           "mail chat phone visit",
		"outbox.state.":      "held waiting sending gone failed undone accepted delayed refused",
		"aside.tab.":         "all unreadable automatic bounce report list junk own",
		"aside.why.":         "unreadable automatic bounce report list junk own",
		"aside.reason.":      "too-large too-deep too-many-parts header-too-large no-mail too-slow broken withheld unknown",
		"kind.":              "counsellor coordinator interpreter",
		"across.by.":         "staff interpreter machine",
		"across.mark.":       "staff interpreter",
		"across.stay.":       "day week month",
		"answers.tab.":       "all near expired dropped",
		"answers.kind.":      "canned public",
		"said.":              "welcomed turnedaway dropped date lent translated inserted",
		"answers.variable.":  strings.Join(answers.Variables, " "),
		"user.":              "invited waiting active disabled",
		"theme.":             "device light dark",
		"system.ticket.":     "given joined unjoined lent ended left came handed_on",
		"system.post.":       "undelivered returned returned_soft delayed",
		"message.carries.":   "pgp-encrypted pgp-signed smime-encrypted smime-signed smime-opaque tnef calendar mail pgp-encrypted.more pgp-signed.more smime-encrypted.more smime-signed.more smime-opaque.more tnef.more calendar.more mail.more",
		"outbox.why.":        "expired noserver nobody full refused later auth link",
		"post.address.":      "domain local ours",
		"mail.why.":          "name_lookup unreachable timed_out closed cert_untrusted cert_expired cert_name tls_failed starttls_missing protocol hostile sign_in sign_in_method token_refused token_later no_folder no_uids declined incomplete after_failed receiving bookkeeping",
		"duty.":              "present capacity away",
		"chats.door.":        "everyone detained child",
		"sitting.ended.":     "desk person left idle",
		"sitting.hint.":      "1 2",
		"about.alone.":       "unknown alone parents",
		"about.secure.":      "usual no yes",
		"composer.how.":      "plain secure here",
		"danger.":            "ask-where ask-where.text ask-where.button emergency emergency.text emergency.button second-person second-person.text second-person.button told told.text told.button aftercare aftercare.text aftercare.button",
		"fact.chat.":         "taken away handed handed.anybody brought brought.interpreter missed travel danger.ask-where danger.emergency danger.second-person danger.told danger.aftercare",
		"hours.reason.":      strings.Join(hours.Reasons, " "),
		"hourpage.":          "channel.chat channel.phone channel.visit channel.mail audience.everyone audience.detained audience.child audience.partner gap.few gap.alone gap.promise gap.no_line",
		"line.why.":          "outside holiday exception capacity few no_line",
		"weekday.long.":      strings.Join(weekdays[:], " "),
		"hours.day.":         strings.Join(hours.Eves(), " "),
		"consent.desk.":      "state.requested state.given state.renewed state.unfinished state.refused state.deferred state.withdrawn state.expired state.revoked state.invalidated step.requested step.given step.renewed step.refused step.deferred step.withdrawn step.expired step.revoked step.invalidated step.view.given step.view.refused age.unknown age.choose age.under13 age.13-17 age.adult role.self role.guardian role.representative role.conflict interpreter.none interpreter.professional interpreter.volunteer interpreter.bilingual interpreter.machine interpreter.child interpreter.relative method.web method.chat method.link method.together method.phone method.visit method.paper method.told answer.yes answer.no answer.later alone.yes alone.no alone.authority alone.origin modality.text modality.spoken purpose.refer.text purpose.share.text purpose.authority.text purpose.origin.text purpose.follow_up.text field.day.help field.explained.help field.witness.help",
		"consent.desk.done.": strings.Join(doneConsent, " "),
		"consent.why.":       "valid purpose recipient country item alone empty",
		"referral.state.":    "draft awaiting ready sent overdue accepted returned done closed lapsed revoked cancelled",
		"referral.outcome.":  strings.Join(consent.Outcomes, " "),
		"referral.done.":     strings.Join(doneReferral, " "),
		"referral.":          "due.ours due.answer due.follow mode.signpost mode.warm.text mode.package priority.1 priority.2.text priority.3 gate.reliable gate.likely gate.promised gate.agreed gate.permission gate.consent gate.exception side.house side.partner side.person word.word word.ask word.return word.report opened.confirmed opened.read opened.file opened.wrong_code channel.account channel.link channel.update channel.phone channel.letter channel.visit channel.mail part.by.staff part.by.interpreter part.by.machine part.cut.help part.beside.help part.label.help part.text.help field.address.help field.need.help",
		"exception.kind.":    strings.Join(consent.ExceptionKinds, " ") + " " + strings.Join(consent.ExceptionKinds, ".help ") + ".help",
		"exception.":         "state.open state.seen state.disputed must.must must.should must.must.chip must.should.chip anonymous.yes anonymous.no informed.yes informed.no field.law.help field.why.help field.whynot.help field.note.help field.to.help field.what.help done.decided done.reviewed done.told done.informed",
		"requests.":          "state.open state.refused state.granted done.registered done.refused done.granted field.authority.help field.person.help field.what.help field.law.help field.at.help field.why.help field.over.help",
		"request.":           strings.ReplaceAll(strings.Join(consent.RequestPlaybook, " "), "request.", ""),
		"history.":           strings.Join(historyVerbs, " "),
		"fault.":             "notfound.what conflict.safe denied.next proof.what proxy.safe large.next form.what ours.safe refused.next",
	} {
		for value := range strings.FieldsSeq(values) {
			if !words.Knows("sv", prefix+value) {
				t.Errorf("%s%s is in no catalogue", prefix, value)
			}
		}
	}
}
