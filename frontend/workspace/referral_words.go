package workspace

import (
	"strconv"
	"strings"

	"returnsupport/consent"
	"returnsupport/frontend"
)

// referralChip says where a referral stands.
func referralChip(w frontend.Words, r consent.Referred) frontend.Chip {
	c := frontend.Chip{Icon: "send", Text: w.Say("referral.state." + string(r.State)), Title: w.Exact(r.Since)}
	switch r.State {
	case consent.ReferralAccepted, consent.ReferralDone:
		c.Kind, c.Icon = "ok", "circle-check"
	case consent.ReferralAwaiting, consent.ReferralSent:
		c.Kind, c.Icon = "accent", "hourglass"
	case consent.ReferralReady:
		c.Kind, c.Icon = "ok", "check"
	case consent.ReferralOverdue, consent.ReferralReturned, consent.ReferralLapsed:
		c.Kind, c.Icon = "warn", "circle-alert"
	case consent.ReferralRevoked, consent.ReferralCancelled:
		c.Icon = "x"
	}
	return c
}

// referralChips adds how urgent it is and what is due.
func referralChips(w frontend.Words, r consent.Referred) []frontend.Chip {
	chips := []frontend.Chip{referralChip(w, r)}
	if r.Open {
		chips = append(chips, frontend.Chip{Icon: "arrow-right-left", Text: w.Say("referral.mode." + string(r.Mode))})
	}
	if r.Priority > consent.PriorityNormal {
		chips = append(chips, frontend.Chip{Kind: "warn", Icon: "flag", Text: w.Say("referral.priority." + strconv.Itoa(int(r.Priority)))})
	}
	if !r.Due.IsZero() {
		due := frontend.Chip{Icon: "clock", Text: w.Say("referral.due."+dueOf(r.State), w.Near(r.Due)), Title: w.Exact(r.Due)}
		if r.Late(w.Now) {
			due.Kind, due.Text = "danger", w.Say("referral.late", w.Near(r.Due))
		}
		chips = append(chips, due)
	}
	if r.Outcome != "" {
		chips = append(chips, frontend.Chip{Kind: "ok", Icon: "user-check", Text: w.Say("referral.outcome." + r.Outcome)})
	}
	if r.Exception != "" {
		chips = append(chips, frontend.Chip{Kind: "warn", Icon: "flag", Text: w.Say("referral.excepted")})
	}
	if !r.Open {
		chips = append(chips, frontend.Chip{Kind: "warn", Icon: "lock", Text: w.Say("consent.desk.closed")})
	}
	return append(chips, recipientChips(w, r.To.Authority || r.To.Origin, r.To.Shares && !r.To.Authority)...)
}

// dueOf says what is due in a state.
func dueOf(s consent.ReferralState) string {
	switch s {
	case consent.ReferralSent, consent.ReferralOverdue:
		return "answer"
	case consent.ReferralAccepted, consent.ReferralDone:
		return "follow"
	}
	return "ours"
}

// spansOf finds words in a text, wherever they stand, as pieces of it in runes.
// What is in none of the texts comes back as missing.
func spansOf(text string, words []string) (spans []consent.Span, missing []string) {
	all := []rune(text)
	black := make([]bool, len(all))
	for _, word := range words {
		find, found := []rune(word), false
		for at := 0; at+len(find) <= len(all); at++ {
			if all[at] == find[0] && string(all[at:at+len(find)]) == word {
				found = true
				for i := range find {
					black[at+i] = true
				}
			}
		}
		if !found {
			missing = append(missing, word)
		}
	}
	for at := 0; at < len(all); at++ {
		if !black[at] {
			continue
		}
		from := at
		for at < len(all) && black[at] {
			at++
		}
		spans = append(spans, consent.Span{From: from, To: at})
	}
	return spans, missing
}

// cutWords are the words that spans take out of a text, one a line.
func cutWords(text string, spans []consent.Span) string {
	all := []rune(text)
	var out []string
	for _, s := range spans {
		if s.From >= 0 && s.From < s.To && s.To <= len(all) {
			out = append(out, string(all[s.From:s.To]))
		}
	}
	return strings.Join(out, "\n")
}

// blackMark stands where something was taken out of a translation, as the door
// puts it into the original.
const blackMark = "▒▒▒"

// digitGroups sets twelve digits apart, to be told by voice.
func digitGroups(code string) []string {
	var out []string
	for len(code) > 4 {
		out, code = append(out, code[:4]), code[4:]
	}
	return append(out, code)
}
